"""A course of one tiny notebook, under the real nbgrader_config.py; needs no torch and no data."""

import shutil
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.course import Course

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


def tiny_submission(**cells: str) -> NotebookNode:
    """The solution with some cells replaced: `tiny_submission(double="def double(x): ...")`."""
    nb = tiny_solution()
    for cell in nb.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = cells.get(grade_id, cell.source)
    return nb


def make_course(root: Path, project_root: Path) -> Course:
    """A course in `root` with the real configuration and the one source notebook."""
    root.mkdir()
    shutil.copy(project_root / "nbgrader_config.py", root)
    course = Course.open(root)
    path = course.notebook("source", "", TINY)
    path.parent.mkdir(parents=True)
    nbformat.write(tiny_solution(), path)
    return course
