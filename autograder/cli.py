"""The command line: `python -m autograder release|grade|export|doctor`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from tqdm import tqdm

from autograder.classroom import make_class
from autograder.course import Course, CourseError
from autograder.deciding.decide import NOT_DECIDED
from autograder.desk import command as exporting
from autograder.desk.page import write_class_page
from autograder.grade import LAYOUT, Assignment, Options, grade, misplaced, submissions
from autograder.records import Outcome
from autograder.release import release
from autograder.report import doctors_table, printable, table, write_json
from autograder.running.schedule import Crew, dask_crew, local_crew
from autograder.sandbox import doctor
from autograder.sandbox.host import SandboxError

DEMO = Path("build") / "demo-class"
UNPROTECTED = (
    "WARNING: --no-sandbox runs students' code with your rights: it can read and change your files."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit status: 0 done, 1 not all of it, 2 a wrong call.

    130 if it was interrupted.
    """
    options = _parser().parse_args(arguments)
    try:
        return options.command(Course.open(options.course), options)
    except (CourseError, SandboxError) as error:
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

    command = commands.add_parser("doctor", help="what this machine can do for grading")
    command.set_defaults(command=_doctor)

    _add_grade(commands)
    exporting.add_parser(commands)
    return parser


def _add_grade(commands: argparse._SubParsersAction) -> None:
    command = commands.add_parser(
        "grade",
        help="grade submitted/, and write feedback/",
        description="Grade what lies in submitted/STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb, write "
        "feedback and a page about the class. With nothing submitted, a made-up class is graded in "
        "build/demo-class/. Stopped at any moment, the same command goes on where it was.",
    )
    command.set_defaults(command=_grade)
    command.add_argument("assignment", nargs="*", help="default: all of them")
    command.add_argument("--students", nargs="+", default=[], metavar="STUDENT")
    where = command.add_mutually_exclusive_group()
    where.add_argument(
        "--workers", type=_positive, metavar="N", help="submissions at a time (default: all cores)"
    )
    where.add_argument(
        "--scheduler", metavar="tcp://HOST:PORT", help="run on the workers of a Dask scheduler"
    )
    command.add_argument(
        "--db", metavar="URL", help="the gradebook (default: gradebook.db here; PostgreSQL by URL)"
    )
    command.add_argument("--json", type=Path, metavar="FILE", help="write a report as JSON too")
    command.add_argument(
        "--regrade",
        action="store_true",
        help="run unchanged submissions again, each with its own seed (a check was changed)",
    )
    command.add_argument(
        "--seed", type=int, help="draw the questions from this seed, not from a new secret one"
    )
    command.add_argument(
        "--no-sandbox", action="store_true", help="run students' code WITHOUT protection"
    )


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value


def _release(course: Course, options: argparse.Namespace) -> int:
    for assignment in course.choose(options.assignment):
        changed = release(course, assignment, force=options.force)
        for path in changed:
            print(f"{path.relative_to(course.root)}: written")
        if not changed:
            print(f"{assignment}: up to date")
    return 0


def _doctor(course: Course, options: argparse.Namespace) -> int:
    findings = doctor.examine()
    print(doctors_table(findings))
    return 0 if all(finding.fine or not finding.needed for finding in findings) else 1


def _grade(course: Course, options: argparse.Namespace) -> int:
    if options.json and not options.json.parent.is_dir():
        raise CourseError(f"The report cannot be written: {options.json.parent} is no folder.")
    if options.db:
        course = course.with_gradebook(options.db)
    assignments = course.choose(options.assignment)
    todo = submissions(course, assignments, options.students)
    for folder in misplaced(course):
        print(f"{printable(folder)} is left out: {LAYOUT}", file=sys.stderr)
    if options.no_sandbox:
        print(UNPROTECTED, file=sys.stderr)
    elif not options.scheduler:
        doctor.require_rooms()
    if not any(course.folder("submitted").glob("*")):
        print(
            f"Nothing is submitted in {course.folder('submitted')}: "
            f"grading a made-up class in {DEMO} instead."
        )
        course = make_class(course, course.root / DEMO)
        todo = submissions(course, assignments, [])
    outcomes = _grade_all(course, todo, options)
    print(table(outcomes))
    for assignment in sorted({assignment for _, assignment in todo}):
        page = write_class_page(course, assignment)[0]
        print(f"The class at a glance: {os.path.relpath(page)}")
    print(f"Feedback lies in {course.folder('feedback')}.")
    if options.json:
        write_json(outcomes, options.json)
    return 1 if any(outcome.state == NOT_DECIDED for outcome in outcomes) else 0


def _grade_all(
    course: Course, todo: list[tuple[str, str]], options: argparse.Namespace
) -> list[Outcome]:
    """The Outcomes of all that is to be graded, with a bar."""
    how = Options(options.regrade, options.seed, not options.no_sandbox)
    outcomes = []
    bar = tqdm(total=len(todo), desc="grading", unit="notebook")
    with bar, _crew(options) as crew:
        for name in sorted({assignment for _, assignment in todo}):
            assignment = Assignment(course, name, how, crew.prepare)
            students = [student for student, other in todo if other == name]
            for outcome in grade(assignment, students, crew):
                outcomes.append(outcome)
                bar.set_postfix_str(printable(outcome.student))
                bar.update()
    return sorted(outcomes, key=lambda outcome: (outcome.student, outcome.assignment))


def _crew(options: argparse.Namespace) -> AbstractContextManager[Crew]:
    if options.scheduler:
        return dask_crew(options.scheduler)
    return local_crew(options.workers)
