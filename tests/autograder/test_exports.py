"""Exports: what arrives in nbgrader's, Canvas's and Moodle's gradebooks is what ours says."""

import argparse
import csv
import shutil
import warnings
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nbgrader.plugins import CsvExportPlugin
from sqlalchemy.exc import SAWarning

from autograder.course import Course, CourseError
from autograder.desk.command import add_parser
from autograder.desk.exports import export_canvas, export_moodle, export_nbgrader
from autograder.desk.scores import read_scores
from autograder.desk.tables import safe
from tests.tiny_course import TINY, make_course

# student: (email, points by program, mark by hand or None, late penalty); nobody submitted for dan
CLASS = {
    "ann": ("Ann@uni.example", 7.5, 4, 0),
    "bob": ("", 10, None, 2.5),
    "cyd": ("cyd@uni.example", 0.1, 0.2, 0),
    "dan": ("", None, None, 0),
    "late": ("", 1, 0, 3),
}
ROSTER = """\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Quiz 1 (7),01_tiny (1234),Final Score
"    Points Possible",,,,,10,15,(read only)
"Doe, Ann",11,u11,ANN,"A, B",9,,50
"=HYPERLINK(""x"")",12,bob,robert,A,,,
Late,13,u13,late,A,,,
"Student, Test",14,,,A,,,
"""


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> Path:
    """A gradebook in which CLASS has been graded."""
    course = make_course(tmp_path_factory.mktemp("exports") / "course", project_root)
    with course.gradebook() as gradebook, warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # nbgrader's own
        gradebook.add_assignment(TINY)
        gradebook.add_notebook(TINY, TINY)
        gradebook.add_grade_cell("check_double", TINY, TINY, max_score=10, cell_type="code")
        gradebook.add_grade_cell("why", TINY, TINY, max_score=5, cell_type="markdown")
        for student, (email, points, mark, late) in CLASS.items():
            gradebook.add_student(student, email=email, first_name=student.title())
            if points is None:
                continue
            when = datetime(2026, 11, 1, 12, 0, tzinfo=UTC).replace(tzinfo=None)
            gradebook.add_submission(TINY, student, timestamp=when)
            gradebook.find_submission_notebook(TINY, TINY, student).late_submission_penalty = late
            checked = gradebook.find_grade("check_double", TINY, TINY, student)
            checked.auto_score, checked.needs_manual_grade = points, False
            written = gradebook.find_grade("why", TINY, TINY, student)
            written.manual_score, written.needs_manual_grade = mark, mark is None
        gradebook.db.commit()
    return course.root


@pytest.fixture
def course(graded: Path, tmp_path: Path) -> Course:
    shutil.copytree(graded, tmp_path / "course")
    return Course.open(tmp_path / "course")


def rows(file: Path) -> list[list[str]]:
    with file.open(newline="", encoding="utf-8") as opened:
        return list(csv.reader(opened))


def test_scores_hold_marks_by_hand_and_late_penalties(course):
    scores = {score.student: score for score in read_scores(course, TINY).students}
    assert {name: score.total for name, score in scores.items()} == {
        **{"ann": 11.5, "bob": 7.5, "cyd": 0.3, "dan": 0.0, "late": 0.0},
    }
    assert [name for name, score in scores.items() if score.unmarked] == ["bob"]


def test_nbgraders_columns_and_values_are_its_own(course, tmp_path):
    theirs, ours = tmp_path / "theirs.csv", tmp_path / "ours.csv"
    with course.gradebook() as gradebook:
        CsvExportPlugin(to=str(theirs), assignment=[TINY]).export(gradebook)
    export = export_nbgrader(course, TINY, ours)
    assert export.students == 5
    for mine, nbgraders in zip(rows(ours), rows(theirs), strict=True):
        assert [_value(cell) for cell in mine] == [_value(cell) for cell in nbgraders]


def _value(cell: str) -> str | float:
    try:
        return pytest.approx(float(cell), abs=1e-6)
    except ValueError:
        return cell


def test_canvas_by_its_own_roster(course, tmp_path):
    roster, file = tmp_path / "roster.csv", tmp_path / "canvas.csv"
    roster.write_text(ROSTER, encoding="utf-8")
    export = export_canvas(course, TINY, file, roster)
    assert rows(file) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "01_tiny (1234)"],
        ["    Points Possible", "", "", "", "", "15"],
        ["Doe, Ann", "11", "u11", "ANN", "A, B", "11.5"],
        ['\'=HYPERLINK("x")', "12", "bob", "robert", "A", "7.5"],
        ["Late", "13", "u13", "late", "A", "0"],
    ]
    assert export.warnings[0] == "Not in the roster, and left out: cyd."
    assert export.warnings[1].startswith("Written answers of 1 student wait for a marker")


