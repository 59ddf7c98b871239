"""Two moons: half circles that reach into each other, the smallest task that no line solves."""

from __future__ import annotations

import numpy as np

from gan_utils.data.arguments import whole_number

NOISE = 0.12  # standard deviation around the arcs, in x and in y; the arcs keep 0.5 apart or more
STEPS = 512  # points on an arc by which a distance to it is measured


def sample_moons(
    n: int, noise: float = NOISE, rng: np.random.Generator | int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """n independent points (n, 2), float64, and their labels (n,), int64.

    Class 0 lies around the upper half of the unit circle around (0, 0), class 1 around the lower
    half of that around (1, 0.5), each as likely as the other. rng: a generator, or its seed.
    Raises ValueError if n is no whole number of at least 1, or the noise is negative.
    """
    n = whole_number("The number of points", n)
    if not noise >= 0:
        raise ValueError(f"The noise is a standard deviation, at least 0, but is {noise!r}.")
    rng = np.random.default_rng(rng)
    labels = rng.integers(0, 2, n)
    points = _on_arc(np.pi * rng.random(n), labels)
    return points + noise * rng.standard_normal((n, 2)), labels


def nearer_moon(points: np.ndarray) -> np.ndarray:
    """The class of the arc that each point (N, 2) lies nearer to, (N,): the best guess there is."""
    angles = np.linspace(0, np.pi, STEPS)
    gaps = []
    for label in (0, 1):
        arc = _on_arc(angles, np.full(STEPS, label))
        gaps.append(np.linalg.norm(points[:, None] - arc, axis=2).min(axis=1))
    return (gaps[1] < gaps[0]).astype(np.int64)


def _on_arc(angle: np.ndarray, label: np.ndarray) -> np.ndarray:
    """The point (n, 2) at that angle of the upper arc (label 0), or of the lower one (label 1)."""
    side = 1 - 2 * label
    return np.stack([label + side * np.cos(angle), 0.5 * label + side * np.sin(angle)], axis=1)
