"""What the two GAN losses have in common: batches of scores, rules, and mistakes both can make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from checks.exercise import Arrays, Case, Finding
from checks.observe import Trouble
from checks.rules import Close, Rule
from checks.vanilla_gan.common import MANNERS, grid

RULES: dict[str, Rule] = {"value": Close(), **MANNERS}

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


FLOAT32 = (
    "float32_inside",
    "The value is right, but float64 scores give a float32 loss: x.float() inside?",
)
SMALL, LARGE = 10.0, 45.0  # scores at which a shaky logarithm still works, and no longer does
# Labels of another shape than the scores: an error in PyTorch's words.
LABELS = (
    "label_shape",
    "Your labels do not have the shape of the scores: a fixed batch size, or (N,) against (N, 1). "
    "torch.ones_like(scores) always fits.",
)
LABELS_CRASH = r"(?i)target size .*input"


def explain(
    cases: Sequence[Case], expected: Sequence[Arrays], seen: Sequence[Any], failing: Sequence[int]
) -> Finding | None:
    """A logarithm that fails at large scores only, or targets that are not 0 and 1."""
    targets = _targets(cases[failing[0]], seen[failing[0]])
    if targets is not None:
        return targets
    core = cases[0].part
    small = [j for j in failing if _largest(cases[j]) <= SMALL and cases[j].part == core]
    ready = [j for j in range(len(cases)) if not isinstance(seen[j], Trouble)]
    large = [j for j in ready if _largest(cases[j]) >= LARGE]
    near = all(
        not isinstance(seen[j], Trouble)
        and abs(seen[j]["value"] - expected[j]["value"]) < 0.05 * expected[j]["value"] + 1e-3
        for j in small
    )
    lost = any(not seen[j].get("has_grad", 1) for j in ready)
    if not near or lost or not large or any(seen[j]["changed"] for j in ready):
        return None
    finite = all(np.isfinite(v).all() for j in large for v in seen[j].values())
    if not finite and not small:
        return Finding("naive_log_sigmoid")
    off = [j for j in large if seen[j]["value"] < 0.9 * expected[j]["value"]]
    if finite and (off or _gradient_lost(expected, seen, large)):
        return Finding("log_cut_off")
    return None


def _gradient_lost(
    expected: Sequence[Arrays], seen: Sequence[Arrays], large: Sequence[int]
) -> bool:
    """Is a gradient 0 where the right one is not?"""
    return any(
        ((seen[j][name] == 0) & (np.abs(right) > 1e-3)).any()
        for j in large
        for name, right in expected[j].items()
        if name.startswith("grad_")
    )


def _largest(case: Case) -> float:
    return max(np.abs(value).max() for name, value in case.inputs.items() if name != "weights")


def _targets(case: Case, mine: Any) -> Finding | None:  # noqa: ANN401 - arrays or a Trouble
    """Targets, read from the gradient of cross-entropy: (sigmoid(score) - target) / N."""
    usable = "weights" in case.inputs and _largest(case) <= SMALL
    if isinstance(mine, Trouble) or not usable or not mine["has_grad"]:
        return None
    found, value = {}, 0.0
    for name, scores in case.inputs.items():
        if name != "weights":
            scores = scores.astype(float)
            probability = 1 / (1 + np.exp(-scores))
            target = probability - len(scores) * mine[f"grad_{name}"]
            if np.ptp(target) > 1e-4:
                return None
            found[name] = float(target.mean())
            value += (np.logaddexp(0, scores) - found[name] * scores).mean()
    if not np.isclose(value, mine["value"], rtol=1e-3):
        return None
    wanted = {"real_scores": 1.0, "fake_scores": 0.0 if len(found) > 1 else 1.0}
    if all(abs(found[name] - wanted[name]) < 1e-3 for name in found):
        return None
    smooth = all(abs(found[name] - wanted[name]) < 0.4 for name in found)
    says = ", ".join(f"{name.split('_')[0]} {round(t, 3) + 0:g}" for name, t in found.items())
    return Finding("smoothed_labels" if smooth else "other_targets", f"Your targets: {says}.")


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
