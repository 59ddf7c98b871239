"""Random sources: what they draw, for its law; never for the values under a seed."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from checks.observe import Answer, Arrays, BadReturn, reseed
from checks.probes.functions import to_numpy

SMALL = (3, 4)  # what is asked for where not the law of the numbers matters


def source_probe(answer: Answer, inputs: Arrays) -> Arrays:
    """The probe that the case names as "probe": law, dtype, device or seeding."""
    return PROBES[str(inputs["probe"])](answer, inputs)


def law_probe(answer: Answer, inputs: Arrays) -> Arrays:
    """Observe two calls of `answer(batch_size, dim)`: first and second, float32."""
    shape = int(inputs["batch_size"]), int(inputs["dim"])
    return {name: _drawn(answer(*shape), shape) for name in ("first", "second")}


def dtype_probe(answer: Answer, inputs: Arrays) -> Arrays:
    """Observe `answer(3, 4, dtype=torch.float64)` in the type in which it comes: typed."""
    drawn = answer(*SMALL, dtype=torch.float64)
    _drawn(drawn, SMALL)
    if drawn.dtype == torch.bfloat16:
        drawn = drawn.float()  # NumPy has no such type
    return {"typed": drawn.detach().cpu().numpy()}


def device_probe(answer: Answer, inputs: Arrays) -> Arrays:
    """Observe whether `answer(3, 4, device="meta")` is there (on_device: 1 if so).

    Every machine has that device, and it holds no numbers.
    """
    drawn = answer(*SMALL, device="meta")
    _require_tensor(drawn)
    return {"on_device": np.array(int(drawn.device.type == "meta"))}


def seeding_probe(answer: Answer, inputs: Arrays) -> Arrays:
    """Observe two calls of `answer(4, 5)` after the same global seeds: draws (2, 4, 5)."""
    draws = []
    for _ in range(2):
        reseed(int(inputs["seed"]))
        draws.append(_drawn(answer(4, 5), (4, 5)))
    return {"draws": np.stack(draws)}


PROBES = {
    "law": law_probe,
    "dtype": dtype_probe,
    "device": device_probe,
    "seeding": seeding_probe,
}


def _require_tensor(drawn: object) -> None:
    if drawn is not None and not isinstance(drawn, Tensor):
        kind = type(drawn).__name__
        raise BadReturn("not_a_tensor", f"Your function returned a {kind}, expected a tensor.")
    to_numpy(drawn if drawn is None else 0)


def _drawn(drawn: object, shape: tuple[int, int]) -> np.ndarray:
    _require_tensor(drawn)
    array = to_numpy(drawn).astype(np.float32)
    if array.shape != shape:
        raise BadReturn(
            "wrong_shape",
            f"Your function gave the shape {array.shape}, expected (batch_size, dim) = {shape}.",
        )
    if not np.isfinite(array).all():
        raise BadReturn("not_finite", "There is a NaN or an infinity among your numbers.")
    return array
