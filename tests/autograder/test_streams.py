"""What a student's prints look like in the graded notebook."""

from nbformat.v4 import new_output

from autograder.running.streams import joined


def stream(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def test_prints_that_follow_each_other_become_one():
    picture = new_output("display_data", data={"text/plain": "picture"})
    outputs = [stream("a"), stream("b"), stream("c\n"), stream("warning", "stderr")]
    outputs += [picture, stream("after"), stream("\n")]
    seen = [one.get("text", "picture") for one in joined(outputs)]
    assert seen == ["abc\n", "warning", "picture", "after\n"]
