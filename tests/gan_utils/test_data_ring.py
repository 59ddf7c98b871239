"""The ring of eight Gaussians: its law, and whose random numbers it takes."""

import math

import pytest
import torch

from gan_utils.data import MODES, RADIUS, STD, centres, sample_ring


def test_centres_lie_evenly_on_the_circle():
    points = centres(dtype=torch.float64)
    assert points.shape == (8, 2)
    for k, (x, y) in enumerate(points.tolist()):
        assert math.hypot(x, y) == pytest.approx(RADIUS)
        assert math.atan2(y, x) % (2 * math.pi) == pytest.approx(k * math.pi / 4, abs=1e-12)


def test_centres_are_the_callers_own():
    centres().zero_()
    assert centres().abs().sum() > 1


def test_the_law():
    n = 80_000
    points = sample_ring(n, torch.Generator().manual_seed(0), dtype=torch.float64)
    nearest = torch.cdist(points, centres(dtype=torch.float64)).argmin(dim=1)
    counts = torch.bincount(nearest, minlength=MODES)
    # Five standard deviations of a binomial count; the seed is fixed, so this is no gamble.
    limit = 5 * math.sqrt(n * (1 / 8) * (7 / 8))
    assert (counts - n / 8).abs().max() < limit
    noise = (points - centres(dtype=torch.float64)[nearest]) / STD
    assert noise.mean(dim=0).abs().max() < 5 / math.sqrt(n)
    covariance = noise.T @ noise / n
    torch.testing.assert_close(covariance, torch.eye(2).double(), rtol=0, atol=5 * 1.5 / n**0.5)
    assert (noise[:, 0] ** 4).mean().item() == pytest.approx(3, abs=0.15)  # as a Gaussian has


def test_a_generator_repeats_and_spares_the_global_stream():
    before = torch.get_rng_state()
    first = sample_ring(10, torch.Generator().manual_seed(4))
    assert torch.equal(first, sample_ring(10, torch.Generator().manual_seed(4)))
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(0)
    assert not torch.equal(sample_ring(10), sample_ring(10))


def test_shape_type_and_device():
    points = sample_ring(1, dtype=torch.float64, device="cpu")
    assert points.shape == (1, 2) and points.dtype == torch.float64
    assert sample_ring(3).dtype == torch.float32


@pytest.mark.parametrize("n", [0, -2, 1.5, None])
def test_a_wrong_number_is_named(n):
    with pytest.raises(ValueError, match="The number of points must be a whole number"):
        sample_ring(n)
