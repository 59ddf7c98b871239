"""Whatever a submission holds, it passes clean or is refused with a sentence, and soon."""

import json
import os
import shutil
import subprocess
import sys
from copy import deepcopy

import nbformat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.gate import SubmissionError
from autograder.gate.names import is_unsafe
from tests.autograder.gate.conftest import NOTEBOOK, put
from tests.tiny_course import TINY

FIXTURES_ARE_FINE = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200
)
anything = st.text(st.characters(codec=None), max_size=20)
words = st.sampled_from(
    [
        *("code", "markdown", "raw", "heading", "double", "double_check", "why", "cause"),
        *("source", "metadata", "nbgrader", "grade_id", "cells", "id", "attachments", "image/png"),
        *("def double(x):\n    return 1", "assert double(3) == 6", "own-1", "\ud800\x00", "-" * 70),
    ]
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words | anything,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(words | anything, inner, max_size=4)
    ),
    max_leaves=8,
)
# Where (the numbers choose a way down the tree), what to do there, and with what.
mutations = st.lists(
    st.tuples(
        st.lists(st.integers(0, 40), min_size=1, max_size=6),
        st.sampled_from(["replace", "delete", "insert", "copy from"]),
        json_values | st.lists(st.integers(0, 40), min_size=1, max_size=6),
    ),
    min_size=1,
    max_size=8,
)


def walk(tree, way):
    """The container and key that a way leads to; it stops early where there is no further."""
    parent, key = None, None
    for step in way:
        if not isinstance(tree, dict | list) or not tree:
            break
        keys = list(tree) if isinstance(tree, dict) else list(range(len(tree)))
        parent, key = tree, keys[step % len(keys)]
        tree = parent[key]
    return parent, key


def mutate(tree, way, operation, value):
    parent, key = walk(tree, way)
    if parent is None:
        return
    if operation == "delete":
        del parent[key]
    elif operation == "insert" and isinstance(parent, list):
        parent.insert(key, value)
    elif operation == "copy from" and isinstance(value, list) and value:
        source, of = walk(tree, [one if isinstance(one, int) else 0 for one in value])
        if source is not None:
            parent[key] = deepcopy(source[of])
    else:
        parent[key] = value


@FIXTURES_ARE_FINE
@given(changes=mutations)
def test_any_change_of_a_notebook_gives_a_clean_one_or_a_sentence(changes, gated, nb):
    tree = json.loads(nbformat.writes(nb))
    for change in changes:
        mutate(tree, *change)
    try:
        gated(json.dumps(tree))  # which checks what passed, with nbgrader's own steps too
    except SubmissionError as error:
        assert str(error).isprintable()


@FIXTURES_ARE_FINE
@given(cuts=st.lists(st.tuples(st.integers(0), st.integers(0, 30), st.binary(max_size=5))))
def test_any_damage_to_the_bytes(cuts, gated, nb):
    data = nbformat.writes(nb).encode()
    for start, length, new in cuts:
        start %= len(data)
        data = data[:start] + new + data[start + length :]
        data = data or b"x"
    try:
        gated(data)
    except SubmissionError as error:
        assert str(error).isprintable()


@FIXTURES_ARE_FINE
@given(
    names=st.lists(st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=8), max_size=5)
)
def test_any_names_of_files(names, folder, pass_gate, kept, nb):
    shutil.rmtree(folder)
    folder.mkdir()
    for parts in names:
        safe = [part.translate(bytes.maketrans(b"/\0", b"__")) for part in parts]
        path = folder.joinpath(
            *(os.fsdecode(b"_" if part in (b".", b"..") else part) for part in safe)
        )
        try:
            put(folder, str(path.relative_to(folder)))
        except OSError:
            continue  # in the way of another one
    nbformat.write(nb, folder / NOTEBOOK)
    notes = pass_gate().notes
    assert all(note.isprintable() for note in notes)
    for path in kept():
        assert not any(is_unsafe(part) for part in path.split("/"))


def with_other_content(text: str) -> bytes:
    return b'{"nbformat": 4, "cells": [], "x": ' + text.encode() + b"}"


HALF_A_MILLION = 500_000
NASTY = {
    "deep, up to the limit": lambda: b"[" * 999_999 + b" " * 19_000_000,
    "a million tiny dicts": lambda: with_other_content(
        "[" + '{"":0},' * 999_990 + "999," * 3_200_000 + "0]"
    ),
    "a million tiny keys": lambda: with_other_content(
        "{" + ",".join(f'"{number:07x}":1e9' for number in range(1_000_000)) + "}"
    ),
    "short strings, widened by one letter": lambda: with_other_content(
        '["\U0001f600",' + '"ab",' * 3_990_000 + "0]"
    ),
    "four million lines in a list": lambda: (
        b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": ['
        + b'"",' * 6_000_000
        + b'""]}]}'
    ),
    "definitions and words": lambda: json.dumps(
        {
            "nbformat": 4,
            "cells": [
                {"cell_type": "code", "source": f"def a{number}():square\n" * 20, "metadata": {}}
                for number in range(1_900)
            ],
            "x": "import " * 2_500_000,
        }
    ).encode(),
    "attachments": lambda: json.dumps(
        {
            "nbformat": 4,
            "cells": [
                {
                    "cell_type": "markdown",
                    "source": "",
                    "attachments": {f"{number}": {"image/png": "a " * HALF_A_MILLION}},
                }
                for number in range(19)
            ],
        }
    ).encode(),
}
MEASURED = """
import json, sys, time
from pathlib import Path
import nbformat
from traitlets.config import Config
from autograder.course import Course
from autograder.gate import SubmissionError, gate

root, assignment, *students = sys.argv[1:]
release = nbformat.read(root + "/release.ipynb", as_version=4)
course = Course(Path(root), Config()).at(Path(root))
report = {}
for student in students:
    start, said, target = time.process_time(), "", course.root / "gated" / student
    try:
        gate(course, student, assignment, release, target)
    except SubmissionError as error:
        said = str(error)
    written = sum(file.stat().st_size for file in target.glob("*"))
    # Not getrusage's peak: that begins at the size of the process which started this one.
    status = Path("/proc/self/status").read_text()
    memory = int(status.partition("VmHWM:")[2].split()[0])
    report[student] = [time.process_time() - start, memory, written, said]
print(json.dumps(report))
"""


def test_twenty_nasty_megabytes_take_bounded_time_and_memory(course, release):
    for student, data in NASTY.items():
        content = data()
        assert 3_000_000 < len(content) <= 20_000_000
        put(course.folder("submitted", student, TINY), NOTEBOOK, data=content)
    nbformat.write(release, course.root / "release.ipynb")
    run = subprocess.run(
        [sys.executable, "-c", MEASURED, str(course.root), TINY, *NASTY],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-500:]
    for student, (seconds, kilobytes, written, said) in json.loads(run.stdout).items():
        assert seconds < 30, student  # three at most on a free machine
        assert kilobytes < 600_000, student  # of which 110,000 are Python, nbgrader and nbformat
        assert written < 5_000_000, student
        assert written or said.isprintable(), student
