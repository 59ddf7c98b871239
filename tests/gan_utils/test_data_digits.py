"""Rendered digits: repeatable, as MNIST in shape and ink, and told apart like digits."""

import pytest
import torch

from gan_utils.data import rendered_digits

# MNIST's training set: mean and std of the pixels, shares of pixels that are not black and white,
# rows that a digit spans. Measured once, so that this test needs no data.
MEAN, STD, INKED, WHITE, ROWS = 0.1307, 0.3081, 0.1876, 0.0736, 19.7


@pytest.fixture(scope="module")
def digits():
    return rendered_digits(6_000)


def test_shape_and_type(digits):
    assert digits.images.shape == (6_000, 1, 28, 28) and digits.images.dtype == torch.uint8
    assert digits.labels.shape == (6_000,) and digits.labels.dtype == torch.int64
    assert digits.rendered and "rendered" in digits.name


def test_the_same_bytes_again_and_the_first_of_a_larger_set(digits):
    for n in (1, 2_000, 2_001):
        fewer = rendered_digits(n)
        assert torch.equal(fewer.images, digits.images[:n])
        assert torch.equal(fewer.labels, digits.labels[:n])


def test_another_seed_gives_other_digits(digits):
    other = rendered_digits(100, seed=1)
    assert not torch.equal(other.labels, digits.labels[:100])
    assert (other.images != digits.images[:100]).flatten(1).any(dim=1).all()


def test_no_two_pictures_are_the_same(digits):
    assert len(digits.images.flatten(1).unique(dim=0)) == len(digits)


def test_the_global_stream_is_spared():
    before = torch.get_rng_state()
    rendered_digits(1)
    assert torch.equal(torch.get_rng_state(), before)


def test_labels_are_uniform(digits):
    counts = torch.bincount(digits.labels, minlength=10)
    assert (counts - 600).abs().max() < 5 * 23.2  # standard deviations of a binomial count


def test_ink_is_like_mnist(digits):
    unit = digits.images.float() / 255
    assert unit.mean().item() == pytest.approx(MEAN, abs=0.008)
    assert unit.std().item() == pytest.approx(STD, abs=0.01)
    assert (unit > 0.02).float().mean().item() == pytest.approx(INKED, abs=0.015)
    assert (unit > 0.98).float().mean().item() == pytest.approx(WHITE, abs=0.01)


def test_place_and_size_are_like_mnist(digits):
    ink = digits.images[:, 0].float()
    pixel, total = torch.arange(28.0), ink.sum(dim=(1, 2))
    for axis in (1, 2):
        centre = (ink.sum(dim=3 - axis) * pixel).sum(dim=1) / total
        assert centre.mean().item() == pytest.approx(14, abs=0.2)
        assert centre.std().item() < 0.72
    assert (ink > 30).any(dim=2).float().sum(dim=1).mean().item() == pytest.approx(ROWS, abs=0.5)
    assert ink[:, :2].mean() < 2 and ink[:, -2:].mean() < 2  # nothing is cut off


def test_a_digit_looks_like_its_label(digits):
    """A linear classifier reads most of them, and is lost when the labels are shuffled."""
    x = digits.images.flatten(1).double() / 255
    x = torch.cat([x, torch.ones(len(x), 1)], dim=1)
    y = torch.nn.functional.one_hot(digits.labels, 10).double()
    gram = x[:5_000].T @ x[:5_000] + 20 * torch.eye(785)
    read = (x[5_000:] @ torch.linalg.solve(gram, x[:5_000].T @ y[:5_000])).argmax(dim=1)
    assert (read == digits.labels[5_000:]).float().mean() > 0.85


@pytest.mark.parametrize(("n", "seed"), [(0, 0), (-1, 0), (2.5, 0), (True, 0), (1, -1), (1, None)])
def test_wrong_arguments_are_named(n, seed):
    with pytest.raises(ValueError, match=r"must be a whole number of at least [01], but is"):
        rendered_digits(n, seed)
