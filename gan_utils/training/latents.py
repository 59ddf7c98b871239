"""The laws that latents are drawn from."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from gan_utils.layers import sample_noise

# (batch_size, dim, *, device, generator) -> latents of shape (batch_size, dim)
Noise = Callable[..., Tensor]


def normal_noise(
    batch_size: int,
    dim: int,
    dtype: torch.dtype = torch.float32,
    device: torch.device | str = "cpu",
    generator: torch.Generator | None = None,
) -> Tensor:
    """Latent vectors of independent standard normal numbers: a tensor (batch_size, dim)."""
    return torch.randn(batch_size, dim, dtype=dtype, device=device, generator=generator)


NOISES: dict[str, Noise] = {"uniform": sample_noise, "normal": normal_noise}


def noise_of(law: str | Noise) -> Noise:
    """The noise function of a law's name, or the function itself. ValueError for another name."""
    if callable(law):
        return law
    if law not in NOISES:
        raise ValueError(
            f"latent_law is {law!r}, but it must be one of {', '.join(NOISES)}, or a function "
            "like gan_utils.layers.sample_noise."
        )
    return NOISES[law]
