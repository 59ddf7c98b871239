"""What the two GAN losses have in common: batches of scores, rules, and mistakes both can make."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from checks.exercise import Case
from checks.rules import Close, Rule
from checks.vanilla_gan.common import CHANGED, HAS_GRAD, grid

RULES: dict[str, Rule] = {"value": Close(), "changed": CHANGED, "has_grad": HAS_GRAD}

# The mistakes of both losses: name, sentence, section.
NAIVE = (
    "naive_log_sigmoid",
    "log(sigmoid(score)) is not finite for confident scores: in float32 sigmoid(-200) is exactly 0 "
    "and its logarithm -inf. Write log sigmoid as one function: "
    "binary_cross_entropy_with_logits, logsigmoid or softplus.",
    "Why the loss takes scores",
)
CLAMPED = (
    "log_cut_off",
    "The logarithm is cut off: an eps inside it, a clamp, or BCELoss, which stops at -100. The "
    "value stays finite, but where the discriminator is confident the gradient is wrong or 0, just "
    "where it is needed. Use a loss that takes scores: binary_cross_entropy_with_logits.",
    "Why the loss takes scores",
)
SIGMOID_TWICE = (
    "sigmoid_twice",
    "The sigmoid is applied twice: once by you, and again inside the loss. "
    "binary_cross_entropy_with_logits takes raw scores.",
    "Find the bug: two sigmoids",
)


def case(
    rng: np.random.Generator,
    part: str,
    names: Sequence[str],
    shapes: Sequence[tuple[int, ...]],
    scale: float,
    dtype: str = "float32",
    shift: float = 0.0,
) -> Case:
    """Batches of scores in [shift - scale, shift + scale], fakes shifted the other way.

    None is exactly 0, where a right formula with max and abs in it may have any sub-gradient.
    """
    arrays = [
        (grid(rng, shape, scale) + sign * shift).astype(dtype)
        for shape, sign in zip(shapes, (1, -1), strict=False)
    ]
    for array in arrays:
        array[array == 0] = scale / 2
    sizes = ", ".join(f"{n.split('_')[0]} {s}" for n, s in zip(names, shapes, strict=True))
    title = f"{sizes}, scores up to {scale + shift:g}" + (", float64" if dtype == "float64" else "")
    return _case(part, names, arrays, title)


def given(part: str, names: Sequence[str], lists: Sequence[list[float]], title: str) -> Case:
    """Batches of the scores given, as columns of shape (N, 1); no gradient is asked at 0."""
    arrays = [np.array(one, dtype=np.float32)[:, None] for one in lists]
    case = _case(part, names, arrays, title)
    if any((array == 0).any() for array in arrays):
        del case.inputs["weights"]
    return case


def _case(part: str, names: Sequence[str], arrays: Sequence[np.ndarray], title: str) -> Case:
    inputs = dict(zip(names, arrays, strict=True))
    inputs["weights"] = np.ones((), dtype=arrays[0].dtype)
    return Case(part, title, inputs, 1e-6 if arrays[0].dtype == np.float64 else 1e-4)
