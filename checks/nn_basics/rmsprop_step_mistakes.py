"""The known wrong ways of nn_basics.rmsprop_step."""

from __future__ import annotations

import numpy as np

from checks.nn_basics import updates
from checks.nn_basics.rmsprop_step import Array, Two, exercise, rmsprop_step

mistake = exercise.mistake


def _square(g: Array, s: Array, decay: float) -> Array:
    return decay * s + (1 - decay) * g**2


@mistake(
    "root_missing",
    "The step is divided by the average square itself; its square root has the gradient's size.",
)
def _(p: Array, g: Array, s: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Two:
    s = _square(g, s, decay)
    return p - lr * g / (s + eps), s


@mistake(
    "decay_swapped",
    "decay and 1 - decay have changed places: the old average keeps the share `decay`.",
)
def _(p: Array, g: Array, s: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Two:
    s = _square(g, s, 1 - decay)
    return p - lr * g / (np.sqrt(s) + eps), s


@mistake(
    "sum_of_squares",
    "The squares are added up and never fade, so the steps shrink for ever (that is Adagrad, or "
    "the factor 1 - decay is missing). An average keeps `decay` of the old and takes 1 - decay of "
    "the new.",
)
def _(p: Array, g: Array, s: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Two:
    s = s + g**2
    return p - lr * g / (np.sqrt(s) + eps), s


@mistake("sum_of_squares")
def _(p: Array, g: Array, s: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Two:
    s = decay * s + g**2
    return p - lr * g / (np.sqrt(s) + eps), s


@mistake("sum_of_squares")
def _(p: Array, g: Array, s: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Two:
    s = s + (1 - decay) * g**2
    return p - lr * g / (np.sqrt(s) + eps), s


@mistake(
    "gradient_not_squared",
    "The average is taken of the gradient, or of its size; it must be of its square.",
)
def _(p: Array, g: Array, s: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Two:
    s = decay * s + (1 - decay) * g
    return p - lr * g / (np.sqrt(s) + eps), s


@mistake("gradient_not_squared")
def _(p: Array, g: Array, s: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Two:
    s = decay * s + (1 - decay) * np.abs(g)
    return p - lr * g / (np.sqrt(s) + eps), s


@mistake(
    "average_over_parameters",
    "One average is taken over all parameters; every parameter has its own.",
)
def _(p: Array, g: Array, s: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Two:
    s = decay * s + (1 - decay) * (g**2).mean()
    return p - lr * g / (np.sqrt(s) + eps), s


@mistake(*updates.UPHILL)
def _(p: Array, g: Array, s: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Two:
    s = _square(g, s, decay)
    return p + lr * g / (np.sqrt(s) + eps), s


@mistake(*updates.OLD_STATE_USED)
def _(p: Array, g: Array, s: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Two:
    return p - lr * g / (np.sqrt(s) + eps), _square(g, s, decay)


@mistake(*updates.STATE_KEPT)
def _(p: Array, g: Array, s: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Two:
    return p - lr * g / (np.sqrt(_square(g, s, decay)) + eps), s


@mistake("decay_ignored", "The argument `decay` is not used, or stands at a fixed number.")
def _(p: Array, g: Array, s: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Two:
    return rmsprop_step(p, g, s, lr, 0.9, eps)


@mistake("decay_ignored")
def _(p: Array, g: Array, s: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Two:
    return rmsprop_step(p, g, s, lr, 0.99, eps)


@mistake(
    "wrong_default", "Called without a decay, your function must use 0.99, as torch's RMSprop does."
)
def _(p: Array, g: Array, s: Array, lr: float, decay: float = 0.9, eps: float = 1e-8) -> Two:
    return rmsprop_step(p, g, s, lr, decay, eps)


@mistake(
    "not_divided",
    "The gradient is not divided by the root of its average square: plain gradient descent.",
)
def _(p: Array, g: Array, s: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Two:
    return p - lr * g, _square(g, s, decay)


@mistake(
    "only_the_sign",
    "The gradient is divided by its own size, so that only its sign is left.",
)
def _(p: Array, g: Array, s: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Two:
    return p - lr * g / (np.abs(g) + eps), _square(g, s, decay)


@mistake(
    "eps_missing",
    "eps is missing: where no gradient ever came the step is 0/0, which is NaN.",
)
def _(p: Array, g: Array, s: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Two:
    s = _square(g, s, decay)
    return p - lr * g / np.sqrt(s), s


@mistake(
    "brackets_missing",
    "Brackets are missing: g / sqrt(s) + eps adds eps to the step, not to the root.",
)
def _(p: Array, g: Array, s: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Two:
    s = _square(g, s, decay)
    return p - lr * (g / np.sqrt(s) + eps), s


@mistake(*updates.RATE_FIXED)
def _(p: Array, g: Array, s: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Two:
    s = _square(g, s, decay)
    return p - g / (np.sqrt(s) + eps), s


@mistake(*updates.ORDER)
def _(p: Array, g: Array, s: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Two:
    p, s = rmsprop_step(p, g, s, lr, decay, eps)
    return s, p


@mistake("parameter_alone", "Only the new parameter comes back; the new square must come too.")
def _(p: Array, g: Array, s: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Array:
    return rmsprop_step(p, g, s, lr, decay, eps)[0]


@mistake(*updates.IN_PLACE)
def _(p: Array, g: Array, s: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Two:
    s *= decay
    s += (1 - decay) * g**2
    p -= lr * g / (np.sqrt(s) + eps)
    return p, s


@mistake(updates.IN_PLACE[0])
def _(p: Array, g: Array, s: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Two:
    s *= decay
    s += (1 - decay) * g**2
    return p - lr * g / (np.sqrt(s) + eps), s


@exercise.limitation(
    "eps_inside_root",
    "eps stands inside the root, as in some libraries. Here, as in torch, it is added to the root: "
    "inside, an eps of 1e-8 acts like 1e-4.",
)
def _(p: Array, g: Array, s: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Two:
    s = _square(g, s, decay)
    return p - lr * g / np.sqrt(s + eps), s


@exercise.limitation("eps_ignored", "The argument `eps` is not used, or stands at a fixed number.")
def _(p: Array, g: Array, s: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Two:
    return rmsprop_step(p, g, s, lr, decay, 1e-8)


@exercise.limitation(*updates.FLOAT32)
def _(p: Array, g: Array, s: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Two:
    return rmsprop_step(*updates.single_precision((p, g, s)), lr, decay, eps)
