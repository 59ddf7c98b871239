"""Trained generators: what they make of latents that the grader chooses."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from checks.observe import Answer, Arrays, BadReturn
from checks.probes.functions import as_array


def sampler_probe(answer: Answer, inputs: Arrays) -> Arrays:
    """Observe `answer(z)` on a case's "z" (N, latent), twice; on "near", a little beside z; and on
    every second latent from the end, since a sample must not depend on the others in its batch.

    Observes the samples as they come: points, again, near, half.
    """
    if isinstance(answer, type):
        raise BadReturn("not_a_generator", "Pass the trained generator, not its class.")
    with torch.no_grad():
        half = np.ascontiguousarray(inputs["z"][::-2])
        batches = {
            "points": inputs["z"],
            "again": inputs["z"],
            "near": inputs["near"],
            "half": half,
        }
        seen = {}
        for name, z in batches.items():
            given = torch.from_numpy(z).to(_device(answer))
            points = as_array(answer(given), (len(z), 2), "Your generator")
            if not np.isfinite(points).all():
                raise BadReturn(
                    "not_finite", "Your generator gives NaN or infinity: its training diverged."
                )
            seen[name] = points
    return seen


def _device(answer: Answer) -> torch.device | str:
    """Where a network lives; a plain function gets its latents on the CPU."""
    parameters = answer.parameters() if isinstance(answer, nn.Module) else iter(())
    return next((p.device for p in parameters), "cpu")
