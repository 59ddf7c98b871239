"""The outcomes of a grading run, for people (a table) and for programs (JSON)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from autograder.grade import Outcome

HEADINGS = ("student", "notebook", "points", "checked", "to do by hand", "feedback or failure")


def table(outcomes: Sequence[Outcome]) -> str:
    """One line per student and notebook, notes on lines below it; columns aligned."""
    rows = [_row(outcome) for outcome in outcomes]
    widths = [max(len(row[i]) for row in [HEADINGS, *rows]) for i in range(len(HEADINGS) - 1)]
    lines = [_line(HEADINGS, widths), _line(["-" * width for width in [*widths, 8]], widths)]
    for outcome, row in zip(outcomes, rows, strict=True):
        lines.append(_line(row, widths))
        lines += [f"  note: {note}" for note in outcome.notes]
    return "\n".join(lines)


def write_json(outcomes: Sequence[Outcome], path: Path) -> None:
    """Write {"graded", "failed", "submissions": [one object per Outcome]} to `path`."""
    failed = sum(outcome.state == "failed" for outcome in outcomes)
    report = {
        "graded": len(outcomes) - failed,
        "failed": failed,
        "submissions": [asdict(outcome) for outcome in outcomes],
    }
    path.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")


def _row(outcome: Outcome) -> tuple[str, ...]:
    if outcome.points is None:
        return (outcome.student, outcome.assignment, "-", "-", "-", f"FAILED: {outcome.reason}")
    return (
        outcome.student,
        outcome.assignment,
        f"{outcome.points:g} of {outcome.max_points:g}",
        f"{outcome.auto_points:g} of {outcome.max_auto_points:g}",
        f"{outcome.points_to_grade_by_hand:g}",
        f"FAILED: {outcome.reason}" if outcome.state == "failed" else str(outcome.feedback),
    )


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    *first, last = cells
    padded = [cell.ljust(width) for cell, width in zip(first, widths, strict=True)]
    return "  ".join([*padded, last])
