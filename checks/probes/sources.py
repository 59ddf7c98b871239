"""Random sources: the law of what they draw, never the values under a seed."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from checks.exercise import Answer, Arrays
from checks.observe import BadReturn, reseed
from checks.probes.functions import to_numpy

LEVELS = np.linspace(0, 1, 201)


def law_probe(answer: Answer, inputs: Arrays) -> Arrays:
    """Observe `answer(batch_size, dim)`, twice.

    shape and is_tensor; quantiles, mean and square (mean of squares) of all numbers; repeated (1 if
    the second call gave the same numbers); along_rows, along_columns and between_calls:
    correlations of neighbours, and of the two calls.
    """
    rows, columns = (int(inputs[name]) for name in ("batch_size", "dim"))
    first = _drawn(answer(rows, columns), (rows, columns))
    second = _drawn(answer(rows, columns), (rows, columns))
    return {
        "outside": np.array(int((np.abs(first) > 1).sum())),
        "quantiles": np.quantile(first, LEVELS),
        "mean": first.mean(),
        "square": np.square(first).mean(),
        "repeated": np.array(int(np.array_equal(first, second))),
        "along_rows": _correlation(first[:, :-1], first[:, 1:]),
        "along_columns": _correlation(first[:-1], first[1:]),
        "between_calls": _correlation(first, second),
    }


def setting_probe(answer: Answer, inputs: Arrays) -> Arrays:
    """Observe what `answer(3, 4, dtype=..., device=...)` is: dtype and device as 1 if as asked.

    The device asked for is "meta", which every machine has and which holds no numbers.
    """
    if str(inputs["ask"]) == "dtype":
        drawn = answer(3, 4, dtype=torch.float64)
        _require_tensor(drawn)
        return {"as_asked": np.array(int(drawn.dtype == torch.float64))}
    drawn = answer(3, 4, device="meta")
    _require_tensor(drawn)
    return {"as_asked": np.array(int(drawn.device.type == "meta"))}


def seeding_probe(answer: Answer, inputs: Arrays) -> Arrays:
    """Observe whether the global seeds make `answer(4, 5)` repeat (repeats: 1 if so)."""
    draws = []
    for _ in range(2):
        reseed(int(inputs["seed"]))
        draws.append(_drawn(answer(4, 5), (4, 5)))
    return {"repeats": np.array(int(np.array_equal(*draws)))}


def _require_tensor(drawn: object) -> None:
    if drawn is not None and not isinstance(drawn, Tensor):
        kind = type(drawn).__name__
        raise BadReturn("not_a_tensor", f"Your function returned a {kind}, expected a tensor.")
    to_numpy(drawn if drawn is None else 0)


def _drawn(drawn: object, shape: tuple[int, int]) -> np.ndarray:
    _require_tensor(drawn)
    array = to_numpy(drawn)
    if array.shape != shape:
        raise BadReturn(
            "wrong_shape",
            f"Your function gave the shape {array.shape}, expected (batch_size, dim) = {shape}.",
        )
    if not np.isfinite(array).all():
        raise BadReturn("not_finite", "There is a NaN or an infinity among your numbers.")
    return array


def _correlation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Correlation of two arrays of numbers, 1 if either does not vary."""
    a, b = a.ravel() - a.mean(), b.ravel() - b.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return np.array((a @ b) / size if size > 1e-12 else 1.0)
