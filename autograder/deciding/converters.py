"""nbgrader's converters for exactly one submission, from one folder into another, empty one.

nbgrader's own look for submissions by pattern (a student called * would be everybody), remove what
was there before they begin, and log what goes wrong. These take names as they are, leave their
target to the caller, and raise.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbgrader.converters import Autograde, BaseConverter, GenerateFeedback
from traitlets import Instance

from autograder.deciding.marking import Decision


class OneSubmission(BaseConverter):
    """Converts `source`/ASSIGNMENT.ipynb, and what lies beside it, into `target`."""

    source = Instance(Path)
    target = Instance(Path)

    @property
    def notebook(self) -> Path:
        """The file to convert."""
        return self.source / f"{self.coursedir.assignment_id}.ipynb"

    def init_notebooks(self) -> None:
        """There is just the one."""
        self.notebooks = [str(self.notebook)]

    def convert_notebooks(self) -> None:
        """Convert it. Raises whatever goes wrong."""
        self.init_assignment(self.coursedir.assignment_id, self.coursedir.student_id)
        self.convert_single_notebook(str(self.notebook))
        self.set_permissions(self.coursedir.assignment_id, self.coursedir.student_id)

    def init_single_notebook_resources(self, notebook_filename: str) -> dict[str, Any]:
        """What preprocessors and templates are told."""
        assignment = self.coursedir.assignment_id
        return {
            "unique_key": assignment,
            "output_files_dir": f"{assignment}_files",
            "nbgrader": {
                "student": self.coursedir.student_id,
                "assignment": assignment,
                "notebook": assignment,
                "db_url": self.coursedir.db_url,
            },
        }

    def _format_source(self, assignment_id: str, student_id: str, escape: bool = False) -> str:
        return str(self.source)

    def _format_dest(self, assignment_id: str, student_id: str, escape: bool = False) -> str:
        return str(self.target)


class DecidedAutograde(OneSubmission, Autograde):
    """Autograde, with a decision in the place of a run, and all on one connection."""

    decision = Instance(Decision)

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Copy what lies beside the notebook, and enter the submission into the gradebook."""
        BaseConverter.init_assignment(self, assignment_id, student_id)
        gradebook = self.decision.gradebook
        gradebook.update_or_create_student(student_id)
        timestamp = self.coursedir.get_existing_timestamp(str(self.source))
        told = {"timestamp": timestamp} if timestamp else {}
        gradebook.update_or_create_submission(assignment_id, student_id, **told)

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """One pass: there is nothing to clean up before something would be run."""
        self._sanitizing = False
        self._init_preprocessors()
        BaseConverter.convert_single_notebook(self, notebook_filename)

    def init_single_notebook_resources(self, notebook_filename: str) -> dict[str, Any]:
        """The decision too."""
        resources = super().init_single_notebook_resources(notebook_filename)
        return {**resources, "decision": self.decision}


class OneFeedback(OneSubmission, GenerateFeedback):
    """GenerateFeedback, as it is."""
