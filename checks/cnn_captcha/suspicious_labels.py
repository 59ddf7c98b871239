"""cnn_captcha.suspicious_labels: which labels a model's probabilities prove wrong.

Judged by errors that the judge planted, 95 % of them to be found, 95 % of what is picked to be one.
The probabilities are drawn, in the likeness of a real model's: nearly always it is sure of the true
character; of the right labels 5 % are read otherwise, but without conviction (another character
between 0.5 and 0.75, the label above 0.2), and 5 % hesitantly (the label around 0.5). At a planted
error the true character has at least 0.97 and the label at most 0.012. So any threshold between
separates them without a mistake: on the label's probability from 0.02 to 0.2, on another
character's from 0.76 to 0.97. Such answers are never rejected, whatever is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from checks.cnn_captcha.common import PLAIN
from checks.exercise import Arrays, Case, Exercise, Finding, Part
from checks.observe import Trouble
from checks.probes.doubts import doubts_probe
from checks.rules import Comparison
from gan_utils.recogniser import labels as reference

NEEDED = 0.95  # both precision and recall
READ_OTHERWISE, HESITANT = 0.05, 0.05  # shares of the right labels
STEP = 1 / 256  # probabilities of the two likeliest characters are multiples of it


def _cases(rng: np.random.Generator) -> list[Case]:
    return [
        _case(rng, "core", 1_500, 32, 0.01),
        _case(rng, "core", 600, 10, 0.03),
        _case(rng, "core", 1_000, 32, 0.005),
        _case(rng, "core", 500, 32, 0.08),
        _case(rng, "clean labels", 600, 32, 0.0),
        _case(rng, "float64", 400, 10, 0.02, "float64"),
    ]


def _case(
    rng: np.random.Generator,
    part: str,
    n: int,
    classes: int,
    share: float,
    dtype: str = "float32",
) -> Case:
    truth = rng.integers(0, classes, n)
    other = (truth + rng.integers(1, classes, n)) % classes
    kind = rng.permutation(n)  # who is a planted error, read otherwise, hesitant, or none of these
    planted = kind < round(share * n)
    otherwise = ~planted & (kind < round((share + READ_OTHERWISE) * n))
    hesitant = ~planted & ~otherwise & (kind < round((share + READ_OTHERWISE + HESITANT) * n))

    left = np.where(hesitant, 0.2, 0.01)  # for the characters that are neither truth nor other
    on_other = np.zeros(n)
    on_other[otherwise] = rng.uniform(0.5, 0.75, otherwise.sum())
    on_other[hesitant] = rng.uniform(0.25, 0.35, hesitant.sum())
    on_other[planted] = rng.uniform(0, 0.01, planted.sum())
    on_other = np.round(on_other / STEP) * STEP
    rows = np.repeat(left[:, None] / (classes - 2), classes, axis=1)
    rows[np.arange(n), other] = on_other
    rows[np.arange(n), truth] = 1 - left - on_other
    inputs = {
        "probabilities": rows.astype(dtype),
        "labels": np.where(planted, other, truth),
    }
    return Case(part, f"{n:,} labels of {classes} classes, {planted.sum()} of them wrong", inputs)


@dataclass(frozen=True)
class Found:
    """Flags, of which those that are expected are the errors to be found."""

    needed: float

    def compare(self, got: np.ndarray, expected: np.ndarray, limit: float) -> Comparison:
        picked, wrong, hits = (int(x.sum()) for x in (got > 0, expected > 0, got * expected > 0))
        good = hits >= self.needed * wrong and hits >= self.needed * picked
        line = (
            f"found {hits} of {wrong} wrong labels; of the {picked} that you picked "
            f"{picked - hits} are right. Needed: {self.needed:.0%} of the wrong ones found, and "
            f"{self.needed:.0%} of your picks wrong"
        )
        return Comparison(good, 0.0 if good else float("inf"), line)

    def same(self, got: np.ndarray, other: np.ndarray, limit: float) -> bool:
        return np.array_equal(got, other)


def _explain(
    cases: Sequence[Case], expected: Sequence[Arrays], seen: Sequence[Any], failing: Sequence[int]
) -> Finding | None:
    """Too many or too few, over all failing cases."""
    hits = picked = wrong = 0
    for j in failing:
        if isinstance(seen[j], Trouble):
            return None
        got, want = seen[j]["picked"], expected[j]["picked"]
        hits, picked, wrong = hits + (got * want).sum(), picked + got.sum(), wrong + want.sum()
    if not picked:
        return Finding("nobody_accused")
    if hits >= NEEDED * wrong:
        return Finding("too_many_accused")
    return Finding("too_few_accused" if hits >= NEEDED * picked else "wrong_ones_accused")


exercise = Exercise(
    name="cnn_captcha.suspicious_labels",
    signature="suspicious_labels(probabilities: Tensor, labels: Tensor) -> Tensor",
    about="the indices of the labels (N,) that the probabilities (N, classes) prove wrong",
    see="Who is wrong, the model or the label?",
    parts=(
        Part("core", 5, "the labels picked"),
        Part("clean labels", 1, "labels without an error"),
        Part("float64", 1, "float64 probabilities"),
    ),
    probe=doubts_probe,
    rules={"picked": Found(NEEDED), "changed": PLAIN["changed"]},
    cases=_cases,
    reference=reference.suspicious_labels,
    references=("gan_utils.recogniser.labels.suspicious_labels",),
    explain=_explain,
    main="picked",
)
variant = exercise.variant


@variant
def sure_of_another(probabilities: Tensor, labels: Tensor) -> Tensor:
    sureness, read = probabilities.max(dim=1)
    return ((read != labels) & (sureness > 0.9)).nonzero().flatten()


@variant
def label_has_no_chance(probabilities: Tensor, labels: Tensor) -> Tensor:
    return torch.where(probabilities[torch.arange(len(labels)), labels] < 0.05)[0]


@variant
def large_loss(probabilities: Tensor, labels: Tensor) -> Tensor:
    loss = F.nll_loss(probabilities.log(), labels, reduction="none")
    suspects = loss.argsort(descending=True)
    return suspects[loss[suspects] > 3.5]


@variant
def flags(probabilities: Tensor, labels: Tensor) -> Tensor:
    return probabilities.gather(1, labels.view(-1, 1)).squeeze(1) < 0.02


@variant
def large_margin(probabilities: Tensor, labels: Tensor) -> np.ndarray:
    p = probabilities.numpy()
    margin = p.max(axis=1) - p[np.arange(len(p)), labels.numpy()]
    return np.flatnonzero(margin > 0.8)


@variant
def odds(probabilities: Tensor, labels: Tensor) -> list[int]:
    found = []
    for i, (row, label) in enumerate(zip(probabilities, labels, strict=True)):
        if row.max() > 50 * row[label]:
            found.append(i)
    return found


@variant
def as_a_column(probabilities: Tensor, labels: Tensor) -> Tensor:
    own = probabilities[range(len(labels)), labels]
    return torch.nonzero(own < 0.1)
