"""Grading: what honest and unlucky students get, and that nobody's disaster is anybody else's."""

import json
import shutil
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from autograder.classroom import make_class
from autograder.cli import main
from autograder.course import CourseError
from autograder.grade import grade_one, register, submissions
from tests.tiny_course import SLIPS, TINY, tiny_submission


@pytest.fixture
def grade(course, registered):
    """`grade("ann")`: the outcome for one student, in a gradebook that knows the notebook."""
    shutil.copy(registered, course.root)
    return lambda student, **options: grade_one(course, student, TINY, **options)


def earned(outcome) -> dict[str, float]:
    return {name: exercise["points"] for name, exercise in outcome.exercises.items()}


def test_right_wrong_and_partly_right(submit, grade, course):
    submit("ann", square="def square(x):\n    return x", add="def add(a, b):\n    return a - b")
    outcome = grade("ann")
    assert (outcome.state, outcome.reason, outcome.notes) == ("graded", "", [])
    assert earned(outcome) == {"double_check": 4, "square_check": 0, "add_check": 0.5, "why": 0}
    assert (outcome.auto_points, outcome.max_auto_points) == (4.5, 10)
    assert (outcome.points, outcome.max_points, outcome.points_to_grade_by_hand) == (4.5, 15, 5)
    assert "4.5 / 15" in (course.root / outcome.feedback).read_text()


def test_noise_costs_nothing_wherever_it_is_made(submit, grade, course):
    noise = """
    import logging, os, sys, warnings
    from tqdm import tqdm
    warnings.warn("a warning")
    logging.warning("a log line")
    print("a print")
    print("on stderr", file=sys.stderr)
    os.write(2, b"written to the file descriptor")
    os.system("echo from a child >&2")
    list(tqdm(range(3)))
    return 2 * x"""
    submit("ann", double=f"def double(x):{noise}")
    outcome = grade("ann")
    assert earned(outcome)["double_check"] == 4
    feedback = (course.root / outcome.feedback).read_text()
    assert "a warning" in feedback
    assert "on stderr" in feedback


def test_feedback_is_readable_and_runs_nothing_that_a_student_wrote(submit, grade, course):
    attacks = """
    from IPython.display import HTML, SVG, Javascript, Latex, Markdown, display
    bad = "<script>alert('mine')</script><img src=x onerror=alert('mine')>"
    display(HTML(bad), Markdown(bad), Latex(bad), Javascript("alert('mine')"))
    display(SVG("<svg xmlns='http://www.w3.org/2000/svg'><script>alert('mine')</script></svg>"))
    print(bad)
    raise ValueError(bad)"""
    links = "<script>alert('mine')</script><iframe src='mine'></iframe><a href='javascript:x'>x</a>"
    why = f"## Why\n\n**Bold**, $x < y$.\n\n{links}"
    submit("ann", why=why, double=f"def double(x):{attacks}")
    html = (course.root / grade("ann").feedback).read_text()
    cells = BeautifulSoup(html, "html.parser").find(id="notebook")
    assert "Why" in cells.find("h2").text
    assert cells.find("strong").text == "Bold"
    assert "mine" in cells.text
    for tag in ("script", "iframe", "svg"):
        assert not cells.find(tag), tag
    for element in cells.find_all(True):
        assert not [name for name in element.attrs if name.startswith("on")]
        assert not str(element.get("href", "")).startswith("javascript")
        assert str(element.get("src", "data:")).startswith("data:")


def test_a_copied_cell_counts_once_and_the_first_time(submit, grade):
    path = submit("ann")
    nb = nbformat.read(path, as_version=4)
    copy = nbformat.from_dict({**nb.cells[1], "id": "copy", "source": "def double(x): return 0"})
    nb.cells.insert(2, copy)
    nb.cells.append(nbformat.from_dict({**nb.cells[3], "id": "copy-2"}))
    nbformat.write(nb, path)
    outcome = grade("ann")
    assert outcome.state == "graded"
    assert (
        "cell double is there more than once: all copies run, the first is graded" in outcome.notes
    )


def test_a_deleted_check_earns_nothing_though_it_did_before(submit, grade):
    path = submit("ann")
    assert earned(grade("ann"))["double_check"] == 4
    nb = nbformat.read(path, as_version=4)
    del nb.cells[2]
    nbformat.write(nb, path)
    outcome = grade("ann")
    assert earned(outcome) == {"double_check": 0, "square_check": 4, "add_check": 2, "why": 0}
    assert outcome.notes == ["cell double_check is missing: 0 points for it"]


def test_a_tag_does_not_let_a_check_go_unrun(submit, grade):
    path = submit("ann", double="def double(x):\n    return 0")
    nb = nbformat.read(path, as_version=4)
    nb.cells[2].metadata["tags"] = ["skip-execution"]
    nbformat.write(nb, path)
    assert earned(grade("ann"))["double_check"] == 0


def test_an_altered_check_is_put_back(submit, grade):
    submit("ann", double="def double(x):\n    return 0", double_check="pass")
    assert earned(grade("ann"))["double_check"] == 0


def test_a_kernel_that_dies_keeps_what_was_earned_before(submit, grade):
    submit("ann", square="import os\nos._exit(1)")
    outcome = grade("ann")
    assert outcome.state == "graded"
    assert earned(outcome)["double_check"] == 4
    assert outcome.auto_points == 4
    assert "ended early" in outcome.notes[0]


