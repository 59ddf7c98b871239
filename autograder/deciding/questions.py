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
    where = f"The graded cell {grade_id}"
    try:
        asked = [_parts(call, source) for call in _checks(ast.parse(source))]
        worth = sum(catalogue.find(name).points for name, _ in asked)
    except SyntaxError as error:
        raise CourseError(f"{where} is not Python: {error}.") from error
    except (ValueError, catalogue.UnknownExercise) as error:
        raise CourseError(f"{where}: {error}") from error
    if not asked:
        raise CourseError(
            f"{where} asks nothing that can be judged from outside. It needs a line like "
            'check("notebook.exercise", answer).'
        )
    if len({name for name, _ in asked}) < len(asked):
        raise CourseError(f"{where} asks for the same exercise twice.")
    if worth != points:
        raise CourseError(
            f"{where} is worth {points:g} points, but what it asks is worth {worth:g}. Correct its "
            "points in the source notebook."
        )
    return asked


def _checks(tree: ast.Module) -> Iterator[ast.Call]:
    """All calls of check() in a cell. Raises ValueError for one that is not a line of its own."""
    lines = [node.value for node in tree.body if isinstance(node, ast.Expr)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "check":
            if node not in lines:
                raise ValueError("check() must stand in a line of its own, not inside other code.")
            yield node


def _parts(call: ast.Call, source: str) -> tuple[str, str]:
    """The exercise's name and the answer's expression. Raises ValueError for other arguments."""
    match call.args:
        case [ast.Constant(value=str(name)), answer] if not call.keywords:
            return name, ast.get_source_segment(source, answer)
    raise ValueError('write check("notebook.exercise", answer): the name as it is, and one answer.')


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
