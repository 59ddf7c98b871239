"""The update rules against torch's optimizers, over several steps."""

import numpy as np
import pytest
import torch

from gan_utils.updates import adam_step, momentum_step, rmsprop_step

GRADIENTS = (
    np.random.default_rng(0).standard_normal((12, 3, 2)) * np.logspace(-9, 3, 12)[:, None, None]
)


def by_torch(make):
    leaf = torch.zeros(3, 2, dtype=torch.float64, requires_grad=True)
    optimizer = make([leaf])
    for gradient in GRADIENTS:
        leaf.grad = torch.from_numpy(gradient)
        optimizer.step()
    return leaf.detach().numpy()


def test_momentum():
    p = v = np.zeros((3, 2))
    for g in GRADIENTS:
        p, v = momentum_step(p, g, v, 0.1, 0.8)
    np.testing.assert_allclose(p, by_torch(lambda ps: torch.optim.SGD(ps, 0.1, momentum=0.8)))


def test_rmsprop():
    p = s = np.zeros((3, 2))
    for g in GRADIENTS:
        p, s = rmsprop_step(p, g, s, 0.1, 0.9)
    np.testing.assert_allclose(p, by_torch(lambda ps: torch.optim.RMSprop(ps, 0.1, alpha=0.9)))


@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.5, 0.9), (0.0, 0.9)])
def test_adam(betas):
    p = m = s = np.zeros((3, 2))
    for step, g in enumerate(GRADIENTS, start=1):
        p, m, s = adam_step(p, g, m, s, step, 0.1, *betas)
    expected = by_torch(lambda ps: torch.optim.Adam(ps, 0.1, betas=betas))
    np.testing.assert_allclose(p, expected, rtol=1e-9)


def test_tensors_do_as_well_and_nothing_changes_in_place():
    p, g, s = torch.ones(3), torch.tensor([1.0, -2.0, 0.0]), torch.zeros(3)
    for new in (momentum_step(p, g, s, 0.1), rmsprop_step(p, g, s, 0.1), adam_step(p, g, s, s, 1)):
        assert all(isinstance(one, torch.Tensor) and one.isfinite().all() for one in new)
    assert p.eq(1).all() and s.eq(0).all()
