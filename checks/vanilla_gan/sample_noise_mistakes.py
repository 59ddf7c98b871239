"""The known wrong ways of vanilla_gan.sample_noise."""

from __future__ import annotations

import itertools

import numpy as np
import torch
from torch import Tensor

from checks.vanilla_gan.sample_noise import DEVICE, DTYPE, exercise

mistake, limitation = exercise.mistake, exercise.limitation


def _rand(batch_size: int, dim: int, dtype: torch.dtype, device: str) -> Tensor:
    return torch.rand(batch_size, dim, dtype=dtype, device=device)


@mistake("half_range", "Your numbers fill only [-0.5, 0.5]: rand() - 0.5 is one wide, not two.")
def _(batch_size: int, dim: int, dtype: torch.dtype = DTYPE, device: str = DEVICE) -> Tensor:
    return _rand(batch_size, dim, dtype, device) - 0.5


@mistake("unit_range", "Your numbers lie in [0, 1], as rand() gives them: shift and stretch them.")
def _(batch_size: int, dim: int, dtype: torch.dtype = DTYPE, device: str = DEVICE) -> Tensor:
    return _rand(batch_size, dim, dtype, device)


@mistake("not_shifted", "Your numbers lie in [0, 2]: stretched, but not shifted down by 1.")
def _(batch_size: int, dim: int, dtype: torch.dtype = DTYPE, device: str = DEVICE) -> Tensor:
    return 2 * _rand(batch_size, dim, dtype, device)


@mistake("not_stretched", "Your numbers lie in [-1, 0]: shifted, but not stretched to width 2.")
def _(batch_size: int, dim: int, dtype: torch.dtype = DTYPE, device: str = DEVICE) -> Tensor:
    return _rand(batch_size, dim, dtype, device) - 1


@mistake("too_wide", "Your numbers fill [-2, 2]: twice too wide.")
def _(batch_size: int, dim: int, dtype: torch.dtype = DTYPE, device: str = DEVICE) -> Tensor:
    return 4 * _rand(batch_size, dim, dtype, device) - 2


@mistake("normal_law", "These are normal numbers (randn); the exercise asks for uniform ones.")
def _(batch_size: int, dim: int, dtype: torch.dtype = DTYPE, device: str = DEVICE) -> Tensor:
    return torch.randn(batch_size, dim, dtype=dtype, device=device)


@mistake("squashed_normal", "These are normal numbers forced into [-1, 1]; that is not uniform.")
def _(batch_size: int, dim: int, dtype: torch.dtype = DTYPE, device: str = DEVICE) -> Tensor:
    return torch.randn(batch_size, dim, dtype=dtype, device=device).clamp(-1, 1)


@mistake("squashed_normal")
def _(batch_size: int, dim: int, dtype: torch.dtype = DTYPE, device: str = DEVICE) -> Tensor:
    return torch.randn(batch_size, dim, dtype=dtype, device=device).tanh()


@mistake("other_range", "The numbers are uniform, but over another range than [-1, 1].")
def _(batch_size: int, dim: int, dtype: torch.dtype = DTYPE, device: str = DEVICE) -> Tensor:
    return 2 * (_rand(batch_size, dim, dtype, device) - 1)


@mistake("constant", "All your numbers are the same: nothing random is in them.")
def _(batch_size: int, dim: int, dtype: torch.dtype = DTYPE, device: str = DEVICE) -> Tensor:
    return torch.zeros(batch_size, dim, dtype=dtype, device=device)


@mistake("not_uniform", "Your numbers are not equally dense everywhere between -1 and 1.")
def _(batch_size: int, dim: int, dtype: torch.dtype = DTYPE, device: str = DEVICE) -> Tensor:
    return _rand(batch_size, dim, dtype, device) - _rand(batch_size, dim, dtype, device)


