"""Drawings say in words what they show, and nothing of them is cut off."""

from gan_utils import diagrams


def test_the_game_has_alternative_text_and_stays_inside_its_frame():
    figure = diagrams.gan_game()
    assert "generator" in figure.alt and "discriminator" in figure.alt
    figure.canvas.draw()
    frame = figure.bbox
    for artist in [*figure.axes[0].patches, *figure.axes[0].texts]:
        box = artist.get_window_extent()
        assert frame.x0 <= box.x0 and box.x1 <= frame.x1
        assert frame.y0 <= box.y0 and box.y1 <= frame.y1
