"""vanilla_gan.discriminator_step: one update of the discriminator."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from checks.exercise import Case, Exercise, Part
from checks.probes.steps import StepProbe
from checks.vanilla_gan import steps

Loss = Callable[[Tensor, Tensor], Tensor]


def _cases(rng: np.random.Generator) -> list[Case]:
    return [
        steps.case(rng, "core", 6, 6),
        steps.case(rng, "core", 32, 32),
        steps.case(rng, "core", 5, 5, momentum=0.9),
        steps.case(rng, "unequal", 6, 4),
        steps.case(rng, "loss", 6, 6, ask_loss=True),
    ]


def reference(
    discriminator: nn.Module,
    generator: nn.Module,
    loss: Loss,
    optimizer: Optimizer,
    real: Tensor,
    z: Tensor,
) -> Tensor:
    with torch.no_grad():
        fake = generator(z)
    optimizer.zero_grad()
    value = loss(discriminator(real), discriminator(fake))
    value.backward()
    optimizer.step()
    return value.detach()


exercise = Exercise(
    name="vanilla_gan.discriminator_step",
    signature=(
        "discriminator_step(discriminator: nn.Module, generator: nn.Module, "
        "loss: Callable[[Tensor, Tensor], Tensor], optimizer: Optimizer, real: Tensor, z: Tensor) "
        "-> Tensor  # loss(real_scores, fake_scores); returns its value"
    ),
    about="one step of the discriminator's optimizer on a real batch and on generator(z)",
    see="The discriminator's step",
    parts=(
        Part("core", 8, "the step"),
        Part("unequal", 1, "real and fake batches of unequal size"),
        Part("loss", 1, "the loss that it returns"),
    ),
    probe=StepProbe("discriminator"),
    rules=steps.rules("discriminator", "generator"),
    cases=_cases,
    reference=reference,
    references=("gan_utils.training.steps.discriminator_step",),
    main="mine",
    explain=steps.explain,
)
variant = exercise.variant


@variant
def no_grad_fakes(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    return reference(d, g, loss, optimizer, real, z)


@variant
def detached_fakes(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    value = loss(d(real), d(g(z).detach()))
    d.zero_grad()
    value.backward()
    optimizer.step()
    return value


@variant
def one_pass_over_both(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> float:
    optimizer.zero_grad(set_to_none=False)
    fake = g(z).detach()
    scores = d(torch.cat([real, fake]))
    value = loss(scores[: len(real)], scores[len(real) :])
    value.backward(retain_graph=True)
    optimizer.step()
    return value.item()


@variant
def frozen_and_thawed(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    g.requires_grad_(False)
    optimizer.zero_grad()
    value = loss(d(real), d(g(z)))
    value.backward()
    optimizer.step()
    g.requires_grad_(True)
    return value


@variant
def generator_cleared_afterwards(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    optimizer.zero_grad()
    value = loss(d(real), d(g(z)))
    value.backward()
    optimizer.step()
    g.zero_grad()
    return value.detach().clone()


@variant
def gradients_by_autograd(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    held = list(d.parameters())
    value = loss(d(real), d(g(z)))
    for p, grad in zip(held, torch.autograd.grad(value, held), strict=True):
        p.grad = grad
    optimizer.step()
    return value
