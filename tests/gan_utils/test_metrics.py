"""Measures against closed forms and an independent implementation."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_utils.data import STD, centres, sample_ring
from gan_utils.metrics import (
    RingReport,
    confusion_matrix,
    frechet_distance,
    frechet_of_gaussians,
    ring_report,
)


def normal(n, d, seed, scale=1.0):
    generator = torch.Generator().manual_seed(seed)
    return scale * torch.randn(n, d, generator=generator, dtype=torch.float64)


def test_the_true_ring_is_covered_and_good():
    report = ring_report(sample_ring(50_000, torch.Generator().manual_seed(0)))
    assert report.modes == 8
    assert report.good == pytest.approx(1 - math.exp(-4.5), abs=0.003)
    assert sum(report.per_mode) == round(report.good * 50_000)


def test_a_collapsed_generator_covers_one():
    point = centres()[3].expand(100, 2)
    assert ring_report(point) == RingReport(1, 1.0, (0, 0, 0, 100, 0, 0, 0, 0))


def test_samples_between_the_modes_are_not_good():
    assert ring_report(torch.zeros(10, 2)) == RingReport(0, 0.0, (0,) * 8)


@pytest.mark.parametrize(("radii", "good"), [(2.99, 1.0), (3.01, 0.0)])
def test_good_means_within_three_deviations(radii, good):
    offset = torch.tensor([[0.6, 0.8]]) * radii * STD
    assert ring_report(centres() + offset).good == good


@pytest.mark.parametrize(("at_second", "modes"), [(2, 2), (1, 1)])
def test_covered_means_two_percent_of_all(at_second, modes):
    points = centres()[0].repeat(100, 1)
    points[:at_second] = centres()[5]
    assert ring_report(points).modes == modes


def test_bad_samples_count_among_all():
    points = torch.cat([centres()[0].repeat(2, 1), torch.zeros(99, 2)])
    assert ring_report(points).modes == 0  # 2 of 101 is less than 2 %


@given(st.permutations(range(24)))
@settings(max_examples=20)
def test_the_order_of_samples_does_not_matter(order):
    points = sample_ring(24, torch.Generator().manual_seed(2))
    assert ring_report(points[list(order)]) == ring_report(points)


def test_ring_report_takes_what_students_have():
    points = sample_ring(50, torch.Generator().manual_seed(1))
    expected = ring_report(points)
    for other in (points.numpy(), points.tolist(), points.double(), points.requires_grad_()):
        assert ring_report(other) == expected


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        (torch.zeros(0, 2), "There are no points"),
        (torch.zeros(5), r"shape \(N, 2\).*have shape \(5,\)"),
        (torch.zeros(5, 3), r"have shape \(5, 3\)"),
        (torch.tensor([[0, math.nan], [math.nan, math.inf], [1, 1]]), "2 of 3 samples .*diverged"),
    ],
)
def test_ring_report_refuses_with_a_sentence(points, sentence):
    with pytest.raises(ValueError, match=sentence):
        ring_report(points)


@given(st.lists(st.tuples(*[st.floats(-5, 5)] * 2, *[st.floats(0, 3)] * 2), min_size=1, max_size=6))
def test_diagonal_gaussians_have_a_closed_form(rows):
    mean_a, mean_b, std_a, std_b = torch.tensor(rows, dtype=torch.float64).T
    expected = ((mean_a - mean_b).square() + (std_a - std_b).square()).sum().item()
    got = frechet_of_gaussians(mean_a, std_a.square().diag(), mean_b, std_b.square().diag())
    assert got == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_a_turned_pair_keeps_its_distance():
    a, b = normal(50, 4, 0), normal(60, 4, 1, scale=2.0) + 1
    turn, _ = torch.linalg.qr(normal(4, 4, 2))
    assert frechet_distance(a @ turn, b @ turn) == pytest.approx(frechet_distance(a, b), rel=1e-12)


@pytest.mark.parametrize(
    ("n", "d"), [(300, 5), (40, 30), (10, 30)]
)  # the last two near, in singular
def test_against_scipy(n, d):
    linalg = pytest.importorskip("scipy.linalg", reason="scipy, the second opinion, is missing")
    mix = normal(d, d, 7)
    a, b = normal(n, d, 3) @ mix, normal(n + 9, d, 4) + 0.5
    cov_a, cov_b = np.cov(a.numpy().T), np.cov(b.numpy().T)
    if n < d:  # scipy's root of a singular product fails; a regularised one differs little
        cov_a, cov_b = cov_a + 1e-9 * np.eye(d), cov_b + 1e-9 * np.eye(d)
    root = linalg.sqrtm(cov_a @ cov_b).real
    shift = (a.mean(0) - b.mean(0)).square().sum().item()
    expected = shift + np.trace(cov_a + cov_b - 2 * root)
    tolerance = 1e-9 if n > d else 1e-4
    assert frechet_distance(a, b) == pytest.approx(expected, rel=tolerance)


def test_distance_to_itself_is_zero_even_if_singular():
    for features in (normal(100, 6, 0), normal(5, 20, 0), torch.ones(9, 3)):
        assert 0 <= frechet_distance(features, features) < 1e-9


def test_symmetric_and_shifted():
    a = normal(200, 3, 0)
    assert frechet_distance(a, a + 2) == pytest.approx(12, rel=1e-9)
    b = normal(80, 3, 1, scale=3.0)
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(b, a), rel=1e-12)


def test_small_differences_at_large_means_survive_float32():
    a = normal(500, 2, 0).float() + 1000
    assert frechet_distance(a, a + 0.25) == pytest.approx(2 * 0.25**2, rel=1e-3)


@pytest.mark.parametrize(
    ("a", "b", "sentence"),
    [
        (torch.ones(4, 3), torch.ones(4, 2), "have 3 columns and the second 2"),
        (torch.ones(4), torch.ones(4, 2), r"The first features must have shape \(N, d\)"),
        (torch.ones(4, 2), torch.ones(4, 2, 1), "The second features must have shape"),
        (torch.ones(1, 2), torch.ones(4, 2), "at least 2 samples, but there are 1 and 4"),
        (torch.ones(4, 2), torch.full((4, 2), math.inf), "The second features hold 4 of 4"),
        (torch.ones(4, 0), torch.ones(4, 0), "must have shape"),
    ],
)
def test_frechet_refuses_with_a_sentence(a, b, sentence):
    with pytest.raises(ValueError, match=sentence):
        frechet_distance(a, b)


def test_a_confusion_matrix_counts_pairs_label_down_and_prediction_across():
    labels, predictions = torch.tensor([0, 0, 2, 2, 2]), torch.tensor([0, 1, 2, 2, 0])
    counts = confusion_matrix(labels, predictions, 4)
    assert counts.tolist() == [[1, 1, 0, 0], [0, 0, 0, 0], [1, 0, 2, 0], [0, 0, 0, 0]]
    assert counts.dtype == torch.int64
