"""The experiments from the command line.

python -m gan_utils.experiments list                 what there is
python -m gan_utils.experiments run CNN              run one and print what it found
python -m gan_utils.experiments run CNN --json       the same as one line of JSON
python -m gan_utils.experiments run CNN --help       its options

The report goes to standard output and everything else (progress, notices) to standard error. The
exit status is 0, or 2 for a call, a file or a number that cannot be meant.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Sequence

from gan_utils.errors import PlainError
from gan_utils.experiments.catalogue import EXPERIMENTS
from gan_utils.experiments.experiment import Report, seed

COMMAND = "python -m gan_utils.experiments"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line (sys.argv without arguments) and return the exit status."""
    options = _parser().parse_args(arguments)
    if options.command == "list":
        width = max(map(len, EXPERIMENTS))
        for experiment in EXPERIMENTS.values():
            print(f"{experiment.id:{width}}  {experiment.title}")
        return 0
    experiment = EXPERIMENTS[options.id]
    try:
        with contextlib.redirect_stdout(sys.stderr):
            report = {"id": experiment.id, **experiment.run(options)}
    except (PlainError, ValueError, OSError) as error:
        print(f"{COMMAND} run {experiment.id}: {error}", file=sys.stderr)
        return 2
    print(json.dumps(report) if options.json else _as_lines(report))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=COMMAND, description="The systems of the sources, each with its run."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="what there is")
    runs = commands.add_parser("run", help="run one and print what it found")
    ids = runs.add_subparsers(dest="id", required=True, metavar="ID")
    for experiment in EXPERIMENTS.values():
        one = ids.add_parser(
            experiment.id,
            help=experiment.title,
            description=experiment.title,
            formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        )
        one.add_argument("--json", action="store_true", help="print one line of JSON")
        one.add_argument("--seed", type=seed, default=0, help="of all that is random")
        experiment.add_options(one)
    return parser


def _as_lines(report: Report) -> str:
    """A report to be read: one name and value a line."""
    width = max(map(len, report))
    return "\n".join(f"{name:{width}}  {value}" for name, value in report.items())


if __name__ == "__main__":
    sys.exit(main())
