"""Our steps in nbgrader's chain; `nbgrader_config.py` says where each one stands.

What they do to a submission that its student should know is logged on `autograder.notes`, from
where it reaches the report.
"""

from __future__ import annotations

import hashlib
import logging

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import ClearMarkScheme, Execute, NbGraderPreprocessor
from nbgrader.utils import is_task

from autograder.outputs import is_autograded, settle

notes = logging.getLogger("autograder.notes")

# As ipykernel installs it: with any other name JupyterLab marks a notebook changed on opening it.
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
STAMP = "gan_course_sources"
# Left behind by editors and runs; none of it is content.
TRANSIENT_METADATA = ("collapsed", "ExecuteTime", "execution", "jupyter", "scrolled")


class TidyMetadata(Preprocessor):
    """Drop metadata that tells one machine or run from another (versions, times, widget state)."""

    enabled = True

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """nb with the metadata that every copy of it shares; changed in place."""
        nb.metadata = NotebookNode(
            kernelspec=NotebookNode(KERNELSPEC), language_info=NotebookNode(name="python")
        )
        for cell in nb.cells:
            for key in TRANSIENT_METADATA:
                cell.metadata.pop(key, None)
        return nb, resources


class StampSources(Preprocessor):
    """Write a digest of all cells' text into a release: a later one sees what was typed since."""

    enabled = True

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """nb with its stamp; runs last. Changed in place."""
        nb.metadata[STAMP] = digest_of_sources(nb)
        return nb, resources


def digest_of_sources(nb: NotebookNode) -> str:
    """A digest of the text of all cells, in their order."""
    sources = "\0".join(cell.source for cell in nb.cells)
    return hashlib.sha256(sources.encode()).hexdigest()[:16]


class KeepFirstCopies(NbGraderPreprocessor):
    """Of cells with the same id (a student copied one) keep the first for grading.

    nbgrader's DeduplicateIds keeps the last, and leaves the others in a state in which the next
    step refuses the whole class.
    """

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """nb with every id once; later copies stay as ordinary cells. Changed in place."""
        seen: set[str] = set()
        for cell in nb.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            if grade_id is None:
                continue
            if grade_id in seen:
                notes.warning(
                    "cell %s is there more than once: all copies run, the first is graded", grade_id
                )
                del cell.metadata["nbgrader"]
            seen.add(grade_id)
        return nb, resources


class HideMarkSchemes(ClearMarkScheme):
    """Take mark schemes out of feedback; a student's own text is never touched, nor refused."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict, cell_index: int
    ) -> tuple[NotebookNode, dict]:
        """cell without its mark scheme, if it is a task; changed in place."""
        if is_task(cell):
            self._remove_mark_scheme_region(cell)
        return cell, resources


class RunCells(Execute):
    """nbgrader's Execute, but a kernel that dies ends the run and not the grading."""

    def preprocess(self, nb: NotebookNode, *args: object) -> tuple[NotebookNode, dict]:
        """nb with its cells run, up to the one that killed the kernel; changed in place."""
        try:
            nb, resources = super().preprocess(nb, *args)
            self._note_timeouts(nb)
            return nb, resources
        except (DeadKernelError, CellTimeoutError) as error:
            notes.warning(
                "the run ended early (%s): cells after that earn nothing", type(error).__name__
            )
            return nb, self.resources

    def _note_timeouts(self, nb: NotebookNode) -> None:
        """Say which cells were stopped: nbgrader interrupts them and goes on without a word."""
        for number, cell in enumerate(nb.cells, 1):
            names = [output.get("ename") for output in cell.get("outputs", [])]
            if "CellTimeoutError" in names:
                name = cell.metadata.get("nbgrader", {}).get("grade_id", f"number {number}")
                notes.warning("cell %s ran longer than %s s and was stopped", name, self.timeout)


class SettleOutputs(NbGraderPreprocessor):
    """Apply the rules of `autograder.outputs` to every autograded cell."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict, index: int
    ) -> tuple[NotebookNode, dict]:
        """cell with its outputs settled; changed in place."""
        if is_autograded(cell):
            reason = settle(cell)
            if reason:
                notes.warning("%s: %s", cell.metadata.nbgrader["grade_id"], reason)
        return cell, resources


class ZeroMissingCells(NbGraderPreprocessor):
    """Give 0 for graded cells that the submission lacks.

    nbgrader scores only the cells it meets, so a cell deleted for the second submission would keep
    the points of the first.
    """

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """nb as it came; the gradebook is brought up to date."""
        there = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in nb.cells}
        what = resources["nbgrader"]
        with Gradebook(what["db_url"]) as gradebook:
            submission = gradebook.find_submission_notebook(
                what["notebook"], what["assignment"], what["student"]
            )
            for grade in submission.grades:
                if grade.name not in there:
                    notes.warning("cell %s is missing: 0 points for it", grade.name)
                    grade.auto_score = 0.0
                    grade.needs_manual_grade = False
            gradebook.db.commit()
        return nb, resources
