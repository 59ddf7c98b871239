"""Pictures of samples and of training. Each function returns a figure that carries its alt text.

In a notebook a figure shows itself as an HTML image with that alt text, in JupyterLab and in pages
made by nbconvert: their own `image/png` outputs have none, or lose it. No function here shows
anything by itself or touches pyplot's state; leave the figure as a cell's last line, or `show` it.
"""

from __future__ import annotations

import base64
import html
import io
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image
from torch import Tensor

from gan_utils.data.ring import RADIUS, centres

if TYPE_CHECKING:
    from IPython.display import DisplayHandle

    from gan_utils.training.history import History

# Okabe and Ito 2008: eight colours that stay apart for colour-blind readers.
PALETTE = {
    "black": "#000000",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "green": "#009E73",
    "yellow": "#F0E442",
    "blue": "#0072B2",
    "vermilion": "#D55E00",
    "purple": "#CC79A7",
}
DPI = 100
LEVELS = 32  # brightnesses in a grid: the eye misses no others, and files stay small
GAP = 2  # pixels between the pictures of a grid


class Picture(Figure):
    """A matplotlib figure with alternative text, `alt`, which it shows itself with in notebooks."""

    def __init__(self, width: float, height: float, alt: str) -> None:
        """width, height: inches, at 100 pixels an inch."""
        super().__init__(figsize=(width, height), dpi=DPI, layout="constrained", facecolor="white")
        FigureCanvasAgg(self)
        self.alt = alt

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return mime_bundle(self, self.alt)


def png(figure: Figure) -> bytes:
    """A figure as a PNG file's bytes, in a palette of 256 colours: notebooks stay small."""
    drawn, file = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png")
    few = Image.open(drawn).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    few.save(file, format="png", optimize=True)
    return file.getvalue()


def mime_bundle(figure: Figure, alt: str) -> dict[str, str]:
    """What a notebook's output holds of a figure: an image with alt text, and the text alone."""
    data = base64.b64encode(png(figure)).decode()
    text = html.escape(alt, quote=True)
    image = f'<img alt="{text}" src="data:image/png;base64,{data}" style="max-width: 100%">'
    return {"text/html": image, "text/plain": f"[picture: {alt}]"}


def show(
    figure: Figure, alt: str | None = None, handle: DisplayHandle | None = None
) -> DisplayHandle | None:
    """Show a figure in the notebook, or in the place of the one that `handle` stands for.

    alt: the alternative text; needed for figures that are not from this module. Gives the handle
    with which the next call replaces this picture. Raises ValueError without any alt text.
    """
    from IPython.display import display

    alt = alt or getattr(figure, "alt", None)
    if not alt:
        raise ValueError("A figure needs alternative text: show(figure, alt='what it shows').")
    bundle = mime_bundle(figure, alt)
    if handle is None:
        return display(bundle, raw=True, display_id=True)
    handle.update(bundle, raw=True)
    return handle


def image_grid(
    images: Tensor,
    columns: int = 8,
    title: str = "",
    *,
    value_range: tuple[float, float] = (-1.0, 1.0),
    alt: str | None = None,
) -> Picture:
    """Images (N, 1 or 3, H, W) in reading order, `columns` a row.

    value_range: the values shown as black and as white. Raises ValueError for another shape.
    """
    tiled = tile(images, columns, value_range)
    alt = alt or _sentence(title, f"a grid of {len(images)} images, {columns} a row")
    width = min(6.0, max(2.0, tiled.shape[1] / 50))
    figure = Picture(width, width * tiled.shape[0] / tiled.shape[1] + 0.3 * bool(title), alt)
    axes = figure.subplots()
    _draw_image(axes, tiled)
    axes.set_title(title, fontsize=10)
    return figure


def ring_scatter(
    points: Tensor | Mapping[str, Tensor], title: str = "", *, alt: str | None = None
) -> Picture:
    """Points (N, 2), or several such under their titles side by side, on the ring's centres."""
    panels = points if isinstance(points, Mapping) else {title: points}
    return _side_by_side(panels, title if isinstance(points, Mapping) else "", alt)


def before_after(
    before: Tensor,
    after: Tensor,
    titles: tuple[str, str] = ("before training", "after training"),
    *,
    alt: str | None = None,
) -> Picture:
    """Two sets of samples side by side: images (N, C, H, W) in [-1, 1], or points (N, 2)."""
    return _side_by_side(dict(zip(titles, (before, after), strict=True)), "", alt)


def snapshot_strip(history: History, count: int = 5, *, alt: str | None = None) -> Picture:
    """`count` snapshots of a run, evenly spread from its first to its last, at the same latents.

    Raises ValueError if the run kept none.
    """
    kept = history.snapshots
    if not kept:
        raise ValueError(
            "This history has no snapshots: train with snapshot_every=... to keep some."
        )
    chosen = sorted({round(i) for i in np.linspace(0, len(kept) - 1, count)})
    panels = {f"step {kept[i].step}": kept[i].samples for i in chosen}
    return _side_by_side(panels, "", alt)


def samples_figure(samples: Tensor, title: str) -> Picture:
    """A scatter of points (N, 2), a grid of images (N, C, H, W)."""
    if _are_points(samples):
        return ring_scatter(samples, title)
    return image_grid(samples, title=title)


