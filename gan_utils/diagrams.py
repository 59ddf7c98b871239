"""Drawings that explain: boxes and arrows, no data."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from gan_utils.plots import PALETTE, Picture


def gan_game() -> Picture:
    """The game: latents through the generator, fakes and real images into the discriminator."""
    figure = Picture(
        8.5,
        3.0,
        "Diagram of the game. Noise z enters the generator G, which gives fake images. Fake images "
        "and real images enter the discriminator D, which gives one score for each image. Dashed "
        "arrows show the gradient of the generator's loss: from the scores back through D and the "
        "fake images into G.",
    )
    axes = figure.subplots()
    axes.set(xlim=(0, 17), ylim=(0, 6.4))
    axes.axis("off")
    _box(axes, 0.2, 3.2, 2.4, "noise z\n(N, 96)", None)
    _box(axes, 3.6, 3.2, 2.6, "generator\nG", "orange")
    _box(axes, 7.2, 3.2, 2.6, "fake images\n(N, 1, 28, 28)", None)
    _box(axes, 7.2, 0.5, 2.6, "real images\n(N, 1, 28, 28)", None)
    _box(axes, 10.9, 1.85, 2.6, "discriminator\nD", "sky")
    _box(axes, 14.5, 1.85, 2.3, "scores\n(N, 1)", None)
    for start, end in [
        ((2.6, 3.9), (3.6, 3.9)),
        ((6.2, 3.9), (7.2, 3.9)),
        ((9.8, 3.9), (10.9, 3.0)),
        ((9.8, 1.2), (10.9, 2.1)),
        ((13.5, 2.55), (14.5, 2.55)),
    ]:
        axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": "black", "lw": 1.3})
    back = {"arrowstyle": "-|>", "color": PALETTE["vermilion"], "lw": 1.3, "linestyle": "--"}
    bent = {**back, "connectionstyle": "arc3,rad=0.35"}
    for start, end in [
        ((15.6, 3.3), (12.5, 3.3)),
        ((11.6, 3.3), (8.9, 4.65)),
        ((8.1, 4.65), (4.9, 4.65)),
    ]:
        axes.annotate("", end, start, arrowprops=bent)
    red = PALETTE["vermilion"]
    axes.text(12.2, 5.0, "gradient of G's loss", color=red, ha="left", fontsize=9)
    return figure


def _box(axes: Axes, x: float, y: float, width: float, text: str, colour: str | None) -> None:
    """A rounded box with its lower left corner at (x, y); networks are coloured."""
    face = PALETTE[colour] if colour else "white"
    style = "round,pad=0.02,rounding_size=0.2"
    axes.add_patch(FancyBboxPatch((x, y), width, 1.4, boxstyle=style, fc=face, ec="black", lw=1.2))
    axes.text(x + width / 2, y + 0.7, text, ha="center", va="center", fontsize=9.5)
