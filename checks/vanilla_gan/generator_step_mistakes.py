"""The known wrong ways of vanilla_gan.generator_step."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Optimizer

from checks.vanilla_gan import steps
from checks.vanilla_gan.generator_step import Loss, exercise, reference

mistake, limitation = exercise.mistake, exercise.limitation


@mistake(*steps.OWN_NOISE)
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    return steps.update(optimizer, loss(d(g(torch.rand_like(z)))))


@mistake(*steps.OWN_LOSS)
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    return steps.update(optimizer, F.softplus(-d(g(z))).mean())


@mistake(*steps.OWN_OPTIMIZER)
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    optimizer = torch.optim.Adam(g.parameters(), lr=1e-3)
    return reference(d, g, loss, optimizer, z)


@mistake(*steps.CHANGES_BATCH)
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    value = reference(d, g, loss, optimizer, z)
    z.mul_(0)
    return value


@mistake(*steps.SCALED)
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    return steps.update(optimizer, loss(d(g(z))) / 2)


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
    return steps.update(optimizer, loss(d(g(z).detach())))


@mistake("detached")
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    with torch.no_grad():
        fake = g(z)
    return steps.update(optimizer, loss(d(fake)))


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
    return steps.update(optimizer, loss(d(g(z)).sigmoid()))


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
    return reference(d, g, loss, optimizer, z)


@mistake("left_in_evaluation_mode", "A network is left in evaluation mode (eval()).")
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    d.eval()
    return reference(d, g, loss, optimizer, z)


@mistake("sigmoid_before_loss")
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> Tensor:
    value = loss(d(g(z)).sigmoid())
    value.backward()
    optimizer.step()
    return value


@limitation("returns_nothing", "The update is right, but your step returns None, not the loss.")
def _(d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, z: Tensor) -> None:
    reference(d, g, loss, optimizer, z)
