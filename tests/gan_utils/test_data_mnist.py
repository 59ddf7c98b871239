"""MNIST from files or rendered in its place: and a clear sentence whenever something is off."""

import hashlib
import threading
import time
import urllib.request
from pathlib import Path

import pytest
import torch

from gan_utils.data import DataError, data_root, download, load_mnist, mnist

TRAIN_IMAGES, TRAIN_LABELS = (file.name for file in mnist.TRAIN)
TEST_IMAGES, TEST_LABELS = (file.name for file in mnist.TEST)


# --- files that are there ---------------------------------------------------------------------


def test_files_are_read_in_silence(raw, capfd, miniature):
    train, test = load_mnist(), load_mnist(train=False)
    assert train.images.shape == (6, 1, 28, 28) and test.images.shape == (4, 1, 28, 28)
    assert train.images.dtype == torch.uint8 and train.labels.dtype == torch.int64
    assert train.images.numpy().tobytes() == miniature[TRAIN_IMAGES][16:]
    assert test.labels.tolist() == [0, 1, 2, 3]
    assert (train.name, train.rendered) == ("MNIST", False)
    assert capfd.readouterr() == ("", "")


def test_any_working_folder_will_do(raw, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GAN_DATA", "data")
    assert len(load_mnist()) == 6
    monkeypatch.setenv("GAN_DATA", str(raw.parent.parent))
    monkeypatch.chdir("/")
    assert len(load_mnist()) == 6
    monkeypatch.delenv("GAN_DATA")
    assert len(load_mnist(root=raw.parent.parent)) == 6


def test_limit_keeps_the_first(raw):
    some = load_mnist(limit=2)
    assert torch.equal(some.images, load_mnist().images[:2]) and len(some.labels) == 2
    assert some.images.untyped_storage().nbytes() == 2 * 784, "the rest is let go"
    assert len(load_mnist(limit=100)) == 6
    for limit in (0, -1, 1.5, True):
        with pytest.raises(ValueError, match="The limit must be a whole number of at least 1"):
            load_mnist(limit=limit)


@pytest.mark.parametrize("name", [TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS])
def test_a_missing_file_is_named(raw, name, miniature):
    (raw / name).unlink()
    size = len(miniature[name])
    with pytest.raises(DataError, match=rf"{name} is missing.*{size:,} bytes.*Delete the folder"):
        load_mnist()


def test_a_folder_in_a_files_place_is_named(raw):
    (raw / TRAIN_IMAGES).unlink()
    (raw / TRAIN_IMAGES).mkdir()
    with pytest.raises(DataError, match=f"{TRAIN_IMAGES} is missing"):
        load_mnist()


@pytest.mark.parametrize(("change", "what"), [(-1, "truncated"), (+1, "too long")])
def test_a_file_of_another_size_is_named(raw, change, what, miniature):
    data = miniature[TRAIN_LABELS]
    (raw / TRAIN_LABELS).write_bytes((data + b"!")[: len(data) + change])
    sentence = f"{TRAIN_LABELS} is {what}: it has {len(data) + change} bytes, expected {len(data)}"
    with pytest.raises(DataError, match=sentence + r"\. Delete the folder .*raw"):
        load_mnist()


@pytest.mark.parametrize("name", [TRAIN_IMAGES, TRAIN_LABELS])
def test_an_altered_file_is_named(raw, name, miniature):
    data = bytearray(miniature[name])
    data[-1] ^= 1
    (raw / name).write_bytes(data)
    came, expected = hashlib.sha256(data).hexdigest(), mnist.TRAIN[name == TRAIN_LABELS].sha256
    with pytest.raises(DataError, match=rf"{name} is altered.*{came}, expected {expected}\. Del"):
        load_mnist()


def test_an_unreadable_file_is_named(raw, monkeypatch):
    def refuse(self, *_args, **_kwargs):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataError, match=f"{TRAIN_IMAGES} cannot be read: Permission denied"):
        load_mnist()


# --- no files, and none to be had -------------------------------------------------------------


def test_without_network_digits_are_drawn_and_said_to_be(root, capfd, contents):
    digits = load_mnist(limit=50)
    assert digits.rendered and digits.images.shape == (50, 1, 28, 28)
    out, err = capfd.readouterr()
    assert "NOT THE REAL MNIST" in out and "Name or service not known" in out
    assert "To get the real ones" in out and TEST_LABELS in out and "GAN_DATA" in out
    assert str(root) in out and not err
    assert contents() == [], "nothing is left behind"


def test_the_stand_in_has_the_size_of_the_original(root):
    test = load_mnist(train=False)
    assert len(test) == 10_000
    assert not torch.equal(test.labels[:50], load_mnist(limit=50).labels)


def test_a_folder_that_does_not_exist_is_said_and_not_made(root, monkeypatch, said, contents):
    monkeypatch.setenv("GAN_DATA", str(root / "typo"))
    assert load_mnist(limit=1).rendered
    assert "typo does not exist" in said()
    assert contents() == []


def test_download_false_asks_nobody(root, monkeypatch, said):
    monkeypatch.setattr(download, "_answering", lambda *_: pytest.fail("asked the network"))
    assert load_mnist(limit=1, download=False).rendered
    assert "download=False" in said()


def test_a_network_that_swallows_everything_costs_seconds(root, monkeypatch, said):
    released = threading.Event()

    def swallow(*_args, **_kwargs):
        released.wait(30)
        raise OSError("released")

    monkeypatch.setattr(urllib.request, "urlopen", swallow)
    monkeypatch.setattr(download, "PATIENCE", 0.2)
    start = time.monotonic()
    assert load_mnist(limit=1).rendered
    assert time.monotonic() - start < 5
    released.set()
    assert "silence for 0" in said()


def test_patience_is_seconds():
    assert 3 <= download.PATIENCE <= 15


def test_a_file_as_data_folder_is_an_error(root, monkeypatch):
    (root / "file").touch()
    monkeypatch.setenv("GAN_DATA", str(root / "file"))
    with pytest.raises(DataError, match="GAN_DATA must name a folder"):
        load_mnist()


# --- the real one -----------------------------------------------------------------------------


def test_the_real_mnist():
    if not (data_root() / "MNIST" / "raw" / TRAIN_IMAGES).exists():
        pytest.skip("there is no MNIST in the data folder; set GAN_DATA to a folder that holds it")
    train, test = load_mnist(), load_mnist(train=False)
    assert (len(train), len(test)) == (60_000, 10_000)
    unit = train.images.float() / 255
    assert unit.mean().item() == pytest.approx(0.1307, abs=1e-4)
    assert unit.std().item() == pytest.approx(0.3081, abs=1e-4)
    assert train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert test.labels[:5].tolist() == [7, 2, 1, 0, 4]