@mistake("not_independent", "The numbers depend on one another: each must be drawn on its own.")
def _(batch_size: int, dim: int, dtype: torch.dtype = DTYPE, device: str = DEVICE) -> Tensor:
    drawn = 2 * _rand(batch_size, dim, dtype, device) - 1
    return drawn.flatten().sort()[0].view(batch_size, dim)


@mistake("whole_numbers", "Your numbers take only a few values: randint draws whole numbers.")
def _(batch_size: int, dim: int, dtype: torch.dtype = DTYPE, device: str = DEVICE) -> Tensor:
    return torch.randint(-1, 2, (batch_size, dim), dtype=dtype, device=device)


@mistake("whole_numbers")
def _(batch_size: int, dim: int, dtype: torch.dtype = DTYPE, device: str = DEVICE) -> Tensor:
    return torch.randint(0, 2, (batch_size, dim), dtype=dtype, device=device) * 2 - 1


@mistake(
    "same_every_call",
    "Every call gives the same numbers: a seed is set inside the function, or the noise was drawn "
    "once outside it. The generator would see one batch of latents for ever.",
)
def _(batch_size: int, dim: int, dtype: torch.dtype = DTYPE, device: str = DEVICE) -> Tensor:
    torch.manual_seed(42)
    return 2 * _rand(batch_size, dim, dtype, device) - 1


@mistake("one_row_repeated", "All rows are the same latent vector: draw batch_size of them.")
def _(batch_size: int, dim: int, dtype: torch.dtype = DTYPE, device: str = DEVICE) -> Tensor:
    return (2 * _rand(1, dim, dtype, device) - 1).expand(batch_size, dim)


@mistake("one_column_repeated", "Within a row all numbers are the same: draw dim of them.")
def _(batch_size: int, dim: int, dtype: torch.dtype = DTYPE, device: str = DEVICE) -> Tensor:
    return (2 * _rand(batch_size, 1, dtype, device) - 1).expand(batch_size, dim)


@mistake("shape_swapped", "The shape is (dim, batch_size): one latent vector is one row.")
def _(batch_size: int, dim: int, dtype: torch.dtype = DTYPE, device: str = DEVICE) -> Tensor:
    return 2 * _rand(dim, batch_size, dtype, device) - 1


@mistake(
    "dtype_ignored",
    "The law is right, but the argument dtype has no effect: pass it on to torch.rand.",
)
def _(batch_size: int, dim: int, dtype: torch.dtype = DTYPE, device: str = DEVICE) -> Tensor:
    return 2 * _rand(batch_size, dim, DTYPE, device) - 1


@mistake(
    "device_ignored",
    "The law is right, but the argument device has no effect: on a GPU the noise would stay in the "
    "main memory. Pass it on to torch.rand.",
)
def _(batch_size: int, dim: int, dtype: torch.dtype = DTYPE, device: str = DEVICE) -> Tensor:
    return 2 * _rand(batch_size, dim, dtype, "cpu") - 1


@mistake(
    "dtype_and_device_ignored",
    "The law is right, but neither dtype nor device has an effect: pass both on to torch.rand.",
)
def _(batch_size: int, dim: int, dtype: torch.dtype = DTYPE, device: str = DEVICE) -> Tensor:
    return 2 * torch.rand(batch_size, dim) - 1


@limitation(
    "no_dtype_and_device",
    "The law is right. The signature also promises dtype and device, which yours does not take.",
)
def _(batch_size: int, dim: int) -> Tensor:
    return 2 * torch.rand(batch_size, dim) - 1


_own_stream = itertools.cycle((1, 2))  # of even length, so that a build of the bank repeats


@limitation(
    "cannot_be_seeded",
    "The law is right, but torch.manual_seed does not make it repeat: it draws from a generator of "
    "its own, so a run of yours could never be repeated.",
)
def _(batch_size: int, dim: int, dtype: torch.dtype = DTYPE, device: str = DEVICE) -> Tensor:
    numbers = np.random.default_rng(next(_own_stream)).uniform(-1, 1, (batch_size, dim))
    return torch.from_numpy(numbers).to(device=device, dtype=dtype)
