"""nn_basics.adam_step: momentum and RMSProp together, both averages corrected for their start."""

from __future__ import annotations

import numpy as np
import torch

from checks.exercise import Case, Exercise, Part
from checks.nn_basics import updates
from checks.nn_basics.common import MANNERS, which_are_wrong
from checks.probes.arrays import ArraysProbe
from checks.rules import Close
from gan_utils.updates import adam_step

Array = np.ndarray
Three = tuple[Array, Array, Array]
STATES = {"mean": "signed", "square": "square"}
RESULTS = ("new_parameter", "new_mean", "new_square")


def _cases(rng: np.random.Generator) -> list[Case]:
    def case(part: str, shape: tuple[int, ...], *, size: float = 1.0, fresh: bool = False,
             dtype: str = "float32", **settings: float) -> Case:  # fmt: skip
        return updates.case(rng, part, shape, STATES, settings, size=size, fresh=fresh, dtype=dtype)

    half = {"beta1": 0.5, "beta2": 0.75}
    return [
        case("core", (4, 3), step=3, lr=0.5, beta1=0.75, beta2=0.5),
        case("core", (5,), step=1, lr=0.25, **half, fresh=True),
        case("core", (2, 3, 2), step=2, lr=0.5),
        case("core", (3, 1), step=50, lr=1.0, beta1=0.25, beta2=0.875),
        case("core", (6,), step=4, lr=0.5, beta1=0.5, beta2=0.999, size=256.0),
        case("core", (4,), step=2, lr=0.125, beta1=0.0, beta2=0.5),
        case("eps", (5,), step=2, lr=0.5, **half, eps=updates.TINY, size=updates.TINY),
        case("eps", (4, 2), step=3, lr=0.5, **half, eps=0.25),
        case("default lr", (3, 2), step=2, size=2.0),
        case("float64", (3, 4), step=2, lr=0.3, beta1=0.8, beta2=0.9, dtype="float64"),
    ]


exercise = Exercise(
    name="nn_basics.adam_step",
    signature=(
        "adam_step(parameter, gradient, mean, square, step, lr=1e-3, beta1=0.9, beta2=0.999, "
        "eps=1e-8) -> (Array, Array, Array)"
    ),
    about="one step of Adam, counted from 1: the new parameter, the new mean, the new square",
    see="Four ways to take a step",
    parts=(
        Part("core", 4, "the step"),
        Part("eps", 1, "gradients so small, or an eps so large, that eps counts"),
        Part("default lr", 1, "lr left at its default"),
        Part("float64", 1, "float64 arrays"),
    ),
    probe=ArraysProbe(
        ("parameter", "gradient", "mean", "square"),
        ("step", "lr", "beta1", "beta2", "eps"),
        RESULTS,
    ),
    rules={name: Close(name) for name in RESULTS} | MANNERS,
    cases=_cases,
    reference=adam_step,
    references=("gan_utils.updates.adam_step",),
    explain=which_are_wrong(RESULTS),
    main="new_parameter",
)
variant = exercise.variant


@variant
def step_by_step(
    p: Array, g: Array, m: Array, v: Array, step: int,
    lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> Three:  # fmt: skip
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    m_hat, v_hat = m / (1 - beta1**step), v / (1 - beta2**step)
    return p - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@variant
def correction_in_the_rate(
    p: Array, g: Array, m: Array, v: Array, step: int,
    lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> list[Array]:  # fmt: skip
    m, v = m + (1 - beta1) * (g - m), v + (1 - beta2) * (g**2 - v)
    root = np.sqrt(1 - beta2**step)
    rate = lr * root / (1 - beta1**step)
    return [p - rate * m / (np.sqrt(v) + root * eps), m, v]


@variant
def on_copies(
    p: Array, g: Array, m: Array, v: Array, t: int,
    lr: float = 1e-3, b1: float = 0.9, b2: float = 0.999, eps: float = 1e-8,
) -> Three:  # fmt: skip
    p, m, v = p.copy(), m.copy(), v.copy()
    m *= b1
    m += (1 - b1) * g
    v *= b2
    v += (1 - b2) * g**2
    p -= lr * (m / (1 - np.power(b1, t))) / ((v / (1 - np.power(b2, t))) ** 0.5 + eps)
    return p, m, v


@variant
def by_torch_adam(
    p: Array, g: Array, m: Array, v: Array, step: int,
    lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> Three:  # fmt: skip
    leaf = torch.tensor(p, requires_grad=True)
    optimizer = torch.optim.Adam([leaf], lr=lr, betas=(beta1, beta2), eps=eps)
    state = {"exp_avg": torch.tensor(m), "exp_avg_sq": torch.tensor(v)}
    optimizer.state[leaf] = {"step": torch.tensor(float(step - 1)), **state}
    leaf.grad = torch.tensor(g)
    optimizer.step()
    return leaf.detach(), state["exp_avg"], state["exp_avg_sq"]


@variant
def one_by_one(
    p: Array, g: Array, m: Array, v: Array, step: int,
    lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> Three:  # fmt: skip
    news = [np.empty_like(a) for a in (p, m, v)]
    for i in np.ndindex(p.shape):
        one = adam_step(p[i], g[i], m[i], v[i], step, lr, beta1, beta2, eps)
        for new, number in zip(news, one, strict=True):
            new[i] = number
    return tuple(news)
