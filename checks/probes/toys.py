"""A discriminator and a generator so small that every number of theirs can be observed."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

POINT, LATENT, HIDDEN = 3, 2, 4


def toy_pair(seed: int) -> tuple[nn.Sequential, nn.Sequential]:
    """(discriminator, generator) with weights of that seed, the same on every machine."""
    discriminator = nn.Sequential(nn.Linear(POINT, HIDDEN), nn.LeakyReLU(0.2), nn.Linear(HIDDEN, 1))
    generator = nn.Sequential(nn.Linear(LATENT, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, POINT))
    rng = np.random.default_rng(seed)
    with torch.no_grad():
        for network in (discriminator, generator):
            for p in network.parameters():
                p.copy_(torch.from_numpy(rng.uniform(-1, 1, p.shape)))
    return discriminator, generator


def flat(network: nn.Module) -> np.ndarray:
    """All parameters of a network in one row: float64."""
    return torch.cat([p.detach().flatten() for p in network.parameters()]).double().numpy()


def set_grads(network: nn.Module, values: np.ndarray) -> None:
    """Give the parameters these gradients (one flat row), as an earlier backward pass would."""
    used = 0
    for p in network.parameters():
        p.grad = torch.from_numpy(values[used : used + p.numel()]).reshape(p.shape).to(p.dtype)
        used += p.numel()


def flat_grads(network: nn.Module) -> np.ndarray:
    """All gradients in one row, 0 where there is none: float64."""
    grads = [torch.zeros_like(p) if p.grad is None else p.grad for p in network.parameters()]
    return torch.cat([g.detach().flatten() for g in grads]).double().numpy()


def as_tensor(array: np.ndarray) -> Tensor:
    """A float32 tensor."""
    return torch.from_numpy(np.asarray(array, dtype=np.float32))
