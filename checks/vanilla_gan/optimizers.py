"""vanilla_gan.optimizers: Adam at 1e-3 with beta1 = 0.5, one for each network."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.optim import Adam, AdamW, Optimizer

from checks.exercise import Arrays, Case, Exercise, Finding, Part
from checks.observe import Trouble
from checks.probes import toys
from checks.probes.optimizers import optimizers_probe
from checks.rules import Close, Exact, relative_error

Pair = tuple[Optimizer, Optimizer]
STEPS, LONG = 12, 100
BETAS = (0.5, 0.999)
NAMES = ("d_by_d", "g_by_d", "d_by_g", "g_by_g")  # who was changed by whose optimizer


def _cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    kinds = (
        "steady gradients",
        "changing gradients",
        "gradients that stop",
        "large gradients",
        "tiny gradients",
        "large gradients long ago",
    )
    for kind in kinds:
        seed = int(rng.integers(1, 1_000_000))
        inputs = {"seed": np.array(seed)}
        for name, network in zip(("d_grads", "g_grads"), toys.toy_pair(seed), strict=True):
            inputs[name] = _gradients(rng, kind, len(toys.flat(network)))
        if kind == "large gradients long ago":
            inputs["last"] = np.array(STEPS)
        cases.append(Case("core", kind, inputs, 1e-3))  # a change is a small difference: 1e-3
    return cases


def _gradients(rng: np.random.Generator, kind: str, size: int) -> np.ndarray:
    steps = LONG if kind == "large gradients long ago" else STEPS
    grads = rng.integers(8, 64, (steps, size)) / 64 * rng.choice([-1, 1], (steps, size))
    if kind == "steady gradients":
        grads = np.abs(grads)
    if kind == "gradients that stop":
        grads[STEPS // 3 :] = 0
    if kind == "large gradients long ago":
        grads[:5] *= 32
    return grads * {"large gradients": 32, "tiny gradients": 2**-13}.get(kind, 1)


def _reference(discriminator: nn.Module, generator: nn.Module) -> Pair:
    return (
        Adam(discriminator.parameters(), lr=1e-3, betas=BETAS),
        Adam(generator.parameters(), lr=1e-3, betas=BETAS),
    )


BETA1 = (0.5, 0.9, 0.0, 0.1, 0.2, 0.3, 0.4, 0.55, 0.6, 0.7, 0.8, 0.95, 0.99, 0.999)
BETA2 = (0.999, 0.99, 0.9, 0.5, 0.9999, 0.95, 0.998, 0.0)


def _explain(
    cases: Sequence[Case], expected: Sequence[Arrays], seen: Sequence[Any], failing: Sequence[int]
) -> Finding | None:
    """Whose parameters, and which Adam: its first step has the length of the learning rate."""
    if any(isinstance(one, Trouble) for one in seen):
        return None
    first = seen[0]
    moved = {name: bool(np.any(first[name])) for name in NAMES}
    owner = _owner(moved)
    if owner is not None:
        return owner
    d, g = (_adam(cases, seen, player, moved) for player in "dg")
    if "other" in (d, g):
        return Finding("another_optimizer")
    if None in (d, g):
        return None
    swapped = not moved["d_by_d"]
    if swapped:
        return Finding("order_swapped")
    if d[0] < 0 or g[0] < 0:
        return Finding("maximises")
    rates = [float(f"{one[0]:.2g}") for one in (d, g)]
    if rates[0] != rates[1]:
        return Finding("learning_rates_differ", f"Yours: {rates[0]:g} and {rates[1]:g}.")
    if rates[0] != 1e-3:
        return Finding("learning_rate", f"Yours is {rates[0]:g}.")
    betas = next((one[1:] for one in (d, g) if one[1:] != BETAS), BETAS)
    if betas == BETAS:
        return None
    if betas[0] == 0.5:
        return Finding("beta2_changed", f"Yours is {betas[1]:g}.")
    name = {0.9: "default_betas", 0.0: "beta1_zero"}.get(betas[0], "beta1_changed")
    return Finding(name, "" if name != "beta1_changed" else f"Yours is {betas[0]:g}.")


def _owner(moved: dict[str, bool]) -> Finding | None:
    """A mistake in whose parameters the optimizers hold, from what they moved."""
    d_by_d, g_by_d, d_by_g, g_by_g = (moved[name] for name in NAMES)
    if (d_by_d and g_by_d) or (d_by_g and g_by_g):
        return Finding("parameters_of_both")
    if d_by_d and d_by_g:
        return Finding("both_on_discriminator")
    if g_by_d and g_by_g:
        return Finding("both_on_generator")
    if not any(moved.values()):
        return Finding("of_other_networks")
    return None


def _adam(
    cases: Sequence[Case], seen: Sequence[Any], player: str, moved: dict[str, bool]
) -> tuple[float, float, float] | str | None:
    """(learning rate, beta1, beta2) of the Adam that moves a player; "other" if it is none."""
    field = (
        f"{player}_by_{player}"
        if moved[f"{player}_by_{player}"]
        else ("d_by_g" if player == "d" else "g_by_d")
    )
    changes = [one[field] for one in seen]
    grads = [case.inputs[f"{player}_grads"] for case in cases]
    columns = np.any(changes[0] != 0, axis=0)
    if not columns.all():
        return None
    rates = -changes[0][0] * np.sign(grads[0][0])
    if np.ptp(rates) > 1e-2 * np.abs(rates).max():
        return "other"
    rate = float(rates.mean())
    for beta1, beta2 in itertools.product(BETA1, BETA2):
        if all(
            relative_error(change, rate * _steps(grad, beta1, beta2)[-STEPS:]) < 3e-3
            for change, grad in zip(changes, grads, strict=True)
        ):
            return rate, beta1, beta2
    return "other"


def _steps(grads: np.ndarray, beta1: float, beta2: float) -> np.ndarray:
    """Adam's changes at learning rate 1 (Kingma and Ba 2015, algorithm 1)."""
    m = v = np.zeros(grads.shape[1])
    changes = []
    for t, grad in enumerate(grads, 1):
        m, v = beta1 * m + (1 - beta1) * grad, beta2 * v + (1 - beta2) * grad**2
        changes.append(-m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + 1e-8))
    return np.array(changes)


