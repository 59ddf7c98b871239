"""Optimizers: which parameters they move, and how, under gradients of the grader's choice."""

from __future__ import annotations

from typing import Any

import numpy as np

from checks.observe import Answer, Arrays, BadReturn
from checks.probes import toys


def optimizers_probe(answer: Answer, inputs: Arrays) -> Arrays:
    """Observe `answer(discriminator, generator)`, which gives two optimizers.

    A case holds "seed" and "d_grads", "g_grads" of shape (steps, parameters). In every step both
    networks have gradients; then first the discriminator's optimizer steps, then the other. With
    "last", only so many steps at the end are observed.

    Observes, one row a step: d_by_d and g_by_d, the discriminator's and the generator's changes
    when the discriminator's optimizer stepped; d_by_g and g_by_g, when the generator's did. Also
    touched (1 if making the optimizers changed or froze a parameter).
    """
    discriminator, generator = toys.toy_pair(int(inputs["seed"]))
    start = toys.flat(discriminator), toys.flat(generator)
    d_optimizer, g_optimizer = _pair(answer(discriminator, generator))
    same = all(
        np.array_equal(toys.flat(network), old)
        and all(p.requires_grad for p in network.parameters())
        for network, old in zip((discriminator, generator), start, strict=True)
    )
    changes: dict[str, list[np.ndarray]] = {k: [] for k in ("d_by_d", "g_by_d", "d_by_g", "g_by_g")}
    for d_grads, g_grads in zip(inputs["d_grads"], inputs["g_grads"], strict=True):
        for name, optimizer in (("d", d_optimizer), ("g", g_optimizer)):
            toys.set_grads(discriminator, d_grads)
            toys.set_grads(generator, g_grads)
            before = toys.flat(discriminator), toys.flat(generator)
            optimizer.step()
            changes[f"d_by_{name}"].append(toys.flat(discriminator) - before[0])
            changes[f"g_by_{name}"].append(toys.flat(generator) - before[1])
    last = int(inputs["last"]) if "last" in inputs else 0
    seen = {name: np.stack(rows[-last:]) for name, rows in changes.items()}
    return seen | {"touched": np.array(int(not same))}


def _pair(result: Any) -> tuple[Any, Any]:  # noqa: ANN401 - whatever the student returned
    if result is None:
        raise BadReturn("returns_none", "Your function returned None. Is the return missing?")
    optimizers = list(result) if isinstance(result, list | tuple) else [result]
    if len(optimizers) != 2 or not all(hasattr(o, "step") for o in optimizers):
        kinds = ", ".join(type(o).__name__ for o in optimizers)
        raise BadReturn(
            "not_two_optimizers",
            f"Your function gave {kinds}; expected two optimizers, the discriminator's first.",
        )
    return optimizers[0], optimizers[1]
