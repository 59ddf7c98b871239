"""`python -m checks list` and `python -m checks try EXERCISE FILE.py:FUNCTION`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from checks.attempt import attempt


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Exit status 0 whatever the verdict, 2 if the question makes no sense."""
    parser = argparse.ArgumentParser(prog="python -m checks", description="Exercises and answers.")
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("list", help="all exercises")
    trying = commands.add_parser("try", help="check a function in a file")
    trying.add_argument("exercise", help="such as vanilla_gan.leaky_relu")
    trying.add_argument("answer", metavar="FILE.py:FUNCTION")
    for command in (listing, trying):
        command.add_argument("--json", action="store_true", help="for programs")
    chosen = parser.parse_args(arguments)
    return _list(chosen.json) if chosen.command == "list" else _try(chosen)


def _list(as_json: bool) -> int:
    rows = [_row(exercise) for exercise in _exercises()]
    if as_json:
        print(json.dumps(rows, indent=2))
        return 0
    width = max(len(row["name"]) for row in rows)
    print(f"{'exercise':{width}}  points  cases  mistakes  variants")
    for row in rows:
        numbers = (row[key] for key in ("points", "cases", "mistakes", "variants"))
        print(f"{row['name']:{width}}  {{:6}}  {{:5}}  {{:8}}  {{:8}}".format(*numbers))
    return 0


def _exercises() -> list[Any]:
    from checks.catalogue import EXERCISES

    return list(EXERCISES.values())


def _row(exercise: Any) -> dict[str, Any]:  # noqa: ANN401 - an Exercise, imported late
    return {
        "name": exercise.name,
        "signature": exercise.signature,
        "about": exercise.about,
        "points": exercise.points,
        "cases": len(exercise.draw()),
        "mistakes": len(exercise.mistakes),
        "variants": len(exercise.variants),
        "mistake_names": list(exercise.mistakes),
        "variant_names": list(exercise.variants),
        "limitation_names": [n for n in exercise.known if n not in exercise.mistakes],
    }


def _try(chosen: argparse.Namespace) -> int:
    file, _, function = chosen.answer.rpartition(":")
    if not file or not function.isidentifier():
        return _misuse(f"{chosen.answer!r} must have the form FILE.py:FUNCTION")
    if not Path(file).is_file():
        return _misuse(f"there is no file {file}")
    try:
        report = attempt(chosen.exercise, Path(file).resolve(), function)
    except LookupError as error:
        return _misuse(str(error.args[0]))
    print(json.dumps(report) if chosen.json else report["message"])
    return 0


def _misuse(sentence: str) -> int:
    print(f"python -m checks: {sentence}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
