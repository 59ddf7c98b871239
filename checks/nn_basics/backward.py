"""nn_basics.backward: the gradients of a two-layer network, worked out by hand."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from checks.exercise import Arrays, Case, Exercise, Part
from checks.nn_basics.common import MANNERS, limit_of, network, shapes, typed, which_are_wrong
from checks.probes.arrays import ArraysProbe
from checks.rules import Close
from gan_utils import basics

Array = np.ndarray
Four = tuple[Array, Array, Array, Array]
INPUTS = ("x", "labels", "w1", "b1", "w2", "b2")
GRADIENTS = ("dw1", "db1", "dw2", "db2")
RULES = {name: Close(name) for name in GRADIENTS} | MANNERS


def cases(rng: np.random.Generator, large: str = "large") -> list[Case]:
    """The cases of both backward passes; large: the part that the one with large weights is of."""
    return [
        case("core", network(rng, 6, (3, 5, 4))),
        case("core", network(rng, 5, (2, 7, 3))),
        case("core", network(rng, 4, (4, 4, 4))),
        case("core", network(rng, 9, (5, 2, 2))),
        case(large, network(rng, 5, (3, 4, 3), scale=40.0), "weights up to 40"),
        case("batch of one", network(rng, 1, (3, 5, 2))),
        case("float64", network(rng, 6, (3, 4, 3)), dtype="float64"),
    ]


def case(part: str, inputs: Arrays, more: str = "", dtype: str = "float32") -> Case:
    """A case of `network`'s inputs, with the shapes of the four gradients."""
    title = ", ".join(f"{name} {inputs[name].shape}" for name in ("x", "w1", "w2"))
    title += f", {more}" if more else ", float64" if dtype == "float64" else ""
    sizes = {f"d{name}": inputs[name].shape for name in INPUTS[2:]}
    return Case(part, title, typed(inputs, dtype) | shapes(**sizes), limit_of(dtype))


exercise = Exercise(
    name="nn_basics.backward",
    signature="backward(x, labels, w1, b1, w2, b2) -> tuple[Array, Array, Array, Array]",
    about="the gradients of cross_entropy(relu(x w1 + b1) w2 + b2, labels): dw1, db1, dw2, db2",
    see="The backward pass by hand",
    parts=(
        Part("core", 9, "the four gradients"),
        Part("large", 2, "scores of several hundred"),
        Part("batch of one", 1, "a batch of one"),
        Part("float64", 1, "float64 arrays"),
    ),
    probe=ArraysProbe(INPUTS, results=GRADIENTS),
    rules=RULES,
    cases=cases,
    reference=basics.backward,
    references=("gan_utils.basics.backward",),
    explain=which_are_wrong(GRADIENTS),
    main="dw1",
)
variant = exercise.variant


@variant
def by_one_hot(x: Array, labels: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Four:
    a = x @ w1 + b1
    h = a * (a > 0)
    s = h @ w2 + b2
    p = np.exp(s - np.logaddexp.reduce(s, axis=1)[:, None])
    ds = (p - np.eye(len(b2))[labels]) / len(x)
    da = (ds @ w2.T) * (a >= 0)
    return x.T @ da, np.sum(da, axis=0), h.T @ ds, np.sum(ds, axis=0)


@variant
def by_samples(x: Array, labels: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Four:
    dw1, db1, dw2, db2 = (np.zeros_like(a, dtype=np.float64) for a in (w1, b1, w2, b2))
    for row, label in zip(x, labels, strict=True):
        a = row @ w1 + b1
        h = np.maximum(0, a)
        s = (h @ w2 + b2).astype(np.float64)
        p = np.exp(s - s.max())
        p /= p.sum()
        p[label] -= 1
        dw2 += np.outer(h, p)
        db2 += p
        da = np.where(a > 0, w2 @ p, 0)
        dw1 += np.outer(row, da)
        db1 += da
    return dw1 / len(x), db1 / len(x), dw2 / len(x), db2 / len(x)


@variant
def mean_at_the_end(x: Array, labels: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> list:
    a = x @ w1 + b1
    h = np.maximum(a, 0)
    s = h @ w2 + b2
    e = np.exp(s - s.max(axis=1, keepdims=True))
    ds = e / e.sum(axis=1, keepdims=True)
    ds[range(len(x)), labels] -= 1
    da = ds @ w2.T
    da[h == 0] = 0
    n = x.shape[0]
    return [x.T @ da / n, da.mean(axis=0), np.dot(h.T, ds) / n, ds.mean(axis=0)]


@variant
def carried_bias(x: Array, labels: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Four:
    ones = np.ones((len(x), 1))
    x1 = np.hstack([x, ones])
    a = x1 @ np.vstack([w1, b1])
    h1 = np.hstack([np.maximum(a, 0), ones])
    s = h1 @ np.vstack([w2, b2])
    ds = np.exp(s - np.logaddexp.reduce(s, axis=1, keepdims=True))
    ds[np.arange(len(x)), labels] -= 1
    ds /= len(x)
    d2 = h1.T @ ds
    d1 = x1.T @ (ds @ w2.T * (a > 0))
    return d1[:-1], d1[-1], d2[:-1], d2[-1]


@variant
def by_autograd(x: Array, labels: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Four:
    leaves = [torch.tensor(a).requires_grad_() for a in (w1, b1, w2, b2)]
    u, c, v, d = leaves
    scores = torch.relu(torch.tensor(x) @ u + c) @ v + d
    F.cross_entropy(scores, torch.tensor(labels)).backward()
    return tuple(leaf.grad.numpy() for leaf in leaves)


@variant
def by_einsum(x: Array, labels: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> Four:
    a = np.einsum("ni,ih->nh", x, w1) + b1
    h = np.clip(a, 0, None)
    s = np.einsum("nh,hc->nc", h, w2) + b2
    e = np.exp(s - s.max(1, keepdims=True))
    ds = (e / e.sum(1, keepdims=True) - (np.arange(len(b2)) == labels[:, None])) / len(x)
    da = np.einsum("nc,hc->nh", ds, w2) * np.sign(h)
    return np.einsum("ni,nh->ih", x, da), da.sum(0), np.einsum("nh,nc->hc", h, ds), ds.sum(0)
