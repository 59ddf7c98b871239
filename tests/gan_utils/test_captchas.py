"""Rendered captchas: repeatable, cut in order, and in the manner of the real ones."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from gan_utils.data import ALPHABET, cut_cells, rendered_captchas, rendered_cells
from gan_utils.data.captchas import CHUNK
from gan_utils.data.jpeg import jpeg


@pytest.fixture(scope="module")
def captchas():
    return rendered_captchas(CHUNK + 1)


@pytest.fixture(scope="module")
def cells():
    return rendered_cells(4_000)


def test_shapes_and_types(captchas):
    n = CHUNK + 1
    assert captchas.images.shape == (n, 1, 20, 80) and captchas.images.dtype == torch.uint8
    assert captchas.labels.shape == (n, 4) and captchas.labels.dtype == torch.int64
    assert captchas.rendered and len(captchas) == n
    assert len(captchas.texts[0]) == 4 and set("".join(captchas.texts)) <= set(ALPHABET)


def test_the_alphabet_has_no_characters_that_look_alike():
    assert len(set(ALPHABET)) == 32 and not set("01IO") & set(ALPHABET)


def test_the_same_bytes_again_and_the_first_of_a_larger_set(captchas):
    for n in (1, CHUNK):
        fewer = rendered_captchas(n)
        assert torch.equal(fewer.images, captchas.images[:n])
        assert torch.equal(fewer.labels, captchas.labels[:n])


def test_another_seed_gives_other_captchas(captchas):
    other = rendered_captchas(100, seed=1)
    assert (other.labels != captchas.labels[:100]).float().mean() > 0.8
    assert (other.images != captchas.images[:100]).flatten(1).any(dim=1).all()


def test_the_global_stream_is_spared():
    before = torch.get_rng_state()
    rendered_captchas(1)
    assert torch.equal(torch.get_rng_state(), before)


def test_cells_are_the_captchas_in_reading_order(captchas):
    cut = cut_cells(captchas.images)
    assert cut.shape == (4 * len(captchas), 1, 20, 20)
    for n in (1, 3, 2_001):
        cells = rendered_cells(n)
        assert torch.equal(cells.images, cut[:n])
        assert torch.equal(cells.labels, captchas.labels.flatten()[:n])
    whole = captchas.cells()
    assert torch.equal(whole.images, cut) and torch.equal(whole.labels, captchas.labels.flatten())
    assert torch.equal(cut[5, :, 3, 7], captchas.images[1, :, 3, 27])


def test_cutting_keeps_type_and_channels_and_copies():
    images = torch.arange(2 * 3 * 20 * 80.0).view(2, 3, 20, 80)
    cut = cut_cells(images)
    assert cut.shape == (8, 3, 20, 20) and cut.dtype == torch.float32
    cut.zero_()
    assert images[0, 0, 0, 1] == 1


@pytest.mark.parametrize("shape", [(20, 80), (1, 20, 80), (2, 1, 80, 20), (2, 1, 20, 84)])
def test_other_sizes_are_not_cut(shape):
    with pytest.raises(ValueError, match=r"shape \(N, C, 20, 80\)"):
        cut_cells(torch.zeros(shape))


def test_digits_come_four_times_as_often(cells):
    counts = torch.bincount(cells.labels, minlength=32).float()
    assert counts[:8].sum().item() / len(cells) == pytest.approx(32 / 56, abs=5 * 0.0078)
    assert counts[:8].min() > 2 * counts[8:].max()


# Measured once on 2,000 real cells, so that this test needs no data.
def test_ink_is_like_the_real_ones(cells):
    pixels = cells.images.float()
    dark = pixels < 140
    assert dark.float().mean().item() == pytest.approx(0.199, abs=0.012)
    shades = torch.stack([cell[cell < 140].median() for cell in pixels])
    assert shades.mean().item() == pytest.approx(49.2, abs=3)
    assert shades.std().item() == pytest.approx(19.3, abs=2)
    grain = torch.stack([cell[cell < 140].std() for cell in pixels])
    assert grain.mean().item() == pytest.approx(13.8, abs=0.7)


def test_paper_is_like_the_real_one(cells):
    paper = cells.images[cells.images > 200].float()
    assert paper.mean().item() == pytest.approx(252.6, abs=0.3)
    assert (paper == 255).float().mean().item() == pytest.approx(0.70, abs=0.02)
    between = ((cells.images > 110) & (cells.images < 200)).float().mean().item()
    assert between == pytest.approx(0.0008, abs=0.0004)  # specks, and little else


def test_glyphs_lie_where_the_real_ones_lie(cells):
    dark = (cells.images[:, 0] < 140).float()
    columns, rows = dark.mean(dim=(0, 1)), dark.mean(dim=(0, 2))
    pixel, total = torch.arange(20.0), dark.mean(dim=(1, 2)).mean() * 20
    assert (columns * pixel).sum().item() / total == pytest.approx(11.8, abs=0.3)
    assert (rows * pixel).sum().item() / total == pytest.approx(8.55, abs=0.3)
    assert columns[0] > 1.5 * columns[2]  # slices of the neighbour on the left
    assert rows[18:].max() < 0.04


def test_the_first_cell_has_no_neighbour_on_its_left(captchas):
    dark = (captchas.images[:, 0] < 140).float()
    assert dark[:, :, 0].mean() < 0.2 * dark[:, :, 20].mean()


def test_a_character_looks_like_its_label(cells):
    """Most pictures are nearer to the mean of their own class than to any other mean."""
    x = cells.images.flatten(1).float()
    means = torch.stack([x[:3_000][cells.labels[:3_000] == k].mean(dim=0) for k in range(32)])
    read = torch.cdist(x[3_000:], means).argmin(dim=1)
    assert (read == cells.labels[3_000:]).float().mean() > 0.6


@pytest.mark.parametrize("draw", [rendered_captchas, rendered_cells])
@pytest.mark.parametrize(("n", "seed"), [(0, 0), (2.5, 0), (True, 0), (1, -1), (1, None)])
def test_wrong_arguments_are_named(draw, n, seed):
    with pytest.raises(ValueError, match=r"must be a whole number of at least [01], but is"):
        draw(n, seed)


@pytest.mark.parametrize("size", [(16, 16), (20, 20), (20, 80), (5, 9)])
@pytest.mark.parametrize("quality", [30, 75, 90])
def test_jpeg_does_what_a_file_does(size, quality):
    """Up to rounding: an amplitude halfway between two steps may go either way."""
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(256, (20, 1, *size), generator=generator, dtype=torch.uint8)
    saved = []
    for image in images:
        file = io.BytesIO()
        Image.fromarray(image[0].numpy()).save(file, "jpeg", quality=quality)
        saved.append(torch.from_numpy(np.array(Image.open(file)))[None])
    theirs = torch.stack(saved).float()
    ours = jpeg(images, quality).float()
    assert (ours - theirs).abs().mean() < 0.2 * (images - theirs).abs().mean()


@pytest.mark.parametrize(
    ("images", "quality", "reason"),
    [
        (torch.zeros(1, 1, 8, 8), 75, "uint8"),
        (torch.zeros(8, 8, dtype=torch.uint8), 75, "uint8 tensor"),
        (torch.zeros(1, 3, 8, 8, dtype=torch.uint8), 75, "uint8 tensor"),
        (torch.zeros(1, 1, 8, 8, dtype=torch.uint8), 0, "between 1 and 100"),
    ],
)
def test_what_jpeg_refuses(images, quality, reason):
    with pytest.raises(ValueError, match=reason):
        jpeg(images, quality)
