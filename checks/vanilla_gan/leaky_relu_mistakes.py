"""The known wrong ways of vanilla_gan.leaky_relu."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from checks.vanilla_gan.leaky_relu import exercise

mistake = exercise.mistake


@mistake(
    "slope_ignored",
    "The argument `slope` is not used: the answer is the same whatever slope was asked for.",
    crash=r"takes 1 positional argument but 2 were given",
)
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    return F.leaky_relu(x, 0.01)


@mistake(
    "wrong_default",
    "Called without a slope, your function must use 0.01.",
    crash=r"missing 1 required positional argument",
)
def _(x: Tensor, slope: float = 0.2) -> Tensor:
    return F.leaky_relu(x, slope)


@mistake("wrong_default")
def _(x: Tensor, slope: float = 0.1) -> Tensor:
    return F.leaky_relu(x, slope)


@mistake("relu", "This is the plain ReLU: negative numbers come out as 0, not as slope * x.")
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    return x.clamp(min=0)


@mistake("wrong_threshold", "The two sides must meet at 0: the condition is x > 0.")
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    return torch.where(x > slope, x, slope * x)


@mistake("wrong_threshold")
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    return torch.where(x > -1, x, slope * x)


@mistake("wrong_factor", "The negative side is straight, but its factor is not the slope.")
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    return F.leaky_relu(x, 1 - slope)


@mistake("wrong_factor")
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    return F.leaky_relu(x, slope**2)


@mistake("slope_shifts", "The slope is added or subtracted; it is a factor: slope * x.")
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    return torch.where(x > 0, x, x - slope)


@mistake("slope_shifts")
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    return torch.where(x > 0, x, x + slope)


@mistake("slope_shifts")
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    return x.clamp(min=0) + slope


@mistake("sign_slip", "The negative side has the wrong sign: slope * x is negative where x is.")
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    return torch.where(x > 0, x, -slope * x)


@mistake("sign_slip")
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    return x.abs()


@mistake("sign_slip")
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    return -F.leaky_relu(x, slope)


@mistake("sign_slip")
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    return F.leaky_relu(-x, slope)


@mistake("sign_slip")
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    return torch.maximum(-x, slope * x)


@mistake("sides_swapped", "The sides are swapped: the slope belongs where x is negative.")
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    return torch.where(x > 0, slope * x, x)


@mistake("sides_swapped")
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    return torch.minimum(x, slope * x)


@mistake("slope_added", "slope * x is added on both sides; on the positive side x comes alone.")
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    return x.clamp(min=0) + slope * x


@mistake(
    "floor_instead_of_slope",
    "Negative numbers all become the number `slope` (or -slope): it must be multiplied by x.",
)
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    return torch.where(x > 0, x, torch.full_like(x, slope))


@mistake("floor_instead_of_slope")
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    return x.clamp(min=slope)


@mistake("floor_instead_of_slope")
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    return x.clamp(min=-slope)


@mistake("divided", "The negative side is divided by the slope where it must be multiplied.")
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    return torch.where(x > 0, x, x / slope)


@mistake("positive_side_lost", "Only the negative side is left: where x is positive it is kept.")
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    return slope * x.clamp(max=0)


ANOTHER = (
    "another_activation",
    "This is another activation: the leaky ReLU is straight on both sides of 0.",
)
for _curve in (F.elu, F.gelu, torch.tanh, torch.sigmoid, F.softplus, F.selu, F.silu, F.relu6):

    @mistake(*(ANOTHER if _curve is F.elu else ANOTHER[:1]))
    def _(x: Tensor, slope: float = 0.01, curve: Callable[[Tensor], Tensor] = _curve) -> Tensor:
        return curve(x)


@mistake(ANOTHER[0])
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    return F.elu(x, slope)


@mistake("identity", "This gives x back as it is: the negative side is not multiplied by slope.")
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    return x.clone()


@mistake("linear", "Every number is multiplied by the slope, the positive ones too.")
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    return slope * x


@mistake(
    "changes_input",
    "The values are right, but the input itself was changed. Make a new tensor: x[x < 0] *= slope, "
    "mul_ and inplace=True write into the tensor that the caller still needs.",
)
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    return F.leaky_relu_(x, slope)


@mistake("changes_input")
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    with torch.no_grad():
        x[x < 0] *= slope
    return x


@mistake(
    "no_gradient",
    "The values are right, but no gradient flows back: a network with this layer cannot learn. "
    "Stay with torch operations on x itself, without detach, no_grad, item or NumPy.",
)
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    return F.leaky_relu(x.detach(), slope)


@mistake("no_gradient")
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    array = x.numpy()
    return torch.from_numpy(np.where(array > 0, array, slope * array))


@exercise.limitation(
    "float32_inside", "The values are right, but float64 comes back as float32: x.float() inside?"
)
def _(x: Tensor, slope: float = 0.01) -> Tensor:
    return F.leaky_relu(x.float(), slope)
