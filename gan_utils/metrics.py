"""Measures of how good samples are: on the ring by counting, elsewhere by the Frechet distance."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from gan_utils.data.ring import MODES, POINT_DIM, STD, centres

GOOD_WITHIN = 3.0  # standard deviations from a centre
COVERED_FROM = 0.02  # of all samples


class RingReport(NamedTuple):
    """What ring_report counts.

    modes     how many of the eight modes are covered
    good      share of samples that are good, 0 to 1
    per_mode  good samples at each centre, eight counts in the order of ring.centres
    """

    modes: int
    good: float
    per_mode: tuple[int, ...]


def ring_report(points: Tensor) -> RingReport:
    """Modes covered and share of good samples among points (N, 2); arrays and lists do as well.

    A sample is *good* if it lies within 3 standard deviations (0.3) of a centre: of the true
    mixture 1 - exp(-9/2) = 98.9 % do. A mode is *covered* if at least 2 % of all samples are good
    ones of that mode, about a sixth of its fair share of 12.5 %. (Srivastava et al.
    2017, "VEEGAN", count like this, but a single good sample covers a mode there, so that every
    mode is covered sooner or later as N grows; a share does not grow with N.)

    Raises ValueError if there are no points, the shape is another, or a coordinate is not finite.
    """
    points = _as_matrix(points, "Points", columns=POINT_DIM)
    if len(points) == 0:
        raise ValueError("There are no points to report on: the tensor has shape (0, 2).")
    distance, nearest = torch.cdist(points, centres(dtype=torch.float64)).min(dim=1)
    good = distance <= GOOD_WITHIN * STD
    per_mode = torch.bincount(nearest[good], minlength=MODES).tolist()
    covered = sum(count >= COVERED_FROM * len(points) for count in per_mode)
    return RingReport(covered, sum(per_mode) / len(points), tuple(per_mode))


def confusion_matrix(labels: Tensor, predictions: Tensor, classes: int) -> Tensor:
    """How often which class is taken for which: int64 (classes, classes).

    labels, predictions: whole numbers from 0 to classes - 1, (N,) each. The row is the label, the
    column the prediction; right answers lie on the diagonal, and all counts add up to N.
    """
    pairs = labels.long() * classes + predictions.long()
    return torch.bincount(pairs, minlength=classes**2).reshape(classes, classes)


def frechet_distance(a: Tensor, b: Tensor) -> float:
    """Frechet distance of two samples of features, (N, d) and (M, d), each taken as Gaussian.

    |m_a - m_b|^2 + trace(C_a + C_b - 2 (C_a C_b)^(1/2)) with sample means and unbiased covariances,
    in float64 (Dowson and Landau 1982; Heusel et al. 2017, eq. 6: "FID" if the features are those
    of an Inception network). 0 for equal samples, symmetric, in squared units of the features. Its
    bias is positive and falls like 1/N: compare only values of the same N and M.

    Raises ValueError if a shape is another, a sample has fewer than 2 rows, or a value is not
    finite.
    """
    a, b = _as_matrix(a, "The first features"), _as_matrix(b, "The second features")
    if a.shape[1] != b.shape[1]:
        raise ValueError(
            f"The first features have {a.shape[1]} columns and the second {b.shape[1]}: "
            "both must come from the same layer of the same network."
        )
    if min(len(a), len(b)) < 2:
        raise ValueError(
            f"A covariance needs at least 2 samples, but there are {len(a)} and {len(b)}."
        )
    return frechet_of_gaussians(*_moments(a), *_moments(b))


def frechet_of_gaussians(mean_a: Tensor, cov_a: Tensor, mean_b: Tensor, cov_b: Tensor) -> float:
    """Frechet distance of two Gaussians: means (d,), symmetric covariances (d, d), all float64.

    The trace of (C_a C_b)^(1/2) is the sum of the singular values of C_a^(1/2) C_b^(1/2). So no
    square root of a matrix that is not symmetric is needed, and nothing complex appears.
    """
    overlap = torch.linalg.svdvals(_symmetric_root(cov_a) @ _symmetric_root(cov_b)).sum()
    distance = (mean_a - mean_b).square().sum() + cov_a.trace() + cov_b.trace() - 2 * overlap
    return max(distance.item(), 0.0)  # rounding may leave -1e-15 where the truth is 0


def _moments(features: Tensor) -> tuple[Tensor, Tensor]:
    """Mean (d,) and unbiased covariance (d, d) of features (N, d)."""
    mean = features.mean(dim=0)
    centred = features - mean
    return mean, centred.T @ centred / (len(features) - 1)


def _symmetric_root(matrix: Tensor) -> Tensor:
    """The square root of a symmetric positive semi-definite matrix (d, d), by its eigenvalues."""
    values, vectors = torch.linalg.eigh(matrix)
    # Rounding makes a zero eigenvalue slightly negative.
    return (vectors * values.clamp(min=0).sqrt()) @ vectors.T


def _as_matrix(values: Tensor, what: str, columns: int | None = None) -> Tensor:
    """The values as a finite float64 matrix on the CPU, or a ValueError that opens with `what`."""
    matrix = torch.as_tensor(values).detach().to("cpu", torch.float64)
    if matrix.ndim != 2 or matrix.shape[1] == 0 or columns not in (None, matrix.shape[1]):
        expected = f"(N, {'d' if columns is None else columns})"
        raise ValueError(
            f"{what} must have shape {expected}, one sample a row, but have shape "
            f"{tuple(matrix.shape)}."
        )
    bad = int((~matrix.isfinite()).any(dim=1).sum())
    if bad:
        raise ValueError(
            f"{what} hold {bad} of {len(matrix)} samples that are not finite (NaN or Inf): the "
            "network that made them has diverged. Look at the losses before you measure."
        )
    return matrix
