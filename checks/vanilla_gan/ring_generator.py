"""vanilla_gan.ring_generator: a generator that the student trained on the eight Gaussians.

The thresholds leave room: over 24 seeds, 2,000 steps of the notebook's loop gave at least 7 modes
and at least 69 % good samples; asked for are 6 modes and 50 %. With no failure in 24 runs the rate
of false alarms is below 12 % at 95 % confidence; the margin suggests far less.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from checks.exercise import Arrays, Case, Exercise, Part
from checks.probes.samplers import sampler_probe
from checks.rules import AtLeast, Clue, Exact
from gan_utils.data.ring import STD, centres
from gan_utils.metrics import ring_report

LATENT_DIM = 16
N = 2_000
MODES_NEEDED, GOOD_NEEDED = 6, 0.5
BESIDE = 1e-3  # how far the second set of latents lies beside the first, in every coordinate


def _cases(rng: np.random.Generator) -> list[Case]:
    z = rng.uniform(-1, 1, (N, LATENT_DIM)).astype(np.float32)
    near = z + BESIDE * rng.choice([-1, 1], z.shape).astype(np.float32)
    return [Case("core", f"{N:,} fresh latents", {"z": z, "near": near})]


def _measure(seen: Arrays) -> Arrays:
    points = seen["points"]
    report = ring_report(torch.from_numpy(points))
    offsets = points - _nearest(points)
    good = np.linalg.norm(offsets, axis=1) < 3 * STD
    moved = np.linalg.norm(seen["near"] - points, axis=1)
    alone = np.allclose(seen["half"], points[::-2], atol=1e-4)
    return {
        "fixed": np.array(int(np.allclose(seen["again"], points, atol=1e-4))),
        "alone": np.array(int(alone)),
        "good": np.array(report.good),
        "modes": np.array(report.modes),
        "smooth": np.mean(moved < 0.1),
        "width": np.array(offsets[good].std() / STD if good.any() else 0.0),
        "radius": np.linalg.norm(points, axis=1).mean(),
        "spread": points.std(axis=0).max(),
        "aimed": np.mean(np.abs((np.arctan2(*points.T) / (np.pi / 4) + 0.5) % 1 - 0.5) < 0.15),
    }


def _nearest(points: np.ndarray) -> np.ndarray:
    means = centres(dtype=torch.float64).numpy()
    return means[np.linalg.norm(points[:, None] - means, axis=2).argmin(axis=1)]


exercise = Exercise(
    name="vanilla_gan.ring_generator",
    signature=f"ring_generator(z: Tensor) -> Tensor  # latents (N, {LATENT_DIM}) to points (N, 2)",
    about=(
        "your trained generator (a network or a function of z, uniform in [-1, 1]): at least "
        f"{MODES_NEEDED} of 8 modes covered, at least {GOOD_NEEDED:.0%} of the samples good"
    ),
    see="Train it on the ring",
    parts=(Part("core", 6, "the samples"),),
    probe=sampler_probe,
    measure=_measure,
    rules={
        "fixed": Exact(lambda *_: "the same latents gave other points the second time"),
        "alone": Exact(lambda *_: "a point depends on what else is in its batch"),
        "good": AtLeast("share of good samples"),
        "modes": AtLeast("modes covered"),
        "smooth": AtLeast("share of latents whose neighbours give neighbouring points"),
        "width": AtLeast("width of the good samples around their centres, true width 1"),
        "radius": Clue(),
        "spread": Clue(),
        "aimed": Clue(),
    },
    cases=_cases,
    reference=lambda z: smooth_ring(z, range(8)),
    references=("gan_utils.training.loop.train",),
    ideal={
        "good": np.array(GOOD_NEEDED),
        "modes": np.array(MODES_NEEDED),
        "smooth": np.array(0.8),
        "width": np.array(0.1),
    },
)
variant = exercise.variant


def smooth_ring(z: Tensor, modes: range | list[int], width: float = 1.0) -> Tensor:
    """A generator written down: z[0] chooses the mode, z[1] and z[2] the place in it."""
    kept = centres()[list(modes)]
    which = ((z[:, 0] + 1) / 2 * len(kept)).long().clamp(0, len(kept) - 1)
    return kept[which] + width * STD * np.sqrt(3) * z[:, 1:3]


@variant
def seven_modes(z: Tensor) -> Tensor:
    return smooth_ring(z, [0, 1, 2, 3, 4, 6, 7])


@variant
def array_out(z: Tensor) -> np.ndarray:
    return smooth_ring(z, range(8)).numpy()


@variant
def some_between_the_modes(z: Tensor) -> Tensor:
    points = smooth_ring(z, range(8))
    stray = z[:, 3] > 0.5
    points[stray] *= 0.5
    return points


class _Network(torch.nn.Module):
    def forward(self, z: Tensor) -> Tensor:
        return smooth_ring(z, range(8))


exercise.variants["module"] = _Network()
