"""The outcomes of a grading run, for people (a table) and for programs (JSON)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from autograder.deciding.decide import FAILED, NOT_DECIDED
from autograder.records import Outcome, write_atomically
from autograder.sandbox.doctor import Finding

HEADINGS = ("student", "notebook", "points", "checked", "to do by hand", "feedback or failure")


def table(outcomes: Sequence[Outcome]) -> str:
    """One line per student and notebook, notes on lines below it; columns aligned."""
    rows = [_row(outcome) for outcome in outcomes]
    widths = [max(len(row[i]) for row in [HEADINGS, *rows]) for i in range(len(HEADINGS) - 1)]
    lines = [_line(HEADINGS, widths), _line(["-" * width for width in [*widths, 8]], widths)]
    for outcome, row in zip(outcomes, rows, strict=True):
        lines.append(_line(row, widths))
        lines += [f"  note: {printable(note)}" for note in outcome.notes]
    return "\n".join(lines)


def write_json(outcomes: Sequence[Outcome], path: Path) -> None:
    """Write {"graded", "failed", "not_decided", "submissions": [an object per Outcome]}."""
    failed = sum(outcome.state == FAILED for outcome in outcomes)
    waiting = sum(outcome.state == NOT_DECIDED for outcome in outcomes)
    report = {
        "graded": len(outcomes) - failed - waiting,
        "failed": failed,
        "not_decided": waiting,
        "submissions": [asdict(outcome) for outcome in outcomes],
    }
    write_atomically(path, json.dumps(report, indent=2) + "\n")


def doctors_table(findings: Sequence[Finding]) -> str:
    """One line per finding, and the remedies."""
    lines = []
    for finding in findings:
        mark = "ok" if finding.fine else ("MISSING" if finding.needed else "without")
        lines.append(f"{mark:8} {finding.what:15} {finding.said}".rstrip())
        lines += [f"{'':25}{finding.remedy}"] if finding.remedy else []
    bad = any(finding.needed and not finding.fine for finding in findings)
    last = "Students' code cannot be graded safely here." if bad else "Ready to grade."
    return "\n".join([*lines, last])


def _row(outcome: Outcome) -> tuple[str, ...]:
    student = printable(outcome.student)
    if outcome.points is None:
        word = "FAILED" if outcome.state == FAILED else "NOT YET"
        reason = f"{word}: {printable(outcome.reason)}"
        return (student, outcome.assignment, "-", "-", "-", reason)
    return (
        student,
        outcome.assignment,
        f"{outcome.points:g} of {outcome.max_points:g}",
        f"{outcome.auto_points:g} of {outcome.max_auto_points:g}",
        f"{outcome.points_to_grade_by_hand:g}",
        outcome.feedback or printable(outcome.reason),
    )


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    *first, last = cells
    padded = [cell.ljust(width) for cell, width in zip(first, widths, strict=True)]
    return "  ".join([*padded, last])


def printable(text: str) -> str:
    """Text that a student may have had a hand in, as one line that moves no cursor."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
