"""The known wrong ways of vanilla_gan.optimizers."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.optim import Adam, AdamW, Optimizer

from checks.probes import toys
from checks.vanilla_gan.optimizers import BETAS, Pair, adams, exercise

mistake = exercise.mistake


DEFAULT_BETAS = (
    "beta1 is 0.9, Adam's default. With the opponent changing at every step, so long a memory of "
    "old gradients misleads: pass betas=(0.5, 0.999)."
)


@mistake("default_betas", DEFAULT_BETAS)
def _(d: nn.Module, g: nn.Module) -> Pair:
    return adams(d, g, betas=(0.9, 0.999))


@mistake("beta1_zero", "beta1 is 0; the exercise asks for 0.5.")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return adams(d, g, betas=(0.0, 0.999))


@mistake("beta1_changed", "beta1 is not 0.5.")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return adams(d, g, betas=(0.4, 0.999))


@mistake("of_other_networks", "Neither network is changed by these optimizers: whose are they?")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return adams(*toys.toy_pair(1))


@mistake(
    "changes_networks",
    "The optimizers are right, but your function also changed or froze parameters of the networks.",
    recognise=lambda seen: bool(seen["touched"]),
)
def _(d: nn.Module, g: nn.Module) -> Pair:
    d.requires_grad_(False)
    return adams(d, g)


@mistake("changes_networks")
def _(d: nn.Module, g: nn.Module) -> Pair:
    for p in d.parameters():
        nn.init.zeros_(p)
    return adams(d, g)


@mistake("amsgrad", "amsgrad=True is another algorithm; leave it out.")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return adams(d, g, amsgrad=True)


@mistake("eps_changed", "eps is not Adam's default, 1e-8: leave it out.")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return adams(d, g, eps=1e-3)


@mistake("eps_changed")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return adams(d, g, eps=1e-4)


@mistake("beta2_changed", "beta1 is right, but beta2 must stay at 0.999.")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return adams(d, g, betas=(0.5, 0.9))


@mistake("beta2_changed")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return adams(d, g, betas=(0.5, 0.99))


@mistake("beta2_changed")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return adams(d, g, betas=(0.5, 0.5))


@mistake("betas_swapped", "The betas are swapped: the first is 0.5, the second 0.999.")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return adams(d, g, betas=(0.999, 0.5))


@mistake("learning_rate", "The learning rate is not 1e-3.")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return adams(d, g, lr=(2e-4, 2e-4))


@mistake("learning_rate")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return adams(d, g, lr=(1e-4, 1e-4), betas=(0.9, 0.999))


@mistake("learning_rates_differ", "The two learning rates differ; both are 1e-3.")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return adams(d, g, lr=(2e-4, 1e-3))


@mistake("learning_rates_differ")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return adams(d, g, lr=(1e-3, 1e-4))


@mistake("order_swapped", "The order is swapped: return the discriminator's optimizer first.")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return adams(d, g)[::-1]


@mistake(
    "both_on_discriminator",
    "Both optimizers hold the discriminator's parameters: the generator would never change.",
)
def _(d: nn.Module, g: nn.Module) -> Pair:
    return adams(d, d)


@mistake(
    "both_on_generator",
    "Both optimizers hold the generator's parameters: the discriminator would never change.",
)
def _(d: nn.Module, g: nn.Module) -> Pair:
    return adams(g, g)


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


@mistake("duplicated")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return Adam([*d.parameters()] * 2, lr=1e-3, betas=BETAS), adams(d, g)[1]


@mistake(
    "some_parameters_left_out",
    "Not all parameters are handed over: pass .parameters() whole.",
    recognise=lambda seen: any(
        np.any(seen[name]) and not np.any(seen[name], axis=0).all() for name in ("d_by_d", "g_by_g")
    ),
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
    return torch.optim.SGD(d.parameters(), lr=1e-3), adams(d, g)[1]


@mistake("weight_decay", "There is weight decay (AdamW has it by default): none is asked for.")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return tuple(AdamW(n.parameters(), lr=1e-3, betas=BETAS) for n in (d, g))


@mistake("weight_decay")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return adams(d, g, weight_decay=1e-4)


for _decay in (1e-5, 1e-3, 1e-2):

    @mistake("weight_decay")
    def _(d: nn.Module, g: nn.Module, decay: float = _decay) -> Pair:
        return adams(d, g, weight_decay=decay)


@mistake("maximises", "An optimizer climbs (maximize=True): both losses are minimised here.")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return adams(d, g, maximize=True)


@mistake("maximises")
def _(d: nn.Module, g: nn.Module) -> Pair:
    return Adam(d.parameters(), lr=1e-3, betas=BETAS, maximize=True), adams(d, g)[1]


@mistake("only_one", "One optimizer came back; there must be two, the discriminator's first.")
def _(d: nn.Module, g: nn.Module) -> Optimizer:
    return Adam(d.parameters(), lr=1e-3, betas=BETAS)
