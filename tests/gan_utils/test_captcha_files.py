"""Captchas from files: good ones as they are, bad ones named, with what to do."""

import numpy as np
import pytest
import torch
from PIL import Image

from gan_utils.data import (
    ALPHABET,
    DataError,
    load_captcha_folder,
    load_cells,
    rendered_captchas,
    rendered_cells,
    save_cells,
)

IMAGES = np.full((3, 20, 20), 255, np.uint8)
LABELS = np.array([0, 5, 31], np.uint8)


@pytest.fixture
def write(tmp_path):
    """Write an npz of the given arrays and return its path."""

    def write_npz(**arrays):
        path = tmp_path / "cells.npz"
        np.savez(path, **arrays)
        return path

    return write_npz


@pytest.fixture
def folder(tmp_path):
    """A folder of three good captchas, and what they are."""
    captchas = rendered_captchas(3)
    for image, text in zip(captchas.images, captchas.texts, strict=True):
        Image.fromarray(image[0].numpy()).save(tmp_path / f"{text}.png")
    return tmp_path


def test_cells_come_back_as_they_were_saved(tmp_path):
    cells = rendered_cells(10)
    save_cells(tmp_path / "some", cells)
    loaded = load_cells(tmp_path / "some")
    assert torch.equal(loaded.images, cells.images) and torch.equal(loaded.labels, cells.labels)
    assert loaded.name == "some" and not loaded.rendered


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.int64, np.uint64])
def test_labels_of_any_whole_type(write, dtype):
    cells = load_cells(write(images=IMAGES, labels=LABELS.astype(dtype)))
    assert cells.labels.tolist() == [0, 5, 31] and cells.labels.dtype == torch.int64
    assert cells.images.shape == (3, 1, 20, 20)


@pytest.mark.parametrize(
    ("arrays", "reason"),
    [
        ({"images": IMAGES}, "has no `labels`, only images"),
        ({"labels": LABELS}, "has no `images`, only labels"),
        ({"images": IMAGES[:, :, :19], "labels": LABELS}, r"`images` is uint8 \(3, 20, 19\)"),
        ({"images": IMAGES[:, None], "labels": LABELS}, r"`images` is uint8 \(3, 1, 20, 20\)"),
        ({"images": IMAGES / 255, "labels": LABELS}, "`images` is float64"),
        ({"images": IMAGES[:0], "labels": LABELS[:0]}, "holds no cells"),
        ({"images": IMAGES, "labels": LABELS[:2]}, r"`labels` is uint8 \(2,\) beside 3 images"),
        ({"images": IMAGES, "labels": LABELS / 1.0}, "`labels` is float64"),
        ({"images": IMAGES, "labels": LABELS + 1}, "1 labels lie outside .* index 2: 32"),
        ({"images": IMAGES, "labels": LABELS - np.int64(1)}, "outside .* index 0: -1"),
        ({"images": IMAGES, "labels": np.array(["2", "7", "Z"])}, "`labels` is <U1"),
        ({"images": IMAGES, "labels": np.array([1, 2, 3], object)}, "pickled"),
    ],
)
def test_wrong_cells_are_named(write, arrays, reason):
    path = write(**arrays)
    with pytest.raises(DataError, match=reason) as caught:
        load_cells(path)
    assert str(path) in str(caught.value) and "Expected: an npz file" in str(caught.value)


def test_a_pickle_is_never_opened(tmp_path):
    class Trap:
        def __reduce__(self):
            return (tmp_path.joinpath("sprung").touch, ())

    np.savez(tmp_path / "trap.npz", images=IMAGES, labels=np.array([Trap()] * 3, object))
    with pytest.raises(DataError, match="Pickles are refused"):
        load_cells(tmp_path / "trap.npz")
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"hello, I am text", b"\x80\x04N."])
def test_files_that_are_no_npz(tmp_path, content):
    path = tmp_path / "cells.npz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"cells\.npz .*Expected: an npz file"):
        load_cells(path)


