"""Which submitted cell is which cell of the release.

A cell's grade_id says it, where it is still there. Tools that a notebook went through may have
dropped all metadata; then a cell is recognised by its id, by its text, by the function it defines,
or as the only cell between its neighbours.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field

from nbformat import NotebookNode
from nbgrader.utils import is_locked, is_solution

from autograder.gate.notebook import Cell

DEFINITION = re.compile(r"^(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.MULTILINE)


@dataclass
class Matching:
    """Cells of a submission and of a release, both by their number in order.

    slots: the release's cell that a submitted cell is
    recognised: the submitted cells matched by something other than their grade_id
    copies: the submitted cells, matched by nothing, with a grade_id that an earlier cell took
    """

    slots: dict[int, int] = field(default_factory=dict)
    recognised: set[int] = field(default_factory=set)
    copies: set[int] = field(default_factory=set)


def grade_id_of(released: NotebookNode) -> str | None:
    """The grade_id of a cell that nbgrader knows (graded, to complete, or locked), else None."""
    metadata = released.metadata.get("nbgrader", {})
    is_known = any(metadata.get(key) for key in ("grade", "solution", "locked", "task"))
    return metadata["grade_id"] if is_known else None


def tidy(source: str) -> str:
    """A source without the spaces that an editor may add or remove."""
    return "\n".join(line.rstrip() for line in source.splitlines()).strip()


def defined_in(source: str) -> list[str]:
    """The functions and classes that a code cell defines, in their order."""
    # Not by ast: a parser is no place for hostile text.
    return DEFINITION.findall(source)


def match(cells: list[Cell], release: list[NotebookNode]) -> Matching:
    """Which of `cells` is which of `release`; every cell of both is in one pair at most."""
    pairing = _Pairing(cells, release)
    pairing.by(lambda cell: cell.grade_id, grade_id_of)
    by_grade_id = set(pairing.slots)
    pairing.by(
        lambda cell: (cell.kind, cell.id) if cell.id else None,
        lambda released: (released.cell_type, released.get("id")),
    )
    pairing.by(
        lambda cell: (cell.kind, tidy(cell.source)),
        lambda released: (released.cell_type, tidy(released.source)),
    )
    pairing.by_definition()
    pairing.by_neighbours()
    known = {grade_id_of(released) for released in release} - {None}
    copies = {
        number
        for number, cell in enumerate(cells)
        if cell.grade_id in known and number not in pairing.slots
    }
    return Matching(pairing.slots, set(pairing.slots) - by_grade_id, copies)


class _Pairing:
    """Pairs so far: `slots` from a cell's number to its slot's, `cells_of` the other way."""

    def __init__(self, cells: list[Cell], release: list[NotebookNode]) -> None:
        self.cells, self.release = cells, release
        self.slots: dict[int, int] = {}
        self.cells_of: dict[int, int] = {}

    def by(
        self,
        key_of_cell: Callable[[Cell], Hashable],
        key_of_slot: Callable[[NotebookNode], Hashable],
    ) -> None:
        """Pair what has the same key (None is no key), the first with the first."""
        waiting: dict[Hashable, deque[int]] = defaultdict(deque)
        for slot in self._free_slots():
            waiting[key_of_slot(self.release[slot])].append(slot)
        waiting.pop(None, None)
        for number in self._free_cells(range(len(self.cells))):
            candidates = waiting.get(key_of_cell(self.cells[number]))
            if candidates:
                self._pair(number, candidates.popleft())

    def by_definition(self) -> None:
        """Pair a code cell to complete with the first cell that defines its function."""
        defining = {
            names[0]: slot
            for slot in reversed(self._free_slots())
            if is_solution(self.release[slot])
            and self.release[slot].cell_type == "code"
            and (names := defined_in(self.release[slot].source))
        }
        for number in self._free_cells(range(len(self.cells))):
            if defining and self.cells[number].kind == "code":
                for name in defined_in(self.cells[number].source):
                    if name in defining:
                        self._pair(number, defining.pop(name))
                        break

    def by_neighbours(self) -> None:
        """Pair a slot with the only free cell of its kind between the cells around it."""
        for slot in self._free_slots():
            if is_locked(self.release[slot]):
                continue  # what stands there may be something else, and would be overwritten
            before = self.cells_of.get(slot - 1) if slot else -1
            is_last = slot + 1 == len(self.release)
            after = len(self.cells) if is_last else self.cells_of.get(slot + 1)
            if before is None or after is None:
                continue
            between = [
                number
                for number in self._free_cells(range(before + 1, after))
                if self.cells[number].kind == self.release[slot].cell_type
            ]
            if len(between) == 1:
                self._pair(between[0], slot)

    def _free_slots(self) -> list[int]:
        return [slot for slot in range(len(self.release)) if slot not in self.cells_of]

    def _free_cells(self, numbers: Iterable[int]) -> list[int]:
        return [number for number in numbers if number not in self.slots]

    def _pair(self, number: int, slot: int) -> None:
        self.slots[number] = slot
        self.cells_of[slot] = number
