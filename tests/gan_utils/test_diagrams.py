"""Drawings say in words what they show, and nothing of them is cut off."""

import pytest

from gan_utils import diagrams


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (diagrams.gan_game, ("generator", "discriminator")),
        (diagrams.one_neuron, ("weights", "bias", "activation")),
        (diagrams.bias_three_ways, ("vector is added", "1 is appended", "arrow from that 1")),
        (diagrams.chain_rule, ("Forwards", "Backwards", "gradient")),
    ],
)
def test_a_drawing_has_alternative_text_and_stays_inside_its_frame(draw, words):
    figure = draw()
    assert all(word in figure.alt for word in words)
    figure.canvas.draw()
    frame = figure.bbox
    artists = [artist for axes in figure.axes for artist in [*axes.patches, *axes.texts]]
    assert artists
    for artist in artists:
        box = artist.get_window_extent()
        assert frame.x0 <= box.x0 and box.x1 <= frame.x1
        assert frame.y0 <= box.y0 and box.y1 <= frame.y1
