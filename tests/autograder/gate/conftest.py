"""A course whose one notebook has every kind of cell, and ways to hand it in."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.preprocessors import CheckCellMetadata, DeduplicateIds, OverwriteCells

from autograder.course import Course
from autograder.gate import Gated, gate
from autograder.release import generated
from tests.tiny_course import TINY, make_course, tiny_solution

NOTEBOOK = f"{TINY}.ipynb"
PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
    "rkJggg=="
)
LOCKED = {"grade": False, "solution": False, "locked": True, "schema_version": 3}
TASK = "Why?\n\n=== BEGIN MARK SCHEME ===\n3 for a cause\n=== END MARK SCHEME ==="


def _solution() -> NotebookNode:
    """The tiny solution, and a locked text with a picture, a task and the cell for its answer."""
    nb = tiny_solution()
    rules = new_markdown_cell("Rules: ![r](attachment:r.png)", id="rules")
    rules.attachments = {"r.png": {"image/png": PNG}}
    rules.metadata["nbgrader"] = LOCKED | {"task": False, "grade_id": "rules"}
    task = new_markdown_cell(TASK, id="cause")
    task.metadata["nbgrader"] = LOCKED | {"task": True, "grade_id": "cause", "points": 3}
    answer = new_markdown_cell("*Write your answer here.*", id="cause_answer")
    nb.cells[1:1] = [rules, new_code_cell("import math", id="imports")]
    nb.cells += [task, answer]
    return nb


@pytest.fixture(scope="session")
def master(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> Course:
    """The course with its notebook registered; nothing is handed in here."""
    course = make_course(tmp_path_factory.mktemp("master") / "course", project_root)
    nbformat.write(_solution(), course.notebook("source", "", TINY))
    return course


@pytest.fixture(scope="session")
def _release(master: Course) -> NotebookNode:
    with generated(master, TINY, record=True) as folder:
        return nbformat.read(folder / NOTEBOOK, as_version=4)


@pytest.fixture
def release(_release: NotebookNode) -> NotebookNode:
    """The generated release."""
    return deepcopy(_release)


@pytest.fixture
def nb(_release: NotebookNode) -> NotebookNode:
    """What an honest student hands in: every cell to complete is filled in."""
    answers = {
        "double": "def double(x):\n    return 2 * x",
        "square": "def square(x):\n    return x * x",
        "add": "def add(a, b):\n    return a + b",
        "why": "Because.",
    }
    nb = deepcopy(_release)
    for cell in nb.cells:
        cell.source = answers.get(grade_id(cell), cell.source)
    nb.cells[-1].source = "It follows."
    return nb


@pytest.fixture
def course(tmp_path: Path, master: Course) -> Course:
    """The same course in a folder of its own."""
    return master.at(tmp_path / "a course (1)")


@pytest.fixture
def folder(course: Course) -> Path:
    """The folder of ann's submission, empty."""
    folder = course.folder("submitted", "ann", TINY)
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def pass_gate(course: Course, _release: NotebookNode) -> Callable[[], Gated]:
    """`pass_gate()`: ann's submission goes through the gate."""
    return lambda: gate(course, "ann", TINY, deepcopy(_release), course.root / "gated/ann/tiny")


@pytest.fixture
def kept(course: Course) -> Callable[[], dict[str, bytes]]:
    """`kept()`: what passed, by path."""
    root = course.root / "gated/ann/tiny"
    return lambda: {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def gated(
    folder: Path, pass_gate: Callable, kept: Callable, check: Callable
) -> Callable[..., tuple[NotebookNode, list[str]]]:
    """`gated(nb)`: the clean notebook, which nbgrader accepts, and the notes on it."""

    def gated(nb: NotebookNode | dict | str | bytes) -> tuple[NotebookNode, list[str]]:
        if isinstance(nb, dict):
            nb = json.dumps(nb)
        (folder / NOTEBOOK).write_bytes(nb.encode() if isinstance(nb, str) else nb)
        notes = pass_gate().notes
        clean = nbformat.reads(kept()[NOTEBOOK].decode(), as_version=4)
        check(clean)
        return clean, notes

    return gated


@pytest.fixture
def check(master: Course, _release: NotebookNode) -> Callable[[NotebookNode], None]:
    """`check(nb)`: it is valid, has the release's cells once each, and nbgrader finds no fault."""

    def check(nb: NotebookNode) -> None:
        nbformat.validate(nb)
        assert nb.metadata.keys() == {"kernelspec", "language_info"}
        assert nb.metadata.kernelspec.name == "python3"
        known = {grade_id(cell): cell for cell in _release.cells if grade_id(cell)}
        cells = [cell for cell in nb.cells if grade_id(cell)]
        assert sorted(map(grade_id, cells)) == sorted(known)
        assert not [cell for cell in nb.cells if cell.get("outputs") or cell.get("execution_count")]
        for cell in nb.cells:
            assert cell.metadata.keys() <= {"nbgrader"}
        for cell in cells:
            original = known[grade_id(cell)]
            assert cell.metadata.nbgrader == original.metadata.nbgrader
            assert (cell.id, cell.cell_type) == (original.id, original.cell_type)
            if cell.metadata.nbgrader.locked:
                assert cell.source == original.source
        _nbgrader_accepts(nb, master)

    return check


def _nbgrader_accepts(nb: NotebookNode, master: Course) -> None:
    """nbgrader's steps before a run leave the cells as they are (but put back mark schemes)."""
    resources = {
        "nbgrader": {"notebook": TINY, "assignment": TINY, "db_url": master.directory.db_url}
    }
    after = deepcopy(nb)
    for step in (DeduplicateIds(), OverwriteCells(), CheckCellMetadata()):
        after, resources = step.preprocess(after, resources)
    for old, new in zip(nb.cells, after.cells, strict=True):
        # nbgrader's checksums are those of its own copy, with mark schemes.
        for cell in (old, new):
            cell.metadata.get("nbgrader", {}).pop("checksum", None)
        assert old.metadata == new.metadata
        assert new.source.startswith(old.source.strip())


def grade_id(cell: NotebookNode) -> str | None:
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def cell_of(nb: NotebookNode, name: str) -> NotebookNode:
    """The cell of a notebook with this grade_id."""
    return next(cell for cell in nb.cells if grade_id(cell) == name)


def order(nb: NotebookNode) -> list[str]:
    """The ids of all cells."""
    return [cell.id for cell in nb.cells]


def put(folder: Path, *paths: str, data: bytes = b"x") -> None:
    """Write the same bytes into files of a folder."""
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
