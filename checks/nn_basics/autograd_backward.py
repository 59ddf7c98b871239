"""nn_basics.autograd_backward: the same four gradients, found by torch."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from checks.exercise import Case, Exercise, Part
from checks.nn_basics.backward import GRADIENTS, INPUTS, RULES, cases
from checks.nn_basics.common import which_are_wrong
from checks.probes.arrays import ArraysProbe

Four = tuple[Tensor, Tensor, Tensor, Tensor]


def _cases(rng: np.random.Generator) -> list[Case]:
    return cases(rng, large="core")


def _reference(x: Tensor, labels: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) -> Four:
    leaves = [p.detach().clone().requires_grad_() for p in (w1, b1, w2, b2)]
    u, c, v, d = leaves
    loss = F.cross_entropy(torch.relu(x @ u + c) @ v + d, labels)
    return torch.autograd.grad(loss, leaves)


exercise = Exercise(
    name="nn_basics.autograd_backward",
    signature="autograd_backward(x, labels, w1, b1, w2, b2) -> tuple[Tensor, ...]",
    about="the gradients dw1, db1, dw2, db2 of the same network, by torch's autograd",
    see="The same in torch",
    parts=(
        Part("core", 3, "the four gradients"),
        Part("batch of one", 1, "a batch of one"),
        Part("float64", 1, "float64 tensors"),
    ),
    probe=ArraysProbe(INPUTS, results=GRADIENTS, tensors=True),
    rules=RULES,
    cases=_cases,
    reference=_reference,
    references=("gan_utils.basics.backward",),
    explain=which_are_wrong(GRADIENTS),
    main="dw1",
)
variant = exercise.variant


@variant
def by_backward(x: Tensor, labels: Tensor, *parameters: Tensor) -> Four:
    leaves = [p.clone().requires_grad_(True) for p in parameters]
    w1, b1, w2, b2 = leaves
    h = (x @ w1 + b1).clamp(min=0)
    nn.CrossEntropyLoss()(h @ w2 + b2, labels).backward()
    return tuple(leaf.grad for leaf in leaves)


@variant
def flags_on_what_came(
    x: Tensor, labels: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor
) -> list[Tensor]:
    parameters = [w1, b1, w2, b2]
    for p in parameters:
        p.requires_grad_()
        p.grad = None
    scores = F.relu(x @ w1 + b1) @ w2 + b2
    logs = torch.log_softmax(scores, dim=1)
    loss = -logs[torch.arange(len(x)), labels].mean()
    loss.backward()
    return [p.grad for p in parameters]


@variant
def by_modules(x: Tensor, labels: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) -> Four:
    first = nn.Linear(*w1.shape, dtype=w1.dtype)
    second = nn.Linear(*w2.shape, dtype=w2.dtype)
    with torch.no_grad():
        for layer, weight, bias in ((first, w1, b1), (second, w2, b2)):
            layer.weight.copy_(weight.T)
            layer.bias.copy_(bias)
    F.cross_entropy(nn.Sequential(first, nn.ReLU(), second)(x), labels).backward()
    return first.weight.grad.T, first.bias.grad, second.weight.grad.T, second.bias.grad


@variant
def by_func_grad(x: Tensor, labels: Tensor, *parameters: Tensor) -> Four:
    def loss(w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) -> Tensor:
        scores = torch.relu(x @ w1 + b1) @ w2 + b2
        return (scores.logsumexp(dim=1) - scores.gather(1, labels[:, None])[:, 0]).mean()

    return torch.func.grad(loss, argnums=(0, 1, 2, 3))(*parameters)


@variant
def by_hand(x: Tensor, labels: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) -> Four:
    a = x @ w1 + b1
    h = a.relu()
    ds = (torch.softmax(h @ w2 + b2, dim=1) - F.one_hot(labels, len(b2))) / len(x)
    da = ds @ w2.T * (a > 0)
    return x.T @ da, da.sum(dim=0), h.T @ ds, ds.sum(dim=0)


@variant
def numpy_out(x: Tensor, labels: Tensor, *parameters: Tensor) -> list[np.ndarray]:
    return [gradient.numpy() for gradient in _reference(x, labels, *parameters)]
