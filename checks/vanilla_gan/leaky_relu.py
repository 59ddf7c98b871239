"""vanilla_gan.leaky_relu: the activation of the discriminator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from checks.exercise import Arrays, Case, Exercise, Finding, Part
from checks.observe import Trouble
from checks.probes.functions import FunctionProbe
from checks.rules import Close
from checks.vanilla_gan.common import MANNERS, grid
from gan_utils import layers


def _cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for shape, slope in [((7,), None), ((5, 3), 0.2), ((4, 1), 0.5), ((2, 3, 4, 5), 0.3)]:
        cases.append(_case(rng, "core", shape, slope))
    cases.append(_case(rng, "core", (6, 2), 0.0))
    cases.append(_case(rng, "core", (9,), 0.125, scale=200.0))
    x = np.array([0.0, -1.0, 0.0, 2.0], dtype=np.float32)  # no gradient asked: at 0 any will do
    cases.append(Case("core", "zeros among the numbers", {"x": x}))
    cases.append(_case(rng, "float64", (3, 4), 0.2, dtype="float64"))
    return cases


def _case(
    rng: np.random.Generator,
    part: str,
    shape: tuple[int, ...],
    slope: float | None,
    scale: float = 3.0,
    dtype: str = "float32",
) -> Case:
    x = grid(rng, shape, scale).astype(dtype)
    x[x == 0] = scale
    inputs = {"x": x, "weights": grid(rng, shape, 2.0).astype(dtype)}
    title = f"x of shape {shape}" + (", largest 200" if scale > 100 else "")
    if slope is not None:
        inputs["slope"] = np.array(slope)
        title += f", slope {slope:g}"
    else:
        title += ", slope left at its default"
    if dtype == "float64":
        title += ", float64"
    return Case(part, title, inputs, 1e-6 if dtype == "float64" else 1e-4)


def _explain(
    cases: Sequence[Case], expected: Sequence[Arrays], seen: Sequence[Any], failing: Sequence[int]
) -> Finding | None:
    """Straight on both sides? Then the negative side's factor tells the mistake."""
    factors = {}
    for j in failing:
        x = cases[j].inputs["x"].astype(float)
        if isinstance(seen[j], Trouble) or not (x < 0).any():
            continue
        value, slope = seen[j]["value"], float(cases[j].inputs.get("slope", 0.01))
        if _from_either_side(value, x, slope):
            return Finding("wrong_threshold")
        if np.allclose(value, expected[j]["value"], rtol=1e-4):
            return None
        if not np.allclose(value[x > 0], x[x > 0], rtol=1e-4):
            return None
        ratio = value[x < 0] / x[x < 0]
        if not np.allclose(ratio, ratio[0], rtol=1e-3):
            return None
        factors[j] = float(ratio[0])
    if not factors:
        return None
    if all("slope" not in cases[j].inputs for j in factors):
        return Finding("wrong_default", f"Yours is {next(iter(factors.values())):.4g}.")
    if len(factors) > 1 and np.ptp(list(factors.values())) < 1e-3:
        return Finding("slope_ignored", f"Yours uses {next(iter(factors.values())):.4g}.")
    j = next(j for j in factors if "slope" in cases[j].inputs)
    return Finding("wrong_factor", f"At slope {cases[j].inputs['slope']:g} it is {factors[j]:.4g}.")


def _from_either_side(value: np.ndarray, x: np.ndarray, slope: float) -> bool:
    """Every number is x or slope * x, one as often wrong as the other side is cut elsewhere."""
    as_x, as_slope = np.isclose(value, x, rtol=1e-4), np.isclose(value, slope * x, rtol=1e-4)
    if not (as_x | as_slope).all() or not (as_x.any() and as_slope.any()):
        return False
    kept, scaled = x[as_x & ~as_slope], x[as_slope & ~as_x]
    if not kept.size or not scaled.size or kept.min() <= scaled.max():
        return False
    return bool(kept.min() < 0 or scaled.max() > 0)


exercise = Exercise(
    name="vanilla_gan.leaky_relu",
    signature="leaky_relu(x: Tensor, slope: float = 0.01) -> Tensor",
    about="x where x is positive, slope * x elsewhere; a new tensor of the shape of x",
    see="Leaky ReLU",
    parts=(Part("core", 4, "the values"), Part("float64", 1, "float64 tensors")),
    probe=FunctionProbe(("x",), ("slope",), reduces=False, like="x"),
    rules={
        "value": Close(),
        **MANNERS,
        "grad_x": Close("gradient of x"),
    },
    cases=_cases,
    reference=layers.leaky_relu,
    references=("gan_utils.layers.leaky_relu",),
    explain=_explain,
)
variant = exercise.variant


@variant
def by_maximum(x: Tensor, slope: float = 0.01) -> Tensor:
    return torch.maximum(x, slope * x)


@variant
def by_mask(x: Tensor, slope: float = 0.01) -> Tensor:
    positive = (x >= 0).to(x.dtype)
    return x * positive + slope * x * (1 - positive)


@variant
def by_library(x: Tensor, slope: float = 0.01) -> Tensor:
    return F.leaky_relu(x, negative_slope=slope)


@variant
def by_module(x: Tensor, slope: float = 0.01) -> Tensor:
    return nn.LeakyReLU(slope)(x)


@variant
def by_two_relus(x: Tensor, alpha: float = 0.01) -> Tensor:
    return torch.relu(x) - alpha * torch.relu(-x)


@variant
def by_assignment_to_a_copy(x: Tensor, slope: float = 0.01) -> Tensor:
    y = x.clone()
    y[x < 0] = slope * x[x < 0]
    return y


@variant
def by_absolute_value(x: Tensor, slope: float = 0.01) -> Tensor:
    return (1 + slope) / 2 * x + (1 - slope) / 2 * x.abs()


@variant
def by_clamps(x: Tensor, slope: float = 0.01) -> Tensor:
    return x.clamp(min=0) + slope * x.clamp(max=0)


class _LeakyWithOwnGradient(torch.autograd.Function):
    """NumPy inside, with the gradient written by hand: right, if unusual."""

    @staticmethod
    def forward(ctx, x: Tensor, slope: float) -> Tensor:  # noqa: ANN001
        ctx.save_for_backward(x)
        ctx.slope = slope
        array = x.detach().numpy()
        return torch.from_numpy(np.where(array > 0, array, slope * array).astype(array.dtype))

    @staticmethod
    def backward(ctx, upstream: Tensor) -> tuple[Tensor, None]:  # noqa: ANN001
        (x,) = ctx.saved_tensors
        return torch.where(x > 0, upstream, ctx.slope * upstream), None


@variant
def by_numpy_with_own_gradient(x: Tensor, slope: float = 0.01) -> Tensor:
    return _LeakyWithOwnGradient.apply(x, slope)
