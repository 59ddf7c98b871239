"""Fixtures on the tiny course."""

from pathlib import Path

import pytest

from autograder.course import Course
from tests.tiny_course import make_course


@pytest.fixture
def course(tmp_path: Path, project_root: Path) -> Course:
    """A fresh course: one source notebook, nothing released, nobody registered."""
    return make_course(tmp_path / "a course (1)", project_root)  # a path that needs escaping
