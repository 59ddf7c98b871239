"""What several exercises of this notebook share: rules, shapes, and inputs of a small network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from checks.exercise import Arrays, Case, Explain, Finding
from checks.observe import Trouble
from checks.rules import Exact, Rule
from checks.vanilla_gan.common import grid

# What every function of arrays must keep to, beside its values.
MANNERS: dict[str, Rule] = {
    "changed": Exact(lambda *_: "your function changed an array that it was given"),
    "kept_type": Exact(lambda *_: "given float64, your function did not give float64 back"),
}
FLOAT64_LIMIT = 1e-9  # float32 inside costs about 1e-7

CHANGES_INPUT = (
    "changes_input",
    "An array that your function was given has changed: its owner still needs it. Make a new "
    "array: x[...] = and += write into the old one.",
)
FLOAT32 = (
    "float32_inside",
    "The values are right to seven digits only: somewhere inside, float64 became float32.",
)


def shapes(**sizes: tuple[int, ...]) -> Arrays:
    """For a case: the shape of every result, as ArraysProbe wants it."""
    return {f"shape_{name}": np.array(size, dtype=int) for name, size in sizes.items()}


def typed(inputs: Arrays, dtype: str) -> Arrays:
    """The inputs with their arrays of real numbers in that type; scalars and integers stay."""
    return {
        name: value.astype(dtype) if value.ndim and value.dtype.kind == "f" else value
        for name, value in inputs.items()
    }


def limit_of(dtype: str, float32: float = 1e-4) -> float:
    """The largest relative error that counts as rounding."""
    return FLOAT64_LIMIT if dtype == "float64" else float32


def network(
    rng: np.random.Generator, n: int, sizes: tuple[int, int, int], scale: float = 1.5
) -> Arrays:
    """Inputs of a two-layer network: x, labels, w1, b1, w2, b2, for sizes (n_in, hidden, classes).

    No number before the ReLU is 0, where any slope would do: products lie on a grid of 1/4096,
    biases half a step beside it.
    """
    n_in, hidden, classes = sizes
    half_a_step = 1 / 8192
    return {
        "x": grid(rng, (n, n_in), 2.0),
        "labels": rng.integers(0, classes, n),
        "w1": grid(rng, (n_in, hidden), scale),
        "b1": grid(rng, (hidden,), 1.0) + half_a_step,
        "w2": grid(rng, (hidden, classes), scale),
        "b2": grid(rng, (classes,), 1.0),
    }


def which_are_wrong(fields: Sequence[str], near: float = 1e-3) -> Explain:
    """An `explain` that says which of several results are right and which are not.

    It speaks only if the same ones are wrong in all failing cases, and others are right.
    """

    def explain(
        cases: Sequence[Case],
        expected: Sequence[Arrays],
        seen: Sequence[Any],
        failing: Sequence[int],
    ) -> Finding | None:
        found = set()
        for j in failing:
            if isinstance(seen[j], Trouble) or seen[j].get("changed", 0):
                return None
            found.add(tuple(name for name in fields if not _near(seen[j], expected[j], name, near)))
        wrong = set().union(*found)
        if not wrong or wrong == set(fields) or len(found) > 1:
            return None
        bad = ", ".join(name for name in fields if name in wrong)
        good = ", ".join(name for name in fields if name not in wrong)
        return Finding(
            f"wrong_{'_and_'.join(n for n in fields if n in wrong)}",
            f"Right: {good}. Wrong: {bad}.",
        )

    return explain


def _near(mine: Arrays, right: Arrays, name: str, near: float) -> bool:
    return mine[name].shape == right[name].shape and bool(
        np.allclose(mine[name], right[name], rtol=near, atol=near)
    )
