"""GAN losses as pure functions of raw scores.

A score is what the discriminator's last linear layer gives, before any sigmoid: the logit of
"this sample is real". Every loss takes scores of any shape, real and fake of possibly different
batch sizes, and returns a scalar of shape (). Values and gradients stay finite at any finite score,
because log sigmoid(s) is written as -softplus(-s).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from torch import Tensor
from torch.nn.functional import softplus


class LossPair(NamedTuple):
    """What makes one GAN differ from another: the two losses that the players minimise.

    discriminator(real_scores, fake_scores) and generator(fake_scores) each return a scalar tensor.
    """

    discriminator: Callable[[Tensor, Tensor], Tensor]
    generator: Callable[[Tensor], Tensor]


def minimax_d(real: Tensor, fake: Tensor) -> Tensor:
    """-mean log D(x) - mean log(1 - D(G(z))) with D = sigmoid(score): a scalar.

    Goodfellow et al. 2014, eq. 1, with the sign turned so that the discriminator minimises it.
    """
    return softplus(-real).mean() + softplus(fake).mean()


def minimax_g(fake: Tensor) -> Tensor:
    """mean log(1 - D(G(z))), the saturating generator loss of the minimax game: a scalar.

    Goodfellow et al. 2014, eq. 1. Its gradient with respect to a score is -D, which vanishes
    exactly where the discriminator is sure that the sample is fake.
    """
    return -softplus(fake).mean()


def non_saturating_g(fake: Tensor) -> Tensor:
    """-mean log D(G(z)), the generator loss used in practice: a scalar.

    Goodfellow et al. 2014, end of section 3. Its gradient with respect to a score is D - 1, which
    is largest where the discriminator is sure that the sample is fake.
    """
    return softplus(-fake).mean()


MINIMAX = LossPair(minimax_d, minimax_g)
NON_SATURATING = LossPair(minimax_d, non_saturating_g)
