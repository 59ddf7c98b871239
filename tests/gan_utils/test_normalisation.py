"""Batch norm and layer norm against torch's own, values and gradients."""

import pytest
import torch
import torch.nn.functional as F

from gan_utils.normalisation import batch_norm, layer_norm


def columns(n, c):
    torch.manual_seed(n)
    x = 3 * torch.randn(n, c, dtype=torch.float64) + 2
    gamma, beta, mean = torch.randn(3, c, dtype=torch.float64)
    return x, gamma, beta, mean, torch.rand(c, dtype=torch.float64) + 0.5


@pytest.mark.parametrize(("n", "training"), [(5, True), (2, True), (5, False), (1, False)])
def test_batch_norm_is_torchs(n, training):
    x, gamma, beta, mean, var = columns(n, 4)
    leaves = [one.clone().requires_grad_() for one in (x, gamma, beta)]
    y, new_mean, new_var = batch_norm(*leaves, mean, var, training, 0.3, 1e-3)
    theirs = [one.clone().requires_grad_() for one in (x, gamma, beta)]
    their_mean, their_var = mean.clone(), var.clone()
    expected = F.batch_norm(
        theirs[0], their_mean, their_var, *theirs[1:], training, momentum=0.3, eps=1e-3
    )
    torch.testing.assert_close(y, expected)
    torch.testing.assert_close((new_mean, new_var), (their_mean, their_var))
    weights = torch.randn_like(y)
    torch.testing.assert_close(
        torch.autograd.grad(y, leaves, weights), torch.autograd.grad(expected, theirs, weights)
    )
    assert not new_mean.requires_grad and not new_var.requires_grad


@pytest.mark.parametrize("shape", [(4, 3), (1, 6), (2, 3, 5)])
def test_layer_norm_is_torchs(shape):
    torch.manual_seed(0)
    x = torch.randn(shape, dtype=torch.float64, requires_grad=True)
    gamma, beta = torch.randn(2, shape[-1], dtype=torch.float64)
    y, expected = layer_norm(x, gamma, beta, 0.1), F.layer_norm(x, shape[-1:], gamma, beta, 0.1)
    torch.testing.assert_close(y, expected)
    weights = torch.randn_like(y)
    torch.testing.assert_close(
        torch.autograd.grad(y, x, weights), torch.autograd.grad(expected, x, weights)
    )
