"""What a run leaves behind: its losses, step by step, and pictures along the way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from gan_utils.training.problems import first_bad_row

COLUMNS = ("d_loss", "penalty", "g_loss")


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Samples (n, ...) on the CPU, made after `step` steps from latents that stay the same."""

    step: int
    samples: Tensor


@dataclass(eq=False)
class History:
    """Losses and snapshots of a run.

    d_loss, g_loss: what the loss pair gave, one number a step, averaged over the discriminator's
    (generator's) updates of that step; penalty: what the penalty added to the discriminator's
    loss, 0 without one. A step in which a player did not move holds NaN for it.
    snapshots: in order of step, step 0 (before training) first. seconds: time spent in the loop,
    over all resumed parts; the one thing here that does not repeat.

    Numbers arrive in chunks: they stay on the device as tensors until `read` fetches them, so that
    recording a loss does not make the processor wait for the device.
    """

    d_loss: list[float] = field(default_factory=list)
    penalty: list[float] = field(default_factory=list)
    g_loss: list[float] = field(default_factory=list)
    snapshots: list[Snapshot] = field(default_factory=list)
    seconds: float = 0.0
    _waiting: list[tuple[Tensor | None, ...]] = field(default_factory=list, repr=False)

    @property
    def steps(self) -> int:
        """How many steps were recorded and read."""
        return len(self.d_loss)

    def latest(self) -> dict[str, float]:
        """The newest numbers that were read, for a progress bar."""
        if not self.d_loss:
            return {}
        return {"d_loss": self.d_loss[-1], "g_loss": self.g_loss[-1]}

    def record(
        self, d_losses: Sequence[Tensor], penalties: Sequence[Tensor], g_losses: Sequence[Tensor]
    ) -> None:
        """Keep one step's losses, scalars on the device, without reading them."""
        self._waiting.append(tuple(map(_mean, (d_losses, penalties, g_losses))))

    def read(self) -> tuple[int, str, float] | None:
        """Fetch what waits; (step, column, value) of the first that is NaN or Inf, or None.

        The bad step and those after it are left out.
        """
        cells = zip(*self._waiting, strict=True) if self._waiting else [()] * len(COLUMNS)
        columns = {name: _fetch(column) for name, column in zip(COLUMNS, cells, strict=True)}
        bad = first_bad_row(columns)
        good = len(self._waiting) if bad is None else bad[0]
        first_step = self.steps + 1
        for name, values in columns.items():
            empty = 0.0 if name == "penalty" else math.nan
            getattr(self, name).extend(empty if v is None else v for v in values[:good])
        self._waiting.clear()
        return None if bad is None else (first_step + bad[0], bad[1], bad[2])

    def state_dict(self) -> dict[str, Any]:
        """Plain tensors and numbers; call `read` first."""
        return {
            **{name: torch.tensor(getattr(self, name), dtype=torch.float64) for name in COLUMNS},
            "snapshots": [(s.step, s.samples) for s in self.snapshots],
            "seconds": self.seconds,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Replace everything by what `state_dict` gave."""
        for name in COLUMNS:
            setattr(self, name, state[name].tolist())
        self.snapshots = [Snapshot(step, samples) for step, samples in state["snapshots"]]
        self.seconds = state["seconds"]
        self._waiting.clear()


def _mean(losses: Sequence[Tensor]) -> Tensor | None:
    """The mean of scalars, detached; None of none."""
    if not losses:
        return None
    if len(losses) == 1:
        return losses[0].detach()
    return torch.stack([loss.detach() for loss in losses]).mean()


def _fetch(cells: Sequence[Tensor | None]) -> list[float | None]:
    """Numbers of scalar tensors in one transfer; None stays None."""
    held = [cell for cell in cells if cell is not None]
    numbers = iter(torch.stack(held).tolist() if held else [])
    return [None if cell is None else next(numbers) for cell in cells]
