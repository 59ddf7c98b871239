"""Teaching a network to read cells, and letting it read."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gan_utils.data.arguments import whole_number
from gan_utils.data.batches import ImageBatches
from gan_utils.data.captchas import CELL, CHARACTERS
from gan_utils.data.images import ImageSet, to_unit
from gan_utils.training.progress import progress_bar

BATCH = 200
AT_ONCE = 2_000  # pictures that are read together: bounds the memory


def fit(
    network: nn.Module,
    cells: ImageSet,
    epochs: int = 4,
    seed: int = 0,
    *,
    batch_size: int = BATCH,
    lr: float = 4e-3,
    progress: bool | None = None,
) -> list[float]:
    """Train a classifier in place by Adam on the cross-entropy; returns each epoch's mean loss.

    network   images (B, 1, 20, 20) in [-1, 1] to scores (B, classes)
    cells     labelled pictures; their order is drawn anew each epoch, from the seed
    lr        where the learning rate starts; it falls to 0 along a straight line, so that the last
              steps settle instead of wandering
    progress  whether a bar is shown; None: in notebooks and terminals only

    The network is left in evaluation mode. Raises ValueError if the cells have no labels or a
    number is out of range, and FloatingPointError if the loss is no longer finite.
    """
    epochs = whole_number("The number of epochs", epochs)
    if cells.labels is None:
        raise ValueError(f"{cells.name} has no labels: there is nothing to learn from.")
    batches = ImageBatches(cells, min(batch_size, len(cells)), seed)
    steps = epochs * batches.batches_per_epoch
    optimizer = torch.optim.Adam(network.parameters(), lr, fused=True)  # torch's own betas
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 1 / steps, total_iters=steps)
    losses: list[float] = []
    # Convolutions take two thirds of the time.
    network.train().to(memory_format=torch.channels_last)
    with progress_bar(steps, 0, progress) as bar:
        for _ in range(epochs):
            total = torch.zeros((), device=cells.device)
            for _ in range(batches.batches_per_epoch):
                images, labels = batches.next_batch()
                loss = F.cross_entropy(network(images), labels)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
                total += loss.detach()
                bar.update()
            losses.append(total.item() / batches.batches_per_epoch)
            bar.set_postfix(loss=losses[-1])
            if not torch.isfinite(total):
                raise FloatingPointError(
                    f"The loss of epoch {len(losses)} is not finite: take a smaller learning rate "
                    f"than {lr}."
                )
    network.eval().to(memory_format=torch.contiguous_format)
    return losses


def predict(network: nn.Module, images: Tensor) -> Tensor:
    """The probability of each class, (N, classes), for images (N, 1, 20, 20).

    The images are bytes or floats in [-1, 1]. Raises ValueError for other ones.
    """
    return outputs(network, images).softmax(dim=1)


def accuracy(network: nn.Module, cells: ImageSet) -> float:
    """The share of cells that are read as their labels say, 0 to 1."""
    return _right(network, cells).double().mean().item()


def captcha_accuracy(network: nn.Module, cells: ImageSet) -> float:
    """The share of whole captchas that are read right; the cells come four by four, in order."""
    if len(cells) % CHARACTERS:
        raise ValueError(
            f"Captchas have {CHARACTERS} cells each, but {cells.name} has {len(cells)} cells."
        )
    right = _right(network, cells).view(-1, CHARACTERS)
    return right.all(dim=1).double().mean().item()


@torch.no_grad()
def outputs(network: nn.Module, images: Tensor) -> Tensor:
    """What a network says of images (N, 1, 20, 20), in evaluation mode and without gradients.

    The images are bytes or floats in [-1, 1]. Raises ValueError for other ones.
    """
    _require_cells(images)
    device = next(network.parameters()).device
    was_training = network.training
    network.eval()
    parts = []
    for part in images.to(device).split(AT_ONCE):
        parts.append(network(to_unit(part) if part.dtype == torch.uint8 else part))
    network.train(was_training)
    return torch.cat(parts)


def _right(network: nn.Module, cells: ImageSet) -> Tensor:
    """Which cells are read as their labels say: bool (N,)."""
    if cells.labels is None:
        raise ValueError(f"{cells.name} has no labels to compare with.")
    return predict(network, cells.images).argmax(dim=1).to(cells.device) == cells.labels


def _require_cells(images: Tensor) -> None:
    """Refuse what is no picture of a cell, or on another scale."""
    if images.ndim != 4 or images.shape[1:] != (1, CELL, CELL) or len(images) == 0:
        raise ValueError(
            f"Cells have shape (N, 1, {CELL}, {CELL}), but these images have "
            f"{tuple(images.shape)}. cut_cells cuts captchas into cells."
        )
    if images.dtype == torch.uint8:
        return
    if not images.is_floating_point() or not bool((images.abs() <= 1.001).all()):
        raise ValueError(
            "Cells are bytes (uint8, 0 to 255) or floats in [-1, 1], but these are "
            f"{images.dtype} from {images.min().item():.4g} to {images.max().item():.4g}."
        )
