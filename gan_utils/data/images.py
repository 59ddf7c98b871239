"""A set of pictures as one tensor of bytes, and the scale on which networks see them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Pictures and, if they have any, their classes, whole in memory on one device.

    images    uint8 (N, C, H, W), 0 black to 255 white
    labels    int64 (N,), or None
    name      what they are, for titles and messages: "MNIST"
    rendered  True if this project drew them, as a stand-in or on purpose

    Raises ValueError if a shape, a type or a device is another.
    """

    images: Tensor
    labels: Tensor | None
    name: str
    rendered: bool = False

    def __post_init__(self) -> None:
        """Refuse what a training loop would trip over later."""
        if self.images.dtype != torch.uint8 or self.images.ndim != 4:
            raise ValueError(
                "Images must be a uint8 tensor of shape (N, C, H, W), but came as "
                f"{_describe(self.images)}. to_uint8 turns values in [-1, 1] into bytes."
            )
        if self.labels is None:
            return
        if self.labels.dtype != torch.int64 or self.labels.shape != self.images.shape[:1]:
            raise ValueError(
                f"Labels must be an int64 tensor of shape ({len(self.images)},), one for each "
                f"image, but came as {_describe(self.labels)}."
            )
        if self.labels.device != self.images.device:
            raise ValueError(
                f"Images lie on {self.images.device} but labels on {self.labels.device}: "
                "move both to one device."
            )

    def __len__(self) -> int:
        """How many pictures there are."""
        return len(self.images)

    def __repr__(self) -> str:
        """Name and shape: the bytes themselves tell a reader nothing."""
        labels = "no labels" if self.labels is None else "labelled"
        return f"ImageSet({self.name!r}, {tuple(self.images.shape)}, {labels}, {self.device})"

    @property
    def device(self) -> torch.device:
        """Where the pictures lie."""
        return self.images.device

    def to(self, device: torch.device | str) -> ImageSet:
        """The same set on another device; the set itself if it lies there already."""
        images = self.images.to(device)
        if images is self.images:
            return self
        labels = None if self.labels is None else self.labels.to(device)
        return replace(self, images=images, labels=labels)

    def take(self, indices: Tensor) -> ImageSet:
        """The pictures at these indices, with their labels: a smaller set, a copy."""
        labels = None if self.labels is None else self.labels[indices]
        return replace(self, images=self.images[indices], labels=labels)


def to_unit(images: Tensor) -> Tensor:
    """Bytes 0..255 to the scale of a tanh: float32 in [-1, 1], any shape; 0 gives -1, 255 gives 1.

    Raises ValueError if the images are not uint8: scaling twice is a bug that trains.
    """
    if images.dtype != torch.uint8:
        raise ValueError(
            f"to_unit scales uint8 images, but these are {images.dtype}; "
            "images that are floats already lie in [-1, 1]."
        )
    # In this order black and white become exactly -1 and 1. One call with a factor and a bias, or a
    # division, takes twice as long on a CPU: those are not vectorised over mixed types.
    return images.to(torch.float32).sub_(127.5).mul_(1 / 127.5)


def to_uint8(images: Tensor) -> Tensor:
    """[-1, 1] back to bytes 0..255, any shape: the inverse of to_unit, for plots and files.

    Values outside [-1, 1] are clipped. Raises ValueError if any is not a number.
    """
    if not images.is_floating_point():
        raise ValueError(f"to_uint8 takes float images in [-1, 1], but these are {images.dtype}.")
    if images.isnan().any():
        raise ValueError(
            f"{int(images.isnan().sum())} of {images.numel()} pixels are not a number (NaN): "
            "the network that made these images has diverged."
        )
    return ((images.detach().float() + 1) * 127.5).round_().clamp_(0, 255).to(torch.uint8)


def _describe(tensor: Tensor) -> str:
    return f"{tensor.dtype} {tuple(tensor.shape)}"
