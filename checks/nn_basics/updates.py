"""What the three update rules have in common: their cases, and mistakes that all can make."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from checks.exercise import Arrays, Case
from checks.nn_basics.common import limit_of, shapes, typed
from checks.vanilla_gan.common import grid

Array = np.ndarray
LIMIT = 1e-5  # a step is a small difference, so the cases take large learning rates
TINY = 2.0**-24  # gradients at which eps counts: some 6e-8

UPHILL = ("uphill", "The step goes up: gradients point uphill, so the step is subtracted.")
IN_PLACE = (
    "changes_input",
    "An array that your function was given has changed. -= and *= write into it; make new arrays "
    "and return them, so that the caller decides what becomes of the old ones.",
)
RATE_FIXED = (
    "learning_rate_ignored",
    "The argument `lr` is not used: the step has the same length whatever was asked for.",
)
STATE_KEPT = (
    "old_state_returned",
    "The parameter is right, but what comes back beside it is not the new state: the next step "
    "would start from the old one.",
)
OLD_STATE_USED = (
    "old_state_used",
    "The step is made with the state as it was before this gradient: update the state first, then "
    "take the step with the new one.",
)
ORDER = (
    "order_of_results",
    "The results come in another order: first the new parameter, then the new state.",
)
FLOAT32 = (
    "float32_inside",
    "Right to seven digits only: somewhere inside, float64 became float32.",
)


def case(
    rng: np.random.Generator,
    part: str,
    shape: tuple[int, ...],
    states: Mapping[str, str],
    settings: Mapping[str, float],
    *,
    size: float = 1.0,
    fresh: bool = False,
    dtype: str = "float32",
) -> Case:
    """A parameter, a gradient (not small, or eps would count) and a state; the results' shapes.

    states: what state arrays are called, and the kind of each: "signed" or "square"
    settings: lr and so on, in the order of the signature; size: the gradient's scale
    fresh: the first step, whose state is 0, with a 0 among the gradients
    """
    gradient = grid(rng, shape, 2.0)
    gradient = np.where(gradient < 0, -1, 1) * np.maximum(np.abs(gradient), 0.25)
    inputs: Arrays = {"parameter": grid(rng, shape, 2.0), "gradient": size * gradient}
    for name, kind in states.items():
        state = grid(rng, shape, 2.0)
        state[state == 0] = 0.5
        state = size * state if kind == "signed" else size**2 * state**2
        inputs[name] = 0 * state if fresh else state
    if fresh:
        inputs["gradient"].reshape(-1)[0] = 0
    results = {"new_parameter": shape} | {f"new_{name}": shape for name in states}
    inputs = typed(inputs, dtype) | shapes(**results)
    inputs |= {name: np.array(value) for name, value in settings.items()}
    told = ", ".join(f"{name} {value:g}" for name, value in settings.items())
    title = f"shape {shape}, {told}" + (", state 0" if fresh else "")
    title += f", gradients near {size:.0e}" if size != 1 else ""
    title += ", float64" if dtype == "float64" else ""
    return Case(part, title, inputs, limit_of(dtype, LIMIT))


def single_precision(arrays: tuple[Array, ...]) -> list[Array]:
    """The arrays in float32, for a limitation."""
    return [array.astype(np.float32) for array in arrays]
