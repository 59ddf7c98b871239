"""All exercises of the course, by name."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import contextmanager

from checks import cnn_captcha, nn_basics, vanilla_gan
from checks.exercise import Exercise

NOTEBOOKS = (nn_basics, cnn_captcha, vanilla_gan)
COURSE = tuple(exercise for notebook in NOTEBOOKS for exercise in notebook.EXERCISES)
EXERCISES: dict[str, Exercise] = {exercise.name: exercise for exercise in COURSE}


class UnknownExercise(LookupError):  # noqa: N818 - the name says what happened
    """A name that no exercise has."""

    def __str__(self) -> str:
        return str(self.args[0])


@contextmanager
def registered(*exercises: Exercise) -> Iterator[None]:
    """Further exercises for the length of a `with` block: toys of a test, or an author's drafts."""
    before = dict(EXERCISES)
    EXERCISES.update({exercise.name: exercise for exercise in exercises})
    try:
        yield
    finally:
        EXERCISES.clear()
        EXERCISES.update(before)


def find(name: str) -> Exercise:
    """The exercise of that name. Raises UnknownExercise with the names that come nearest."""
    if name in EXERCISES:
        return EXERCISES[name]
    near = difflib.get_close_matches(str(name), EXERCISES, n=3) or list(EXERCISES)
    raise UnknownExercise(f"There is no exercise {name!r}. Did you mean {' or '.join(near)}?")
