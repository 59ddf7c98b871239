"""What a student's cells showed, cleaned: of a fixed schema, bounded, harmless in any terminal."""

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook, new_output

from autograder.feedback.student_outputs import LONGEST_TEXT, MOST_OUTPUTS, clean_outputs, harmless
from tests.autograder.test_html import assert_inert, picture


def bundle(**data: object) -> list[dict]:
    names = {"html": "text/html", "png": "image/png", "text": "text/plain"}
    data = {names.get(name, name): value for name, value in data.items()}
    return [{"output_type": "display_data", "data": data, "metadata": {"x": 1}, "y": 2}]


def test_honest_outputs_are_kept():
    outputs = [
        new_output("stream", name="stdout", text="loss \x1b[31m0.5\x1b[0m\n"),
        new_output("stream", name="stderr", text="a warning"),
        new_output("execute_result", data={"text/plain": "3"}, execution_count=4),
        new_output("display_data", data={"image/png": picture(), "text/plain": "<Figure>"}),
        new_output("error", ename="E", evalue="v", traceback=["one", "two"]),
        new_output("display_data", data={"text/latex": "$x$"}),
    ]
    assert clean_outputs(outputs) == outputs


def test_only_text_pictures_and_reduced_html_are_kept():
    (shown,) = clean_outputs(
        bundle(
            html="<b onclick='x'>b</b><script>x</script>",
            png=picture(),
            text=["a", "b"],
            **{"application/javascript": "x", "image/svg+xml": "<svg/>"},
        )
    )
    assert set(shown.data) == {"text/html", "image/png", "text/plain"}
    assert shown.data["text/plain"] == "ab"
    assert shown.data["text/html"].startswith("<b>b</b>")
    assert_inert(shown.data["text/html"])
    assert shown.metadata == {}


def test_what_cannot_be_shown_is_said():
    (note,) = clean_outputs(bundle(**{"application/javascript": "alert(1)"}))
    assert "neither text nor a picture" in note.text
    *_, note = clean_outputs(bundle(png="AAAA", text="x"))
    assert "picture that is too large or cannot be read" in note.text


def test_long_output_is_cut_and_says_by_how_much():
    lines = [new_output("stream", name="stdout", text="x" * 40_000) for _ in range(3)]
    *shown, note = clean_outputs(lines)
    assert sum(len(output.text) for output in shown) == LONGEST_TEXT
    assert f"{3 * 40_000 - LONGEST_TEXT:,} more characters" in note.text
    many = [new_output("stream", name="stdout", text="x")] * (MOST_OUTPUTS + 7)
    assert "7 more outputs" in clean_outputs(many)[-1].text


def test_terminals_are_safe():
    text = "\x1b[2J\x1b]8;;http://example.org\x07link\x1b]8;;\x07\x07\x08 \u202eevil\u200f\x9b1m"
    assert harmless(text) == "link evil1m"
    assert harmless("\x1b[1;31mred\x1b[0m") == "\x1b[1;31mred\x1b[0m"
    assert harmless(" 0%\r50%\r100%\r\ndone\r\n") == "100%\ndone\n"
    harmless("half \ud800").encode()


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "output_type",
                    "data",
                    "text",
                    "name",
                    "traceback",
                    "ename",
                    "text/plain",
                    "text/html",
                    "image/png",
                    "execution_count",
                    "metadata",
                    "x",
                ]
            ),
            inner | st.sampled_from(["stream", "error", "display_data", "execute_result"]),
            max_size=5,
        )
    ),
    max_leaves=15,
)


@given(anything | st.lists(anything, max_size=4))
def test_whatever_comes_the_result_is_a_valid_cell(outputs):
    cleaned = clean_outputs(outputs)
    nbformat.validate(new_notebook(cells=[new_code_cell(outputs=cleaned)]))
    assert clean_outputs(cleaned) == cleaned


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        (" 10%\r 50%\r100%\ndone\n", "100%\ndone\n"),
        ("windows\r\nlines\r\n", "windows\nlines\n"),
        ("1 %\r2 %\r", "2 %"),
        ("abc\b\bd", "ad"),
        ("\b\bx\n\by", "x\ny"),
    ],
)
def test_text_is_what_a_terminal_would_show(printed, shown):
    assert harmless(printed) == shown


def test_a_line_of_a_million_characters_is_no_trouble():
    # pytest-timeout ends this if the time grows with the square of the length: that takes hours
    assert len(harmless("x" * 1_000_000 + "\b")) == 999_999
    assert harmless("\r".join(["y" * 1_000] * 1_000)) == "y" * 1_000
