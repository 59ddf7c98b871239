"""vanilla_gan.optimizers: Adam at 1e-3 with beta1 = 0.5, one for each network."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.optim import Adam, AdamW, Optimizer

from checks.exercise import Case, Exercise, Part
from checks.probes import toys
from checks.probes.optimizers import optimizers_probe
from checks.rules import Close

Pair = tuple[Optimizer, Optimizer]
STEPS = 12
BETAS = (0.5, 0.999)


def _cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    kinds = (
        "steady gradients",
        "changing gradients",
        "gradients that stop",
        "large gradients",
        "tiny gradients",
    )
    for kind in kinds:
        seed = int(rng.integers(1, 1_000_000))
        inputs = {"seed": np.array(seed)}
        for name, network in zip(("d_grads", "g_grads"), toys.toy_pair(seed), strict=True):
            inputs[name] = _gradients(rng, kind, len(toys.flat(network)))
        cases.append(Case("core", kind, inputs, 1e-3))  # a change is a small difference: 1e-3
    return cases


def _gradients(rng: np.random.Generator, kind: str, size: int) -> np.ndarray:
    grads = rng.integers(8, 64, (STEPS, size)) / 64 * rng.choice([-1, 1], (STEPS, size))
    if kind == "steady gradients":
        grads = np.abs(grads)
    if kind == "gradients that stop":
        grads[STEPS // 3 :] = 0
    return grads * {"large gradients": 32, "tiny gradients": 2**-13}.get(kind, 1)


def _reference(discriminator: nn.Module, generator: nn.Module) -> Pair:
    return (
        Adam(discriminator.parameters(), lr=1e-3, betas=BETAS),
        Adam(generator.parameters(), lr=1e-3, betas=BETAS),
    )


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
    },
    cases=_cases,
    reference=_reference,
)
mistake, variant = exercise.mistake, exercise.variant


def _adams(
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


DEFAULT_BETAS = (
    "beta1 is 0.9, Adam's default. With the opponent changing at every step, so long a memory of "
    "old gradients misleads: pass betas=(0.5, 0.999)."
)


@mistake("default_betas", DEFAULT_BETAS)
def _(d: nn.Module, g: nn.Module) -> Pair:
    return _adams(d, g, betas=(0.9, 0.999))


@mistake("beta1_zero", "beta1 is 0; the exercise asks for 0.5.")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return _adams(d, g, betas=(0.0, 0.999))


@mistake("beta2_changed", "beta1 is right, but beta2 must stay at 0.999.")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return _adams(d, g, betas=(0.5, 0.9))


@mistake("beta2_changed")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return _adams(d, g, betas=(0.5, 0.99))


@mistake("beta2_changed")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return _adams(d, g, betas=(0.5, 0.5))


@mistake("betas_swapped", "The betas are swapped: the first is 0.5, the second 0.999.")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return _adams(d, g, betas=(0.999, 0.5))


WRONG_LR = "The learning rate is not 1e-3."
for _lr in (1e-4, 2e-4, 3e-4, 5e-4, 2e-3, 1e-2, 1e-1):

    @mistake("learning_rate", WRONG_LR if _lr == 1e-4 else None)
    def _(d: nn.Module, g: nn.Module, lr: float = _lr) -> Pair:
        return _adams(d, g, lr=(lr, lr))


for _lr in (1e-4, 2e-4):

    @mistake("learning_rate")
    def _(d: nn.Module, g: nn.Module, lr: float = _lr) -> Pair:
        return _adams(d, g, lr=(lr, lr), betas=(0.9, 0.999))

    @mistake(
        "learning_rates_differ",
        "The two learning rates differ; both are 1e-3." if _lr == 1e-4 else None,
    )
    def _(d: nn.Module, g: nn.Module, lr: float = _lr) -> Pair:
        return _adams(d, g, lr=(lr, 1e-3))

    @mistake("learning_rates_differ")
    def _(d: nn.Module, g: nn.Module, lr: float = _lr) -> Pair:
        return _adams(d, g, lr=(1e-3, lr))


@mistake("order_swapped", "The order is swapped: return the discriminator's optimizer first.")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return _adams(d, g)[::-1]


@mistake(
    "both_on_discriminator",
    "Both optimizers hold the discriminator's parameters: the generator would never change.",
)
def _(d: nn.Module, g: nn.Module) -> Pair:
    return _adams(d, d)


@mistake(
    "both_on_generator",
    "Both optimizers hold the generator's parameters: the discriminator would never change.",
)
def _(d: nn.Module, g: nn.Module) -> Pair:
    return _adams(g, g)


SHARED = (
    "An optimizer holds the parameters of both networks: the generator's step would also teach the "
    "discriminator to be fooled. Each optimizer gets one network's parameters."
)


@mistake("parameters_of_both", SHARED)
def _(d: nn.Module, g: nn.Module) -> Pair:
    both = Adam([*d.parameters(), *g.parameters()], lr=1e-3, betas=BETAS)
    return both, both


@mistake("parameters_of_both")
def _(d: nn.Module, g: nn.Module) -> Pair:
    d_optimizer = Adam(d.parameters(), lr=1e-3, betas=BETAS)
    return d_optimizer, Adam([*d.parameters(), *g.parameters()], lr=1e-3, betas=BETAS)


@mistake("parameters_of_both")
def _(d: nn.Module, g: nn.Module) -> Pair:
    both = [*d.parameters(), *g.parameters()]
    return Adam(both, lr=1e-3, betas=BETAS), Adam(list(both), lr=1e-3, betas=BETAS)


@mistake("parameters_of_both")
def _(d: nn.Module, g: nn.Module) -> Pair:
    both = [*d.parameters(), *g.parameters()]
    return Adam(both, lr=1e-3, betas=BETAS), Adam(g.parameters(), lr=1e-3, betas=BETAS)


@mistake("duplicated", "Parameters stand in an optimizer twice, so that every step counts double.")
def _(d: nn.Module, g: nn.Module) -> Pair:
    twice = [[*n.parameters()] * 2 for n in (d, g)]
    return Adam(twice[0], lr=1e-3, betas=BETAS), Adam(twice[1], lr=1e-3, betas=BETAS)


@mistake(
    "some_parameters_left_out", "Not all parameters are handed over: pass .parameters() whole."
)
def _(d: nn.Module, g: nn.Module) -> Pair:
    last = [[*n.parameters()][-2:] for n in (d, g)]
    return Adam(last[0], lr=1e-3, betas=BETAS), Adam(last[1], lr=1e-3, betas=BETAS)


@mistake("another_optimizer", "This is another optimizer than Adam.")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return tuple(torch.optim.SGD(n.parameters(), lr=1e-3) for n in (d, g))


@mistake("another_optimizer")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return tuple(torch.optim.RMSprop(n.parameters(), lr=1e-3) for n in (d, g))


@mistake("another_optimizer")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return tuple(torch.optim.SGD(n.parameters(), lr=1e-3, momentum=0.5) for n in (d, g))


@mistake("another_optimizer")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return torch.optim.SGD(d.parameters(), lr=1e-3), _adams(d, g)[1]


@mistake("weight_decay", "There is weight decay (AdamW has it by default): none is asked for.")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return tuple(AdamW(n.parameters(), lr=1e-3, betas=BETAS) for n in (d, g))


@mistake("weight_decay")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return _adams(d, g, weight_decay=1e-4)


@mistake("maximises", "An optimizer climbs (maximize=True): both losses are minimised here.")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return _adams(d, g, maximize=True)


@mistake("maximises")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return Adam(d.parameters(), lr=1e-3, betas=BETAS, maximize=True), _adams(d, g)[1]


@mistake("only_one", "One optimizer came back; there must be two, the discriminator's first.")
def _(d: nn.Module, g: nn.Module) -> Optimizer:
    return Adam(d.parameters(), lr=1e-3, betas=BETAS)


@variant
def plain(d: nn.Module, g: nn.Module) -> Pair:
    return _reference(d, g)


@variant
def fused(d: nn.Module, g: nn.Module) -> Pair:
    return _adams(d, g, fused=True)


@variant
def foreach(d: nn.Module, g: nn.Module) -> list[Optimizer]:
    return list(_adams(d, g, foreach=True))


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
