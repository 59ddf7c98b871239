"""Questions are read from the source notebook, and drawn anew from a secret seed."""

import nbformat
import numpy as np
import pytest

from autograder.course import CourseError
from autograder.deciding import questions
from checks import catalogue
from checks.catalogue import find
from tests.toy_exercises import DOUBLE, SQUARE

NAME = "03_vanilla_gan"


def graded(source, points=4, grade_id="cell", **marks):
    cell = nbformat.v4.new_code_cell(source)
    marks = {"grade": True, "solution": False, "grade_id": grade_id, "points": points} | marks
    cell.metadata["nbgrader"] = marks
    return nbformat.v4.new_notebook(cells=[cell])


@pytest.fixture(autouse=True)
def toys():
    with catalogue.registered(DOUBLE, SQUARE):
        yield


@pytest.fixture(scope="module")
def asks(project_root):
    source = project_root / "solutions" / NAME / f"{NAME}.ipynb"
    return questions.exercises_of(nbformat.read(source, as_version=4))


def test_the_notebook_asks_for_its_exercises(asks):
    assert asks["check_leaky_relu"] == [("vanilla_gan.leaky_relu", "leaky_relu")]
    assert asks["check_ring_generator"] == [("vanilla_gan.ring_generator", "ring_generator")]


def test_the_notebooks_ask_for_every_exercise_once(project_root):
    asked = []
    for path in project_root.glob("solutions/*/*.ipynb"):
        found = questions.exercises_of(nbformat.read(path, as_version=4)).values()
        asked += [name for pairs in found for name, _ in pairs]
    assert sorted(asked) == sorted(exercise.name for exercise in catalogue.COURSE)


def test_a_cell_may_ask_for_several_answers_of_any_form():
    source = 'x = 1\ncheck("toy.double", lambda x: (\n    2 * x\n))\ncheck("toy.square", made[x])'
    assert questions.exercises_of(graded(source, 8)) == {
        "cell": [("toy.double", "lambda x: (\n    2 * x\n)"), ("toy.square", "made[x]")]
    }


@pytest.mark.parametrize(
    "notebook",
    [
        graded("double(1)", solution=True),
        graded("double(1)", grade=False),
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("check(1)")]),
    ],
)
def test_other_cells_ask_nothing(notebook):
    assert questions.exercises_of(notebook) == {}


@pytest.mark.parametrize(
    ("source", "points", "said"),
    [
        ("assert double(1) == 2", 4, "asks nothing that can be judged from outside"),
        ("check('toy.double', double)", 5, "is worth 5 points, but what it asks is worth 4"),
        ("check('toy.duble', double)", 4, "Did you mean toy.double"),
        ("check('toy.double', double", 4, "is not Python"),
        ("check('toy.double')", 4, "and one answer"),
        ("check(name, double)", 4, "the name as it is"),
        ("check('toy.double', answer=double)", 4, "and one answer"),
        ("for f in fs:\n    check('toy.double', f)", 4, "a line of its own"),
        ("points = check('toy.double', double)", 4, "a line of its own"),
        ("check('toy.double', f)\ncheck('toy.double', g)", 8, "the same exercise twice"),
    ],
)
def test_a_cell_that_cannot_be_graded_is_named_with_the_reason(source, points, said):
    with pytest.raises(CourseError, match=said) as error:
        questions.exercises_of(graded(source, points))
    assert "The graded cell cell" in str(error.value)


def test_a_seed_draws_the_same_questions_again_and_another_seed_others(asks):
    first, again, other = (questions.draw(asks, seed) for seed in (5, 5, 6))
    assert [one.key for one in first][:1] == ["check_leaky_relu:vanilla_gan.leaky_relu"]
    for mine, same, others in zip(first, again, other, strict=True):
        flat, flat_same, flat_others = (
            [value for case in one.cases for value in case.values()] for one in (mine, same, others)
        )
        assert all(map(np.array_equal, flat, flat_same))
        assert not all(map(np.array_equal, flat, flat_others)), mine.exercise
        public = [value for c in find(mine.exercise).draw() for value in c.inputs.values()]
        assert not all(map(np.array_equal, flat, public)), mine.exercise


def test_the_banks_of_a_seed_hold_the_cases_that_were_asked(asks):
    banks = questions.banks(5)
    for question in questions.draw({"cell": asks["check_leaky_relu"]}, 5):
        cases = banks[question.exercise].cases
        for case, inputs in zip(cases, question.cases, strict=True):
            assert all(np.array_equal(case.inputs[name], inputs[name]) for name in inputs)
    assert questions.banks(5) is banks and banks["toy.double"] is banks["toy.double"]


def test_exercises_do_not_share_a_seed():
    seeds = {questions.seed_of(exercise.name, 5) for exercise in catalogue.COURSE}
    assert len(seeds) == len(catalogue.COURSE)


def test_toys_leave_the_catalogue_as_they_found_it():
    with catalogue.registered(DOUBLE):
        assert find("toy.double") is DOUBLE
    assert find("toy.square") is SQUARE  # of the block around this one
