"""Tables as CSV files that a spreadsheet cannot mistake for anything but a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from autograder.desk.tally import Tally, total
from autograder.feedback.looks import standing
from autograder.feedback.student_outputs import harmless
from autograder.records import Outcome, write_atomically

Cell = str | float | int | None
# What makes a spreadsheet take a text for a formula (OWASP, "CSV injection"), in full width too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def safe(cell: Cell) -> Cell:
    """The cell as it may stand in a file: text that looks like a formula gets a ' before it.

    Numbers stay numbers; whole ones lose the ".0" that says nothing.
    """
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() else cell
    if not isinstance(cell, str):
        return cell
    looks_so = cell.startswith(FORMULA) or harmless(cell).lstrip(" ").startswith(FORMULA)
    return f"'{harmless(cell)}" if looks_so else harmless(cell)


def write_csv(file: Path, rows: Iterable[Sequence[Cell]]) -> None:
    """Write rows as CSV in UTF-8, the whole file or, if that fails (OSError), none of it."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([safe(cell) for cell in row] for row in rows)
    write_atomically(file, text.getvalue())


def student_rows(tally: Tally) -> list[list[Cell]]:
    """One row a student, failed ones too: state, points of every graded cell, verdicts, notes."""
    cells = list(dict.fromkeys(name for outcome in tally.graded for name in outcome.cells))
    exercises = [exercise.name for exercise in tally.exercises]
    heading: list[Cell] = [
        *("student", "state", "total", "points", "max_points", "late_penalty"),
        *("points_waiting_for_a_marker", *cells),
        *(f"{name} (verdict)" for name in exercises),
        *(f"{name} (mistake)" for name in exercises),
        *("notes", "reason", "feedback"),
    ]
    everybody = sorted([*tally.graded, *tally.failed], key=lambda outcome: outcome.student)
    return [heading, *(_student_row(outcome, cells, exercises) for outcome in everybody)]


def _student_row(outcome: Outcome, cells: list[str], exercises: list[str]) -> list[Cell]:
    verdicts = {verdict.exercise: verdict for verdict in outcome.exercises}
    found = [verdicts.get(name) for name in exercises]
    return [
        *(outcome.student, outcome.state, total(outcome), outcome.points, outcome.max_points),
        *(outcome.late_penalty, outcome.points_to_grade_by_hand),
        *(outcome.cells.get(name, {}).get("points") for name in cells),
        *(standing(verdict) if verdict else None for verdict in found),
        *(verdict.diagnosis if verdict else None for verdict in found),
        *(" | ".join(outcome.notes), outcome.reason, outcome.feedback),
    ]


def mistake_rows(tally: Tally) -> list[list[Cell]]:
    """One row a mistake of an exercise, with who made it."""
    heading: list[Cell] = ["exercise", "mistake", "what it is", "students", "share", "who"]
    return [
        heading,
        *(
            [
                *(mistake.exercise, mistake.plain, mistake.says, len(mistake.students)),
                *(round(tally.share(len(mistake.students)), 3), " | ".join(mistake.students)),
            ]
            for exercise in tally.exercises
            for mistake in exercise.mistakes
        ),
    ]
