"""vanilla_gan.generator_loss: the non-saturating form, -mean log D(G(z))."""

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

NAMES = ("fake_scores",)


def _cases(rng: np.random.Generator) -> list[Case]:
    return [
        scores.case(rng, "core", NAMES, ((8, 1),), 4.0),
        scores.case(rng, "core", NAMES, ((32, 1),), 6.0),
        scores.case(rng, "core", NAMES, ((5, 1),), 4.0, shift=-3.0),
        scores.case(rng, "core", NAMES, ((4, 1),), 50.0),
        scores.case(rng, "core", NAMES, ((4, 1),), 100.0),
        scores.given("core", NAMES, ([200.0, -200.0],), "scores of 200 and -200"),
        scores.given("core", NAMES, ([-200.0, -150.0, -190.0],), "scores near -200"),
        scores.given("core", NAMES, ([0.0] * 3,), "all scores 0"),
        scores.case(rng, "batch of one", NAMES, ((1, 1),), 4.0),
        scores.case(rng, "one side", NAMES, ((6,),), 4.0),
        scores.case(rng, "float64", NAMES, ((6, 1),), 4.0, "float64"),
    ]


exercise = Exercise(
    name="vanilla_gan.generator_loss",
    signature="generator_loss(fake_scores: Tensor) -> Tensor",
    about="the non-saturating loss -mean log D(fake), where D = sigmoid(score): a scalar",
    see="The generator's loss, and why there are two",
    parts=(
        Part("core", 7, "the loss"),
        Part("batch of one", 1, "a batch of one"),
        Part("one side", 1, "scores of shape (N,)"),
        Part("float64", 1, "float64 scores"),
    ),
    probe=FunctionProbe(NAMES, reduces=True),
    rules=scores.RULES | {"grad_fake_scores": Close("gradient of fake_scores")},
    cases=_cases,
    reference=losses.non_saturating_g,
    references=("gan_utils.losses.non_saturating_g", "gan_utils.losses.minimax_g"),  # of -score
    explain=scores.explain,
)
variant = exercise.variant
bce = F.binary_cross_entropy_with_logits


@variant
def functional(fake: Tensor) -> Tensor:
    return bce(fake, torch.ones_like(fake))


@variant
def module(fake: Tensor) -> Tensor:
    return nn.BCEWithLogitsLoss()(fake, torch.zeros_like(fake) + 1)


@variant
def softplus(fake: Tensor) -> Tensor:
    return F.softplus(-fake).mean()


@variant
def log_sigmoid(fake: Tensor) -> Tensor:
    return -F.logsigmoid(fake).mean()


@variant
def stable_formula(fake: Tensor) -> Tensor:
    return (fake.clamp(min=0) - fake + torch.log1p(torch.exp(-fake.abs()))).mean()


@variant
def float64_inside(fake: Tensor) -> Tensor:
    return bce(fake.double(), torch.ones_like(fake).double())


@variant
def shape_of_one(fake: Tensor) -> Tensor:
    return F.softplus(-fake).mean(dim=0)


@variant
def sum_over_size(fake: Tensor) -> Tensor:
    return bce(fake, torch.full_like(fake, 1.0), reduction="sum") / len(fake)


class _Loss(nn.Module):
    def forward(self, fake: Tensor) -> Tensor:
        return losses.non_saturating_g(fake)


exercise.variants["module_of_its_own"] = _Loss()
