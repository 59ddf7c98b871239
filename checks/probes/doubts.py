"""Answers that pick some rows out of many: by their indices, or by a flag for each."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from checks.observe import Answer, Arrays, BadReturn
from checks.probes.functions import to_numpy


def doubts_probe(answer: Answer, inputs: Arrays) -> Arrays:
    """Observe which labels `answer(probabilities, labels)` picks out.

    A case holds "probabilities" (N, classes) and "labels" (N,), N above 2. The answer gives the
    indices of some labels, in any order, or a flag for each: true and false, or N times 0 or 1.

    Observes picked, the flags (N,), and changed (1 if an input was modified).
    """
    given = {name: torch.from_numpy(inputs[name].copy()) for name in ("probabilities", "labels")}
    picked = _flags(answer(*given.values()), len(inputs["labels"]))
    same = all(np.array_equal(tensor.numpy(), inputs[name]) for name, tensor in given.items())
    return {"picked": picked, "changed": np.array(int(not same))}


def _flags(result: object, n: int) -> np.ndarray:
    """One 0 or 1 for each of n labels. Raises BadReturn, with a sentence, for anything else."""
    if isinstance(result, tuple) and len(result) == 1:  # what nonzero(as_tuple=True) gives
        (result,) = result
    if isinstance(result, set):
        result = sorted(result)
    if isinstance(result, list):
        result = [x.item() if isinstance(x, Tensor) and x.numel() == 1 else x for x in result]
    if isinstance(result, list) and not any(isinstance(x, Tensor) for x in result):
        result = np.asarray(result)
    if getattr(result, "dtype", None) in (torch.bool, bool):
        result = np.asarray(result).astype(int)
    found = np.squeeze(to_numpy(result))
    found = found.reshape(1) if found.ndim == 0 else found
    if len(found) == n and found.ndim == 1 and np.isin(found, (0, 1)).all():
        return found.astype(np.int64)
    whole = found.ndim == 1 and bool((found == np.floor(found)).all())
    if not whole or (found.size and not 0 <= found.min() <= found.max() < n):
        raise BadReturn(
            "not_indices",
            f"Your function gave an array of shape {found.shape} that holds neither indices of "
            f"labels (whole numbers from 0 to {n - 1}) nor a True or False for each of the {n}.",
        )
    flags = np.zeros(n, np.int64)
    flags[found.astype(np.int64)] = 1
    return flags
