"""The known wrong ways of cnn_captcha.recogniser."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from checks.cnn_captcha.recogniser import build, exercise
from checks.vanilla_gan.networks import EXTRA, NO_GRADIENT, Applied, Detached, Unregistered

mistake, limitation = exercise.mistake, exercise.limitation

SOFTMAX = (
    "softmax_at_end",
    "The network ends in a softmax. cross_entropy takes raw scores and applies the softmax itself; "
    "with two of them in a row the gradients shrink and the network learns slowly or not at all.",
)


@mistake(*SOFTMAX)
def _() -> nn.Module:
    return build(last=nn.Softmax(dim=1))


@mistake(SOFTMAX[0])
def _() -> nn.Module:
    return build(last=nn.LogSoftmax(dim=1))


@mistake(SOFTMAX[0])
def _() -> nn.Module:
    return build(last=nn.Softmax(dim=0))


@mistake("activation_at_end", "There is an activation after the last layer. Scores are raw.")
def _() -> nn.Module:
    return build(last=nn.ReLU())


@mistake("activation_at_end")
def _() -> nn.Module:
    return build(last=nn.Sigmoid())


@mistake("activation_at_end")
def _() -> nn.Module:
    return build(last=nn.Tanh())


@mistake(
    "activation_missing",
    "A ReLU is missing: without it two layers in a row are one, and cannot do more than one.",
)
def _() -> nn.Module:
    return build(first=nn.Identity())


@mistake("activation_missing")
def _() -> nn.Module:
    return build(second=nn.Identity())


@mistake("activation_missing")
def _() -> nn.Module:
    return build(third=nn.Identity())


@mistake("activation_missing")
def _() -> nn.Module:
    return build(nn.Identity(), nn.Identity())


@mistake("activation_missing")
def _() -> nn.Module:
    return build(nn.Identity(), nn.Identity(), nn.Identity())


@mistake("another_activation", "An activation is not a ReLU.")
def _() -> nn.Module:
    return build(nn.Tanh(), nn.Tanh(), nn.Tanh())


@mistake("another_activation")
def _() -> nn.Module:
    return build(nn.LeakyReLU(), nn.LeakyReLU(), nn.LeakyReLU())


@mistake("another_activation")
def _() -> nn.Module:
    return build(nn.LeakyReLU(0.2), nn.LeakyReLU(0.2), nn.LeakyReLU(0.2))


@mistake("another_activation")
def _() -> nn.Module:
    return build(nn.Sigmoid(), nn.Sigmoid(), nn.Sigmoid())


@mistake("another_activation")
def _() -> nn.Module:
    return build(third=nn.Tanh())


@mistake("another_activation")
def _() -> nn.Module:
    return build(nn.ELU(), nn.ELU(), nn.ELU())


AVERAGE = (nn.AvgPool2d(2), nn.AvgPool2d(2))


@mistake("average_pooling", "The pooling takes means; asked for is the largest number.")
def _() -> nn.Module:
    return build(pools=AVERAGE)


@mistake("average_pooling")
def _() -> nn.Module:
    return build(pools=(nn.MaxPool2d(2), nn.AvgPool2d(2)))


@mistake("average_pooling")
def _() -> nn.Module:
    return build(pools=(nn.AvgPool2d(2), nn.MaxPool2d(2)))


@mistake("other_pooling", "The pooling is not max pooling with windows of 2x2 and stride 2.")
def _() -> nn.Module:
    halves = Applied(lambda x: x[:, :, ::2, ::2])
    return build(pools=(halves, halves))


@mistake(
    "flattened_otherwise",
    "Before the linear layers the numbers are flattened in another order. PyTorch's is channels "
    "first: nn.Flatten(), or x.flatten(1). (It would learn as well, but not from our weights.)",
)
def _() -> nn.Module:
    layers = list(build())
    layers[6] = Applied(lambda x: x.permute(0, 2, 3, 1).reshape(len(x), -1))
    return nn.Sequential(*layers)


@mistake("dropout_added", "There is dropout in the network: the same cell gets different scores.")
def _() -> nn.Module:
    return build(third=nn.Sequential(nn.ReLU(), nn.Dropout(0.5)))


@mistake("batch_norm_added", "There is batch normalisation in the network; none is asked for.")
def _() -> nn.Module:
    return build(first=nn.Sequential(nn.BatchNorm2d(20, affine=False), nn.ReLU()))


def _sizes(*layers: nn.Module) -> nn.Module:
    """Convolutions and linear layers of other sizes, each pair with its ReLU and pooling."""
    relu, pool = nn.ReLU(), nn.MaxPool2d(2)
    between = {nn.Conv2d: [relu, pool], nn.Linear: [relu]}
    made: list[nn.Module] = []
    for layer in layers:
        if isinstance(layer, nn.Linear) and not any(isinstance(m, nn.Flatten) for m in made):
            made.append(nn.Flatten())
        made += [layer, *between[type(layer)]]
    return nn.Sequential(*made[:-1])  # nothing after the last layer


@mistake("wrong_channels", "The first convolution has 20 kernels, the second 50.")
def _() -> nn.Module:
    return _sizes(nn.Conv2d(1, 50, 5), nn.Conv2d(50, 20, 5), nn.Linear(80, 500), nn.Linear(500, 32))


@mistake("wrong_channels")
def _() -> nn.Module:
    return _sizes(
        nn.Conv2d(1, 32, 5), nn.Conv2d(32, 64, 5), nn.Linear(256, 500), nn.Linear(500, 32)
    )


@mistake("wrong_kernel_size", "Both convolutions have kernels of 5x5.")
def _() -> nn.Module:
    return _sizes(
        nn.Conv2d(1, 20, 3), nn.Conv2d(20, 50, 3), nn.Linear(450, 500), nn.Linear(500, 32)
    )


@mistake("wrong_kernel_size")
def _() -> nn.Module:
    return _sizes(
        nn.Conv2d(1, 20, 5), nn.Conv2d(20, 50, 3), nn.Linear(450, 500), nn.Linear(500, 32)
    )


@mistake(
    "wrong_flat_size",
    "200 numbers arrive at the first linear layer, 50 channels of 2x2: the convolutions have no "
    "padding, and each pooling halves both sides.",
)
def _() -> nn.Module:
    return _sizes(
        nn.Conv2d(1, 20, 5, padding=2), nn.Conv2d(20, 50, 5, padding=2),
        nn.Linear(1250, 500), nn.Linear(500, 32),
    )  # fmt: skip


@mistake("wrong_flat_size")
def _() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 20, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(20, 50, 5), nn.ReLU(),
        nn.Flatten(), nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, 32),
    )  # fmt: skip


@mistake("wrong_width", "The hidden linear layer is 500 wide.")
def _() -> nn.Module:
    return _sizes(
        nn.Conv2d(1, 20, 5), nn.Conv2d(20, 50, 5), nn.Linear(200, 128), nn.Linear(128, 32)
    )


@mistake("wrong_output_size", "The last layer gives 32 scores, one for each character.")
def _() -> nn.Module:
    return _sizes(
        nn.Conv2d(1, 20, 5), nn.Conv2d(20, 50, 5), nn.Linear(200, 500), nn.Linear(500, 36)
    )


@mistake("wrong_output_size")
def _() -> nn.Module:
    return _sizes(
        nn.Conv2d(1, 20, 5), nn.Conv2d(20, 50, 5), nn.Linear(200, 500), nn.Linear(500, 10)
    )


@mistake("layer_missing", "A layer is missing: two convolutions and two linear layers.")
def _() -> nn.Module:
    return _sizes(nn.Conv2d(1, 20, 5), nn.Conv2d(20, 50, 5), nn.Linear(200, 32))


@mistake("layer_missing")
def _() -> nn.Module:
    return _sizes(nn.Conv2d(1, 20, 5), nn.Linear(1280, 500), nn.Linear(500, 32))


@mistake("layer_too_many", "There is a layer too many: two convolutions and two linear layers.")
def _() -> nn.Module:
    return _sizes(
        nn.Conv2d(1, 20, 5), nn.Conv2d(20, 50, 5),
        nn.Linear(200, 500), nn.Linear(500, 500), nn.Linear(500, 32),
    )  # fmt: skip


@mistake("bias_missing", "A layer has no bias; all four must have one.")
def _() -> nn.Module:
    return _sizes(
        nn.Conv2d(1, 20, 5, bias=False), nn.Conv2d(20, 50, 5, bias=False),
        nn.Linear(200, 500), nn.Linear(500, 32),
    )  # fmt: skip


@mistake("bias_missing")
def _() -> nn.Module:
    return _sizes(
        nn.Conv2d(1, 20, 5), nn.Conv2d(20, 50, 5), nn.Linear(200, 500, False), nn.Linear(500, 32)
    )


@mistake(*EXTRA)
def _() -> nn.Module:
    shared = nn.PReLU()
    return build(shared, shared, shared)


@mistake(EXTRA[0])
def _() -> nn.Module:
    return build(first=nn.Sequential(nn.BatchNorm2d(20), nn.ReLU()))


@mistake(*NO_GRADIENT)
def _() -> nn.Module:
    return Detached(build())


@mistake("input_rescaled", "The cells are scaled again inside the network; take them as they are.")
def _() -> nn.Module:
    return nn.Sequential(Applied(lambda x: (x + 1) / 2), *build())


@mistake("input_rescaled")
def _() -> nn.Module:
    return nn.Sequential(Applied(lambda x: x / 255), *build())


@mistake("input_rescaled")
def _() -> nn.Module:
    return nn.Sequential(Applied(lambda x: -x), *build())


@mistake(
    "parameters_unregistered",
    "PyTorch finds no parameters in your network: layers in a plain Python list are invisible to "
    "it. Use nn.Sequential or nn.ModuleList.",
)
def _() -> nn.Module:
    return Unregistered(list(build()))


@mistake(
    "not_flattened",
    "The pictures are not flattened between the last pooling and the first linear layer: put "
    "nn.Flatten() there.",
    crash=r"mat1 and mat2 shapes cannot be multiplied \(\d+x2 and",
)
def _() -> nn.Module:
    layers = list(build())
    return nn.Sequential(*layers[:6], *layers[7:])


@mistake(
    "whole_batch_flattened",
    "The batch itself was flattened: every cell keeps its own row. nn.Flatten() starts at side 1; "
    "torch.flatten and x.flatten() at side 0.",
    crash=r"\(1x\d+ and 200x|size mismatch, got input|size \(\d+\)",
)
def _() -> nn.Module:
    layers = list(build())
    layers[6] = nn.Flatten(0)
    return nn.Sequential(*layers)


@mistake(
    "sizes_do_not_fit",
    "What arrives at a linear layer is not what it expects. 20x20 becomes 16x16 by the first "
    "convolution, 8x8 by pooling, 4x4, 2x2: 50 channels of 2x2 are 200 numbers.",
    crash=r"mat1 and mat2 shapes cannot be multiplied",
)
def _() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 20, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(20, 50, 5), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(200, 500), nn.ReLU(), nn.Linear(500, 32),
    )  # fmt: skip


@limitation("needs_a_batch", "Your network cannot work on a batch of one.")
def _() -> nn.Module:
    def refuse(x: Tensor) -> Tensor:
        if len(x) == 1:
            raise ValueError("Expected more than 1 value per channel when training")
        return x

    return build(last=Applied(refuse))


@limitation("squeezed", "squeeze() removes every side of length 1, that of the batch too.")
def _() -> nn.Module:
    return build(last=Applied(torch.squeeze))
