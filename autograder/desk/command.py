"""The command `export`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from autograder.course import Course, CourseError
from autograder.desk.exports import (
    Export,
    counted,
    export_canvas,
    export_moodle,
    export_nbgrader,
)

FORMATS = ("nbgrader", "canvas", "moodle")


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `export` to the commands of `python -m autograder`."""
    parser = commands.add_parser(
        "export",
        help="write the scores of an assignment for another gradebook",
        description="Write the scores of an assignment, with marks given by hand and late "
        "penalties, as a CSV file for another gradebook.",
    )
    parser.set_defaults(command=run)
    parser.add_argument("assignment")
    parser.add_argument("--format", choices=FORMATS, required=True)
    parser.add_argument("--output", type=Path, required=True, metavar="FILE")
    parser.add_argument(
        "--roster",
        type=Path,
        metavar="FILE",
        help="the class as Canvas or Moodle exports it (CSV): students are found in it by their "
        "folders' names",
    )
    parser.add_argument(
        "--column",
        metavar="NAME",
        help="canvas: the assignment's column there, with its id: 'Vanilla GAN (1234)'",
    )


def run(course: Course, options: argparse.Namespace) -> int:
    """Write the file; gives the exit status 0. Raises CourseError if it cannot be written."""
    course.choose([options.assignment])
    export = _export(course, options)
    for warning in export.warnings:
        print(warning, file=sys.stderr)
    print(f"{export.file}: {counted(export.students)}")
    return 0


def _export(course: Course, options: argparse.Namespace) -> Export:
    assignment, file, roster = options.assignment, options.output, options.roster
    if options.column and options.format != "canvas":
        raise CourseError("--column is for --format canvas only.")
    if options.format == "canvas":
        return export_canvas(course, assignment, file, roster, options.column)
    if options.format == "moodle":
        return export_moodle(course, assignment, file, roster)
    if roster:
        raise CourseError("--roster is for --format canvas and moodle: nbgrader needs none.")
    return export_nbgrader(course, assignment, file)
