"""The known wrong ways of vanilla_gan.discriminator."""

from __future__ import annotations

from collections.abc import Callable

import torch.nn.functional as F
from torch import Tensor, nn

from checks.vanilla_gan.discriminator import SIZES, exercise, leaky_of, standard
from checks.vanilla_gan.networks import (
    EXTRA,
    NO_GRADIENT,
    SPECTRAL,
    Applied,
    Detached,
    Unregistered,
    mlp,
    spectral,
)

mistake, limitation = exercise.mistake, exercise.limitation


SIGMOID_AT_END = (
    "The network ends in a sigmoid. Its output must be a raw score: the loss applies the sigmoid "
    "itself, and two of them in a row are the mistake that flattened the gradients of more than "
    "one published GAN."
)


@mistake("sigmoid_at_end", SIGMOID_AT_END, see="Find the bug: two sigmoids")
def _() -> nn.Module:
    return standard(leaky_of(), nn.Sigmoid())


@mistake("tanh_at_end", "The network ends in a tanh. Scores are raw: any real number.")
def _() -> nn.Module:
    return standard(leaky_of(), nn.Tanh())


@mistake("activation_at_end", "There is an activation after the last layer. Scores are raw.")
def _() -> nn.Module:
    return standard(leaky_of(), leaky_of())


@mistake("activation_at_end")
def _() -> nn.Module:
    return standard(leaky_of(), nn.ReLU())


@mistake("activation_at_end")
def _() -> nn.Module:
    return standard(leaky_of(), nn.LogSigmoid())


@mistake("softmax_at_end", "A softmax over a single score gives 1 for every image.")
def _() -> nn.Module:
    return standard(leaky_of(), nn.Softmax(dim=1))


@mistake(
    "no_activation",
    "There is no activation between the layers: three matrices in a row are one matrix.",
)
def _() -> nn.Module:
    return mlp(SIZES)


@mistake("first_activation_missing", "The leaky ReLU after the first layer is missing.")
def _() -> nn.Module:
    return mlp(SIZES, None, leaky_of())


@mistake("second_activation_missing", "The leaky ReLU after the second layer is missing.")
def _() -> nn.Module:
    return mlp(SIZES, leaky_of(), None)


@mistake("relu_for_leaky_relu", "The activations are plain ReLUs: slope 0 where 0.01 is asked.")
def _() -> nn.Module:
    return standard(nn.ReLU())


@mistake("relu_for_leaky_relu")
def _() -> nn.Module:
    return mlp(SIZES, leaky_of(), nn.ReLU())


@mistake("relu_for_leaky_relu")
def _() -> nn.Module:
    return mlp(SIZES, nn.ReLU(), leaky_of())


@mistake("slope_0.2", "The leaky ReLUs have slope 0.2, the usual one of later GANs; here 0.01.")
def _() -> nn.Module:
    return standard(leaky_of(0.2))


@mistake("slope_0.1", "The leaky ReLUs have slope 0.1; the exercise asks for 0.01.")
def _() -> nn.Module:
    return standard(leaky_of(0.1))


@mistake("slope_0.001", "The leaky ReLUs have slope 0.001; the exercise asks for 0.01.")
def _() -> nn.Module:
    return standard(leaky_of(0.001))


@mistake("wrong_slope", "A leaky ReLU has another slope than 0.01.")
def _() -> nn.Module:
    return standard(leaky_of(0.05))


@mistake("wrong_slope")
def _() -> nn.Module:
    return mlp(SIZES, leaky_of(0.2), leaky_of())


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
    return nn.Sequential(Applied(lambda x: (x + 1) / 2), *standard(leaky_of()))


@mistake("input_rescaled")
def _() -> nn.Module:
    return nn.Sequential(Applied(lambda x: x / 255), *standard(leaky_of()))


@mistake("input_rescaled")
def _() -> nn.Module:
    return nn.Sequential(nn.Flatten(), Applied(F.normalize), *standard(leaky_of())[1:])


@mistake(*NO_GRADIENT)
def _() -> nn.Module:
    return Detached(standard(leaky_of()))


@mistake(*EXTRA)
def _() -> nn.Module:
    shared = nn.PReLU()
    return mlp(SIZES, shared, shared)


@mistake(*SPECTRAL)
def _() -> nn.Module:
    return spectral(standard(leaky_of()))


@mistake(
    "another_activation", "The activations are not leaky ReLUs but tanh, sigmoid, ELU or GELU."
)
def _() -> nn.Module:
    return standard(nn.Tanh())


@mistake("another_activation")
def _() -> nn.Module:
    return standard(nn.Sigmoid())


@mistake("another_activation")
def _() -> nn.Module:
    return standard(nn.ELU())


