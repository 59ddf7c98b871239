"""Inputs, titles and sentences that several exercises of this notebook share."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from checks.exercise import Arrays, Case
from checks.rules import Exact, Rule
from checks.vanilla_gan.common import MANNERS

# What functions of plain arrays must keep to, where no gradient is asked for.
PLAIN: dict[str, Rule] = {
    "changed": Exact(lambda *_: "your function changed the array that it was given"),
    "kept_type": MANNERS["kept_type"],
}

Setting = dict[str, int]  # n, c, h, w of the pictures; o, kh, kw of the kernels; s, p


def setting(numbers: str) -> Setting:
    """From "n c h w, o kh kw, s p", as the tables of cases are written."""
    names = ("n", "c", "h", "w", "o", "kh", "kw", "s", "p")
    return dict(zip(names, map(int, numbers.replace(",", " ").split()), strict=True))


def sizes(at: Setting) -> tuple[int, int]:
    """Rows and columns that a convolution gives."""
    return tuple(
        (at[a] + 2 * at["p"] - at[k]) // at["s"] + 1 for a, k in (("h", "kh"), ("w", "kw"))
    )


def shapes(at: Setting) -> dict[str, tuple[int, ...]]:
    """The shapes of a convolution's input x, its weight, and its output y."""
    return {
        "x": (at["n"], at["c"], at["h"], at["w"]),
        "weight": (at["o"], at["c"], at["kh"], at["kw"]),
        "y": (at["n"], at["o"], *sizes(at)),
    }


def case(part: str, title: str, arrays: Arrays, scalars: dict[str, int], dtype: str) -> Case:
    """Arrays in that type and scalars in their order; float64 is held to tighter limits."""
    inputs = {name: array.astype(dtype) for name, array in arrays.items()}
    inputs |= {name: np.array(value) for name, value in scalars.items()}
    double = dtype == "float64"
    return Case(part, title + ", float64" * double, inputs, 1e-9 if double else 1e-4)


def shuffled(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Different numbers around 0 in random order, exact in float32: no maximum is met twice."""
    n = int(np.prod(shape))
    return ((rng.permutation(n) - 0.55 * n).round() / 8).reshape(shape)


def table(rows: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, Setting]]:
    """(part, dtype, setting) of every row of a table of cases."""
    return [(part, dtype, setting(numbers)) for part, dtype, numbers in rows]


# The convolutions that are asked for: no two sides alike, stride and padding that matter, a stride
# that leaves pixels over, a padding larger than the kernel less 1.
CONVOLUTIONS = table(
    [
        ("core", "float32", "2 1 5 5, 1 3 3, 1 0"),
        ("core", "float32", "3 2 5 6, 3 3 2, 1 0"),
        ("core", "float32", "2 3 7 5, 2 3 3, 2 1"),
        ("core", "float32", "2 2 8 7, 2 3 2, 2 0"),
        ("core", "float32", "2 2 3 5, 2 2 3, 1 2"),
        ("core", "float32", "2 1 10 9, 2 2 4, 3 1"),
        ("core", "float32", "3 3 4 5, 2 1 1, 1 0"),
        ("batch of one", "float32", "1 2 6 5, 3 3 2, 2 1"),
        ("float64", "float64", "2 2 5 6, 2 2 3, 2 1"),
    ]
)


def title(at: Setting) -> str:
    """A convolution in words: "x (2, 3, 7, 5), weight (2, 3, 3, 3), stride 2, padding 1"."""
    given = shapes(at)
    return f"x {given['x']}, weight {given['weight']}, stride {at['s']}, padding {at['p']}"
