"""The known wrong ways of cnn_captcha.confusion_matrix."""

from __future__ import annotations

import torch
from torch import Tensor

from checks.cnn_captcha.confusion_matrix import exercise
from gan_utils.metrics import confusion_matrix as right

mistake = exercise.mistake


@mistake(
    "transposed",
    "Rows and columns are swapped: a row is a label (the truth), a column a prediction.",
)
def _(labels: Tensor, predictions: Tensor, classes: int) -> Tensor:
    return right(predictions, labels, classes)


@mistake(
    "each_pair_counted_once",
    "Every pair counts once at most: counts[labels, predictions] += 1 with whole tensors reads "
    "first and writes then, so a pair that comes ten times still gives 1. Use bincount, "
    "index_put_(accumulate=True), or a loop.",
)
def _(labels: Tensor, predictions: Tensor, classes: int) -> Tensor:
    counts = torch.zeros(classes, classes)
    counts[labels, predictions] += 1
    return counts


@mistake("shares_for_counts", "These are shares; asked for are counts, whole numbers.")
def _(labels: Tensor, predictions: Tensor, classes: int) -> Tensor:
    counts = right(labels, predictions, classes).float()
    return counts / counts.sum(1, keepdim=True).clamp(min=1)


@mistake("shares_for_counts")
def _(labels: Tensor, predictions: Tensor, classes: int) -> Tensor:
    counts = right(labels, predictions, classes).float()
    return counts / counts.sum(1, keepdim=True)


@mistake("shares_for_counts")
def _(labels: Tensor, predictions: Tensor, classes: int) -> Tensor:
    counts = right(labels, predictions, classes).float()
    return counts / counts.sum(0, keepdim=True).clamp(min=1)


@mistake("shares_for_counts")
def _(labels: Tensor, predictions: Tensor, classes: int) -> Tensor:
    return right(labels, predictions, classes) / len(labels)


@mistake("right_ones_only", "Only the right predictions are counted; the matrix shows the others.")
def _(labels: Tensor, predictions: Tensor, classes: int) -> Tensor:
    return right(labels[labels == predictions], predictions[labels == predictions], classes)


@mistake(
    "wrong_ones_only",
    "The right predictions are missing: they belong on the diagonal.",
)
def _(labels: Tensor, predictions: Tensor, classes: int) -> Tensor:
    return right(labels[labels != predictions], predictions[labels != predictions], classes)


@mistake(
    "classes_from_the_data",
    "The size of your matrix comes from the data: classes that were not met or not predicted need "
    "their row and column too. Use `classes`.",
    crash=r"shape '\[\d+, \d+\]' is invalid for input|out of bounds",
)
def _(labels: Tensor, predictions: Tensor, classes: int) -> Tensor:
    met = int(max(labels.max(), predictions.max())) + 1
    return right(labels, predictions, met)


@mistake("classes_from_the_data")
def _(labels: Tensor, predictions: Tensor, classes: int) -> Tensor:
    return torch.bincount(labels * classes + predictions).reshape(classes, classes)


@mistake("counted_both_ways", "Every pair is counted twice, as (a, b) and as (b, a).")
def _(labels: Tensor, predictions: Tensor, classes: int) -> Tensor:
    counts = right(labels, predictions, classes)
    return counts + counts.T


@mistake("off_by_one", "Everything is shifted by one: classes are counted from 0.")
def _(labels: Tensor, predictions: Tensor, classes: int) -> Tensor:
    return right((labels + 1) % classes, (predictions + 1) % classes, classes)


@mistake("off_by_one")
def _(labels: Tensor, predictions: Tensor, classes: int) -> Tensor:
    counts = torch.zeros(classes + 1, classes + 1)
    counts[1:, 1:] = right(labels, predictions, classes)
    return counts


@mistake(
    "mixed_up_index",
    "The pairs were numbered, but with a factor that lets two pairs share a number: "
    "label * classes + prediction gives each pair its own.",
)
def _(labels: Tensor, predictions: Tensor, classes: int) -> Tensor:
    return torch.bincount(labels * predictions, minlength=classes**2)[: classes**2].reshape(
        classes, classes
    )


@mistake("mixed_up_index")
def _(labels: Tensor, predictions: Tensor, classes: int) -> Tensor:
    return torch.bincount(labels + predictions, minlength=classes**2).reshape(classes, classes)


@mistake("totals_only", "Only how often each class was met or predicted is counted, not the pairs.")
def _(labels: Tensor, predictions: Tensor, classes: int) -> Tensor:
    return torch.diag(torch.bincount(labels, minlength=classes))


@mistake("totals_only")
def _(labels: Tensor, predictions: Tensor, classes: int) -> Tensor:
    return torch.diag(torch.bincount(predictions, minlength=classes))


@mistake("not_square", "The counts are there, but in one row: reshape to (classes, classes).")
def _(labels: Tensor, predictions: Tensor, classes: int) -> Tensor:
    return right(labels, predictions, classes).flatten()


@mistake("changes_input", "The counts are right, but an argument was changed on the way.")
def _(labels: Tensor, predictions: Tensor, classes: int) -> Tensor:
    counts = right(labels, predictions, classes)
    labels.mul_(classes).add_(predictions)
    return counts
