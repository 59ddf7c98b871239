"""Grade what was submitted: gate, run, decide, feedback; each step leaves files for the next.

Running is slow, parallel and untrusted; everything else happens here, one submission after the
other. Killed at any moment, the same command goes on where it was: what was run is not run again,
what was decided is not decided again.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbformat import NotebookNode
from nbgrader.api import MissingEntry

from autograder.course import ConversionError, Course, CourseError, GradebookError
from autograder.deciding import questions
from autograder.deciding.decide import (
    FAILED,
    GRADED,
    NOT_DECIDED,
    decide,
    read_marks,
    write_feedback,
)
from autograder.deciding.patience import TookTooLong, at_most
from autograder.gate import SubmissionError, gate
from autograder.records import Outcome, Records, Run
from autograder.release import generated
from autograder.running import edition
from autograder.running.job import Asked, Job, Setting, packed
from autograder.running.schedule import Crew
from autograder.sandbox.host import SandboxError, furnish
from checks import wire
from gan_utils.data import data_root

LAYOUT = "a submission lies in submitted/STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb."
DESK = "desk"  # the tag of cells that run at the student's desk only
UNCHANGED = "unchanged"
FEEDBACK_SECONDS = 60.0  # a page takes well under one
SLOW_FEEDBACK = (
    f"Its feedback page was given up: it took longer than {FEEDBACK_SECONDS:g} seconds to make. "
    "The points stand; look at what this notebook holds."
)
PATIENCE = 3  # submissions in a row for which no room opens, before grading gives up
SEED_BITS = 48


def submissions(
    course: Course, assignments: list[str], students: list[str]
) -> list[tuple[str, str]]:
    """The (student, assignment) pairs in `submitted/`, sorted; of all students if none is named.

    Raises CourseError for a student who submitted none of the assignments.
    """
    folder = course.folder("submitted")
    found = sorted(
        (student.name, assignment)
        for student in (folder.iterdir() if folder.is_dir() else ())
        for assignment in assignments
        if os.path.lexists(student / assignment) and (not students or student.name in students)
    )
    missing = sorted(set(students) - {student for student, _ in found})
    if missing:
        raise CourseError(f"{folder} holds nothing from {', '.join(missing)}: {LAYOUT}")
    return found


def misplaced(course: Course) -> list[str]:
    """What lies in `submitted/` but not where a submission of any assignment would."""
    known = course.assignments()
    return sorted(
        str(entry.relative_to(course.root))
        for entry in course.folder("submitted").glob("[!.]*")
        if not any(os.path.lexists(entry / assignment) for assignment in known)
    )


@dataclass
class Options:
    """How to grade. seed: for all submissions that are run now; by default a fresh secret one."""

    regrade: bool = False
    seed: int | None = None
    sandboxed: bool = True


@dataclass
class Assignment:
    """One assignment being graded: what all its submissions share.

    prepare: called as soon as it is known what the workers will need, so that they can start
    """

    course: Course
    name: str
    options: Options
    prepare: Callable[[Setting], None] = lambda setting: None
    records: Records = field(init=False)

    def __post_init__(self) -> None:
        """Enter the graded cells into the gradebook. Raises CourseError if that cannot be done."""
        self.records = Records(self.course)
        self.records.root.mkdir(exist_ok=True)
        self.records.root.chmod(0o700)  # seeds stand in what is kept there
        source = self.course.notebook("source", "", self.name)
        self.source: NotebookNode = nbformat.read(source, as_version=4)
        self.source_digest = hashlib.sha256(source.read_bytes()).hexdigest()
        self.exercises = questions.exercises_of(self.source)
        self.limits = dict(self.course.config.get("Limits", {}))
        self._settings: dict[int, Setting] = {}
        # Of what this command runs, and of nothing later: whoever has seen the questions of a seed
        # (a notebook can print them, and feedback shows what it printed) must not meet them again.
        chosen = self.options.seed
        self.seed: int = secrets.randbits(SEED_BITS) if chosen is None else chosen
        self._edition = self._build_edition()
        self.prepare(self._setting(0, []))
        with generated(self.course, self.name, record=True) as folder:
            self.release = nbformat.read(folder / f"{self.name}.ipynb", as_version=4)
        self.desk = {
            cell.source
            for cell in self.release.cells
            if cell.cell_type == "code" and DESK in cell.metadata.get("tags", [])
        }

    def setting(self, seed: int) -> Setting:
        """What the workers need, with questions drawn from `seed`."""
        if seed not in self._settings:
            drawn = [_asked(one) for one in questions.draw(self.exercises, seed)]
            self._settings[seed] = self._setting(seed, drawn)
        return self._settings[seed]

    def _setting(self, seed: int, asked: list[Asked]) -> Setting:
        data, digest = self._edition
        return Setting(
            edition=data,
            edition_digest=digest,
            questions=asked,
            seed=seed,
            limits=self.limits,
            hidden=[str(self.course.root)],
            data=_data_folder(),
            sandboxed=self.options.sandboxed,
        )

    def _build_edition(self) -> tuple[bytes, str]:
        names = [name for found in self.exercises.values() for name, _ in found]
        with TemporaryDirectory() as folder:
            target = Path(folder) / "edition"
            edition.build(self.name, names, target)
            furnish(target)
            data = packed(target)
        return data, hashlib.sha256(data).hexdigest()

    def job(self, student: str, digest: str) -> Job:
        """A gated submission as a job."""
        folder = self.records.gated(student, self.name)
        name = f"{self.name}.ipynb"
        text = (folder / name).read_text(encoding="utf-8")
        cells = nbformat.reads(text, as_version=4).cells
        return Job(
            student,
            self.name,
            digest,
            text,
            packed(folder, without=(name, "timestamp.txt")),
            frozenset(i for i, cell in enumerate(cells) if cell.source in self.desk),
        )


def _asked(question: questions.Question) -> Asked:
    request = wire.pack_request(question.probe, question.cases, question.seconds)
    return Asked(
        question.grade_id,
        question.key,
        question.expression,
        base64.b64encode(request).decode(),
        question.seconds * len(question.cases),
    )


def _data_folder() -> str | None:
    """The folder of data that rooms may read, if there is one."""
    folder = data_root()
    return str(folder.resolve()) if folder.is_dir() else None


def grade(assignment: Assignment, students: Iterable[str], crew: Crew) -> Iterator[Outcome]:
    """Grade the students' submissions of one assignment; yields each as it is done.

    Raises CourseError if it makes no sense to go on: no room opens, the disk is full.
    """
    pending: dict[str, Outcome] = {}
    done: list[Outcome] = []
    refused = 0
    for result in crew.run(_jobs(assignment, students, pending, done)):
        if result is not None:
            job, run = result
            outcome = pending.pop(job.student)
            if isinstance(run, Run):
                refused = 0
                _kept(assignment.records.save_run, run)
                outcome = _decided(assignment, run, outcome.notes)
            else:
                refused += 1
                outcome.reason = _sentence(run)
            done.append(outcome)
        while done:
            yield done.pop(0)
        if refused >= PATIENCE:
            raise CourseError(f"Grading stops here: {outcome.reason}")


def _jobs(
    assignment: Assignment,
    students: Iterable[str],
    pending: dict[str, Outcome],
    done: list[Outcome],
) -> Iterator[tuple[Job, Setting] | None]:
    """A job for each submission that must be run; None where one is `done` without."""
    for student in students:
        outcome, run, seed = _prepare(assignment, student)
        if run is not None:
            outcome = _decided(assignment, run, outcome.notes)
        elif outcome.state == NOT_DECIDED:
            pending[student] = outcome
            yield assignment.job(student, outcome.digest), assignment.setting(seed)
            continue
        done.append(outcome)
        yield None


def _sentence(error: Exception) -> str:
    if isinstance(error, SandboxError):
        return str(error)
    return f"it could not be run ({type(error).__name__}: {error}). The same command tries again."


def _prepare(assignment: Assignment, student: str) -> tuple[Outcome, Run | None, int]:
    """Gate one submission, and see what is known of it already.

    Gives its Outcome (final, unless its state is "not decided"), a Run that needs no repeating, and
    the seed to run it with.
    """
    records, name, options = assignment.records, assignment.name, assignment.options
    outcome = Outcome(student, name, FAILED)
    try:
        gated = _kept(
            gate, assignment.course, student, name, assignment.release, records.gated(student, name)
        )
    except SubmissionError as error:
        outcome.reason = str(error)
        _kept(records.save_outcome, outcome)
        return outcome, None, 0
    digest = hashlib.sha256(f"{gated.digest} {assignment.source_digest}".encode()).hexdigest()
    outcome.digest, outcome.notes, outcome.state = digest, gated.notes, NOT_DECIDED
    before = records.load_outcome(student, name)
    if before is not None and before.digest == digest and before.state == GRADED:
        if options.regrade and options.seed is None:
            return outcome, None, before.seed
        if not options.regrade:
            with contextlib.suppress(MissingEntry):  # another gradebook: decide again
                return _unchanged(assignment, before), None, 0
            return outcome, _kept_run(records, student, name, digest, before.seed), before.seed
    run = None if options.regrade else _kept_run(records, student, name, digest, options.seed)
    return outcome, run, assignment.seed if run is None else run.seed


def _kept_run(
    records: Records, student: str, name: str, digest: str, seed: int | None
) -> Run | None:
    """The Run of just this submission, if it is kept; with a seed, of just its questions."""
    run = records.load_run(student, name)
    fits = run is not None and run.digest == digest and seed in (None, run.seed)
    return run if fits else None


def _unchanged(assignment: Assignment, before: Outcome) -> Outcome:
    """What was graded before, with the marks that were given by hand since.

    Raises MissingEntry if the gradebook does not know of it.
    """
    before.state = UNCHANGED
    try:
        read_marks(assignment.course, before)
        with at_most(FEEDBACK_SECONDS):
            before.feedback = write_feedback(assignment.course, before.assignment, before.student)
    except TookTooLong:
        before.feedback = None
        before.reason = SLOW_FEEDBACK
    except (GradebookError, ConversionError, OSError) as error:
        before.state, before.reason = NOT_DECIDED, str(error)
    return before


def _decided(assignment: Assignment, run: Run, notes: Iterable[str]) -> Outcome:
    """Decide on a Run, write the feedback, and keep the Outcome."""
    run.notes = [*notes, *(note for note in run.notes if note not in notes)]
    folder = assignment.records.gated(run.student, run.assignment)
    outcome = decide(assignment.course, run, folder)
    if outcome.state == GRADED:
        try:
            with at_most(FEEDBACK_SECONDS):
                outcome.feedback = write_feedback(assignment.course, run.assignment, run.student)
        except TookTooLong:
            outcome.reason = SLOW_FEEDBACK
        except GradebookError as error:
            outcome.state, outcome.reason = NOT_DECIDED, str(error)
        except (ConversionError, OSError) as error:
            outcome.reason = f"Its feedback could not be written: {error}"
    if outcome.state != NOT_DECIDED:
        _kept(assignment.records.save_outcome, outcome)
    return outcome


def _kept(action, *arguments):  # noqa: ANN001, ANN002, ANN202 - any step that writes files
    """Run a step that writes into `grading/`; CourseError, in plain words, if the disk refuses."""
    try:
        return action(*arguments)
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        raise CourseError(
            f"Grading stops here: {error.strerror or error}{where}. What was graded stays so; when "
            "that is put right, the same command goes on."
        ) from error
