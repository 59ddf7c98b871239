"""Which known mistake does a wrong answer equal? Arrays only: no student code runs here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from checks.bank import Bank, named
from checks.exercise import Arrays, Exercise, Known
from checks.observe import Observation, Trouble

ENOUGH = 0.6  # share of the failing cases, and of all cases, in which a mistake must agree


@dataclass(frozen=True)
class Diagnosis:
    """A mistake's name, what the student reads about it, and where to read on."""

    name: str
    says: str
    see: str | None = None
    is_mistake: bool = True


def diagnose(
    exercise: Exercise, bank: Bank, seen: Sequence[Observation], failing: Sequence[int]
) -> Diagnosis | None:
    """The mistake that explains the failing cases best, or None. failing: indices, first first."""
    first = seen[failing[0]]
    if not isinstance(first, Trouble):
        for known in exercise.known.values():
            if known.recognise is not None and known.recognise(first):
                return _as_diagnosis(known)
    for fields in (None, ("value",)):  # everything alike; else at least the value
        best = _best(exercise, bank, seen, failing, fields)
        if best is not None:
            return best
    return _general(bank, seen, failing)


def _as_diagnosis(known: Known) -> Diagnosis:
    return Diagnosis(known.name, known.says, known.see, known.is_mistake)


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


def _general(bank: Bank, seen: Sequence[Observation], failing: Sequence[int]) -> Diagnosis | None:
    """What can be said of a wrong answer that equals no known mistake."""
    first, expected = seen[failing[0]], bank.expected[failing[0]]
    if isinstance(first, Trouble):
        return Diagnosis(first.diagnosis, "") if first.diagnosis else None
    if "value" not in first:
        return None
    finite = all(np.isfinite(v).all() for k, v in first.items() if first.get("has_grad", 1))
    if not finite:
        return Diagnosis(
            "not_finite",
            "There is a NaN or an infinity in your result where the right one is finite. "
            "Usual causes: the logarithm of 0, 0/0, or exp of a large number.",
        )
    if first.get("changed", 0):
        return Diagnosis(
            "changes_input",
            "Your function changed the tensor that it was given. Work on a new tensor: methods "
            "that end in an underscore, x[...] = and += change it in place.",
        )
    value_right = _near(first["value"], expected["value"])
    if value_right and not first.get("has_grad", 1):
        return Diagnosis(
            "no_gradient",
            "The number is right, but no gradient flows back through it: nothing could learn from "
            "it. Usual causes: detach(), item(), no_grad, NumPy, or a new tensor made from values.",
        )
    if value_right and "has_grad" in first:
        return Diagnosis("wrong_gradient", "The value is right here, but its gradient is not.")
    return _scaled(bank, seen, failing)


def _near(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-3, atol=1e-6))


def _scaled(bank: Bank, seen: Sequence[Observation], failing: Sequence[int]) -> Diagnosis | None:
    """A constant factor between the answer and the right one, in every failing case."""
    factors = [_factor(seen[j], bank.expected[j]) for j in failing]
    if None in factors or not np.allclose(factors, factors[0], rtol=1e-3):
        return None
    factor = float(factors[0])
    if np.isclose(factor, -1, rtol=1e-3):
        return Diagnosis("sign", "Your result is the right one with the opposite sign.")
    return Diagnosis("scaled", f"Your result is {factor:.4g} times the right one, in every case.")


def _factor(seen: Observation, expected: Arrays) -> float | None:
    if isinstance(seen, Trouble) or seen["value"].shape != expected["value"].shape:
        return None
    mine, right = seen["value"].ravel(), expected["value"].ravel()
    size = float(right @ right)
    if size < 1e-12:
        return None
    factor = float(mine @ right) / size
    return factor if factor and np.allclose(mine, factor * right, rtol=1e-3, atol=1e-6) else None
