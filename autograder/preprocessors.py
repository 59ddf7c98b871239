"""Our steps in nbgrader's chains; `nbgrader_config.py` says where each one stands.

Those of grading are in `deciding/marking.py`.
"""

from __future__ import annotations

import hashlib

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearMarkScheme
from nbgrader.utils import is_task

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


class HideMarkSchemes(ClearMarkScheme):
    """Take mark schemes out of feedback; a student's own text is never touched, nor refused."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict, cell_index: int
    ) -> tuple[NotebookNode, dict]:
        """cell without its mark scheme, if it is a task; changed in place."""
        if is_task(cell):
            self._remove_mark_scheme_region(cell)
        return cell, resources
