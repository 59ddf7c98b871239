"""The class page and its tables: what a lecturer learns, of one student or a thousand."""

import csv
import time

import pytest
from bs4 import BeautifulSoup

from autograder.course import Course
from autograder.desk.page import class_page, histogram, write_class_page
from autograder.desk.tally import UNRECOGNISED, tally
from autograder.records import Outcome, Records, Verdict
from checks import catalogue
from tests.tiny_course import TINY, make_course

LOSS, RELU = "vanilla_gan.discriminator_loss", "vanilla_gan.leaky_relu"
EVIL = "<script>alert(1)</script>"


def outcome(student: str, *verdicts: tuple[str, str, float, str | None], **more) -> Outcome:
    exercises = [
        Verdict(
            f"check_{name.partition('.')[2]}",
            name,
            word,
            points,
            catalogue.EXERCISES[name].points,
            mistake,
            f"{name}: {word} {EVIL}",
        )
        for name, word, points, mistake in verdicts
    ]
    cells = {
        one.grade_id: {"points": one.points, "max_points": one.max_points} for one in exercises
    }
    fields = {
        "points": sum(one.points for one in exercises),
        "max_points": 17.0,
        "points_to_grade_by_hand": 0.0,
        "cells": cells,
        "feedback": f"feedback/{student}/{TINY}/{TINY}.html",
    }
    return Outcome(student, TINY, "graded", exercises=exercises, **fields | more)


def a_class() -> list[Outcome]:
    return [
        outcome("ann", (RELU, "right", 5, None), (LOSS, "wrong", 0, "halved")),
        outcome("bob", (RELU, "wrong", 0, "relu"), (LOSS, "wrong", 0, "halved")),
        outcome("cyd", (RELU, "right", 4.5, "fails_float64"), (LOSS, "crashed", 0, None)),
        outcome(
            f"zoë {EVIL}",
            (RELU, "not attempted", 0, None),
            (LOSS, "no answer", 0, None),
            late_penalty=2.0,
            points_to_grade_by_hand=6.0,
            notes=[EVIL],
        ),
        outcome("=cmd|' /C calc'!A0", (RELU, "right", 5, None), (LOSS, "right", 12, None)),
        Outcome("eve", TINY, "failed", reason=f"the notebook is a ZIP archive {EVIL}"),
    ]


@pytest.fixture
def course(tmp_path, project_root) -> Course:
    return make_course(tmp_path / "course", project_root)


def page_of(outcomes: list[Outcome]) -> BeautifulSoup:
    return BeautifulSoup(class_page(tally(TINY, outcomes)), "html.parser")


def table(page: BeautifulSoup, caption: str) -> list[list[str]]:
    found = next(t for t in page.find_all("table") if caption in t.caption.text)
    return [[cell.text.strip() for cell in row.find_all(["th", "td"])] for row in found("tr")]


def test_counts_by_verdict():
    heading, *rows = table(page_of(a_class()), "Students by verdict")
    assert heading[2:8] == [
        *("✓ right", "◐ partly right", "✗ wrong", "! crashed", "○ not attempted", "? no answer"),
    ]
    assert [row[0] for row in rows] == ["leaky_relu", "discriminator_loss"]
    assert [row[2:8] for row in rows] == [
        ["2", "1", "1", "", "1", ""],
        ["1", "", "2", "1", "", "1"],
    ]


def test_mistakes_in_plain_words_with_sentence_share_and_names():
    page = page_of(a_class())
    _, first, second = table(page, "What went wrong in discriminator_loss")
    says = catalogue.EXERCISES[LOSS].known["halved"].says
    assert first[0].split() == f"halved{says}".split()
    assert first[1:3] == ["2", "40%"]
    assert first[3] == "namesannbob"
    assert second[0].startswith(UNRECOGNISED)
    assert f"crashed {EVIL}" in second[0]


def test_the_next_lecture_starts_with_the_commonest():
    items = page_of(a_class()).find("ol", class_="start")("li")
    assert items[0].text.startswith("discriminator_loss: halved, 2 of 5 students (40%).")
    assert [item.b.text for item in items] == ["discriminator_loss: halved", "leaky_relu: relu"]


