"""Every attack gets nothing that it did not solve, and no honest student loses anything.

A class of them is graded once; `pytest -k NAME` grades those that are chosen only. All honest
students are in it and, to keep `make test` short, every tenth attack; CHEATS=all brings them all.
"""

from __future__ import annotations

import itertools
import os
import re
import unicodedata
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from checks.api import evaluate
from checks.catalogue import find
from tests.journeys.cheats import lecture
from tests.journeys.cheats.attacks import ATTACKS
from tests.journeys.cheats.honest import HONEST
from tests.journeys.cheats.lecture import LEAKED, Lecture
from tests.journeys.cheats.snippets import BLUFFS
from tests.journeys.cheats.submission import NOTEBOOK, POINTS, Entry, Submission, right_answers
from tests.rooms_needed import needs_rooms

EVERY = 1 if os.environ.get("CHEATS") == "all" else 10
TRIED = dict(itertools.islice(sorted(ATTACKS.items()), 0, None, EVERY))
EVERYBODY = {**HONEST, **TRIED}
ADDRESSES = {"href", "src", "xlink:href", "action", "formaction", "data", "poster", "background"}
LOADING = {"img", "script", "iframe", "object", "embed", "link", "video", "audio", "source"}
FORBIDDEN = {
    "noscript",
    "template",
    "iframe",
    "object",
    "embed",
    "base",
    "form",
    "input",
    "frame",
    "applet",
    "portal",
}

pytestmark = [needs_rooms, pytest.mark.timeout(3600)]


# ---- the submissions themselves; nothing of them is run here


@pytest.fixture(scope="module")
def solution(project_root: Path) -> nbformat.NotebookNode:
    return nbformat.read(project_root / "solutions" / NOTEBOOK / f"{NOTEBOOK}.ipynb", as_version=4)


@pytest.fixture(scope="module")
def release(project_root: Path) -> nbformat.NotebookNode:
    return nbformat.read(project_root / "notebooks" / NOTEBOOK / f"{NOTEBOOK}.ipynb", as_version=4)


def test_points_are_those_of_the_notebook(release):
    graded = [cell.metadata.nbgrader for cell in release.cells if "nbgrader" in cell.metadata]
    points = {one["grade_id"]: one["points"] for one in graded if one["grade"]}
    assert points == {f"check_{name}": worth for name, worth in POINTS.items()}


def test_there_are_many_attacks_and_each_says_what_it_tries():
    assert len(ATTACKS) > 200
    everybody = {**HONEST, **ATTACKS}.values()
    assert all(len(entry.tries) > 10 for entry in everybody)
    folders = [entry.folder for entry in everybody]
    assert len(set(folders)) == len(folders)


@pytest.mark.parametrize("name", POINTS)
def test_bluffs_run_and_earn_nothing(name: str, release, solution, tmp_path: Path):
    s = Submission(deepcopy(release), tmp_path, "bluff", right_answers(solution))
    key = "train_on_ring" if name == "ring_generator" else name
    s.body(key, BLUFFS[key])
    space: dict = {}
    exec(release.cells[1].source, space)
    exec(s.cell(key).source, space)
    if name == "ring_generator":
        space[name] = space["train_on_ring"]()
    report = evaluate(find(f"vanilla_gan.{name}"), space[name])
    assert report.points == 0
    assert report.verdict in ("wrong", "crashed")


# ---- what comes of them


@pytest.fixture(scope="session")
def chosen(request: pytest.FixtureRequest) -> set[str]:
    """The submissions that this session's tests are about."""
    return {
        item.callspec.params["name"]
        for item in request.session.items
        if getattr(item, "function", None) is test_gets_what_it_solved_and_no_more
    }


@pytest.fixture(scope="session")
def lectures(chosen: set[str], project_root: Path) -> Iterator[list[tuple[Lecture, list[Entry]]]]:
    """The classes, graded: attacks that only a limit stops are in one with short limits."""
    lecture.require_room(project_root)
    everybody = [entry for name, entry in EVERYBODY.items() if name in chosen]
    graded = []
    try:
        for limits, slow in ((lecture.USUAL, False), (lecture.SHORT, True)):
            entries = [entry for entry in everybody if entry.slow == slow]
            if entries:
                course = lecture.make_lecture(project_root, limits)
                graded.append((course, entries))
                course.hand_in([HONEST["blank"]] if slow else [])
                course.hand_in(entries)
                course.grade()
        yield graded
    finally:
        for course, _ in graded:
            course.tidy_up()


@pytest.fixture(scope="session")
def where(lectures) -> dict[str, Lecture]:
    """The class that each submission is in."""
    return {entry.name: course for course, entries in lectures for entry in entries}


