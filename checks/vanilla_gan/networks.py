"""vanilla_gan.discriminator and vanilla_gan.generator: the multilayer pair, as A prints it.

What the two have in common; their mistakes stand in discriminator.py and generator.py.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from checks.exercise import Case
from checks.probes.networks import MAX_WAYS
from checks.rules import AnyRow, Clue, Exact, Rule, number

IMAGE = (1, 28, 28)
BATCHES = (5, 128, 2)
ROWS = {"shapes": 1_000, "value": MAX_WAYS}  # one a tensor; one a way to copy the weights in
COUNT_ADVICE = (
    "A layer from n to m features holds n * m weights and m biases; look for the layer whose "
    "numbers differ."
)


def rules() -> dict[str, Rule]:
    """How networks are compared: the count first, then the function."""
    return {
        "count": Exact(
            lambda got, expected: (
                f"your network has {number(got)} trainable parameters, "
                f"expected {number(expected)}. {COUNT_ADVICE}"
            )
        ),
        "fits": Exact(
            lambda *_: "the count is right, but the shapes of your layers are not those asked for"
        ),
        "shapes": Clue(),
        "repeats": Exact(lambda *_: "two passes of the same input gave different outputs"),
        "value": AnyRow("with the reference's weights copied in"),
        "alone": Exact(lambda *_: "an output depends on what else is in its batch"),
        "learns": Exact(lambda *_: "no gradient reaches some of your network's parameters"),
    }


def case(
    rng: np.random.Generator,
    part: str,
    batch: int,
    features: int,
    shapes: list[tuple[int, ...]],
    argument: int | None = None,
) -> Case:
    """A batch of inputs on a grid in [-1, 1], and a seed for the weights."""
    rows = [(*shape, 0)[:2] for shape in shapes]
    inputs = {
        "x": (rng.integers(-64, 64, (batch, features), endpoint=True) / 64).astype(np.float32),
        "seed": np.array(int(rng.integers(1, 1_000_000))),
        "weight_shapes": np.array(rows),
    }
    title = f"a batch of {batch}"
    if argument is not None:
        inputs["argument"] = np.array(argument)
        title += f", latents of {argument} numbers"
    return Case(part, title, inputs)


def mlp(
    sizes: tuple[int, ...],
    *between: nn.Module | None,
    bias: tuple[bool, ...] | None = None,
    flatten: bool = True,
    image: bool = False,
) -> nn.Sequential:
    """Linear layers of those sizes with a module (or None) after each: for the banks only."""
    layers: list[nn.Module] = [nn.Flatten()] if flatten else []
    for i, (n, m) in enumerate(itertools.pairwise(sizes)):
        layers.append(nn.Linear(n, m, bias=bias[i] if bias else True))
        if i < len(between) and between[i] is not None:
            layers.append(between[i])
    if image:
        layers.append(nn.Unflatten(1, IMAGE))
    return nn.Sequential(*layers)


NO_GRADIENT = (
    "no_gradient",
    "The outputs are right, but no gradient flows through the network, so it cannot learn: forward "
    "must not use detach, no_grad, item or NumPy.",
)
EXTRA = (
    "extra_parameters",
    "The layers have the right sizes, but the network holds one more trainable tensor: PReLU, say, "
    "learns its slope.",
)
SPECTRAL = ("spectral_norm", "The weights are normalised (spectral_norm); none is asked for.")


class Detached(nn.Module):
    """A network whose output is cut off from its gradient."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        """The network's output, detached."""
        return self.network(x).detach()


def spectral(network: nn.Sequential) -> nn.Sequential:
    """The network with spectral normalisation on every linear layer."""
    for layer in network:
        if isinstance(layer, nn.Linear):
            nn.utils.parametrizations.spectral_norm(layer)
    return network


class Applied(nn.Module):
    """A function of a tensor as a layer."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        """function(x)"""
        return self.function(x)


class Unregistered(nn.Module):
    """Layers kept in a plain list, which nn.Module does not see: a classic slip."""

    def __init__(self, layers: list[nn.Module]) -> None:
        super().__init__()
        self.layers = [layers]  # hidden from nn.Module

    def forward(self, x: Tensor) -> Tensor:
        """All layers in turn."""
        for layer in self.layers[0]:
            x = layer(x)
        return x


class ByHand(nn.Module):
    """Weights as bare parameters, stored (in, out), registered last layer first: right, if odd."""

    def __init__(
        self, sizes: tuple[int, ...], activations: list[Callable[[Tensor], Tensor]]
    ) -> None:
        super().__init__()
        pairs = list(itertools.pairwise(sizes))
        self.weights = nn.ParameterList([nn.Parameter(torch.randn(p) / 30) for p in pairs[::-1]])
        self.biases = nn.ParameterList([nn.Parameter(torch.zeros(m)) for _, m in pairs[::-1]])
        self.activations = activations

    def forward(self, x: Tensor) -> Tensor:
        """Matrix products and activations, in the order of the sizes."""
        x = x.reshape(len(x), -1)
        layers = zip(list(self.weights)[::-1], list(self.biases)[::-1], strict=True)
        for (weight, bias), activation in zip(layers, self.activations, strict=True):
            x = activation(x @ weight + bias)
        return x