exercise = Exercise(
    name="vanilla_gan.optimizers",
    signature=(
        "optimizers(discriminator: nn.Module, generator: nn.Module) "
        "-> tuple[Optimizer, Optimizer]  # the discriminator's first"
    ),
    about="Adam for each network: learning rate 1e-3, beta1 0.5, beta2 0.999",
    see="Two optimizers",
    parts=(Part("core", 6, "the optimizers"),),
    probe=optimizers_probe,
    rules={
        "g_by_d": Close("change of the generator by the discriminator's optimizer"),
        "d_by_g": Close("change of the discriminator by the generator's optimizer"),
        "d_by_d": Close("change of the discriminator by its optimizer"),
        "g_by_g": Close("change of the generator by its optimizer"),
        "touched": Exact(
            lambda *_: "your function changed or froze parameters; it only makes optimizers"
        ),
    },
    cases=_cases,
    reference=_reference,
    references=("gan_utils.training.optim.adam",),
    explain=_explain,
)
variant = exercise.variant


def adams(
    d: nn.Module,
    g: nn.Module,
    lr: tuple[float, float] = (1e-3, 1e-3),
    betas: tuple[float, float] = BETAS,
    **options: object,
) -> Pair:
    return (
        Adam(d.parameters(), lr=lr[0], betas=betas, **options),
        Adam(g.parameters(), lr=lr[1], betas=betas, **options),
    )


@variant
def plain(d: nn.Module, g: nn.Module) -> Pair:
    return _reference(d, g)


@variant
def fused(d: nn.Module, g: nn.Module) -> Pair:
    return adams(d, g, fused=True)


@variant
def foreach(d: nn.Module, g: nn.Module) -> list[Optimizer]:
    return list(adams(d, g, foreach=True))


@variant
def adamw_without_decay(d: nn.Module, g: nn.Module) -> Pair:
    return tuple(AdamW(n.parameters(), lr=0.001, betas=BETAS, weight_decay=0) for n in (d, g))


@variant
def a_group_for_every_parameter(d: nn.Module, g: nn.Module) -> Pair:
    groups = [[{"params": [p]} for p in n.parameters()] for n in (d, g)]
    return tuple(Adam(group, lr=1e-3, betas=BETAS) for group in groups)


class _OwnAdam:
    """Adam written out (Kingma and Ba 2015, algorithm 1)."""

    def __init__(self, network: nn.Module) -> None:
        self.held = [(p, torch.zeros_like(p), torch.zeros_like(p)) for p in network.parameters()]
        self.t = 0

    def zero_grad(self) -> None:
        for p, _, _ in self.held:
            p.grad = None

    @torch.no_grad()
    def step(self) -> None:
        self.t += 1
        for p, m, v in self.held:
            m.mul_(0.5).add_(0.5 * p.grad)
            v.mul_(0.999).add_(0.001 * p.grad**2)
            corrected = (v / (1 - 0.999**self.t)).sqrt() + 1e-8
            p -= 1e-3 * (m / (1 - 0.5**self.t)) / corrected


@variant
def written_by_hand(d: nn.Module, g: nn.Module) -> tuple[_OwnAdam, _OwnAdam]:
    return _OwnAdam(d), _OwnAdam(g)
