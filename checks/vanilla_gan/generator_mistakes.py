"""The known wrong ways of vanilla_gan.generator."""

from __future__ import annotations

from torch import nn

from checks.vanilla_gan.generator import exercise, net
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


@mistake("tanh_missing", "The last tanh is missing: pixels must lie between -1 and 1.")
def _(latent_dim: int = 96) -> nn.Module:
    return net(latent_dim, nn.ReLU(), nn.ReLU(), None)


@mistake(
    "sigmoid_for_tanh",
    "The network ends in a sigmoid: its pixels lie between 0 and 1, those of the data between -1 "
    "and 1, so the discriminator tells them apart by their mean alone.",
)
def _(latent_dim: int = 96) -> nn.Module:
    return net(latent_dim, nn.ReLU(), nn.ReLU(), nn.Sigmoid())


@mistake("another_range", "What follows the last layer is not a tanh.")
def _(latent_dim: int = 96) -> nn.Module:
    return net(latent_dim, nn.ReLU(), nn.ReLU(), nn.Softsign())


@mistake("another_range")
def _(latent_dim: int = 96) -> nn.Module:
    return net(latent_dim, nn.ReLU(), nn.ReLU(), Applied(lambda x: (x.tanh() + 1) / 2))


@mistake(
    "wrong_output_size",
    "The last layer must give 784 numbers, one for each pixel of a 28 x 28 image.",
)
def _(latent_dim: int = 96) -> nn.Module:
    sizes = (latent_dim, 1024, 1024, 1024)
    return mlp(sizes, nn.ReLU(), nn.ReLU(), nn.Tanh(), flatten=False)


@mistake(
    "transposed",
    "The image's rows and columns are exchanged: shape the 784 numbers as (1, 28, 28) at once.",
)
def _(latent_dim: int = 96) -> nn.Module:
    whole = net(latent_dim, nn.ReLU(), nn.ReLU(), nn.Tanh())
    return nn.Sequential(*whole, Applied(lambda x: x.transpose(2, 3)))


@mistake(*NO_GRADIENT)
def _(latent_dim: int = 96) -> nn.Module:
    return Detached(net(latent_dim, nn.ReLU(), nn.ReLU(), nn.Tanh()))


@mistake(*EXTRA)
def _(latent_dim: int = 96) -> nn.Module:
    shared = nn.PReLU()
    return net(latent_dim, shared, shared, nn.Tanh())


@mistake(*SPECTRAL)
def _(latent_dim: int = 96) -> nn.Module:
    return spectral(net(latent_dim, nn.ReLU(), nn.ReLU(), nn.Tanh()))


@mistake(
    "stretched_sigmoid",
    "2 * sigmoid(x) - 1 has the right range, but it is tanh(x / 2), not tanh(x).",
)
def _(latent_dim: int = 96) -> nn.Module:
    return net(latent_dim, nn.ReLU(), nn.ReLU(), Applied(lambda x: 2 * x.sigmoid() - 1))


@mistake("clamp_for_tanh", "Pixels are cut off at -1 and 1, which stops the gradient; use tanh.")
def _(latent_dim: int = 96) -> nn.Module:
    return net(latent_dim, nn.ReLU(), nn.ReLU(), nn.Hardtanh())


@mistake("relu_at_end", "There is a ReLU at the end: no pixel can be dark.")
def _(latent_dim: int = 96) -> nn.Module:
    return net(latent_dim, nn.ReLU(), nn.ReLU(), nn.Sequential(nn.ReLU(), nn.Tanh()))


@mistake("relu_at_end")
def _(latent_dim: int = 96) -> nn.Module:
    return net(latent_dim, nn.ReLU(), nn.ReLU(), nn.ReLU())


@mistake("relu_at_end")
def _(latent_dim: int = 96) -> nn.Module:
    return net(latent_dim, nn.ReLU(), nn.ReLU(), nn.Sequential(nn.Tanh(), nn.ReLU()))


@mistake("tanh_twice", "The tanh is applied twice.")
def _(latent_dim: int = 96) -> nn.Module:
    return net(latent_dim, nn.ReLU(), nn.ReLU(), nn.Sequential(nn.Tanh(), nn.Tanh()))


@mistake(
    "no_activation",
    "There is no activation between the layers: three matrices in a row are one matrix.",
)
def _(latent_dim: int = 96) -> nn.Module:
    return net(latent_dim, None, None, nn.Tanh())


@mistake("first_activation_missing", "The ReLU after the first layer is missing.")
def _(latent_dim: int = 96) -> nn.Module:
    return net(latent_dim, None, nn.ReLU(), nn.Tanh())


@mistake("second_activation_missing", "The ReLU after the second layer is missing.")
def _(latent_dim: int = 96) -> nn.Module:
    return net(latent_dim, nn.ReLU(), None, nn.Tanh())


@mistake("leaky_relu_for_relu", "The activations are leaky; the generator's are plain ReLUs.")
def _(latent_dim: int = 96) -> nn.Module:
    return net(latent_dim, nn.LeakyReLU(0.01), nn.LeakyReLU(0.01), nn.Tanh())


@mistake("leaky_relu_for_relu")
def _(latent_dim: int = 96) -> nn.Module:
    return net(latent_dim, nn.LeakyReLU(0.2), nn.LeakyReLU(0.2), nn.Tanh())


@mistake("leaky_relu_for_relu")
def _(latent_dim: int = 96) -> nn.Module:
    return net(latent_dim, nn.LeakyReLU(0.1), nn.LeakyReLU(0.1), nn.Tanh())


