"""The words, signs and colours in which verdicts are shown, on every page alike."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.records import Verdict

METADATA = "gan_course"  # the key, in an output's metadata, of what the outputs are a verdict on


@dataclass(frozen=True)
class Look:
    """How a standing is told apart: by its word and sign first, by its colours too.

    colour: for lines and bars (Okabe and Ito 2008), which dark text on white goes with
    tint: a light background, on which black text has a contrast of 15 to 1 at least
    """

    sign: str
    colour: str
    tint: str


LOOKS = {
    "right": Look("✓", "#009E73", "#E3F5EE"),
    "partly right": Look("◐", "#56B4E9", "#E6F3FB"),
    "wrong": Look("✗", "#D55E00", "#FBEBE0"),
    "crashed": Look("!", "#CC79A7", "#F9EDF4"),
    "not attempted": Look("○", "#999999", "#F2F2F2"),
    "no answer": Look("?", "#333333", "#EAEAEA"),
}


def standing(verdict: Verdict) -> str:
    """The word for a verdict, one of LOOKS: "partly right" for some points but not all."""
    if 0 < verdict.points < verdict.max_points:
        return "partly right"
    return verdict.verdict if verdict.verdict in LOOKS else "no answer"


def short_name(exercise: str) -> str:
    """An exercise's name without its notebook's."""
    return exercise.rpartition(".")[2]
