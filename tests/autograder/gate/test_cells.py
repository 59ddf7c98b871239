"""Cells that were lost, copied, moved, changed or stripped: graded is what was given out."""

import shutil

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.converters import Autograde
from traitlets.config import Config

from autograder.course import convert
from autograder.gate.notebook import Cell
from autograder.gate.rebuild import Rebuilt
from tests.autograder.gate.conftest import PNG, cell_of, grade_id, order
from tests.tiny_course import TINY


def without(nb, *names):
    nb.cells = [cell for cell in nb.cells if grade_id(cell) not in names]
    return nb


def test_a_missing_check_is_put_back_at_its_place(gated, nb, release):
    clean, notes = gated(without(nb, "square_check"))
    assert notes == ["cell square_check was missing and put back as given out"]
    assert order(clean) == order(release)


def test_everything_missing_is_put_back(gated, nb, release):
    nb.cells = []
    clean, notes = gated(nb)
    assert notes == [
        "cells rules, double, double_check, square, square_check and 4 more were missing "
        "and put back as given out"
    ]
    assert [cell.source for cell in clean.cells] == [
        cell.source for cell in release.cells if grade_id(cell)
    ]


def test_put_back_at_the_place_that_the_student_gave_its_neighbours(gated, nb):
    cells = {cell.id: cell for cell in without(nb, "square_check", "why").cells}
    moved = ["add", "add-check", "square", "title", "double", "double-check"]
    nb.cells = [cells[name] for name in moved]
    clean, _ = gated(nb)
    after = order(clean)
    assert [name for name in after if name in moved] == moved  # the student's order
    assert after.index("square-check") == after.index("square") + 1
    assert after.index("why") == after.index("add-check") + 1
    assert after.index("rules") == after.index("title") + 1


def test_a_missing_cell_to_complete_is_put_back_empty(gated, nb, release):
    clean, notes = gated(without(nb, "square"))
    assert cell_of(clean, "square").source == cell_of(release, "square").source
    assert notes == ["cell square was missing and put back as given out"]


@pytest.mark.parametrize(
    "own", ["from helpers import square", "square = lambda x: x * x", "def square(x): return x * x"]
)
def test_a_cell_put_back_does_not_undo_what_the_student_defined(gated, nb, own):
    without(nb, "square").cells.insert(2, new_code_cell(own + "\n# and\ndef double(x): return 2"))
    clean, _ = gated(nb)
    scope = {}
    for cell in clean.cells:
        if cell.cell_type == "code" and "helpers" not in cell.source and "NotImpl" in cell.source:
            exec(cell.source, scope)
    assert "square" not in scope


def test_two_answers_in_one_cell(gated, nb):
    cell_of(nb, "double").source += "\n\n" + cell_of(nb, "square").source
    clean, _ = gated(without(nb, "square"))
    assert cell_of(clean, "double").source.endswith("return x * x")
    assert cell_of(clean, "square").source.startswith("# This cell was missing.")


def test_of_copies_the_first_is_graded(gated, nb):
    copies = [nbformat.from_dict(cell) for cell in nb.cells if grade_id(cell) == "square_check"]
    for cell in copies:
        cell.source += "  # a copy"
    square = nbformat.from_dict(cell_of(nb, "square"))
    square.source = "def square(x):\n    return 0"
    nb.cells += [*copies, square, nbformat.from_dict(square)]
    clean, notes = gated(nb)
    assert cell_of(clean, "square").source.endswith("return x * x")
    assert [cell.source for cell in clean.cells[-2:]] == [square.source] * 2
    assert [cell.metadata for cell in clean.cells[-3:]] == [{}] * 3
    assert notes == [
        "cells square_check, square were there more than once: all copies run, the first is graded"
    ]


