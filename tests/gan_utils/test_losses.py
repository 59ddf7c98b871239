"""The losses against closed forms in float64, and where naive formulas overflow."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_utils.losses import MINIMAX, NON_SATURATING, LossPair, minimax_d, minimax_g
from gan_utils.losses import non_saturating_g as ns_g

BIG = (-200.0, -100.0, -50.0, 0.0, 50.0, 100.0, 200.0)


def gradient(loss, *scores):
    leaves = [s.clone().requires_grad_() for s in scores]
    loss(*leaves).backward()
    return [leaf.grad for leaf in leaves]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("score", BIG)
def test_value_and_gradient_are_finite_at_large_scores(score, dtype):
    scores = torch.full((4, 1), score, dtype=dtype)
    for loss, given_scores in (
        (minimax_d, (scores, scores)), (minimax_g, (scores,)), (ns_g, (scores,)),
    ):  # fmt: skip
        assert loss(*given_scores).isfinite()
        assert all(g.isfinite().all() for g in gradient(loss, *given_scores))


@settings(deadline=None)
@given(st.floats(-20, 20), st.floats(-20, 20))
def test_they_are_the_logarithms_of_the_game(real, fake):
    r, f = torch.tensor([real]).double(), torch.tensor([fake]).double()
    d_real, d_fake = r.sigmoid(), f.sigmoid()
    torch.testing.assert_close(minimax_d(r, f), (-d_real.log() - (1 - d_fake).log()).mean())
    torch.testing.assert_close(minimax_g(f), (1 - d_fake).log().mean())
    torch.testing.assert_close(ns_g(f), -d_fake.log().mean())


@pytest.mark.parametrize("score", BIG)
def test_the_generators_gradients_are_minus_d_and_d_minus_1(score):
    s = torch.tensor([score], dtype=torch.float64)
    torch.testing.assert_close(gradient(minimax_g, s)[0], -s.sigmoid())
    torch.testing.assert_close(gradient(ns_g, s)[0], s.sigmoid() - 1)


def test_real_and_fake_may_differ_in_length_and_shape_and_stay_as_they_were():
    real, fake = torch.randn(8, 1), torch.randn(5)
    kept = real.clone(), fake.clone()
    loss = minimax_d(real, fake)
    assert loss.shape == ()
    # each half is a mean of its own
    torch.testing.assert_close(loss, minimax_d(real.repeat(3, 1), fake))
    assert torch.equal(real, kept[0]) and torch.equal(fake, kept[1])


def test_a_perfect_tie_costs_two_log_two():
    zero = torch.zeros(3, 1, dtype=torch.float64)
    assert minimax_d(zero, zero).item() == pytest.approx(2 * torch.log(torch.tensor(2.0)).item())


def test_the_pairs_name_their_losses():
    assert LossPair(minimax_d, minimax_g) == MINIMAX
    assert LossPair(minimax_d, ns_g) == NON_SATURATING
