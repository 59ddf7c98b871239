"""nn_basics.numerical_gradient: central differences, the witness for every backward pass."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from checks.exercise import Case, Exercise, Part
from checks.nn_basics.common import MANNERS
from checks.probes.differences import differences_probe
from checks.rules import Close
from checks.vanilla_gan.common import grid
from gan_utils import basics

Array = np.ndarray
F = Callable[[Array], float]


def _cases(rng: np.random.Generator) -> list[Case]:
    return [
        _case(rng, "core", (5,), 0.5),
        _case(rng, "core", (2, 3), 0.25),
        _case(rng, "core", (3, 2), 0.125),
        _case(rng, "core", (4, 1), 0.5),
        _case(rng, "core", (2, 2, 3), 0.25),
        _case(rng, "core", (3, 3), 1e-3),
        _case(rng, "default", (2, 3), None),
        _case(rng, "default", (1,), None),
    ]


def _case(rng: np.random.Generator, part: str, shape: tuple[int, ...], h: float | None) -> Case:
    names = ("x", "cubic", "wave", "linear")
    inputs = {name: grid(rng, shape, 2.0) for name in names}
    inputs["cubic"][inputs["cubic"] == 0] = 1.0  # so that the step is seen everywhere
    if h is not None:
        inputs["h"] = np.array(h)
    title = f"x of shape {shape}, " + ("h left at its default" if h is None else f"h = {h:g}")
    return Case(part, title, inputs, 1e-7)


exercise = Exercise(
    name="nn_basics.numerical_gradient",
    signature="numerical_gradient(f, x: Array, h: float = 1e-5) -> Array",
    about="(f(x + h e_i) - f(x - h e_i)) / 2h for every entry of x: an array of the shape of x",
    see="Measure before you trust",
    parts=(Part("core", 4, "the differences"), Part("default", 1, "h left at its default")),
    probe=differences_probe,
    rules={"value": Close(), "changed": MANNERS["changed"]},
    cases=_cases,
    reference=basics.numerical_gradient,
    references=("gan_utils.basics.numerical_gradient",),
)
variant = exercise.variant


@variant
def in_place_and_back(f: F, x: Array, h: float = 1e-5) -> Array:
    gradient = np.zeros_like(x)
    walk = np.nditer(x, flags=["multi_index"])
    while not walk.finished:
        i = walk.multi_index
        kept = x[i]
        x[i] = kept + h
        up = f(x)
        x[i] = kept - h
        down = f(x)
        x[i] = kept
        gradient[i] = (up - down) / (2 * h)
        walk.iternext()
    return gradient


@variant
def added_and_taken_off(f: F, x: Array, h: float = 1e-5) -> Array:
    gradient = np.zeros(x.shape)
    for i in np.ndindex(*x.shape):
        x[i] += h
        up = f(x)
        x[i] -= 2 * h
        gradient[i] = (up - f(x)) / 2 / h
        x[i] += h
    return gradient


@variant
def by_unit_steps(f: F, x: Array, h: float = 1e-5) -> Array:
    steps = h * np.eye(x.size).reshape(x.size, *x.shape)
    return np.array([(f(x + e) - f(x - e)) / (2 * h) for e in steps]).reshape(x.shape)


@variant
def flat_view(f: F, x: Array, h: float = 1e-5) -> Array:
    work = np.array(x, dtype=float)
    flat, gradient = work.reshape(-1), np.empty(x.size)
    for i in range(x.size):
        old = flat[i]
        flat[i] = old + h
        up = f(work)
        flat[i] = old - h
        gradient[i] = (up - f(work)) * (0.5 / h)
        flat[i] = old
    return gradient.reshape(x.shape)


@variant
def two_one_sided(f: F, x: Array, step: float = 1e-5) -> Array:
    here, gradient = f(x), np.zeros_like(x)
    for i in np.ndindex(x.shape):
        e = np.zeros_like(x)
        e[i] = step
        gradient[i] = ((f(x + e) - here) / step + (here - f(x - e)) / step) / 2
    return gradient
