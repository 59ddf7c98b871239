"""Inputs and rules that several exercises of this notebook share."""

from __future__ import annotations

import numpy as np

from checks.rules import Exact, Rule


def grid(rng: np.random.Generator, shape: tuple[int, ...], scale: float) -> np.ndarray:
    """Numbers in [-scale, scale] on a grid of 1/64, which float32 holds exactly: float64."""
    steps = int(scale * 64)
    return rng.integers(-steps, steps, size=shape, endpoint=True) / 64.0


# What every function of tensors must keep to, beside its values and gradients.
MANNERS: dict[str, Rule] = {
    "changed": Exact(lambda *_: "your function changed the tensor that it was given"),
    "kept_type": Exact(lambda *_: "given float64, your function did not give float64 back"),
    "has_grad": Exact(lambda *_: "no gradient flows from your result back to the input"),
}
