"""The known wrong ways of vanilla_gan.discriminator_step."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Optimizer

from checks.vanilla_gan import steps
from checks.vanilla_gan.discriminator_step import Loss, exercise, reference

mistake, limitation = exercise.mistake, exercise.limitation


@mistake(*steps.OWN_NOISE)
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    return steps.update(optimizer, loss(d(real), d(g(torch.rand_like(z)).detach())))


@mistake(*steps.OWN_LOSS)
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    return steps.update(
        optimizer, F.softplus(-d(real)).mean() + F.softplus(d(g(z).detach())).mean()
    )


@mistake(*steps.OWN_OPTIMIZER)
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    optimizer = torch.optim.Adam(d.parameters(), lr=1e-3)
    return reference(d, g, loss, optimizer, real, z)


@mistake(*steps.CHANGES_BATCH)
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    value = reference(d, g, loss, optimizer, real, z)
    z.mul_(0)
    return value


@mistake(*steps.SCALED)
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    return steps.update(optimizer, loss(d(real), d(g(z).detach())) / 2)


@mistake("real_scores_detached", "The real scores are detached: it learns from the fakes alone.")
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    return steps.update(optimizer, loss(d(real).detach(), d(g(z).detach())))


@mistake("learner_frozen", "The network that should learn is frozen (requires_grad is False).")
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    d.requires_grad_(False)
    return steps.update(optimizer, loss(d(real), d(g(z))))


@mistake(
    "not_cleared",
    "Old gradients are not cleared: the generator's last step left gradients in the discriminator, "
    "and backward() adds to them. Call optimizer.zero_grad() before backward().",
)
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    value = loss(d(real), d(g(z).detach()))
    value.backward()
    optimizer.step()
    return value


@mistake(
    "cleared_too_late",
    "The gradients are cleared after the step, not before: those that the generator's step leaves "
    "in the discriminator are still there. Call optimizer.zero_grad() before backward().",
)
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    value = loss(d(real), d(g(z).detach()))
    value.backward()
    optimizer.step()
    optimizer.zero_grad()
    return value


@mistake(
    "cleared_before_step",
    "The gradients are cleared between backward() and step(): nothing is left to step with.",
)
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    value = loss(d(real), d(g(z).detach()))
    value.backward()
    optimizer.zero_grad()
    optimizer.step()
    return value


@mistake(
    "nothing_changed",
    "The discriminator did not change: is backward() or step() missing?",
    recognise=lambda seen: not seen["stepped"] and not steps.moved(seen),
)
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    optimizer.zero_grad()
    value = loss(d(real), d(g(z).detach()))
    value.backward()
    return value


@mistake("backward_missing", "backward() is missing: the step used gradients left from before.")
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    value = loss(d(real), d(g(z).detach()))
    optimizer.step()
    return value


@mistake("backward_missing")
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    optimizer.zero_grad()
    value = loss(d(real), d(g(z).detach()))
    optimizer.step()
    return value


@mistake(
    "not_detached",
    "The backward pass ran on through the generator and "
    "left gradients there: wasted work, and poison for its next step. Make the fakes under "
    "torch.no_grad(), or detach() them.",
)
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    return steps.update(optimizer, loss(d(real), d(g(z))))


@mistake("arguments_swapped", "The loss got (fake, real); its order is (real, fake).")
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    return steps.update(optimizer, loss(d(g(z).detach()), d(real)))


@mistake("only_real", "The discriminator saw the real batch twice and no fakes.")
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    return steps.update(optimizer, loss(d(real), d(real)))


@mistake("only_fake", "The discriminator saw the fakes twice and no real batch.")
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    fake = g(z).detach()
    return steps.update(optimizer, loss(d(fake), d(fake)))


@mistake(
    "scores_detached",
    "The fake *scores* are detached, so the discriminator learns nothing from the fakes. Detach "
    "the fake images: discriminator(fake.detach()).",
)
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    return steps.update(optimizer, loss(d(real), d(g(z)).detach()))


@mistake("scores_detached")
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    with torch.no_grad():
        fake_scores = d(g(z))
    return steps.update(optimizer, loss(d(real), fake_scores))


@mistake(
    "everything_under_no_grad",
    "The discriminator's own forward pass runs under torch.no_grad(): only the fakes belong there.",
)
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    optimizer.zero_grad()
    with torch.no_grad():
        value = loss(d(real), d(g(z)))
    value.backward()
    optimizer.step()
    return value


@mistake(
    "sigmoid_before_loss", "The scores went through a sigmoid before the loss, which takes scores."
)
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    return steps.update(optimizer, loss(d(real).sigmoid(), d(g(z).detach()).sigmoid()))


@mistake(
    "two_steps",
    "The optimizer stepped more than once.",
    recognise=lambda seen: bool(seen["stepped"] > 2),
)
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    optimizer.zero_grad()
    value = loss(d(real), d(g(z).detach()))
    value.backward()
    optimizer.step()
    optimizer.step()
    return value


@mistake("loss_climbed", "The discriminator moved uphill: the loss is minimised, never negated.")
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    optimizer.zero_grad()
    value = loss(d(real), d(g(z).detach()))
    (-value).backward()
    optimizer.step()
    return value


@mistake(
    "generator_updated_too",
    "The generator changed as well: in this step only the discriminator may learn.",
    recognise=lambda seen: bool(np.abs(seen["other"]).max() > 1e-7),
)
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    optimizer.zero_grad()
    g.zero_grad()
    value = loss(d(real), d(g(z)))
    value.backward()
    optimizer.step()
    torch.optim.SGD(g.parameters(), lr=0.05).step()
    return value


@mistake(
    "left_frozen",
    "The generator's parameters are frozen for this step, and never thawed again.",
)
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    g.requires_grad_(False)
    return reference(d, g, loss, optimizer, real, z)


@mistake("left_in_evaluation_mode", "A network is left in evaluation mode (eval()).")
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    g.eval()
    return reference(d, g, loss, optimizer, real, z)


@mistake("arguments_swapped")
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    value = loss(d(g(z).detach()), d(real))
    value.backward()
    optimizer.step()
    return value


@mistake("sigmoid_before_loss")
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    value = loss(d(real).sigmoid(), d(g(z).detach()).sigmoid())
    value.backward()
    optimizer.step()
    return value


@limitation("returns_nothing", "The update is right, but your step returns None, not the loss.")
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> None:
    reference(d, g, loss, optimizer, real, z)


@limitation("equal_batches_only", "The update is right only when both batches are equally large.")
def _(
    d: nn.Module, g: nn.Module, loss: Loss, optimizer: Optimizer, real: Tensor, z: Tensor
) -> Tensor:
    scores = d(torch.cat([real, g(z).detach()]))
    return steps.update(optimizer, loss(*scores.chunk(2)))
