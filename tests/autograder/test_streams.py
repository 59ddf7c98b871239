"""What a student's prints look like in the graded notebook."""

import pytest
from nbformat.v4 import new_output

from autograder.running.streams import as_shown, joined


def stream(text, name="stdout"):
    return new_output("stream", name=name, text=text)


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("one\ntwo\n", "one\ntwo\n"),
        (" 10%\r 50%\r100%\ndone\n", "100%\ndone\n"),
        ("windows\r\nlines\r\n", "windows\r\nlines\r\n"),
        ("1 %\r2 %\r", "2 %\r"),
        ("abc\b\bd", "ad"),
        ("\b\bx\n\by", "x\ny"),
        ("", ""),
    ],
)
def test_text_is_what_a_terminal_would_show(printed, shown):
    assert as_shown(printed) == shown


def test_prints_that_follow_each_other_become_one():
    picture = new_output("display_data", data={"text/plain": "picture"})
    outputs = [stream("a"), stream("b\r"), stream("c\n"), stream("warning", "stderr")]
    outputs += [picture, stream("after"), stream("\n")]
    seen = [one.get("text", "picture") for one in joined(outputs)]
    assert seen == ["c\n", "warning", "picture", "after\n"]


def test_a_line_of_a_million_characters_is_no_trouble():
    # pytest-timeout ends this if the time grows with the square of the length: that takes hours
    assert len(as_shown("x" * 1_000_000 + "\b")) == 999_999
    assert as_shown("\r".join(["y" * 1_000] * 1_000)) == "y" * 1_000
