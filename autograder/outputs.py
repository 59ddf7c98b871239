"""What a graded cell's output is worth: rules that nbgrader's own reading of it lacks.

A graded cell calls `check(...)`, which raises (0 points), gives nothing (all points) or gives a
number (that many points). nbgrader reads more into the output than that: anything on stderr counts
as a failure, and a result that is no sensible number counts as full marks. The functions here
rewrite the outputs so that nbgrader's reading comes to these rules.
"""

from __future__ import annotations

import math

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.utils import is_grade, is_solution


def is_autograded(cell: NotebookNode) -> bool:
    """Whether points for this cell follow from its output."""
    return cell.cell_type == "code" and is_grade(cell) and not is_solution(cell)


def settle(cell: NotebookNode) -> str | None:
    """Make nbgrader's grade for an autograded cell follow the rules above; changes `cell`.

    What the cell wrote on stderr stays in its output, as ordinary text. Gives the reason if the
    cell earns nothing although its check did not fail: it never ran, or its result is no number of
    points from 0 to the cell's own.
    """
    for output in cell.outputs:
        if output.output_type == "stream":
            output.name = "stdout"
    if any(output.output_type == "error" for output in cell.outputs):
        # nbgrader stops at the first error *or result*: the error must be what it sees.
        cell.outputs = [out for out in cell.outputs if out.output_type != "execute_result"]
        return None
    reason = _reason_for_nothing(cell)
    if reason:
        cell.outputs = [out for out in cell.outputs if out.output_type != "execute_result"]
        error = {"ename": "NotGraded", "evalue": reason, "traceback": [f"NotGraded: {reason}"]}
        cell.outputs.append(new_output("error", **error))
    return reason


def _reason_for_nothing(cell: NotebookNode) -> str | None:
    if cell.execution_count is None:
        return "this cell never ran: the notebook's kernel ended before it, or it was left out"
    results = [output for output in cell.outputs if output.output_type == "execute_result"]
    if not results:
        return None
    if len(results) > 1:
        return f"this cell gave {len(results)} results, where one number of points was expected"
    text = results[0].get("data", {}).get("text/plain", "")
    try:
        points = float(text)
    except ValueError:
        return f"this cell's result is no number of points: {text[:60]}"
    maximum = float(cell.metadata.nbgrader["points"])
    if not (math.isfinite(points) and 0 <= points <= maximum):
        return f"this cell's result is {text[:60]}, but it can earn from 0 to {maximum:g} points"
    return None
