"""Decide on one submission that was run: judge its answers, and write points, notebook, feedback.

Serial, trusted and fast: no student's code runs here, and nothing that it printed counts. What goes
wrong with one submission is that one's Outcome. Deciding twice on the same Run changes nothing.
"""

from __future__ import annotations

import contextlib
import json
import math
import time
import traceback
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Grade, Gradebook

from autograder.course import ConversionError, Course, GradebookError, convert
from autograder.database import AGAIN
from autograder.deciding.converters import DecidedAutograde, OneFeedback
from autograder.deciding.marking import METADATA, Decision, names_of_cells
from autograder.deciding.questions import banks, exercises_of
from autograder.feedback.student_outputs import NotebookAllowance, clean_outputs, harmless
from autograder.feedback.verdicts import picture, verdict_outputs
from autograder.records import Outcome, Run, Verdict, replaced, write_atomically
from checks import catalogue, wire
from checks.bank import Bank
from checks.judge import NO_ANSWER, Report, judge_received, no_answer

FAILED, GRADED = "failed", "graded"
NOT_DECIDED = "not decided"  # by no fault of the student: the same command tries again
ABSENT = "it was not asked, or nothing came back."


def decide(course: Course, run: Run, gated: Path) -> Outcome:
    """Judge a Run of the submission in the folder `gated`, and enter it into the gradebook.

    The Outcome's state is "graded"; "failed" if this submission cannot be graded; or "not decided"
    if the gradebook or the disk cannot be used now. In the last two cases the autograded notebook
    stays as it was. Raises CourseError if the course's own notebook cannot be graded.
    """
    began = time.perf_counter()
    outcome = Outcome(
        run.student, run.assignment, FAILED, digest=run.digest, seed=run.seed, notes=run.notes
    )
    source = _source(course, run.assignment)
    verdicts = judged(source, run)
    try:
        with course.gradebook() as gradebook:
            _enter(course, gradebook, run, gated, source, verdicts)
            _read_marks(gradebook, outcome)
        outcome.state, outcome.exercises = GRADED, verdicts
    except GradebookError as error:
        outcome.state, outcome.reason = NOT_DECIDED, str(error)
    except Exception as error:  # whatever it is, it is this submission's alone
        cause = error.__cause__ if isinstance(error, ConversionError) else error
        if isinstance(cause, OSError):
            outcome.state, outcome.reason = NOT_DECIDED, _of_the_disk(cause)
        else:
            log = _log(course, run, error)
            outcome.reason = f"it could not be decided: {_line(error)} (all that is known: {log})"
    outcome.seconds = time.perf_counter() - began
    return outcome


def write_feedback(course: Course, assignment: str, student: str) -> str:
    """Write a student's feedback from the gradebook; gives its path in the course's folder.

    Raises ConversionError if nbgrader cannot make it, GradebookError or OSError if it cannot now.
    """
    folder = course.folder("feedback", student, assignment)
    with replaced(folder) as target:
        source = course.folder("autograded", student, assignment)
        convert(course, OneFeedback, assignment, student, source=source, target=target)
    return str((folder / f"{assignment}.html").relative_to(course.root))


def read_marks(course: Course, outcome: Outcome) -> None:
    """Fill in an Outcome's points from the gradebook, those given by hand too.

    Raises GradebookError if it cannot be read, and nbgrader's MissingEntry if there are none.
    """
    with course.gradebook() as gradebook:
        _read_marks(gradebook, outcome)


def _read_marks(gradebook: Gradebook, outcome: Outcome) -> None:
    marks = gradebook.find_submission_notebook(
        outcome.assignment, outcome.assignment, outcome.student
    )
    checked = [grade for grade in marks.grades if grade.cell_type == "code"]
    outcome.points, outcome.max_points = _sums(marks.grades)
    outcome.auto_points, outcome.max_auto_points = _sums(checked)
    outcome.late_penalty = marks.late_submission_penalty or 0.0
    outcome.points_to_grade_by_hand = math.fsum(
        grade.max_score for grade in marks.grades if grade.needs_manual_grade
    )
    names = names_of_cells(marks)
    outcome.cells = {
        names[grade.cell_id]: {"points": grade.score, "max_points": grade.max_score}
        for grade in sorted(marks.grades, key=lambda grade: names[grade.cell_id])
    }


def _sums(grades: Sequence[Grade]) -> tuple[float, float]:
    """Points and most points of all of them together."""
    return math.fsum(one.score for one in grades), math.fsum(one.max_score for one in grades)


def judged(source: NotebookNode, run: Run) -> list[Verdict]:
    """The verdict on every exercise that the source notebook's graded cells ask for, in order."""
    of_seed = banks(run.seed)
    verdicts = []
    for grade_id, exercises in exercises_of(source).items():
        for name, _ in exercises:
            report = _report(run, f"{grade_id}:{name}", name, of_seed[name])
            verdicts.append(
                Verdict(
                    grade_id,
                    name,
                    report.verdict,
                    float(report.points),
                    float(report.max_points),
                    report.diagnosis,
                    report.message,
                )
            )
    return verdicts


