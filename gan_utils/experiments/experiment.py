"""What an experiment is."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

# What a run reports: names and plain values, ready for JSON.
Report = dict[str, object]


@dataclass(frozen=True)
class Experiment:
    """A system of the sources with its run.

    id           its name there: "CNN"
    title        what it is, in a line
    run          options -> report; what it prints on the way counts as progress
    add_options  tells a parser the run's own options; all have defaults
    """

    id: str
    title: str
    run: Callable[[argparse.Namespace], Report]
    add_options: Callable[[argparse.ArgumentParser], None]


def count(text: str) -> int:
    """An option's whole number of at least 1."""
    number = int(text)  # argparse turns the ValueError into a sentence
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not at least 1")
    return number


def seed(text: str) -> int:
    """An option's whole number of at least 0."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{number} is not at least 0")
    return number
