"""The known wrong ways of vanilla_gan.discriminator_loss."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from checks.vanilla_gan.discriminator_loss import bce, exercise
from checks.vanilla_gan.scores import (
    CLAMPED,
    FLOAT32,
    LABELS,
    LABELS_CRASH,
    NAIVE,
    SIGMOID_TWICE,
)
from gan_utils import losses

mistake, limitation = exercise.mistake, exercise.limitation


def _targets(real: Tensor, fake: Tensor, for_real: float, for_fake: float) -> Tensor:
    """The loss with targets of one's choice."""
    return bce(real, torch.full_like(real, for_real)) + bce(fake, torch.full_like(fake, for_fake))


@mistake(*NAIVE)
def _(real: Tensor, fake: Tensor) -> Tensor:
    return -(real.sigmoid().log().mean() + (1 - fake.sigmoid()).log().mean())


@mistake(NAIVE[0])
def _(real: Tensor, fake: Tensor) -> Tensor:
    return -(real.sigmoid().log() + (1 - fake.sigmoid()).log()).mean()


@mistake(NAIVE[0])
def _(real: Tensor, fake: Tensor) -> Tensor:
    return (1 + torch.exp(-real)).log().mean() + (1 + torch.exp(fake)).log().mean()


for _eps in (1e-12, 1e-10, 1e-8, 1e-7, 1e-6, 1e-5):

    @mistake(*(CLAMPED if _eps == 1e-12 else CLAMPED[:1]))
    def _(real: Tensor, fake: Tensor, eps: float = _eps) -> Tensor:
        real, fake = real.sigmoid(), fake.sigmoid()
        return -((real + eps).log().mean() + (1 - fake + eps).log().mean())

    @mistake(CLAMPED[0])
    def _(real: Tensor, fake: Tensor, eps: float = _eps) -> Tensor:
        real, fake = real.sigmoid().clamp(eps, 1 - eps), fake.sigmoid().clamp(eps, 1 - eps)
        return -(real.log().mean() + (1 - fake).log().mean())


@mistake(CLAMPED[0])
def _(real: Tensor, fake: Tensor) -> Tensor:
    loss = nn.BCELoss()  # which cuts its logarithms off at -100
    return loss(real.sigmoid(), torch.ones_like(real)) + loss(
        fake.sigmoid(), torch.zeros_like(fake)
    )


@mistake(
    "scores_taken_for_probabilities",
    "The scores are used as if they were probabilities. A score is any real number; D = "
    "sigmoid(score), and binary_cross_entropy_with_logits takes the scores as they are.",
)
def _(real: Tensor, fake: Tensor) -> Tensor:
    return F.binary_cross_entropy(real, torch.ones_like(real)) + F.binary_cross_entropy(
        fake, torch.zeros_like(fake)
    )


@mistake("scores_taken_for_probabilities")
def _(real: Tensor, fake: Tensor) -> Tensor:
    return -(real.log().mean() + (1 - fake).log().mean())


@mistake(*SIGMOID_TWICE)
def _(real: Tensor, fake: Tensor) -> Tensor:
    return losses.minimax_d(real.sigmoid(), fake.sigmoid())


@mistake(
    "targets_swapped",
    "Real and fake are swapped: this discriminator would learn to call the fakes real.",
)
def _(real: Tensor, fake: Tensor) -> Tensor:
    return _targets(real, fake, 0, 1)


@mistake("both_targets_one", "Both targets are 1: the fakes' target is 0.")
def _(real: Tensor, fake: Tensor) -> Tensor:
    return _targets(real, fake, 1, 1)


@mistake("both_targets_zero", "Both targets are 0: the real images' target is 1.")
def _(real: Tensor, fake: Tensor) -> Tensor:
    return _targets(real, fake, 0, 0)


@mistake("targets_plus_minus_one", "The targets are 1 and -1; cross-entropy takes 1 and 0.")
def _(real: Tensor, fake: Tensor) -> Tensor:
    return _targets(real, fake, 1, -1)


@mistake("other_targets", "The targets are not 1 for the real scores and 0 for the fake ones.")
def _(real: Tensor, fake: Tensor) -> Tensor:
    return _targets(real, fake, 0.5, 0.5)


@mistake("smoothed_labels", "The labels are smoothed, a later trick. Here they are 1 and 0.")
def _(real: Tensor, fake: Tensor) -> Tensor:
    return _targets(real, fake, 0.9, 0)


@mistake("smoothed_labels")
def _(real: Tensor, fake: Tensor) -> Tensor:
    return _targets(real, fake, 0.9, 0.1)


