"""The known wrong ways of vanilla_gan.generator_loss."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from checks.vanilla_gan.generator_loss import bce, exercise
from checks.vanilla_gan.scores import (
    CLAMPED,
    FLOAT32,
    LABELS,
    LABELS_CRASH,
    NAIVE,
    SIGMOID_TWICE,
)

mistake = exercise.mistake


def _target(fake: Tensor, target: float) -> Tensor:
    return bce(fake, torch.full_like(fake, target))


@mistake(*NAIVE)
def _(fake: Tensor) -> Tensor:
    return -fake.sigmoid().log().mean()


@mistake(NAIVE[0])
def _(fake: Tensor) -> Tensor:
    return (1 + torch.exp(-fake)).log().mean()


for _eps in (1e-12, 1e-10, 1e-8, 1e-7, 1e-6, 1e-5):

    @mistake(*(CLAMPED if _eps == 1e-12 else CLAMPED[:1]))
    def _(fake: Tensor, eps: float = _eps) -> Tensor:
        return -(fake.sigmoid() + eps).log().mean()

    @mistake(CLAMPED[0])
    def _(fake: Tensor, eps: float = _eps) -> Tensor:
        return -fake.sigmoid().clamp(eps, 1 - eps).log().mean()


@mistake(CLAMPED[0])
def _(fake: Tensor) -> Tensor:
    return F.binary_cross_entropy(fake.sigmoid(), torch.ones_like(fake))


@mistake(
    "saturating",
    "This equals the saturating loss mean log(1 - D(fake)) of the minimax game. It has the same "
    "goal, but hardly any gradient while the discriminator wins; the exercise asks for the "
    "non-saturating -mean log D(fake).",
)
def _(fake: Tensor) -> Tensor:
    return -F.softplus(fake).mean()


@mistake("saturating")
def _(fake: Tensor) -> Tensor:
    return (1 - fake.sigmoid()).log().mean()


@mistake(
    "target_zero",
    "The target is 0: this generator would help the discriminator to find its fakes. It wants them "
    "to be called real, so their target is 1.",
)
def _(fake: Tensor) -> Tensor:
    return _target(fake, 0)


@mistake(*SIGMOID_TWICE)
def _(fake: Tensor) -> Tensor:
    return _target(fake.sigmoid(), 1)


@mistake(
    "scores_taken_for_probabilities",
    "The scores are used as if they were probabilities. A score is any real number; D = "
    "sigmoid(score), and binary_cross_entropy_with_logits takes the scores as they are.",
)
def _(fake: Tensor) -> Tensor:
    return F.binary_cross_entropy(fake, torch.ones_like(fake))


@mistake("scores_taken_for_probabilities")
def _(fake: Tensor) -> Tensor:
    return -fake.log().mean()


@mistake("sign", "The sign is wrong: log D is to be maximised, so minus log D is minimised.")
def _(fake: Tensor) -> Tensor:
    return F.logsigmoid(fake).mean()


@mistake("other_targets", "The target is not 1.")
def _(fake: Tensor) -> Tensor:
    return _target(fake, 0.5)


@mistake("smoothed_labels", "The label is smoothed; the generator's target is 1.")
def _(fake: Tensor) -> Tensor:
    return _target(fake, 0.9)


@mistake("sum_for_mean", "The batch is summed where the formula takes the mean.")
def _(fake: Tensor) -> Tensor:
    return F.softplus(-fake).sum()


@mistake("fixed_divisor", "The sum is divided by a fixed number, not by the batch's own size.")
def _(fake: Tensor) -> Tensor:
    return F.softplus(-fake).sum() / 10


@mistake("fixed_divisor")
def _(fake: Tensor) -> Tensor:
    return F.softplus(-fake).sum() / 128


@mistake("fixed_divisor")
def _(fake: Tensor) -> Tensor:
    return F.softplus(-fake).sum() / 64


@mistake("halved", "This is exactly half the loss: there is a factor of 1/2 too many.")
def _(fake: Tensor) -> Tensor:
    return F.softplus(-fake).mean() / 2


@mistake("doubled", "This is exactly twice the loss: there is a factor of 2 too many.")
def _(fake: Tensor) -> Tensor:
    return F.softplus(-fake).mean() * 2


@mistake("not_reduced", "The result has one loss for every sample: take the mean over the batch.")
def _(fake: Tensor) -> Tensor:
    return F.softplus(-fake)


@mistake("least_squares", "This is the least-squares loss of LSGAN; here it is cross-entropy.")
def _(fake: Tensor) -> Tensor:
    return (fake - 1).square().mean() / 2


@mistake("least_squares")
def _(fake: Tensor) -> Tensor:
    return (fake - 1).square().mean()


@mistake("least_squares")
def _(fake: Tensor) -> Tensor:
    return (fake.sigmoid() - 1).square().mean()


@mistake("no_logarithm", "The logarithm is missing: this is the mean of D itself, not of log D.")
def _(fake: Tensor) -> Tensor:
    return -fake.sigmoid().mean()


@mistake("no_logarithm")
def _(fake: Tensor) -> Tensor:
    return (1 - fake.sigmoid()).mean()


@mistake("mean_before_loss", "The scores are averaged first. Take the mean of the losses instead.")
def _(fake: Tensor) -> Tensor:
    return F.softplus(-fake.mean())


@mistake(LABELS[0], LABELS[1], crash=LABELS_CRASH)
def _(fake: Tensor) -> Tensor:
    return bce(fake, torch.ones(128, 1))


@mistake("hinge", "This is a hinge loss; here it is cross-entropy.")
def _(fake: Tensor) -> Tensor:
    return F.relu(1 - fake).mean()


@mistake("discriminator_loss", "Both targets, 1 and 0, are in it: the generator has only target 1.")
def _(fake: Tensor) -> Tensor:
    return F.softplus(-fake).mean() + F.softplus(fake).mean()


@mistake("wasserstein", "This is the Wasserstein GAN's loss; here it is cross-entropy.")
def _(fake: Tensor) -> Tensor:
    return -fake.mean()


@mistake(
    "no_gradient",
    "The number is right, but no gradient flows back to the scores, so the generator could not "
    "learn. Usual causes: detach(), item(), no_grad, NumPy, or a new tensor made from values.",
)
def _(fake: Tensor) -> Tensor:
    return _target(fake.detach(), 1)


@mistake("no_gradient")
def _(fake: Tensor) -> float:
    return _target(fake, 1).item()


@mistake("no_gradient")
def _(fake: Tensor) -> Tensor:
    return torch.tensor(np.logaddexp(0, -fake.numpy()).mean())


@mistake(
    "integer_labels",
    "The labels are whole numbers (long); cross-entropy takes targets of the scores' own type: "
    "torch.ones_like(scores).",
)
def _(fake: Tensor) -> Tensor:
    return bce(fake, torch.ones(fake.shape, dtype=torch.long))


@mistake("integer_labels")
def _(fake: Tensor) -> Tensor:
    return F.binary_cross_entropy(fake.sigmoid(), torch.ones(fake.shape, dtype=torch.long))


@exercise.limitation(*FLOAT32)
def _(fake: Tensor) -> Tensor:
    return F.softplus(-fake.float()).mean()
