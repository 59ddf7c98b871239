"""Show students the picture that a cell should give, taken from the solution's executed output.

A cell of the solution tagged `expected` has its picture copied, at release, into a folded markdown
cell behind it. So the pictures that students compare with are those that the solution really made.
"""

from __future__ import annotations

import re

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

TAG = "expected"
IMAGE = re.compile(r'<img alt="(?P<alt>[^"]*)" src="data:image/png;base64,(?P<data>[^"]+)"')
FOLDED = """<details><summary>What you should see (from a run in the laptop profile)</summary>

![{alt}](attachment:{name})

</details>"""


class ExpectedPictures(Preprocessor):
    """Put the last picture of every tagged cell behind it; runs before outputs are cleared."""

    enabled = True

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """nb with the added cells. Raises ValueError for a tagged cell without a picture."""
        cells = []
        for cell in nb.cells:
            cells.append(cell)
            if TAG in cell.metadata.get("tags", []):
                cells.append(_folded(cell))
        nb.cells = cells
        return nb, resources


def _folded(cell: NotebookNode) -> NotebookNode:
    htmls = [output.get("data", {}).get("text/html", "") for output in cell.outputs]
    found = [match for html in htmls for match in IMAGE.finditer(html)]
    if not found:
        raise ValueError(
            f"The cell {cell.id} is tagged {TAG!r}, but its output holds no picture. Execute the "
            "solution (make solutions), or remove the tag."
        )
    alt, data = found[-1]["alt"], found[-1]["data"]
    name = f"{cell.id}.png"
    folded = new_markdown_cell(FOLDED.format(alt=alt.replace("]", ")"), name=name))
    folded.id = f"{cell.id}-expected"
    folded.attachments = {name: {"image/png": data}}
    return folded