def test_a_cell_that_takes_forever_is_stopped(submit, grade, course):
    course.config.Execute.timeout = 2
    submit("ann", square="def square(x):\n    while True:\n        pass")
    outcome = grade("ann")
    assert earned(outcome) == {"double_check": 4, "square_check": 0, "add_check": 2, "why": 0}


def test_nothing_is_run_again_unless_it_changed(submit, grade, course):
    submit("ann")
    assert grade("ann").state == "graded"
    with course.gradebook() as gradebook:
        mark = gradebook.find_grade("why", TINY, TINY, "ann")
        mark.manual_score, mark.needs_manual_grade = 3, False
        gradebook.db.commit()
    outcome = grade("ann")
    assert outcome.state == "unchanged"
    assert (outcome.points, outcome.points_to_grade_by_hand) == (13, 0)
    assert "13.0 / 15" in (course.root / outcome.feedback).read_text()
    assert grade("ann", regrade=True).state == "graded"
    submit("ann", double="def double(x):\n    return 0")
    assert grade("ann").state == "graded"
    (course.root / "gradebook.db").unlink()
    register(course, TINY)
    assert grade("ann").state == "graded"


def test_disasters_are_a_line_each_and_stop_nobody(submit, course, registered, tmp_path, capsys):
    shutil.copy(registered, course.root)
    broken = {
        "bob": "{ broken",
        "cyd": "",
        "dan": "[]",
        "eve": '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": 3}',
    }
    for student, text in broken.items():
        submit(student).write_text(text)
    path = submit("fay")
    path.rename(path.with_name("Untitled.ipynb"))
    submit("ann")
    submit("zoe")

    report = tmp_path / "report.json"
    assert main(["--course", str(course.root), "grade", "--json", str(report)]) == 1
    found = json.loads(report.read_text())
    assert (found["graded"], found["failed"]) == (2, 5)
    outcomes = {outcome["student"]: outcome for outcome in found["submissions"]}
    assert outcomes["ann"]["auto_points"] == outcomes["zoe"]["auto_points"] == 10
    for student in broken:
        assert outcomes[student]["points"] is None
        assert "is no notebook that can be read" in outcomes[student]["reason"]
    reason = "no 01_tiny.ipynb in submitted/fay/01_tiny; it holds Untitled.ipynb"
    assert outcomes["fay"]["reason"] == reason
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[2:-1]] == sorted(outcomes)
    assert sum("FAILED" in line for line in lines) == 5


def test_a_link_is_not_followed(submit, grade, course):
    path = submit("ann")
    (path.parent / "notes.txt").symlink_to(course.notebook("source", "", TINY))
    outcome = grade("ann")
    assert outcome.state == "failed"
    assert "is a link" in outcome.reason


def test_students_are_chosen_by_name(submit, course):
    submit("ann")
    submit("bob")
    assert submissions(course, [TINY], ["bob"]) == [("bob", TINY)]
    with pytest.raises(CourseError, match=r"nothing from cyd: a submission lies in"):
        submissions(course, [TINY], ["bob", "cyd"])


def test_what_lies_elsewhere_is_named_and_no_class_is_made_up(course, capsys):
    elsewhere = course.folder("submitted", "ann")
    elsewhere.mkdir(parents=True)
    nbformat.write(tiny_submission(), elsewhere / f"{TINY}.ipynb")
    assert main(["--course", str(course.root), "grade"]) == 0
    shown = capsys.readouterr()
    assert "submitted/ann is left out: a submission lies in submitted/STUDENT/" in shown.err
    assert "made-up" not in shown.out
    assert not (course.root / "build").exists()


def test_a_report_that_could_not_be_written_is_refused_before_grading(submit, course, capsys):
    submit("ann")
    arguments = ["--course", str(course.root), "grade", "--json", "no/such/folder/r.json"]
    assert main(arguments) == 2
    assert "is no folder" in capsys.readouterr().err
    assert not course.folder("autograded").exists()


def test_changed_cells_under_graded_submissions_are_refused(submit, grade, course):
    submit("ann")
    grade("ann")
    path = course.notebook("source", "", TINY)
    nb = nbformat.read(path, as_version=4)
    del nb.cells[2]
    nbformat.write(nb, path)
    with pytest.raises(CourseError, match="Cannot add or remove cells"):
        register(course, TINY)


def test_made_up_class(course, tmp_path):
    demo = make_class(course, tmp_path / "demo", SLIPS)
    perfect = demo.notebook("submitted", "perfect", TINY).read_text()
    assert "2 * x" in perfect
    assert "SOLUTION" not in perfect
    assert "MARK SCHEME" not in perfect
    register(demo, TINY)
    got = {
        student: grade_one(demo, student, TINY).auto_points
        for student, _ in submissions(demo, [TINY], [])
    }
    assert got == {"blank": 0, "half_done": 8, "noisy": 10, "perfect": 10, "wrong": 0.5}
    assert not (course.root / "gradebook.db").exists()
    assert not course.folder("submitted").exists()


def test_a_slip_that_no_longer_fits_is_noticed(course, tmp_path: Path):
    with pytest.raises(CourseError, match="slip for double is out of date"):
        make_class(course, tmp_path / "demo", {TINY: {"double": ("7 * x", "8 * x")}})