def test_a_copy_that_became_the_answer_to_another_exercise_is_that(gated, nb):
    copy = nbformat.from_dict(cell_of(nb, "double"))
    copy |= {"id": "copy", "source": "def square(x):\n    return x ** 2"}
    without(nb, "square").cells.insert(order(nb).index("double") + 1, copy)
    clean, _ = gated(nb)
    assert cell_of(clean, "double").source == "def double(x):\n    return 2 * x"
    assert cell_of(clean, "square").source == "def square(x):\n    return x ** 2"


def test_locked_cells_are_as_they_were_given_out(gated, nb):
    cell_of(nb, "double_check").source = "pass"
    cell_of(nb, "square_check").source += "   \n\n"  # what an editor does is not worth a word
    clean, notes = gated(nb)
    assert cell_of(clean, "double_check").source == "assert double(3) == 6"
    assert notes == ["cell double_check was locked but changed: what was given out is graded"]


def test_a_check_is_locked_even_if_its_metadata_forgot_to_say_so(release):
    cell_of(release, "double_check").metadata.nbgrader["locked"] = False
    cells = [Cell("code", "pass", grade_id="double_check")]
    clean = Rebuilt(cells, release).notebook
    assert cell_of(clean, "double_check").source == "assert double(3) == 6"


def test_an_answer_written_into_the_question_reaches_the_marker(gated, nb, release):
    cell = cell_of(nb, "cause")
    cell.source += "\n\nBecause of this: ![p](attachment:p.png)"
    cell.attachments = {"p.png": {"image/png": PNG}}
    clean, notes = gated(nb)
    place = order(clean).index("cause")
    assert clean.cells[place].source == cell_of(release, "cause").source
    assert clean.cells[place + 1].source == "Because of this: ![p](attachment:p.png)"
    assert clean.cells[place + 1].attachments == cell.attachments
    assert clean.cells[place + 2].id == "cause_answer"
    assert "what was written into cause stands in a cell below" in notes


def test_a_locked_text_keeps_its_own_pictures(gated, nb):
    cell_of(nb, "rules").attachments = {"r.png": {"image/png": PNG}, "x.png": {"image/png": PNG}}
    clean, notes = gated(nb)
    assert cell_of(clean, "rules").attachments == {"r.png": {"image/png": PNG}}
    assert notes == []


def test_changed_metadata_counts_for_nothing(gated, nb):
    cell_of(nb, "double_check").metadata.nbgrader |= {"points": 100, "locked": False}
    cell_of(nb, "square_check").metadata.nbgrader |= {"grade": False, "points": 10**3000}
    cell_of(nb, "double").metadata.nbgrader |= {"schema_version": 99, "checksum": "0" * 32}
    cell_of(nb, "add").metadata.nbgrader |= {"solution": "no", "cell_type": "markdown", "x": {}}
    _, notes = gated(nb)  # which checks all metadata
    assert notes == [
        "changed metadata of cells was put right: double_check (locked: False, not True), "
        "double_check (points: 100, not 4), square_check (grade: False, not True), "
        "square_check (points: 10000000000000000000, not 4)"
    ]


def test_cells_that_claim_to_be_graded_are_not(gated, nb):
    bonus = new_code_cell("0")
    bonus.metadata["nbgrader"] = cell_of(nb, "add_check").metadata.nbgrader | {
        "grade_id": "bonus",
        "points": 50,
    }
    harmless = new_code_cell("1")
    harmless.metadata["nbgrader"] = {"grade": False, "solution": False, "grade_id": "cell-0123"}
    nb.cells += [bonus, harmless]
    clean, notes = gated(nb)
    assert [cell.metadata for cell in clean.cells[-2:]] == [{}, {}]
    assert notes == ["cells that claim points but are not of this notebook earn none: bonus"]


