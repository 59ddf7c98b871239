"""What saving a picture as a JPEG does to it, for many pictures at once."""

from __future__ import annotations

import functools
import math

import torch
from torch import Tensor
from torch.nn import functional as F

BLOCK = 8  # a JPEG is made of blocks of 8 x 8 pixels

# How coarsely each frequency of brightness is kept at quality 50 (ITU-T T.81, table K.1).
LUMINANCE = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)


def jpeg(images: Tensor, quality: int = 75) -> Tensor:
    """Grey pictures as they come back from a JPEG: uint8 (N, 1, H, W) to uint8 (N, 1, H, W).

    Each block is written as cosine waves, their amplitudes rounded to multiples of LUMINANCE scaled
    by the quality (1 to 100, as libjpeg does), and put together again: sharp edges leave ripples. A
    rim that fills no whole block is continued by its last pixels.

    Raises ValueError if the pictures are no uint8 tensor (N, 1, H, W) or the quality is out of
    range.
    """
    if images.dtype != torch.uint8 or images.ndim != 4 or images.shape[1] != 1:
        raise ValueError(
            f"jpeg takes a uint8 tensor (N, 1, H, W), but got {images.dtype} {tuple(images.shape)}."
        )
    if not 1 <= quality <= 100:
        raise ValueError(f"The quality of a JPEG lies between 1 and 100, but is {quality}.")
    height, width = images.shape[2:]
    rim = (0, -width % BLOCK, 0, -height % BLOCK)
    padded = F.pad(images.float() - 128, rim, mode="replicate")
    rows, columns = padded.shape[2] // BLOCK, padded.shape[3] // BLOCK
    blocks = padded.view(-1, rows, BLOCK, columns, BLOCK).transpose(2, 3).reshape(-1, BLOCK**2)

    waves, steps = _waves(), _steps(quality)
    amplitudes = (blocks @ waves.T / steps).round_().mul_(steps)
    blocks = (amplitudes @ waves + 128).round_().clamp_(0, 255).to(torch.uint8)
    joined = blocks.view(-1, rows, columns, BLOCK, BLOCK).transpose(2, 3)
    return joined.reshape(-1, 1, *padded.shape[2:])[:, :, :height, :width].contiguous()


@functools.cache
def _waves() -> Tensor:
    """The 64 cosine waves of a block, flattened, one a row: an orthogonal matrix (64, 64)."""
    k = torch.arange(BLOCK, dtype=torch.float64)
    one = torch.cos((2 * k + 1) * k[:, None] * math.pi / (2 * BLOCK)) * math.sqrt(2 / BLOCK)
    one[0] /= math.sqrt(2)
    return torch.kron(one, one).float()


@functools.cache
def _steps(quality: int) -> Tensor:
    """The step of each amplitude at this quality: (64,), scaled as libjpeg does."""
    percent = 5000 // quality if quality < 50 else 200 - 2 * quality
    table = torch.tensor(LUMINANCE).flatten() * percent
    return ((table + 50) // 100).clamp_(1, 255).float()
