"""vanilla_gan.sample_noise: the latent vectors that the generator turns into images.

False alarms: a case of the law draws n = 20,000 numbers, twice. The quantile test at deviation
0.041 is, for n numbers, a Kolmogorov-Smirnov test at 2 exp(-2 n (.041/2)^2) = 1e-7; mean, mean
square and correlations are allowed six standard deviations, 2e-9 each. So a right source would fail
once in about four million checks; it fails more rarely still, since the law is that of all 2 n. The
limits are those of n because a source that repeats itself has a name of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
import torch
from torch import Tensor

from checks.exercise import Arrays, Case, Exercise, Finding, Part
from checks.observe import Trouble
from checks.probes.sources import source_probe
from checks.rules import Exact, Quantiles, Within
from gan_utils import layers

N = 20_000
SIX = 6 / np.sqrt(N)  # six standard deviations of a correlation of N independent pairs
LEVELS = np.linspace(0, 1, 201)
DTYPE, DEVICE = torch.float32, "cpu"


def _cases(rng: np.random.Generator) -> list[Case]:
    shapes = [(200, 100), (50, 400), (5_000, 4)]
    cases = [
        _case("core", f"batch_size {rows:,}, dim {columns}", "law", batch_size=rows, dim=columns)
        for rows, columns in shapes
    ]
    seed = int(rng.integers(1, 10_000))
    cases += [
        _case("dtype", "dtype=torch.float64", "dtype"),
        _case("device", "device='meta'", "device"),
        _case("seed", "the same torch.manual_seed twice", "seeding", seed=seed),
    ]
    return cases


def _case(part: str, title: str, probe: str, **inputs: int) -> Case:
    arrays = {name: np.array(value) for name, value in inputs.items()}
    return Case(part, title, {"probe": np.array(probe), **arrays})


def _measure(seen: Arrays) -> Arrays:
    """The law of what was drawn, or whether it is what was asked for."""
    if "first" in seen:
        return _law(*(seen[name].astype(float) for name in ("first", "second")))
    if "typed" in seen:
        return {"as_asked": np.array(int(seen["typed"].dtype == np.float64))}
    if "draws" in seen:
        return {"repeats": np.array(int(np.array_equal(*seen["draws"])))}
    return {"as_asked": seen["on_device"]}


def _law(first: np.ndarray, second: np.ndarray) -> Arrays:
    """Of two calls, each (batch_size, dim): their law, and what depends on what."""
    both = np.stack([first, second])
    return {
        "outside": np.array(int((np.abs(both) > 1).sum())),
        "quantiles": _quantiles(both.ravel()),
        "mean": both.mean(),
        "square": np.square(both).mean(),
        "repeated": np.array(int(np.array_equal(first, second))),
        "along_rows": _correlation(first[:, :-1], first[:, 1:]),
        "along_columns": _correlation(first[:-1], first[1:]),
        "between_calls": _correlation(first, second),
    }


def _quantiles(numbers: np.ndarray) -> np.ndarray:
    """np.quantile(numbers, LEVELS), thirty times as fast."""
    return np.interp(LEVELS * (len(numbers) - 1), np.arange(len(numbers)), np.sort(numbers))


def _correlation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Correlation of two arrays of numbers, 1 if either does not vary."""
    a, b = a.ravel() - a.mean(), b.ravel() - b.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return np.array((a @ b) / size if size > 1e-12 else 1.0)


RANGES = {
    (-0.5, 0.5): "half_range",
    (0, 1): "unit_range",
    (0, 2): "not_shifted",
    (-1, 0): "not_stretched",
    (-2, 2): "too_wide",
}
NORMAL = np.array([NormalDist().inv_cdf(level) for level in LEVELS[10:-10]])
CORRELATIONS = ("along_rows", "along_columns", "between_calls")


