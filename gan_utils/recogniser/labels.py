"""Which labels are probably wrong: asked of networks that have not learnt them by heart."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from gan_utils.data.arguments import whole_number
from gan_utils.data.images import ImageSet
from gan_utils.recogniser.reading import fit, predict

DOUBT = 0.9  # how sure of another class a network must be before a label counts as suspicious


def suspicious_labels(probabilities: Tensor, labels: Tensor, doubt: float = DOUBT) -> Tensor:
    """The indices of labels that are probably wrong, the most suspicious first: int64 (K,).

    probabilities  (N, classes), of a network that has not learnt these labels by heart
    labels         int64 (N,)

    A label is suspicious if the network gives one other class a probability of at least `doubt`. A
    network that merely hesitates (0.5 for one, 0.4 for the other) accuses nobody.

    Raises ValueError if shapes disagree or a label is no class.
    """
    if probabilities.ndim != 2 or labels.shape != probabilities.shape[:1]:
        raise ValueError(
            "Probabilities must have shape (N, classes) and labels (N,), but have "
            f"{tuple(probabilities.shape)} and {tuple(labels.shape)}."
        )
    if len(labels) and not 0 <= int(labels.min()) <= int(labels.max()) < probabilities.shape[1]:
        raise ValueError(f"Labels must lie between 0 and {probabilities.shape[1] - 1}.")
    others = probabilities.scatter(1, labels[:, None], -1.0).amax(dim=1)
    order = others.argsort(descending=True, stable=True)
    return order[others[order] >= doubt]


def held_out_probabilities(
    build: Callable[[], nn.Module],
    cells: ImageSet,
    folds: int = 4,
    epochs: int = 10,
    seed: int = 0,
    *,
    rounds: int = 1,
    progress: bool | None = None,
) -> Tensor:
    """For each cell the class probabilities (N, classes) of networks that never saw its label.

    The cells are dealt into folds; a fresh network from `build` learns all folds but one and reads
    that one. Of several rounds, each with other folds, the mean is taken: what one network happens
    to misread, another seldom misreads too. Raises ValueError if there are fewer cells than folds,
    or fewer than two folds.
    """
    folds = whole_number("The number of folds", folds, at_least=2)
    rounds = whole_number("The number of rounds", rounds)
    if len(cells) < folds:
        raise ValueError(f"{cells.name} has {len(cells)} cells, too few for {folds} folds.")
    read = [_one_round(build, cells, folds, epochs, seed + i, progress) for i in range(rounds)]
    return torch.stack(read).mean(dim=0)


def _one_round(
    build: Callable[[], nn.Module],
    cells: ImageSet,
    folds: int,
    epochs: int,
    seed: int,
    progress: bool | None,
) -> Tensor:
    """The probabilities (N, classes) of one dealing into folds."""
    order = torch.randperm(len(cells), generator=torch.Generator().manual_seed(seed))
    parts = order.tensor_split(folds)
    read: list[Tensor] = []
    for k, part in enumerate(parts):
        network = build()
        others = torch.cat([*parts[:k], *parts[k + 1 :]])
        fit(network, cells.take(others), epochs, seed, progress=progress)
        read.append(predict(network, cells.images[part]))
    return torch.cat(read)[order.argsort()]


def plant_errors(
    labels: Tensor, share: float, classes: int, seed: int = 0
) -> tuple[Tensor, Tensor]:
    """Labels (N,) of which a share is now wrong, each by a random other class, and where.

    Returns the new labels and the sorted indices of the wrong ones, round(share * N) of them.
    """
    generator = torch.Generator().manual_seed(seed)
    where = torch.randperm(len(labels), generator=generator)[: round(share * len(labels))]
    where = where.sort().values
    planted = labels.clone()
    shift = torch.randint(1, classes, where.shape, generator=generator)
    planted[where] = (labels[where] + shift) % classes
    return planted, where


def precision_and_recall(found: Tensor, wrong: Tensor) -> tuple[float, float]:
    """How many of the indices found are truly wrong, and how many of the wrong ones are found.

    Of nothing found the precision is 1: nobody was accused in vain; likewise the recall.
    """
    hits = len(set(found.tolist()) & set(wrong.tolist()))
    return hits / len(found) if len(found) else 1.0, hits / len(wrong) if len(wrong) else 1.0
