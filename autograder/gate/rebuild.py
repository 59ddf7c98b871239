"""A clean notebook from submitted cells: built anew on the release, never a patched submission."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import is_locked

from autograder.gate.matching import Matching, defined_in, grade_id_of, match, tidy
from autograder.gate.notebook import Cell
from autograder.gate.words import listed, were
from autograder.preprocessors import KERNELSPEC

# What stands for a missing cell whose function the student seems to have defined somewhere else:
# the cell as it was given out would undo that.
ELSEWHERE = "# This cell was missing. What it was to define is in another cell."


class Rebuilt:
    """A submission on the ground of a release.

    notebook: valid, without outputs; the student's order of cells; each cell that nbgrader knows
        exactly once, with the release's metadata and, if it is locked, the release's source
    notes: what was repaired, in sentences
    share: how much of the release's graded cells and cells to complete was found, 0 to 1
    """

    def __init__(self, cells: list[Cell], release: NotebookNode) -> None:
        self._cells, self._release = cells, release.cells
        self._matching = match(cells, release.cells)
        self._ids = _fresh_ids({cell.id for cell in release.cells})
        self._turned: list[str] = []
        self._overwritten: list[str] = []
        self._rescued: list[str] = []
        known = {slot for slot, cell in enumerate(release.cells) if grade_id_of(cell)}
        found = known & set(self._matching.slots.values())
        # (slot or None, cell) in the order of the new notebook
        self._rows = [row for number in range(len(cells)) for row in self._rows_of(number)]
        self._put_back(missing := sorted(known - found))
        self.share = len(found) / len(known) if known else 1.0
        self.notes = [
            *_notes_on_metadata(cells, release.cells, self._matching),
            *self._notes_on_cells([str(grade_id_of(release.cells[slot])) for slot in missing]),
        ]
        self.notebook = nbformat.from_dict(
            {
                "cells": [cell for _, cell in self._rows],
                "metadata": {"kernelspec": KERNELSPEC, "language_info": {"name": "python"}},
                "nbformat": 4,
                "nbformat_minor": 5,
            }
        )

    def _rows_of(self, number: int) -> Iterator[tuple[int | None, NotebookNode]]:
        """What becomes of one submitted cell: one cell, or two if a locked one was written into."""
        cell, slot = self._cells[number], self._matching.slots.get(number)
        released = None if slot is None else self._release[slot]
        grade_id = None if released is None else grade_id_of(released)
        if released is None or grade_id is None:
            cell_id = next(self._ids) if released is None else released.id
            yield slot, _cell(cell.kind, cell_id, cell.source, cell.attachments)
            return
        if cell.kind != released.cell_type:
            self._turned.append(grade_id)
        if not is_locked(released):
            yield slot, _as(released, cell.source, cell.attachments)
            return
        yield slot, _as(released, released.source, released.get("attachments"))
        if tidy(cell.source) == tidy(released.source):
            return
        self._overwritten.append(grade_id)
        answer = cell.source.removeprefix(released.source).strip()
        if released.cell_type == "markdown" and answer:  # perhaps written into the question
            self._rescued.append(grade_id)
            yield None, _cell("markdown", next(self._ids), answer, cell.attachments)

    def _put_back(self, missing: list[int]) -> None:
        """Insert missing cells, each after the nearest of its predecessors that is there."""
        defined = {slot: defined_in(self._release[slot].source) for slot in missing}
        names = {name for some in defined.values() for name in some}
        named = self._words_of_the_student(names) if names else set()
        for slot in missing:
            released = self._release[slot]
            is_elsewhere = bool(named.intersection(defined[slot]))
            if is_elsewhere and not is_locked(released):
                cell = _as(released, ELSEWHERE)
            else:
                cell = _as(released, released.source, released.get("attachments"))
            places = {row_slot: place for place, (row_slot, _) in enumerate(self._rows)}
            earlier = (places[before] for before in range(slot - 1, -1, -1) if before in places)
            self._rows.insert(next(earlier, -1) + 1, (slot, cell))

    def _words_of_the_student(self, names: set[str]) -> set[str]:
        """Which of `names` occur in the code that is not as it was given out."""
        pattern = re.compile(rf"\b(?:{'|'.join(sorted(names))})\b")
        found: set[str] = set()
        for number, cell in enumerate(self._cells):
            slot = self._matching.slots.get(number)
            if slot is not None and tidy(cell.source) == tidy(self._release[slot].source):
                continue
            if cell.kind == "code":
                found.update(match.group() for match in pattern.finditer(cell.source))
        return found

    def _notes_on_cells(self, missing: list[str]) -> Iterator[str]:
        """What was done to cells, in sentences."""
        if self._turned:
            yield were(
                "cell", self._turned, "of another type (code or text) and got the right one again"
            )
        if self._overwritten:
            yield were(
                "cell", self._overwritten, "locked but changed: what was given out is graded"
            )
        if self._rescued:
            yield f"what was written into {listed(self._rescued)} stands in a cell below"
        if missing:
            yield were("cell", missing, "missing and put back as given out")


def _as(released: NotebookNode, source: str, attachments: dict | None = None) -> NotebookNode:
    """A new cell with the identity of a released one, its nbgrader metadata and no other."""
    cell = _cell(released.cell_type, released.id, source, attachments)
    cell.metadata["nbgrader"] = deepcopy(released.metadata.nbgrader)
    return cell


def _cell(kind: str, cell_id: str, source: str, attachments: dict | None = None) -> NotebookNode:
    """A new cell without metadata."""
    cell = {"cell_type": kind, "id": cell_id, "source": source, "metadata": {}}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    elif attachments and kind == "markdown":
        cell["attachments"] = deepcopy(attachments)
    return nbformat.from_dict(cell)


def _fresh_ids(taken: set[str]) -> Iterator[str]:
    """Ids that are not taken: the same ones every time."""
    number = 0
    while True:
        number += 1
        if f"own-{number}" not in taken:
            yield f"own-{number}"


def _notes_on_metadata(
    cells: list[Cell], release: list[NotebookNode], matching: Matching
) -> Iterator[str]:
    """What was wrong with the metadata of cells, in sentences."""
    lost = [
        str(grade_id)
        for number, slot in sorted(matching.slots.items())
        if number in matching.recognised and (grade_id := grade_id_of(release[slot]))
    ]
    if lost:
        yield were("cell", lost, "without metadata and recognised by what is in them")
    copied = list(dict.fromkeys(str(cells[number].grade_id) for number in sorted(matching.copies)))
    if copied:
        yield were("cell", copied, "there more than once: all copies run, the first is graded")
    changed = [
        f"{metadata['grade_id']} ({key}: {cells[number].claims[key]!s:.20}, not {metadata[key]})"
        for number, slot in sorted(matching.slots.items())
        if number not in matching.recognised
        for metadata in [release[slot].metadata.nbgrader]
        for key in sorted(metadata.keys() & cells[number].claims.keys())
        if cells[number].claims[key] != metadata[key]
    ]
    if changed:
        yield f"changed metadata of cells was put right: {listed(changed)}"
    invented = [
        str(cell.grade_id)
        for number, cell in enumerate(cells)
        if cell.grade_id is not None
        and number not in matching.slots
        and number not in matching.copies
        and (cell.claims.get("grade") or "points" in cell.claims)
    ]
    if invented:
        yield f"cells that claim points but are not of this notebook earn none: {listed(invented)}"
