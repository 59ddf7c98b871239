"""Small arrays shown as what they are: tables of numbers, and counts of who is taken for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from gan_utils.plots import PALETTE, Picture

SQUARE = 0.34  # inches of a number's square
LETTER = 0.24  # of a square: a title's letter
GAP = 1.0  # squares between two tables
Mark = tuple[int, int, int, int]  # top row, left column, rows, columns


def number_tables(
    tables: Mapping[str, ArrayLike], alt: str, *, marks: Mapping[str, Mark] | None = None
) -> Picture:
    """Matrices side by side, every number in its square, under their titles.

    tables: title to matrix (rows, columns); whole numbers are shown as such, others with one digit
    marks: title to a part of that matrix that is coloured
    """
    arrays = {title: np.atleast_2d(np.asarray(table)) for title, table in tables.items()}
    rooms = [max(array.shape[1], LETTER * len(title)) for title, array in arrays.items()]
    height = max(array.shape[0] for array in arrays.values())
    width = sum(rooms) + GAP * (len(rooms) - 1)
    figure = Picture((width + 0.4) * SQUARE, (height + 1.6) * SQUARE, alt)
    axes = figure.subplots()
    axes.set(xlim=(-0.1, width + 0.1), ylim=(height + 0.1, -1.1), aspect="equal")
    axes.axis("off")
    left = 0.0
    for room, (title, array) in zip(rooms, arrays.items(), strict=True):
        rows, columns = array.shape
        corner = left + (room - columns) / 2, (height - rows) / 2
        axes.text(left + room / 2, corner[1] - 0.3, title, ha="center", va="bottom", fontsize=9)
        _draw_table(axes, array, corner, (marks or {}).get(title))
        left += room + GAP
    return figure


def confusion_figure(
    counts: ArrayLike, names: Sequence[str], alt: str, title: str = "Label down, reading across"
) -> Picture:
    """A confusion matrix (classes, classes): right answers pale, mistakes as numbers in colour."""
    matrix = np.asarray(counts)
    figure = Picture(6.4, 6.4, alt)
    axes = figure.subplots()
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Greys", vmin=0, vmax=2)
    for row, column in np.argwhere(matrix):
        if row != column:
            axes.text(
                column, row, f"{matrix[row, column]}", ha="center", va="center", fontsize=7,
                color=PALETTE["vermilion"], fontweight="bold",
            )  # fmt: skip
    places = np.arange(len(names))
    axes.set_xticks(places, names, fontsize=7)
    axes.set_yticks(places, names, fontsize=7)
    axes.set(xlabel="read as", ylabel="label")
    axes.set_title(title, fontsize=10)
    return figure


def _draw_table(
    axes: Axes, array: np.ndarray, corner: tuple[float, float], mark: Mark | None
) -> None:
    """One matrix, its upper left corner there."""
    x, y = corner
    if mark is not None:
        top, left, height, width = mark
        colour = PALETTE["yellow"]
        axes.add_patch(Rectangle((x + left, y + top), width, height, fc=colour, alpha=0.6))
    for row, column in np.ndindex(*array.shape):
        axes.add_patch(Rectangle((x + column, y + row), 1, 1, fc="none", ec="0.6", lw=0.6))
        value = float(array[row, column])
        text = f"{value:.0f}" if value.is_integer() else f"{value:.1f}"
        axes.text(x + column + 0.5, y + row + 0.5, text, ha="center", va="center", fontsize=8)
