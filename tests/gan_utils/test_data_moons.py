"""Two moons: their law, their seeds, and what a line makes of them."""

import numpy as np
import pytest

from gan_utils.data.moons import NOISE, nearer_moon, sample_moons


def test_points_lie_around_the_two_arcs():
    points, labels = sample_moons(20_000, rng=0)
    assert points.shape == (20_000, 2) and points.dtype == np.float64
    middle = np.where(labels[:, None] == 0, [0.0, 0.0], [1.0, 0.5])
    radius = np.linalg.norm(points - middle, axis=1)
    assert abs(radius.mean() - 1) < 0.02 and abs(radius.std() - NOISE) < 0.01
    assert abs(labels.mean() - 0.5) < 5 * 0.5 / 20_000**0.5
    assert points[labels == 0, 1].mean() > 0.5 and points[labels == 1, 1].mean() < 0


def test_without_noise_each_point_is_nearest_to_its_own_arc():
    points, labels = sample_moons(2_000, noise=0.0, rng=1)
    np.testing.assert_array_equal(nearer_moon(points), labels)


def test_the_nearer_arc_is_nearly_always_the_right_guess():
    points, labels = sample_moons(5_000, rng=2)
    assert (nearer_moon(points) == labels).mean() > 0.99


def test_no_line_parts_them():
    points, labels = sample_moons(5_000, rng=3)
    best = 0.0
    for angle in np.linspace(0, np.pi, 60):
        along = np.sort(points @ [np.cos(angle), np.sin(angle)])
        side = points @ [np.cos(angle), np.sin(angle)]
        for cut in along[::100]:
            share = ((side > cut) == labels).mean()
            best = max(best, share, 1 - share)
    assert 0.8 < best < 0.92


def test_a_seed_repeats_and_a_generator_goes_on():
    np.testing.assert_array_equal(sample_moons(5, rng=4)[0], sample_moons(5, rng=4)[0])
    rng = np.random.default_rng(4)
    assert not np.array_equal(sample_moons(5, rng=rng)[0], sample_moons(5, rng=rng)[0])


@pytest.mark.parametrize("n", [0, 2.5, "ten", True])
def test_a_wrong_number_is_refused_in_words(n):
    with pytest.raises(ValueError, match="number of points must be a whole number"):
        sample_moons(n)


@pytest.mark.parametrize("noise", [-1.0, float("nan")])
def test_a_wrong_noise_is_refused_in_words(noise):
    with pytest.raises(ValueError, match="standard deviation"):
        sample_moons(5, noise=noise)