@pytest.mark.parametrize("name", EVERYBODY)
def test_gets_what_it_solved_and_no_more(name: str, where: dict[str, Lecture]):
    entry, course = EVERYBODY[name], where[name]
    outcome = course.outcome(entry)
    if outcome is None:
        assert entry.student and entry.refused is None, f"{name} is not in the report"
        return
    assert outcome["state"] in ("graded", "failed")
    if outcome["state"] == "failed":
        assert entry.refused is not False, f"{name} was not graded: {outcome['reason']}"
        assert outcome["points"] is None
        assert len(outcome["reason"]) > 20 and "Traceback" not in outcome["reason"]
        misnamed = "cannot be the name of a student's folder" in outcome["reason"]
        lost = any(entry.points().values()) and not (entry.student and misnamed)
        assert not lost, f"{name} lost its points: {outcome['reason']}"
        return
    assert entry.refused is not True, f"{name} should have been refused"
    cells = {key: cell["points"] for key, cell in outcome["cells"].items() if key in entry.points()}
    why = {one["exercise"]: one["message"][:300] for one in outcome["exercises"]}
    expected = entry.points()
    if entry.may_lose:
        expected = {key: min(points, cells[key]) for key, points in expected.items()}
    assert cells == expected, (entry.tries, outcome["notes"], why)
    assert outcome["auto_points"] == sum(expected.values())
    assert outcome["max_points"] == 100


def _each(lectures) -> Iterator[tuple[Lecture, Entry]]:
    return ((course, entry) for course, entries in lectures for entry in entries)


def test_nothing_secret_was_found(lectures):
    found = {entry.name: course.shown(entry) for course, entry in _each(lectures)}
    marks = {name: re.findall(rf"{LEAKED}[^\\\"]*", text) for name, text in found.items()}
    assert {name: marks[:3] for name, marks in marks.items() if marks} == {}


def test_no_bait_was_taken(lectures):
    assert [course.reached for course, _ in lectures] == [[] for _ in lectures]


def test_no_process_is_left(lectures):
    assert [course.left for course, _ in lectures] == [[] for _ in lectures]


def test_no_file_is_left(lectures):
    for course, _ in lectures:
        assert lecture.canaries(course) == []
        left = {path.name for path in course.temporary.iterdir()}
        # The grader's own torch makes itself a folder for what it compiles.
        assert {name for name in left if not name.startswith("torchinductor_")} == set()


def test_sources_and_submissions_are_as_they_were(lectures, project_root: Path):
    for course, entries in lectures:
        again = lecture.make_lecture(project_root, lecture.USUAL)
        try:
            for path in ("solutions", "notebooks"):
                file = Path(path) / NOTEBOOK / f"{NOTEBOOK}.ipynb"
                assert (course.root / file).read_bytes() == (again.root / file).read_bytes()
        finally:
            again.tidy_up()
        known = {entry.folder for entry in entries} | {"blank"}
        assert {path.name for path in (course.root / "submitted").iterdir()} <= known


def test_what_the_lecturer_reads_in_the_terminal_is_plain_text(lectures):
    for course, _ in lectures:
        assert _controls(course.said) == set()
        assert "Traceback" not in course.said
        for outcome in course.report["submissions"]:
            texts = [outcome["reason"], *outcome["notes"]]
            texts += [one["message"] for one in outcome["exercises"]]
            assert set().union(*map(_controls, texts)) == set(), outcome["student"]
            assert sum(map(len, texts)) < 200_000, outcome["student"]


def _controls(text: str) -> set[str]:
    """Characters that command a terminal or turn the writing round."""
    bad = {char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Cs")}
    return {f"U+{ord(char):04X}" for char in bad - set("\n\r\t")}


def test_feedback_holds_no_script_and_loads_nothing(lectures):
    plain = {str(tag) for course, entries in lectures for tag in _active(course, _calm(entries))}
    bad = {}
    for course, entry in _each(lectures):
        found = [tag[:200] for tag in map(str, _active(course, entry)) if tag not in plain]
        if found:
            bad[entry.name] = found[:3]
    assert bad == {}


def _calm(entries: list[Entry]) -> Entry:
    """An honest student, whose page shows what the template itself brings along."""
    return next((entry for entry in entries if entry.name in HONEST), HONEST["blank"])


def _active(course: Lecture, entry: Entry) -> list:
    """The tags of a page of feedback that could run, load or send something."""
    page = BeautifulSoup(course.feedback(entry), "html.parser")
    return [tag for tag in page.find_all(True) if _is_active(tag)]


def _is_active(tag) -> bool:
    if tag.name in ("script", "style") or tag.name in FORBIDDEN or "http-equiv" in tag.attrs:
        return True
    for key, value in tag.attrs.items():
        text = re.sub(r"[\s\x00-\x20]", "", str(value)).lower()
        if key.startswith("on") or key in ("srcdoc", "srcset", "formaction"):
            return True
        if key in ADDRESSES and re.match(r"(javascript|vbscript|data:text|data:image/svg)", text):
            return True
        if key in ADDRESSES and tag.name in LOADING and re.match(r"(https?:)?//", text):
            return True
        if key == "style" and re.search(r"url\(|position:|expression|@import|behavior", text):
            return True
    return False


def test_pages_are_not_endless(lectures):
    sizes = {entry.name: len(course.feedback(entry)) for course, entry in _each(lectures)}
    assert {name: size for name, size in sizes.items() if size > 12_000_000} == {}
