"""Submissions that a test makes, attacks and honest ones, and the helpers to write them with.

A submission is a function that is given a `Submission`: a fresh copy of the released notebook, and
the folder to hand in. What it puts into a cell is that cell's whole text, dedented; the word CANARY
in it becomes this submission's own mark, so that a file or a process which outlives the grading
tells whose it was.

No attack here forges what amounts to solving: a student who packs right numbers by another way than
a function in a cell (a wrapper around the code that answers, say) has still computed them.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.utils import is_solution

from autograder.classroom import AUTHORS_MARKS
from tests.journeys.cheats.snippets import BLUFFS

NOTEBOOK = "03_vanilla_gan"
CANARY = "gan-cheat"
STUB = "    # YOUR CODE HERE\n    raise NotImplementedError()"

# What each exercise is worth; an exercise is asked for by the cell "check_" + its name.
POINTS = {
    "leaky_relu": 5,
    "sample_noise": 7,
    "discriminator": 8,
    "generator": 8,
    "discriminator_loss": 12,
    "generator_loss": 10,
    "optimizers": 6,
    "discriminator_step": 10,
    "generator_step": 10,
    "ring_generator": 6,
}


@dataclass
class Submission:
    """One student's folder in the making: `nb` is written into it at the end, unless `raw` did."""

    nb: NotebookNode
    folder: Path
    name: str
    answers: dict[str, str]
    written: bool = False

    @property
    def canary(self) -> str:
        """The mark by which files, processes and connections of this submission are known."""
        return f"{CANARY}-{self.name}"

    def solve(self, *names: str) -> None:
        """Give the right answers of these exercises."""
        for name in names:
            self.cell(_solution_of(name)).source = self.answers[_solution_of(name)]

    def solve_all(self, *but: str) -> None:
        """Give all right answers, bar some."""
        self.solve(*(name for name in POINTS if name not in but))

    def bluff(self, *but: str) -> None:
        """Give wrong answers that run, to all exercises bar some."""
        for name in BLUFFS:
            if name not in but:
                self.body(name, BLUFFS[name])

    def body(self, name: str, *parts: str) -> None:
        """Complete a function: these lines in place of its stub."""
        cell = self.cell(_solution_of(name))
        assert STUB in cell.source, f"{name} holds no stub"
        cell.source = cell.source.replace(STUB, textwrap.indent(self._text(parts), "    "))

    def put(self, grade_id: str, *parts: str) -> None:
        """Put this into a cell, in place of all it held."""
        self.cell(grade_id).source = self._text(parts)

    def after(self, name: str, *parts: str) -> None:
        """Add lines to the end of an exercise's cell."""
        cell = self.cell(_solution_of(name))
        cell.source += "\n\n\n" + self._text(parts)

    def before(self, grade_id: str, *parts: str) -> None:
        """Insert a code cell before a cell."""
        self.nb.cells.insert(self.place(grade_id), new_code_cell(self._text(parts)))

    def start(self, *parts: str) -> None:
        """Insert a code cell behind the imports, before all exercises."""
        self.nb.cells.insert(self.place("leaky_relu"), new_code_cell(self._text(parts)))

    def markdown(self, *parts: str) -> None:
        """Insert a markdown cell before all exercises."""
        self.nb.cells.insert(self.place("leaky_relu"), new_markdown_cell(self._text(parts)))

    def cell(self, grade_id: str) -> NotebookNode:
        """The cell with that id in nbgrader's metadata."""
        return self.nb.cells[self.place(grade_id)]

    def place(self, grade_id: str) -> int:
        """Where in the notebook that cell is."""
        ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in self.nb.cells]
        return ids.index(grade_id)

    def graded(self) -> list[NotebookNode]:
        """The cells that earn points by being run."""
        return [self.cell(f"check_{name}") for name in POINTS]

    def file(self, name: str, content: str | bytes) -> Path:
        """Add a file to the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = self._text([content]) if isinstance(content, str) else content
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    @property
    def path(self) -> Path:
        """Where the notebook goes."""
        return self.folder / f"{NOTEBOOK}.ipynb"

    def raw(self, content: bytes, name: str = f"{NOTEBOOK}.ipynb") -> None:
        """Hand in these bytes as the notebook."""
        self.file(name, content)
        self.written = True

    def finish(self) -> None:
        """Write the notebook, if nothing else was handed in as such."""
        if not self.written:
            self.raw(self.text().encode())

    def text(self) -> str:
        """The notebook as JSON; not validated, as an attack may not want it to be valid."""
        return nbformat.v4.writes(self.nb)

    def _text(self, parts: Iterable[str]) -> str:
        text = "\n\n".join(textwrap.dedent(part).strip("\n") for part in parts)
        return text.replace("CANARY", self.canary)


FIRST = ("leaky_relu",)  # solved, and asked for, before an attack that comes later

Make = Callable[[Submission], None]


@dataclass(frozen=True)
class Entry:
    """A kind of submission, and what is to come of it.

    tries: what it is up to, for people
    earns: the exercises that it solves: their points, and no others, it gets
    partly: exercises that it solves in part, with their points
    refused: True if the gate must turn it away, False if it must be graded, None if either will do
    student: the folder's name in submitted/, if not the entry's own
    dangerous: never to be run but in a room; it harms the machine or whoever shares it
    slow: takes until some limit stops it
    may_lose: breaks its own kernel so that it may lose its right first exercise too, or keep it
    """

    name: str
    tries: str
    make: Make
    earns: tuple[str, ...] = ()
    partly: dict[str, float] = field(default_factory=dict)
    refused: bool | None = None
    student: str = ""
    dangerous: bool = False
    slow: bool = False
    may_lose: bool = False

    @property
    def folder(self) -> str:
        """The student's folder."""
        return self.student or self.name

    def points(self) -> dict[str, float]:
        """What it must get, for every graded cell that is run."""
        earned = {name: float(POINTS[name]) for name in self.earns} | self.partly
        return {f"check_{name}": earned.get(name, 0.0) for name in POINTS}

    def write(self, release: NotebookNode, answers: dict[str, str], submitted: Path) -> Path:
        """Make the submission in `submitted`/STUDENT/NOTEBOOK; gives that folder."""
        folder = submitted / self.folder / NOTEBOOK
        folder.mkdir(parents=True)
        nb = nbformat.reads(nbformat.writes(release), as_version=4)
        submission = Submission(nb, folder, self.name, answers)
        self.make(submission)
        submission.finish()
        return folder


