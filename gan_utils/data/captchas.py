"""Captchas drawn from fonts, in the manner of those that the thesis read from its university.

The real ones, as 2,000 of their cells show them: a picture of 20 x 80 pixels with four characters;
a bold sans face without grey edges; each character in a dark shade of its own, turned by one of a
few fixed angles about the middle of its cell; wide ones reach into the neighbour's cell, where a
slice of them stays when the picture is cut into four; pixels brighter than 140 made white; each
cell then saved as a JPEG. Digits come four times as often as letters. The numbers below were
measured on those cells.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from gan_utils.data.arguments import whole_number
from gan_utils.data.images import ImageSet
from gan_utils.data.jpeg import jpeg

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0, 1, I and O
DIGITS = sum(character.isdigit() for character in ALPHABET)
LETTERS = len(ALPHABET) - DIGITS
CELL = 20  # pixels: a cell is CELL x CELL
CHARACTERS = 4  # of a captcha, side by side
THRESHOLD = 140  # brighter pixels become white
QUALITY = 75  # of the JPEG

CHUNK = 500  # captchas drawn at once; whole chunks, so that the first n never depend on n
DIGIT_WEIGHT = 4  # a digit comes this many times as often as a letter

# The text starts at ORIGIN in its cell, the left end of the baseline, and turns about the cell's
# middle by so many degrees clockwise; beside each angle how many glyphs in a hundred have it.
ORIGIN = (5.85, 16.2)
ANGLES = {40: 18, 18: 12, 10: 20, 5: 13, -5: 7, -10: 15, -18: 8, -38: 7}
CAPITALS = 14.9  # height of a capital letter, in pixels
REACH = 6  # pixels by which a glyph may reach into the cells beside its own

# No face of ours is theirs. A glyph is drawn between a regular and a bold face, as far from the
# first as BOLD says; what is narrower or wider in theirs is made so; and each one is turned,
# stretched and bent a little more, so that who reads them learns characters and not one face.
FACES = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
BOLD = (0.3, 0.65)
WIDTHS_AND_SHIFTS = {  # how wide theirs are, as a share of ours; how far to the right, in pixels
    (0.85, 0.0): "S",
    (0.90, -0.5): "W",
    (0.90, 0.0): "BRZ",
    (0.90, 0.5): "38V",
    (0.95, -0.5): "X",
    (0.95, 0.0): "2EFGKPU",
    (1.00, -0.5): "6HMN",
    (1.00, 0.0): "459ADQY",
    (1.05, 0.0): "T",
    (1.05, 1.5): "J",
    (1.10, -0.5): "CL",
    (1.15, -1.5): "7",
}
LEVEL, LEVEL_STD = 0.53, 0.04  # where ink begins on a map of blurred ink
TURN_STD, STRETCH_STD = 1.5, 0.03  # degrees, and a share
WOBBLE_STD = 0.4  # pixels by which each of 4 x 4 points of a glyph is moved

BRIGHTEST = 100.0  # red, green and blue of a glyph are drawn between 0 and this
GREY = (0.299, 0.587, 0.114)  # how bright the eye finds red, green and blue (ITU-R BT.601)
GRAIN = 9.4  # standard deviation of the pixels within a glyph, before the JPEG adds its own
SPECKS, SPECK = 1.4e-4, 130.0  # share of pixels that are specks, and their grey

FINE = 4  # a glyph's map has FINE x FINE points a pixel
MAP_SIDE = 28  # and covers so many pixels
MAP_BEFORE = 8  # of which so many lie left of the point about which it turns; half lie above it
BLUR = 0.5  # standard deviation, pixels


@dataclass(frozen=True, eq=False)
class CaptchaSet:
    """Captchas and what they say.

    images    uint8 (N, 1, 20, 80), 0 black to 255 white
    labels    int64 (N, 4), indices into ALPHABET
    name      what they are, for titles and messages
    rendered  True if this project drew them
    """

    images: Tensor
    labels: Tensor
    name: str
    rendered: bool = False

    def __len__(self) -> int:
        """How many captchas there are."""
        return len(self.images)

    def __repr__(self) -> str:
        """Name and shape: the bytes themselves tell a reader nothing."""
        return f"CaptchaSet({self.name!r}, {tuple(self.images.shape)})"

    @property
    def texts(self) -> list[str]:
        """What each captcha says: "7GKX"."""
        return ["".join(ALPHABET[i] for i in row) for row in self.labels.tolist()]

    def cells(self) -> ImageSet:
        """All cells in reading order: images (4N, 1, 20, 20), labels (4N,)."""
        images = cut_cells(self.images)
        return ImageSet(images, self.labels.flatten(), f"cells of {self.name}", self.rendered)


def rendered_captchas(n: int, seed: int = 0) -> CaptchaSet:
    """n captchas: images uint8 (n, 1, 20, 80), labels int64 (n, 4), indices into ALPHABET.

    Dark on white. The same n and seed give the same bytes on one machine, and a smaller n gives the
    first of them.

    Raises ValueError if n is not a whole number of at least 1 or the seed not one of at least 0.
    """
    cells, labels = _drawn_cells(whole_number("The number of captchas", n), seed)
    images = cells.transpose(1, 2).flatten(2).unsqueeze(1)  # the four cells side by side
    return CaptchaSet(images, labels, name="rendered captchas", rendered=True)


def rendered_cells(n: int, seed: int = 0) -> ImageSet:
    """The first n cells of rendered captchas: images uint8 (n, 1, 20, 20), labels int64 (n,).

    Raises ValueError as rendered_captchas does.
    """
    n = whole_number("The number of cells", n)
    cells, labels = _drawn_cells(-(-n // CHARACTERS), seed)
    images = cells.flatten(0, 1)[:n].unsqueeze(1)
    return ImageSet(images, labels.flatten()[:n], "cells of rendered captchas", rendered=True)


def cut_cells(images: Tensor) -> Tensor:
    """Captchas (N, C, 20, 80) cut into cells (4N, C, 20, 20), in reading order: a copy.

    Raises ValueError if the pictures have another size.
    """
    if images.ndim != 4 or images.shape[2:] != (CELL, CHARACTERS * CELL):
        raise ValueError(
            f"Captchas have shape (N, C, {CELL}, {CHARACTERS * CELL}), but these have "
            f"{tuple(images.shape)}."
        )
    return torch.stack(images.split(CELL, dim=3), dim=1).flatten(0, 1)


def _drawn_cells(n: int, seed: int) -> tuple[Tensor, Tensor]:
    """The cells of n captchas, uint8 (n, 4, 20, 20), and their labels, int64 (n, 4)."""
    generator = torch.Generator().manual_seed(whole_number("The seed", seed, at_least=0))
    chunks = [_draw_chunk(generator) for _ in range(-(-n // CHUNK))]
    cells, labels = (torch.cat(parts)[:n] for parts in zip(*chunks, strict=True))
    return cells, labels


def _draw_chunk(generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """CHUNK captchas, as cells: uint8 (CHUNK, 4, 20, 20), and their labels, int64 (CHUNK, 4)."""
    shape = (CHUNK, CHARACTERS)
    weights = torch.tensor([DIGIT_WEIGHT] * DIGITS + [1.0] * LETTERS)
    labels = torch.multinomial(weights, math.prod(shape), replacement=True, generator=generator)
    ink = _draw_glyphs(labels, generator).view(*shape, CELL, REACH + CELL + REACH)
    colour = torch.rand(*shape, len(GREY), generator=generator) * BRIGHTEST
    shade = (colour @ torch.tensor(GREY)).view(*shape, 1, 1)
    grain = GRAIN * torch.randn(ink.shape, generator=generator)
    glyphs = torch.where(ink, (shade + grain).clamp_(0, THRESHOLD), 255.0)

    before, own, after = glyphs.split((REACH, CELL, REACH), dim=3)
    cells = own.clone()
    cells[:, 1:, :, :REACH] = torch.minimum(cells[:, 1:, :, :REACH], after[:, :-1])
    cells[:, :-1, :, -REACH:] = torch.minimum(cells[:, :-1, :, -REACH:], before[:, 1:])
    speck = torch.rand(cells.shape, generator=generator)
    cells[speck < SPECKS] = SPECK
    cells[cells > THRESHOLD] = 255
    saved = jpeg(cells.round_().to(torch.uint8).view(-1, 1, CELL, CELL), QUALITY)
    return saved.view(*cells.shape), labels.view(shape)


def _draw_glyphs(labels: Tensor, generator: torch.Generator) -> Tensor:
    """Where each glyph has ink, in its cell and REACH pixels beside it: bool (N, 20, 32)."""
    n = len(labels)

    def normal(mean: float, std: float, *shape: int) -> Tensor:
        return mean + std * torch.randn(n, *shape, generator=generator).clamp_(-2.5, 2.5)

    shares = torch.tensor(list(ANGLES.values()), dtype=torch.float32)
    turn = torch.tensor(list(ANGLES), dtype=torch.float32)[
        torch.multinomial(shares, n, replacement=True, generator=generator)
    ]
    turn = torch.deg2rad(turn + normal(0, TURN_STD))
    # Reading backwards, from a pixel of the picture to a point of the upright glyph.
    cos, sin = turn.cos(), turn.sin()
    back = torch.stack([cos, sin, -sin, cos], dim=1).view(n, 2, 2) / normal(1, STRETCH_STD, 2, 1)
    middle = CELL / 2
    down, across = torch.meshgrid(
        torch.arange(CELL) + 0.5 - middle,
        torch.arange(-REACH, CELL + REACH) + 0.5 - middle,
        indexing="ij",
    )
    pixels = torch.stack([across.flatten(), down.flatten()])  # (2, 640)
    wobble = F.interpolate(normal(0, WOBBLE_STD, 2, 4, 4), (CELL, CELL + 2 * REACH), mode="bicubic")
    x, y = (back @ (pixels - wobble.flatten(2))).unbind(1)

    # The maps lie in one column: what is outside a map moves to its blank edge, not to the next.
    half = MAP_SIDE / 2
    x = (x + MAP_BEFORE - half).clamp_(1 - half, half - 1) / half
    y = y.clamp_(1 - half, half - 1) + MAP_SIDE * (labels[:, None] + 0.5)
    y = y * (2 / (MAP_SIDE * len(ALPHABET))) - 1
    regular, bold = F.grid_sample(_maps(), torch.stack([x, y], 2)[None], align_corners=False)[0]
    low, high = BOLD
    weight = low + (high - low) * torch.rand(n, 1, generator=generator)
    ink = torch.lerp(regular, bold, weight) > normal(LEVEL, LEVEL_STD, 1)
    return ink.view(n, CELL, -1)


@functools.cache
def _maps() -> Tensor:
    """The maps of all glyphs, one below the other, regular and bold: (1, 2, rows, columns)."""
    maps = np.concatenate([_glyph_maps(character) for character in ALPHABET], axis=1)
    return torch.from_numpy(maps)[None]


def _glyph_maps(character: str) -> np.ndarray:
    """Blurred ink of a glyph in both faces, 0 to 1: float32 (2, S, S), S = MAP_SIDE * FINE.

    Both are stretched to the same box, so that all between them is a glyph too.
    """
    # Imported here: only those who draw captchas wait for matplotlib and Pillow.
    import matplotlib
    from PIL import Image, ImageDraw, ImageFilter, ImageFont

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    fonts = []
    for face in FACES:
        em = 1000
        height = -ImageFont.truetype(str(folder / face), em).getbbox("H", anchor="ls")[1]
        fonts.append(ImageFont.truetype(str(folder / face), CAPITALS * FINE * em / height))
    boxes = np.array([font.getbbox(character, anchor="ls") for font in fonts])
    left, top, right, bottom = boxes.mean(axis=0)
    wide, shift = next(key for key, who in WIDTHS_AND_SHIFTS.items() if character in who)

    side = MAP_SIDE * FINE
    x = round((MAP_BEFORE + ORIGIN[0] - CELL / 2 + shift) * FINE + left * wide)
    y = round((MAP_SIDE / 2 + ORIGIN[1] - CELL / 2) * FINE + top)
    size = round((right - left) * wide), round(bottom - top)
    sheets = []
    for font, box in zip(fonts, boxes, strict=True):
        glyph = Image.new("L", (box[2] - box[0], box[3] - box[1]))
        ImageDraw.Draw(glyph).text((-box[0], -box[1]), character, font=font, fill=255, anchor="ls")
        sheet = Image.new("L", (side, side))
        sheet.paste(glyph.resize(size), (x, y))
        sheets.append(np.asarray(sheet.filter(ImageFilter.GaussianBlur(BLUR * FINE))))
    return np.stack(sheets).astype(np.float32) / 255
