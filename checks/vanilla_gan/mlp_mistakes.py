"""Which multilayer network is it? Told from its tensors' shapes and from its numbers.

The judge knows the inputs and the weights that were copied in, so it can compute what a network
with other activations would have given, and find the one that agrees.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from checks.exercise import Arrays, Case, Explain, Finding
from checks.observe import Trouble
from checks.probes.networks import kept_columns, reference_weights

Activation = Callable[[Tensor], Tensor]


def _leaky(slope: float) -> Activation:
    return lambda x: F.leaky_relu(x, slope)


SLOPES = (0.2, 0.1, 0.01, 0.001, 0.02, 0.05, 0.3, 0.25, 0.5)
HIDDEN: dict[str, Activation] = {
    "no activation": lambda x: x,
    "ReLU": torch.relu,
    **{f"leaky ReLU of slope {slope:g}": _leaky(slope) for slope in SLOPES},
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "ELU": F.elu,
    "SELU": F.selu,
    "GELU": F.gelu,
    "SiLU": F.silu,
    "softplus": F.softplus,
}
LAST: dict[str, Activation] = {
    "no activation": lambda x: x,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "tanh twice": lambda x: x.tanh().tanh(),
    "2 sigmoid(x) - 1": lambda x: 2 * x.sigmoid() - 1,
    "clamp to [-1, 1]": lambda x: x.clamp(-1, 1),
    "ReLU": torch.relu,
    "ReLU and tanh": lambda x: x.relu().tanh(),
    "tanh and ReLU": lambda x: x.tanh().relu(),
    **{f"leaky ReLU of slope {slope:g}": _leaky(slope) for slope in SLOPES},
    "log sigmoid": F.logsigmoid,
    "softsign": F.softsign,
    "softplus": F.softplus,
    "(tanh(x) + 1) / 2": lambda x: (x.tanh() + 1) / 2,
    "255 (tanh(x) + 1) / 2": lambda x: 255 * (x.tanh() + 1) / 2,
    "minus sign": lambda x: -x,
}
Name = Callable[[str, str, str], str]  # the three activations to a mistake's name


def explain(name: Name, right: tuple[str, str, str]) -> Explain:
    """An `Explain` for a network of three layers whose activations should be `right`."""

    def tell(
        cases: Sequence[Case],
        expected: Sequence[Arrays],
        seen: Sequence[Any],
        failing: Sequence[int],
    ) -> Finding | None:
        mine, case = seen[failing[0]], cases[failing[0]]
        if isinstance(mine, Trouble):
            return None
        if not mine["fits"]:
            return _of_shapes(mine["shapes"], expected[failing[0]]["shapes"])
        if not mine["repeats"]:
            return Finding("dropout_added")
        if not mine["alone"]:
            return Finding("batch_norm_added")
        found = _activations(case, mine["value"], right)
        if found is not None:
            where = ("after the first layer", "after the second layer", "at the end")
            differing = zip(found, right, where, strict=True)
            said = [f"{got} {place}" for got, want, place in differing if got != want]
            return Finding(name(*found), f"Yours has {', '.join(said)}.") if said else None
        return None

    return tell


def _activations(
    case: Case, rows: np.ndarray, right: tuple[str, str, str]
) -> tuple[str, str, str] | None:
    """The activations with which the network gives one of these rows; the right ones first."""
    shapes = [tuple(int(n) for n in row if n) for row in case.inputs["weight_shapes"]]
    weights = [torch.from_numpy(w) for w in reference_weights(shapes, int(case.inputs["seed"]))]
    x = torch.from_numpy(case.inputs["x"])[: rows.shape[1]]
    firsts, seconds, lasts = (
        sorted(names, key=lambda n: n != ok)
        for names, ok in zip((HIDDEN, HIDDEN, LAST), right, strict=True)
    )
    columns = kept_columns(shapes[-1][0])
    scale = min(1.0, np.abs(rows).max())
    end_weight, end_bias = weights[4][columns], weights[5][columns]
    for first in firsts:
        hidden = F.linear(HIDDEN[first](F.linear(x, weights[0], weights[1])), *weights[2:4])
        for second in seconds:
            end = F.linear(HIDDEN[second](hidden), end_weight, end_bias)
            for last in lasts:
                off = np.abs(rows - LAST[last](end).numpy()).max(axis=(1, 2))
                if off.min() < 1e-3 * scale:
                    return first, second, last
    return None


def _of_shapes(mine: np.ndarray, expected: np.ndarray) -> Finding:
    """What the trainable tensors' shapes give away."""
    matrices, vectors = (_kinds(mine, kind) for kind in (True, False))
    wanted, biases = (_kinds(expected, kind) for kind in (True, False))
    says = f"Your layers' matrices: {_listed(matrices)}; expected: {_listed(wanted)}."
    if not len(mine):
        return Finding("parameters_unregistered")
    if len(matrices) != len(wanted):
        return Finding("layer_missing" if len(matrices) < len(wanted) else "layer_too_many", says)
    if sorted(matrices) != sorted(wanted) and sorted(m[::-1] for m in matrices) != sorted(wanted):
        outer = matrices[-1][0] != wanted[-1][0], matrices[0][1] != wanted[0][1]
        inner = [m[0] for m in matrices[:-1]] != [w[0] for w in wanted[:-1]]
        if inner or not any(outer):
            return Finding("wrong_width", says)
        return Finding("wrong_output_size" if outer[0] else "wrong_input_size", says)
    if len(vectors) < len(biases):
        return Finding("bias_missing")
    return Finding("batch_norm_added" if len(vectors) > len(biases) + 1 else "extra_parameters")


def _kinds(shapes: np.ndarray, matrices: bool) -> list[tuple[int, int]]:
    return [(int(n), int(m)) for n, m in shapes if (min(n, m) > 1 or m > 1) == matrices]


def _listed(shapes: Sequence[tuple[int, int]]) -> str:
    return ", ".join(f"{m} to {n}" for n, m in itertools.islice(shapes, 6)) or "none"
