"""Networks: how many numbers they hold, and whether they are the same function as the reference.

"The same function" is asked with weights of the grader's choice copied in, so that a missing
activation or a wrong slope shows. Layers are never looked at by name or type: weights are matched
by shape, in every way in which the shapes allow it.
"""

from __future__ import annotations

import copy
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from checks.observe import Answer, Arrays, BadReturn, reseed
from checks.probes.functions import to_numpy

MAX_WAYS = 12  # ways of copying weights in that are tried
KEPT_ROWS, KEPT_COLUMNS = 4, 49  # outputs that are compared; the shape is compared for all


@dataclass(frozen=True)
class NetworkProbe:
    """A probe for `answer(*arguments)`, which builds a network (or is one).

    layouts: the shapes, less the batch, in which the input may be wanted, tried in turn
    outputs: the shapes, less the batch, in which the output may come
    A case holds "x" of shape (N, features), "seed" for the weights, "weight_shapes" of the
    reference (one row a tensor, 0 for the bias' second side), and optionally "argument".

    Observes: count (trainable numbers); shapes (of the trainable tensors, one row each, padded with
    0); fits (1 if they are those of weight_shapes); value (one row a way of copying the weights
    in); repeats (1 if the function is deterministic); alone (1 if an image's output does not depend
    on the rest of its batch); learns (1 if a gradient reaches every trainable tensor).
    """

    layouts: Sequence[tuple[int, ...]]
    outputs: Sequence[tuple[int, ...]]

    def __call__(self, answer: Answer, inputs: Arrays) -> Arrays:  # noqa: D102 - the class says
        network = self._build(answer, inputs)
        x = torch.from_numpy(inputs["x"])
        with torch.no_grad():
            forward = self._layout(network, x)
            self._run(network, forward)  # lazily shaped layers get their shapes here
            held = [p for p in network.parameters() if p.requires_grad]
            wanted = [tuple(int(n) for n in row if n) for row in inputs["weight_shapes"]]
            found = ways([tuple(p.shape) for p in held], wanted)
            weights = reference_weights(wanted, int(inputs["seed"]))
            rows = []
            for way in found:
                _copy_in(held, weights, way)
                rows.append(self._run(network, forward))
            last = self._run(network, forward)
            half = self._run(network, forward[: max(2, len(x) // 2)])
        return {
            "count": np.array(sum(p.numel() for p in held)),
            "shapes": _padded([tuple(p.shape) for p in held]),
            "fits": np.array(int(bool(found))),
            "repeats": np.array(int(np.array_equal(last, self._last(network, forward), True))),
            "value": np.stack([_kept(row) for row in rows or [np.full_like(last, np.nan)]]),
            "alone": np.array(int(np.allclose(half, last[: len(half)], atol=1e-3, equal_nan=True))),
            "learns": np.array(int(self._learns(network, forward, held))),
        }

    def _build(self, answer: Answer, inputs: Arrays) -> nn.Module:
        if isinstance(answer, nn.Module):
            return copy.deepcopy(answer).cpu()
        reseed(0)
        arguments = [int(inputs["argument"])] if "argument" in inputs else []
        network = answer(*arguments)
        if network is None:
            raise BadReturn("returns_none", "Your function returned None. Is the return missing?")
        if not isinstance(network, nn.Module):
            kind = "class" if isinstance(network, type) else type(network).__name__
            raise BadReturn("not_a_network", f"Your function gave a {kind}, expected a nn.Module.")
        return network.cpu()

    def _layout(self, network: nn.Module, x: Tensor) -> Tensor:
        """The input in the first layout that the network takes, or the first layout's error."""
        first_error: Exception | None = None
        for layout in self.layouts:
            shaped = x.reshape(len(x), *layout)
            try:
                network(shaped.clone())
            except (RuntimeError, ValueError, TypeError, IndexError) as error:
                first_error = first_error or error
            else:
                return shaped
        assert first_error is not None
        raise first_error

    def _run(self, network: nn.Module, shaped: Tensor) -> np.ndarray:
        """The output as (N, features). Raises BadReturn for a shape that is not among `outputs`."""
        value = to_numpy(network(shaped.clone()), "The forward pass of your network")
        allowed = [(len(shaped), *shape) for shape in self.outputs]
        if value.shape not in allowed:
            wanted = " or ".join(str(shape) for shape in allowed)
            raise BadReturn(
                "wrong_shape", f"Your network's output has shape {value.shape}, expected {wanted}."
            )
        return value.reshape(len(shaped), -1)

    def _last(self, network: nn.Module, shaped: Tensor) -> np.ndarray:
        with torch.no_grad():
            return self._run(network, shaped)

    def _learns(self, network: nn.Module, shaped: Tensor, held: Sequence[Tensor]) -> bool:
        output = network(shaped[:2].clone())
        if not held or not output.requires_grad:
            return False
        grads = torch.autograd.grad(output.sum(), list(held), allow_unused=True)
        return all(g is not None for g in grads)


def _padded(shapes: Sequence[tuple[int, ...]]) -> np.ndarray:
    """Shapes as rows of one array: every side behind the first multiplied into the second."""
    rows = [
        (shape[0] if shape else 1, math.prod(shape[1:]) if shape[1:] else 0) for shape in shapes
    ]
    return np.array(rows, dtype=np.int64).reshape(-1, 2)


def reference_weights(shapes: Sequence[tuple[int, ...]], seed: int) -> list[np.ndarray]:
    """Weights under which every part matters: matrices keep the scale, biases shift."""
    rng = np.random.default_rng(seed)
    weights = []
    for shape in shapes:
        spread = 1.7 / math.sqrt(math.prod(shape[1:])) if len(shape) > 1 else 0.4
        weights.append((spread * rng.uniform(-1, 1, shape) * math.sqrt(3)).astype(np.float32))
    return weights


Way = tuple[tuple[int, bool], ...]  # for each held tensor: (index of the weight, transposed?)


def ways(held: Sequence[tuple[int, ...]], wanted: Sequence[tuple[int, ...]]) -> list[Way]:
    """The likeliest matchings of held tensors with wanted shapes, none if none fits.

    Shapes fit if they are equal; failing that, if they are equal but for sides of length 1 and for
    the sides of a convolution's kernel. Matrices may be stored transposed, most likely all or none.
    """
    for loosely in (False, True):
        found = list(itertools.islice(_matchings(held, wanted, loosely), 400))
        if found:
            return sorted(found, key=lambda way: _oddness(way, wanted))[:MAX_WAYS]
    return []


def _oddness(way: Way, wanted: Sequence[tuple[int, ...]]) -> int:
    turned = [transposed for index, transposed in way if min((*wanted[index], 2)[:2]) > 1]
    return min(turned.count(True), turned.count(False))


def _matchings(
    held: Sequence[tuple[int, ...]], wanted: Sequence[tuple[int, ...]], loosely: bool
) -> Iterator[Way]:
    if len(held) != len(wanted):
        return

    def plain(shape: tuple[int, ...]) -> tuple[int, ...]:
        if not loosely:
            return shape
        shape = shape if len(shape) < 3 else (shape[0], math.prod(shape[1:]))
        return tuple(n for n in shape if n != 1)

    def options(shape: tuple[int, ...], used: frozenset[int]) -> Iterator[tuple[int, bool]]:
        for i, want in enumerate(wanted):
            if i not in used and plain(shape) == plain(want):
                yield i, False
            if i not in used and len(plain(shape)) == 2 and plain(shape) == plain(want)[::-1]:
                yield i, True

    def extend(way: Way) -> Iterator[Way]:
        if len(way) == len(held):
            yield way
            return
        for choice in options(held[len(way)], frozenset(i for i, _ in way)):
            yield from extend((*way, choice))

    yield from extend(())


def _copy_in(held: Sequence[Tensor], weights: Sequence[np.ndarray], way: Way) -> None:
    for tensor, (index, transposed) in zip(held, way, strict=True):
        weight = weights[index].T if transposed else weights[index]
        tensor.copy_(torch.from_numpy(np.ascontiguousarray(weight)).reshape(tensor.shape))


def kept_columns(size: int) -> np.ndarray:
    """The columns of an output of that size which are compared."""
    return np.linspace(0, size - 1, min(KEPT_COLUMNS, size)).astype(int)


def _kept(value: np.ndarray) -> np.ndarray:
    return value[:KEPT_ROWS, kept_columns(value.shape[1])].astype(np.float64)