def _report(run: Run, key: str, name: str, bank: Bank) -> Report:
    """The report on the answer to one question."""
    exercise = catalogue.find(name)
    if key in run.troubles:
        return Report(name, NO_ANSWER, 0, exercise.points, None, run.troubles[key])
    if key not in run.answers:
        return no_answer(exercise, ABSENT)
    try:
        return judge_received(exercise, bank, run.answers[key])
    except Exception as error:  # it never raises; if it does, it costs this exercise only
        return no_answer(exercise, f"it could not be judged ({type(error).__name__}).")


def _enter(
    course: Course,
    gradebook: Gradebook,
    run: Run,
    gated: Path,
    source: NotebookNode,
    verdicts: Sequence[Verdict],
) -> None:
    """Write the points into the gradebook and the notebook into `autograded/`."""
    submitted = _read(gated / f"{run.assignment}.ipynb")
    if _sources(submitted) != _sources(run.notebook):
        raise ValueError("what was run is not what was handed in: run it again")
    decision = Decision(
        gradebook=gradebook,
        outputs=_outputs(submitted, run, verdicts),
        points={
            grade_id: math.fsum(one.points for one in verdicts if one.grade_id == grade_id)
            for grade_id in {one.grade_id for one in verdicts}
        },
        source=source,
        earlier=_earlier(course, run),
        told={"seed": run.seed, "digest": run.digest, "notes": run.notes},
    )
    with replaced(course.folder("autograded", run.student, run.assignment)) as target:
        convert(
            course,
            DecidedAutograde,
            run.assignment,
            run.student,
            source=gated,
            target=target,
            decision=decision,
        )


def _outputs(
    submitted: NotebookNode, run: Run, verdicts: Sequence[Verdict]
) -> list[list[NotebookNode]]:
    """The outputs of every cell: our verdicts in a graded one, the student's own in the others."""
    outputs, together = [], NotebookAllowance()
    for cell, ran in zip(submitted.cells, run.notebook.cells, strict=True):
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        mine = [one for one in verdicts if one.grade_id == grade_id]
        pictures = {one.exercise: image for one in mine if (image := _picture(run, one))}
        if mine:
            outputs.append(verdict_outputs(*mine, pictures=pictures))
        else:
            outputs.append(clean_outputs(ran.get("outputs"), together))
    return outputs


def _picture(run: Run, verdict: Verdict) -> tuple[bytes, str] | None:
    """A picture of what was observed of an answer that is not all right, where there is one."""
    if verdict.verdict == NO_ANSWER or verdict.points == verdict.max_points:
        return None
    with contextlib.suppress(Exception):  # a stranger's numbers: no picture is no loss
        cases = len(banks(run.seed)[verdict.exercise].cases)
        seen = wire.unpack(run.answers[f"{verdict.grade_id}:{verdict.exercise}"], cases)
        return picture(verdict.exercise, seen[0].observation)
    return None


def _earlier(course: Course, run: Run) -> dict[str, str]:
    """Digests of the written answers as they are in the autograded notebook that is there."""
    file = course.notebook("autograded", run.student, run.assignment)
    try:
        return dict(json.loads(file.read_bytes())["metadata"][METADATA]["written"])
    except (OSError, ValueError, LookupError, TypeError):
        return {}


def _source(course: Course, assignment: str) -> NotebookNode:
    """The source notebook."""
    return _parsed(course.notebook("source", "", assignment).read_bytes())


@lru_cache(maxsize=2)
def _parsed(data: bytes) -> NotebookNode:
    return nbformat.v4.reads(data.decode())


def _read(file: Path) -> NotebookNode:
    """A notebook that this project wrote: not validated again."""
    return nbformat.v4.reads(file.read_text(encoding="utf-8"))


def _sources(nb: NotebookNode) -> list[tuple[str, str]]:
    return [(cell.cell_type, cell.source) for cell in nb.cells]


def _of_the_disk(error: OSError) -> str:
    where = f" {error.filename}" if error.filename else " its files"
    return f"The grader cannot read or write{where}: {error.strerror or error}. {AGAIN}"


def _line(error: Exception) -> str:
    """What an error says, which may quote the student, on one harmless line."""
    is_told = isinstance(error, ConversionError | ValueError)
    said = str(error) if is_told else f"{type(error).__name__}: {error}"
    return harmless(said.partition("\n")[0])[:300]


def _log(course: Course, run: Run, error: Exception) -> Path:
    """Keep all that nbgrader said of a submission; gives the file, as seen from the course."""
    file = Path("build") / "grade" / f"{run.student}-{run.assignment}.log"
    said = error.log if isinstance(error, ConversionError) else traceback.format_exc()
    write_atomically(course.root / file, said)
    return file
