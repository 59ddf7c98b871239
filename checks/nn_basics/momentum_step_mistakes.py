"""The known wrong ways of nn_basics.momentum_step."""

from __future__ import annotations

from checks.nn_basics import updates
from checks.nn_basics.momentum_step import Array, Two, exercise, momentum_step

mistake = exercise.mistake


@mistake(
    "momentum_forgotten",
    "This is plain gradient descent: the velocity takes no part in the step.",
)
def _(p: Array, g: Array, v: Array, lr: float, momentum: float = 0.9) -> Two:
    return p - lr * g, momentum * v + g


@mistake("momentum_forgotten")
def _(p: Array, g: Array, v: Array, lr: float, momentum: float = 0.9) -> Two:
    return p - lr * g, v


@mistake("momentum_forgotten")
def _(p: Array, g: Array, v: Array, lr: float, momentum: float = 0.9) -> Two:
    return p - lr * g, g


@mistake(
    "dampened",
    "The gradient is multiplied by 1 - momentum, which makes the velocity an average. In this "
    "convention, torch's, the whole gradient is added.",
)
def _(p: Array, g: Array, v: Array, lr: float, momentum: float = 0.9) -> Two:
    v = momentum * v + (1 - momentum) * g
    return p - lr * v, v


@mistake(
    "learning_rate_in_velocity",
    "The learning rate is inside the velocity. In this convention, torch's, the velocity collects "
    "plain gradients, and lr multiplies it in the step.",
)
def _(p: Array, g: Array, v: Array, lr: float, momentum: float = 0.9) -> Two:
    v = momentum * v + lr * g
    return p - v, v


@mistake("learning_rate_in_velocity")
def _(p: Array, g: Array, v: Array, lr: float, momentum: float = 0.9) -> Two:
    v = momentum * v - lr * g
    return p + v, v


@mistake(
    "velocity_downhill",
    "The velocity collects minus the gradient. In this convention, torch's, it collects gradients, "
    "and the step subtracts it.",
)
def _(p: Array, g: Array, v: Array, lr: float, momentum: float = 0.9) -> Two:
    v = momentum * v - g
    return p + lr * v, v


@mistake("velocity_downhill")
def _(p: Array, g: Array, v: Array, lr: float, momentum: float = 0.9) -> Two:
    v = momentum * v - g
    return p - lr * v, v


@mistake(*updates.UPHILL)
def _(p: Array, g: Array, v: Array, lr: float, momentum: float = 0.9) -> Two:
    v = momentum * v + g
    return p + lr * v, v


@mistake(
    "nesterov",
    "This is Nesterov's form, which looks one step ahead. Here the step is lr times the velocity.",
)
def _(p: Array, g: Array, v: Array, lr: float, momentum: float = 0.9) -> Two:
    v = momentum * v + g
    return p - lr * (g + momentum * v), v


@mistake(*updates.OLD_STATE_USED)
def _(p: Array, g: Array, v: Array, lr: float, momentum: float = 0.9) -> Two:
    return p - lr * v, momentum * v + g


@mistake(*updates.STATE_KEPT)
def _(p: Array, g: Array, v: Array, lr: float, momentum: float = 0.9) -> Two:
    return p - lr * (momentum * v + g), v


@mistake(
    "momentum_ignored",
    "The argument `momentum` is not used, or stands at a fixed number.",
)
def _(p: Array, g: Array, v: Array, lr: float, momentum: float = 0.9) -> Two:
    return momentum_step(p, g, v, lr, 0.9)


@mistake("momentum_ignored")
def _(p: Array, g: Array, v: Array, lr: float, momentum: float = 0.9) -> Two:
    return momentum_step(p, g, v, lr, 1.0)


@mistake(
    "momentum_on_the_gradient",
    "momentum multiplies the gradient; it multiplies the old velocity, which fades.",
)
def _(p: Array, g: Array, v: Array, lr: float, momentum: float = 0.9) -> Two:
    v = v + momentum * g
    return p - lr * v, v


@mistake("momentum_on_the_gradient")
def _(p: Array, g: Array, v: Array, lr: float, momentum: float = 0.9) -> Two:
    v = (1 - momentum) * v + momentum * g
    return p - lr * v, v


@mistake("momentum_on_the_gradient")
def _(p: Array, g: Array, v: Array, lr: float, momentum: float = 0.9) -> Two:
    v = momentum * (v + g)
    return p - lr * v, v


@mistake(*updates.RATE_FIXED)
def _(p: Array, g: Array, v: Array, lr: float, momentum: float = 0.9) -> Two:
    v = momentum * v + g
    return p - v, v


@mistake(*updates.ORDER)
def _(p: Array, g: Array, v: Array, lr: float, momentum: float = 0.9) -> Two:
    p, v = momentum_step(p, g, v, lr, momentum)
    return v, p


@mistake("parameter_alone", "Only the new parameter comes back; the new velocity must come too.")
def _(p: Array, g: Array, v: Array, lr: float, momentum: float = 0.9) -> Array:
    return p - lr * (momentum * v + g)


@mistake(*updates.IN_PLACE)
def _(p: Array, g: Array, v: Array, lr: float, momentum: float = 0.9) -> Two:
    v *= momentum
    v += g
    p -= lr * v
    return p, v


@mistake(updates.IN_PLACE[0])
def _(p: Array, g: Array, v: Array, lr: float, momentum: float = 0.9) -> Two:
    v *= momentum
    v += g
    return p - lr * v, v


@exercise.limitation(*updates.FLOAT32)
def _(p: Array, g: Array, v: Array, lr: float, momentum: float = 0.9) -> Two:
    return momentum_step(*updates.single_precision((p, g, v)), lr, momentum)
