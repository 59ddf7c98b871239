"""vanilla_gan.discriminator_loss: binary cross-entropy on raw scores, real towards 1, fake to 0."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from checks.exercise import Case, Exercise, Part
from checks.probes.functions import FunctionProbe
from checks.rules import Close
from checks.vanilla_gan import scores
from gan_utils import losses

NAMES = ("real_scores", "fake_scores")


def _cases(rng: np.random.Generator) -> list[Case]:
    return [
        scores.case(rng, "core", NAMES, ((8, 1), (8, 1)), 4.0),
        scores.case(rng, "core", NAMES, ((32, 1), (32, 1)), 6.0),
        scores.case(rng, "core", NAMES, ((5, 1), (5, 1)), 4.0, shift=3.0),
        scores.case(rng, "core", NAMES, ((4, 1), (4, 1)), 50.0),
        scores.case(rng, "core", NAMES, ((4, 1), (4, 1)), 100.0),
        scores.given("core", NAMES, ([200.0, -200.0], [200.0, -200.0]), "scores of 200 and -200"),
        scores.given("core", NAMES, ([-200.0, 150.0], [190.0, -150.0]), "scores near +-200"),
        scores.given("core", NAMES, ([0.0] * 3, [0.0] * 3), "all scores 0"),
        scores.case(rng, "unequal", NAMES, ((8, 1), (5, 1)), 4.0),
        scores.case(rng, "unequal", NAMES, ((2, 1), (7, 1)), 4.0),
        scores.case(rng, "batch of one", NAMES, ((1, 1), (1, 1)), 4.0),
        scores.case(rng, "one side", NAMES, ((6,), (6,)), 4.0),
        scores.case(rng, "float64", NAMES, ((6, 1), (6, 1)), 4.0, "float64"),
    ]


exercise = Exercise(
    name="vanilla_gan.discriminator_loss",
    signature="discriminator_loss(real_scores: Tensor, fake_scores: Tensor) -> Tensor",
    about="-mean log D(real) - mean log(1 - D(fake)), where D = sigmoid(score): a scalar",
    see="The discriminator's loss",
    parts=(
        Part("core", 8, "the loss"),
        Part("unequal", 1, "real and fake batches of unequal size"),
        Part("batch of one", 1, "batches of one"),
        Part("one side", 1, "scores of shape (N,)"),
        Part("float64", 1, "float64 scores"),
    ),
    probe=FunctionProbe(NAMES, reduces=True),
    rules=scores.RULES | {f"grad_{name}": Close(f"gradient of {name}") for name in NAMES},
    cases=_cases,
    reference=losses.minimax_d,
    references=("gan_utils.losses.minimax_d", "gan_utils.losses.minimax_g"),  # -minimax_g: a half
    explain=scores.explain,
)
variant = exercise.variant
bce = F.binary_cross_entropy_with_logits


@variant
def functional(real: Tensor, fake: Tensor) -> Tensor:
    return bce(real, torch.ones_like(real)) + bce(fake, torch.zeros_like(fake))


@variant
def module(real: Tensor, fake: Tensor) -> Tensor:
    loss = nn.BCEWithLogitsLoss()
    return loss(real, torch.ones_like(real)) + loss(fake, torch.ones_like(fake) - 1)


@variant
def softplus(real: Tensor, fake: Tensor) -> Tensor:
    return F.softplus(-real).mean() + F.softplus(fake).mean()


@variant
def log_sigmoid(real: Tensor, fake: Tensor) -> Tensor:
    return -(F.logsigmoid(real).mean() + F.logsigmoid(-fake).mean())


@variant
def stable_formula(real: Tensor, fake: Tensor) -> Tensor:
    def cross_entropy(s: Tensor, target: Tensor) -> Tensor:
        return (s.clamp(min=0) - s * target + (1 + (-s.abs()).exp()).log()).mean()

    return cross_entropy(real, torch.ones_like(real)) + cross_entropy(fake, torch.zeros_like(fake))


@variant
def float64_inside(real: Tensor, fake: Tensor) -> Tensor:
    return losses.minimax_d(real.double(), fake.double())


@variant
def shape_of_one(real: Tensor, fake: Tensor) -> Tensor:
    return losses.minimax_d(real, fake).reshape(1)


@variant
def sums_over_sizes(real: Tensor, fake: Tensor) -> Tensor:
    a = bce(real, torch.full(real.shape, 1.0).to(real), reduction="sum") / real.numel()
    return a + bce(fake, torch.full(fake.shape, 0.0).to(fake), reduction="sum") / fake.numel()


@variant
def logaddexp(real: Tensor, fake: Tensor) -> Tensor:
    zero = torch.zeros(())
    return torch.logaddexp(zero, -real).mean() + torch.logaddexp(zero, fake).mean()


class _Loss(nn.Module):
    def forward(self, real: Tensor, fake: Tensor) -> Tensor:
        return losses.minimax_d(real, fake)


exercise.variants["module_of_its_own"] = _Loss()
