"""The real course: what `make release` and `make grade` would work on."""

import re

import nbformat
import pytest
from nbgrader.utils import is_grade, is_solution

from autograder.classroom import SLIPS
from autograder.course import Course
from autograder.release import generated, same_release
from checks.catalogue import find

ASSIGNMENTS = ["01_nn_basics", "02_cnn_captcha", "03_vanilla_gan"]


@pytest.fixture(scope="module")
def real(project_root) -> Course:
    return Course.open(project_root)


@pytest.fixture(scope="module", params=ASSIGNMENTS)
def assignment(request, real: Course) -> str:
    assert request.param in real.assignments()
    return request.param


def test_every_assignment_is_tested_here(real: Course):
    assert real.assignments() == ASSIGNMENTS


def test_notebooks_have_not_drifted_from_solutions(real: Course, assignment: str):
    with generated(real, assignment) as new:
        old = real.folder("release", "", assignment)
        names = sorted(path.relative_to(new) for path in new.rglob("*") if path.is_file())
        for name in names:
            assert (old / name).is_file(), f"run `make release`: {name} is missing in notebooks/"
            assert same_release(old / name, new / name), (
                f"run `make release`: {name} in notebooks/ is not what solutions/ gives"
            )


def test_nothing_is_released_that_has_no_source(real: Course):
    released = {path.stem for path in real.folder("release").glob("*/*.ipynb")}
    assert released == set(real.assignments())


def test_only_the_notebook_lies_beside_the_solution(real: Course, assignment: str):
    """nbgrader gives every file there to students: it must hold no answers."""
    folder = real.folder("source", "", assignment)
    there = {path.name for path in folder.iterdir()} - {".ipynb_checkpoints"}
    assert there == {f"{assignment}.ipynb"}


def test_points_add_up_to_100(real: Course, assignment: str):
    nb = nbformat.read(real.notebook("source", "", assignment), as_version=4)
    marks = [cell.metadata.get("nbgrader", {}) for cell in nb.cells]
    assert sum(mark.get("points", 0) for mark in marks) == 100


def test_checks_earn_the_points_of_their_exercises(real: Course, assignment: str):
    nb = nbformat.read(real.notebook("source", "", assignment), as_version=4)
    cells = [cell for cell in nb.cells if is_grade(cell) and not is_solution(cell)]
    assert cells
    for cell in cells:
        call = re.fullmatch(r'check\("([\w.]+)", \w+\)', cell.source.strip().splitlines()[-1])
        assert call, cell.source
        assert cell.metadata.nbgrader["points"] == find(call[1]).points, call[1]


def test_every_exercise_has_a_slip_for_the_made_up_class(real: Course, assignment: str):
    nb = nbformat.read(real.notebook("source", "", assignment), as_version=4)
    exercises = {
        cell.metadata.nbgrader["grade_id"]: cell.source
        for cell in nb.cells
        if is_solution(cell) and cell.cell_type == "code" and not is_grade(cell)
    }
    slips = SLIPS[assignment]
    assert set(slips) == set(exercises)
    for name, (right, _) in slips.items():
        assert right in exercises[name], f"the slip for {name} is out of date"
