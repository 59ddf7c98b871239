"""Functions of tensors: the value, the gradients, and whether the inputs were left alone."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from checks.observe import Answer, Arrays, BadReturn

LARGEST = 10_000_000  # numbers; no right answer comes near


@dataclass(frozen=True)
class FunctionProbe:
    """A probe for `answer(*tensors, *scalars)`, all passed by position.

    reduces: the answer is a scalar (of shape () or (1,)); else it has the shape of `like`, or where
    a case holds "shape", an array of integers, that shape.
    A case holds the tensors' arrays, optionally the scalars, and optionally "weights": the upstream
    gradient. Without weights no gradient is observed.

    Observes: value; changed (1 if an input was modified); for float64 inputs, kept_type (1 if the
    result is float64 too); and with weights, for every tensor, grad_NAME, and has_grad (1 if the
    answer can be differentiated with respect to all of them).
    """

    tensors: Sequence[str]
    scalars: Sequence[str] = ()
    reduces: bool = field(kw_only=True)
    like: str = field(default="", kw_only=True)

    def __call__(self, answer: Answer, inputs: Arrays) -> Arrays:  # noqa: D102 - the class says
        leaves = [torch.from_numpy(inputs[name]).requires_grad_() for name in self.tensors]
        given = [leaf.clone() for leaf in leaves]  # not leaves: an in-place answer shows, no error
        before = [leaf.detach().clone() for leaf in leaves]
        settings = [inputs[name].item() for name in self.scalars if name in inputs]
        result = answer(*given, *settings)
        shape = () if self.reduces else self._shape(inputs)
        changed = any(not torch.equal(x, y) for x, y in zip(given, before, strict=True))
        seen = {"value": as_array(result, shape), "changed": np.array(int(changed))}
        if leaves[0].dtype == torch.float64:
            seen["kept_type"] = np.array(int(getattr(result, "dtype", None) == torch.float64))
        if "weights" in inputs:
            named = dict(zip(self.tensors, leaves, strict=True))
            seen |= gradients(result, named, inputs["weights"])
        return seen

    def _shape(self, inputs: Arrays) -> tuple[int, ...]:
        if "shape" in inputs:
            return tuple(int(size) for size in inputs["shape"])
        return inputs[self.like].shape


def gradients(result: object, leaves: Mapping[str, Tensor], weights: np.ndarray) -> Arrays:
    """grad_NAME of a result by each leaf, NaN where there is none, and has_grad (1 if all are).

    weights: the upstream gradient, in the shape of the result
    """
    if isinstance(result, Tensor) and result.requires_grad:
        upstream = torch.from_numpy(weights).to(result.dtype).reshape(result.shape)
        found = torch.autograd.grad(result, list(leaves.values()), upstream, allow_unused=True)
    else:
        found = [None] * len(leaves)
    seen = {"has_grad": np.array(int(all(grad is not None for grad in found)))}
    for (name, leaf), grad in zip(leaves.items(), found, strict=True):
        grad = torch.full_like(leaf, float("nan")) if grad is None else grad
        seen[f"grad_{name}"] = grad.detach().double().numpy()
    return seen


def as_array(result: object, shape: tuple[int, ...], what: str = "Your function") -> np.ndarray:
    """The result as float64 of that shape. For shape () anything with a single element will do.

    Raises BadReturn, with a sentence, for None, for what is not numeric, and for a wrong shape.
    """
    size = getattr(result, "shape", ())
    if math.prod(size) > LARGEST:  # before it is copied
        array = np.broadcast_to(0.0, tuple(size))
    else:
        array = to_numpy(result, what)
    if array.shape == shape or (shape == () and array.size == 1):
        return array.reshape(shape)
    expected = "a single number (a tensor of shape ())" if shape == () else f"the shape {shape}"
    raise BadReturn("wrong_shape", f"{what} gave the shape {array.shape}, expected {expected}.")


def to_numpy(result: object, what: str = "Your function") -> np.ndarray:
    """Any numeric result as float64, detached and on the CPU. Raises BadReturn for the rest."""
    if result is None:
        raise BadReturn("returns_none", f"{what} returned None. Is the return missing?")
    if inspect.isroutine(result) or isinstance(result, type | torch.nn.Module):
        raise BadReturn(
            "returns_function",
            f"{what} returned a function, a class or a layer, not its result: call it on the "
            "tensor.",
        )
    try:
        if isinstance(result, Tensor):
            if result.is_complex() or result.dtype == torch.bool:
                raise TypeError(f"{result.dtype}")
            dense = result.detach().to_dense() if result.is_sparse else result.detach()
            return dense.to("cpu", torch.float64).numpy()
        if isinstance(result, list | tuple) and any(isinstance(x, Tensor) for x in result):
            raise TypeError("a sequence of tensors")
        if np.asarray(result).dtype.kind not in "iuf":
            raise TypeError("not real numbers")
        return np.asarray(result, dtype=np.float64)
    except (TypeError, ValueError, RuntimeError):
        kind = f"{type(result).__name__} of {getattr(result, 'dtype', 'things')}".removesuffix(
            " of things"
        )
        raise BadReturn(
            "not_numeric", f"{what} returned a {kind}, expected one tensor of real numbers."
        ) from None
