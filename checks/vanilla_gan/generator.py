"""vanilla_gan.generator: z-1024-1024-784 with ReLUs and a tanh."""

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


def _shapes(latent_dim: int) -> list[tuple[int, ...]]:
    return [(1024, latent_dim), (1024,), (1024, 1024), (1024,), (784, 1024), (784,)]


def _cases(rng: np.random.Generator) -> list[Case]:
    dims = (96, 4, 10)
    cases = [
        case(rng, "core", batch, dim, _shapes(dim), dim)
        for batch, dim in zip(BATCHES, dims, strict=True)
    ]
    return [*cases, case(rng, "batch of one", 1, 4, _shapes(4), 4)]


RELU, TANH, NONE = "ReLU", "tanh", "no activation"
ENDS = {
    NONE: "tanh_missing",
    "sigmoid": "sigmoid_for_tanh",
    "2 sigmoid(x) - 1": "stretched_sigmoid",
    "clamp to [-1, 1]": "clamp_for_tanh",
    "tanh twice": "tanh_twice",
    "ReLU": "relu_at_end",
    "ReLU and tanh": "relu_at_end",
    "tanh and ReLU": "relu_at_end",
}


def _name(first: str, second: str, last: str) -> str:
    if last != TANH:
        return ENDS.get(last, "another_range")
    if first == second == NONE:
        return "no_activation"
    if NONE in (first, second):
        return "first_activation_missing" if first == NONE else "second_activation_missing"
    wrong = first if first != RELU else second
    return "leaky_relu_for_relu" if wrong.startswith("leaky") else "another_activation"


exercise = Exercise(
    name="vanilla_gan.generator",
    signature=(
        "generator(latent_dim: int = 96) -> nn.Module  "
        "# latents (N, latent_dim) to images (N, 1, 28, 28)"
    ),
    about="linear latent_dim-1024, ReLU, 1024-1024, ReLU, 1024-784, tanh",
    see="The two networks",
    parts=(Part("core", 7, "the network"), Part("batch of one", 1, "batches of one")),
    probe=NetworkProbe(layouts=[(-1,)], outputs=[IMAGE, (784,), (28, 28)]),
    rules=rules(),
    rows=ROWS,
    cases=_cases,
    reference=models.mlp_generator,
    references=("gan_utils.models.mlp_generator",),
    explain=explain(_name, (RELU, RELU, TANH)),
)
variant = exercise.variant


def net(
    latent_dim: int,
    first: nn.Module | None,
    second: nn.Module | None,
    last: nn.Module | None,
    **options: object,
) -> nn.Sequential:
    sizes = (latent_dim, 1024, 1024, 784)
    return mlp(sizes, first, second, last, flatten=False, image=True, **options)


@variant
def sequential(latent_dim: int = 96) -> nn.Module:
    return net(latent_dim, nn.ReLU(), nn.ReLU(), nn.Tanh())


@variant
def flat(noise_dim: int = 96) -> nn.Module:
    sizes = (noise_dim, 1024, 1024, 784)
    relu = nn.ReLU(inplace=True)
    return mlp(sizes, relu, relu, nn.Tanh(), flatten=False)


@variant
class OwnClass(nn.Module):
    def __init__(self, latent_dim: int = 96) -> None:
        super().__init__()
        self.last = nn.Linear(1024, 784)
        self.first, self.second = nn.Linear(latent_dim, 1024), nn.Linear(1024, 1024)

    def forward(self, z: Tensor) -> Tensor:
        hidden = F.relu(self.second(F.relu(self.first(z))))
        return torch.tanh(self.last(hidden)).view(-1, 28, 28).unsqueeze(1)


@variant
def lazy(latent_dim: int = 96) -> nn.Module:
    return nn.Sequential(
        nn.LazyLinear(1024),
        nn.Threshold(0, 0),
        nn.LazyLinear(1024),
        nn.ReLU(),
        nn.LazyLinear(784),
        nn.Tanh(),
        nn.Unflatten(-1, IMAGE),
    )


@variant
def by_hand(latent_dim: int = 96) -> nn.Module:
    def relu(x: Tensor) -> Tensor:
        return x.clamp(min=0)

    return ByHand((latent_dim, 1024, 1024, 784), [relu, relu, torch.tanh])


@variant
def tanh_by_exponentials(latent_dim: int = 96) -> nn.Module:
    return net(latent_dim, nn.ReLU(), nn.ReLU(), Applied(lambda x: 2 * torch.sigmoid(2 * x) - 1))
