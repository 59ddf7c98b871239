"""A course on disk: its folders, its configuration, and one way to run nbgrader on it."""

from __future__ import annotations

import logging
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.converters import BaseConverter
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SAWarning
from traitlets.config import Config, PyFileConfigLoader
from traitlets.log import get_logger

from autograder import database

CONFIG_NAME = "nbgrader_config.py"


class CourseError(Exception):
    """Something in the course's folders is not as it must be; the message is for people."""


class GradebookError(CourseError):
    """The gradebook cannot be used now: it is away, in use, full, ... It is no student's doing."""


class ConversionError(Exception):
    """nbgrader gave up on one notebook; the message is its last word, `log` all of them."""

    def __init__(self, message: str, log: str) -> None:
        """message: one line; log: everything nbgrader logged on the way."""
        super().__init__(message)
        self.log = log


@dataclass(frozen=True)
class Course:
    """The folder `root` with `solutions/`, `notebooks/`, `submitted/`, ... and a gradebook."""

    root: Path
    config: Config

    @classmethod
    def open(cls, root: Path) -> Course:
        """The course in `root`, configured by the nbgrader_config.py found there.

        Raises CourseError if there is no such file.
        """
        root = root.resolve()
        if not (root / CONFIG_NAME).is_file():
            raise CourseError(
                f"{root} is not the course's folder: it holds no {CONFIG_NAME}. "
                "Run the command in the course's folder, or name that with --course."
            )
        config = PyFileConfigLoader(CONFIG_NAME, path=str(root)).load_config()
        return cls(root, config).at(root)

    def at(self, root: Path, **folders: str) -> Course:
        """The same configuration on other folders: `at(root, release_directory=tmp)`.

        With another root it has a gradebook of its own too, in that folder.
        """
        config = deepcopy(self.config)
        config.CourseDirectory.root = str(root)
        if root != self.root:
            config.CourseDirectory.pop("db_url", None)
        for name, folder in folders.items():
            config.CourseDirectory[name] = folder
        return Course(root, config)

    def with_gradebook(self, url: str) -> Course:
        """The same course with the gradebook at a database's URL (postgresql://user@host/name).

        Raises CourseError if that is no such URL, or its driver is not installed.
        """
        database.require_usable(url, CourseError)
        course = self.at(self.root)
        course.config.CourseDirectory.db_url = url
        return course

    @property
    def directory(self) -> CourseDirectory:
        """nbgrader's own view of the folders."""
        return CourseDirectory(config=self.config)

    def folder(self, step: str, student: str = "", assignment: str = "") -> Path:
        """The folder of a step ("source", "release", "submitted", "autograded", "feedback")."""
        return self.root / getattr(self.directory, f"{step}_directory") / student / assignment

    def notebook(self, step: str, student: str, assignment: str, suffix: str = ".ipynb") -> Path:
        """The one notebook of an assignment at a step; `suffix` ".html" for feedback."""
        return self.folder(step, student, assignment) / f"{assignment}{suffix}"

    def assignments(self) -> list[str]:
        """The assignments that have a source notebook, sorted by name.

        Raises CourseError if there is none.
        """
        source = self.folder("source")
        notebooks = source.glob("*/*.ipynb")
        names = sorted(path.stem for path in notebooks if path.stem == path.parent.name)
        if not names:
            raise CourseError(f"{source} holds no NAME/NAME.ipynb: there is nothing to work on.")
        return names

    def choose(self, names: list[str]) -> list[str]:
        """`names` if each is an assignment (all assignments if empty); else CourseError."""
        known = self.assignments()
        for name in names:
            if name not in known:
                raise CourseError(
                    f"There is no assignment {name!r}. The course has: {', '.join(known)}."
                )
        return names or known

    @contextmanager
    def gradebook(self) -> Iterator[Gradebook]:
        """The gradebook, opened for a `with` block.

        Raises GradebookError if the database cannot be used, then or inside the block.
        """
        directory = self.directory
        try:
            with Gradebook(directory.db_url, directory.course_id) as gradebook:
                yield gradebook
        except Exception as error:
            raise_for_gradebook(error, directory.db_url)
            raise


def convert(
    course: Course,
    converter: type[BaseConverter],
    assignment: str,
    student: str = "*",
    **options: Any,  # noqa: ANN401
) -> str:
    """Run one of nbgrader's converters on one assignment of one student; gives its log.

    Raises ConversionError if nbgrader could not finish; GradebookError if that is because the
    database cannot be used.
    """
    config = deepcopy(course.config)
    config.CourseDirectory.assignment_id = assignment
    config.CourseDirectory.student_id = student
    app = converter(coursedir=CourseDirectory(config=config), config=config, **options)
    with _captured_log() as lines, warnings.catch_warnings():
        # Of nbgrader's own making (its database code); nothing a lecturer could act on.
        warnings.simplefilter("ignore", SAWarning)
        try:
            app.start()
        except Exception as error:  # nbgrader wraps what goes wrong in it, or does not
            url = app.coursedir.db_url
            raise_for_gradebook(error, url)
            message = _last_word("\n".join(lines)) or f"{type(error).__name__}: {error}"
            log = "\n".join([*lines, traceback.format_exc()])
            raise ConversionError(
                database.without_password(message.partition("\n")[0], url),
                database.without_password(log, url),
            ) from error
    return "\n".join(lines)


def raise_for_gradebook(error: Exception, url: str) -> None:
    """Raise GradebookError, in plain words, if an error came about by the gradebook's database."""
    reason = database.trouble(error, url)
    if reason:
        raise GradebookError(reason) from error


def _last_word(log: str) -> str:
    """The exception at the end of the last traceback in nbgrader's log, or ""."""
    _, found, last = log.rpartition("Traceback (most recent call last):")
    if not found:
        return ""
    for line in last.splitlines()[1:]:
        if line and not line[0].isspace():
            return line
    return ""


@contextmanager
def _captured_log() -> Iterator[list[str]]:
    """Collect what nbgrader logs, instead of showing it, inside a `with` block."""
    lines: list[str] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(f"[{record.levelname}] {record.getMessage()}")

    logger, handler = get_logger(), Collect()
    level, propagate = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield lines
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagate
