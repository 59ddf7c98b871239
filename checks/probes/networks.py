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

from checks.exercise import Answer, Arrays
from checks.observe import BadReturn, reseed
from checks.probes.functions import to_numpy

MAX_WAYS = 8  # ways of copying weights in that are tried
KEPT_ROWS, KEPT_COLUMNS = 4, 49  # outputs that are compared; the shape is compared for all


@dataclass(frozen=True)
class NetworkProbe:
    """A probe for `answer(*arguments)`, which builds a network (or is one).

    layouts: the shapes, less the batch, in which the input may be wanted, tried in turn
    outputs: the shapes, less the batch, in which the output may come
    A case holds "x" of shape (N, features), "seed" for the weights, "weight_shapes" of the
    reference (one row a tensor, 0 for the bias' second side), and optionally "argument".

    Observes: count (trainable numbers); fits (1 if the tensors' shapes are those of weight_shapes);
    value (one row a way of copying the weights in); repeats (1 if the function is deterministic).
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
            shapes = [tuple(int(n) for n in row if n) for row in inputs["weight_shapes"]]
            ways = list(itertools.islice(_ways([tuple(p.shape) for p in held], shapes), MAX_WAYS))
            weights = reference_weights(shapes, int(inputs["seed"]))
            rows, repeats = [], True
            for way in ways or [None]:
                if way is not None:
                    _copy_in(held, weights, way)
                    value = self._run(network, forward)
                    repeats &= np.array_equal(value, self._run(network, forward), equal_nan=True)
                else:
                    value = np.full((len(x), math.prod(self.outputs[0])), np.nan)
                rows.append(_kept(value))
        return {
            "count": np.array(sum(p.numel() for p in held)),
            "fits": np.array(int(bool(ways))),
            "value": np.stack(rows),
            "repeats": np.array(int(repeats)),
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
            kind = type(network).__name__
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


def reference_weights(shapes: Sequence[tuple[int, ...]], seed: int) -> list[np.ndarray]:
    """Weights under which every part matters: matrices keep the scale, biases shift."""
    rng = np.random.default_rng(seed)
    weights = []
    for shape in shapes:
        spread = 1.7 / math.sqrt(shape[1]) if len(shape) > 1 else 0.4
        weights.append((spread * rng.uniform(-1, 1, shape) * math.sqrt(3)).astype(np.float32))
    return weights


Way = tuple[tuple[int, bool], ...]  # for each held tensor: (index of the weight, transposed?)


def _ways(held: Sequence[tuple[int, ...]], wanted: Sequence[tuple[int, ...]]) -> Iterator[Way]:
    """All matchings of held tensors with wanted shapes, the one in natural order first."""
    if len(held) != len(wanted):
        return

    def options(shape: tuple[int, ...], used: frozenset[int]) -> Iterator[tuple[int, bool]]:
        for i, want in enumerate(wanted):
            if i not in used:
                if shape == want:
                    yield i, False
                if len(shape) == 2 and shape == want[::-1]:
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
        tensor.copy_(torch.from_numpy(np.ascontiguousarray(weight)))


def _kept(value: np.ndarray) -> np.ndarray:
    columns = np.linspace(0, value.shape[1] - 1, min(KEPT_COLUMNS, value.shape[1])).astype(int)
    return value[:KEPT_ROWS, columns].astype(np.float64)
