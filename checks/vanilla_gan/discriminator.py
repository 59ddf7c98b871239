"""vanilla_gan.discriminator: 784-256-256-1 with leaky ReLUs."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from checks.exercise import Case, Exercise, Part
from checks.probes.networks import NetworkProbe
from checks.vanilla_gan.mlp_mistakes import explain
from checks.vanilla_gan.networks import (
    BATCHES,
    IMAGE,
    ROWS,
    Applied,
    ByHand,
    case,
    mlp,
    rules,
)
from gan_utils import models

SIZES = (784, 256, 256, 1)
SHAPES = [(256, 784), (256,), (256, 256), (256,), (1, 256), (1,)]


def _cases(rng: np.random.Generator) -> list[Case]:
    cases = [case(rng, "core", batch, 784, SHAPES) for batch in BATCHES]
    return [*cases, case(rng, "batch of one", 1, 784, SHAPES)]


LEAKY, NONE = "leaky ReLU of slope 0.01", "no activation"
SLOPES = {f"leaky ReLU of slope {slope:g}": f"slope_{slope:g}" for slope in (0.2, 0.1, 0.001)}
ENDS = {"sigmoid": "sigmoid_at_end", "tanh": "tanh_at_end"}


def _name(first: str, second: str, last: str) -> str:
    if last != NONE:
        return ENDS.get(last, "activation_at_end")
    if first == second == NONE:
        return "no_activation"
    if NONE in (first, second):
        return "first_activation_missing" if first == NONE else "second_activation_missing"
    wrong = first if first != LEAKY else second
    if wrong == "ReLU":
        return "relu_for_leaky_relu"
    if wrong.startswith("leaky"):
        return SLOPES.get(wrong, "wrong_slope") if first == second else "wrong_slope"
    return "another_activation"


exercise = Exercise(
    name="vanilla_gan.discriminator",
    signature="discriminator() -> nn.Module  # images (N, 1, 28, 28) to scores (N, 1)",
    about="linear 784-256, leaky ReLU, 256-256, leaky ReLU, 256-1; slope 0.01; no sigmoid",
    see="The two networks",
    parts=(Part("core", 7, "the network"), Part("batch of one", 1, "batches of one")),
    probe=NetworkProbe(layouts=[IMAGE, (784,)], outputs=[(1,), ()]),
    rules=rules(),
    rows=ROWS,
    cases=_cases,
    reference=models.mlp_discriminator,
    references=("gan_utils.models.mlp_discriminator",),
    explain=explain(_name, (LEAKY, LEAKY, NONE)),
)
variant = exercise.variant


def leaky_of(slope: float = 0.01) -> nn.Module:
    return nn.LeakyReLU(slope)


def standard(between: nn.Module, last: nn.Module | None = None) -> nn.Module:
    return mlp(SIZES, between, between, last)


@variant
def sequential() -> nn.Module:
    return standard(nn.LeakyReLU())


@variant
class OwnClass(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Linear(256, 1)
        self.first, self.second = nn.Linear(784, 256), nn.Linear(256, 256)

    def forward(self, x: Tensor) -> Tensor:
        x = x.view(x.size(0), -1)
        x = F.leaky_relu(self.first(x), 0.01)
        return self.last(F.leaky_relu(self.second(x), negative_slope=0.01))


@variant
def flat_images_only() -> nn.Module:
    return mlp(SIZES, nn.LeakyReLU(0.01, inplace=True), leaky_of(), flatten=False)


@variant
def square_images_only() -> nn.Module:
    def flatten(x: Tensor) -> Tensor:
        n, channels, height, width = x.size()
        return x.view(n, channels * height * width)

    return nn.Sequential(Applied(flatten), *standard(leaky_of())[1:])


@variant
def one_score_a_row() -> nn.Module:
    return standard(leaky_of(), nn.Flatten(0))


@variant
def lazy() -> nn.Module:
    return nn.Sequential(
        nn.Flatten(),
        nn.LazyLinear(256),
        leaky_of(),
        nn.LazyLinear(256),
        leaky_of(),
        nn.LazyLinear(1),
    )


@variant
def by_hand() -> nn.Module:
    def leaky(x: Tensor) -> Tensor:
        return torch.maximum(x, 0.01 * x)

    return ByHand(SIZES, [leaky, leaky, lambda x: x])


ready_made = exercise.variants["ready_made"] = standard(leaky_of())  # a network, not a function
