"""What is asked of an assignment's answers: read from its source notebook, drawn from a seed."""

from __future__ import annotations

import ast
import zlib
from collections.abc import Iterator, Mapping
from functools import lru_cache

from nbformat import NotebookNode

from autograder.course import CourseError
from autograder.records import Question
from checks import catalogue
from checks.bank import Bank, build
from checks.recipes import recipe

# (the exercise's name, the expression that is its answer), by the id of the graded cell
Asks = dict[str, list[tuple[str, str]]]


def exercises_of(notebook: NotebookNode) -> Asks:
    """The exercises that the graded code cells of a source notebook ask for.

    Raises CourseError for a graded cell that asks nothing with check(), which nobody could judge
    from outside; for an exercise that does not exist; and for points that do not add up.
    """
    found: Asks = {}
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and marks.get("grade") and not marks.get("solution"):
            found[marks["grade_id"]] = _asked(cell.source, marks["grade_id"], marks["points"])
    return found


def _asked(source: str, grade_id: str, points: float) -> list[tuple[str, str]]:
    try:
        asked = [
            (call.args[0].value, ast.get_source_segment(source, call.args[1]))
            for call in _checks(ast.parse(source))
        ]
    except SyntaxError as error:
        raise CourseError(f"The graded cell {grade_id} is not Python: {error}.") from error
    if not asked:
        raise CourseError(
            f"The graded cell {grade_id} asks nothing that can be judged from outside. It needs a "
            'line like check("notebook.exercise", answer).'
        )
    try:
        worth = sum(catalogue.find(name).points for name, _ in asked)
    except catalogue.UnknownExercise as error:
        raise CourseError(f"The graded cell {grade_id}: {error}") from error
    if worth != points:
        raise CourseError(
            f"The graded cell {grade_id} is worth {points:g} points, but what it asks is worth "
            f"{worth:g}. Correct its points in the source notebook."
        )
    return asked


def _checks(tree: ast.Module) -> Iterator[ast.Call]:
    """The calls check("name", answer) among the statements of a cell."""
    for statement in tree.body:
        call = statement.value if isinstance(statement, ast.Expr) else None
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and call.func.id == "check"
            and len(call.args) == 2
            and isinstance(call.args[0], ast.Constant)
        ):
            yield call


def draw(asks: Asks, seed: int) -> list[Question]:
    """The questions, with fresh cases from `seed`: the same for the same seed."""
    questions = []
    for grade_id, asked in asks.items():
        for name, expression in asked:
            exercise = catalogue.find(name)
            cases = [case.inputs for case in exercise.draw(seed_of(name, seed))]
            questions.append(
                Question(
                    grade_id, name, expression, recipe(exercise.probe), cases, exercise.seconds
                )
            )
    return questions


def seed_of(exercise: str, seed: int) -> int:
    """An exercise's own seed."""
    return seed ^ (zlib.crc32(exercise.encode()) << 16)


class _Banks(Mapping[str, Bank]):
    """The banks of a seed, each built when it is first asked for."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._built: dict[str, Bank] = {}

    def __getitem__(self, name: str) -> Bank:
        if name not in self._built:
            self._built[name] = build(catalogue.find(name), seed_of(name, self._seed))
        return self._built[name]

    def __iter__(self) -> Iterator[str]:
        return iter(catalogue.EXERCISES)

    def __len__(self) -> int:
        return len(catalogue.EXERCISES)


@lru_cache(maxsize=2)
def banks(seed: int) -> Mapping[str, Bank]:
    """What right and known wrong answers give for the cases of a seed, by the exercise's name."""
    return _Banks(seed)
