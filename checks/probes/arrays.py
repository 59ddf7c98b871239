"""Functions of plain arrays, with one result or several: NumPy in, or tensors, and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from checks.observe import Answer, Arrays, BadReturn
from checks.probes.functions import as_array, gradients


@dataclass(frozen=True)
class ArraysProbe:
    """A probe for `answer(*arrays, *scalars)`, all passed by position.

    A case holds the arrays, those scalars that are to be passed (a scalar that is absent is left at
    its default, and so must be all after it), and for every result its shape, an array of integers
    `shape_RESULT`; without one the result is a single number. Scalars arrive as Python numbers; an
    array of integers that `lists` names arrives as a list of them.

    tensors: the answer gets torch tensors, else NumPy arrays; both kinds are taken as results.
    differentiable: arrays (tensors is needed) by which the first result is differentiated, where a
    case holds "weights", the upstream gradient.

    Observes every result under its name; changed (1 if an input was modified); where all arrays are
    float64, kept_type (1 if every result is float64 too); with "weights", for the differentiable
    arrays, grad_NAME, and has_grad (1 if there is a gradient by each of them); and where a case
    holds "quiet", overflowed (1 if NumPy met an overflow, 0/0 or the like on the way).
    """

    arrays: Sequence[str]
    scalars: Sequence[str] = ()
    results: Sequence[str] = ("value",)
    lists: Sequence[str] = ()
    tensors: bool = False
    differentiable: Sequence[str] = ()

    def __call__(self, answer: Answer, inputs: Arrays) -> Arrays:  # noqa: D102 - the class says
        before = [inputs[name].copy() for name in self.arrays]
        leaves = self._leaves(inputs) if "weights" in inputs else {}
        given = [self._given(leaves, inputs, name) for name in self.arrays]
        settings = [self._setting(name, inputs[name]) for name in self.scalars if name in inputs]
        complaints: list[str] = []
        with np.errstate(all="call", under="ignore", call=lambda kind, _: complaints.append(kind)):
            returned = answer(*given, *settings)
        after = [_plain(array) for array in given]
        same = [np.array_equal(x, y, equal_nan=True) for x, y in zip(after, before, strict=True)]
        parts = self._parts(returned)
        seen = {
            name: as_array(part, _shape(inputs, name), self._called(name))
            for name, part in zip(self.results, parts, strict=True)
        }
        seen["changed"] = np.array(int(not all(same)))
        if before and all(array.dtype == np.float64 for array in before):
            kept = [str(getattr(part, "dtype", "")).endswith("float64") for part in parts]
            seen["kept_type"] = np.array(int(all(kept)))
        if "quiet" in inputs:
            seen["overflowed"] = np.array(int(bool(complaints)))
        if leaves:
            seen |= gradients(parts[0], leaves, inputs["weights"])
        return seen

    def _leaves(self, inputs: Arrays) -> dict[str, Tensor]:
        return {
            name: torch.from_numpy(inputs[name]).requires_grad_() for name in self.differentiable
        }

    def _given(self, leaves: dict[str, Tensor], inputs: Arrays, name: str) -> np.ndarray | Tensor:
        if name in leaves:
            return leaves[name].clone()  # no leaf: an answer that works in place shows, no error
        return torch.from_numpy(inputs[name]) if self.tensors else inputs[name]

    def _setting(self, name: str, value: np.ndarray) -> object:
        return value.tolist() if name in self.lists else value.item()

    def _parts(self, returned: object) -> Sequence[object]:
        if len(self.results) == 1:
            return [returned]
        wanted = f"{len(self.results)} results, in this order: {', '.join(self.results)}"
        if returned is None:
            raise BadReturn(
                "returns_none",
                f"Your function returned None, expected {wanted}. Is the return missing?",
            )
        if not isinstance(returned, list | tuple):
            raise BadReturn(
                "wrong_number_of_results",
                f"Your function returned one {type(returned).__name__}, expected {wanted}.",
            )
        if len(returned) != len(self.results):
            raise BadReturn(
                "wrong_number_of_results",
                f"Your function returned {len(returned)} results, expected {wanted}.",
            )
        return returned

    def _called(self, name: str) -> str:
        return "Your function" if len(self.results) == 1 else f"For {name}, your function"


def _plain(array: np.ndarray | Tensor) -> np.ndarray:
    return array.detach().numpy() if isinstance(array, Tensor) else array


def _shape(inputs: Arrays, name: str) -> tuple[int, ...]:
    shape = inputs.get(f"shape_{name}")
    return () if shape is None else tuple(int(size) for size in shape)
