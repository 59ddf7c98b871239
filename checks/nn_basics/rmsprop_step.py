"""nn_basics.rmsprop_step: every parameter with a step length of its own."""

from __future__ import annotations

import numpy as np
import torch

from checks.exercise import Case, Exercise, Part
from checks.nn_basics import updates
from checks.nn_basics.common import MANNERS, which_are_wrong
from checks.probes.arrays import ArraysProbe
from checks.rules import Close
from gan_utils.updates import rmsprop_step

Array = np.ndarray
Two = tuple[Array, Array]
STATES = {"square": "square"}
RESULTS = ("new_parameter", "new_square")


def _cases(rng: np.random.Generator) -> list[Case]:
    def case(part: str, shape: tuple[int, ...], dtype: str = "float32", **settings: float) -> Case:
        return updates.case(rng, part, shape, STATES, settings, dtype=dtype)

    tiny = {"lr": 0.5, "decay": 0.9, "eps": updates.TINY}
    return [
        case("core", (4, 3), lr=0.5, decay=0.5),
        case("core", (5,), lr=0.25, decay=0.75),
        case("core", (2, 3, 2), lr=0.1),
        case("core", (3, 1), lr=1.0, decay=0.25),
        updates.case(rng, "core", (6,), STATES, {"lr": 0.2, "decay": 0.875}, size=256.0),
        updates.case(rng, "core", (5,), STATES, {"lr": 0.125, "decay": 0.75}, fresh=True),
        updates.case(rng, "eps", (5,), STATES, tiny, size=updates.TINY),
        updates.case(rng, "eps", (4, 2), STATES, tiny | {"decay": 0.5, "eps": 0.25}),
        case("float64", (3, 4), "float64", lr=0.3, decay=0.8),
    ]


exercise = Exercise(
    name="nn_basics.rmsprop_step",
    signature=(
        "rmsprop_step(parameter, gradient, square, lr, decay=0.99, eps=1e-8) -> (Array, Array)"
    ),
    about=(
        "square <- decay square + (1 - decay) gradient^2; "
        "parameter <- parameter - lr gradient / (sqrt(square) + eps): both"
    ),
    see="Four ways to take a step",
    parts=(
        Part("core", 2, "the step"),
        Part("eps", 1, "gradients so small, or an eps so large, that eps counts"),
        Part("float64", 1, "float64 arrays"),
    ),
    probe=ArraysProbe(("parameter", "gradient", "square"), ("lr", "decay", "eps"), RESULTS),
    rules={name: Close(name) for name in RESULTS} | MANNERS,
    cases=_cases,
    reference=rmsprop_step,
    references=("gan_utils.updates.rmsprop_step",),
    explain=which_are_wrong(RESULTS),
    main="new_parameter",
)
variant = exercise.variant


@variant
def by_sqrt(p: Array, g: Array, s: Array, lr: float, decay: float = 0.99, eps: float = 1e-8) -> Two:
    s = s * decay + (1.0 - decay) * np.square(g)
    return p - lr * (g / (np.sqrt(s) + eps)), s


@variant
def by_steps_of_the_average(
    p: Array, g: Array, s: Array, lr: float, decay: float = 0.99, eps: float = 1e-8
) -> list[Array]:
    s = s + (1 - decay) * (g * g - s)
    rate = lr / (np.sqrt(s) + eps)
    return [p - rate * g, s]


@variant
def on_copies(
    p: Array, g: Array, s: Array, lr: float, alpha: float = 0.99, eps: float = 1e-8
) -> Two:
    p, s = np.copy(p), np.copy(s)
    s *= alpha
    s += (1 - alpha) * g**2
    p -= lr * g / (s**0.5 + eps)
    return p, s


@variant
def by_torch_rmsprop(
    p: Array, g: Array, s: Array, lr: float, decay: float = 0.99, eps: float = 1e-8
) -> Two:
    leaf = torch.tensor(p, requires_grad=True)
    optimizer = torch.optim.RMSprop([leaf], lr=lr, alpha=decay, eps=eps)
    square = torch.tensor(s)
    optimizer.state[leaf] = {"step": torch.tensor(0.0), "square_avg": square}
    leaf.grad = torch.tensor(g)
    optimizer.step()
    return leaf.detach(), square


@variant
def one_by_one(
    p: Array, g: Array, s: Array, lr: float, decay: float = 0.99, eps: float = 1e-8
) -> Two:
    new_p, new_s = np.empty_like(p), np.empty_like(s)
    for i in np.ndindex(p.shape):
        new_s[i] = decay * s[i] + (1 - decay) * g[i] ** 2
        new_p[i] = p[i] - lr * g[i] / (new_s[i] ** 0.5 + eps)
    return new_p, new_s
