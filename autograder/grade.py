"""Autograde submissions and write feedback, one student's notebook at a time.

The steps of `grade_one` share nothing but files and the gradebook: look at what was submitted, run
it (nbgrader, unprotected for now), read the points out of the gradebook, write the feedback. A
failure in any of them is that one submission's outcome and touches no other.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbgrader.api import MissingEntry
from nbgrader.converters import Autograde, GenerateFeedback

from autograder.course import ConversionError, Course, CourseError, convert
from autograder.release import generated

LAYOUT = "a submission lies in submitted/STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb."
RECORD = ".graded.json"  # beside the autograded notebook; goes when nbgrader removes that


class SubmissionError(Exception):
    """What a student handed in cannot be graded; the message says why, for people."""


@dataclass
class Outcome:
    """What became of one student's notebook. Points are None where it could not be graded."""

    student: str
    assignment: str
    state: str  # "graded", "unchanged" (since it was graded) or "failed"
    reason: str = ""
    notes: list[str] = field(default_factory=list)
    points: float | None = None
    max_points: float | None = None
    auto_points: float | None = None
    max_auto_points: float | None = None
    points_to_grade_by_hand: float | None = None
    exercises: dict[str, dict[str, float]] = field(default_factory=dict)
    feedback: str | None = None


def submissions(
    course: Course, assignments: list[str], students: list[str]
) -> list[tuple[str, str]]:
    """The (student, assignment) pairs in `submitted/`, sorted; of all students if none is named.

    Raises CourseError for a student who submitted none of the assignments.
    """
    folder = course.folder("submitted")
    found = sorted(
        (student.name, assignment)
        for student in (folder.iterdir() if folder.is_dir() else ())
        for assignment in assignments
        if (student / assignment).is_dir() and (not students or student.name in students)
    )
    missing = sorted(set(students) - {student for student, _ in found})
    if missing:
        raise CourseError(f"{folder} holds nothing from {', '.join(missing)}: {LAYOUT}")
    return found


def misplaced(course: Course) -> list[str]:
    """What lies in `submitted/` but not where a submission of any assignment would."""
    known = course.assignments()
    return sorted(
        str(entry.relative_to(course.root))
        for entry in course.folder("submitted").glob("[!.]*")
        if not any((entry / assignment).is_dir() for assignment in known)
    )


def register(course: Course, assignment: str) -> None:
    """Enter an assignment's graded cells into the gradebook, from its source notebook.

    Raises CourseError if the gradebook holds submissions and the source's cells have changed.
    """
    with generated(course, assignment, record=True):
        pass


def grade_one(course: Course, student: str, assignment: str, *, regrade: bool = False) -> Outcome:
    """Grade one submission and write its feedback. Never raises for what a student did.

    A submission that was graded before, and has not changed since (nor has the source notebook),
    is not run again unless `regrade`; its feedback is written afresh, with the marks given by hand.
    """
    outcome = Outcome(student, assignment, "failed")
    try:
        with _collected_notes(outcome):
            digest = _look(course, student, assignment)
            record = course.folder("autograded", student, assignment) / RECORD
            if regrade or not _is_current(course, outcome, record, digest):
                convert(course, Autograde, assignment, student, force=True)
                record.write_text(json.dumps({"submission": digest, "notes": outcome.notes}))
                outcome.state = "graded"
            _read_points(course, outcome)
            convert(course, GenerateFeedback, assignment, student, force=True)
            feedback = course.notebook("feedback", student, assignment, ".html")
            outcome.feedback = str(feedback.relative_to(course.root))
    except SubmissionError as error:
        outcome.state, outcome.reason = "failed", str(error)
    except ConversionError as error:
        log = course.root / "build" / "grade" / f"{student}-{assignment}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(error.log)
        outcome.state = "failed"
        outcome.reason = f"nbgrader gave up: {error} (all it said: {log.relative_to(course.root)})"
    return outcome


def _look(course: Course, student: str, assignment: str) -> str:
    """Check what was submitted without running any of it; gives a digest of it and of the source.

    Raises SubmissionError if nbgrader could not even read it, or should not.
    """
    folder = course.folder("submitted", student, assignment)
    notebook = course.notebook("submitted", student, assignment)
    digest = hashlib.sha256(course.notebook("source", "", assignment).read_bytes())
    for path in [folder, *sorted(folder.rglob("*"))]:
        name = path.relative_to(folder.parent)
        if path.is_symlink():
            raise SubmissionError(f"{name} is a link: a submission must hold files only")
        if path.is_file():
            digest.update(f"\0{name}\0".encode())
            digest.update(path.read_bytes())
    if not notebook.is_file():
        others = sorted(path.name for path in folder.glob("*.ipynb"))
        there = f"; it holds {', '.join(others)}" if others else ""
        raise SubmissionError(f"no {notebook.name} in {folder.relative_to(course.root)}{there}")
    try:
        nbformat.read(notebook, as_version=4)
    except Exception as error:  # nbformat raises a dozen kinds, KeyError and RecursionError too
        reason = str(error).strip().splitlines() or [""]
        raise SubmissionError(
            f"{notebook.name} is no notebook that can be read: {type(error).__name__}: "
            f"{reason[0][:120]}"
        ) from error
    return digest.hexdigest()


def _is_current(course: Course, outcome: Outcome, record: Path, digest: str) -> bool:
    """Whether this very submission was graded before; then sets the outcome's state and notes."""
    try:
        old = json.loads(record.read_text())
        with course.gradebook() as gradebook:
            gradebook.find_submission(outcome.assignment, outcome.student)
    except (OSError, ValueError, MissingEntry):
        return False
    if old.get("submission") != digest:
        return False
    outcome.state, outcome.notes = "unchanged", old["notes"]
    return True


def _read_points(course: Course, outcome: Outcome) -> None:
    """Fill in the points, from the gradebook's own list of graded cells."""
    with course.gradebook() as gradebook:
        submission = gradebook.find_submission_notebook(
            outcome.assignment, outcome.assignment, outcome.student
        )
        outcome.points, outcome.max_points = submission.score, submission.max_score
        outcome.auto_points, outcome.max_auto_points = (
            submission.code_score,
            submission.max_code_score,
        )
        outcome.points_to_grade_by_hand = sum(
            grade.max_score for grade in submission.grades if grade.needs_manual_grade
        )
        outcome.exercises = {
            grade.name: {"points": grade.score, "max_points": grade.max_score}
            for grade in sorted(submission.grades, key=lambda grade: grade.name)
        }


@contextmanager
def _collected_notes(outcome: Outcome) -> Iterator[None]:
    """Add what our preprocessors log on `autograder.notes` to the outcome's notes."""

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            outcome.notes.append(record.getMessage())

    logger, handler = logging.getLogger("autograder.notes"), Collect()
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
