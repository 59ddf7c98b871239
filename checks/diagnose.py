"""Which mistake does a wrong answer make? Numbers only: no student code runs here.

Asked in this order: what one observation shows for certain; equality with a known mistake; an
exercise's own reasoning; a known mistake in the value alone, or up to a factor; what can be said of
any answer. A wrong name is worse than none, so the last resort is silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from checks.bank import Bank, named
from checks.exercise import Arrays, Exercise, Known
from checks.hints import hint
from checks.observe import Observation, Trouble

ENOUGH = 0.6  # share of the failing cases, and of all cases, in which a mistake must agree


@dataclass(frozen=True)
class Diagnosis:
    """A mistake's name, what the student reads about it, and where to read on."""

    name: str
    says: str
    see: str | None = None


def diagnose(
    exercise: Exercise, bank: Bank, seen: Sequence[Observation], failing: Sequence[int]
) -> Diagnosis | None:
    """The mistake that explains the failing cases best, or None. failing: indices, first first."""
    first, part = seen[failing[0]], bank.cases[failing[0]].part
    known = None if isinstance(first, Trouble) else _recognised(exercise, first)
    known = known or _best(exercise, bank, seen, failing, None)
    if part == exercise.core.name:
        return known or _in_core(exercise, bank, seen, failing)
    rest = _of_trouble(first) if isinstance(first, Trouble) else None
    return known or Diagnosis(f"fails_{part.replace(' ', '_')}", rest.says if rest else "")


def _in_core(
    exercise: Exercise, bank: Bank, seen: Sequence[Observation], failing: Sequence[int]
) -> Diagnosis | None:
    """The diagnosis of what equals no known mistake in every field."""
    first = seen[failing[0]]
    if isinstance(first, Trouble):
        return _crash(exercise, first) or _of_trouble(first)
    return (
        _explained(exercise, bank, seen, failing)
        or _best(exercise, bank, seen, failing, (exercise.main,))
        or _multiple(exercise, bank, seen, failing)
        or _general(exercise, bank, seen, failing)
    )


def _as_diagnosis(known: Known, more: str = "") -> Diagnosis:
    return Diagnosis(known.name, f"{known.says} {more}".strip(), known.see)


def _crash(exercise: Exercise, trouble: Trouble) -> Diagnosis | None:
    for known in exercise.known.values():
        if known.crash and re.search(known.crash, trouble.text):
            return _as_diagnosis(known)
    return None


def _of_trouble(trouble: Trouble) -> Diagnosis | None:
    if trouble.kind == "crashed":
        return Diagnosis(*hint(trouble.text))
    return Diagnosis(trouble.diagnosis, "") if trouble.diagnosis else None


def _recognised(exercise: Exercise, first: Arrays) -> Diagnosis | None:
    for known in exercise.known.values():
        if known.recognise is not None and known.recognise(first):
            return _as_diagnosis(known)
    return None


def _explained(
    exercise: Exercise, bank: Bank, seen: Sequence[Observation], failing: Sequence[int]
) -> Diagnosis | None:
    if exercise.explain is None:
        return None
    finding = exercise.explain(bank.cases, bank.expected, seen, failing)
    if finding is None:
        return None
    known = exercise.known.get(finding.name)
    return _as_diagnosis(known, finding.says) if known else Diagnosis(finding.name, finding.says)


def _best(
    exercise: Exercise,
    bank: Bank,
    seen: Sequence[Observation],
    failing: Sequence[int],
    fields: tuple[str, ...] | None,
) -> Diagnosis | None:
    best, best_share = None, 0.0
    for (known, _), row in zip(named(exercise), bank.known, strict=True):
        if not _same(exercise, seen[failing[0]], row[failing[0]], bank, failing[0], fields):
            continue
        alike = [
            _same(exercise, mine, theirs, bank, j, fields)
            for j, (mine, theirs) in enumerate(zip(seen, row, strict=True))
        ]
        share = float(np.mean(alike))
        if min(share, float(np.mean([alike[j] for j in failing]))) < ENOUGH or share <= best_share:
            continue
        best_share = share
        best = _as_diagnosis(known)
    return best


def _same(
    exercise: Exercise,
    mine: Observation,
    theirs: Observation,
    bank: Bank,
    j: int,
    fields: tuple[str, ...] | None,
) -> bool:
    """Does a mistake's observation of case j equal the student's?

    Asked of some fields only, it must be wrong in them too: a right value is shared by many.
    """
    if isinstance(mine, Trouble) or isinstance(theirs, Trouble):
        both = isinstance(mine, Trouble) and isinstance(theirs, Trouble)
        return both and mine.key == theirs.key
    limit = bank.cases[j].limit
    if fields is None:
        return mine.keys() == theirs.keys() and all(
            exercise.rules[name].same(mine[name], theirs[name], limit) for name in mine
        )
    expected = bank.expected[j]
    return all(
        name in mine
        and name in theirs
        and exercise.rules[name].same(mine[name], theirs[name], limit)
        and not exercise.rules[name].compare(theirs[name], expected[name], limit).agrees
        for name in fields
    )


