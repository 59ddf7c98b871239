"""cnn_captcha.confusion_matrix: which character is taken for which."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from checks.cnn_captcha.common import PLAIN
from checks.exercise import Case, Exercise, Part
from checks.probes.arrays import ArraysProbe
from checks.rules import Close
from gan_utils import metrics


def _cases(rng: np.random.Generator) -> list[Case]:
    return [
        _case(rng, "core", 60, 5),
        _case(rng, "core", 200, 4),
        _case(rng, "core", 40, 7, unused=2),
        _case(rng, "core", 25, 2),
        _case(rng, "core", 300, 32, unused=5),
        _case(rng, "one label", 1, 6),
    ]


def _case(rng: np.random.Generator, part: str, n: int, classes: int, unused: int = 0) -> Case:
    """Mostly right predictions; the last classes are neither met nor predicted."""
    labels = rng.integers(0, classes - unused, n)
    predictions = np.where(rng.random(n) < 0.6, labels, rng.integers(0, classes - unused, n))
    inputs = {
        "labels": labels,
        "predictions": predictions,
        "classes": np.array(classes),
        "shape_value": np.array([classes, classes]),
    }
    words = f"{n} labels of {classes} classes" + f", {unused} of them not met" * bool(unused)
    return Case(part, words, inputs, 1e-9)


exercise = Exercise(
    name="cnn_captcha.confusion_matrix",
    signature="confusion_matrix(labels: Tensor, predictions: Tensor, classes: int) -> Tensor",
    about="counts (classes, classes): row = the label, column = what was predicted",
    see="Which character is taken for which",
    parts=(Part("core", 4, "the counts"), Part("one label", 1, "a single label")),
    probe=ArraysProbe(("labels", "predictions"), ("classes",), tensors=True),
    rules={"value": Close(), "changed": PLAIN["changed"]},
    cases=_cases,
    reference=metrics.confusion_matrix,
    references=("gan_utils.metrics.confusion_matrix",),
)
variant = exercise.variant


@variant
def by_loop(labels: Tensor, predictions: Tensor, classes: int) -> Tensor:
    counts = torch.zeros(classes, classes, dtype=torch.long)
    for label, prediction in zip(labels, predictions, strict=True):
        counts[label, prediction] += 1
    return counts


@variant
def by_one_hot(labels: Tensor, predictions: Tensor, classes: int) -> Tensor:
    return F.one_hot(labels, classes).float().T @ F.one_hot(predictions, classes).float()


@variant
def by_accumulating(labels: Tensor, predictions: Tensor, classes: int) -> Tensor:
    counts = torch.zeros(classes, classes)
    ones = torch.ones(len(labels))
    return counts.index_put_((labels, predictions), ones, accumulate=True)


@variant
def in_numpy(labels: Tensor, predictions: Tensor, classes: int) -> np.ndarray:
    counts = np.zeros((classes, classes), dtype=int)
    np.add.at(counts, (labels.numpy(), predictions.numpy()), 1)
    return counts


@variant
def pair_by_pair(labels: Tensor, predictions: Tensor, classes: int) -> Tensor:
    rows = [
        [int(((labels == i) & (predictions == j)).sum()) for j in range(classes)]
        for i in range(classes)
    ]
    return torch.tensor(rows)


@variant
def row_by_row(labels: Tensor, predictions: Tensor, classes: int) -> Tensor:
    return torch.stack(
        [torch.bincount(predictions[labels == c], minlength=classes) for c in range(classes)]
    )
