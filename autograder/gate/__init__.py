"""The gate: what a student handed in becomes a clean submission, or is refused, without running it.

What is harmless is repaired and noted; what is not is refused, for that student alone. However
nasty a submission is, the gate ends within seconds and takes some half a gigabyte of memory at most
(the worst that was measured: 3 s and 500 MB, of which 110 MB are Python and its libraries). At most
5,000 entries are looked at, and 200 files of together 50 MB taken; a notebook may have 20 MB, a
million brackets, 2,000 cells, a million characters a cell and four million in all.

    files, names    which files are there, read safely; which of them stay out
    notebook        from the bytes of a notebook to plain cells
    matching        which cell is which of the release
    rebuild         a new notebook from both
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import nbformat
from nbformat import NotebookNode

from autograder.course import Course
from autograder.gate import timestamp
from autograder.gate.files import (
    MEGABYTE,
    Listing,
    UnreadableError,
    listing,
    opened,
    read,
    too_large,
)
from autograder.gate.names import is_unsafe, misleads
from autograder.gate.notebook import LARGEST, read_cells
from autograder.gate.rebuild import Rebuilt
from autograder.gate.words import SubmissionError, listed, shown
from autograder.records import LONGEST_STUDENT, replaced

__all__ = ["Gated", "SubmissionError", "gate"]

LARGEST_FILE = 10 * MEGABYTE
LARGEST_SUBMISSION = 50 * MEGABYTE
MOST_FILES = 200

ANOTHER_NOTEBOOK = "only one notebook is graded"
OUTSIDE = "it lies outside the notebook's folder"
NO_TIME = "it holds no time of submission, or not where nbgrader looks for it"
TOO_MANY = f"no more than {MOST_FILES} files are taken"
TOO_MUCH = f"all files together may have {LARGEST_SUBMISSION // MEGABYTE} MB"


@dataclass(frozen=True)
class Gated:
    """A clean submission.

    digest: of everything that was kept
    notes: what was repaired or left out, in sentences for student and lecturer
    """

    digest: str
    notes: list[str]


def gate(
    course: Course, student: str, assignment: str, release: NotebookNode, target: Path
) -> Gated:
    """Write a clean copy of `submitted/STUDENT/ASSIGNMENT` into the folder `target`.

    release: the assignment's generated release notebook, which says what cells there are

    Raises SubmissionError, and leaves `target` as it was, if there is nothing that can be graded.
    """
    too_long = len(os.fsencode(student)) > LONGEST_STUDENT
    if too_long or is_unsafe(student) or student.startswith("."):
        raise SubmissionError(f"{shown(student)!r} cannot be the name of a student's folder")
    with opened(course.folder("submitted"), student, assignment) as folder:
        found = listing(folder)
        path = _choose(found, assignment, f"submitted/{student}/{assignment}")
        text, notes = _clean_notebook(folder, found, path, assignment, release)
        digest = hashlib.sha256()
        with replaced(target) as clean:
            for name, data in (
                (f"{assignment}.ipynb", text),
                *_timestamps(folder, found),
                *_other_files(folder, found, path),
            ):
                file = clean / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(data)
                digest.update(f"{len(name)} {name} {len(data)} ".encode() + data)
    return Gated(digest.hexdigest(), notes + found.notes())


def _choose(found: Listing, assignment: str, where: str) -> str:
    """The path of the notebook to grade. Raises SubmissionError if that is not clear."""
    wanted = f"{assignment}.ipynb"
    if wanted in found.files:
        return wanted
    if found.left_out.get(wanted):
        raise SubmissionError(f"{wanted} cannot be taken: {found.left_out[wanted]}")
    candidates = [path for path in found.files if _is_notebook(path) and path.count("/") <= 1]
    exact = [path for path in candidates if PurePosixPath(path).name == wanted]
    if len(exact or candidates) == 1:
        return (exact or candidates)[0]
    if candidates:
        raise SubmissionError(
            f"no {wanted} in {shown(where)}, but {len(candidates)} other notebooks: "
            f"{listed(candidates)}. Which one is to be graded must have that name"
        )
    there = [*found.files, *(path for path, reason in found.left_out.items() if reason)]
    raise SubmissionError(
        f"no {wanted} in {shown(where)}: it holds {listed(there) if there else 'nothing'}"
    )


def _clean_notebook(
    folder: int, found: Listing, path: str, assignment: str, release: NotebookNode
) -> tuple[bytes, list[str]]:
    """The notebook at `path`, rebuilt; and what was repaired.

    Raises SubmissionError if it cannot be read, or has another name and other cells.
    """
    name = shown(path)
    if found.files[path] > LARGEST:
        raise SubmissionError(
            f"{name} has {found.files[path] // MEGABYTE} MB, and {LARGEST // MEGABYTE} are read: "
            "clear its outputs (in Jupyter: Edit > Clear Outputs of All Cells) and hand it in again"
        )
    try:
        cells, notes = read_cells(read(folder, path, LARGEST), name)
    except UnreadableError as error:
        raise SubmissionError(f"{name} cannot be taken: {error}") from error
    rebuilt = Rebuilt(cells, release)
    wanted = f"{assignment}.ipynb"
    if path != wanted:
        if rebuilt.share <= 0.5:
            raise SubmissionError(f"no {wanted}: {name} is there, but has few of its cells")
        notes.insert(0, f"{name} was taken for {wanted}")
    return nbformat.writes(rebuilt.notebook).encode(), notes + rebuilt.notes


def _timestamps(folder: int, found: Listing) -> Iterator[tuple[str, bytes]]:
    """Name and content of the time of submission, if there is one that nbgrader can read."""
    if timestamp.NAME not in found.files:
        return
    try:
        text = timestamp.cleaned(read(folder, timestamp.NAME, timestamp.LARGEST))
    except UnreadableError:
        text = None
    if text is None:
        found.left_out[timestamp.NAME] = NO_TIME
    else:
        yield timestamp.NAME, text.encode()


def _other_files(folder: int, found: Listing, notebook: str) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file to keep beside the notebook; says why others are left out."""
    base = notebook.removesuffix(PurePosixPath(notebook).name)
    room = LARGEST_SUBMISSION - found.files[notebook]
    taken = 0
    for path, size in found.files.items():
        if path in (notebook, timestamp.NAME):
            continue
        name = path.removeprefix(base)
        if _is_notebook(path):
            reason = ANOTHER_NOTEBOOK
        elif not path.startswith(base):
            reason = OUTSIDE
        elif name.casefold() == timestamp.NAME:
            reason = NO_TIME
        elif taken == MOST_FILES:
            reason = TOO_MANY
        elif size > LARGEST_FILE:
            reason = too_large(LARGEST_FILE)
        elif size > room:
            reason = TOO_MUCH
        else:
            reason = misleads(name)
        if reason is None:
            try:
                data = read(folder, path, min(LARGEST_FILE, room))
            except UnreadableError as error:
                reason = str(error)
            else:
                taken, room = taken + 1, room - len(data)
                yield name, data
        if reason is not None:
            found.left_out[path] = reason


def _is_notebook(path: str) -> bool:
    return path.casefold().endswith(".ipynb")