def test_canvas_without_a_roster_and_with_a_column(course, tmp_path):
    file = tmp_path / "canvas.csv"
    export_canvas(course, TINY, file, column="Tiny (99)")
    heading, possible, first, *_ = rows(file)
    assert heading[-1] == "Tiny (99)"
    assert possible[0].strip() == "Points Possible"
    assert first == ["Ann", "", "", "ann", "", "11.5"]


def test_moodle_by_email_user_name_or_number(course, tmp_path):
    roster, file = tmp_path / "roster.csv", tmp_path / "moodle.csv"
    roster.write_text("First name;Username;ID number;Email address\nA;ann;1;a@b\nB;x;bob;b@b\n")
    export = export_moodle(course, TINY, file, roster)
    heading, ann, bob = rows(file)
    assert heading == ["Username", "ID number", "Email address", TINY, "Feedback comments"]
    assert ann[:4] == ["ann", "1", "a@b", "11.5"]
    assert ann[4] == "11.5 of 15: double 7.5/10, why 4/5"
    assert bob[4] == "7.5 of 15: double 10/10, why not marked yet (of 5); late: -2.5"
    assert "cyd, late" in export.warnings[0]
    export_moodle(course, TINY, file)
    assert rows(file)[1][:2] == ["ann", "11.5"]


@pytest.mark.parametrize(
    ("roster", "says"),
    [
        ("", "is empty"),
        ("Name,Points\nx,1\n", "does not begin with the columns Student, ID"),
        ("Student,ID,SIS Login ID,Section\nx,1,nobody,A\n", "Nobody who was graded is in"),
        ("Student,ID,SIS Login ID,Section\nx,bob,ann,A\n", "ann and bob are the same row"),
        (b"\xff\xfe\x00", "is no CSV file in UTF-8"),
        (None, "cannot be read"),
    ],
)
def test_a_roster_that_does_not_fit_leaves_the_old_file(course, tmp_path, roster, says):
    file, list_of_class = tmp_path / "canvas.csv", tmp_path / "roster.csv"
    file.write_text("old")
    if roster is not None:
        list_of_class.write_bytes(roster.encode() if isinstance(roster, str) else roster)
    with pytest.raises(CourseError, match=says):
        export_canvas(course, TINY, file, list_of_class)
    assert file.read_text() == "old"
    assert not list(tmp_path.glob(".*"))


def test_nothing_to_export_and_nowhere_to_write_are_said(course, tmp_path):
    with pytest.raises(CourseError, match=r"02_none. Grade it first: python -m autograder grade"):
        export_nbgrader(course, "02_none", tmp_path / "x.csv")
    with pytest.raises(CourseError, match="is no folder"):
        export_nbgrader(course, TINY, tmp_path / "none" / "x.csv")
    with course.gradebook() as gradebook:
        for student in CLASS:
            gradebook.remove_student(student)
    with pytest.raises(CourseError, match="nothing to export"):
        export_moodle(course, TINY, tmp_path / "x.csv")
    assert not (tmp_path / "x.csv").exists()


def test_the_command(course, tmp_path, capsys):
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    file = tmp_path / "x.csv"
    call = ["export", TINY, "--format", "moodle", "--output", str(file)]
    options = parser.parse_args(call)
    assert options.command(course, options) == 0
    shown = capsys.readouterr()
    assert shown.out == f"{file}: 4 students\n"
    assert "wait for a marker" in shown.err
    for wrong in (["--column", "x"], ["--format", "nbgrader", "--roster", "x"]):
        options = parser.parse_args(call + wrong)
        with pytest.raises(CourseError, match="is for --format canvas"):
            options.command(course, options)
    options = parser.parse_args(["export", "02_none", *call[2:]])
    with pytest.raises(CourseError, match="no assignment '02_none'"):
        options.command(course, options)


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'=1"),
        ("  =1", "'  =1"),
        ("\u202e=1", "'=1"),
        ("\uff1d1", "'\uff1d1"),
        ("Zoë, \u674e", "Zoë, \u674e"),
        (-1.5, -1.5),
        (3.0, 3),
        (None, None),
    ],
)
def test_no_cell_is_a_formula_and_numbers_stay_numbers(cell, written):
    assert safe(cell) == written
    assert type(safe(cell)) is type(written)