@mistake("another_activation", "The activations between the layers are not ReLUs.")
def _(latent_dim: int = 96) -> nn.Module:
    return net(latent_dim, nn.Tanh(), nn.Tanh(), nn.Tanh())


@mistake("another_activation")
def _(latent_dim: int = 96) -> nn.Module:
    return net(latent_dim, nn.Sigmoid(), nn.Sigmoid(), nn.Tanh())


@mistake("another_activation")
def _(latent_dim: int = 96) -> nn.Module:
    return net(latent_dim, nn.ELU(), nn.ELU(), nn.Tanh())


@mistake("another_activation")
def _(latent_dim: int = 96) -> nn.Module:
    return net(latent_dim, nn.GELU(), nn.GELU(), nn.Tanh())


@mistake("dropout_added", "There is dropout in the network: the same latent gives two images.")
def _(latent_dim: int = 96) -> nn.Module:
    drop = nn.Sequential(nn.ReLU(), nn.Dropout(0.3))
    return net(latent_dim, drop, drop, nn.Tanh())


@mistake("batch_norm_added", "There is batch normalisation in the network; none is asked for.")
def _(latent_dim: int = 96) -> nn.Module:
    first = nn.Sequential(nn.BatchNorm1d(1024), nn.ReLU())
    return net(latent_dim, first, nn.Sequential(nn.BatchNorm1d(1024), nn.ReLU()), nn.Tanh())


@mistake("batch_norm_added")
def _(latent_dim: int = 96) -> nn.Module:
    second = nn.Sequential(nn.BatchNorm1d(1024, 0.8), nn.ReLU())
    return net(latent_dim, nn.ReLU(), second, nn.Tanh())


@mistake("bias_missing", "A layer has no bias; all three must have one.")
def _(latent_dim: int = 96) -> nn.Module:
    return net(latent_dim, nn.ReLU(), nn.ReLU(), nn.Tanh(), bias=(False, False, False))


@mistake("bias_missing")
def _(latent_dim: int = 96) -> nn.Module:
    return net(latent_dim, nn.ReLU(), nn.ReLU(), nn.Tanh(), bias=(True, True, False))


@mistake("layer_missing", "The second hidden layer, 1024 to 1024, is missing.")
def _(latent_dim: int = 96) -> nn.Module:
    return mlp((latent_dim, 1024, 784), nn.ReLU(), nn.Tanh(), flatten=False, image=True)


@mistake("layer_too_many", "There is one hidden layer too many: two are asked for.")
def _(latent_dim: int = 96) -> nn.Module:
    sizes = (latent_dim, 1024, 1024, 1024, 784)
    relu = nn.ReLU()
    return mlp(sizes, relu, relu, relu, nn.Tanh(), flatten=False, image=True)


def _widths(latent_dim: int, first: int, second: int) -> nn.Module:
    sizes = (latent_dim, first, second, 784)
    return mlp(sizes, nn.ReLU(), nn.ReLU(), nn.Tanh(), flatten=False, image=True)


@mistake("wrong_width", "A hidden layer is not 1024 wide.")
def _(latent_dim: int = 96) -> nn.Module:
    return _widths(latent_dim, 512, 512)


@mistake("wrong_width")
def _(latent_dim: int = 96) -> nn.Module:
    return _widths(latent_dim, 1024, 512)


@mistake(
    "latent_dim_ignored",
    "The argument latent_dim is not used: the first layer has a fixed number of inputs.",
    crash=r"x(?!1024)\d+ and \d+x1024\)|takes 0 positional arguments but 1 was given",
)
def _(latent_dim: int = 96) -> nn.Module:
    return net(96, nn.ReLU(), nn.ReLU(), nn.Tanh())


@mistake("latent_dim_ignored")
def _(latent_dim: int = 96) -> nn.Module:
    return net(100, nn.ReLU(), nn.ReLU(), nn.Tanh())


@mistake("latent_dim_ignored")
def _(latent_dim: int = 96) -> nn.Module:
    return net(4, nn.ReLU(), nn.ReLU(), nn.Tanh())


@mistake(
    "parameters_unregistered",
    "PyTorch finds no parameters in your network: layers in a plain Python list are invisible to "
    "it. Use nn.Sequential or nn.ModuleList.",
)
def _(latent_dim: int = 96) -> nn.Module:
    return Unregistered(list(net(latent_dim, nn.ReLU(), nn.ReLU(), nn.Tanh())))


@mistake(
    "batch_size_frozen",
    "The batch size is fixed in the network: it must take any number of latents. Give the batch's "
    "side as -1 or len(x) when you reshape.",
    crash=r"shape '\[\d+, .*' is invalid for input",
)
def _(latent_dim: int = 96) -> nn.Module:
    layers = mlp((latent_dim, 1024, 1024, 784), nn.ReLU(), nn.ReLU(), nn.Tanh(), flatten=False)
    return nn.Sequential(*layers, Applied(lambda x: x.view(128, 1, 28, 28)))


@mistake("batch_size_frozen")
def _(latent_dim: int = 96) -> nn.Module:
    layers = mlp((latent_dim, 1024, 1024, 784), nn.ReLU(), nn.ReLU(), nn.Tanh(), flatten=False)
    return nn.Sequential(*layers, Applied(lambda x: x.view(64, 1, 28, 28)))


@limitation(
    "squeezed",
    "squeeze() removes every side of length 1, that of the batch too.",
)
def _(latent_dim: int = 96) -> nn.Module:
    layers = mlp((latent_dim, 1024, 1024, 784), nn.ReLU(), nn.ReLU(), nn.Tanh(), flatten=False)
    return nn.Sequential(*layers, Applied(lambda x: x.view(-1, 1, 28, 28).squeeze()))
