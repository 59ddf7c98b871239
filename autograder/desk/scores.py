"""What the gradebook says of an assignment: points by program, marks by hand, late penalties."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from nbgrader.api import (
    BaseCell,
    Grade,
    Gradebook,
    MissingEntry,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)

from autograder.course import Course, CourseError


@dataclass
class CellScore:
    """One graded cell of one student; unmarked if its points wait for a marker."""

    name: str
    points: float
    max_points: float
    unmarked: bool


@dataclass
class Score:
    """One student's points. submitted is False for who handed nothing in (and has 0 points)."""

    student: str
    first_name: str
    last_name: str
    email: str
    points: float = 0.0
    late_penalty: float = 0.0
    submitted: bool = False
    timestamp: datetime | None = None
    cells: list[CellScore] = field(default_factory=list)

    @property
    def total(self) -> float:
        """The points less the late penalty, not below 0."""
        return round(max(0.0, self.points - self.late_penalty), 6)

    @property
    def unmarked(self) -> bool:
        """Whether anything waits for a marker."""
        return any(cell.unmarked for cell in self.cells)


@dataclass
class Scores:
    """An assignment's scores of everybody in the gradebook, sorted by student."""

    assignment: str
    max_points: float
    due: datetime | None
    students: list[Score]

    @property
    def submitted(self) -> list[Score]:
        """Of those who handed something in."""
        return [score for score in self.students if score.submitted]


def read_scores(course: Course, assignment: str) -> Scores:
    """Everybody's scores in an assignment, in three queries however many they are.

    Raises CourseError if nobody's submission is in the gradebook, or it cannot be used.
    """
    with course.gradebook() as gradebook:
        try:
            entry = gradebook.find_assignment(assignment)
        except MissingEntry:
            raise _nothing(assignment) from None
        scores = {
            student.id: Score(
                *(student.id, student.first_name or "", student.last_name or ""),
                student.email or "",
            )
            for student in gradebook.db.query(Student).order_by(Student.id)
        }
        rows = gradebook.db.query(SubmittedAssignment).filter_by(assignment_id=entry.id)
        for submission in rows:
            score = scores[submission.student_id]
            score.submitted, score.timestamp = True, submission.timestamp
            score.points = submission.score
            score.late_penalty = submission.late_submission_penalty or 0.0
        _read_cells(gradebook, entry.id, scores)
        found = Scores(assignment, entry.max_score, entry.duedate, list(scores.values()))
    if not found.submitted:
        raise _nothing(assignment)
    return found


def _read_cells(gradebook: Gradebook, assignment_id: str, scores: dict[str, Score]) -> None:
    rows = (
        gradebook.db.query(SubmittedAssignment.student_id, BaseCell.name, Grade)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .join(BaseCell, Grade.cell_id == BaseCell.id)
        .filter(SubmittedAssignment.assignment_id == assignment_id)
        .order_by(BaseCell.name)
        .with_entities(
            *(SubmittedAssignment.student_id, BaseCell.name, Grade.score, Grade.max_score),
            Grade.needs_manual_grade,
        )
    )
    for student, name, points, maximum, unmarked in rows:
        scores[student].cells.append(CellScore(name, points, maximum, bool(unmarked)))


def _nothing(assignment: str) -> CourseError:
    return CourseError(
        f"There is nothing to export: the gradebook holds no submission of {assignment}. "
        f"Grade it first: python -m autograder grade {assignment}"
    )
