"""What an exercise is: cases, a reference, known mistakes, known limitations and right variants.

A check is two steps with plain arrays between them. A *probe* puts one case to an answer and
returns an observation, a dict of arrays; it runs the student's code and knows no answer. *Rules*,
one per field of an observation, compare it with the reference's observation; they never run the
student's code. So the same exercise serves a cell in the notebook and a grader that asks from
outside.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from checks.observe import Answer, Arrays, Probe
from checks.rules import Rule

# explain(cases, expected, seen, failing): seen holds arrays, or Troubles; failing is sorted
Explain = Callable[
    [Sequence["Case"], Sequence[Arrays], Sequence[Any], Sequence[int]], "Finding | None"
]


@dataclass(frozen=True)
class Part:
    """A share of an exercise's points, earned when all cases of that name are right.

    The first part of an exercise is its core: an answer is wrong if the core is. The others are
    promises on the side (a batch of one, float64); breaking one costs its points and no more.
    """

    name: str
    points: int
    about: str  # completes "Not right yet for ..."


@dataclass(frozen=True)
class Case:
    """One question to an answer: the part it belongs to, a title for people, and the inputs."""

    part: str
    title: str
    inputs: Arrays
    limit: float = 1e-4  # largest relative error that counts as rounding


@dataclass(frozen=True)
class Finding:
    """A diagnosis by reasoning: a name, and what to say (after a known mistake's own sentence)."""

    name: str
    says: str = ""


@dataclass(frozen=True)
class Known:
    """A known wrong way (a mistake), or a right way that breaks a side promise (a limitation).

    Several implementations may share a name: each is a way to make the same mistake.
    """

    name: str
    says: str
    see: str | None
    answers: tuple[Answer, ...]
    is_mistake: bool
    recognise: Callable[[Arrays], bool] | None = None  # from one observation, without equality
    crash: str = ""  # a pattern in the error's text that tells this mistake


@dataclass
class Exercise:
    """One exercise. `mistake`, `limitation` and `variant` are decorators that fill its bank."""

    name: str  # "notebook.function"
    signature: str
    about: str  # one line: what the function is to do
    see: str  # the section of the notebook that explains it
    parts: Sequence[Part]
    probe: Probe
    rules: dict[str, Rule]
    cases: Callable[[np.random.Generator], list[Case]]
    reference: Answer
    known: dict[str, Known] = field(default_factory=dict)
    variants: dict[str, Answer] = field(default_factory=dict)
    measure: Callable[[Arrays], Arrays] = lambda seen: seen  # from what a probe saw to the fields
    rows: dict[str, int] = field(default_factory=dict)  # fields whose rows vary: how many at most
    references: Sequence[str] = ()  # names in gan_utils that give the answer away
    ideal: Arrays = field(default_factory=dict)  # fields expected exactly so, whatever is drawn
    seconds: float = 10.0  # one call's limit
    main: str = "value"  # the field that alone can give a mistake away
    explain: Explain | None = None  # tells mistakes that no list can hold, from numbers alone

    @property
    def points(self) -> int:
        """What a right answer earns."""
        return sum(part.points for part in self.parts)

    @property
    def core(self) -> Part:
        """The part that decides between right and wrong."""
        return self.parts[0]

    @property
    def mistakes(self) -> dict[str, Known]:
        """The known wrong ways, by name."""
        return {name: known for name, known in self.known.items() if known.is_mistake}

    def draw(self, seed: int | None = None) -> list[Case]:
        """The cases of a seed; without one, the public cases, which depend on the name alone."""
        if seed is None:
            seed = zlib.crc32(self.name.encode())
        return self.cases(np.random.default_rng(seed))

    def mistake(
        self,
        name: str,
        says: str | None = None,
        see: str | None = None,
        recognise: Callable[[Arrays], bool] | None = None,
        crash: str = "",
    ) -> Callable[[Answer], Answer]:
        """Register the decorated answer as a mistake; `says` is what the student reads.

        Without `says` it is one more way to make the mistake of that name. An answer makes the
        mistake if it equals this one, if `recognise` says so of the fields of the first failing
        case, or if it crashes there with an error in which the pattern `crash` is found.
        """
        known = Known(name, says or "", see, (), True, recognise, crash)
        return self._register(known, says is None)

    def limitation(self, name: str, says: str | None = None) -> Callable[[Answer], Answer]:
        """Register the decorated answer as right in the core but breaking a side promise."""
        return self._register(Known(name, says or "", None, (), False), says is None)

    def variant(self, answer: Answer) -> Answer:
        """Register the decorated answer as another right way, under its own name."""
        name = getattr(answer, "__name__", type(answer).__name__)
        assert name not in self.variants, f"{self.name} has two variants named {name}"
        self.variants[name] = answer
        return answer

    def _register(self, known: Known, again: bool) -> Callable[[Answer], Answer]:
        def keep(answer: Answer) -> Answer:
            assert again == (known.name in self.known), f"{known.name} needs one sentence"
            before = self.known.get(known.name, known)
            self.known[known.name] = replace(before, answers=(*before.answers, answer))
            return answer

        return keep