def test_students_and_failures():
    page = page_of(a_class())
    rows = {row[0]: row for row in table(page, "Points by student")}
    assert rows["ann"][1:6] == ["5", "", "", "5 ✓", "0 ✗"]
    assert rows["cyd"][4] == "4.5 ◐"
    assert rows[f"zoë {EVIL}"][1:4] == ["0", "\u22122", "6"]
    assert table(page, "could not be graded")[1] == ["eve", f"the notebook is a ZIP archive {EVIL}"]
    assert page.find("a", string="ann")["href"] == f"../../feedback/ann/{TINY}/{TINY}.html"


def test_nothing_a_student_wrote_is_active_and_nothing_is_loaded():
    page = page_of(a_class())
    assert not page.find(["script", "img", "iframe", "link"])
    assert all("http" not in str(element.get("href", "")) for element in page.find_all(True))
    assert EVIL in page.text
    links = [element["href"] for element in page("a") if "zo" in element["href"]]
    assert links and not any(mark in links[0] for mark in '<>" ')


def test_the_page_is_accessible():
    page = page_of(a_class())
    assert page.html["lang"] == "en"
    for one in page("table"):
        assert one.caption
        assert all(heading.get("scope") for heading in one("th"))
    for picture in page("svg"):
        assert picture["role"] == "img"
        assert picture["aria-label"] == picture.title.text
    assert "leaky_relu: 2 right, 1 partly right, 1 wrong, 1 not attempted" in str(page)


def test_a_histogram_has_the_full_marks_in_a_bar_of_their_own():
    picture = BeautifulSoup(histogram([0, 0, 4.5, 5, 5, 5], 5), "html.parser").svg
    assert picture["aria-label"] == (
        "students by points: 0 to under 1 points: 2; 4 to under 5 points: 1; 5 points: 3"
    )
    assert len(picture("rect")) == 3
    coarse = BeautifulSoup(histogram([0, 99, 100], 100), "html.parser").svg["aria-label"]
    assert coarse.endswith("0 to under 9 points: 1; 99 to under 100 points: 1; 100 points: 1")
    assert "0 points: 1; 4 points: 1" in histogram([0, 4], 5)
    assert "none" in histogram([], 0)


def test_files_of_a_class(course):
    records = Records(course)
    for one in a_class():
        one.student = one.student.replace("/", "_")
        records.save_outcome(one)
    page, students, mistakes = write_class_page(course, TINY)
    assert page == course.root / "grading" / "class" / f"{TINY}.html"
    with students.open(newline="", encoding="utf-8") as opened:
        rows = {row["student"]: row for row in csv.DictReader(opened)}
    assert rows["ann"]["check_leaky_relu"] == "5"
    assert rows["ann"][f"{LOSS} (mistake)"] == "halved"
    assert rows["cyd"]["points"] == "4.5"
    assert any(name.startswith("'=cmd") for name in rows)
    assert rows["eve"]["state"] == "failed"
    with mistakes.open(newline="", encoding="utf-8") as opened:
        first = next(row for row in csv.DictReader(opened) if row["exercise"] == LOSS)
    assert (first["mistake"], first["students"], first["share"]) == ("halved", "2", "0.4")
    assert first["who"] == "ann | bob"


@pytest.mark.parametrize("outcomes", [[], [Outcome("eve", TINY, "failed", reason="why")]])
def test_a_class_in_which_nothing_could_be_graded(outcomes):
    page = page_of(outcomes)
    assert "Nothing of this class could be graded" in page.text
    assert ("why" in page.text) == bool(outcomes)


def test_a_class_without_a_mistake_or_of_one():
    page = page_of([outcome("ann", (RELU, "right", 5, None))])
    assert "No known mistake was recognised" in page.text
    assert "1 graded" in page.text


def test_a_thousand_students_take_seconds():
    ten = a_class()
    many = [
        Outcome(**vars(one) | {"student": f"{one.student}{i}"}) for i in range(200) for one in ten
    ]
    began = time.process_time()
    html = class_page(tally(TINY, many))
    assert time.process_time() - began < 5
    assert len(html) < 2_000_000
