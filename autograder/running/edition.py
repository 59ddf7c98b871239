"""The student edition: what a room holds of this course. Nothing in it is an answer.

It is a copy of `gan_utils` in which the functions that give the graded notebook's answers away are
replaced by ones that say so, and of the few modules of `checks` by which a room answers questions.
"""

from __future__ import annotations

import ast
import hashlib
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import checks
import gan_utils
from autograder.course import CourseError
from checks import catalogue

# All that `checks.answering` needs; the exercises, their mistakes and their stored cases stay here.
ASKED = ("answering.py", "hints.py", "observe.py", "recipes.py", "wire.py", "probes")
CHECKS = '''"""The checks as a grader's room has them: asked from outside, and without answers."""

import gan_utils  # noqa: F401 - before torch


class CheckFailed(AssertionError):
    """A wrong answer. Nothing is judged in a room, so nothing raises it."""


def check(name: str, answer: object) -> None:
    """Leave the question to the grader, who asks it when this cell has run."""
    print(f"{name}: asked by the grader.")
'''
STUB = '''def {name}(*_: object, **__: object) -> object:
    """Not there while {assignment} is graded."""
    from gan_utils.errors import PlainError

    raise PlainError({message!r})
'''
MESSAGE = (
    "{reference} gives away the answer to {exercise}: while that notebook is graded it is not "
    "there. Write it yourself."
)


def build(assignment: str, exercises: Iterable[str], target: Path) -> None:
    """Write the student edition for the named exercises of an assignment into a folder.

    The same sources give the same bytes. Raises CourseError for a reference that is not there.
    """
    source = Path(gan_utils.__file__).parent
    _copy(source, target / "gan_utils")
    for name in ASKED:
        _copy(Path(checks.__file__).parent / name, target / "checks" / name)
    (target / "checks" / "__init__.py").write_text(CHECKS, encoding="utf-8")
    for module, given_away in _by_module(exercises).items():
        file = target.joinpath(*module.split(".")).with_suffix(".py")
        file.write_text(_without(file, module, given_away, assignment), encoding="utf-8")


def digest(target: Path) -> str:
    """A digest of the names and contents of all files of an edition."""
    found = hashlib.sha256()
    for file in sorted(path for path in target.rglob("*") if path.is_file()):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        found.update(f"{file.relative_to(target).as_posix()}\0{content}\n".encode())
    return found.hexdigest()


def _copy(source: Path, target: Path) -> None:
    """The Python files of a folder, or one file."""
    files = sorted(source.rglob("*.py")) if source.is_dir() else [source]
    for file in files:
        copy = target / file.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)


def _by_module(exercises: Iterable[str]) -> dict[str, dict[str, str]]:
    """{module: {function: the first exercise that it gives away}}, of all references."""
    found: dict[str, dict[str, str]] = {}
    for name in sorted(set(exercises)):
        for reference in catalogue.find(name).references:
            module, _, function = reference.rpartition(".")
            found.setdefault(module, {}).setdefault(function, name)
    return found


def _without(file: Path, module: str, given_away: Mapping[str, str], assignment: str) -> str:
    """A module's source with those functions replaced; without comments, and its own docstring."""
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CourseError(f"An exercise has a reference in {module}, which is not there.") from None
    before, missing = _names(tree), set(given_away)
    if ast.get_docstring(tree) is not None:
        tree.body[0] = _statement(f'"""A part of the course, for the grading of {assignment}."""')
    for index, node in enumerate(tree.body):
        if isinstance(node, ast.FunctionDef) and node.name in missing:
            message = MESSAGE.format(
                reference=f"{module}.{node.name}", exercise=given_away[node.name]
            )
            stub = STUB.format(name=node.name, assignment=assignment, message=message)
            tree.body[index] = _statement(stub)
            missing.discard(node.name)
    if missing:
        named = ", ".join(f"{module}.{name}" for name in sorted(missing))
        raise CourseError(f"An exercise has the reference {named}, but there is no such function.")
    _drop_imports(tree, before - _names(tree))
    return ast.unparse(tree) + "\n"


def _names(tree: ast.Module) -> set[str]:
    """All names that a module's code uses."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _drop_imports(tree: ast.Module, names: set[str]) -> None:
    """Import those no more: an import tells what an answer was made of."""
    for node in [one for one in tree.body if isinstance(one, ast.Import | ast.ImportFrom)]:
        node.names = [alias for alias in node.names if (alias.asname or alias.name) not in names]
        if not node.names:
            tree.body.remove(node)


def _statement(source: str) -> ast.stmt:
    return ast.parse(source).body[0]
