"""Fixtures on the tiny course."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from autograder.course import Course
from autograder.grade import register
from tests.tiny_course import TINY, make_course, tiny_submission


@pytest.fixture
def course(tmp_path: Path, project_root: Path) -> Course:
    """A fresh course: one source notebook, nothing released, nobody registered."""
    return make_course(tmp_path / "a course (1)", project_root)  # a path that needs escaping


@pytest.fixture(scope="session")
def registered(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> Path:
    """A gradebook that knows the tiny notebook: to copy, since making one takes seconds."""
    course = make_course(tmp_path_factory.mktemp("registered") / "course", project_root)
    register(course, TINY)
    return course.root / "gradebook.db"


@pytest.fixture
def submit(course: Course) -> Callable[..., Path]:
    """`submit("ann", double="def double(x): ...")`: the solution with some cells replaced."""

    def submit(student: str, **cells: str) -> Path:
        path = course.notebook("submitted", student, TINY)
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(tiny_submission(**cells), path)
        return path

    return submit
