"""How the gate speaks of what it met: names that anybody may have chosen, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST_NAME = 60
MOST_NAMES = 5


class SubmissionError(Exception):
    """What a student handed in cannot be graded; the message says why, for people."""


def shown(name: str) -> str:
    """A name as it may be printed: on one line, of bounded length, nothing hidden in it."""
    plain = "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape", "replace").decode()
        for letter in name[: LONGEST_NAME + 1]
    )
    return plain if len(plain) <= LONGEST_NAME else f"{plain[:LONGEST_NAME]}..."


def listed(names: Iterable[str]) -> str:
    """Names in a sentence: "a, b, c, d, e and 12 more"."""
    names = list(names)
    some = ", ".join(map(shown, names[:MOST_NAMES]))
    more = len(names) - MOST_NAMES
    return f"{some} and {more} more" if more > 0 else some


def were(what: str, names: list[str], happened: str) -> str:
    """A sentence on some things: `were("cell", ["a", "b"], "lost")` is "cells a, b were lost"."""
    return f"{what}{'' if len(names) == 1 else 's'} {listed(names)} " + (
        f"was {happened}" if len(names) == 1 else f"were {happened}"
    )
