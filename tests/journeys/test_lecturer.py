"""A lecturer's journey on the real notebook: release it, grade the made-up class, read feedback."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from autograder.release import same_release
from tests.rooms_needed import needs_rooms

pytestmark = [needs_rooms, pytest.mark.timeout(1800)]
NOTEBOOK = "03_vanilla_gan"


def autograder(root: Path, *arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "autograder", "--course", str(root), *arguments]
    return subprocess.run(
        command, env=os.environ | {"GAN_PROFILE": "smoke"}, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def root(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lecturer's own copy of the course, so that no gradebook is made in the project."""
    root = tmp_path_factory.mktemp("lecture")
    shutil.copy(project_root / "nbgrader_config.py", root)
    shutil.copytree(project_root / "solutions" / NOTEBOOK, root / "solutions" / NOTEBOOK)
    return root


@pytest.fixture(scope="module")
def graded(root: Path) -> dict[str, dict]:
    """The outcomes of the made-up class, by student."""
    assert autograder(root, "release").returncode == 0
    run = autograder(root, "grade", "--json", str(root / "report.json"))
    assert run.returncode == 0, run.stdout + run.stderr
    assert "made-up class" in run.stdout
    report = json.loads((root / "report.json").read_text())
    assert (report["graded"], report["failed"]) == (5, 0)
    return {outcome["student"]: outcome for outcome in report["submissions"]}


def test_release_is_what_the_project_holds(graded, root: Path, project_root: Path):
    name = f"notebooks/{NOTEBOOK}/{NOTEBOOK}.ipynb"
    assert same_release(project_root / name, root / name)


@pytest.mark.parametrize("student", ["perfect", "noisy"])
def test_right_answers_earn_all_that_can_be_checked(graded, student: str):
    outcome = graded[student]
    assert outcome["auto_points"] == outcome["max_auto_points"], outcome["exercises"]
    assert outcome["max_points"] == 100
    written = outcome["max_points"] - outcome["max_auto_points"]
    assert outcome["points_to_grade_by_hand"] == written


def test_half_done_blank_and_wrong_earn_less(graded):
    half = graded["half_done"]
    assert 0 < half["auto_points"] < half["max_auto_points"]
    assert graded["blank"]["points"] == 0
    assert graded["wrong"]["auto_points"] < half["auto_points"]


def test_feedback_shows_points_and_diagnosis(graded, root: Path):
    demo = root / "build" / "demo-class"
    for student, outcome in graded.items():
        page = BeautifulSoup((demo / outcome["feedback"]).read_text(), "html.parser")
        assert f"{outcome['points']:g} / 100" in page.find(class_="score").text, student
    wrong = (demo / graded["wrong"]["feedback"]).read_text()
    assert "Its output must be a raw score" in wrong  # of the sigmoid at the discriminator's end


def test_the_class_page_names_the_mistakes_of_the_class(graded, root: Path):
    page = root / "build" / "demo-class" / "grading" / "class" / f"{NOTEBOOK}.html"
    text = BeautifulSoup(page.read_text(), "html.parser").get_text()
    named = {one["diagnosis"] for one in graded["wrong"]["exercises"] if one["diagnosis"]}
    assert len(named) >= 8
    assert "Start here" in text


def test_markers_see_the_mark_scheme_and_students_do_not(graded, root: Path):
    demo = root / "build" / "demo-class"
    for outcome in graded.values():
        assert "MARK SCHEME" not in (demo / outcome["feedback"]).read_text()
    to_mark = demo / "autograded" / "perfect" / NOTEBOOK / f"{NOTEBOOK}.ipynb"
    assert "MARK SCHEME" in to_mark.read_text()
