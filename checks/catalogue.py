"""All exercises of the course, by name."""

from __future__ import annotations

import difflib

from checks import vanilla_gan
from checks.exercise import Exercise

EXERCISES: dict[str, Exercise] = {
    exercise.name: exercise for notebook in (vanilla_gan,) for exercise in notebook.EXERCISES
}


class UnknownExercise(LookupError):  # noqa: N818 - the name says what happened
    """A name that no exercise has."""

    def __str__(self) -> str:
        return str(self.args[0])


def find(name: str) -> Exercise:
    """The exercise of that name. Raises UnknownExercise with the names that come nearest."""
    if name in EXERCISES:
        return EXERCISES[name]
    near = difflib.get_close_matches(str(name), EXERCISES, n=3) or list(EXERCISES)
    raise UnknownExercise(f"There is no exercise {name!r}. Did you mean {' or '.join(near)}?")