def _explain(
    cases: Sequence[Case], expected: Sequence[Arrays], seen: Sequence[Any], failing: Sequence[int]
) -> Finding | None:
    """Which law is it, then? From the quantiles; failing that, from the correlations."""
    first = seen[failing[0]]
    if isinstance(first, Trouble):
        return None
    quantiles = first["quantiles"]
    low, high = float(quantiles[0]), float(quantiles[-1])
    width, spread = high - low, float(np.sqrt(max(first["square"] - first["mean"] ** 2, 0)))
    if spread < 1e-6:
        return Finding("constant")
    if len(np.unique(quantiles)) < 20:
        return Finding("whole_numbers")
    law_holds = np.abs(quantiles - expected[failing[0]]["quantiles"]).max() <= 0.041
    if law_holds:
        off = any(abs(first[name]) > 0.1 for name in CORRELATIONS)
        return Finding("not_independent") if off else None
    if np.abs(quantiles - np.linspace(low, high, len(quantiles))).max() < 0.03 * width:
        for (a, b), name in RANGES.items():
            if abs(low - a) + abs(high - b) < 0.02 * width:
                return Finding(name)
        return Finding("other_range", f"Yours fill [{low:.2g}, {high:.2g}].")
    if np.abs((quantiles[10:-10] - first["mean"]) / spread - NORMAL).max() < 0.1:
        return Finding("normal_law", f"Yours have standard deviation {spread:.2g}.")
    return Finding("not_uniform")


exercise = Exercise(
    name="vanilla_gan.sample_noise",
    signature=(
        "sample_noise(batch_size: int, dim: int, dtype: torch.dtype = torch.float32, "
        "device: torch.device | str = 'cpu') -> Tensor"
    ),
    about="a fresh (batch_size, dim) tensor of independent numbers, uniform between -1 and 1",
    see="Noise in, image out",
    parts=(
        Part("core", 4, "the law of the numbers"),
        Part("dtype", 1, "the argument dtype"),
        Part("device", 1, "the argument device"),
        Part("seed", 1, "repeating under torch.manual_seed"),
    ),
    probe=source_probe,
    measure=_measure,
    rules={
        "outside": Exact(
            lambda got, _: f"{int(got):,} of your {2 * N:,} numbers lie outside [-1, 1]"
        ),
        "quantiles": Quantiles("the law is not uniform on [-1, 1]", by=0.041),
        "mean": Within("mean", by=SIX * np.sqrt(1 / 3)),
        "square": Within("mean square", by=SIX * np.sqrt(4 / 45)),
        "repeated": Exact(lambda *_: "two calls gave exactly the same numbers"),
        "along_rows": Within("correlation of neighbours in a row", by=1.2 * SIX),
        "along_columns": Within("correlation of neighbours in a column", by=SIX * 1.2),
        "between_calls": Within("correlation of two calls", by=SIX),
        "as_asked": Exact(lambda *_: "your tensor does not have what was asked for"),
        "repeats": Exact(lambda *_: "the same seed gave different numbers"),
    },
    cases=_cases,
    reference=layers.sample_noise,
    references=("gan_utils.layers.sample_noise",),
    explain=_explain,
    ideal={
        "quantiles": 2 * LEVELS - 1,
        "mean": np.array(0.0),
        "square": np.array(1 / 3),
        "along_rows": np.array(0.0),
        "along_columns": np.array(0.0),
        "between_calls": np.array(0.0),
    },
)
variant = exercise.variant


@variant
def stretched_and_shifted(
    batch_size: int, dim: int, dtype: torch.dtype = DTYPE, device: str = DEVICE
) -> Tensor:
    return 2 * torch.rand((batch_size, dim), dtype=dtype, device=device) - 1


@variant
def shifted_and_stretched(
    batch_size: int, dim: int, dtype: torch.dtype = DTYPE, device: str = DEVICE
) -> Tensor:
    return (torch.rand(batch_size, dim, device=device, dtype=dtype) - 0.5) * 2


@variant
def filled_in_place(
    batch_size: int, dim: int, dtype: torch.dtype = DTYPE, device: str = DEVICE
) -> Tensor:
    return torch.empty(batch_size, dim, dtype=dtype, device=device).uniform_(-1, 1)


@variant
def turned_round(
    batch_size: int, dim: int, dtype: torch.dtype = DTYPE, device: str = DEVICE
) -> Tensor:
    return 1 - 2 * torch.rand(dim, batch_size, dtype=dtype, device=device).T


@variant
def from_a_distribution(
    batch_size: int, dim: int, dtype: torch.dtype = DTYPE, device: str = DEVICE
) -> Tensor:
    low, high = torch.tensor(-1, dtype=dtype), torch.tensor(1, dtype=dtype)
    return torch.distributions.Uniform(low, high).sample((batch_size, dim)).to(device)


@variant
def from_numpy(
    batch_size: int, dim: int, dtype: torch.dtype = DTYPE, device: str = DEVICE
) -> Tensor:
    numbers = np.random.uniform(-1, 1, size=(batch_size, dim))
    return torch.as_tensor(numbers, dtype=dtype, device=device)
