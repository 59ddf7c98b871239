"""NaN and Inf: found in what a run recorded, and reported in words that help."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import nn

from gan_utils.errors import PlainError

if TYPE_CHECKING:
    from gan_utils.training.history import History

ADVICE = (
    "Usual causes: a learning rate that is too high (try a third of it); a logarithm of a "
    "probability, or a sigmoid before a loss that takes raw scores; a division by a norm that can "
    "be zero, or its square root (add a small epsilon inside); pictures not scaled to [-1, 1]. "
    "torch.autograd.set_detect_anomaly(True) names the operation."
)


class TrainingDiverged(PlainError, ArithmeticError):  # noqa: N818 - the name says what happened
    """A loss or a parameter is NaN or infinite.

    step: the first step (counted from 1) whose record is bad. tensor: what was bad, for example
    "d_loss" or "generator.2.weight". history: what was recorded before that step.
    """

    def __init__(
        self,
        step: int,
        tensor: str,
        value: str,
        parameters: Sequence[str] = (),
        history: History | None = None,
    ) -> None:
        """value: how the bad number is written; parameters: names of those bad by now."""
        self.step, self.tensor, self.history = step, tensor, history
        message = f"Training diverged at step {step}: {tensor} is {value}."
        if parameters:
            shown = ", ".join(parameters[:4]) + (", ..." if len(parameters) > 4 else "")
            message += f" Parameters holding NaN or Inf when this was noticed: {shown}."
        super().__init__(f"{message} {ADVICE}")


def first_bad_row(columns: dict[str, Sequence[float | None]]) -> tuple[int, str, float] | None:
    """(row, column, value) of the first number that is not finite, or None. None cells are skipped.

    Within a row the columns are read in order, so the earlier one in a step is blamed.
    """
    rows = max((len(values) for values in columns.values()), default=0)
    for row in range(rows):
        for name, values in columns.items():
            value = values[row]
            if value is not None and not math.isfinite(value):
                return row, name, value
    return None


def bad_parameters(**networks: nn.Module) -> list[str]:
    """Names, as "generator.0.weight", of parameters and buffers that hold NaN or Inf."""
    named = [
        (f"{owner}.{name}", tensor)
        for owner, network in networks.items()
        for name, tensor in network.state_dict().items()
        if tensor.is_floating_point()
    ]
    if not named:
        return []
    finite = torch.stack([tensor.isfinite().all() for _, tensor in named]).tolist()
    return [name for (name, _), ok in zip(named, finite, strict=True) if not ok]
