"""The verdict on an answer, from observations alone, and the words in which it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from checks.bank import Bank
from checks.diagnose import Diagnosis, diagnose
from checks.exercise import Answer, Exercise
from checks.observe import Observation, Seen, Trouble, observe
from checks.rules import Comparison

RIGHT, WRONG, CRASHED, NOT_ATTEMPTED = "right", "wrong", "crashed", "not attempted"


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


def ask(exercise: Exercise, bank: Bank, answer: Answer) -> list[Seen]:
    """Put every case to an answer. This runs the student's code.

    After a case that was too slow or not attempted the others are not asked.
    """
    seen: list[Seen] = []
    for case in bank.cases:
        seen.append(observe(exercise.probe, answer, case.inputs, exercise.seconds))
        last = seen[-1].observation
        if isinstance(last, Trouble) and last.kind in ("too slow", "not attempted"):
            seen += [seen[-1]] * (len(bank.cases) - len(seen))
            break
    return seen


def judge(exercise: Exercise, bank: Bank, seen: Sequence[Seen]) -> Report:
    """Compare observations with the bank. No student code runs here."""
    observations = [
        one.observation
        if isinstance(one.observation, Trouble)
        else exercise.measure(one.observation)
        for one in seen
    ]
    results = [_compare(exercise, bank, j, one) for j, one in enumerate(observations)]
    order = [part.name for part in exercise.parts]
    failing = [j for j, result in enumerate(results) if not result.agrees]
    failing.sort(key=lambda j: order.index(bank.cases[j].part))
    first = observations[failing[0]] if failing else None
    if isinstance(first, Trouble) and first.kind == NOT_ATTEMPTED:
        return _report(exercise, NOT_ATTEMPTED, 0, None, _not_attempted(exercise))
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


def _not_attempted(exercise: Exercise) -> str:
    return (
        f"{exercise.name}: not attempted. Replace the line `raise NotImplementedError` with your "
        f"own code, run that cell, then run this one again."
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
