"""The one function that notebooks call."""

from __future__ import annotations

import textwrap

from checks import bank
from checks.catalogue import find
from checks.exercise import Answer, Exercise
from checks.judge import RIGHT, Report, judge
from checks.observe import ask

WIDTH = 92  # characters in a line of a message


class CheckFailed(AssertionError):  # noqa: N818
    """A wrong answer. Its text is for the student; a notebook shows it without a stack trace."""

    def _render_traceback_(self) -> list[str]:
        return _wrapped(str(self)).splitlines()  # IPython prints this in place of our frames


def evaluate(exercise: Exercise, answer: Answer) -> Report:
    """Try an answer on the public cases, in this process."""
    public = bank.stored(exercise)
    inputs = [case.inputs for case in public.cases]
    return judge(exercise, public, ask(exercise.probe, answer, inputs, exercise.seconds))


def check(name: str, answer: Answer) -> int | None:
    """Check an answer to the exercise of that name, and say what came of it.

    Prints the verdict. Returns None for a right answer that earns all points, and the points for
    one that earns some of them (nbgrader reads a cell's number as partial credit).

    Raises CheckFailed, saying what is wrong and the likely cause, if the answer is wrong, crashes
    or was not attempted; UnknownExercise if there is no exercise of that name.
    """
    report = evaluate(find(name), answer)
    if report.points == 0:
        raise CheckFailed(report.message)
    print(_wrapped(report.message))
    if report.verdict == RIGHT and report.points == report.max_points:
        return None
    print("  (The number below is for the grader.)")
    return report.points


def _wrapped(message: str) -> str:
    """The message in lines that a notebook shows whole, each kept at its own indentation."""
    lines = []
    for line in message.splitlines():
        margin = line[: len(line) - len(line.lstrip())]
        lines += textwrap.wrap(
            line, WIDTH, subsequent_indent=margin + "  ", break_long_words=False
        ) or [""]
    return "\n".join(lines)
