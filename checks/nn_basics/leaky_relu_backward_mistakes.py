"""The known wrong ways of nn_basics.leaky_relu_backward."""

from __future__ import annotations

import numpy as np

from checks.nn_basics.common import CHANGES_INPUT, FLOAT32
from checks.nn_basics.leaky_relu_backward import Array, exercise

mistake = exercise.mistake


@mistake(
    "upstream_ignored",
    "This is the derivative of the activation alone. The chain rule multiplies it by what comes "
    "from above: upstream.",
)
def _(x: Array, upstream: Array, slope: float = 0.01) -> Array:
    return np.where(x > 0, 1.0, slope).astype(x.dtype)


@mistake(
    "forward_again",
    "This is the activation itself, of x or of upstream. Backwards, its derivative at x (1 or "
    "slope) multiplies upstream.",
)
def _(x: Array, upstream: Array, slope: float = 0.01) -> Array:
    return np.where(x > 0, x, slope * x)


@mistake("forward_again")
def _(x: Array, upstream: Array, slope: float = 0.01) -> Array:
    return np.where(x > 0, x, slope * x) * upstream


@mistake(
    "mask_from_upstream",
    "The sign of upstream decides here. It is x, the number that went forward, that decides which "
    "side of the bend the neuron is on.",
)
def _(x: Array, upstream: Array, slope: float = 0.01) -> Array:
    return np.where(upstream > 0, upstream, slope * upstream)


@mistake("mask_from_upstream")
def _(x: Array, upstream: Array, slope: float = 0.01) -> Array:
    return np.where(x * upstream > 0, upstream, slope * upstream)


@mistake("slope_ignored", "The argument `slope` is not used, or stands at a fixed number.")
def _(x: Array, upstream: Array, slope: float = 0.01) -> Array:
    return np.where(x > 0, upstream, 0.01 * upstream)


@mistake(
    "relu_backward",
    "This is the backward pass of the plain ReLU: where x is negative, slope * upstream passes.",
)
def _(x: Array, upstream: Array, slope: float = 0.01) -> Array:
    return upstream * (x > 0)


@mistake(
    "everything_passes",
    "upstream passes unchanged everywhere: where x is negative it must be multiplied by slope.",
)
def _(x: Array, upstream: Array, slope: float = 0.01) -> Array:
    return upstream.copy()


@mistake("sides_swapped", "The sides are swapped: the slope belongs where x is negative.")
def _(x: Array, upstream: Array, slope: float = 0.01) -> Array:
    return np.where(x > 0, slope * upstream, upstream)


@mistake(
    "slope_not_multiplied",
    "Where x is negative the result is the slope itself, without upstream: it is a factor.",
)
def _(x: Array, upstream: Array, slope: float = 0.01) -> Array:
    return np.where(x > 0, upstream, slope)


@mistake(
    "multiplied_by_x",
    "x is a factor here. The activation is straight on both sides, so its derivative is 1 or "
    "slope, not x.",
)
def _(x: Array, upstream: Array, slope: float = 0.01) -> Array:
    return np.where(x > 0, x * upstream, slope * upstream)


@mistake("multiplied_by_x")
def _(x: Array, upstream: Array, slope: float = 0.01) -> Array:
    return np.where(x > 0, upstream, slope * x * upstream)


@mistake("slope_added", "Where x is negative the slope is added or subtracted; it is a factor.")
def _(x: Array, upstream: Array, slope: float = 0.01) -> Array:
    return np.where(x > 0, upstream, upstream + slope)


@mistake("slope_added")
def _(x: Array, upstream: Array, slope: float = 0.01) -> Array:
    return np.where(x > 0, upstream, upstream - slope)


@mistake("sign_slip", "The negative side has the wrong sign: the slope is positive.")
def _(x: Array, upstream: Array, slope: float = 0.01) -> Array:
    return np.where(x > 0, upstream, -slope * upstream)


@mistake("wrong_threshold", "The two sides meet at 0, but yours meet elsewhere: the mask is x > 0.")
def _(x: Array, upstream: Array, slope: float = 0.01) -> Array:
    return np.where(x > 1, upstream, slope * upstream)


@mistake("both_sides_scaled", "The slope multiplies everything, where x is positive too.")
def _(x: Array, upstream: Array, slope: float = 0.01) -> Array:
    return slope * upstream


@mistake("summed", "The gradients are added up: each number of x gets its own.")
def _(x: Array, upstream: Array, slope: float = 0.01) -> float:
    return np.where(x > 0, upstream, slope * upstream).sum()


@mistake(*CHANGES_INPUT)
def _(x: Array, upstream: Array, slope: float = 0.01) -> Array:
    upstream[x < 0] *= slope
    return upstream


@mistake(CHANGES_INPUT[0])
def _(x: Array, upstream: Array, slope: float = 0.01) -> Array:
    x[x > 0] = 1
    x[x < 0] = slope
    return x * upstream


@exercise.limitation(*FLOAT32)
def _(x: Array, upstream: Array, slope: float = 0.01) -> Array:
    return np.where(x > 0, upstream, np.float32(slope) * upstream).astype(np.float32)
