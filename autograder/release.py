"""Generate the students' notebooks from the solutions."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.utils import compute_checksum, is_solution

from autograder.course import ConversionError, Course, CourseError, convert
from autograder.preprocessors import STAMP, TidyMetadata, digest_of_sources


@contextmanager
def generated(course: Course, assignment: str, *, record: bool = False) -> Iterator[Path]:
    """A temporary folder that holds one assignment's release, for a `with` block.

    The same source gives the same bytes every time. With `record` the assignment's cells are
    written into the gradebook too, as grading needs them; nothing graded there is lost.

    Raises CourseError if the source notebook cannot be released, with nbgrader's reason.
    """
    with TemporaryDirectory() as folder:
        elsewhere = course.at(course.root, release_directory=folder)
        elsewhere.config.SaveCells.enabled = record
        try:
            convert(elsewhere, GenerateAssignment, assignment, ".", no_database=not record)
        except ConversionError as error:
            raise CourseError(
                f"{course.notebook('source', '', assignment)} cannot be released: {error}"
            ) from error
        yield Path(folder) / assignment


def release(course: Course, assignment: str, *, force: bool = False) -> list[Path]:
    """Bring the students' copy of one assignment up to date; gives the files that changed.

    Raises CourseError if somebody has worked in that copy, unless `force` is given.
    """
    target = course.folder("release", "", assignment)
    changed = []
    with generated(course, assignment) as source:
        for new in sorted(path for path in source.rglob("*") if path.is_file()):
            old = target / new.relative_to(source)
            if old.is_file() and same_release(old, new):
                continue
            if not force:
                _refuse_to_lose_work(old)
            old.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(new, old)
            changed.append(old)
    return changed


def same_release(old: Path, new: Path) -> bool:
    """Whether two released files say the same; JupyterLab adds metadata when it opens a notebook.

    Raises CourseError if either is no notebook.
    """
    if old.read_bytes() == new.read_bytes():
        return True
    if new.suffix != ".ipynb":
        return False
    first, second = (TidyMetadata().preprocess(_read(path), {})[0] for path in (old, new))
    return first.cells == second.cells


def _read(notebook: Path) -> NotebookNode:
    try:
        return nbformat.read(notebook, as_version=4)
    except Exception as error:  # nbformat has no one error for all that can be wrong
        raise CourseError(
            f"{notebook} is not a notebook that can be read ({type(error).__name__}). "
            "Save a copy elsewhere if it matters, then delete it."
        ) from error


def _refuse_to_lose_work(notebook: Path) -> None:
    """Raise CourseError if somebody typed into a released notebook, be it code or prose."""
    if notebook.suffix != ".ipynb" or not notebook.is_file():
        return
    nb = _read(notebook)
    if nb.metadata.get(STAMP) == digest_of_sources(nb):
        return
    answered = [
        cell.metadata.nbgrader["grade_id"]
        for cell in nb.cells
        if is_solution(cell) and cell.metadata.nbgrader.get("checksum") != compute_checksum(cell)
    ]
    if answered or STAMP in nb.metadata:
        named = ", ".join(answered[:3]) + (", ..." if len(answered) > 3 else "")
        raise CourseError(
            f"{notebook} holds somebody's answers ({named or 'text'}). "
            "Save a copy elsewhere, then use --force."
        )
