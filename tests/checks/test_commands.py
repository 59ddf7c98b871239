"""`python -m checks list` and `try`, as an author or a lecturer types them."""

import json
import subprocess
import sys

import pytest

ANSWERS = """
import os, sys, torch
def right(x, slope=0.01): return torch.where(x > 0, x, slope * x)
def relu(x, slope=0.01): return x.clamp(min=0)
def leave(x, slope=0.01): os._exit(0)
def segfault(x, slope=0.01):
    import ctypes; ctypes.string_at(0)
"""


def run(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "checks", *arguments], capture_output=True, text=True, cwd=cwd
    )


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("answers") / "answer.py"
    path.write_text(ANSWERS)
    return path


@pytest.mark.parametrize(
    ("function", "verdict", "diagnosis", "points"),
    [
        ("right", "right", None, 5),
        ("relu", "wrong", "relu", 0),
        ("leave", "crashed", None, 0),
        ("segfault", "crashed", None, 0),
    ],
)
def test_try_reports_as_json_with_status_0(
    function, verdict, diagnosis, points, file, project_root
):
    done = run("try", "vanilla_gan.leaky_relu", f"{file}:{function}", "--json", cwd=project_root)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert {"verdict", "points", "max_points", "diagnosis", "message"} <= report.keys()
    assert (report["verdict"], report["diagnosis"]) == (verdict, diagnosis)
    assert (report["points"], report["max_points"]) == (points, 5)
    assert report["message"].startswith("vanilla_gan.leaky_relu: ")


def test_list_as_json(project_root):
    rows = json.loads(run("list", "--json", cwd=project_root).stdout)
    assert len(rows) >= 10
    for row in rows:
        assert {"name", "signature", "points", "cases", "mistakes", "variants"} <= row.keys()
        assert row["mistakes"] >= 8 and row["variants"] >= 5


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["try", "vanilla_gan.leaky", "FILE:right"], "Did you mean"),
        (["try", "vanilla_gan.leaky_relu", "nowhere.py:f"], "there is no file nowhere.py"),
        (["try", "vanilla_gan.leaky_relu", "right"], "FILE.py:FUNCTION"),
    ],
)
def test_a_question_without_sense_is_status_2(arguments, said, file, project_root):
    arguments = [one.replace("FILE:", f"{file}:") for one in arguments]
    done = run(*arguments, cwd=project_root)
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr
