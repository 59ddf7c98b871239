"""cnn_captcha.recogniser: two convolutions, two poolings, two linear layers; 142,102 numbers."""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from checks.cnn_captcha.recogniser_told import explain
from checks.exercise import Case, Exercise, Part
from checks.probes.networks import NetworkProbe
from checks.vanilla_gan.networks import ROWS, Applied, rules
from gan_utils import models

SHAPES = [(20, 1, 5, 5), (20,), (50, 20, 5, 5), (50,), (500, 200), (500,), (32, 500), (32,)]


def _cases(rng: np.random.Generator) -> list[Case]:
    parts = ("core", 5), ("core", 64), ("core", 2), ("batch of one", 1)
    return [_case(rng, part, batch) for part, batch in parts]


def _case(rng: np.random.Generator, part: str, batch: int) -> Case:
    inputs = {
        "x": (rng.integers(-16, 16, (batch, 400), endpoint=True) / 16).astype(np.float32),
        "seed": np.array(int(rng.integers(1, 1_000_000))),
        "weight_shapes": np.array([(*shape, 0, 0, 0)[:4] for shape in SHAPES]),
    }
    return Case(part, f"a batch of {batch}", inputs)


exercise = Exercise(
    name="cnn_captcha.recogniser",
    signature="recogniser() -> nn.Module  # cells (N, 1, 20, 20) to scores (N, 32)",
    about=(
        "conv 20@5x5, ReLU, max pool 2, conv 50@5x5, ReLU, max pool 2, linear 200-500, ReLU, "
        "linear 500-32; no softmax"
    ),
    see="The recogniser",
    parts=(Part("core", 7, "the network"), Part("batch of one", 1, "batches of one")),
    probe=NetworkProbe(layouts=[(1, 20, 20), (400,), (20, 20)], outputs=[(32,)]),
    rules=rules(),
    rows=ROWS,
    cases=_cases,
    reference=models.recogniser,
    references=("gan_utils.models.recogniser",),
    explain=explain,
)
variant = exercise.variant


def build(
    first: nn.Module | None = None,
    second: nn.Module | None = None,
    third: nn.Module | None = None,
    *,
    pools: tuple[nn.Module, nn.Module] | None = None,
    last: nn.Module | None = None,
) -> nn.Sequential:
    """The recogniser with other activations, poolings, or something after its end."""
    one, two = pools or (nn.MaxPool2d(2), nn.MaxPool2d(2))
    layers = [
        nn.Conv2d(1, 20, 5), first or nn.ReLU(), one,
        nn.Conv2d(20, 50, 5), second or nn.ReLU(), two,
        nn.Flatten(), nn.Linear(200, 500), third or nn.ReLU(), nn.Linear(500, 32),
    ]  # fmt: skip
    return nn.Sequential(*layers, *([last] if last else []))


@variant
def sequential() -> nn.Module:
    return build()


@variant
class OwnClass(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc2, self.fc1 = nn.Linear(500, 32), nn.Linear(200, 500)
        self.conv2, self.conv1 = nn.Conv2d(20, 50, 5), nn.Conv2d(1, 20, kernel_size=(5, 5))

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), kernel_size=2, stride=2)
        return self.fc2(F.relu(self.fc1(x.view(x.size(0), -1))))


@variant
def pooled_first() -> nn.Module:
    """ReLU and max pooling commute."""
    return nn.Sequential(
        nn.Conv2d(1, 20, 5), nn.MaxPool2d(2), nn.ReLU(inplace=True),
        nn.Conv2d(20, 50, 5), nn.MaxPool2d(2), nn.ReLU(inplace=True),
        nn.Flatten(), nn.Linear(200, 500), nn.ReLU(), nn.Linear(500, 32),
    )  # fmt: skip


@variant
def lazy() -> nn.Module:
    pool, relu = nn.MaxPool2d(2, 2), nn.ReLU()
    return nn.Sequential(
        nn.LazyConv2d(20, 5), relu, pool, nn.LazyConv2d(50, 5), relu, pool,
        nn.Flatten(), nn.LazyLinear(500), relu, nn.LazyLinear(32),
    )  # fmt: skip


@variant
def convolutions_only() -> nn.Module:
    """A linear layer on (50, 2, 2) is a convolution with a kernel of 2x2, and the last of 1x1."""
    return nn.Sequential(
        nn.Conv2d(1, 20, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(20, 50, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(50, 500, 2), nn.ReLU(), nn.Conv2d(500, 32, 1), nn.Flatten(),
    )  # fmt: skip


@variant
def rows_in() -> nn.Module:
    return nn.Sequential(nn.Unflatten(1, (1, 20, 20)), *build())


@variant
class ByHand(nn.Module):
    """Bare parameters, convolutions as matrix products, linear weights stored (in, out)."""

    def __init__(self) -> None:
        super().__init__()
        shapes = [(20, 1, 5, 5), (50, 20, 5, 5), (200, 500), (500, 32)]
        self.weights = nn.ParameterList([nn.Parameter(torch.randn(s) / 20) for s in shapes])
        self.biases = nn.ParameterList([nn.Parameter(torch.zeros(n)) for n in (20, 50, 500, 32)])

    def forward(self, x: Tensor) -> Tensor:
        for weight, bias in zip(self.weights[:2], self.biases[:2], strict=True):
            columns = F.unfold(x, 5)
            side = math.isqrt(columns.shape[2])
            x = (weight.flatten(1) @ columns + bias[:, None]).unflatten(2, (side, side))
            x = x.clamp(min=0).unfold(2, 2, 2).unfold(3, 2, 2).amax((-2, -1))
        hidden = torch.relu(x.flatten(1) @ self.weights[2] + self.biases[2])
        return hidden @ self.weights[3] + self.biases[3]


@variant
def gray_pictures() -> nn.Module:
    return nn.Sequential(Applied(lambda x: x.unsqueeze(1) if x.ndim == 3 else x), *build())


ready_made = exercise.variants["ready_made"] = build()  # a network, not a function
