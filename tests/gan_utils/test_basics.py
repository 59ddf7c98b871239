"""The NumPy network against torch, against measurement, and where naive formulas fail."""

import warnings

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from gan_utils import basics

SHAPES = [(6, 3, 5, 4), (1, 2, 3, 2), (4, 4, 4, 4)]  # N, n_in, hidden, classes


def network(n, n_in, hidden, classes, dtype=np.float64):
    rng = np.random.default_rng(n)
    sizes = [(n, n_in), (n_in, hidden), (hidden,), (hidden, classes), (classes,)]
    x, *parameters = (rng.standard_normal(size).astype(dtype) for size in sizes)
    return x, rng.integers(0, classes, n), *parameters


@pytest.mark.parametrize("shape", SHAPES)
def test_the_bias_in_its_three_forms(shape):
    x, _, w1, b1, w2, b2 = network(*shape)
    added = basics.layer(np.maximum(basics.layer(x, w1, b1), 0), w2, b2)
    stacked = [np.vstack(pair) for pair in ((w1, b1), (w2, b2))]
    hidden = np.maximum(basics.layer_with_ones(x, stacked[0]), 0)
    np.testing.assert_allclose(basics.layer_with_ones(hidden, stacked[1]), added)
    with_one = np.column_stack([x, np.ones(len(x))])
    carried = np.maximum(with_one @ basics.carry_bias(w1, b1), 0) @ basics.carry_bias(w2, b2)
    np.testing.assert_allclose(carried, np.column_stack([added, np.ones(len(x))]))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_is_torchs_and_never_overflows(dtype):
    x = np.array([-1000, -90, -20, -1, 0, 1, 20, 90, 1000], dtype=dtype)
    with warnings.catch_warnings(), np.errstate(over="raise", invalid="raise"):
        y = basics.sigmoid(x)
    assert y.dtype == dtype
    tiny = np.finfo(dtype).smallest_normal  # smaller ones torch may round to 0
    np.testing.assert_allclose(y, torch.sigmoid(torch.from_numpy(x)), rtol=1e-6, atol=tiny)


@pytest.mark.parametrize("scale", [1, 30, 1000])
def test_cross_entropy_is_torchs(scale):
    rng = np.random.default_rng(scale)
    scores, labels = scale * rng.standard_normal((7, 4)), rng.integers(0, 4, 7)
    expected = F.cross_entropy(torch.from_numpy(scores), torch.from_numpy(labels))
    assert basics.cross_entropy(scores, labels) == pytest.approx(expected.item(), rel=1e-12)


@pytest.mark.parametrize("slope", [0.0, 0.01, 0.5])
def test_leaky_relu_backward_is_autograds(slope):
    rng = np.random.default_rng(0)
    x, upstream = rng.standard_normal((2, 4, 3))
    leaf = torch.from_numpy(x).requires_grad_()
    F.leaky_relu(leaf, slope).backward(torch.from_numpy(upstream))
    np.testing.assert_allclose(basics.leaky_relu_backward(x, upstream, slope), leaf.grad)


@pytest.mark.parametrize("shape", SHAPES)
def test_backward_is_autograds_and_what_is_measured(shape):
    x, labels, *parameters = network(*shape)
    leaves = [torch.from_numpy(p).requires_grad_() for p in parameters]
    w1, b1, w2, b2 = leaves
    scores = torch.relu(torch.from_numpy(x) @ w1 + b1) @ w2 + b2
    by_torch = torch.autograd.grad(F.cross_entropy(scores, torch.from_numpy(labels)), leaves)
    by_hand = basics.backward(x, labels, *parameters)
    for i, (mine, theirs) in enumerate(zip(by_hand, by_torch, strict=True)):
        np.testing.assert_allclose(mine, theirs, atol=1e-14)

        def loss(changed, i=i):
            u, c, v, d = [changed if j == i else p for j, p in enumerate(parameters)]
            hidden = np.maximum(basics.layer(x, u, c), 0)
            return basics.cross_entropy(basics.layer(hidden, v, d), labels)

        measured = basics.numerical_gradient(loss, parameters[i])
        np.testing.assert_allclose(mine, measured, atol=1e-8)


def test_backward_survives_large_scores():
    x, labels, w1, b1, w2, b2 = network(6, 3, 5, 4)
    gradients = basics.backward(x, labels, 1000 * w1, b1, 1000 * w2, b2)
    assert all(np.isfinite(gradient).all() for gradient in gradients)


def test_inputs_are_left_alone():
    inputs = network(6, 3, 5, 4)
    before = [array.copy() for array in inputs]
    basics.backward(*inputs)
    basics.cross_entropy(inputs[0], inputs[1] % 3)
    basics.numerical_gradient(np.sum, inputs[0])
    assert all(np.array_equal(a, b) for a, b in zip(inputs, before, strict=True))


@pytest.mark.parametrize(
    ("sizes", "count"), [([784, 256, 256, 1], 267_009), ([2, 3], 9), ([5], 0), ([96, 1024], 99_328)]
)
def test_counts(sizes, count):
    assert basics.count_parameters(sizes) == count
