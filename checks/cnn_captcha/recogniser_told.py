"""Which network of convolutions is it? Told from its tensors' shapes and from its numbers.

The judge knows the inputs and the weights that were copied in, so it can compute what a recogniser
with other activations or poolings would have given, and find the one that agrees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from checks.exercise import Arrays, Case, Finding
from checks.observe import Trouble
from checks.probes.networks import reference_weights

Layer = Callable[[Tensor], Tensor]


def _same(x: Tensor) -> Tensor:
    return x


ACTIVATIONS: dict[str, Layer] = {
    "no activation": _same,
    "ReLU": torch.relu,
    "leaky ReLU of slope 0.01": F.leaky_relu,
    "leaky ReLU of slope 0.2": lambda x: F.leaky_relu(x, 0.2),
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "ELU": F.elu,
    "GELU": F.gelu,
    "SiLU": F.silu,
}
POOLS: dict[str, Layer] = {
    "max pooling": lambda x: F.max_pool2d(x, 2),
    "average pooling": lambda x: F.avg_pool2d(x, 2),
    "every other pixel": lambda x: x[:, :, ::2, ::2],
    "max pooling after padding": lambda x: F.max_pool2d(x, 2, padding=1)[:, :, :-1, :-1],
}
ENDS: dict[str, Layer] = {
    "nothing": _same,
    "softmax": lambda x: x.softmax(1),
    "log softmax": lambda x: x.log_softmax(1),
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "ReLU": torch.relu,
    "softmax over the batch": lambda x: x.softmax(0),
}
FLATS: dict[str, Layer] = {
    "channels first": lambda x: x.flatten(1),
    "channels last": lambda x: x.permute(0, 2, 3, 1).flatten(1),
}
PLACES = ("after the first convolution", "after the second convolution", "after the first linear")
RIGHT = ("ReLU", "ReLU", "ReLU", "max pooling", "max pooling", "channels first", "nothing")
Plan = tuple[str, ...]  # as RIGHT


def explain(
    cases: Sequence[Case], expected: Sequence[Arrays], seen: Sequence[Any], failing: Sequence[int]
) -> Finding | None:
    """For Exercise.explain: what of the network differs from the one that was asked for."""
    mine, case = seen[failing[0]], cases[failing[0]]
    if isinstance(mine, Trouble):
        return None
    if not mine["fits"]:
        return _of_shapes(mine["shapes"], expected[failing[0]]["shapes"])
    if not mine["repeats"]:
        return Finding("dropout_added")
    found = _plan(case, mine["value"])
    if found is not None:
        return _named(found)
    return None if mine["alone"] else Finding("batch_norm_added")


def _plan(case: Case, rows: np.ndarray) -> Plan | None:
    """The likeliest network that gives one of these rows of outputs."""
    shapes = [tuple(int(n) for n in row if n) for row in case.inputs["weight_shapes"]]
    weights = [torch.from_numpy(w) for w in reference_weights(shapes, int(case.inputs["seed"]))]
    whole = torch.from_numpy(case.inputs["x"]).reshape(-1, 1, 20, 20)
    scale = min(1.0, float(np.abs(rows).max()))
    for plan in _plans():
        x = whole if plan[-1] == "softmax over the batch" else whole[: rows.shape[1]]
        made = _run(plan, weights, x)[: rows.shape[1]].numpy()
        if np.abs(rows - made).max(axis=(1, 2)).min() < 1e-3 * scale:
            return plan
    return None


def _plans() -> Iterator[Plan]:
    """One thing wrong, then the same wrong activation everywhere, then two things wrong."""
    options = [ACTIVATIONS] * 3 + [POOLS] * 2 + [FLATS, ENDS]
    singles = [
        (*RIGHT[:i], other, *RIGHT[i + 1 :])
        for i, kinds in enumerate(options)
        for other in kinds
        if other != RIGHT[i]
    ]
    yield from singles
    for other in ACTIVATIONS:
        for pool in POOLS:
            yield (other, other, other, pool, pool, *RIGHT[5:])
            yield (other, other, "ReLU", pool, pool, *RIGHT[5:])
    for a in ACTIVATIONS:
        yield ("ReLU", a, a, *RIGHT[3:])
        yield (a, "ReLU", a, *RIGHT[3:])
    for plan in singles:
        for end in ENDS:
            if plan[-1] == "nothing" and end != "nothing":
                yield (*plan[:-1], end)


@torch.no_grad()
def _run(plan: Plan, weights: Sequence[Tensor], x: Tensor) -> Tensor:
    first, second, third, pool, pool2, flat, end = plan
    x = POOLS[pool](ACTIVATIONS[first](F.conv2d(x, weights[0], weights[1])))
    x = POOLS[pool2](ACTIVATIONS[second](F.conv2d(x, weights[2], weights[3])))
    x = ACTIVATIONS[third](F.linear(FLATS[flat](x), weights[4], weights[5]))
    return ENDS[end](F.linear(x, weights[6], weights[7]))


def _named(plan: Plan) -> Finding:
    if plan[6] != "nothing":
        soft = "softmax" in plan[6]
        return Finding("softmax_at_end" if soft else "activation_at_end", f"Yours: {plan[6]}.")
    wrong_pools = [pool for pool in plan[3:5] if pool != "max pooling"]
    if wrong_pools:
        name = "average_pooling" if wrong_pools[0].startswith("average") else "other_pooling"
        return Finding(name, f"Yours has {wrong_pools[0]}.")
    if plan[5] != RIGHT[5]:
        return Finding("flattened_otherwise")
    wrong = [(a, where) for a, where in zip(plan[:3], PLACES, strict=True) if a != "ReLU"]
    says = f"Yours has {', '.join(f'{name} {where}' for name, where in wrong)}."
    missing = all(name == "no activation" for name, _ in wrong)
    return Finding("activation_missing" if missing else "another_activation", says)


def _of_shapes(mine: np.ndarray, expected: np.ndarray) -> Finding | None:
    """What the trainable tensors' shapes (first side, product of the others) give away."""
    weights, wanted = (_weights(shapes) for shapes in (mine, expected))
    biases = len(mine) - len(weights)
    if not len(mine):
        return Finding("parameters_unregistered")
    if weights == wanted:
        return Finding("bias_missing" if biases < 4 else "extra_parameters")
    if len(weights) != len(wanted):
        return Finding("layer_missing" if len(weights) < len(wanted) else "layer_too_many")
    conv1, conv2, linear1, linear2 = weights
    if linear2[0] != wanted[3][0]:
        return Finding("wrong_output_size", f"Yours gives {linear2[0]}.")
    if conv1[1] != wanted[0][1] or conv2[1] != conv1[0] * 25:
        return Finding("wrong_kernel_size")
    if (conv1[0], conv2[0]) != (wanted[0][0], wanted[1][0]):
        return Finding("wrong_channels", f"Yours has {conv1[0]} and {conv2[0]}.")
    if linear1[1] != wanted[2][1]:
        says = f"Yours arrives with {linear1[1]} numbers at the first linear layer."
        return Finding("wrong_flat_size", says)
    return Finding("wrong_width", f"Yours has {linear1[0]}.")


def _weights(shapes: np.ndarray) -> list[tuple[int, int]]:
    return [(int(n), int(m)) for n, m in shapes if m]
