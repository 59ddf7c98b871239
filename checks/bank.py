"""The cases of an exercise with what the reference and the known wrong answers give for them.

The bank of the public cases is stored in reference/NAME.npz (plain arrays, no pickles), so that a
check at the desk runs only the student's code. A grader builds a bank from a secret seed instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from checks.exercise import Answer, Arrays, Case, Exercise, Known
from checks.observe import Observation, Trouble, observe

FOLDER = Path(__file__).parent / "reference"
CASE_TEXT = ("part", "title")
Form = dict[str, tuple[int, ...]]  # the fields of an observation, and their shapes


@dataclass(frozen=True)
class Bank:
    """Cases, the reference's observation of each, and every known answer's observations.

    known[i][j] is the observation of case j by the i-th pair of `named(exercise)`.
    forms: what the probe saw of the reference before anything was measured, without the numbers
    """

    cases: list[Case]
    expected: list[Arrays]
    known: Sequence[Sequence[Observation]]
    forms: list[Form]


class _Row(Sequence[Observation]):
    """What a known answer gives for each case, found out when it is first asked for."""

    def __init__(self, exercise: Exercise, answer: Answer, cases: list[Case]) -> None:
        self._exercise, self._answer, self._cases = exercise, answer, cases
        self._seen: dict[int, Observation] = {}

    def __len__(self) -> int:
        return len(self._cases)

    def __getitem__(self, j: int) -> Observation:
        if j not in self._seen:
            case = self._cases[j]  # raises IndexError at the end, as a Sequence must
            self._seen[j] = _measured(self._exercise, _observed(self._exercise, self._answer, case))
        return self._seen[j]


def named(exercise: Exercise) -> list[tuple[Known, int]]:
    """Every implementation of every known answer, in order: (known, index among its answers)."""
    return [(known, i) for known in exercise.known.values() for i in range(len(known.answers))]


def build(exercise: Exercise, seed: int | None = None) -> Bank:
    """The bank of the cases of a seed (None: the public cases).

    The reference is run at once, a known answer when a wrong answer is compared with it.
    """
    cases = exercise.draw(seed)
    expected, forms = [], []
    for case in cases:
        raw = _observed(exercise, exercise.reference, case)
        if isinstance(raw, Trouble):
            raise AssertionError(f"{exercise.name}: the reference fails on {case.title}: {raw}")
        seen = exercise.measure(raw)
        expected.append(seen | {k: v for k, v in exercise.ideal.items() if k in seen})
        forms.append(_form(raw))
    known = [_Row(exercise, who.answers[i], cases) for who, i in named(exercise)]
    return Bank(cases, expected, known, forms)


def _observed(exercise: Exercise, answer: Answer, case: Case) -> Observation:
    return observe(exercise.probe, answer, case.inputs, 60).observation


def _measured(exercise: Exercise, seen: Observation) -> Observation:
    return seen if isinstance(seen, Trouble) else exercise.measure(seen)


def _form(seen: Arrays) -> Form:
    return {name: value.shape for name, value in seen.items()}


def pack(bank: Bank) -> Arrays:
    """The bank as flat arrays for one npz file."""
    arrays: Arrays = {"cases": np.array(len(bank.cases))}
    for j, (case, expected) in enumerate(zip(bank.cases, bank.expected, strict=True)):
        here = f"{j:02d}"
        arrays[f"{here}.part"], arrays[f"{here}.title"] = np.array(case.part), np.array(case.title)
        arrays[f"{here}.limit"] = np.array(case.limit)
        arrays |= {f"{here}.input.{name}": value for name, value in case.inputs.items()}
        arrays |= {f"{here}.expected.{name}": value for name, value in expected.items()}
        if bank.forms[j] != _form(expected):
            arrays |= {f"{here}.form.{k}": np.array(v, int) for k, v in bank.forms[j].items()}
        for i, row in enumerate(bank.known):
            arrays |= {f"{here}.known{i:02d}.{k}": v for k, v in _flat(row[j], expected).items()}
    return arrays


def _flat(seen: Observation, expected: Arrays) -> Arrays:
    """A known answer's observation, without the fields in which it agrees with the reference."""
    if isinstance(seen, Trouble):
        return {"trouble": np.array([seen.kind, seen.text, seen.diagnosis or ""])}
    return {
        name: value
        for name, value in seen.items()
        if not np.array_equal(value, expected.get(name), equal_nan=value.dtype.kind == "f")
    }


def unpack(arrays: Arrays, exercise: Exercise) -> Bank:
    """The inverse of `pack`."""
    cases, expected, forms = [], [], []
    fields: list[Arrays] = [{} for _ in range(int(arrays["cases"]))]
    for key, value in arrays.items():
        if key != "cases":
            number, name = key.split(".", 1)
            fields[int(number)][name] = value
    known: list[list[Observation]] = [[] for _ in named(exercise)]
    for field in fields:
        inputs, right = _under("input.", field), _under("expected.", field)
        text = {name: str(field[name]) for name in CASE_TEXT}
        cases.append(Case(**text, inputs=inputs, limit=float(field["limit"])))
        expected.append(right)
        form = {name: tuple(shape.tolist()) for name, shape in _under("form.", field).items()}
        forms.append(form or _form(right))
        for i, row in enumerate(known):
            row.append(_unflat(_under(f"known{i:02d}.", field), right))
    return Bank(cases, expected, known, forms)


def _unflat(arrays: Arrays, expected: Arrays) -> Observation:
    if "trouble" in arrays:
        kind, text, diagnosis = (str(word) for word in arrays["trouble"])
        return Trouble(kind, text, diagnosis or None)
    return expected | arrays


def _under(prefix: str, arrays: Arrays) -> Arrays:
    return {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}


def path(exercise: Exercise) -> Path:
    """Where an exercise's public bank is stored."""
    return FOLDER / f"{exercise.name}.npz"


def stored(exercise: Exercise) -> Bank:
    """The public bank from disk.

    Raises FileNotFoundError or ValueError, saying what to do, if it is absent or does not load.
    """
    file = path(exercise)
    remedy = "Restore it from the course's repository, or rebuild it with `python -m checks.build`."
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as archive:
            return unpack(dict(archive), exercise)
    except FileNotFoundError:
        raise FileNotFoundError(f"The stored cases {file} are missing. {remedy}") from None
    except (ValueError, OSError, KeyError, EOFError, BadZipFile) as error:
        raise ValueError(f"The stored cases {file} cannot be read ({error}). {remedy}") from None
