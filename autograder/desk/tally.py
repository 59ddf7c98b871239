"""What a class did: counts of points, verdicts and mistakes, from its Outcomes. No files here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from autograder.feedback.looks import LOOKS, short_name, standing
from autograder.records import Outcome, Verdict
from checks import catalogue

UNRECOGNISED = "wrong in a way of its own"
DONE = ("graded", "unchanged")
PARTLY = ("partly right", "wrong", "crashed")  # where a mistake can have been made


@dataclass
class Mistake:
    """One mistake in one exercise, and who made it.

    says: the sentence about it, "" if there is none that fits all who made it
    example: a message that one of them read; it may quote that student
    """

    exercise: str
    name: str
    says: str
    students: list[str] = field(default_factory=list)
    example: str = ""

    @property
    def plain(self) -> str:
        """The name in plain words."""
        return self.name.replace("_", " ")


@dataclass
class ExerciseTally:
    """How a class fared in one exercise.

    standings: how many students by standing, all of LOOKS in their order
    points: how many students by the points they earned
    mistakes: the commonest first
    """

    name: str
    max_points: float
    standings: dict[str, int]
    points: Counter[float]
    mistakes: list[Mistake]

    @property
    def short(self) -> str:
        """The name without the notebook's."""
        return short_name(self.name)


@dataclass
class Tally:
    """A class and an assignment. graded and failed hold their Outcomes."""

    assignment: str
    graded: list[Outcome]
    failed: list[Outcome]
    exercises: list[ExerciseTally]

    @property
    def mistakes(self) -> list[Mistake]:
        """Those that have a name, of all exercises, the commonest first."""
        named = [m for one in self.exercises for m in one.mistakes if m.name != UNRECOGNISED]
        return sorted(named, key=lambda mistake: -len(mistake.students))

    def share(self, count: int) -> float:
        """`count` students as a share of those who were graded."""
        return count / len(self.graded) if self.graded else 0.0


def tally(assignment: str, outcomes: Sequence[Outcome]) -> Tally:
    """Count what the students of an assignment did."""
    graded = [outcome for outcome in outcomes if outcome.state in DONE]
    verdicts: dict[str, list[tuple[str, Verdict]]] = {}
    for outcome in graded:
        for verdict in outcome.exercises:
            verdicts.setdefault(verdict.exercise, []).append((outcome.student, verdict))
    return Tally(
        assignment,
        graded,
        [outcome for outcome in outcomes if outcome.state not in DONE],
        [_exercise(name, given) for name, given in verdicts.items()],
    )


def total(outcome: Outcome) -> float | None:
    """The points with the late penalty taken off, None without points."""
    return None if outcome.points is None else max(0.0, outcome.points - outcome.late_penalty)


def _exercise(name: str, given: Sequence[tuple[str, Verdict]]) -> ExerciseTally:
    counts = Counter(standing(verdict) for _, verdict in given)
    mistakes: dict[str, Mistake] = {}
    for student, verdict in given:
        if standing(verdict) in PARTLY:
            key = verdict.diagnosis or UNRECOGNISED
            mistake = mistakes.setdefault(key, Mistake(name, key, _says(name, key)))
            mistake.students.append(student)
            mistake.example = mistake.example or verdict.message
    return ExerciseTally(
        name,
        max(verdict.max_points for _, verdict in given),
        {word: counts[word] for word in LOOKS},
        Counter(verdict.points for _, verdict in given),
        sorted(mistakes.values(), key=lambda mistake: -len(mistake.students)),
    )


def _says(exercise: str, mistake: str) -> str:
    """The catalogue's sentence about a mistake."""
    found = catalogue.EXERCISES.get(exercise)
    known = found.known.get(mistake) if found else None
    return known.says if known else ""
