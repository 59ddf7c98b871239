"""Captchas from files: an npz of labelled cells, or a folder of pictures named by their texts."""

from __future__ import annotations

import io
import warnings
import zipfile
import zlib
from pathlib import Path

import numpy as np
import torch

from gan_utils.data.captchas import ALPHABET, CELL, CHARACTERS, CaptchaSet
from gan_utils.data.files import DataError
from gan_utils.data.images import ImageSet
from gan_utils.data.notice import show_notice

SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp")
CELLS_ARE = (
    f"Expected: an npz file with `images`, uint8 (N, {CELL}, {CELL}), and `labels`, whole numbers "
    f"(N,) from 0 to {len(ALPHABET) - 1}, the place in {ALPHABET}."
)


def load_cells(path: str | Path) -> ImageSet:
    """Labelled cells from an npz file: images uint8 (N, 1, 20, 20), labels int64 (N,).

    The file holds `images`, uint8 (N, 20, 20), and `labels`, whole numbers (N,), each the place of
    a character in ALPHABET. save_cells writes such files.

    Raises DataError, which names the file, what was expected and what to do, if it is missing, no
    npz, truncated, holds pickled objects (never opened: they can run code), lacks an array, or an
    array has another type, shape or range.
    """
    path = Path(path)
    images, labels = _arrays(path)
    if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != (CELL, CELL):
        remedy = "Scale, convert or cut the pictures first."
        raise DataError(f"{path}: `images` is {images.dtype} {images.shape}. {CELLS_ARE} {remedy}")
    if len(images) == 0:
        raise DataError(f"{path} holds no cells. {CELLS_ARE}")
    if not np.issubdtype(labels.dtype, np.integer) or labels.shape != images.shape[:1]:
        raise DataError(
            f"{path}: `labels` is {labels.dtype} {labels.shape} beside {len(images)} images. "
            f"{CELLS_ARE} Give one label for each image."
        )
    outside = (labels < 0) | (labels >= len(ALPHABET))
    if outside.any():
        first = int(outside.argmax())
        raise DataError(
            f"{path}: {int(outside.sum())} labels lie outside the alphabet, the first at index "
            f"{first}: {labels[first]}. {CELLS_ARE} Correct them or leave those cells out."
        )
    return ImageSet(
        torch.from_numpy(images)[:, None].contiguous(),
        torch.from_numpy(labels.astype(np.int64)),
        name=path.name,
    )