@mistake("only_real", "Only the real images count in this loss; the fakes' half is missing.")
def _(real: Tensor, fake: Tensor) -> Tensor:
    return F.softplus(-real).mean() + 0 * fake.sum()


@mistake("only_fake", "Only the fakes count in this loss; the real images' half is missing.")
def _(real: Tensor, fake: Tensor) -> Tensor:
    return F.softplus(fake).mean() + 0 * real.sum()


@mistake("halves_subtracted", "The two halves are subtracted; they must be added.")
def _(real: Tensor, fake: Tensor) -> Tensor:
    return F.softplus(-real).mean() - F.softplus(fake).mean()


@mistake(
    "halved",
    "This is exactly half the loss. The formula adds the two means; a mean over the concatenated "
    "batch, or a division by 2, takes their average.",
)
def _(real: Tensor, fake: Tensor) -> Tensor:
    return losses.minimax_d(real, fake) / 2


@mistake("halved")
def _(real: Tensor, fake: Tensor) -> Tensor:
    labels = torch.cat([torch.ones_like(real), torch.zeros_like(fake)])
    return bce(torch.cat([real, fake]), labels)


@mistake("sum_for_mean", "The batch is summed where the formula takes the mean.")
def _(real: Tensor, fake: Tensor) -> Tensor:
    return F.softplus(-real).sum() + F.softplus(fake).sum()


@mistake("sum_for_mean")
def _(real: Tensor, fake: Tensor) -> Tensor:
    return F.softplus(-real).mean() + F.softplus(fake).sum()


@mistake(
    "fixed_divisor",
    "The sum is divided by a fixed number, not by the size of the batch at hand.",
)
def _(real: Tensor, fake: Tensor) -> Tensor:
    return (F.softplus(-real).sum() + F.softplus(fake).sum()) / 10


@mistake("fixed_divisor")
def _(real: Tensor, fake: Tensor) -> Tensor:
    return (F.softplus(-real).sum() + F.softplus(fake).sum()) / 128


@mistake("fixed_divisor")
def _(real: Tensor, fake: Tensor) -> Tensor:
    return (F.softplus(-real).sum() + F.softplus(fake).sum()) / 64


@mistake(
    "not_reduced",
    "The result has one loss for every sample: take the mean over the batch.",
)
def _(real: Tensor, fake: Tensor) -> Tensor:
    return F.softplus(-real) + F.softplus(fake)


@mistake("doubled", "This is exactly twice the loss: there is a factor of 2 too many.")
def _(real: Tensor, fake: Tensor) -> Tensor:
    return 2 * losses.minimax_d(real, fake)


@mistake("sum_for_mean")
def _(real: Tensor, fake: Tensor) -> Tensor:
    return F.softplus(-real).sum() + F.softplus(fake).mean()


@mistake(LABELS[0], LABELS[1], crash=LABELS_CRASH)
def _(real: Tensor, fake: Tensor) -> Tensor:
    return bce(real, torch.ones(len(real))) + bce(fake, torch.zeros(len(fake)))


@mistake(
    "real_detached",
    "The number is right, but the real scores are detached: the discriminator would learn from the "
    "fakes alone.",
)
def _(real: Tensor, fake: Tensor) -> Tensor:
    return losses.minimax_d(real.detach(), fake)


@mistake("mean_before_loss", "The scores are averaged first. Take the mean of the losses instead.")
def _(real: Tensor, fake: Tensor) -> Tensor:
    return losses.minimax_d(real.mean(), fake.mean())


@mistake("mean_before_loss")
def _(real: Tensor, fake: Tensor) -> Tensor:
    return -real.sigmoid().mean().log() - (1 - fake.sigmoid().mean()).log()


@mistake("sign", "The sign is wrong: this is to be minimised, so it is minus the log-likelihood.")
def _(real: Tensor, fake: Tensor) -> Tensor:
    return -losses.minimax_d(real, fake)


@mistake("least_squares", "This is the least-squares loss of LSGAN; here it is cross-entropy.")
def _(real: Tensor, fake: Tensor) -> Tensor:
    return ((real - 1).square().mean() + fake.square().mean()) / 2


@mistake("least_squares")
def _(real: Tensor, fake: Tensor) -> Tensor:
    return (real - 1).square().mean() + fake.square().mean()


@mistake("least_squares")
def _(real: Tensor, fake: Tensor) -> Tensor:
    return (real.sigmoid() - 1).square().mean() + fake.sigmoid().square().mean()


@mistake("wasserstein", "This is the critic loss of the Wasserstein GAN; here it is cross-entropy.")
def _(real: Tensor, fake: Tensor) -> Tensor:
    return real.mean() - fake.mean()


