"""The known wrong ways of nn_basics.numerical_gradient."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from checks.nn_basics.common import CHANGES_INPUT
from checks.nn_basics.numerical_gradient import Array, F, exercise

mistake = exercise.mistake
Difference = Callable[[F, Array, Array, float], float]


def _every_entry(f: F, x: Array, h: float, difference: Difference) -> Array:
    gradient = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        e = np.zeros_like(x)
        e[i] = h
        gradient[i] = difference(f, x, e, h)
    return gradient


@mistake(
    "one_sided",
    "This looks to one side only. Its error falls like h, that of the central difference like h "
    "squared: take f(x + h) - f(x - h).",
)
def _(f: F, x: Array, h: float = 1e-5) -> Array:
    return _every_entry(f, x, h, lambda f, x, e, h: (f(x + e) - f(x)) / h)


@mistake("one_sided")
def _(f: F, x: Array, h: float = 1e-5) -> Array:
    return _every_entry(f, x, h, lambda f, x, e, h: (f(x) - f(x - e)) / h)


@mistake("two_forgotten", "From x - h to x + h it is a way of 2h: this divides by h alone.")
def _(f: F, x: Array, h: float = 1e-5) -> Array:
    return _every_entry(f, x, h, lambda f, x, e, h: (f(x + e) - f(x - e)) / h)


@mistake("multiplied_by_h", "Brackets are missing: / 2 * h divides by 2 and multiplies by h.")
def _(f: F, x: Array, h: float = 1e-5) -> Array:
    return _every_entry(f, x, h, lambda f, x, e, h: (f(x + e) - f(x - e)) / 2 * h)


@mistake("not_divided", "The difference is not divided by the width of the step, 2h.")
def _(f: F, x: Array, h: float = 1e-5) -> Array:
    return _every_entry(f, x, h, lambda f, x, e, h: f(x + e) - f(x - e))


@mistake("sign", "The sign is turned round: f(x + h) comes first, f(x - h) is taken off.")
def _(f: F, x: Array, h: float = 1e-5) -> Array:
    return _every_entry(f, x, h, lambda f, x, e, h: (f(x - e) - f(x + e)) / (2 * h))


@mistake(
    "step_ignored",
    "The argument `h` is not used: the answer is the same whatever step was asked for.",
)
def _(f: F, x: Array, h: float = 1e-5) -> Array:
    return _every_entry(f, x, 1e-5, lambda f, x, e, h: (f(x + e) - f(x - e)) / (2 * h))


@mistake("step_ignored")
def _(f: F, x: Array, h: float = 1e-5) -> Array:
    return _every_entry(f, x, 1e-6, lambda f, x, e, h: (f(x + e) - f(x - e)) / (2 * h))


@mistake("step_ignored")
def _(f: F, x: Array, h: float = 1e-5) -> Array:
    return _every_entry(f, x, 1e-4, lambda f, x, e, h: (f(x + e) - f(x - e)) / (2 * h))


@mistake(
    "all_entries_at_once",
    "All entries are moved together, so that every entry gets the same number, the slope along the "
    "diagonal. A partial derivative moves one entry and keeps the others.",
)
def _(f: F, x: Array, h: float = 1e-5) -> Array:
    return np.full(x.shape, (f(x + h) - f(x - h)) / (2 * h))


@mistake(
    "single_number",
    "The result is a single number; there must be one derivative for every entry of x.",
)
def _(f: F, x: Array, h: float = 1e-5) -> float:
    return (f(x + h) - f(x - h)) / (2 * h)


@mistake(
    "step_not_taken_back",
    "An entry that was moved stays moved, so that the next ones are measured at another place.",
)
def _(f: F, x: Array, h: float = 1e-5) -> Array:
    work, gradient = x.copy(), np.zeros_like(x)
    for i in np.ndindex(x.shape):
        work[i] += h
        up = f(work)
        work[i] -= 2 * h
        gradient[i] = (up - f(work)) / (2 * h)
    return gradient


@mistake("step_not_taken_back")
def _(f: F, x: Array, h: float = 1e-5) -> Array:
    gradient = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        x[i] += h
        up = f(x)
        x[i] -= 2 * h
        gradient[i] = (up - f(x)) / (2 * h)
    return gradient


@mistake("step_not_taken_back")
def _(f: F, x: Array, h: float = 1e-5) -> Array:
    work, gradient = x.copy(), np.zeros_like(x)
    for i in np.ndindex(x.shape):
        work[i] += h
        up = f(work)
        work[i] -= h
        gradient[i] = (up - f(work)) / (2 * h)
    return gradient


@mistake(
    "names_not_copies",
    "Both names stand for the same array, so f is asked twice at one place and the difference is "
    "0 or lopsided. `up = x` gives the array a second name; x.copy() makes a second array.",
)
def _(f: F, x: Array, h: float = 1e-5) -> Array:
    gradient, work = np.zeros_like(x), x.copy()
    for i in np.ndindex(x.shape):
        up = down = work
        up[i] += h
        down[i] -= h
        gradient[i] = (f(up) - f(down)) / (2 * h)
    return gradient


@mistake(
    "first_axis_only",
    "The loop runs over len(x): it moves whole rows where it must move single entries.",
)
def _(f: F, x: Array, h: float = 1e-5) -> Array:
    gradient = np.zeros_like(x)
    for i in range(len(x)):
        e = np.zeros_like(x)
        e[i] = h
        gradient[i] = (f(x + e) - f(x - e)) / (2 * h)
    return gradient


@mistake(
    "f_of_one_number",
    "f is asked about the single entry. f takes all of x, with one entry moved.",
)
def _(f: F, x: Array, h: float = 1e-5) -> Array:
    gradient = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        gradient[i] = (f(x[i] + h) - f(x[i] - h)) / (2 * h)
    return gradient


@mistake("value_of_f", "The result holds values of f, not differences of two of them.")
def _(f: F, x: Array, h: float = 1e-5) -> Array:
    return np.full(x.shape, f(x))


@mistake(*CHANGES_INPUT)
def _(f: F, x: Array, h: float = 1e-5) -> Array:
    gradient = _every_entry(f, x, h, lambda f, x, e, h: (f(x + e) - f(x - e)) / (2 * h))
    x += h
    return gradient
