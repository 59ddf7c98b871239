"""Eight Gaussians on a ring: the toy on which mode collapse can be seen and counted."""

from __future__ import annotations

import functools
import math

import torch
from torch import Tensor

from gan_utils.data.arguments import whole_number

POINT_DIM = 2
MODES = 8
RADIUS = 2.0
STD = 0.1  # of each Gaussian in x and in y; neighbours are 1.53 apart, some fifteen of these


def centres(device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32) -> Tensor:
    """The means of the Gaussians, counter-clockwise from (2, 0): a tensor of shape (8, 2)."""
    return _centres(torch.device(device), dtype).clone()  # the caller's own, to change at will


@functools.cache  # a batch takes half the time without making these anew
def _centres(device: torch.device, dtype: torch.dtype) -> Tensor:
    angles = torch.arange(MODES, dtype=torch.float64) * (2 * math.pi / MODES)
    points = RADIUS * torch.stack([angles.cos(), angles.sin()], dim=1)
    return points.to(device, dtype)


def sample_ring(
    n: int,
    generator: torch.Generator | None = None,
    device: torch.device | str | None = None,
    dtype: torch.dtype = torch.float32,
) -> Tensor:
    """n independent points of the mixture, each mode as likely as another: a tensor (n, 2).

    Without a device, that of the generator, else the CPU. Raises ValueError if n is not a whole
    number of at least 1.
    """
    n = whole_number("The number of points", n)
    if device is None:
        device = "cpu" if generator is None else generator.device
    means = _centres(torch.device(device), dtype)
    modes = torch.randint(MODES, (n,), generator=generator, device=device)
    noise = torch.randn(n, POINT_DIM, generator=generator, device=device, dtype=dtype)
    return means.index_select(0, modes).add_(noise, alpha=STD)
