"""Digits drawn from fonts: a stand-in of MNIST's shape and type when MNIST cannot be had.

A handful of printed digits, from the fonts that matplotlib carries, are thinned once to their
centre lines, and kept as maps of the distance to that line. One picture is such a map looked up
through a random smooth deformation, with ink wherever the line is nearer than half a pen's width: a
printed digit traced by hand. All pictures of a chunk are drawn by the same few tensor operations,
so 60,000 take seconds.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from gan_utils.data.arguments import whole_number
from gan_utils.data.images import ImageSet

SIDE = 28  # pixels of a picture
PIXEL = 2 / SIDE  # one pixel in the coordinates of grid_sample, which run from -1 to 1
BOX = 18.0  # MNIST fits a digit into 20 x 20 of them; a pen as wide as ours adds the rest
CHUNK = 2_000  # pictures drawn at once; whole chunks, so that the first n never depend on n

# Round, plain faces: a pen leaves neither the heavy serifs nor the dotted zero of the others.
FONTS = (
    "DejaVuSans.ttf",
    "DejaVuSans-Oblique.ttf",
    "STIXGeneral.ttf",
    "STIXGeneralItalic.ttf",
    "cmr10.ttf",
    "cmss10.ttf",
    "cmti10.ttf",
)
# A one is most often written as a bare stroke, which these faces draw as an l.
STROKE_FONTS = ("DejaVuSans.ttf", "cmss10.ttf")

FINE = 4  # a glyph is drawn at FINE times the resolution before it is thinned
MAP_SIDE = 42  # and its distance map keeps MAP_SIDE x MAP_SIDE points
PEN, PEN_STD = 1.28, 0.33  # half the width of a stroke, in pixels
EDGE = 1.2  # pixels over which the edge of a stroke fades


def rendered_digits(n: int, seed: int = 0) -> ImageSet:
    """n digits drawn from fonts, labels uniform over 0..9: images (n, 1, 28, 28), labels (n,).

    Light on dark, centred by mass and about as much ink as MNIST (mean about 0.13 of full white).
    The same n and seed give the same bytes on one machine, and a smaller n gives the first of them.

    Raises ValueError if n is not a whole number of at least 1 or the seed not one of at least 0.
    """
    n = whole_number("The number of digits", n)
    generator = torch.Generator().manual_seed(whole_number("The seed", seed, at_least=0))
    chunks = [_draw_chunk(generator) for _ in range(-(-n // CHUNK))]
    images, labels = (torch.cat(parts)[:n] for parts in zip(*chunks, strict=True))
    return ImageSet(images, labels, name="rendered digits", rendered=True)


def _draw_chunk(generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """CHUNK pictures: images uint8 (CHUNK, 1, 28, 28) and labels int64 (CHUNK,)."""
    glyphs, first, count = _glyphs()
    labels = torch.randint(10, (CHUNK,), generator=generator)
    pick = torch.rand(CHUNK, generator=generator)
    chosen = glyphs[first[labels] + (pick * count[labels]).long()]

    distance = F.grid_sample(
        chosen, _deformation(generator), padding_mode="border", align_corners=False
    )
    # Half the width of the stroke in pixels. The edge falls linearly from full ink to none.
    pen = (PEN + PEN_STD * torch.randn(CHUNK, generator=generator)).clamp_(0.7, 2.3)
    ink = (0.5 + (pen.view(-1, 1, 1, 1) - distance) / EDGE).clamp_(0, 1)
    return (ink * 255).round_().to(torch.uint8), labels


def _deformation(generator: torch.Generator) -> Tensor:
    """Where each pixel of CHUNK pictures looks into its glyph: (CHUNK, 28, 28, 2) in [-1, 1].

    Slant, turn, size and place of the whole digit, and on top a smooth wobble of the hand (the
    elastic distortion of Simard et al. 2003, on a coarse grid instead of a blurred fine one).
    """

    def normal(mean: float, std: float, *shape: int) -> Tensor:
        return mean + std * torch.randn(CHUNK, *shape, generator=generator).clamp_(-2.5, 2.5)

    turn, slant = normal(0, 0.09), normal(0.16, 0.2)
    wide, tall = normal(1.05, 0.14), normal(0.98, 0.05)
    cos, sin = torch.cos(turn), torch.sin(turn)
    # Reading backwards, from the picture into the glyph: undo the turn, then slant, then size.
    across = torch.stack([(cos - slant * sin) / wide, (sin + slant * cos) / wide], dim=1)
    down = torch.stack([-sin / tall, cos / tall], dim=1)
    affine = torch.stack([across, down], dim=1)  # (CHUNK, 2, 2)
    # MNIST's centre of mass is pixel (14, 14), half a pixel below and right of the middle.
    shift = normal(-0.5, 0.2, 2, 1) * PIXEL
    theta = torch.cat([affine, shift], dim=2)
    grid = F.affine_grid(theta, [CHUNK, 1, SIDE, SIDE], align_corners=False)

    wobble = normal(0, 0.9, 2, 5, 5) * PIXEL
    smooth = F.interpolate(wobble, size=(SIDE, SIDE), mode="bicubic", align_corners=True)
    return grid + smooth.permute(0, 2, 3, 1)


@functools.cache
def _glyphs() -> tuple[Tensor, Tensor, Tensor]:
    """Distance maps (G, 1, MAP_SIDE, MAP_SIDE) of all glyphs, and where those of a digit lie.

    The other two, (10,) each, are the index of a digit's first glyph and how many it has.
    """
    texts = [[(str(digit), font) for font in FONTS] for digit in range(10)]
    texts[1] += [("l", font) for font in STROKE_FONTS] * 6  # most ones are a bare stroke
    masks = np.stack([_glyph_mask(*glyph) for digit in texts for glyph in digit])
    lines = _centre_lines(torch.from_numpy(masks))
    maps = torch.stack([_distance_map(line) for line in lines])
    count = torch.tensor([len(digit) for digit in texts])
    return maps[:, None], count.cumsum(0) - count, count


def _glyph_mask(text: str, font_file: str) -> np.ndarray:
    """True where a printed glyph has ink: (SIDE * FINE, SIDE * FINE), its box in the middle."""
    # Imported here: only those who draw digits wait for matplotlib and Pillow.
    import matplotlib
    from PIL import Image, ImageDraw, ImageFont

    side = SIDE * FINE
    path = str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / font_file)
    left, top, right, bottom = ImageFont.truetype(path, side).getbbox(text)
    font = ImageFont.truetype(path, round(side * BOX * FINE / max(right - left, bottom - top)))
    left, top, right, bottom = font.getbbox(text)
    sheet = Image.new("L", (side, side))
    corner = ((side - left - right) // 2, (side - top - bottom) // 2)
    ImageDraw.Draw(sheet).text(corner, text, font=font, fill=255)
    return np.asarray(sheet) > 127


def _centre_lines(ink: Tensor) -> Tensor:
    """Glyphs (G, S, S) of bool thinned to lines of one pixel (Zhang and Suen 1984).

    A pixel goes if it lies on the rim, ends no line and holds no two parts together.
    """
    ink = ink.clone()
    while True:
        before = ink.sum()
        for first_half in (True, False):
            # The eight neighbours, clockwise from the one above (the paper's P2 .. P9).
            steps = [(1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1)]
            around = torch.stack([ink.roll(step, dims=(1, 2)) for step in steps])
            north, east, south, west = around[0::2]
            neighbours = around.sum(dim=0, dtype=torch.uint8)
            runs = (~around & around.roll(-1, dims=0)).sum(dim=0, dtype=torch.uint8)
            if first_half:
                kept = (north & east & south) | (east & south & west)
            else:
                kept = (north & east & west) | (north & south & west)
            ink &= ~((neighbours >= 2) & (neighbours <= 6) & (runs == 1) & ~kept)
        if ink.sum() == before:
            return ink


def _distance_map(line: Tensor) -> Tensor:
    """Distance to a line (S, S) at MAP_SIDE x MAP_SIDE points, in pixels of the final picture.

    The map is centred on the line's centre of mass, as MNIST's digits are.
    """
    line_points = line.nonzero().float()
    line_points -= line_points.mean(dim=0)
    axis = ((torch.arange(MAP_SIDE) + 0.5) / MAP_SIDE - 0.5) * len(line)
    distance = torch.cdist(
        torch.cartesian_prod(axis, axis),
        line_points,
        compute_mode="donot_use_mm_for_euclid_dist",  # the fast way loses digits near zero
    )
    return distance.amin(dim=1).view(MAP_SIDE, MAP_SIDE) / FINE