@pytest.mark.parametrize("odd", [None, 3, ["double_check"], {"a": 1}, "", "Double_check"])
def test_a_grade_id_of_another_type_is_none(gated, nb, odd):
    cell = cell_of(nb, "double_check")
    cell.metadata.nbgrader["grade_id"] = odd
    clean, _ = gated(nb)
    assert [cell.source for cell in clean.cells].count("assert double(3) == 6") == 1


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_a_graded_cell_turned_into_text_is_code_again(gated, nb, kind):
    for name in ("double", "double_check"):
        cell = cell_of(nb, name)
        cell.cell_type = kind
        del cell["outputs"], cell["execution_count"]
    clean, notes = gated(nb)
    assert cell_of(clean, "double").source == "def double(x):\n    return 2 * x"
    assert notes == [
        "cells double, double_check were of another type (code or text) and got the right one again"
    ]


def test_an_answer_turned_into_code_is_text_again(gated, nb):
    place = order(nb).index("why")
    cell = new_code_cell("Because.", id="why", metadata=nb.cells[place].metadata)
    nb.cells[place] = cell
    clean, _ = gated(nb)
    assert cell_of(clean, "why").source == "Because."
    assert cell_of(clean, "why").cell_type == "markdown"


@pytest.mark.parametrize("ids", [True, False])
def test_cells_without_any_metadata_are_recognised(gated, nb, release, ids):
    for cell in nb.cells:
        cell.metadata = {}
        if not ids:
            cell.id = f"from-elsewhere-{cell.id}"
    cell_of_double = next(cell for cell in nb.cells if "def double" in cell.source)
    cell_of_double.source = "# my answer\ndef double(x):\n    return x + x"
    clean, notes = gated(nb)
    assert order(clean) == order(release)
    assert cell_of(clean, "double").source == cell_of_double.source
    assert cell_of(clean, "why").source == "Because."  # between its neighbours
    assert clean.cells[-1].source == "It follows."
    assert notes == [
        "cells rules, double, double_check, square, square_check and 4 more were without metadata "
        "and recognised by what is in them"
    ]


def test_an_answer_that_is_no_function_is_recognised_between_its_neighbours(gated, nb):
    cell = cell_of(nb, "double")
    cell.metadata, cell.id, cell.source = {}, "x", "double = (2).__mul__"
    clean, _ = gated(nb)
    assert cell_of(clean, "double").source == "double = (2).__mul__"


def test_a_students_own_cell_in_place_of_a_check_is_not_lost(gated, nb):
    place = order(nb).index("square-check")
    nb.cells[place] = new_code_cell("def square(x):\n    return x ** 2")
    clean, notes = gated(nb)
    assert [cell.source for cell in clean.cells].count("def square(x):\n    return x ** 2") == 1
    assert notes == ["cell square_check was missing and put back as given out"]


def test_own_cells_get_new_ids_that_nobody_chose(gated, nb):
    nb.cells[2:2] = [
        new_markdown_cell("mine", id="own-1"),
        new_code_cell("mine", id="double"),
        new_code_cell("mine", id="double"),
    ]
    clean, notes = gated(nb)
    assert order(clean)[2:5] == ["own-1", "own-2", "own-3"]
    assert len(set(order(clean))) == len(clean.cells)
    assert notes == []


def test_nbgrader_itself_takes_a_notebook_that_was_in_pieces(gated, nb, master, tmp_path):
    nb.cells[::2] = [new_code_cell("1")] * len(nb.cells[::2])
    nb.cells += [nbformat.from_dict(cell) for cell in nb.cells]
    gated(nb)
    # A copy of the gradebook, as nbgrader enters the submission into it.
    shutil.copy(master.root / "gradebook.db", tmp_path)
    shutil.copytree(master.root / "solutions", tmp_path / "solutions")
    shutil.copytree(tmp_path / "a course (1)/gated/ann/tiny", tmp_path / "gated/ann" / TINY)
    course = master.at(tmp_path, submitted_directory="gated")
    course.config.Autograde = Config(autograde_preprocessors=[])  # nbgrader's own but for the run
    log = convert(course, Autograde, TINY, "ann", force=True)
    changes = [line for line in log.splitlines() if "has changed" in line]
    assert all("for cell cause " in line for line in changes)  # a mark scheme is put back
    assert course.notebook("autograded", "ann", TINY).is_file()
