"""Optimizers with the fastest implementation that the parameters allow."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn

# Where torch has a fused Adam: one kernel updates all parameters and both moments.
FUSED_DEVICES = ("cpu", "cuda", "mps", "xpu")


def adam(
    parameters: Iterable[nn.Parameter],
    lr: float,
    betas: tuple[float, float] = (0.5, 0.999),
) -> torch.optim.Adam:
    """Adam (Kingma and Ba 2015), fused where torch can, else with foreach kernels.

    The defaults for betas are the GAN setting of Radford et al. 2016 (beta1 0.5). The fused update
    equals torch.optim.Adam's plain one up to rounding.
    """
    tensors = list(parameters)
    fusable = all(p.device.type in FUSED_DEVICES and p.is_floating_point() for p in tensors)
    kernel = {"fused": True} if fusable else {"foreach": True}
    return torch.optim.Adam(tensors, lr=lr, betas=betas, **kernel)
