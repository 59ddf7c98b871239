"""Functions that take a function: finite differences, on functions made from a case's numbers."""

from __future__ import annotations

import numpy as np

from checks.observe import Answer, Arrays, BadReturn
from checks.probes.functions import as_array

LARGEST_RESIDUE = 1e-12  # what adding and taking off a step may leave behind in x


def differences_probe(answer: Answer, inputs: Arrays) -> Arrays:
    """Observe `answer(f, x)` or, where the case holds "h", `answer(f, x, h)`, for
    f(x) = sum cubic x^3 + sum wave cos(3 x) + (sum linear x)^2 / 2: a number.

    cubic, wave and linear have the shape of x. Observes value (of that shape) and changed (1 if x
    comes back changed by more than rounding: a step that is added must be taken off again).
    """
    cubic, wave, linear = (inputs[name] for name in ("cubic", "wave", "linear"))

    def f(x: np.ndarray) -> float:
        x = np.asarray(x)
        if x.shape != cubic.shape:
            raise BadReturn(
                "f_on_another_shape",
                f"Your function called f with the shape {x.shape}; f takes all of x, of shape "
                f"{cubic.shape}, with one entry moved.",
            )
        return float(
            (cubic * x**3).sum() + (wave * np.cos(3 * x)).sum() + (linear * x).sum() ** 2 / 2
        )

    x = inputs["x"]
    given = x.copy()
    step = [inputs["h"].item()] if "h" in inputs else []
    value = as_array(answer(f, given, *step), x.shape)
    moved = given.shape != x.shape or np.abs(given - x).max() > LARGEST_RESIDUE
    return {"value": value, "changed": np.array(int(moved))}
