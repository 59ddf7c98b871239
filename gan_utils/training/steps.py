"""One update of each player: what every GAN's training is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

# (scores of real, scores of fake) -> scalar, and (scores of fake) -> scalar
DiscriminatorLoss = Callable[[Tensor, Tensor], Tensor]
GeneratorLoss = Callable[[Tensor], Tensor]
Critic = Callable[[Tensor], Tensor]
# (critic, real, fake) -> scalar that is added to the discriminator's loss
Penalty = Callable[[Critic, Tensor, Tensor], Tensor]

PRECISIONS = ("float32", "bf16")


def discriminator_step(
    critic: Critic,
    optimizer: Optimizer,
    loss: DiscriminatorLoss,
    real: Tensor,
    fake: Tensor,
    *,
    penalty: Penalty | None = None,
    joint: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """One update of the discriminator: (its loss, the penalty that was added or None), scalars.

    real, fake: samples (N, ...) and (M, ...); fake is detached, so the generator gets no gradient.
    critic: the discriminator, or a function that adds the labels to it.
    joint: score real and fake in one pass; only right where a score depends on its sample alone.
    Raises ValueError if a loss is not a scalar that can be differentiated.
    """
    fake = fake.detach()
    real_scores, fake_scores = _scores(critic, real, fake, joint)
    value = as_scalar(loss(real_scores, fake_scores), "the discriminator's loss")
    extra = None if penalty is None else as_scalar(penalty(critic, real, fake), "the penalty")
    optimizer.zero_grad(set_to_none=True)
    (value if extra is None else value + extra).backward()
    optimizer.step()
    return value, extra


def generator_step(
    discriminator: nn.Module,
    optimizer: Optimizer,
    loss: GeneratorLoss,
    fake: Tensor,
    *,
    critic: Critic | None = None,
) -> Tensor:
    """One update of the generator that made `fake` (N, ...): its loss, a scalar.

    The discriminator's parameters are frozen meanwhile: they get no gradient and cost none.
    critic: how to score, if not the discriminator itself (for labels).
    Raises ValueError if the loss is not a scalar that can be differentiated.
    """
    with frozen(discriminator):
        scores = (critic or discriminator)(fake).float()
        value = as_scalar(loss(scores), "the generator's loss")
        optimizer.zero_grad(set_to_none=True)
        value.backward()
    optimizer.step()
    return value


def _scores(critic: Critic, real: Tensor, fake: Tensor, joint: bool) -> tuple[Tensor, Tensor]:
    """Float32 scores of real and of fake."""
    if not joint:
        return critic(real).float(), critic(fake).float()
    both = critic(torch.cat([real, fake.to(real.dtype)])).float()
    return both[: len(real)], both[len(real) :]


def as_scalar(value: Tensor, what: str) -> Tensor:
    """A loss as a tensor of shape (); ValueError unless it is one number with a gradient."""
    if not isinstance(value, Tensor):
        raise ValueError(f"{what} must be a tensor with one number, but it is a {type(value)}.")
    if value.numel() != 1:
        raise ValueError(
            f"{what} must be one number, but its shape is {tuple(value.shape)}. "
            "Take the mean over the batch."
        )
    if not value.requires_grad:
        raise ValueError(
            f"{what} cannot be differentiated: something on the way from the scores cut the "
            "graph. Compute it from the scores with torch, without .item(), .detach() or NumPy."
        )
    return value.reshape(())


@contextmanager
def frozen(network: nn.Module) -> Iterator[None]:
    """No gradient for the network's parameters inside; as before afterwards, also on errors."""
    trainable = [p for p in network.parameters() if p.requires_grad]
    for p in trainable:
        p.requires_grad_(False)
    try:
        yield
    finally:
        for p in trainable:
            p.requires_grad_(True)


@contextmanager
def evaluating(network: nn.Module) -> Iterator[None]:
    """Evaluation mode and no gradient inside; each part's own mode restored afterwards."""
    training = [module for module in network.modules() if module.training]
    network.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module in training:
            module.training = True


def scores_each_sample_alone(network: nn.Module) -> bool:
    """Whether a sample's score surely does not depend on the rest of its batch.

    Sure only of plain stacks of torch's own layers without batch norm; of a module with a forward
    of its own nothing is known, so the answer is no.
    """
    return all(
        type(module).__module__.startswith("torch.nn.")
        and not isinstance(module, nn.modules.batchnorm._BatchNorm)
        for module in network.modules()
    )


def autocast(device: torch.device, precision: str) -> AbstractContextManager:
    """bf16 where torch's autocast allows it, or nothing. ValueError for another precision."""
    if precision not in PRECISIONS:
        raise ValueError(f"precision is {precision!r}, but must be one of {', '.join(PRECISIONS)}.")
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=precision == "bf16")
