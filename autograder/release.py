"""Generate the students' notebooks from the solutions."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbgrader.converters import GenerateAssignment
from nbgrader.utils import compute_checksum, is_solution

from autograder.course import ConversionError, Course, CourseError, convert


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
            if old.is_file() and old.read_bytes() == new.read_bytes():
                continue
            if not force:
                _refuse_to_lose_work(old)
            old.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(new, old)
            changed.append(old)
    return changed


def _refuse_to_lose_work(notebook: Path) -> None:
    """Raise CourseError if a released notebook holds answers that somebody typed into it."""
    if notebook.suffix != ".ipynb" or not notebook.is_file():
        return
    answered = [
        cell.metadata.nbgrader["grade_id"]
        for cell in nbformat.read(notebook, as_version=4).cells
        if is_solution(cell) and cell.metadata.nbgrader.get("checksum") != compute_checksum(cell)
    ]
    if answered:
        raise CourseError(
            f"{notebook} holds somebody's answers ({', '.join(answered[:3])}"
            f"{', ...' if len(answered) > 3 else ''}). Save a copy elsewhere, then use --force."
        )
