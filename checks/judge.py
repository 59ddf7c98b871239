"""The verdict on an answer, from observations alone, and the words in which it is told."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from checks import wire
from checks.bank import Bank, Form
from checks.diagnose import Diagnosis, diagnose
from checks.exercise import Arrays, Exercise
from checks.observe import Observation, Seen, Trouble
from checks.rules import Comparison

RIGHT, WRONG, CRASHED, NOT_ATTEMPTED = "right", "wrong", "crashed", "not attempted"
NO_ANSWER = "no answer"


@dataclass(frozen=True)
class Report:
    """What is said of one answer."""

    exercise: str
    verdict: str
    points: int
    max_points: int
    diagnosis: str | None
    message: str

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def judge(exercise: Exercise, bank: Bank, seen: Sequence[Seen]) -> Report:
    """Compare what probes saw with the bank. No student code runs here."""
    return judge_measured(exercise, bank, [_measured(exercise, one) for one in seen])


def _measured(exercise: Exercise, seen: Seen) -> Seen:
    if isinstance(seen.observation, Trouble):
        return seen
    return Seen(exercise.measure(seen.observation), seen.printed)


def judge_measured(exercise: Exercise, bank: Bank, seen: Sequence[Seen]) -> Report:
    """`judge` for what `Exercise.measure` has gone over already."""
    observations = [one.observation for one in seen]
    results = [_compare(exercise, bank, j, one) for j, one in enumerate(observations)]
    order = [part.name for part in exercise.parts]
    failing = [j for j, result in enumerate(results) if not result.agrees]
    failing.sort(key=lambda j: order.index(bank.cases[j].part))
    first = observations[failing[0]] if failing else None
    if isinstance(first, Trouble) and first.kind == NOT_ATTEMPTED:
        return _report(exercise, NOT_ATTEMPTED, 0, None, _not_attempted(exercise, first.text))
    if isinstance(first, Trouble) and first.diagnosis == "not_a_function":
        return _report(exercise, WRONG, 0, first.diagnosis, _not_a_function(exercise, first.text))
    if not failing:
        return _report(exercise, RIGHT, exercise.points, None, _right(exercise, bank, results))

    diagnosis = diagnose(exercise, bank, observations, failing)
    failed_parts = {bank.cases[j].part for j in failing}
    name = diagnosis.name if diagnosis else None
    details = _details(bank, failing, results, seen, diagnosis, exercise)
    if exercise.core.name in failed_parts:
        crashed = isinstance(first, Trouble) and first.kind != "bad return"
        verdict = CRASHED if crashed else WRONG
        opening = "your code crashed" if crashed else "not right yet"
        return _report(exercise, verdict, 0, name, f"{exercise.name}: {opening} {details}")

    points = sum(part.points for part in exercise.parts if part.name not in failed_parts)
    missed = " and ".join(p.about for p in exercise.parts if p.name in failed_parts)
    earned = f"{points} of {exercise.points} points"
    known_mistake = name in exercise.mistakes
    opening = "not quite right:" if known_mistake else "almost right. Not right yet for"
    message = f"{exercise.name}: {opening} {missed}, {earned} {details}"
    return _report(exercise, WRONG if known_mistake else RIGHT, points, name, message)


def judge_received(exercise: Exercise, bank: Bank, data: bytes) -> Report:
    """The verdict on packed observations that a stranger may have made. Never raises.

    What cannot be read or compared earns nothing, and says so: verdict "no answer".
    """
    try:
        seen = wire.unpack(data, len(bank.cases))
        for one, form in zip(seen, bank.forms, strict=True):
            if not isinstance(one.observation, Trouble):
                _require_form(exercise, one.observation, form)
    except wire.Unreadable as error:
        return no_answer(exercise, f"what came back cannot be read: {error}.")
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return judge(exercise, bank, seen)
    except Exception as error:  # whatever a stranger's numbers brought about: it costs them only
        return no_answer(
            exercise,
            f"what came back cannot be compared with the right answer ({type(error).__name__}). "
            "If your answer is an honest one, tell your lecturer.",
        )


def no_answer(exercise: Exercise, reason: str) -> Report:
    """The report on an answer that did not come, or not in a form that can be judged."""
    return _report(exercise, NO_ANSWER, 0, None, f"{exercise.name}: no answer; {reason}")


def _require_form(exercise: Exercise, seen: Arrays, form: Form) -> None:
    """Raise wire.Unreadable unless there are the reference's fields, in the reference's shapes."""
    if seen.keys() != form.keys():
        raise wire.Unreadable("it does not hold what was asked for")
    for name, shape in form.items():
        got = seen[name].shape
        if len(got) == len(shape) and name in exercise.rows and got[0] <= exercise.rows[name]:
            got = (shape[0], *got[1:])
        if got != shape:
            raise wire.Unreadable(f"{name} has the shape {got}, where {shape} was expected")


def _compare(exercise: Exercise, bank: Bank, j: int, seen: Observation) -> Comparison:
    """All fields of one case: right if all are, else the line of the first that is not."""
    if isinstance(seen, Trouble):
        return Comparison(False, float("inf"), seen.text)
    worst, lines = 0.0, []
    for name, expected in bank.expected[j].items():
        result = exercise.rules[name].compare(seen[name], expected, bank.cases[j].limit)
        if not result.agrees:
            return result
        worst = max(worst, result.error)
        lines += [result.line] if result.line else []
    return Comparison(True, worst, "\n".join(lines))


def _report(
    exercise: Exercise, verdict: str, points: int, diagnosis: str | None, message: str
) -> Report:
    return Report(exercise.name, verdict, points, exercise.points, diagnosis, message)


def _right(exercise: Exercise, bank: Bank, results: Sequence[Comparison]) -> str:
    pairs = zip(results, bank.cases, strict=True)
    nearest, case = max(pairs, key=lambda pair: pair[0].error / pair[1].limit)
    cases = f"{len(results)} of {len(results)} cases"
    if nearest.line:
        rest = "".join(f"\n  {line}" for line in nearest.line.splitlines())
    else:
        rest = f"\n  largest relative error {nearest.error:.1g}, limit {case.limit:.0e}"
    return f"{exercise.name}: right, {exercise.points} of {exercise.points} points ({cases}){rest}"


def _not_attempted(exercise: Exercise, text: str) -> str:
    text = text or (
        "Replace the line `raise NotImplementedError` with your own code, run that cell, then run "
        "this one again."
    )
    return f"{exercise.name}: not attempted. {text}"


def _not_a_function(exercise: Exercise, text: str) -> str:
    function = exercise.name.rpartition(".")[2]
    return (
        f"{exercise.name}: not right yet. {text}\n"
        f'  Write check("{exercise.name}", {function}): the name alone, without parentheses and '
        "arguments after it."
    )


def _details(
    bank: Bank,
    failing: Sequence[int],
    results: Sequence[Comparison],
    seen: Sequence[Seen],
    diagnosis: Diagnosis | None,
    exercise: Exercise,
) -> str:
    """The first failing case, what came and what was expected, the diagnosis, where to read."""
    j = failing[0]
    lines = [f"(case {j + 1} of {len(bank.cases)}: {bank.cases[j].title})"]
    trouble = seen[j].observation
    if isinstance(trouble, Trouble):
        lines += trouble.trace
    lines += results[j].line.splitlines()[:6]
    if diagnosis is not None and diagnosis.says:
        lines.append(diagnosis.says)
    where = diagnosis.see if diagnosis is not None and diagnosis.see else exercise.see
    lines.append(f'See "{where}", above.')
    if seen[j].printed.strip():
        lines.append(f"Your code printed: {seen[j].printed.strip()[:300]}")
    return "\n  ".join(lines)
