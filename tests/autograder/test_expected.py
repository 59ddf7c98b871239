"""The pictures that students compare with come from the solution's own outputs."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from autograder.expected import ExpectedPictures


def cell_with(html, tags=("expected",)):
    output = new_output("execute_result", data={"text/html": html, "text/plain": "x"})
    cell = new_code_cell("picture()", outputs=[output], metadata={"tags": list(tags)})
    cell.id = "ring"
    return cell


def test_a_tagged_picture_is_copied_behind_its_cell_with_its_alt_text():
    image = '<img alt="eight clusters" src="data:image/png;base64,QUJD" style="x">'
    nb, _ = ExpectedPictures().preprocess(new_notebook(cells=[cell_with(image)]), {})
    code, folded = nb.cells
    assert code.id == "ring"
    assert "![eight clusters](attachment:ring.png)" in folded.source
    assert folded.attachments == {"ring.png": {"image/png": "QUJD"}}


def test_without_the_tag_nothing_is_added():
    image = '<img alt="a" src="data:image/png;base64,QUJD">'
    nb, _ = ExpectedPictures().preprocess(new_notebook(cells=[cell_with(image, tags=())]), {})
    assert len(nb.cells) == 1


def test_a_tagged_cell_without_a_picture_is_refused_with_the_remedy():
    with pytest.raises(ValueError, match="make solutions"):
        ExpectedPictures().preprocess(new_notebook(cells=[cell_with("<p>no picture</p>")]), {})