def loss_curves(
    history: History, title: str = "Losses", *, window: int | None = None, alt: str | None = None
) -> Picture:
    """Both players' losses against the step: each as it was (pale) and its running mean (dark).

    window: steps that a running mean covers; None: a fiftieth of the run.
    """
    window = window or max(1, history.steps // 50)
    curves = {
        "discriminator": (history.d_loss, PALETTE["blue"], "-"),
        "generator": (history.g_loss, PALETTE["vermilion"], "--"),
    }
    figure = Picture(6.0, 3.0, alt or _loss_sentence(title, history))
    axes = figure.subplots()
    for name, (losses, colour, style) in curves.items():
        steps, values = _finite(losses)
        axes.plot(steps, values, color=colour, alpha=0.25, linewidth=0.7)
        if len(values):
            ends, means = _running_mean(steps, values, window)
            axes.plot(ends, means, color=colour, linestyle=style, linewidth=1.8, label=name)
    axes.set(title=title, xlabel="step", ylabel="loss")
    axes.grid(alpha=0.3)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False)
    return figure


def tile(
    images: Tensor, columns: int, value_range: tuple[float, float] = (-1.0, 1.0)
) -> np.ndarray:
    """One uint8 array (height, width, 3) of images (N, 1 or 3, H, W), white between them."""
    if images.ndim != 4 or images.shape[1] not in (1, 3) or len(images) == 0:
        raise ValueError(
            "Images must have shape (N, 1, H, W) or (N, 3, H, W) with N at least 1, but came as "
            f"{tuple(images.shape)}."
        )
    if columns < 1:
        raise ValueError(f"columns must be at least 1, but is {columns}.")
    low, high = value_range
    unit = ((images.detach().float().cpu() - low) / (high - low)).clamp(0, 1)
    coarse = (unit * (LEVELS - 1)).round() * (255 / (LEVELS - 1))
    pixels = coarse.byte().expand(-1, 3, -1, -1).permute(0, 2, 3, 1).numpy()
    n, height, width, _ = pixels.shape
    columns = min(columns, n)
    rows = math.ceil(n / columns)
    sheet = np.full((rows * (height + GAP) - GAP, columns * (width + GAP) - GAP, 3), 255, np.uint8)
    for i, picture in enumerate(pixels):
        top, left = (i // columns) * (height + GAP), (i % columns) * (width + GAP)
        sheet[top : top + height, left : left + width] = picture
    return sheet


def _side_by_side(panels: Mapping[str, Tensor], title: str, alt: str | None) -> Picture:
    """One panel per set of samples."""
    names = ", ".join(name for name in panels if name)
    first = next(iter(panels.values()))
    kind = "points over the eight centres of the ring" if _are_points(first) else "image grids"
    what = f"{len(panels)} panels of {kind}" if len(panels) > 1 else f"{len(first)} {kind}"
    width = min(10.0, 3.0 * len(panels)) if len(panels) > 1 else 3.6
    height = width / len(panels) + 0.35 * bool(names or title)
    figure = Picture(width, height, alt or _sentence(title or names, what))
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for ax, (name, samples) in zip(axes, panels.items(), strict=True):
        if _are_points(samples):
            _draw_points(ax, samples)
        else:
            shown = samples[:25] if len(panels) > 2 else samples[:64]
            _draw_image(ax, tile(shown, math.ceil(math.sqrt(len(shown)))))
        ax.set_title(name, fontsize=10)
    if title:
        figure.suptitle(title, fontsize=11)
    return figure


def _draw_image(axes: Axes, sheet: np.ndarray) -> None:
    axes.imshow(sheet, interpolation="nearest")
    axes.set_axis_off()


def _draw_points(axes: Axes, points: Tensor) -> None:
    xy = points.detach().float().cpu().numpy()
    axes.scatter(xy[:, 0], xy[:, 1], s=4, alpha=0.4, color=PALETTE["blue"], linewidths=0)
    cx, cy = centres().T.numpy()
    axes.scatter(cx, cy, s=36, marker="+", color=PALETTE["vermilion"], linewidths=1.2)
    limit = RADIUS * 1.5
    axes.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal", xticks=[], yticks=[])


def _are_points(samples: Tensor) -> bool:
    return samples.ndim == 2 and samples.shape[1] == 2


def _sentence(title: str, what: str) -> str:
    return f"{title}: {what}." if title else f"{what[0].upper()}{what[1:]}."


def _loss_sentence(title: str, history: History) -> str:
    """What the curves show, in words: first and last running level of both players."""
    parts = []
    for name, losses in (("discriminator", history.d_loss), ("generator", history.g_loss)):
        _, values = _finite(losses)
        if len(values):
            tenth = max(1, len(values) // 10)
            start, end = values[:tenth].mean(), values[-tenth:].mean()
            parts.append(f"the {name}'s goes from {start:.2f} to {end:.2f}")
    return f"{title} over {history.steps} steps: {', '.join(parts) or 'none recorded'}."


def _finite(losses: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Steps (from 1) and values, without the steps in which a player did not move."""
    values = np.asarray(losses, dtype=float)
    there = np.isfinite(values)
    return np.flatnonzero(there) + 1, values[there]


def _running_mean(
    steps: np.ndarray, values: np.ndarray, window: int
) -> tuple[np.ndarray, np.ndarray]:
    """Means of `window` neighbours, at the last of them."""
    window = min(window, len(values))
    means = np.convolve(values, np.full(window, 1 / window), mode="valid")
    return steps[window - 1 :], means
