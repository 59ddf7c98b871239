"""Scores for other gradebooks: nbgrader's own CSV, Canvas and Moodle.

The scores are the gradebook's, with marks given by hand and late penalties. A file is written as a
whole or not at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course import Course, CourseError
from autograder.desk.roster import Roster
from autograder.desk.scores import Score, Scores, read_scores
from autograder.desk.tables import Cell, write_csv

NBGRADER = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)
# How students are found in a roster, the surest first.
CANVAS = ("SIS Login ID", "ID", "SIS User ID")
MOODLE = ("Username", "ID number", "Email address")


@dataclass
class Export:
    """What was exported: the file, how many students, and what the lecturer should know."""

    file: Path
    students: int
    warnings: list[str] = field(default_factory=list)


def export_nbgrader(course: Course, assignment: str, file: Path) -> Export:
    """The columns of `nbgrader export`, everybody in the gradebook. Raises CourseError."""
    scores = read_scores(course, assignment)
    rows: list[list[Cell]] = [list(NBGRADER)]
    for score in scores.students:
        rows.append(
            [
                *(assignment, str(scores.due or ""), str(score.timestamp or ""), score.student),
                *(score.last_name, score.first_name, score.email, score.points),
                *(score.late_penalty, score.total, scores.max_points),
            ]
        )
    return _written(file, rows, scores, len(scores.students))


def export_canvas(
    course: Course,
    assignment: str,
    file: Path,
    roster: Path | None = None,
    column: str | None = None,
) -> Export:
    """A CSV for Canvas: Gradebook, Import. Raises CourseError.

    roster: Canvas's own export of the gradebook. Without it the students' folder names stand as
    "SIS Login ID". column: the assignment's name in Canvas, with its id: "Vanilla GAN (1234)";
    found in the roster if that has a column of the assignment's name. Canvas makes a new assignment
    of a name that it does not know.
    """
    scores = read_scores(course, assignment)
    if roster is None:
        heading = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
        people = {
            score.student: [_name(score), "", "", score.student, ""] for score in scores.submitted
        }
        column = column or assignment
    else:
        table = Roster.read(roster)
        last = table.column("Section")
        if last is None or table.column("Student") != 0 or table.column("ID") != 1:
            raise CourseError(
                f"The roster {roster} does not begin with the columns Student, ID, ..., Section: "
                "export it from Canvas (Gradebook, Export)."
            )
        heading = table.heading[: last + 1]
        found = table.match([score.student for score in scores.submitted], CANVAS)
        people = {student: row[: last + 1] for student, row in found.items()}
        column = column or _column_in(table, assignment)
    rows: list[list[Cell]] = [
        [*heading, column],
        ["    Points Possible", *[""] * (len(heading) - 1), scores.max_points],
    ]
    rows += [[*people[s.student], s.total] for s in scores.submitted if s.student in people]
    return _written(file, rows, scores, len(people), roster, people)


def export_moodle(
    course: Course, assignment: str, file: Path, roster: Path | None = None
) -> Export:
    """A CSV for Moodle: Grades, Import, CSV. Raises CourseError.

    There, map Username, ID number or Email address, the column of the assignment's name, and the
    feedback comments too: Moodle drops the grades if only the comments are mapped, or the reverse.
    roster: a list of participants or a grade export from Moodle; without it the students' folder
    names stand as "Username".
    """
    scores = read_scores(course, assignment)
    if roster is None:
        heading = ["Username"]
        people = {score.student: [score.student] for score in scores.submitted}
    else:
        table = Roster.read(roster)
        heading = table.require(MOODLE, "Moodle")
        columns = [table.column(name) for name in heading]
        found = table.match([score.student for score in scores.submitted], MOODLE)
        people = {student: [row[i] for i in columns] for student, row in found.items()}
    rows: list[list[Cell]] = [[*heading, assignment, "Feedback comments"]]
    rows += [
        [*people[score.student], score.total, _comment(score, scores)]
        for score in scores.submitted
        if score.student in people
    ]
    return _written(file, rows, scores, len(people), roster, people)


def _written(
    file: Path,
    rows: list[list[Cell]],
    scores: Scores,
    students: int,
    roster: Path | None = None,
    people: dict[str, list[str]] | None = None,
) -> Export:
    """Write the file; raises CourseError if that cannot be, or no student is in it."""
    export = Export(file, students)
    lost = [s.student for s in scores.submitted if people is not None and s.student not in people]
    if not students:
        raise CourseError(
            f"Nobody who was graded is in the roster {roster} (looked for: {', '.join(lost[:5])}). "
            "Their folders' names must be a login, an ID or an e-mail address that stands in it."
        )
    if lost:
        export.warnings.append(f"Not in the roster, and left out: {', '.join(lost)}.")
    unmarked = [score.student for score in scores.submitted if score.unmarked]
    if unmarked:
        export.warnings.append(
            f"Written answers of {counted(len(unmarked))} wait for a marker: their scores will "
            "rise. Export again after marking."
        )
    if not file.absolute().parent.is_dir():
        raise CourseError(f"{file} cannot be written: {file.parent} is no folder.")
    try:
        write_csv(file, rows)
    except OSError as error:
        raise CourseError(f"{file} cannot be written: {error.strerror}.") from error
    return export


def counted(students: int) -> str:
    """The number of students, in words that fit it."""
    return f"{students} student" if students == 1 else f"{students} students"


def _name(score: Score) -> str:
    """As Canvas sorts them: "Family, Given"; the folder's name for want of a better."""
    return ", ".join(filter(None, (score.last_name, score.first_name))) or score.student


def _column_in(table: Roster, assignment: str) -> str:
    """The assignment's column in Canvas's own export: its name, and Canvas's id for it."""
    named = re.compile(rf"{re.escape(assignment)}( \(\d+\))?", re.IGNORECASE)
    return next((name for name in table.heading if named.fullmatch(name)), assignment)


def _comment(score: Score, scores: Scores) -> str:
    """All points in one line."""
    parts = [
        f"{cell.name.removeprefix('check_')} "
        + (
            f"not marked yet (of {cell.max_points:g})"
            if cell.unmarked
            else f"{cell.points:g}/{cell.max_points:g}"
        )
        for cell in score.cells
    ]
    late = f"; late: -{score.late_penalty:g}" if score.late_penalty else ""
    return f"{score.total:g} of {scores.max_points:g}: {', '.join(parts)}{late}"
