"""The layers of notebook 2 against torch's own, and against what they are by definition."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from gan_utils import convolution as cv

SIDES = st.tuples(st.integers(3, 8), st.integers(3, 8))
KERNELS = st.tuples(st.integers(1, 3), st.integers(1, 3))
quick = settings(deadline=None, max_examples=30)


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@given(st.integers(1, 40), st.integers(1, 9), st.integers(1, 5), st.integers(0, 4))
@quick
def test_a_side_has_as_many_places_as_a_walk_along_it_finds(size, kernel, stride, padding):
    places = len(range(0, size + 2 * padding - kernel + 1, stride))
    if places:
        assert cv.output_size(size, kernel, stride, padding) == places
    else:
        with pytest.raises(ValueError, match="the kernel must fit"):
            cv.output_size(size, kernel, stride, padding)


def test_a_stride_of_0_is_refused():
    with pytest.raises(ValueError, match="stride be at least 1"):
        cv.output_size(5, 3, 0)


@given(SIDES, KERNELS)
@quick
def test_a_picture_under_a_kernel_is_what_torch_makes_of_it(sides, kernel):
    image, weight = drawn(*sides), drawn(*kernel, seed=1)
    theirs = F.conv2d(image[None, None], weight[None, None])[0, 0]
    np.testing.assert_allclose(cv.correlate(image.numpy(), weight.numpy()), theirs)


def test_the_matrix_of_patches_of_the_text_is_9_by_9_and_multiplies_to_the_convolution():
    image, kernel = np.arange(25.0).reshape(5, 5), np.arange(9.0).reshape(3, 3)
    matrix = cv.patches(image, 3, 3)
    assert matrix.shape == (9, 9)
    assert matrix[1].tolist() == [1, 2, 3, 6, 7, 8, 11, 12, 13]
    np.testing.assert_allclose((matrix @ kernel.ravel()).reshape(3, 3), cv.correlate(image, kernel))


@given(SIDES, KERNELS, st.integers(1, 3), st.integers(0, 2))
@quick
def test_forwards_and_backwards_agree_with_torch(sides, kernel, stride, padding):
    x = drawn(2, 3, *sides).requires_grad_()
    weight = drawn(4, 3, *kernel, seed=1).requires_grad_()
    bias = drawn(4, seed=2)
    y = F.conv2d(x, weight, bias, stride, padding)
    torch.testing.assert_close(cv.conv2d(x, weight, bias, stride, padding), y)
    upstream = drawn(*y.shape, seed=3)
    for_x, for_weight = torch.autograd.grad(y, [x, weight], upstream)
    mine = cv.conv2d_input_gradient(upstream, weight, *sides, stride, padding)
    torch.testing.assert_close(mine, for_x)
    mine = cv.conv2d_weight_gradient(upstream, x, *kernel, stride, padding)
    torch.testing.assert_close(mine, for_weight)


@given(SIDES, KERNELS, st.integers(1, 3), st.integers(0, 1))
@quick
def test_the_transposed_convolution_has_the_same_inner_products(sides, kernel, stride, padding):
    y, weight = drawn(2, 4, *sides), drawn(4, 3, *kernel, seed=1)
    back = cv.conv_transpose2d(y, weight, stride, padding)
    torch.testing.assert_close(back, F.conv_transpose2d(y, weight, stride=stride, padding=padding))
    x = drawn(*back.shape, seed=2)
    there = cv.conv2d(x, weight, None, stride, padding)
    torch.testing.assert_close((there * y).sum(), (x * back).sum())


@given(SIDES, st.integers(1, 3), st.integers(1, 4))
@quick
def test_pooling_and_its_way_back_agree_with_torch(sides, size, stride):
    x = drawn(2, 3, *sides).requires_grad_()
    y = F.max_pool2d(x, size, stride)
    torch.testing.assert_close(cv.max_pool(x, size, stride), y)
    upstream = drawn(*y.shape, seed=1)
    (theirs,) = torch.autograd.grad(y, x, upstream)
    torch.testing.assert_close(cv.max_pool_backward(upstream, x.detach(), size, stride), theirs)


def test_of_equal_pixels_one_gets_the_whole_gradient():
    gradient = cv.max_pool_backward(torch.ones(1, 1, 1, 1), torch.zeros(1, 1, 2, 2), 2, 2)
    assert gradient.flatten().tolist() == [1, 0, 0, 0]


def test_float32_stays_float32_and_nothing_is_changed():
    x, weight = torch.ones(1, 1, 4, 4), torch.ones(1, 1, 2, 2)
    y = cv.conv2d(x, weight)
    assert y.dtype == cv.conv_transpose2d(y, weight).dtype == cv.max_pool(x, 2, 2).dtype
    assert torch.equal(x, torch.ones(1, 1, 4, 4)) and torch.equal(weight, torch.ones(1, 1, 2, 2))
