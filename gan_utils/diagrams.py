"""Drawings that explain: boxes and arrows, no data."""

from __future__ import annotations

import itertools

from matplotlib.axes import Axes
from matplotlib.patches import Ellipse, FancyBboxPatch

from gan_utils.plots import PALETTE, Picture

Point = tuple[float, float]


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


def one_neuron() -> Picture:
    """A neuron: inputs times weights, a bias, a sum, an activation, one number out."""
    figure = Picture(
        6.4,
        2.6,
        "Diagram of a neuron. Two inputs x1 and x2 and a constant 1 enter a sum, along arrows that "
        "carry the weights w1 and w2 and the bias b. The sum w1 x1 + w2 x2 + b goes through an "
        "activation f and comes out as one number y.",
    )
    axes = _canvas(figure, 12.8, 5.2)
    for y, name, weight in ((4.2, "$x_1$", "$w_1$"), (2.6, "$x_2$", "$w_2$"), (1.0, "1", "$b$")):
        _arrow(axes, (1.5, y), (4.36, 2.6 + 0.17 * (y - 2.6)))
        _unit(axes, 1.0, y, name, "yellow" if name == "1" else None)
        axes.text(2.7, 2.6 + 0.75 * (y - 2.6) + 0.22, weight, ha="center", fontsize=10)
    _unit(axes, 4.9, 2.6, r"$\Sigma$", "sky", radius=0.6)
    _box(axes, 7.6, 1.9, 1.8, "activation\n$f$", "orange")
    _arrow(axes, (5.5, 2.6), (7.6, 2.6))
    axes.text(6.5, 2.95, "score", ha="center", fontsize=9)
    _arrow(axes, (9.4, 2.6), (11.0, 2.6))
    _unit(axes, 11.5, 2.6, "$y$", None)
    return figure


def bias_three_ways() -> Picture:
    """A network 2-3-1 with its bias as an added vector, an appended 1, and a carried neuron."""
    figure = Picture(
        8.5,
        2.9,
        "Three drawings of a network with two inputs, three hidden neurons and one output. Left: a "
        "bias vector is added at each layer. Middle: a 1 is appended to the inputs, and again to "
        "the hidden neurons, with nothing leading into it. Right: the 1 stands among the inputs "
        "only, and the last hidden neuron is 1 because an arrow from that 1 leads into it.",
    )
    titles = ("added vector", "appended 1", "carried neuron")
    for axes, title in zip(figure.subplots(1, 3), titles, strict=True):
        axes.set(xlim=(0, 6), ylim=(0, 5.6), aspect="equal")
        axes.axis("off")
        axes.set_title(title, fontsize=10)
        _small_network(axes, title)
    return figure


def _small_network(axes: Axes, kind: str) -> None:
    columns = [(0.7, ["$x_1$", "$x_2$"]), (3.0, ["$h_1$", "$h_2$", "$h_3$"]), (5.3, ["$y$"])]
    ones = kind != "added vector"
    for (left, names), (right, targets) in itertools.pairwise(columns):
        senders = [(left, y) for y in _heights(names)] + ([(left, 0.6)] if ones else [])
        for sender in senders:
            for y in _heights(targets):
                _arrow(axes, (sender[0] + 0.4, sender[1]), (right - 0.42, y), grey=True)
        if not ones:
            axes.text((left + right) / 2, 0.5, f"+ b{1 if left < 1 else 2}", ha="center")
    if kind == "carried neuron":
        _arrow(axes, (1.1, 0.6), (2.58, 0.6))
    for x, names in columns:
        for y, name in zip(_heights(names), names, strict=True):
            _unit(axes, x, y, name, None, radius=0.4)
        if ones and x < 5:
            _unit(axes, x, 0.6, "1", "yellow", radius=0.4)


def _heights(names: list[str]) -> list[float]:
    """Where the neurons of a column stand, centred above the place for the 1."""
    return [3.2 + 1.25 * ((len(names) - 1) / 2 - i) for i in range(len(names))]


def chain_rule() -> Picture:
    """A two-layer network forwards, and its gradient backwards, with the shapes of both."""
    figure = Picture(
        8.5,
        2.7,
        "Diagram of a two-layer network. Forwards, black arrows: x, layer 1, ReLU, layer 2, "
        "cross-entropy, loss. Backwards, dashed arrows: the gradient starts as 1 at the loss and "
        "becomes d scores, d hidden and d before. At each layer the gradients of its weights and "
        "its bias branch off.",
    )
    axes = _canvas(figure, 17, 5.4)
    stations = ((2.0, "layer 1", "sky"), (5.7, "ReLU", "orange"), (9.4, "layer 2", "sky"))
    for x, name, colour in stations:
        _box(axes, x, 2.2, 2.0, name, colour)
    _box(axes, 13.1, 2.2, 2.2, "cross-\nentropy", "green")
    ends = (0.2, 2.0), (4.0, 5.7), (7.7, 9.4), (11.4, 13.1), (15.3, 16.8)
    shapes = ("x\n(N, n)", "before\n(N, H)", "hidden\n(N, H)", "scores\n(N, C)", "loss\n( )")
    for (start, end), shape in zip(ends, shapes, strict=True):
        _arrow(axes, (start, 3.2), (end, 3.2))
        axes.text((start + end) / 2, 3.4, shape, ha="center", va="bottom", fontsize=8.5)
    back = ("", "d_before", "d_hidden", "d_scores", "1")
    red = PALETTE["vermilion"]
    for (start, end), name in zip(ends, back, strict=True):
        if name:
            _arrow(axes, (end, 2.6), (start, 2.6), back=True)
            axes.text((start + end) / 2, 2.0, name, ha="center", fontsize=8.5, color=red)
    for x, names in ((3.0, "$dW_1,\\ db_1$"), (10.4, "$dW_2,\\ db_2$")):
        _arrow(axes, (x, 2.2), (x, 1.0), back=True)
        axes.text(x, 0.35, names, ha="center", fontsize=9.5, color=red)
    return figure


def _canvas(figure: Picture, width: float, height: float) -> Axes:
    axes = figure.subplots()
    axes.set(xlim=(0, width), ylim=(0, height))
    axes.axis("off")
    return axes


def _arrow(axes: Axes, start: Point, end: Point, *, back: bool = False, grey: bool = False) -> None:
    """An arrow; a gradient's is dashed and red, one of many in a network thin and grey."""
    style = {"arrowstyle": "-|>", "color": "black", "lw": 1.3, "shrinkA": 0, "shrinkB": 0}
    if back:
        style |= {"color": PALETTE["vermilion"], "linestyle": "--"}
    if grey:
        style |= {"arrowstyle": "-", "color": "0.6", "lw": 0.8}
    axes.annotate("", end, start, arrowprops=style)


def _unit(
    axes: Axes, x: float, y: float, text: str, colour: str | None, *, radius: float = 0.5
) -> None:
    """A neuron: a circle with its name."""
    face = PALETTE[colour] if colour else "white"
    axes.add_patch(Ellipse((x, y), 2 * radius, 2 * radius, fc=face, ec="black", lw=1.2, zorder=3))
    axes.text(x, y, text, ha="center", va="center", fontsize=10, zorder=4)