@mistake("another_activation")
def _() -> nn.Module:
    return standard(nn.GELU())


@mistake("another_activation")
def _() -> nn.Module:
    return standard(nn.SiLU())


@mistake("dropout_added", "There is dropout in the network: the same image gets different scores.")
def _() -> nn.Module:
    return standard(nn.Sequential(leaky_of(), nn.Dropout(0.3)))


@mistake("batch_norm_added", "There is batch normalisation in the network; none is asked for.")
def _() -> nn.Module:
    first = nn.Sequential(nn.BatchNorm1d(256), leaky_of())
    return mlp(SIZES, first, nn.Sequential(nn.BatchNorm1d(256), leaky_of()))


@mistake("batch_norm_added")
def _() -> nn.Module:
    return mlp(SIZES, leaky_of(), nn.Sequential(nn.BatchNorm1d(256), leaky_of()))


@mistake("bias_missing", "A layer has no bias; all three must have one.")
def _() -> nn.Module:
    return mlp(SIZES, leaky_of(), leaky_of(), bias=(False, False, False))


@mistake("bias_missing")
def _() -> nn.Module:
    return mlp(SIZES, leaky_of(), leaky_of(), bias=(True, True, False))


@mistake("bias_missing")
def _() -> nn.Module:
    return mlp(SIZES, leaky_of(), leaky_of(), bias=(False, False, True))


@mistake("layer_missing", "The second hidden layer, 256 to 256, is missing.")
def _() -> nn.Module:
    return mlp((784, 256, 1), leaky_of())


@mistake("layer_too_many", "There is one hidden layer too many: two are asked for.")
def _() -> nn.Module:
    return mlp((784, 256, 256, 256, 1), leaky_of(), leaky_of(), leaky_of())


@mistake("wrong_width", "A hidden layer is not 256 wide.")
def _() -> nn.Module:
    return mlp((784, 256, 128, 1), leaky_of(), leaky_of())


@mistake("wrong_width")
def _() -> nn.Module:
    return mlp((784, 512, 256, 1), leaky_of(), leaky_of())


@mistake("wrong_width")
def _() -> nn.Module:
    return mlp((784, 128, 128, 1), leaky_of(), leaky_of())


@mistake("wrong_output_size", "The last layer must give one number an image: its score.")
def _() -> nn.Module:
    return mlp((784, 256, 256, 2), leaky_of(), leaky_of())


@mistake("wrong_output_size")
def _() -> nn.Module:
    return mlp((784, 256, 256, 10), leaky_of(), leaky_of())


@mistake(
    "parameters_unregistered",
    "PyTorch finds no parameters in your network: layers in a plain Python list are invisible to "
    "it. Use nn.Sequential or nn.ModuleList.",
)
def _() -> nn.Module:
    return Unregistered(list(standard(leaky_of())))


@mistake(
    "batch_size_frozen",
    "The batch size is fixed in the network: it must take any number of images. Use x.flatten(1), "
    "or x.view(len(x), -1).",
    crash=r"shape '\[\d+, .*' is invalid for input",
)
def _() -> nn.Module:
    return nn.Sequential(Applied(lambda x: x.reshape(128, 784)), *standard(leaky_of())[1:])


@mistake("batch_size_frozen")
def _() -> nn.Module:
    return nn.Sequential(Applied(lambda x: x.view(64, -1)), *standard(leaky_of())[1:])


@mistake(
    "whole_batch_flattened",
    "The batch itself was flattened: every image must keep its own row. Flatten from dimension 1: "
    "nn.Flatten(), or x.flatten(1).",
    crash=r"\(1x\d+ and 784x|size mismatch.*\[3920\]|\(3920\)|size \(3920",
)
def _() -> nn.Module:
    return nn.Sequential(Applied(lambda x: x.flatten()), *standard(leaky_of())[1:])


@mistake(
    "not_flattened",
    "The images are not flattened: the first layer meets rows of 28 pixels. "
    "Begin with nn.Flatten().",
    crash=r"\(\d+x28 and",
)
def _() -> nn.Module:
    return mlp((28, 256, 256, 1), leaky_of(), leaky_of(), flatten=False)


@limitation(
    "squeezed",
    "squeeze() removes every side of length 1, that of the batch too: use squeeze(1), or leave the "
    "scores as (N, 1).",
)
def _() -> nn.Module:
    return standard(leaky_of(), Applied(lambda x: x.squeeze()))


@limitation("needs_a_batch", "Your network cannot work on a batch of one.")
def _() -> nn.Module:
    def refuse(x: Tensor) -> Tensor:
        if len(x) == 1:
            raise ValueError("Expected more than 1 value per channel when training")
        return x

    return standard(leaky_of(), Applied(refuse))
