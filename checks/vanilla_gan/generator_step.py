"""vanilla_gan.generator_step: one update of the generator."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from checks.exercise import Case, Exercise, Part
from checks.probes.steps import StepProbe
from checks.vanilla_gan import steps

Loss = Callable[[Tensor], Tensor]


def _cases(rng: np.random.Generator) -> list[Case]:
    return [
        steps.case(rng, "core", None, 6),
        steps.case(rng, "core", None, 32),
        steps.case(rng, "core", None, 5, momentum=0.9),
        steps.case(rng, "core", None, 1),
        steps.case(rng, "loss", None, 6, ask_loss=True),
    ]


def reference(
    discriminator: nn.Module, generator: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor
) -> Tensor:
    optimizer.zero_grad()
    value = loss(discriminator(generator(z)))
    value.backward()
    optimizer.step()
    return value.detach()


exercise = Exercise(
    name="vanilla_gan.generator_step",
    signature=(
        "generator_step(discriminator: nn.Module, generator: nn.Module, "
        "loss: Callable[[Tensor], Tensor], optimizer: Optimizer, z: Tensor) "
        "-> Tensor  # loss(fake_scores); returns its value"
    ),
    about="one step of the generator's optimizer on discriminator(generator(z))",
    see="The generator's step",
    parts=(Part("core", 9, "the step"), Part("loss", 1, "the loss that it returns")),
    probe=StepProbe("generator"),
    rules=steps.rules("generator", "discriminator"),
    cases=_cases,
    reference=reference,
    references=("gan_utils.training.steps.generator_step",),
    main="mine",
    explain=steps.explain,
)
variant = exercise.variant


@variant
def plain(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    return reference(d, g, loss, optimizer, z)


@variant
def both_cleared(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    d.zero_grad()
    g.zero_grad()
    value = loss(d(g(z)))
    value.backward()
    optimizer.step()
    return value


@variant
def frozen_and_thawed(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor
) -> Tensor:
    d.requires_grad_(False)
    optimizer.zero_grad()
    value = loss(d(g(z)))
    value.backward()
    optimizer.step()
    d.requires_grad_(True)
    return value


@variant
def gradients_by_autograd(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor
) -> Tensor:
    held = list(g.parameters())
    value = loss(d(g(z)))
    for p, grad in zip(held, torch.autograd.grad(value, held), strict=True):
        p.grad = grad
    optimizer.step()
    return value


@variant
def returns_a_float(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor
) -> float:
    fake = g(z)
    optimizer.zero_grad(set_to_none=False)
    value = loss(d(fake))
    value.backward(retain_graph=True)
    optimizer.step()
    return float(value)
