"""What the checks of the two training steps have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor
from torch.optim import Optimizer

from checks.exercise import Arrays, Case, Finding
from checks.observe import Trouble
from checks.probes.steps import LEFTOVER, LR
from checks.probes.toys import LATENT, POINT
from checks.rules import Close, Clue, Exact, Rule


def update(optimizer: Optimizer, value: Tensor) -> Tensor:
    """The right end of a step: clear, go backward, step; gives the loss."""
    optimizer.zero_grad()
    value.backward()
    optimizer.step()
    return value


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
        "changed": Exact(lambda *_: "your step changed the batch that it was given"),
        **{
            clue: Clue() for clue in ("reached", "uncleared", "start", "stepped", "given", "called")
        },
        "opponent_reached": Clue(),
        "value": Close("the returned loss"),
    }


def moved(seen: Arrays) -> bool:
    """Did the player change in its first step?"""
    return bool(np.abs(seen["mine"][0] - seen["start"]).max() > 1e-7)


# What one observation shows for certain, whatever else is wrong: name, sentence, recognise.
OWN_NOISE = (
    "other_noise",
    "The generator was not given z, or not z alone: the noise to use is passed in.",
    None,
    lambda seen: seen["given"] == 0,
)
OWN_LOSS = (
    "other_loss",
    "The loss that is passed in was never called: use it, not one of your own.",
    None,
    lambda seen: not seen["called"],
)
OWN_OPTIMIZER = (
    "other_optimizer",
    "The network changed, but the optimizer that is passed in never stepped: use that one.",
    None,
    lambda seen: not seen["stepped"] and moved(seen),
)
CHANGES_BATCH = (
    "changes_batch",
    "Your step writes into the batch or the latents that it was given.",
    None,
    lambda seen: bool(seen["changed"]),
)
SCALED = "step_scaled", "The direction is right, but not the length of the step."


def explain(
    cases: Sequence[Case], expected: Sequence[Arrays], seen: Sequence[Any], failing: Sequence[int]
) -> Finding | None:
    """Is the first step the right one times a factor, with old gradients in it or not?"""
    mine, right = seen[failing[0]], expected[failing[0]]
    if isinstance(mine, Trouble):
        return None
    move, wanted = (one["mine"][0] - one["start"] for one in (mine, right))
    for old, cleared in ((0.0, True), (LR * LEFTOVER, False)):
        factor = float((move + old) @ wanted / (wanted @ wanted))
        near = np.allclose(move + old, factor * wanted, atol=1e-3 * np.abs(wanted).max())
        if near and abs(factor - 1) < 1e-3 and not cleared:
            return Finding("not_cleared")
        if near and abs(factor + 1) < 1e-3:
            return Finding("loss_climbed")
        if near and abs(factor) > 1e-3 and abs(factor - 1) > 1e-3:
            return Finding(SCALED[0], f"Yours is {factor:.3g} times as long.")
    return None


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
