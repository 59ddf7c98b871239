"""The command line: `python -m autograder release|grade`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from autograder.classroom import make_class
from autograder.course import Course, CourseError
from autograder.grade import LAYOUT, grade_one, misplaced, register, submissions
from autograder.release import release
from autograder.report import table, write_json

DEMO = Path("build") / "demo-class"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit status: 0 done, 1 a submission failed, 2 a wrong call.

    130 if it was interrupted.
    """
    options = _parser().parse_args(arguments)
    try:
        return options.command(Course.open(options.course), options)
    except CourseError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped. What was graded stays so; the same command goes on.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m autograder", description=__doc__)
    parser.add_argument(
        "--course", type=Path, default=Path(), help="the course's folder (default: this one)"
    )
    commands = parser.add_subparsers(required=True, metavar="command")

    command = commands.add_parser("release", help="generate notebooks/ from solutions/")
    command.set_defaults(command=_release)
    command.add_argument("assignment", nargs="*", help="default: all of them")
    command.add_argument("--force", action="store_true", help="overwrite somebody's answers too")

    command = commands.add_parser(
        "grade",
        help="grade submitted/, and write feedback/",
        description="Grade what lies in submitted/STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb and write "
        "feedback. With nothing submitted, a made-up class is graded in build/demo-class/. "
        "WARNING: students' code runs unprotected, with your rights.",
    )
    command.set_defaults(command=_grade)
    command.add_argument("assignment", nargs="*", help="default: all of them")
    command.add_argument("--students", nargs="+", default=[], metavar="STUDENT")
    command.add_argument(
        "--regrade", action="store_true", help="run unchanged submissions again (checks changed)"
    )
    command.add_argument("--json", type=Path, metavar="FILE", help="write a report as JSON too")
    return parser


def _release(course: Course, options: argparse.Namespace) -> int:
    for assignment in course.choose(options.assignment):
        changed = release(course, assignment, force=options.force)
        for path in changed:
            print(f"{path.relative_to(course.root)}: written")
        if not changed:
            print(f"{assignment}: up to date")
    return 0


def _grade(course: Course, options: argparse.Namespace) -> int:
    if options.json and not options.json.parent.is_dir():
        raise CourseError(f"The report cannot be written: {options.json.parent} is no folder.")
    assignments = course.choose(options.assignment)
    todo = submissions(course, assignments, options.students)
    for folder in misplaced(course):
        print(f"{folder} is left out: {LAYOUT}", file=sys.stderr)
    if not any(course.folder("submitted").glob("*")):
        print(
            f"Nothing is submitted in {course.folder('submitted')}: "
            f"grading a made-up class in {DEMO} instead."
        )
        course = make_class(course, course.root / DEMO)
        todo = submissions(course, assignments, [])
    for assignment in sorted({assignment for _, assignment in todo}):
        register(course, assignment)
    bar = tqdm(todo, desc="grading", unit="notebook")
    outcomes = []
    for student, assignment in bar:
        bar.set_postfix_str(student)
        outcomes.append(grade_one(course, student, assignment, regrade=options.regrade))
    print(table(outcomes))
    print(f"Feedback lies in {course.folder('feedback')}.")
    if options.json:
        write_json(outcomes, options.json)
    return 1 if any(outcome.state == "failed" for outcome in outcomes) else 0
