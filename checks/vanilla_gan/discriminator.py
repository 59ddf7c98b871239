"""vanilla_gan.discriminator: 784-256-256-1 with leaky ReLUs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from checks.exercise import Case, Exercise, Part
from checks.probes.networks import NetworkProbe
from checks.vanilla_gan.mlp_mistakes import explain
from checks.vanilla_gan.networks import (
    BATCHES,
    EXTRA,
    IMAGE,
    NO_GRADIENT,
    SPECTRAL,
    Applied,
    ByHand,
    Detached,
    Unregistered,
    case,
    mlp,
    rules,
    spectral,
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
    cases=_cases,
    reference=models.mlp_discriminator,
    explain=explain(_name, (LEAKY, LEAKY, NONE)),
)
mistake, limitation, variant = exercise.mistake, exercise.limitation, exercise.variant


def _leaky(slope: float = 0.01) -> nn.Module:
    return nn.LeakyReLU(slope)


def _standard(between: nn.Module, last: nn.Module | None = None) -> nn.Module:
    return mlp(SIZES, between, between, last)


SIGMOID_AT_END = (
    "The network ends in a sigmoid. Its output must be a raw score: the loss applies the sigmoid "
    "itself, and two of them in a row are the mistake that flattened the gradients of more than "
    "one published GAN."
)


@mistake("sigmoid_at_end", SIGMOID_AT_END, see="Find the bug: two sigmoids")
def _() -> nn.Module:
    return _standard(_leaky(), nn.Sigmoid())


@mistake("tanh_at_end", "The network ends in a tanh. Scores are raw: any real number.")
def _() -> nn.Module:
    return _standard(_leaky(), nn.Tanh())


@mistake("activation_at_end", "There is an activation after the last layer. Scores are raw.")
def _() -> nn.Module:
    return _standard(_leaky(), _leaky())


@mistake("activation_at_end")
def _() -> nn.Module:
    return _standard(_leaky(), nn.ReLU())


@mistake("activation_at_end")
def _() -> nn.Module:
    return _standard(_leaky(), nn.LogSigmoid())


@mistake("softmax_at_end", "A softmax over a single score gives 1 for every image.")
def _() -> nn.Module:
    return _standard(_leaky(), nn.Softmax(dim=1))


@mistake(
    "no_activation",
    "There is no activation between the layers: three matrices in a row are one matrix.",
)
def _() -> nn.Module:
    return mlp(SIZES)


@mistake("first_activation_missing", "The leaky ReLU after the first layer is missing.")
def _() -> nn.Module:
    return mlp(SIZES, None, _leaky())


@mistake("second_activation_missing", "The leaky ReLU after the second layer is missing.")
def _() -> nn.Module:
    return mlp(SIZES, _leaky(), None)


@mistake("relu_for_leaky_relu", "The activations are plain ReLUs: slope 0 where 0.01 is asked.")
def _() -> nn.Module:
    return _standard(nn.ReLU())


@mistake("relu_for_leaky_relu")
def _() -> nn.Module:
    return mlp(SIZES, _leaky(), nn.ReLU())


@mistake("relu_for_leaky_relu")
def _() -> nn.Module:
    return mlp(SIZES, nn.ReLU(), _leaky())


@mistake("slope_0.2", "The leaky ReLUs have slope 0.2, the usual one of later GANs; here 0.01.")
def _() -> nn.Module:
    return _standard(_leaky(0.2))


@mistake("slope_0.1", "The leaky ReLUs have slope 0.1; the exercise asks for 0.01.")
def _() -> nn.Module:
    return _standard(_leaky(0.1))


@mistake("slope_0.001", "The leaky ReLUs have slope 0.001; the exercise asks for 0.01.")
def _() -> nn.Module:
    return _standard(_leaky(0.001))


@mistake("wrong_slope", "A leaky ReLU has another slope than 0.01.")
def _() -> nn.Module:
    return _standard(_leaky(0.05))


@mistake("wrong_slope")
def _() -> nn.Module:
    return mlp(SIZES, _leaky(0.2), _leaky())


class _Wired(nn.Module):
    """Three layers, put together in a wrong way."""

    def __init__(self, wiring: Callable[[Tensor, nn.Module, nn.Module], Tensor]) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(784, 256), nn.Linear(256, 256)
        self.last, self.wiring = nn.Linear(256, 1), wiring

    def forward(self, x: Tensor) -> Tensor:
        hidden = F.leaky_relu(self.first(x.flatten(1)))
        return self.last(self.wiring(hidden, self.second, F.leaky_relu))


WIRING = "The layers are there, but forward does not use each of them once, one after another."


@mistake("wrong_wiring", WIRING)
def _() -> nn.Module:
    return _Wired(lambda h, second, act: h)


@mistake("wrong_wiring")
def _() -> nn.Module:
    return _Wired(lambda h, second, act: act(second(act(second(h)))))


@mistake("wrong_wiring")
def _() -> nn.Module:
    return _Wired(lambda h, second, act: h + act(second(h)))


@mistake("input_rescaled", "The images are scaled again inside the network; take them as they are.")
def _() -> nn.Module:
    return nn.Sequential(Applied(lambda x: (x + 1) / 2), *_standard(_leaky()))


@mistake("input_rescaled")
def _() -> nn.Module:
    return nn.Sequential(Applied(lambda x: x / 255), *_standard(_leaky()))


@mistake("input_rescaled")
def _() -> nn.Module:
    return nn.Sequential(nn.Flatten(), Applied(F.normalize), *_standard(_leaky())[1:])


@mistake(*NO_GRADIENT)
def _() -> nn.Module:
    return Detached(_standard(_leaky()))


@mistake(*EXTRA)
def _() -> nn.Module:
    shared = nn.PReLU()
    return mlp(SIZES, shared, shared)


@mistake(*SPECTRAL)
def _() -> nn.Module:
    return spectral(_standard(_leaky()))


@mistake(
    "another_activation", "The activations are not leaky ReLUs but tanh, sigmoid, ELU or GELU."
)
def _() -> nn.Module:
    return _standard(nn.Tanh())


@mistake("another_activation")
def _() -> nn.Module:
    return _standard(nn.Sigmoid())


@mistake("another_activation")
def _() -> nn.Module:
    return _standard(nn.ELU())


@mistake("another_activation")
def _() -> nn.Module:
    return _standard(nn.GELU())


@mistake("another_activation")
def _() -> nn.Module:
    return _standard(nn.SiLU())


@mistake("dropout_added", "There is dropout in the network: the same image gets different scores.")
def _() -> nn.Module:
    return _standard(nn.Sequential(_leaky(), nn.Dropout(0.3)))


@mistake("batch_norm_added", "There is batch normalisation in the network; none is asked for.")
def _() -> nn.Module:
    first = nn.Sequential(nn.BatchNorm1d(256), _leaky())
    return mlp(SIZES, first, nn.Sequential(nn.BatchNorm1d(256), _leaky()))


@mistake("batch_norm_added")
def _() -> nn.Module:
    return mlp(SIZES, _leaky(), nn.Sequential(nn.BatchNorm1d(256), _leaky()))


@mistake("bias_missing", "A layer has no bias; all three must have one.")
def _() -> nn.Module:
    return mlp(SIZES, _leaky(), _leaky(), bias=(False, False, False))


@mistake("bias_missing")
def _() -> nn.Module:
    return mlp(SIZES, _leaky(), _leaky(), bias=(True, True, False))


@mistake("bias_missing")
def _() -> nn.Module:
    return mlp(SIZES, _leaky(), _leaky(), bias=(False, False, True))


@mistake("layer_missing", "The second hidden layer, 256 to 256, is missing.")
def _() -> nn.Module:
    return mlp((784, 256, 1), _leaky())


@mistake("layer_too_many", "There is one hidden layer too many: two are asked for.")
def _() -> nn.Module:
    return mlp((784, 256, 256, 256, 1), _leaky(), _leaky(), _leaky())


@mistake("wrong_width", "A hidden layer is not 256 wide.")
def _() -> nn.Module:
    return mlp((784, 256, 128, 1), _leaky(), _leaky())


@mistake("wrong_width")
def _() -> nn.Module:
    return mlp((784, 512, 256, 1), _leaky(), _leaky())


@mistake("wrong_width")
def _() -> nn.Module:
    return mlp((784, 128, 128, 1), _leaky(), _leaky())


@mistake("wrong_output_size", "The last layer must give one number an image: its score.")
def _() -> nn.Module:
    return mlp((784, 256, 256, 2), _leaky(), _leaky())


@mistake("wrong_output_size")
def _() -> nn.Module:
    return mlp((784, 256, 256, 10), _leaky(), _leaky())


@mistake(
    "parameters_unregistered",
    "PyTorch finds no parameters in your network: layers in a plain Python list are invisible to "
    "it. Use nn.Sequential or nn.ModuleList.",
)
def _() -> nn.Module:
    return Unregistered(list(_standard(_leaky())))


@mistake(
    "batch_size_frozen",
    "The batch size is fixed in the network: it must take any number of images. Use x.flatten(1), "
    "or x.view(len(x), -1).",
    crash=r"shape '\[\d+, .*' is invalid for input",
)
def _() -> nn.Module:
    return nn.Sequential(Applied(lambda x: x.reshape(128, 784)), *_standard(_leaky())[1:])


@mistake("batch_size_frozen")
def _() -> nn.Module:
    return nn.Sequential(Applied(lambda x: x.view(64, -1)), *_standard(_leaky())[1:])


@mistake(
    "whole_batch_flattened",
    "The batch itself was flattened: every image must keep its own row. Flatten from dimension 1: "
    "nn.Flatten(), or x.flatten(1).",
    crash=r"\(1x\d+ and 784x|size mismatch.*\[3920\]|\(3920\)|size \(3920",
)
def _() -> nn.Module:
    return nn.Sequential(Applied(lambda x: x.flatten()), *_standard(_leaky())[1:])


@mistake(
    "not_flattened",
    "The images are not flattened: the first layer meets rows of 28 pixels. "
    "Begin with nn.Flatten().",
    crash=r"\(\d+x28 and",
)
def _() -> nn.Module:
    return mlp((28, 256, 256, 1), _leaky(), _leaky(), flatten=False)


@limitation(
    "squeezed",
    "squeeze() removes every side of length 1, that of the batch too: use squeeze(1), or leave the "
    "scores as (N, 1).",
)
def _() -> nn.Module:
    return _standard(_leaky(), Applied(lambda x: x.squeeze()))


@limitation("needs_a_batch", "Your network cannot work on a batch of one.")
def _() -> nn.Module:
    def refuse(x: Tensor) -> Tensor:
        if len(x) == 1:
            raise ValueError("Expected more than 1 value per channel when training")
        return x

    return _standard(_leaky(), Applied(refuse))


@variant
def sequential() -> nn.Module:
    return _standard(nn.LeakyReLU())


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
    return mlp(SIZES, nn.LeakyReLU(0.01, inplace=True), _leaky(), flatten=False)


@variant
def square_images_only() -> nn.Module:
    def flatten(x: Tensor) -> Tensor:
        n, channels, height, width = x.size()
        return x.view(n, channels * height * width)

    return nn.Sequential(Applied(flatten), *_standard(_leaky())[1:])


@variant
def one_score_a_row() -> nn.Module:
    return _standard(_leaky(), nn.Flatten(0))


@variant
def lazy() -> nn.Module:
    return nn.Sequential(
        nn.Flatten(), nn.LazyLinear(256), _leaky(), nn.LazyLinear(256), _leaky(), nn.LazyLinear(1)
    )


@variant
def by_hand() -> nn.Module:
    def leaky(x: Tensor) -> Tensor:
        return torch.maximum(x, 0.01 * x)

    return ByHand(SIZES, [leaky, leaky, lambda x: x])


ready_made = exercise.variants["ready_made"] = _standard(_leaky())  # a network, not a function
