"""Training steps: what changed, what must not have changed, and what was left behind."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from checks.exercise import Answer, Arrays, Probe
from checks.observe import BadReturn
from checks.probes import toys
from checks.probes.functions import as_array

LEFTOVER = 3.0  # the size of gradients that an earlier step left behind


def toy_d_loss(real: Tensor, fake: Tensor) -> Tensor:
    """A stand-in for the discriminator's loss, different in its two arguments."""
    return (real.flatten() - 1).square().mean() + 2 * (fake.flatten() + 0.5).square().mean()


def toy_g_loss(fake: Tensor) -> Tensor:
    """A stand-in for the generator's loss."""
    return 3 * (fake.flatten() - 1.5).square().mean()


def step_probe(player: str) -> Probe:
    """A probe for the step of "discriminator" or "generator", taken twice in a row.

    discriminator: `answer(discriminator, generator, loss, optimizer, real, z)`
    generator: `answer(discriminator, generator, loss, optimizer, z)`
    A case holds "seed", "momentum" of the optimizer (SGD), "z" (2, N, 2) and "real" (2, M, 3), one
    batch a step. Both networks enter with gradients left behind by an earlier step.

    Observes: mine, the parameters of the player after each step; other, how far the opponent's
    moved; polluted (1 if the opponent's gradients were changed to anything but zero); frozen (1 if
    any parameter cannot learn any more); mode (1 if a network left the training mode); reached, how
    often a gradient came to the player; uncleared (1 if gradients are left in it); and, in cases
    with "ask_loss", value: the losses that were returned.
    """

    def probe(answer: Answer, inputs: Arrays) -> Arrays:
        discriminator, generator = toys.toy_pair(int(inputs["seed"]))
        is_d = player == "discriminator"
        mine, other = (discriminator, generator) if is_d else (generator, discriminator)
        optimizer = torch.optim.SGD(mine.parameters(), lr=0.05, momentum=inputs["momentum"].item())
        before, left = toys.flat(other), _leave_gradients(mine, other)
        after, losses = [], []
        reached: list[int] = []  # by a backward pass
        next(mine.parameters()).register_hook(lambda _: reached.append(1))
        for i, z in enumerate(inputs["z"]):
            if is_d:
                batch = (toy_d_loss, optimizer, toys.as_tensor(inputs["real"][i]))
            else:
                batch = (toy_g_loss, optimizer)
            losses.append(answer(discriminator, generator, *batch, toys.as_tensor(z)))
            after.append(toys.flat(mine))
        networks = (discriminator, generator)
        seen = {
            "mine": np.stack(after),
            "other": toys.flat(other) - before,
            "polluted": np.array(int(_polluted(other, left))) if is_d else np.array(0),
            "frozen": np.array(int(_any(networks, lambda p: not p.requires_grad))),
            "mode": np.array(int(not all(n.training for n in networks))),
            "reached": np.array(len(reached)),
            "uncleared": np.array(int((toys.flat_grads(mine) != 0).any())),
        }
        if "ask_loss" in inputs:
            seen["value"] = np.stack([_loss(loss) for loss in losses])
        return seen

    return probe


def _leave_gradients(*networks: nn.Module) -> np.ndarray:
    for network in networks:
        toys.set_grads(network, np.full(len(toys.flat(network)), LEFTOVER))
    return toys.flat_grads(networks[-1])


def _polluted(network: nn.Module, left: np.ndarray) -> bool:
    now = toys.flat_grads(network)
    return bool((now != 0).any() and not np.array_equal(now, left))


def _any(networks: tuple[nn.Module, ...], test: Callable[[nn.Parameter], bool]) -> bool:
    return any(test(p) for network in networks for p in network.parameters())


def _loss(loss: object) -> np.ndarray:
    if loss is None:
        raise BadReturn("returns_none", "Your step returned None; it must return the loss.")
    return as_array(loss, (), "Your step")
