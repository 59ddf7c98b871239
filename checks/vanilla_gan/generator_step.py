"""vanilla_gan.generator_step: one update of the generator."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Optimizer

from checks.exercise import Case, Exercise, Part
from checks.probes.steps import step_probe
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


def _reference(
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
    probe=step_probe("generator"),
    rules=steps.rules("generator", "discriminator"),
    cases=_cases,
    reference=_reference,
    main="mine",
    explain=steps.explain,
)
mistake, limitation, variant = exercise.mistake, exercise.limitation, exercise.variant


@mistake(*steps.OWN_NOISE)
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    optimizer.zero_grad()
    value = loss(d(g(torch.rand_like(z))))
    value.backward()
    optimizer.step()
    return value


@mistake(*steps.OWN_LOSS)
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    optimizer.zero_grad()
    value = F.softplus(-d(g(z))).mean()
    value.backward()
    optimizer.step()
    return value


@mistake(*steps.OWN_OPTIMIZER)
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    optimizer = torch.optim.Adam(g.parameters(), lr=1e-3)
    return _reference(d, g, loss, optimizer, z)


@mistake(*steps.CHANGES_BATCH)
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    value = _reference(d, g, loss, optimizer, z)
    z.mul_(0)
    return value


@mistake(*steps.SCALED)
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    optimizer.zero_grad()
    value = loss(d(g(z))) / 2
    value.backward()
    optimizer.step()
    return value


@mistake("learner_frozen", "The network that should learn is frozen (requires_grad is False).")
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    g.requires_grad_(False)
    optimizer.zero_grad()
    value = loss(d(g(z)))
    optimizer.step()
    return value


@mistake(
    "detached",
    "The fakes are detached, so no gradient reaches the generator and it does not change. Here the "
    "gradient must flow through the discriminator: no detach(), no torch.no_grad().",
)
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    optimizer.zero_grad()
    value = loss(d(g(z).detach()))
    value.backward()
    optimizer.step()
    return value


@mistake("detached")
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    optimizer.zero_grad()
    with torch.no_grad():
        fake = g(z)
    value = loss(d(fake))
    value.backward()
    optimizer.step()
    return value


@mistake(
    "no_gradient",
    "The forward pass runs under torch.no_grad(), or its scores are detached: there is nothing to "
    "go back through.",
)
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    optimizer.zero_grad()
    with torch.no_grad():
        value = loss(d(g(z)))
    value.backward()
    optimizer.step()
    return value


@mistake(
    "discriminator_updated_too",
    "The discriminator changed as well: it was taught to be fooled. Only the generator may learn "
    "in this step; the optimizer that is passed in holds its parameters.",
    recognise=lambda seen: bool(np.abs(seen["other"]).max() > 1e-7),
)
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    optimizer.zero_grad()
    d.zero_grad()
    value = loss(d(g(z)))
    value.backward()
    optimizer.step()
    torch.optim.SGD(d.parameters(), lr=0.05).step()
    return value


@mistake(
    "not_cleared",
    "Old gradients are not cleared: backward() adds to them. Call optimizer.zero_grad() before "
    "backward().",
)
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    value = loss(d(g(z)))
    value.backward()
    optimizer.step()
    return value


@mistake("not_cleared")
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    d.zero_grad()
    value = loss(d(g(z)))
    value.backward()
    optimizer.step()
    return value


@mistake(
    "cleared_too_late",
    "The gradients are cleared after the step, not before: whatever an earlier pass left in the "
    "generator is still there. Call optimizer.zero_grad() before backward().",
)
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    value = loss(d(g(z)))
    value.backward()
    optimizer.step()
    optimizer.zero_grad()
    return value


@mistake(
    "nothing_changed",
    "The generator did not change: is backward() or step() missing?",
    recognise=lambda seen: not seen["stepped"] and not steps.moved(seen),
)
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    optimizer.zero_grad()
    value = loss(d(g(z)))
    value.backward()
    return value


@mistake("backward_missing", "backward() is missing: the step used gradients left from before.")
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    value = loss(d(g(z)))
    optimizer.step()
    return value


@mistake("backward_missing")
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    optimizer.zero_grad()
    value = loss(d(g(z)))
    optimizer.step()
    return value


@mistake(
    "cleared_before_step",
    "The gradients are cleared between backward() and step(): nothing is left to step with.",
)
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    value = loss(d(g(z)))
    value.backward()
    optimizer.zero_grad()
    optimizer.step()
    return value


@mistake(
    "sigmoid_before_loss", "The scores went through a sigmoid before the loss, which takes scores."
)
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    optimizer.zero_grad()
    value = loss(d(g(z)).sigmoid())
    value.backward()
    optimizer.step()
    return value


@mistake(
    "two_steps",
    "The optimizer stepped more than once.",
    recognise=lambda seen: bool(seen["stepped"] > 2),
)
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    optimizer.zero_grad()
    value = loss(d(g(z)))
    value.backward()
    optimizer.step()
    optimizer.step()
    return value


@mistake("loss_climbed", "The generator moved uphill: the loss is minimised, never negated.")
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    optimizer.zero_grad()
    value = loss(d(g(z)))
    (-value).backward()
    optimizer.step()
    return value


@mistake("left_frozen", "The discriminator is frozen for this step, and never thawed again.")
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    d.requires_grad_(False)
    return _reference(d, g, loss, optimizer, z)


@mistake("left_in_evaluation_mode", "A network is left in evaluation mode (eval()).")
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    d.eval()
    return _reference(d, g, loss, optimizer, z)


@mistake("sigmoid_before_loss")
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    value = loss(d(g(z)).sigmoid())
    value.backward()
    optimizer.step()
    return value


@limitation("returns_nothing", "The update is right, but your step returns None, not the loss.")
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> None:
    _reference(d, g, loss, optimizer, z)


@variant
def plain(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    return _reference(d, g, loss, optimizer, z)


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
