"""A course of one tiny notebook, under the real nbgrader_config.py; needs no torch and no data."""

import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.course import Course
from autograder.grade import register

TINY = "01_tiny"

SLIPS = {
    TINY: {"double": ("2 * x", "3 * x"), "square": ("x * x", "x + x"), "add": ("a + b", "a - b")}
}


def _cell(kind, source, grade_id, *, grade=False, solution=False, points=None):
    cell = kind(source)
    cell.id = grade_id.replace("_", "-")
    cell.metadata["nbgrader"] = {
        "grade": grade,
        "solution": solution,
        "locked": grade and not solution,
        "task": False,
        "grade_id": grade_id,
        "schema_version": 3,
    } | ({"points": points} if grade else {})
    return cell


def tiny_solution() -> NotebookNode:
    """Three exercises (4, 4 and 2 points; the last knows partial credit) and a question (5)."""
    answer = "def {}:\n    ### BEGIN SOLUTION\n    return {}\n    ### END SOLUTION"
    cells = [
        new_markdown_cell("# Tiny", id="title"),
        _cell(new_code_cell, answer.format("double(x)", "2 * x"), "double", solution=True),
        _cell(new_code_cell, "assert double(3) == 6", "double_check", grade=True, points=4),
        _cell(new_code_cell, answer.format("square(x)", "x * x"), "square", solution=True),
        _cell(new_code_cell, "assert square(3) == 9", "square_check", grade=True, points=4),
        _cell(new_code_cell, answer.format("add(a, b)", "a + b"), "add", solution=True),
        _cell(
            new_code_cell,
            "assert add(1, 0) == 1\nNone if add(1, 2) == 3 else 0.5",
            "add_check",
            grade=True,
            points=2,
        ),
        _cell(
            new_markdown_cell,
            "So it is.\n\n=== BEGIN MARK SCHEME ===\n5 for a reason\n=== END MARK SCHEME ===",
            "why",
            grade=True,
            solution=True,
            points=5,
        ),
    ]
    cells[1].outputs = [nbformat.v4.new_output("stream", text="kept in the solution only")]
    cells[1].execution_count = 1
    metadata = {"language_info": {"name": "python", "version": "3.11.99"}, "widgets": {"state": {}}}
    return new_notebook(cells=cells, metadata=metadata)


@pytest.fixture
def course(tmp_path: Path, project_root: Path) -> Course:
    """A fresh course: one source notebook, nothing released, nobody registered."""
    return make_course(tmp_path / "a course (1)", project_root)  # a path that needs escaping


@pytest.fixture(scope="session")
def registered(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> Path:
    """A gradebook that knows the tiny notebook: to copy, since making one takes seconds."""
    course = make_course(tmp_path_factory.mktemp("registered") / "course", project_root)
    register(course, TINY)
    return course.root / "gradebook.db"


def make_course(root: Path, project_root: Path) -> Course:
    root.mkdir()
    shutil.copy(project_root / "nbgrader_config.py", root)
    course = Course.open(root)
    path = course.notebook("source", "", TINY)
    path.parent.mkdir(parents=True)
    nbformat.write(tiny_solution(), path)
    return course


@pytest.fixture
def submit(course: Course) -> Callable[..., Path]:
    """`submit("ann", double="def double(x): ...")`: the solution with some cells replaced."""

    def submit(student: str, **cells: str) -> Path:
        nb = tiny_solution()
        for cell in nb.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            cell.source = cells.get(grade_id, cell.source)
        path = course.notebook("submitted", student, TINY)
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(nb, path)
        return path

    return submit
