"""Layers and random sources written out: the references of the exercises, in plain torch."""

from __future__ import annotations

import torch
from torch import Tensor


def leaky_relu(x: Tensor, slope: float = 0.01) -> Tensor:
    """max(x, slope * x) for 0 <= slope <= 1, elementwise: a new tensor like x.

    Maas et al. 2013, "Rectifier nonlinearities improve neural network acoustic models".
    """
    return torch.where(x > 0, x, slope * x)


def sample_noise(
    batch_size: int,
    dim: int,
    dtype: torch.dtype = torch.float32,
    device: torch.device | str = "cpu",
    generator: torch.Generator | None = None,
) -> Tensor:
    """Latent vectors, independent and uniform in [-1, 1): a tensor of shape (batch_size, dim)."""
    unit = torch.rand(batch_size, dim, dtype=dtype, device=device, generator=generator)
    return 2 * unit - 1