@mistake("wasserstein")
def _(real: Tensor, fake: Tensor) -> Tensor:
    return fake.mean() - real.mean()


@mistake("hinge", "This is the hinge loss; here it is cross-entropy.")
def _(real: Tensor, fake: Tensor) -> Tensor:
    return F.relu(1 - real).mean() + F.relu(1 + fake).mean()


@mistake(
    "no_gradient",
    "The number is right, but no gradient flows back to the scores, so nothing could learn. Usual "
    "causes: detach(), item(), no_grad, NumPy, or a new tensor made from values.",
)
def _(real: Tensor, fake: Tensor) -> Tensor:
    return losses.minimax_d(real, fake).detach()


@mistake("no_gradient")
def _(real: Tensor, fake: Tensor) -> float:
    return losses.minimax_d(real, fake).item()


@mistake("no_gradient")
def _(real: Tensor, fake: Tensor) -> Tensor:
    return torch.from_numpy(np.log1p(np.exp(-real.numpy()))).mean() + F.softplus(fake).mean()


@mistake(
    "fake_detached",
    "The number is right, but the fake scores are detached inside the loss: the discriminator "
    "would learn from the real images alone. Detach the fake *images* in the step, not the scores.",
)
def _(real: Tensor, fake: Tensor) -> Tensor:
    return losses.minimax_d(real, fake.detach())


@mistake(
    "integer_labels",
    "The labels are whole numbers (long); cross-entropy takes targets of the scores' own type: "
    "torch.ones_like(scores).",
)
def _(real: Tensor, fake: Tensor) -> Tensor:
    ones = torch.ones(real.shape, dtype=torch.long)
    return bce(real, ones) + bce(fake, torch.zeros(fake.shape, dtype=torch.long))


@mistake("integer_labels")
def _(real: Tensor, fake: Tensor) -> Tensor:
    ones = torch.ones(real.shape, dtype=torch.long)
    return F.binary_cross_entropy(real.sigmoid(), ones)


Half = Callable[[Tensor], Tensor]
HALVES: dict[str, tuple[Half, Half]] = {  # the two halves of a loss that is wrong otherwise
    "targets_swapped": (F.softplus, lambda fake: F.softplus(-fake)),
    "both_targets_one": (lambda real: F.softplus(-real), lambda fake: F.softplus(-fake)),
    "both_targets_zero": (F.softplus, F.softplus),
    SIGMOID_TWICE[0]: (lambda r: F.softplus(-r.sigmoid()), lambda f: F.softplus(f.sigmoid())),
    "least_squares": (lambda real: (real - 1).square(), torch.square),
    "smoothed_labels": (lambda real: F.softplus(real) - 0.9 * real, F.softplus),
}
for _name, (_of_real, _of_fake) in HALVES.items():  # two mistakes at once: the coarser is named

    @mistake("only_real")
    def _(real: Tensor, fake: Tensor, half: Half = _of_real) -> Tensor:
        return half(real).mean() + 0 * fake.sum()

    @mistake("only_fake")
    def _(real: Tensor, fake: Tensor, half: Half = _of_fake) -> Tensor:
        return half(fake).mean() + 0 * real.sum()

    @mistake("halves_subtracted")
    def _(real: Tensor, fake: Tensor, one: Half = _of_real, other: Half = _of_fake) -> Tensor:
        return one(real).mean() - other(fake).mean()

    @mistake(_name)
    def _(real: Tensor, fake: Tensor, one: Half = _of_real, other: Half = _of_fake) -> Tensor:
        return torch.cat([one(real), other(fake)]).mean()


@limitation(*FLOAT32)
def _(real: Tensor, fake: Tensor) -> Tensor:
    return losses.minimax_d(real.float(), fake.float())


@limitation(
    "mean_of_the_whole",
    "You take twice the mean over both batches together, which equals the sum of the two means "
    "only when the batches are equally large.",
)
def _(real: Tensor, fake: Tensor) -> Tensor:
    labels = torch.cat([torch.ones_like(real), torch.zeros_like(fake)])
    return 2 * bce(torch.cat([real, fake]), labels)


@limitation(
    "equal_batches_only",
    "The two batches are added element by element, or share labels, which needs equal sizes.",
)
def _(real: Tensor, fake: Tensor) -> Tensor:
    return (F.softplus(-real) + F.softplus(fake)).mean()


@limitation("equal_batches_only")
def _(real: Tensor, fake: Tensor) -> Tensor:
    ones = torch.ones_like(real)
    return bce(real, ones) + bce(fake, 1 - ones)
