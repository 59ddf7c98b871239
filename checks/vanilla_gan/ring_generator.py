"""vanilla_gan.ring_generator: a generator that the student trained on the eight Gaussians.

The thresholds leave room: over 24 seeds, 2,000 steps of the notebook's loop gave at least 7 modes
and at least 69 % good samples; asked for are 6 modes and 50 %. With no failure in 24 runs the rate
of false alarms is below 12 % at 95 % confidence; the margin suggests far less.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from checks.exercise import Arrays, Case, Exercise, Part
from checks.probes.samplers import sampler_probe
from checks.rules import AtLeast, Clue, Exact
from gan_utils.data.ring import RADIUS, STD, centres
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
    reference=lambda z: _smooth_ring(z, range(8)),
    ideal={
        "good": np.array(GOOD_NEEDED),
        "modes": np.array(MODES_NEEDED),
        "smooth": np.array(0.8),
        "width": np.array(0.1),
    },
)
mistake, variant = exercise.mistake, exercise.variant


def _smooth_ring(z: Tensor, modes: range | list[int], width: float = 1.0) -> Tensor:
    """A generator written down: z[0] chooses the mode, z[1] and z[2] the place in it."""
    kept = centres()[list(modes)]
    which = ((z[:, 0] + 1) / 2 * len(kept)).long().clamp(0, len(kept) - 1)
    return kept[which] + width * STD * np.sqrt(3) * z[:, 1:3]


def _scrambled(z: Tensor, size: int) -> Tensor:
    """Row numbers below `size` that jump about as z changes a little."""
    return (z.double().sum(dim=1) * 1e6).round().long() % size


def _poor(seen: Arrays) -> bool:
    return bool(seen["good"] < GOOD_NEEDED)


@mistake(
    "fresh_noise_inside",
    "The same latents give other points every time: noise is drawn inside the generator. All its "
    "randomness must come from z.",
    recognise=lambda seen: not seen["fixed"],
)
def _(z: Tensor) -> Tensor:
    return centres()[torch.randint(8, (len(z),))] + STD * torch.randn(len(z), 2)


@mistake(
    "depends_on_batch",
    "A point depends on its neighbours in the batch: shuffling, batch statistics or a counter.",
    recognise=lambda seen: not seen["alone"],
)
def _(z: Tensor) -> Tensor:
    which = torch.linspace(0, 7.99, len(z)).long()
    return centres()[which] + STD * z[:, :2]


@mistake(
    "one_point",
    "Almost all samples lie on one spot. An extreme mode collapse, or a generator whose gradients "
    "never arrive.",
    recognise=lambda seen: seen["spread"] < 0.5 * STD,
)
def _(z: Tensor) -> Tensor:
    return centres()[:1].expand(len(z), 2) + 1e-3 * z[:, :2]


@mistake(
    "mode_collapse",
    "Mode collapse: the samples are good, but they sit in too few of the eight modes. Usual "
    "causes: a generator that starves beside a much stronger discriminator, the saturating loss, "
    "learning rates that differ. Check the losses and the number of steps, then train again.",
    see="Mode collapse, made visible",
    recognise=lambda seen: not _poor(seen) and seen["modes"] < MODES_NEEDED,
)
def _(z: Tensor) -> Tensor:
    return _smooth_ring(z, [3])


@mistake("mode_collapse")
def _(z: Tensor) -> Tensor:
    return _smooth_ring(z, [0, 3])


@mistake("mode_collapse")
def _(z: Tensor) -> Tensor:
    return _smooth_ring(z, [0, 1, 2, 5, 6])


@mistake(
    "stored_points",
    "Neighbouring latents give points far apart, so this is a table of stored points, not a "
    "function learnt from z.",
    recognise=lambda seen: not _poor(seen) and seen["smooth"] < 0.8,
)
def _(z: Tensor) -> Tensor:
    stream = torch.Generator().manual_seed(0)
    table = centres()[torch.arange(800) % 8] + STD * torch.randn(800, 2, generator=stream)
    return table[_scrambled(z, 800)]


@mistake(
    "only_centres",
    "The samples are the eight centres themselves, without any width: this was not learnt.",
    recognise=lambda seen: not _poor(seen) and seen["width"] < 0.1,
)
def _(z: Tensor) -> Tensor:
    return _smooth_ring(z, range(8), width=0.0)


@mistake(
    "average_of_all",
    "Nearly all samples lie in the middle of the ring, where no data are: their average.",
    recognise=lambda seen: _poor(seen) and seen["radius"] < 0.25 * RADIUS,
)
def _(z: Tensor) -> Tensor:
    return 0.3 * z[:, :2]


@mistake(
    "latents_returned",
    "The samples fill the square [-1, 1] evenly: they look like the latents themselves.",
    recognise=lambda seen: (  # the law of a uniform square: these two to three standard errors
        _poor(seen) and abs(seen["spread"] - 3**-0.5) < 0.03 and abs(seen["radius"] - 0.765) < 0.02
    ),
)
def _(z: Tensor) -> Tensor:
    return z[:, :2].clone()


@mistake(
    "wrong_scale",
    "The samples keep another distance from the middle than the data, whose radius is 2: a tanh at "
    "the end, or data that were scaled.",
    recognise=lambda seen: _poor(seen) and seen["aimed"] > 0.8,
)
def _(z: Tensor) -> Tensor:
    return _smooth_ring(z, range(8)) / 2


@mistake("wrong_scale")
def _(z: Tensor) -> Tensor:
    return _smooth_ring(z, range(8)) * 2


@mistake(
    "circle",
    "The samples fill the whole circle: the gaps between the modes are not learnt yet. Train "
    "longer.",
    recognise=lambda seen: _poor(seen) and 0.85 * RADIUS < seen["radius"] < 1.1 * RADIUS,
)
def _(z: Tensor) -> Tensor:
    angle = torch.pi * z[:, 0]
    radius = RADIUS + 0.1 * z[:, 1]
    return torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1)


@mistake(
    "not_trained",
    "Few samples lie near any mode: the generator is untrained, or stopped much too early. Was the "
    "cell run that trains it, with enough steps?",
    recognise=_poor,
)
def _(z: Tensor) -> Tensor:
    return 0.7 * z[:, :2] + 0.4 * z[:, 2:4] ** 2


@mistake("not_a_point_each", "The generator must give one point (x, y) for every latent: (N, 2).")
def _(z: Tensor) -> Tensor:
    return z[:, :1]


def _as_variant(name: str, width: float) -> Callable[[Tensor], Tensor]:
    def smooth(z: Tensor) -> Tensor:
        return _smooth_ring(z, range(8), width)

    exercise.variants[name] = smooth
    return smooth


_as_variant("as_wide_as_the_data", 1.0)
_as_variant("narrower_than_the_data", 0.4)


@variant
def seven_modes(z: Tensor) -> Tensor:
    return _smooth_ring(z, [0, 1, 2, 3, 4, 6, 7])


@variant
def array_out(z: Tensor) -> np.ndarray:
    return _smooth_ring(z, range(8)).numpy()


@variant
def some_between_the_modes(z: Tensor) -> Tensor:
    points = _smooth_ring(z, range(8))
    stray = z[:, 3] > 0.5
    points[stray] *= 0.5
    return points


class _Network(torch.nn.Module):
    def forward(self, z: Tensor) -> Tensor:
        return _smooth_ring(z, range(8))


exercise.variants["module"] = _Network()
