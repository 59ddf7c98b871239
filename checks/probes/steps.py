"""Training steps: what changed, what must not have changed, and what was left behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from checks.observe import Answer, Arrays, BadReturn
from checks.probes import toys
from checks.probes.functions import as_array

LR = 0.05
LEFTOVER = 3.0  # the size of gradients that an earlier step left behind


def toy_d_loss(real: Tensor, fake: Tensor) -> Tensor:
    """A stand-in for the discriminator's loss, different in its two arguments."""
    return (real.flatten() - 1).square().mean() + 2 * (fake.flatten() + 0.5).square().mean()


def toy_g_loss(fake: Tensor) -> Tensor:
    """A stand-in for the generator's loss."""
    return 3 * (fake.flatten() - 1.5).square().mean()


class _Counted:
    """A loss that counts its calls."""

    def __init__(self, loss: Callable[..., Tensor]) -> None:
        self.loss, self.calls = loss, 0

    def __call__(self, *scores: Tensor) -> Tensor:
        self.calls += 1
        return self.loss(*scores)


@dataclass(frozen=True)
class StepProbe:
    """A probe for the step of "discriminator" or "generator", taken twice in a row.

    discriminator: `answer(discriminator, generator, loss, optimizer, real, z)`
    generator: `answer(discriminator, generator, loss, optimizer, z)`
    A case holds "seed", "momentum" of the optimizer (SGD), "z" (2, N, 2) and "real" (2, M, 3), one
    batch a step. Both networks enter with gradients left behind by an earlier step.

    Observes: mine, the parameters of the player after each step; other, how far the opponent's
    moved; polluted (1 if the opponent's gradients were changed to anything but zero); frozen (1 if
    any parameter cannot learn any more); mode (1 if a network left the training mode); reached, how
    often a gradient came to the player; uncleared (1 if gradients are left in it); start, the
    player's parameters before; stepped and called, how often the optimizer stepped and the loss was
    called; given (1 if the generator was given z alone, 2 if it was never called); opponent_reached
    (1 if a gradient came to the opponent); changed (1 if a batch was modified); and, in cases with
    "ask_loss", value: the losses that were returned.
    """

    player: str

    def __call__(self, answer: Answer, inputs: Arrays) -> Arrays:  # noqa: D102 - the class says
        discriminator, generator = toys.toy_pair(int(inputs["seed"]))
        is_d = self.player == "discriminator"
        mine, other = (discriminator, generator) if is_d else (generator, discriminator)
        optimizer = torch.optim.SGD(mine.parameters(), lr=LR, momentum=inputs["momentum"].item())
        before, left = toys.flat(other), _leave_gradients(mine, other)
        start = toys.flat(mine)
        stepped: list[int] = []
        optimizer.register_step_post_hook(lambda *_: stepped.append(1))
        loss = _Counted(toy_d_loss if is_d else toy_g_loss)
        latents: list[Tensor] = []  # what the generator was given
        generator.register_forward_pre_hook(
            lambda _, given: latents.append(given[0].detach().clone())
        )
        changed = foreign = False
        after, losses = [], []
        reached: list[int] = []  # by a backward pass
        next(mine.parameters()).register_hook(lambda _: reached.append(1))
        for i, z in enumerate(inputs["z"]):
            batch = [toys.as_tensor(inputs["real"][i])] if is_d else []
            batch.append(toys.as_tensor(z))
            kept = [one.clone() for one in batch]
            latents.clear()
            losses.append(answer(discriminator, generator, loss, optimizer, *batch))
            after.append(toys.flat(mine))
            changed |= not all(map(torch.equal, batch, kept))
            foreign |= not all(torch.equal(one, kept[-1]) for one in latents)
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
        seen |= {
            "start": start,
            "stepped": np.array(len(stepped)),
            "called": np.array(loss.calls),
            "given": np.array(2 if not latents else int(not foreign)),
            "opponent_reached": np.array(int(not np.array_equal(toys.flat_grads(other), left))),
            "changed": np.array(int(changed)),
        }
        if "ask_loss" in inputs:
            seen["value"] = np.stack([_loss(loss) for loss in losses])
        return seen


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