def test_missing_truncated_single_array_and_folder(tmp_path, write):
    with pytest.raises(DataError, match="There is no file"):
        load_cells(tmp_path / "absent.npz")
    np.save(tmp_path / "one.npy", IMAGES)
    with pytest.raises(DataError, match="single array"):
        load_cells(tmp_path / "one.npy")
    with pytest.raises(DataError, match="cannot be read: Is a directory"):
        load_cells(tmp_path)
    whole = write(images=IMAGES, labels=LABELS).read_bytes()
    for size in (100, len(whole) // 2, len(whole) - 10):
        (tmp_path / "part.npz").write_bytes(whole[:size])
        with pytest.raises(DataError, match=r"part\.npz"):
            load_cells(tmp_path / "part.npz")


def test_flipped_bytes_are_noticed(tmp_path, write):
    content = bytearray(write(images=IMAGES, labels=LABELS).read_bytes())
    content[len(content) // 3] ^= 0xFF
    (tmp_path / "flipped.npz").write_bytes(content)
    with pytest.raises(DataError, match=r"flipped\.npz"):
        load_cells(tmp_path / "flipped.npz")


def test_only_labelled_cells_can_be_saved(tmp_path):
    with pytest.raises(ValueError, match="save_cells takes labelled images"):
        save_cells(tmp_path / "some", rendered_captchas(1))


def test_a_folder_is_read_in_the_order_of_its_names(folder):
    drawn, read = rendered_captchas(3), load_captcha_folder(folder)
    order = sorted(range(3), key=lambda i: drawn.texts[i])
    assert torch.equal(read.images, drawn.images[order])
    assert read.texts == sorted(drawn.texts) and not read.rendered
    assert read.cells().labels.tolist() == read.labels.flatten().tolist()


@pytest.mark.parametrize(
    "name", ["7GKX.png", "7gkx.PNG", "7GKX_3.jpg", "7GKX-4.jpeg", "7GKX.copy.bmp", "7GKX_a.b.gif"]
)
def test_names(tmp_path, name):
    Image.new("L", (80, 20), 200).save(tmp_path / name)
    assert load_captcha_folder(tmp_path).texts == ["7GKX"]


@pytest.mark.parametrize(
    ("mode", "colour", "grey"),
    [
        ("L", 100, 100),
        ("1", 1, 255),
        ("RGB", (255, 0, 0), 76),
        ("RGBA", (0, 0, 0, 0), 255),  # what cannot be seen is white
        ("RGBA", (0, 0, 0, 255), 0),
        ("LA", (50, 0), 255),
        ("P", 0, 0),
        ("CMYK", (0, 0, 0, 255), 0),
        ("I;16", 65_535, 255),
        ("I;16", 25_700, 100),
        ("I", 40_000, 156),
    ],
)
def test_every_mode_becomes_grey(tmp_path, mode, colour, grey):
    suffix = "tif" if mode in ("CMYK", "LA", "I") else "png"
    Image.new(mode, (80, 20), colour).save(tmp_path / f"2345.{suffix}")
    images = load_captcha_folder(tmp_path).images
    assert images.dtype == torch.uint8 and images.shape == (1, 1, 20, 80)
    assert (images.int() - grey).abs().max() <= 1


def test_what_is_no_picture_is_left_aside(folder):
    (folder / "notes.txt").write_text("no captcha")
    (folder / ".hidden.png").write_bytes(b"no captcha")
    (folder / "2345.png").mkdir()
    assert len(load_captcha_folder(folder)) == 3


def test_no_folder_an_empty_one_and_a_file(tmp_path):
    with pytest.raises(DataError, match="absent does not exist"):
        load_captcha_folder(tmp_path / "absent")
    (tmp_path / "notes.txt").write_text("no captcha")
    with pytest.raises(DataError, match=r"holds no captcha\. Expected: pictures .* 80 x 20"):
        load_captcha_folder(tmp_path)
    with pytest.raises(DataError, match=r"notes\.txt is a file"):
        load_captcha_folder(tmp_path / "notes.txt")


@pytest.fixture(params=["corrupt", "truncated", "size", "turned", "name", "short name"])
def bad(request, folder):
    """A folder with one bad picture among the good ones, its name, and a word of the reason."""
    good = next(folder.glob("*.png"))
    if request.param == "corrupt":
        (folder / "2222.png").write_bytes(b"no picture")
        return folder, "2222.png", "cannot be read as a picture"
    if request.param == "truncated":
        (folder / "3333.png").write_bytes(good.read_bytes()[:100])
        return folder, "3333.png", "cannot be read as a picture"
    if request.param == "size":
        Image.new("L", (81, 20)).save(folder / "4444.png")
        return folder, "4444.png", "has 81 x 20 pixels"
    if request.param == "turned":
        Image.new("L", (20, 80)).save(folder / "5555.png")
        return folder, "5555.png", "has 20 x 80 pixels"
    name = {"name": "OI01.png", "short name": "234.png"}[request.param]
    Image.new("L", (80, 20)).save(folder / name)
    return folder, name, f"4 characters of {ALPHABET}"


def test_a_bad_picture_is_named(bad):
    folder, name, reason = bad
    with pytest.raises(DataError, match=reason) as caught:
        load_captcha_folder(folder)
    assert str(folder / name) in str(caught.value)


def test_a_bad_picture_is_skipped_when_asked_and_still_named(bad, said):
    folder, name, _ = bad
    captchas = load_captcha_folder(folder, skip_bad=True)
    assert captchas.texts == sorted(rendered_captchas(3).texts)
    assert len(captchas.images) == len(captchas.labels) == 3
    text = said()
    assert "1 OF 4 CAPTCHAS WERE LEFT OUT" in text and name in text


def test_nothing_but_bad_pictures(tmp_path):
    (tmp_path / "2222.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match="holds no readable captcha"):
        load_captcha_folder(tmp_path, skip_bad=True)
