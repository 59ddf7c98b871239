"""The gradebook in PostgreSQL: a real server, and one that goes away in the middle of a class."""

import os
import shutil

import nbformat
import pytest

from autograder.course import CourseError, GradebookError
from autograder.database import named, without_password
from autograder.deciding.decide import decide, read_marks, write_feedback
from autograder.release import generated
from tests.autograder.marked import SHORT, Class, make_course
from tests.postgres import PASSWORD, REMEDY, Server, programs


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, project_root):
    """A server with a database that knows the short notebook, to copy; a course; its release."""
    if programs() is None:
        if os.environ.get("CI") == "true":
            pytest.fail(REMEDY)
        pytest.skip(REMEDY)
    server = Server()
    server.create("prepared")
    course = make_course(tmp_path_factory.mktemp("prepared") / "course", project_root)
    course = course.with_gradebook(server.url("prepared"))
    with generated(course, SHORT, record=True) as folder:
        release = nbformat.read(folder / f"{SHORT}.ipynb", as_version=4)
    yield server, course, release
    server.close()


@pytest.fixture
def server(prepared) -> Server:
    return prepared[0]


@pytest.fixture
def room(prepared, tmp_path) -> Class:
    server, course, release = prepared
    server.create(tmp_path.name, template="prepared")
    shutil.copytree(course.root, tmp_path / "course")
    course = course.at(tmp_path / "course").with_gradebook(server.url(tmp_path.name))
    return Class(course, release)


def grade(room, student, **cells):
    return decide(room.course, room.hand_in(student, **cells), room.gated(student))


def test_a_class_is_graded_into_a_database_that_goes_away_and_comes_back(room, server):
    first = grade(room, "ann", answer="Because.")
    assert (first.state, first.auto_points, first.points_to_grade_by_hand) == ("graded", 17, 6)
    assert not (room.course.root / "gradebook.db").exists()

    server.stop()
    lost = grade(room, "bob")
    assert lost.state == "not decided"
    assert lost.points is None
    assert lost.reason.startswith("The gradebook postgresql://grader@/test_a_class")
    assert "cannot be used. See that its server runs" in lost.reason
    assert "the same command goes on" in lost.reason
    assert "\n" not in lost.reason
    assert PASSWORD not in lost.reason
    assert not room.course.notebook("autograded", "bob", SHORT).exists()
    with pytest.raises(GradebookError, match="cannot be used"):
        write_feedback(room.course, SHORT, "ann")
    with pytest.raises(GradebookError, match="cannot be used"):
        read_marks(room.course, first)

    server.start()
    assert grade(room, "bob").auto_points == 17
    read_marks(room.course, first)
    assert first.auto_points == 17
    page = (room.course.root / write_feedback(room.course, SHORT, "ann")).read_text()
    assert "not marked yet" in page


def test_a_server_that_stops_in_the_middle_of_a_decision_loses_nothing(room, server, monkeypatch):
    run = room.hand_in("ann")
    decided = "nbgrader.preprocessors.AssignLatePenalties.preprocess"
    with monkeypatch.context() as patch:
        patch.setattr(decided, lambda *_: server.stop() or room.course.gradebook().__enter__())
        assert decide(room.course, run, room.gated("ann")).state == "not decided"
    assert not list(room.course.folder("autograded", "ann").iterdir())
    server.start()
    assert decide(room.course, run, room.gated("ann")).auto_points == 17


def test_a_student_whom_the_database_refuses_is_that_students_trouble(room):
    longest = "x" * 129  # nbgrader's column holds 128 characters
    outcome = grade(room, longest)
    assert outcome.state == "failed"
    assert "value too long" in outcome.reason
    assert grade(room, "bob").state == "graded"


def test_a_password_is_in_no_log(room, monkeypatch):
    def failing(*_):
        raise RuntimeError(f"cannot make sense of {room.course.directory.db_url}")

    monkeypatch.setattr("nbgrader.preprocessors.AssignLatePenalties.preprocess", failing)
    outcome = grade(room, "ann")
    log = (room.course.root / "build" / "grade" / f"ann-{SHORT}.log").read_text()
    assert "cannot make sense of" in log
    assert PASSWORD not in log + outcome.reason


def test_a_url_that_is_of_no_use_is_refused_in_words(tmp_path, project_root):
    course = make_course(tmp_path / "course", project_root)
    with pytest.raises(CourseError, match="should look like postgresql://user@host/name"):
        course.with_gradebook("gradebook.db")
    with pytest.raises(CourseError, match="There is no database of the kind 'dbase'"):
        course.with_gradebook("dbase://localhost/x")
    with pytest.raises(CourseError, match=r'psycopg2.*pip install "gan-course\[postgres\]"'):
        course.with_gradebook("postgresql+psycopg2://localhost/x")


def test_another_root_means_another_gradebook(tmp_path, project_root):
    course = make_course(tmp_path / "course", project_root).with_gradebook("postgresql://h/x")
    shutil.copytree(course.root, tmp_path / "demo")
    assert course.at(course.root).directory.db_url == "postgresql://h/x"
    assert course.at(tmp_path / "demo").directory.db_url.startswith("sqlite:///")


def test_places_are_named_without_secrets():
    url = "postgresql://u:p%40w@host:5/name?sslmode=x&password=other"
    assert named(url) == "postgresql://u@host:5/name"
    assert named("sqlite:////somewhere/gradebook.db") == "gradebook.db"
    assert without_password(f"no {url}: p@w, other", url).count("***") == 4
    assert not {"p@w", "p%40w", "other"} & set(without_password(f"{url} p@w other", url).split())