def _arrays(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Images and labels of an npz file, whatever they are, or a DataError in words."""
    try:
        content = io.BytesIO(path.read_bytes())
    except FileNotFoundError:
        raise DataError(f"There is no file {path}. {CELLS_ARE} Check the path.") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}. {CELLS_ARE}") from None
    try:
        archive = np.load(content, allow_pickle=False)
        if isinstance(archive, np.ndarray):
            raise DataError(f"{path} is a single array. {CELLS_ARE} Write it with save_cells.")
        for name in ("images", "labels"):
            if name not in archive:
                held = ", ".join(archive.files) or "nothing"
                raise DataError(
                    f"{path} has no `{name}`, only {held}. {CELLS_ARE} Write it with save_cells."
                )
        return archive["images"], archive["labels"]
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        if "pickle" not in str(error):
            raise DataError(
                f"{path} is no npz file, or a damaged one ({error}). {CELLS_ARE} Get a good copy."
            ) from None
        raise DataError(
            f"{path} holds pickled Python objects, or is no npz file at all. Pickles are refused, "
            f"since opening one can run any program. {CELLS_ARE} Write it with save_cells."
        ) from None


def save_cells(path: str | Path, cells: ImageSet) -> None:
    """Write labelled cells (N, 1, 20, 20) to an npz file that load_cells reads.

    Raises ValueError if the cells have no labels or another size.
    """
    if cells.labels is None or cells.images.shape[1:] != (1, CELL, CELL):
        raise ValueError(
            f"save_cells takes labelled images (N, 1, {CELL}, {CELL}), but got {cells!r}."
        )
    with Path(path).open("wb") as file:  # a name without .npz stays as it is
        np.savez_compressed(
            file,
            images=cells.images[:, 0].cpu().numpy(),
            labels=cells.labels.cpu().numpy().astype(np.uint8),
        )


def load_captcha_folder(path: str | Path, skip_bad: bool = False) -> CaptchaSet:
    """A folder of captchas, 20 x 80 pictures named by their texts: "7GKX.png", "7GKX_3.jpg".

    What follows the first underscore, dot or hyphen of a name is free; small letters count as
    capitals. Pictures of any mode are turned grey; transparent parts count as white. Files of other
    kinds, hidden files and folders inside are left aside; the order is that of the names.

    Raises DataError if the folder is missing or holds no picture, or if a picture cannot be read,
    has another size, or a name whose text is none. With skip_bad such pictures are left out, with a
    notice that names them, as long as a good one remains.
    """
    folder = Path(path)
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        raise DataError(f"{folder} {what}. Expected: a folder of captchas. Check the path.")
    files = sorted(
        file
        for file in folder.iterdir()
        if file.suffix.lower() in SUFFIXES and file.is_file() and not file.name.startswith(".")
    )
    images, labels, bad = [], [], []
    for file in files:
        try:
            labels.append(_label(file))
            images.append(_grey(file))
        except DataError as error:
            if not skip_bad:
                raise
            del labels[len(images) :]
            bad.append(str(error))
    if bad:
        show_notice(f"{len(bad)} of {len(files)} captchas were left out", bad)
    if not images:
        raise DataError(
            f"{folder} holds no {'readable ' if bad else ''}captcha. Expected: pictures "
            f"({', '.join(SUFFIXES)}) of {CHARACTERS * CELL} x {CELL} pixels, named by their text, "
            "such as 7GKX.png."
        )
    stack = torch.from_numpy(np.stack(images))[:, None]
    return CaptchaSet(stack, torch.tensor(labels), name=folder.name)


def _label(file: Path) -> list[int]:
    """The four classes that a file's name tells."""
    text = file.name
    for mark in "._-":
        text = text.split(mark)[0]
    text = text.upper()
    if len(text) != CHARACTERS or any(character not in ALPHABET for character in text):
        raise DataError(
            f"{file} is not named by its text: {text!r} is not {CHARACTERS} characters of "
            f"{ALPHABET}. Rename it, for example to 7GKX.png or 7GKX_3.png."
        )
    return [ALPHABET.index(character) for character in text]


def _grey(file: Path) -> np.ndarray:
    """A picture as uint8 (20, 80): any mode, what is transparent white."""
    from PIL import Image, UnidentifiedImageError

    try:
        # Pillow warns of odd palettes and of far too large pictures: neither is the reader's fault.
        with warnings.catch_warnings(action="ignore"), Image.open(file) as picture:
            width, height = picture.size
            if (width, height) != (CHARACTERS * CELL, CELL):
                raise DataError(
                    f"{file} has {width} x {height} pixels (width x height), expected "
                    f"{CHARACTERS * CELL} x {CELL}. Cut or scale it to that size."
                )
            return _as_grey(picture)
    except (OSError, SyntaxError, ValueError, EOFError, UnidentifiedImageError) as error:
        raise DataError(
            f"{file} cannot be read as a picture ({error}). Expected: a captcha of "
            f"{CHARACTERS * CELL} x {CELL} pixels. Replace it, or pass skip_bad=True to go on "
            "without it."
        ) from None


def _as_grey(picture: object) -> np.ndarray:
    """The pixels of an open Pillow image as grey bytes, laid on white."""
    from PIL import Image

    if picture.mode.startswith(("I", "F")):  # 16 bits or floats: Pillow would clip, not scale
        values = np.asarray(picture, dtype=np.float64)
        top = 65535.0 if values.max() > 255 else 255.0
        return np.round(values.clip(0, top) * (255 / top)).astype(np.uint8)
    coloured = picture.convert("RGBA")
    white = Image.new("RGBA", coloured.size, "white")
    return np.asarray(Image.alpha_composite(white, coloured).convert("L")).copy()
