"""The known wrong ways of nn_basics.adam_step."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from checks.nn_basics import updates
from checks.nn_basics.adam_step import Array, Three, adam_step, exercise

mistake = exercise.mistake
Answer = Callable[..., Three]


def _adam(
    first: Callable[..., Array] = lambda m, g, b: b * m + (1 - b) * g,
    second: Callable[..., Array] = lambda v, g, b: b * v + (1 - b) * g**2,
    step_of: Callable[..., Array] = lambda m, v, eps: m / (np.sqrt(v) + eps),
    corrections: Callable[..., tuple[float, float]] = lambda b1, b2, t: (1 - b1**t, 1 - b2**t),
) -> Answer:
    """Adam with one of its pieces exchanged."""

    def answer(
        p: Array, g: Array, m: Array, v: Array, step: int,
        lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
    ) -> Three:  # fmt: skip
        m, v = first(m, g, beta1), second(v, g, beta2)
        c1, c2 = corrections(beta1, beta2, step)
        return p - lr * step_of(m / c1, v / c2, eps), m, v

    return answer


mistake(
    "correction_missing",
    "The averages are used as they are. Both start at 0, so the first ones are too small: divide "
    "the mean by 1 - beta1^step and the square by 1 - beta2^step.",
)(_adam(corrections=lambda b1, b2, t: (1, 1)))

mistake(
    "one_correction_missing",
    "Only one of the two averages is corrected for its start; both must be.",
)(_adam(corrections=lambda b1, b2, t: (1 - b1**t, 1)))

mistake("one_correction_missing")(_adam(corrections=lambda b1, b2, t: (1, 1 - b2**t)))

mistake(
    "steps_from_zero",
    "The step is counted wrongly: the first one is step 1, and the power is beta^step itself.",
)(_adam(corrections=lambda b1, b2, t: (1 - b1 ** (t + 1), 1 - b2 ** (t + 1))))


def _from_zero(b1: float, b2: float, t: int) -> tuple[float, float]:
    with np.errstate(all="ignore"):
        return np.float64(1 - b1 ** (t - 1)), np.float64(1 - b2 ** (t - 1))


mistake("steps_from_zero")(_adam(corrections=_from_zero))

mistake(
    "power_forgotten",
    "The averages are divided by 1 - beta; it must be 1 - beta^step, which comes near 1 with time.",
)(_adam(corrections=lambda b1, b2, t: (1 - b1, 1 - b2)))

mistake("power_forgotten")(_adam(corrections=lambda b1, b2, t: (1 - b1 * t, 1 - b2 * t)))

mistake(
    "multiplied_for_divided",
    "The averages are multiplied by 1 - beta^step; they must be divided by it, since they are too "
    "small at the start.",
)(_adam(corrections=lambda b1, b2, t: (1 / (1 - b1**t), 1 / (1 - b2**t))))


@mistake(
    "betas_swapped",
    "beta1 and beta2 have changed places: beta1 belongs to the mean, beta2 to the square.",
)
def _(
    p: Array, g: Array, m: Array, v: Array, step: int,
    lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> Three:  # fmt: skip
    return adam_step(p, g, m, v, step, lr, beta2, beta1, eps)


mistake(
    "weights_of_average_swapped",
    "beta and 1 - beta have changed places: the old average keeps the share beta.",
)(_adam(lambda m, g, b: (1 - b) * m + b * g, lambda v, g, b: (1 - b) * v + b * g**2))


@mistake(
    "gradient_for_mean",
    "The step takes the gradient itself; Adam takes its running mean.",
)
def _(
    p: Array, g: Array, m: Array, v: Array, step: int,
    lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> Three:  # fmt: skip
    _, m, v = adam_step(p, g, m, v, step, lr, beta1, beta2, eps)
    return p - lr * g / (np.sqrt(v / (1 - beta2**step)) + eps), m, v


mistake(
    "root_missing",
    "The step is divided by the average square itself; its square root has the gradient's size.",
)(_adam(step_of=lambda m, v, eps: m / (v + eps)))

mistake(
    "not_divided",
    "The mean is not divided by the root of the average square: this is momentum alone.",
)(_adam(step_of=lambda m, v, eps: m))

mistake(
    "gradient_not_squared",
    "The second average is taken of the gradient, or of its size; it must be of its square.",
)(_adam(second=lambda v, g, b: b * v + (1 - b) * np.abs(g)))

mistake("gradient_not_squared")(_adam(second=lambda v, g, b: b * v + (1 - b) * g))

mistake(
    "sum_for_average",
    "The factor 1 - beta is missing in front of the new gradient (or of its square).",
)(_adam(lambda m, g, b: b * m + g, lambda v, g, b: b * v + g**2))

mistake("sum_for_average")(_adam(first=lambda m, g, b: b * m + g))
mistake("sum_for_average")(_adam(second=lambda v, g, b: b * v + g**2))

mistake(*updates.UPHILL)(_adam(step_of=lambda m, v, eps: -m / (np.sqrt(v) + eps)))

mistake(
    "eps_missing",
    "eps is missing: where no gradient ever came the step is 0/0, which is NaN.",
)(_adam(step_of=lambda m, v, eps: m / np.sqrt(v)))


@mistake(
    "corrected_state_returned",
    "The corrected averages come back as the new state, and would be corrected once more in the "
    "next step. Correct them where they are used; keep them as they are.",
)
def _(
    p: Array, g: Array, m: Array, v: Array, step: int,
    lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> Three:  # fmt: skip
    p, m, v = adam_step(p, g, m, v, step, lr, beta1, beta2, eps)
    return p, m / (1 - beta1**step), v / (1 - beta2**step)


@mistake(*updates.OLD_STATE_USED)
def _(
    p: Array, g: Array, m: Array, v: Array, step: int,
    lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> Three:  # fmt: skip
    c1, c2 = 1 - beta1**step, 1 - beta2**step
    new = p - lr * (m / c1) / (np.sqrt(v / c2) + eps)
    return new, *adam_step(p, g, m, v, step, lr, beta1, beta2, eps)[1:]


@mistake(*updates.STATE_KEPT)
def _(
    p: Array, g: Array, m: Array, v: Array, step: int,
    lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> Three:  # fmt: skip
    return adam_step(p, g, m, v, step, lr, beta1, beta2, eps)[0], m, v


@mistake("betas_ignored", "The arguments beta1 and beta2 are not used, or stand at fixed numbers.")
def _(
    p: Array, g: Array, m: Array, v: Array, step: int,
    lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> Three:  # fmt: skip
    return adam_step(p, g, m, v, step, lr, 0.9, 0.999, eps)


@mistake(
    "wrong_default",
    "Called without betas, your function must use 0.9 and 0.999.",
)
def _(
    p: Array, g: Array, m: Array, v: Array, step: int,
    lr: float = 1e-3, beta1: float = 0.5, beta2: float = 0.999, eps: float = 1e-8,
) -> Three:  # fmt: skip
    return adam_step(p, g, m, v, step, lr, beta1, beta2, eps)


@mistake(*updates.RATE_FIXED)
def _(
    p: Array, g: Array, m: Array, v: Array, step: int,
    lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> Three:  # fmt: skip
    return adam_step(p, g, m, v, step, 1e-3, beta1, beta2, eps)


@mistake("learning_rate_ignored")
def _(
    p: Array, g: Array, m: Array, v: Array, step: int,
    lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> Three:  # fmt: skip
    return adam_step(p, g, m, v, step, 1.0, beta1, beta2, eps)


@mistake(*updates.ORDER)
def _(
    p: Array, g: Array, m: Array, v: Array, step: int,
    lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> Three:  # fmt: skip
    p, m, v = adam_step(p, g, m, v, step, lr, beta1, beta2, eps)
    return m, v, p


@mistake("order_of_results")
def _(
    p: Array, g: Array, m: Array, v: Array, step: int,
    lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> Three:  # fmt: skip
    p, m, v = adam_step(p, g, m, v, step, lr, beta1, beta2, eps)
    return p, v, m


@mistake(
    "parameter_alone", "Only the new parameter comes back; the two new averages must come too."
)
def _(
    p: Array, g: Array, m: Array, v: Array, step: int,
    lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> Array:  # fmt: skip
    return adam_step(p, g, m, v, step, lr, beta1, beta2, eps)[0]


@mistake(*updates.IN_PLACE)
def _(
    p: Array, g: Array, m: Array, v: Array, step: int,
    lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> Three:  # fmt: skip
    p[...], m[...], v[...] = adam_step(p, g, m, v, step, lr, beta1, beta2, eps)
    return p, m, v


@mistake(updates.IN_PLACE[0])
def _(
    p: Array, g: Array, m: Array, v: Array, step: int,
    lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> Three:  # fmt: skip
    new, m[...], v[...] = adam_step(p, g, m, v, step, lr, beta1, beta2, eps)
    return new, m, v


exercise.limitation(
    "eps_inside_root",
    "eps stands inside the root. Here, as in the paper and in torch, it is added to the root: "
    "inside, an eps of 1e-8 acts like 1e-4.",
)(_adam(step_of=lambda m, v, eps: m / np.sqrt(v + eps)))


@exercise.limitation(
    "eps_before_correction",
    "eps is added before the square is corrected, as in some libraries. Here, as in Algorithm 1 of "
    "the paper and in torch, the root of the corrected square comes first.",
)
def _(
    p: Array, g: Array, m: Array, v: Array, step: int,
    lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> Three:  # fmt: skip
    _, m, v = adam_step(p, g, m, v, step, lr, beta1, beta2, eps)
    rate = lr * np.sqrt(1 - beta2**step) / (1 - beta1**step)
    return p - rate * m / (np.sqrt(v) + eps), m, v


exercise.limitation("eps_ignored", "The argument `eps` is not used, or stands at a fixed number.")(
    _adam(step_of=lambda m, v, eps: m / (np.sqrt(v) + 1e-8))
)


@exercise.limitation("wrong_rate", "Called without lr, your function must use 1e-3.")
def _(
    p: Array, g: Array, m: Array, v: Array, step: int,
    lr: float = 1e-2, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> Three:  # fmt: skip
    return adam_step(p, g, m, v, step, lr, beta1, beta2, eps)


@exercise.limitation("wrong_rate")
def _(
    p: Array, g: Array, m: Array, v: Array, step: int,
    lr: float = 0.1, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> Three:  # fmt: skip
    return adam_step(p, g, m, v, step, lr, beta1, beta2, eps)


@exercise.limitation(*updates.FLOAT32)
def _(
    p: Array, g: Array, m: Array, v: Array, step: int,
    lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> Three:  # fmt: skip
    small = updates.single_precision((p, g, m, v))
    return adam_step(*small, step, lr, beta1, beta2, eps)
