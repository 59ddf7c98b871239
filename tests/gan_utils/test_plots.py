"""Every figure carries alt text, reaches the page with it, and stays small."""

import base64
import io
import re
from html.parser import HTMLParser

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from PIL import Image

from gan_utils import plots
from gan_utils.training import History, Snapshot

NOISE = torch.rand(64, 1, 28, 28, generator=torch.Generator().manual_seed(0)) * 2 - 1
POINTS = torch.randn(300, 2, generator=torch.Generator().manual_seed(1))


def history(samples=NOISE):
    nan = float("nan")
    return History(
        d_loss=[1.4 - i / 200 for i in range(100)],
        g_loss=[0.7 + i / 100 if i % 3 else nan for i in range(100)],
        penalty=[0.0] * 100,
        snapshots=[Snapshot(i * 50, samples) for i in range(7)],
    )


FIGURES = {
    "image_grid": (lambda: plots.image_grid(NOISE, title="z"), "z: a grid of 64 images, 8 a row"),
    "image_grid, colour": (
        lambda: plots.image_grid(torch.rand(5, 3, 64, 64), 2), "A grid of 5 images, 2 a row",
    ),
    "loss_curves": (
        lambda: plots.loss_curves(history()),
        "discriminator's goes from 1.38 to 0.93, the generator's goes from 0.74 to 1.64",
    ),
    "loss_curves of nothing": (lambda: plots.loss_curves(History()), "none recorded"),
    "ring_scatter": (lambda: plots.ring_scatter(POINTS, "real"), "real: 300 points"),
    "ring_scatter of several": (
        lambda: plots.ring_scatter({"a": POINTS, "b": POINTS}), "a, b: 2 panels of points",
    ),
    "before_after": (lambda: plots.before_after(NOISE, -NOISE), "before training, after"),
    "snapshot_strip": (lambda: plots.snapshot_strip(history(), 4), "step 0, step 100, step 200"),
    "snapshot_strip of points": (lambda: plots.snapshot_strip(history(POINTS)), "5 panels"),
    "samples_figure": (lambda: plots.samples_figure(POINTS, "now"), "now: 300 points"),
}  # fmt: skip


@pytest.mark.parametrize("name", FIGURES)
def test_figures_reach_the_page_small_and_with_alt_text(name):
    make, words = FIGURES[name]
    figure = make()
    assert isinstance(figure, Figure) and words in figure.alt
    assert not plt.get_fignums(), "pyplot would show it a second time"
    bundle = figure._repr_mimebundle_()
    assert words in bundle["text/plain"]
    alt, data = re.fullmatch(
        r'<img alt="([^"]*)" src="data:image/png;base64,([^"]*)"[^>]*>', bundle["text/html"]
    ).groups()
    assert alt.replace("&#x27;", "'") == figure.alt
    png = base64.b64decode(data)
    assert len(png) < 90_000
    picture = np.asarray(Image.open(io.BytesIO(png)).convert("L"))
    assert picture.std() > 5 and picture.max() == 255


def test_the_page_that_nbconvert_makes_has_the_alt_text():
    nbconvert = pytest.importorskip("nbconvert")
    import nbformat

    figure = plots.image_grid(NOISE[:4], title='a "b" <c>')
    output = nbformat.v4.new_output("display_data", figure._repr_mimebundle_())
    cell = nbformat.v4.new_code_cell("1", outputs=[output])
    page, _ = nbconvert.HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    images = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, given: images.append(dict(given)) if tag == "img" else None
    parser.handle_startendtag = parser.handle_starttag
    parser.feed(page)
    (image,) = images
    assert image["alt"] == 'a "b" <c>: a grid of 4 images, 8 a row.'
    assert image["src"].startswith("data:image/png;base64,")


def test_tiles_lie_in_reading_order_with_black_and_white_where_they_belong():
    images = torch.stack([torch.full((1, 2, 2), v) for v in (-1.0, 1.0, 0.0, -5.0, 5.0)])
    sheet = plots.tile(images, 3)
    assert sheet.shape == (2 + plots.GAP + 2, 3 * 2 + 2 * plots.GAP, 3)
    step = 2 + plots.GAP
    corners = [int(sheet[(i // 3) * step, (i % 3) * step, 0]) for i in range(6)]
    assert corners[:2] == [0, 255] and corners[3:] == [0, 255, 255]
    assert abs(corners[2] - 127) < 8
    unit = plots.tile(torch.zeros(1, 3, 1, 1), 8, value_range=(0.0, 1.0))
    assert unit.max() == 0


@pytest.mark.parametrize("shape", [(4, 28, 28), (4, 2, 8, 8), (0, 1, 8, 8)])
def test_what_is_no_image_gets_a_sentence(shape):
    with pytest.raises(ValueError, match=re.escape(str(shape))):
        plots.image_grid(torch.zeros(shape))
    with pytest.raises(ValueError, match="columns"):
        plots.image_grid(NOISE, columns=0)


def test_a_history_without_snapshots_gets_a_sentence():
    with pytest.raises(ValueError, match="snapshot_every"):
        plots.snapshot_strip(History())


def test_losses_are_drawn_at_their_steps():
    (axes,) = plots.loss_curves(history(), window=1).axes
    raw_d, mean_d, raw_g, _ = axes.lines
    assert list(raw_d.get_xdata()[:3]) == [1, 2, 3] and list(raw_g.get_xdata()[:3]) == [2, 3, 5]
    assert raw_d.get_ydata()[1] == pytest.approx(1.395)
    np.testing.assert_allclose(mean_d.get_ydata(), raw_d.get_ydata())
    (axes,) = plots.loss_curves(history(), window=4).axes
    mean = axes.lines[1]
    assert mean.get_xdata()[0] == 4
    assert mean.get_ydata()[0] == pytest.approx(np.mean([1.4, 1.395, 1.39, 1.385]))


def test_show_needs_alt_text_and_renews_its_picture(monkeypatch):
    pytest.importorskip("IPython")
    shown = []

    class Handle:
        def update(self, bundle, raw):
            shown.append(bundle)

    monkeypatch.setattr(
        "IPython.display.display",
        lambda bundle, raw, display_id: (shown.append(bundle), Handle())[1],
    )
    with pytest.raises(ValueError, match="alternative text"):
        plots.show(Figure())
    handle = plots.show(Figure(), alt="one")
    assert plots.show(plots.image_grid(NOISE[:1], alt="two"), handle=handle) is handle
    assert [re.search('alt="(.*?)"', b["text/html"])[1] for b in shown] == ["one", "two"]
