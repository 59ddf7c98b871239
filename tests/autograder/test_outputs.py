"""What a graded cell's outputs are worth, read by nbgrader after `settle`."""

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output
from nbgrader.utils import determine_grade

from autograder.outputs import is_autograded, settle


def graded_cell(*outputs: NotebookNode, ran: bool = True) -> NotebookNode:
    cell = new_code_cell("check('x', f)", outputs=list(outputs), execution_count=1 if ran else None)
    cell.metadata["nbgrader"] = {"grade": True, "solution": False, "points": 4, "grade_id": "x"}
    return cell


def result(text: str) -> NotebookNode:
    return new_output("execute_result", data={"text/plain": text})


STDERR = new_output("stream", name="stderr", text="a warning")
STDOUT = new_output("stream", name="stdout", text="a print")
ERROR = new_output("error", ename="Wrong", evalue="", traceback=["Wrong"])


def points(cell: NotebookNode) -> float:
    settle(cell)
    return determine_grade(cell)[0]


def test_no_output_is_full_marks():
    assert points(graded_cell()) == 4


def test_noise_costs_nothing_and_stays_to_be_read():
    cell = graded_cell(STDERR.copy(), STDOUT)
    assert points(cell) == 4
    assert [output.text for output in cell.outputs] == ["a warning", "a print"]


def test_an_error_is_nothing_even_after_a_result():
    assert points(graded_cell(STDOUT, ERROR)) == 0
    assert points(graded_cell(result("4"), ERROR)) == 0


@pytest.mark.parametrize(("text", "expected"), [("2.5", 2.5), ("0", 0), ("0.0", 0), ("4", 4)])
def test_a_number_is_partial_credit(text, expected):
    assert points(graded_cell(STDERR.copy(), result(text))) == expected


@pytest.mark.parametrize(
    "text", ["nan", "inf", "-1", "4.01", "1e9", "True", "None", "", "'4'", "np.float64(4)", "[4]"]
)
def test_what_is_no_number_of_points_is_nothing_with_a_reason(text):
    cell = graded_cell(result(text))
    reason = settle(cell)
    assert determine_grade(cell)[0] == 0
    assert "result" in reason
    assert cell.outputs[-1].evalue == reason


def test_two_results_are_nothing():
    assert points(graded_cell(result("4"), result("4"))) == 0


def test_a_cell_that_never_ran_is_nothing():
    cell = graded_cell(ran=False)
    assert "never ran" in settle(cell)
    assert determine_grade(cell)[0] == 0


def test_only_checks_are_autograded():
    assert is_autograded(graded_cell())
    answer = graded_cell()
    answer.metadata.nbgrader["solution"] = True
    assert not is_autograded(answer)
    assert not is_autograded(new_code_cell("1"))
