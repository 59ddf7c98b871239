"""What grading keeps on disk between its steps, and the plain things that pass between them.

    grading/gated/STUDENT/ASSIGNMENT/         what the gate let through
    grading/runs/STUDENT/ASSIGNMENT/          a Run: what came out of the room
    grading/outcomes/ASSIGNMENT/STUDENT.json  an Outcome: what was decided

Every step writes into a folder or file beside its place and renames that into it, so a step that is
killed leaves nothing half done.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from nbformat import NotebookNode

from autograder.course import Course

FOLDER = "grading"
LONGEST_STUDENT = 200  # bytes of a folder's name: files are named after it, with a little more
Arrays = dict[str, np.ndarray]
# The package.module:name of a probe (or of a function that makes one), and how to make it.
Recipe = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """What is asked from outside of one `check(exercise, expression)` line. Holds no answer.

    probe: the recipe by which the room finds its probe (see checks.answering)
    cases: the inputs, fresh from a secret seed
    seconds: the time limit of one case
    """

    grade_id: str
    exercise: str
    expression: str
    probe: Recipe
    cases: Sequence[Arrays]
    seconds: float

    @property
    def key(self) -> str:
        """Its name among the questions of an assignment."""
        return f"{self.grade_id}:{self.exercise}"


@dataclass
class Run:
    """What came out of the room. Nothing in it is to be believed but the student's own doing.

    digest: of the gated submission and of everything that the run depended on
    seed: the secret seed of the questions' cases
    notebook: the gated notebook's cells, in their order, with outputs capped
    answers: packed observations (checks.wire) by `Question.key`, exactly as they came
    troubles: why there is no answer, by the same key: a sentence for the student
    notes: what the student and the lecturer should know of the run
    """

    student: str
    assignment: str
    digest: str
    seed: int
    notebook: NotebookNode
    answers: dict[str, bytes] = field(default_factory=dict)
    troubles: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass
class Verdict:
    """What was decided about one exercise of one submission.

    verdict: "right", "wrong", "crashed", "not attempted" or "no answer"
    diagnosis: the name of the known mistake, if one was recognised
    """

    grade_id: str
    exercise: str
    verdict: str
    points: float
    max_points: float
    diagnosis: str | None
    message: str


@dataclass
class Outcome:
    """What became of one student's notebook. Points are None where it could not be graded.

    state: "graded", "unchanged" (since it was graded), "failed" (the reason says why) or "not
        decided" (by no fault of the student: the same command tries again)
    cells: {grade_id: {"points", "max_points"}} of all graded cells, from the gradebook
    """

    student: str
    assignment: str
    state: str
    reason: str = ""
    digest: str = ""
    seed: int | None = None
    notes: list[str] = field(default_factory=list)
    points: float | None = None
    max_points: float | None = None
    auto_points: float | None = None
    max_auto_points: float | None = None
    points_to_grade_by_hand: float | None = None
    late_penalty: float = 0.0
    cells: dict[str, dict[str, float]] = field(default_factory=dict)
    exercises: list[Verdict] = field(default_factory=list)
    feedback: str | None = None
    seconds: float = 0.0


class Records:
    """The folder `grading/` of a course."""

    def __init__(self, course: Course) -> None:
        self.root = course.root / FOLDER

    def gated(self, student: str, assignment: str) -> Path:
        """The folder of a gated submission."""
        return self.root / "gated" / student / assignment

    def run_folder(self, student: str, assignment: str) -> Path:
        """The folder of a Run."""
        return self.root / "runs" / student / assignment

    def outcome_file(self, student: str, assignment: str) -> Path:
        """The file of an Outcome."""
        if len(os.fsencode(student)) > LONGEST_STUDENT:  # refused; its outcome is kept all the same
            student = hashlib.sha256(os.fsencode(student)).hexdigest()
        return self.root / "outcomes" / assignment / f"{student}.json"

    def save_run(self, run: Run) -> None:
        """Keep a Run, in place of an earlier one."""
        with replaced(self.run_folder(run.student, run.assignment)) as folder:
            (folder / "notebook.ipynb").write_text(nbformat.writes(run.notebook), encoding="utf-8")
            (folder / "answers").mkdir()
            keys = sorted(run.answers)
            for number, key in enumerate(keys):
                (folder / "answers" / f"{number}.npz").write_bytes(run.answers[key])
            fields = asdict(replace(run, notebook=None, answers={})) | {"answers": keys}
            del fields["notebook"]
            (folder / "run.json").write_text(json.dumps(fields, indent=1), encoding="utf-8")

    def load_run(self, student: str, assignment: str) -> Run | None:
        """The Run that is kept, None if there is none that can be read."""
        folder = self.run_folder(student, assignment)
        try:
            fields = json.loads((folder / "run.json").read_text(encoding="utf-8"))
            keys = fields.pop("answers")
            answers = {
                key: (folder / "answers" / f"{number}.npz").read_bytes()
                for number, key in enumerate(keys)
            }
            notebook = nbformat.read(folder / "notebook.ipynb", as_version=4)
            return Run(**fields, notebook=notebook, answers=answers)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def save_outcome(self, outcome: Outcome) -> None:
        """Keep an Outcome, in place of an earlier one."""
        file = self.outcome_file(outcome.student, outcome.assignment)
        write_atomically(file, json.dumps(asdict(outcome), indent=1))

    def load_outcome(self, student: str, assignment: str) -> Outcome | None:
        """The Outcome that is kept, None if there is none that can be read."""
        try:
            fields = json.loads(self.outcome_file(student, assignment).read_text(encoding="utf-8"))
            fields["exercises"] = [Verdict(**one) for one in fields["exercises"]]
            return Outcome(**fields)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def outcomes(self, assignment: str) -> list[Outcome]:
        """All Outcomes of an assignment, sorted by student."""
        files = sorted((self.root / "outcomes" / assignment).glob("*.json"))
        found = (self.load_outcome(file.stem, assignment) for file in files)
        return [outcome for outcome in found if outcome is not None]


def write_atomically(file: Path, text: str) -> None:
    """Write a file so that it is either the old one or the new one, whatever happens.

    Raises OSError, and leaves the old file, if it cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".", suffix=".partial", dir=file.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            opened.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def replaced(folder: Path) -> Iterator[Path]:
    """An empty folder to fill, which takes the place of `folder` at the end of the `with` block.

    If the block raises, the old folder stays as it was.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".partial", dir=folder.parent))
    try:
        yield new
        new.chmod(0o755)
        if folder.exists():
            shutil.rmtree(folder)
        new.rename(folder)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
