"""The known wrong ways of vanilla_gan.ring_generator."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from checks.exercise import Arrays
from checks.vanilla_gan.ring_generator import GOOD_NEEDED, MODES_NEEDED, exercise, smooth_ring
from gan_utils.data.ring import RADIUS, STD, centres

mistake = exercise.mistake


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
    return smooth_ring(z, [3])


@mistake("mode_collapse")
def _(z: Tensor) -> Tensor:
    return smooth_ring(z, [0, 3])


@mistake("mode_collapse")
def _(z: Tensor) -> Tensor:
    return smooth_ring(z, [0, 1, 2, 5, 6])


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
    return smooth_ring(z, range(8), width=0.0)


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
    return smooth_ring(z, range(8)) / 2


@mistake("wrong_scale")
def _(z: Tensor) -> Tensor:
    return smooth_ring(z, range(8)) * 2


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
        return smooth_ring(z, range(8), width)

    exercise.variants[name] = smooth
    return smooth


_as_variant("as_wide_as_the_data", 1.0)
_as_variant("narrower_than_the_data", 0.4)
