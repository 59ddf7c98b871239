"""nn_basics.leaky_relu_backward: the gradient on its way back through an activation."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from checks.exercise import Case, Exercise, Part
from checks.nn_basics.common import MANNERS, limit_of, shapes, typed
from checks.probes.arrays import ArraysProbe
from checks.rules import Close
from checks.vanilla_gan.common import grid
from gan_utils import basics

Array = np.ndarray


def _cases(rng: np.random.Generator) -> list[Case]:
    return [
        _case(rng, "core", (7,), None),
        _case(rng, "core", (5, 3), 0.2),
        _case(rng, "core", (4, 1), 0.5),
        _case(rng, "core", (6, 4), 0.0),
        _case(rng, "core", (2, 3, 4), 0.3),
        _case(rng, "core", (1, 6), 0.125, scale=200.0),
        _case(rng, "float64", (3, 4), 0.2, dtype="float64"),
    ]


def _case(
    rng: np.random.Generator,
    part: str,
    shape: tuple[int, ...],
    slope: float | None,
    scale: float = 3.0,
    dtype: str = "float32",
) -> Case:
    x, upstream = grid(rng, shape, scale), grid(rng, shape, 2.0)
    x[x == 0], upstream[upstream == 0] = scale, 1.5  # at 0 either slope is right
    inputs = typed({"x": x, "upstream": upstream}, dtype) | shapes(value=shape)
    title = f"x of shape {shape}"
    if slope is None:
        title += ", slope left at its default"
    else:
        inputs["slope"] = np.array(slope)
        title += f", slope {slope:g}"
    return Case(part, title + (", float64" if dtype == "float64" else ""), inputs, limit_of(dtype))


exercise = Exercise(
    name="nn_basics.leaky_relu_backward",
    signature="leaky_relu_backward(x: Array, upstream: Array, slope: float = 0.01) -> Array",
    about="upstream where x is positive, slope * upstream elsewhere: a new array",
    see="The chain rule",
    parts=(Part("core", 3, "the values"), Part("float64", 1, "float64 arrays")),
    probe=ArraysProbe(("x", "upstream"), ("slope",)),
    rules={"value": Close(), **MANNERS},
    cases=_cases,
    reference=basics.leaky_relu_backward,
    references=("gan_utils.basics.leaky_relu_backward",),
)
variant = exercise.variant


@variant
def by_mask(x: Array, upstream: Array, slope: float = 0.01) -> Array:
    positive = (x >= 0).astype(x.dtype)
    return upstream * (positive + slope * (1 - positive))


@variant
def by_assignment_to_a_copy(x: Array, upstream: Array, slope: float = 0.01) -> Array:
    dx = upstream.copy()
    dx[x < 0] *= slope
    return dx


@variant
def by_local_derivative(x: Array, grad: Array, alpha: float = 0.01) -> Array:
    local = np.ones_like(x)
    local[x <= 0] = alpha
    return grad * local


@variant
def by_select(x: Array, upstream: Array, slope: float = 0.01) -> Array:
    return np.select([x > 0], [upstream], default=upstream * slope)


@variant
def by_heaviside(x: Array, upstream: Array, slope: float = 0.01) -> Array:
    return upstream * ((1 - slope) * np.heaviside(x, 0.5) + slope)


@variant
def by_autograd(x: Array, upstream: Array, slope: float = 0.01) -> torch.Tensor:
    leaf = torch.from_numpy(x).requires_grad_()
    F.leaky_relu(leaf, slope).backward(torch.from_numpy(upstream))
    return leaf.grad