class Entries(dict[str, Entry]):
    """Entries by name, filled by its decorator."""

    def add(self, tries: str, *, name: str = "", **what: object) -> Callable[[Make], Make]:
        """Register the decorated function; its name (with hyphens) is the entry's."""

        def register(make: Make) -> Make:
            key = name or make.__name__.replace("_", "-")
            assert key not in self, f"two entries named {key}"
            self[key] = Entry(key, tries, make, **what)
            return make

        return register

    def add_later(self, name: str, tries: str, code: str, **what: object) -> None:
        """Register an attack: its first exercise is right, and then an ordinary cell runs `code`.

        Dangerous, if it is not said that it is not.
        """
        if what.get("may_lose"):
            what["earns"] = FIRST

        @self.add(tries, name=name, **{"dangerous": True, **what})
        def later(s: Submission) -> None:
            s.solve("leaky_relu")
            s.before("sample_noise", code)


def right_answers(solution: NotebookNode) -> dict[str, str]:
    """What a student would write into each cell to complete, by its id."""
    return {
        cell.metadata.nbgrader["grade_id"]: AUTHORS_MARKS.sub("", cell.source).rstrip()
        for cell in solution.cells
        if is_solution(cell)
    }


def _solution_of(name: str) -> str:
    return "train_on_ring" if name == "ring_generator" else name
