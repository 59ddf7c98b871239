"""Endless batches for a training loop, which can stop at any step and go on exactly from there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor

from gan_utils.data.arguments import whole_number
from gan_utils.data.images import ImageSet, to_unit
from gan_utils.data.ring import sample_ring


@runtime_checkable
class Batches(Protocol):
    """What a training loop asks of its data."""

    @property
    def device(self) -> torch.device:
        """Where the batches lie."""
        ...

    def next_batch(self) -> tuple[Tensor, Tensor | None]:
        """The next samples (B, ...) as floats, and their classes (B,) or None. It never ends."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """All that decides the batches to come: numbers and tensors, for torch.save."""
        ...

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on exactly where the object that gave this state would have gone on."""
        ...


class ImageBatches:
    """Batches of an ImageSet in a fresh random order each epoch, on the set's or another device.

    The set lies whole on the device as bytes; a batch is one index and one scaling. An epoch is
    `batches_per_epoch` = N // batch_size batches, in which no picture comes twice. The N mod
    batch_size pictures left over sit that epoch out; the next order draws from all N again.

    The order depends on the seed and the epoch only. It is drawn on the CPU, once an epoch, so that
    a run sees the same batches on every device.

    Raises ValueError if the batch size is not between 1 and N, or the seed not at least 0.
    """

    def __init__(
        self,
        image_set: ImageSet,
        batch_size: int,
        seed: int = 0,
        device: torch.device | str | None = None,
    ) -> None:
        """Start before the first batch of epoch 0."""
        if not isinstance(image_set, ImageSet):
            raise TypeError(
                f"ImageBatches takes an ImageSet, but got a {type(image_set).__name__}. "
                "Wrap a uint8 tensor of shape (N, C, H, W): ImageSet(images, labels, name=...)."
            )
        self.batch_size = whole_number("The batch size", batch_size)
        if self.batch_size > len(image_set):
            raise ValueError(
                f"The batch size is {self.batch_size}, but {image_set.name} holds only "
                f"{len(image_set)} images: take a smaller batch or a larger set."
            )
        self.image_set = image_set if device is None else image_set.to(device)
        self.seed = whole_number("The seed", seed, at_least=0)
        self.epoch = 0
        self._position = 0  # of the next batch within its epoch
        self._order = self._draw_order()

    @property
    def device(self) -> torch.device:
        """Where the batches lie."""
        return self.image_set.device

    @property
    def batches_per_epoch(self) -> int:
        """How many whole batches an epoch has."""
        return len(self.image_set) // self.batch_size

    def next_batch(self) -> tuple[Tensor, Tensor | None]:
        """Images (B, C, H, W), float32 in [-1, 1], and labels (B,), int64, or None."""
        if self._position == self.batches_per_epoch:
            self.epoch += 1
            self._position = 0
            self._order = self._draw_order()
        start = self._position * self.batch_size
        self._position += 1
        chosen = self._order[start : start + self.batch_size]
        labels = self.image_set.labels
        images = to_unit(self.image_set.images.index_select(0, chosen))
        return images, None if labels is None else labels.index_select(0, chosen)

    def state_dict(self) -> dict[str, Any]:
        """Seed, epoch and position, and what they belong to: plain numbers and a name."""
        return {**self._kind(), "seed": self.seed, "epoch": self.epoch, "position": self._position}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on exactly where the object that gave this state would have gone on, seed and all.

        Raises ValueError, and changes nothing, if the state belongs to other images or another
        batch size.
        """
        _check_kind(self._kind(), state)
        self.seed, self.epoch, self._position = (state[k] for k in ("seed", "epoch", "position"))
        self._order = self._draw_order()

    def _kind(self) -> dict[str, Any]:
        images = f"{self.image_set.name}, {len(self.image_set)} images"
        return {"of": images, "batch_size": self.batch_size}

    def _draw_order(self) -> Tensor:
        """This epoch's permutation, from the seed and the epoch alone: int64 (N,)."""
        mixed = np.random.SeedSequence((self.seed, self.epoch)).generate_state(1)
        generator = torch.Generator().manual_seed(int(mixed[0]))
        return torch.randperm(len(self.image_set), generator=generator).to(self.device)


class RingBatches:
    """Fresh points of the ring of eight Gaussians: it never repeats, and there are no epochs.

    Points are drawn on the device itself, so another kind of device gives other points.
    Raises ValueError if the batch size is not at least 1, or the seed not at least 0.
    """

    def __init__(
        self, batch_size: int, seed: int = 0, device: torch.device | str | None = None
    ) -> None:
        """Start a stream of its own, apart from torch's global seed."""
        self.batch_size = whole_number("The batch size", batch_size)
        seed = whole_number("The seed", seed, at_least=0)
        self._generator = torch.Generator(device or "cpu").manual_seed(seed)

    @property
    def device(self) -> torch.device:
        """Where the batches lie."""
        return self._generator.device

    def next_batch(self) -> tuple[Tensor, None]:
        """Points (B, 2), float32, without classes."""
        return sample_ring(self.batch_size, self._generator), None

    def state_dict(self) -> dict[str, Any]:
        """The state of the random stream, a byte tensor, and what it belongs to."""
        return {**self._kind(), "stream": self._generator.get_state()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on exactly where the object that gave this state would have gone on.

        Raises ValueError, and changes nothing, if the state belongs to another batch size or to
        another kind of device.
        """
        _check_kind(self._kind(), state)
        self._generator.set_state(state["stream"].cpu())

    def _kind(self) -> dict[str, Any]:
        return {"of": f"the ring, on {self.device.type}", "batch_size": self.batch_size}


def _check_kind(mine: dict[str, Any], state: Mapping[str, Any]) -> None:
    """Refuse a state that belongs to other batches than these."""
    theirs = {key: state.get(key) for key in mine}
    if theirs != mine:
        raise ValueError(
            f"This state belongs to batches of {theirs['batch_size']} of {theirs['of']}, but these "
            f"are batches of {mine['batch_size']} of {mine['of']}: a run resumes only with the "
            "data and the batch size it was started with."
        )
