"""Written answers, which a person marks: whether there is one, and whether it is still the same.

A written question is either a cell to complete that is graded itself, or a task: a locked cell with
the question, where the answer stands in whatever follows it up to the next cell of nbgrader's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from nbformat import NotebookNode
from nbgrader.utils import compute_checksum, is_grade, is_solution, is_task

BLANKS = {"", "*Write your answer here.*", "YOUR ANSWER HERE"}


@dataclass(frozen=True)
class Written:
    """An answer: a digest of it, and whether it is more than what was given out."""

    digest: str
    is_answered: bool


def written_answers(nb: NotebookNode, source: NotebookNode) -> dict[str, Written]:
    """The answers in a notebook to all written questions of the source notebook, by grade_id.

    nb: with the checksums of what was given out, as a release or nbgrader has them
    """
    places = dict(_places(nb))
    answers = {}
    for grade_id, given in _places(source):
        cells = places.get(grade_id, [])
        if cells and is_solution(cells[0]):
            checksum = cells[0].metadata.nbgrader.get("checksum")
            is_answered = bool(_texts(cells) - BLANKS) and checksum != compute_checksum(cells[0])
        else:
            is_answered = bool(_texts(cells) - BLANKS - _texts(given))
        answers[grade_id] = Written(_digest(cells), is_answered)
    return answers


def _places(nb: NotebookNode) -> Iterator[tuple[str, list[NotebookNode]]]:
    """(grade_id, the cells that may hold the answer) of every written question."""
    for number, cell in enumerate(nb.cells):
        if is_task(cell):
            following: list[NotebookNode] = []
            for other in nb.cells[number + 1 :]:
                if "nbgrader" in other.metadata:
                    break
                following.append(other)
            yield cell.metadata.nbgrader["grade_id"], following
        elif is_grade(cell) and is_solution(cell):
            yield cell.metadata.nbgrader["grade_id"], [cell]


def _texts(cells: list[NotebookNode]) -> set[str]:
    return {cell.source.strip() for cell in cells}


def _digest(cells: list[NotebookNode]) -> str:
    told = [[cell.cell_type, cell.source, cell.get("attachments", {})] for cell in cells]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]
