"""Trained classifiers: the scores that they give to points that the grader chooses."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from checks.observe import Answer, Arrays, BadReturn
from checks.probes.functions import as_array


def classifier_probe(answer: Answer, inputs: Arrays) -> Arrays:
    """Observe `answer(points)` on a case's "points" (N, D), twice, and on every second of them from
    the end, since a score must not depend on the other points of a batch.

    The answer gets a NumPy array, or if it is an nn.Module, a float32 tensor. Observes the points
    (so that they can be judged with their scores), and scores, again and half: (N, 2) and (N/2, 2).
    """
    if isinstance(answer, type):
        raise BadReturn("not_a_classifier", "Pass the trained classifier, not its class.")
    points = inputs["points"]
    seen = {"points": points.copy()}
    batches = {"scores": points, "again": points, "half": np.ascontiguousarray(points[::-2])}
    with torch.no_grad():
        for name, batch in batches.items():
            array = batch.copy()
            given = torch.from_numpy(array).float() if isinstance(answer, nn.Module) else array
            scores = as_array(answer(given), (len(batch), 2), "Your classifier")
            if not np.isfinite(scores).all():
                raise BadReturn(
                    "not_finite", "Your classifier gives NaN or infinity: its training diverged."
                )
            seen[name] = scores
    return seen
