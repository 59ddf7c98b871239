"""What the checks of the two training steps have in common."""

from __future__ import annotations

import numpy as np

from checks.exercise import Case
from checks.probes.toys import LATENT, POINT
from checks.rules import Close, Clue, Exact, Rule


def rules(player: str, opponent: str) -> dict[str, Rule]:
    """Rules for the fields of a step; what must not change is looked at first."""
    return {
        "other": Close(f"change of the {opponent}'s parameters, which must stay as they are"),
        "mine": Close(f"parameters of the {player} after each of two steps"),
        "frozen": Exact(
            lambda *_: "your step left parameters with requires_grad=False: they never learn again"
        ),
        "polluted": Exact(
            lambda *_: f"your step left gradients in the {opponent}, which takes no part in it"
        ),
        "mode": Exact(lambda *_: "your step left a network in evaluation mode"),
        "reached": Clue(),
        "uncleared": Clue(),
        "value": Close("the returned loss"),
    }


def case(
    rng: np.random.Generator,
    part: str,
    real: int | None,
    fakes: int,
    momentum: float = 0.0,
    ask_loss: bool = False,
) -> Case:
    """Two batches of `fakes` latents, and of `real` points for the discriminator's step."""

    def draw(size: int, dim: int) -> np.ndarray:
        return rng.integers(-64, 64, (2, size, dim), endpoint=True) / 64

    inputs = {
        "seed": np.array(int(rng.integers(1, 1_000_000))),
        "momentum": np.array(momentum),
        "z": draw(fakes, LATENT),
    }
    title = f"two steps, {fakes} fakes"
    if real is not None:
        inputs["real"] = draw(real, POINT) + 1
        title = f"two steps, {real} real points and {fakes} fakes"
    if momentum:
        title += f", SGD with momentum {momentum:g}"
    if ask_loss:
        inputs["ask_loss"] = np.array(1)
        title += ", the loss they return"
    return Case(part, title, inputs)
