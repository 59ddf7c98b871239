"""The one function that notebooks call."""

from __future__ import annotations

from checks import bank
from checks.catalogue import find
from checks.exercise import Answer, Exercise
from checks.judge import RIGHT, WRONG, Report, ask, judge


class CheckFailed(AssertionError):  # noqa: N818
    """A wrong answer. Its text is for the student; a notebook shows it without a stack trace."""

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()  # IPython prints this in place of the frames of the check


def evaluate(exercise: Exercise, answer: Answer) -> Report:
    """Try an answer on the public cases, in this process."""
    if not callable(answer):
        return _not_callable(exercise, answer)
    public = bank.stored(exercise)
    return judge(exercise, public, ask(exercise, public, answer))


def _not_callable(exercise: Exercise, answer: object) -> Report:
    function = exercise.name.rpartition(".")[2]
    sentence = (
        f"{exercise.name}: not right yet. check() got {_described(answer)}, expected your function "
        f'itself.\n  Write check("{exercise.name}", {function}): the name alone, without '
        "parentheses and arguments after it."
    )
    return Report(exercise.name, WRONG, 0, exercise.points, "not_a_function", sentence)


def _described(answer: object) -> str:
    if answer is None:
        return "None"
    return f"a value of type {type(answer).__name__}"


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
    print(report.message)
    return None if report.verdict == RIGHT and report.points == report.max_points else report.points
