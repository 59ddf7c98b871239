"""nn_basics.momentum_step: gradient descent with a memory of its direction."""

from __future__ import annotations

import numpy as np
import torch

from checks.exercise import Case, Exercise, Part
from checks.nn_basics import updates
from checks.nn_basics.common import MANNERS, which_are_wrong
from checks.probes.arrays import ArraysProbe
from checks.rules import Close
from gan_utils.updates import momentum_step

Array = np.ndarray
Two = tuple[Array, Array]
STATES = {"velocity": "signed"}
RESULTS = ("new_parameter", "new_velocity")


def _cases(rng: np.random.Generator) -> list[Case]:
    def case(part: str, shape: tuple[int, ...], dtype: str = "float32", **settings: float) -> Case:
        return updates.case(rng, part, shape, STATES, settings, dtype=dtype)

    return [
        case("core", (4, 3), lr=0.5, momentum=0.5),
        case("core", (5,), lr=0.25, momentum=0.75),
        case("core", (2, 3, 2), lr=0.1),
        case("core", (3, 1), lr=1.0, momentum=0.25),
        case("core", (4,), lr=0.5, momentum=0.0),
        updates.case(rng, "core", (6,), STATES, {"lr": 0.2, "momentum": 0.9}, fresh=True),
        case("float64", (3, 4), "float64", lr=0.3, momentum=0.8),
    ]


exercise = Exercise(
    name="nn_basics.momentum_step",
    signature="momentum_step(parameter, gradient, velocity, lr, momentum=0.9) -> (Array, Array)",
    about="velocity <- momentum velocity + gradient; parameter <- parameter - lr velocity: both",
    see="Four ways to take a step",
    parts=(Part("core", 3, "the step"), Part("float64", 1, "float64 arrays")),
    probe=ArraysProbe(("parameter", "gradient", "velocity"), ("lr", "momentum"), RESULTS),
    rules={name: Close(name) for name in RESULTS} | MANNERS,
    cases=_cases,
    reference=momentum_step,
    references=("gan_utils.updates.momentum_step",),
    explain=which_are_wrong(RESULTS),
    main="new_parameter",
)
variant = exercise.variant


@variant
def written_out(p: Array, g: Array, v: Array, lr: float, momentum: float = 0.9) -> Two:
    return p - lr * (momentum * v + g), momentum * v + g


@variant
def on_copies(p: Array, g: Array, v: Array, lr: float, momentum: float = 0.9) -> list[Array]:
    p, v = p.copy(), v.copy()
    v *= momentum
    v += g
    p -= lr * v
    return [p, v]


@variant
def by_numpy_functions(p: Array, g: Array, v: Array, lr: float, momentum: float = 0.9) -> Two:
    new = np.add(np.multiply(v, momentum), g)
    return np.subtract(p, np.multiply(new, lr)), new


@variant
def by_torch_sgd(p: Array, g: Array, v: Array, lr: float, momentum: float = 0.9) -> Two:
    leaf = torch.tensor(p, requires_grad=True)
    optimizer = torch.optim.SGD([leaf], lr=lr, momentum=momentum)
    optimizer.state[leaf]["momentum_buffer"] = torch.tensor(v)
    leaf.grad = torch.tensor(g)
    velocity = optimizer.state[leaf]["momentum_buffer"]
    optimizer.step()
    return leaf.detach(), velocity if momentum else torch.tensor(g)


@variant
def from_differences(p: Array, g: Array, v: Array, lr: float, momentum: float = 0.9) -> Two:
    v = v + g - (1 - momentum) * v
    return p + (-lr) * v, v