def _multiple(
    exercise: Exercise, bank: Bank, seen: Sequence[Observation], failing: Sequence[int]
) -> Diagnosis | None:
    """A known mistake, or the right answer, times a factor or times the size of the batch.

    One with a positive factor is preferred: minus one mistake can be twice another.
    """
    sizes, first = _sizes(exercise, bank), seen[failing[0]]
    if sizes is None or first["changed"] or not first.get("has_grad", 1):
        return None
    ready = [
        j
        for j in failing
        if not isinstance(seen[j], Trouble) and np.isfinite(seen[j]["value"]).all()
    ]
    negative = None
    for known, row in _candidates(exercise, bank):
        found = {j: _factor(seen[j], row[j]) for j in ready}
        factors = {j: factor for j, factor in found.items() if factor is not None}
        if failing[0] not in factors or len(factors) < max(3, ENOUGH * len(ready)):
            continue
        law = _in_words(factors, sizes)
        if law is None:
            continue
        if known is None:
            diagnosis = Diagnosis(law[0], f"This is the right answer, but {law[1]}.")
        else:
            diagnosis = _as_diagnosis(known, f"Besides, {law[1]}.")
        if factors[failing[0]] > 0:
            return diagnosis
        negative = negative or diagnosis
    return negative


def _sizes(exercise: Exercise, bank: Bank) -> list[int] | None:
    """The batches' sizes, for functions of tensors."""
    if exercise.main != "value" or "changed" not in bank.expected[0]:
        return None
    return [len(next(iter(case.inputs.values()))) for case in bank.cases]


def _candidates(exercise: Exercise, bank: Bank) -> Iterator[tuple[Known | None, list]]:
    yield None, bank.expected
    for (known, _), row in zip(named(exercise), bank.known, strict=True):
        if known.is_mistake:
            yield known, row


def _in_words(factors: dict[int, float], sizes: list[int]) -> tuple[str, str] | None:
    """The law that all factors obey: a constant, or a constant times the batch's size."""
    plain = np.array(list(factors.values()))
    per_sample = plain / np.array([sizes[j] for j in factors])
    if np.allclose(plain, plain[0], rtol=1e-3):
        if np.isclose(plain[0], -1, rtol=1e-3):
            return "sign", "its sign is turned round"
        return "scaled", f"it is {plain[0]:.4g} times as large as it should be"
    if np.allclose(per_sample, per_sample[0], rtol=1e-3):
        if np.isclose(per_sample[0], 1, rtol=1e-3):
            return "sum_for_mean", "the batch is summed where the formula takes the mean"
        return "fixed_divisor", (
            f"the batch's sum is divided by {1 / per_sample[0]:.4g}, not by the batch's own size"
        )
    return None


def _factor(mine: Observation, other: Observation) -> float | None:
    """mine / other, value and gradients alike; None if they are not proportional and finite."""
    if isinstance(mine, Trouble) or isinstance(other, Trouble) or mine.keys() != other.keys():
        return None
    names = [n for n in mine if n == "value" or n.startswith("grad_")]
    if any(mine[n].shape != other[n].shape for n in names):
        return None
    a, b = (np.concatenate([seen[n].ravel() for n in names]) for seen in (mine, other))
    if not (np.isfinite(a).all() and np.isfinite(b).all()) or b @ b < 1e-12:
        return None
    factor = float(a @ b / (b @ b))
    close = np.allclose(a, factor * b, rtol=1e-3, atol=1e-4 * abs(factor) * np.abs(b).max())
    return factor if factor and close else None


def _general(
    exercise: Exercise, bank: Bank, seen: Sequence[Observation], failing: Sequence[int]
) -> Diagnosis | None:
    """What can be said of a function's wrong answer that equals no known mistake."""
    first, expected = seen[failing[0]], bank.expected[failing[0]]
    if exercise.main == "mine":
        return Diagnosis(
            "wrong_direction",
            "The step went another way than down the loss's gradient: look at what goes into the "
            "networks and into the loss, and at what happens to the parameters afterwards.",
        )
    if "value" not in first or "changed" not in first:
        return None
    lost = not first.get("has_grad", 1)
    if not all(np.isfinite(v).all() for k, v in first.items() if not (lost and k[:4] == "grad")):
        return Diagnosis(
            "not_finite",
            "There is a NaN or an infinity in your result where the right one is finite. "
            "Usual causes: the logarithm of 0, 0/0, or exp of a large number.",
        )
    if first["changed"]:
        return Diagnosis(
            "changes_input",
            "Your function changed the tensor that it was given. Work on a new tensor: methods "
            "that end in an underscore, x[...] = and += change it in place.",
        )
    value_right = _near(first["value"], expected["value"])
    if value_right and lost:
        return Diagnosis(
            "no_gradient",
            "The number is right, but no gradient flows back through it: nothing could learn from "
            "it. Usual causes: detach(), item(), no_grad, NumPy, or a new tensor made from values.",
        )
    if value_right and "has_grad" in first:
        return Diagnosis("wrong_gradient", "The value is right here, but its gradient is not.")
    if value_right and not first.get("kept_type", 1):
        return Diagnosis("wrong_type", "")
    return None


def _near(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-3, atol=1e-6))
