"""The steps that put a decision into a notebook and into the gradebook, as nbgrader runs them.

Nothing is run and nothing is judged here: points come from a `Decision`, never from an output. So
nbgrader's own ways to autograde (Formgrader's button, `nbgrader autograde`), which have none, are
refused before they touch anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.api import Grade, Gradebook, SubmittedNotebook
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import compute_checksum, is_solution

from autograder.deciding.written import Written, written_answers

METADATA = "gan_course"  # the key of what an autograded notebook's metadata says of its decision
REFUSAL = (
    "Students' code is not run here, and nothing was changed: grade with `python -m autograder "
    "grade` (or `make grade`), which runs it in a sandbox. Then mark the written answers here."
)
NO_RESPONSE = "No response."  # nbgrader's own words


@dataclass(frozen=True)
class Decision:
    """What was decided of one submission, before it is written anywhere.

    gradebook: open, for the whole of it
    outputs: of every cell of the gated notebook in its order, fit to be shown
    points: of every autograded cell, by grade_id
    source: the source notebook
    earlier: digests of the written answers as the marker last got them, by grade_id
    told: what the autograded notebook's metadata is to say
    """

    gradebook: Gradebook
    outputs: Sequence[Sequence[NotebookNode]]
    points: Mapping[str, float]
    source: NotebookNode
    earlier: Mapping[str, str]
    told: Mapping[str, Any]

    def __deepcopy__(self, memo: dict) -> Decision:
        """nbconvert copies what it hands on; this is large, and nobody changes it."""
        return self


class DecidedNotebook(NotebookExporter):
    """The exporter of grading: there is none without a decision."""

    optimistic_validation = True  # once, at the end: our steps are few, and known

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(**options)
        if getattr(self.parent, "decision", None) is None:
            self.log.error(REFUSAL)
            raise NbGraderException(REFUSAL)


class PutBack(NbGraderPreprocessor):
    """Give locked cells the text that the gradebook has: for a marker, with the mark scheme.

    All else that nbgrader's OverwriteCells looks at, the gate took from the release.
    """

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """nb with the text of locked cells, and the checksums of all; changed in place."""
        what = resources["nbgrader"]
        gradebook = resources["decision"].gradebook
        about = gradebook.find_notebook(what["notebook"], what["assignment"])
        known = {cell.name: cell for cell in about.source_cells}
        for cell in nb.cells:
            source = known.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
            if source is not None:
                cell.metadata.nbgrader["checksum"] = source.checksum
                cell.source = source.source if source.locked else cell.source
        return nb, resources


class TakeOutputs(NbGraderPreprocessor):
    """Give every cell the outputs that were decided on."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """nb with outputs; changed in place."""
        for cell, outputs in zip(nb.cells, resources["decision"].outputs, strict=True):
            if cell.cell_type == "code":
                cell.outputs = deepcopy(list(outputs))
        return nb, resources


class SaveMarks(NbGraderPreprocessor):
    """Write the points of every cell that the gradebook lists, and what a marker has to look at.

    nbgrader's SaveAutoGrades reads points from outputs, of the cells it meets, and asks a marker
    again for every mark ever given.
    """

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """nb with the decision in its metadata; changed in place.

        Raises ValueError if the gradebook lists other cells than those that were decided on.
        """
        decision, what = resources["decision"], resources["nbgrader"]
        answers = written_answers(nb, decision.source)
        gradebook = decision.gradebook
        submission = gradebook.find_submission_notebook(
            what["notebook"], what["assignment"], what["student"]
        )
        names = names_of_cells(submission)
        grades = {names[grade.cell_id]: grade for grade in submission.grades}
        _require_same_cells(grades, decision.points, answers)
        for name, grade in grades.items():
            if name in decision.points:
                _save_points(grade, decision.points[name])
            else:
                _save_written(grade, answers[name], decision.earlier.get(name))
        blank = {name for name, answer in answers.items() if not answer.is_answered}
        blank |= _untouched(nb)
        for comment in submission.comments:
            comment.auto_comment = NO_RESPONSE if names[comment.cell_id] in blank else None
        gradebook.db.commit()
        digests = {name: answer.digest for name, answer in answers.items()}
        nb.metadata[METADATA] = {**decision.told, "written": digests}
        return nb, resources


def names_of_cells(submission: SubmittedNotebook) -> dict[str, str]:
    """The names of a notebook's cells by their ids in the gradebook: asked for at once."""
    about = submission.notebook
    cells = (*about.grade_cells, *about.solution_cells, *about.task_cells)
    return {cell.id: cell.name for cell in cells}


def _require_same_cells(
    grades: Mapping[str, Grade], points: Mapping[str, float], answers: Mapping[str, Written]
) -> None:
    """Raise ValueError unless each graded cell was decided on, and within its points."""
    odd = grades.keys() ^ (points.keys() | answers.keys())
    odd |= {name for name in points.keys() - odd if points[name] > grades[name].max_score}
    if odd:
        raise ValueError(
            f"the gradebook and the source notebook differ in {', '.join(sorted(odd))}: the "
            "gradebook is of another version of it"
        )


def _save_points(grade: Grade, points: float) -> None:
    """A mark given by hand stays; a marker is asked about it if it was given on other points."""
    is_overruled = grade.manual_score is not None
    grade.needs_manual_grade = is_overruled and (
        grade.needs_manual_grade or grade.auto_score != points
    )
    grade.auto_score = points


def _save_written(grade: Grade, answer: Written, earlier: str | None) -> None:
    """A marker is asked for a mark, or asked again once the answer is another one."""
    if grade.manual_score is None:
        grade.needs_manual_grade = answer.is_answered
    elif answer.digest != earlier:
        grade.needs_manual_grade = True
    grade.auto_score = None if answer.is_answered else 0.0


def _untouched(nb: NotebookNode) -> set[str]:
    """The cells to complete that are still as they were given out."""
    return {
        cell.metadata.nbgrader["grade_id"]
        for cell in nb.cells
        if is_solution(cell) and cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
    }
