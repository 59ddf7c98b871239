"""MNIST from files, from a mirror, or rendered: and a clear sentence whenever something is off.

Most tests use a miniature MNIST of six and four pictures in the real format. None uses the network.
"""

import contextlib
import gzip
import hashlib
import http.server
import os
import socket
import struct
import threading
import time
import urllib.error
import urllib.request
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision
from torchvision.datasets import utils as torchvision_utils

from gan_utils.data import DataError, data_root, download, load_mnist, mnist
from gan_utils.data.files import KnownFile

TRAIN_IMAGES, TRAIN_LABELS = (file.name for file in mnist.TRAIN)
TEST_IMAGES, TEST_LABELS = (file.name for file in mnist.TEST)


def miniature():
    """The bytes of four idx files, by name."""
    random = np.random.default_rng(0)
    files = {}
    for images, labels, n in ((TRAIN_IMAGES, TRAIN_LABELS, 6), (TEST_IMAGES, TEST_LABELS, 4)):
        pixels = random.integers(0, 256, (n, 28, 28), dtype=np.uint8)
        files[images] = struct.pack(">4I", 2051, n, 28, 28) + pixels.tobytes()
        files[labels] = struct.pack(">2I", 2049, n) + bytes(range(n))
    return files


@pytest.fixture
def root(monkeypatch, tmp_path):
    """An empty data folder for a miniature MNIST, and no network."""
    for which in ("TRAIN", "TEST"):
        known = [
            KnownFile(file.name, len(data), hashlib.sha256(data).hexdigest())
            for file in getattr(mnist, which)
            for data in [miniature()[file.name]]
        ]
        monkeypatch.setattr(mnist, which, tuple(known))
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("GAN_DATA", str(folder))

    def no_network(*_args, **_kwargs):
        raise urllib.error.URLError("Name or service not known")

    monkeypatch.setattr(urllib.request, "urlopen", no_network)
    return folder


@pytest.fixture
def raw(root):
    """The folder of the four files, which are there."""
    folder = root / "MNIST" / "raw"
    folder.mkdir(parents=True)
    for name, data in miniature().items():
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture
def mirror(root, monkeypatch, tmp_path):
    """A mirror on this machine that serves the folder it returns, packed as the real ones do."""
    served = tmp_path / "served"
    served.mkdir()
    resources = []
    for name, data in miniature().items():
        packed = gzip.compress(data)
        (served / f"{name}.gz").write_bytes(packed)
        resources.append((f"{name}.gz", hashlib.md5(packed, usedforsecurity=False).hexdigest()))

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_args):
            pass

        def copyfile(self, source, outputfile):
            with contextlib.suppress(OSError):  # a client may ask whether it is there, and leave
                super().copyfile(source, outputfile)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=served))
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/"
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(urllib.request, "urlopen", REAL_URLOPEN)
    monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", [url + "nothing/here/", url])
    monkeypatch.setattr(torchvision.datasets.MNIST, "resources", resources)
    yield served
    server.shutdown()
    server.server_close()


REAL_URLOPEN = urllib.request.urlopen


def said(capfd):
    """What was printed, without the frame and the line breaks that it puts into sentences."""
    return " ".join(line.strip("| ") for line in capfd.readouterr().out.splitlines())


def everything_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


# --- files that are there ---------------------------------------------------------------------


def test_files_are_read_in_silence(raw, capfd):
    train, test = load_mnist(), load_mnist(train=False)
    assert train.images.shape == (6, 1, 28, 28) and test.images.shape == (4, 1, 28, 28)
    assert train.images.dtype == torch.uint8 and train.labels.dtype == torch.int64
    assert train.images.numpy().tobytes() == miniature()[TRAIN_IMAGES][16:]
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
def test_a_missing_file_is_named(raw, name):
    (raw / name).unlink()
    size = len(miniature()[name])
    with pytest.raises(DataError, match=rf"{name} is missing.*{size:,} bytes.*Delete the folder"):
        load_mnist()


def test_a_folder_in_a_files_place_is_named(raw):
    (raw / TRAIN_IMAGES).unlink()
    (raw / TRAIN_IMAGES).mkdir()
    with pytest.raises(DataError, match=f"{TRAIN_IMAGES} is missing"):
        load_mnist()


@pytest.mark.parametrize(("change", "what"), [(-1, "truncated"), (+1, "too long")])
def test_a_file_of_another_size_is_named(raw, change, what):
    data = miniature()[TRAIN_LABELS]
    (raw / TRAIN_LABELS).write_bytes((data + b"!")[: len(data) + change])
    sentence = f"{TRAIN_LABELS} is {what}: it has {len(data) + change} bytes, expected {len(data)}"
    with pytest.raises(DataError, match=sentence + r"\. Delete the folder .*raw"):
        load_mnist()


@pytest.mark.parametrize("name", [TRAIN_IMAGES, TRAIN_LABELS])
def test_an_altered_file_is_named(raw, name):
    data = bytearray(miniature()[name])
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


def test_without_network_digits_are_drawn_and_said_to_be(root, capfd):
    digits = load_mnist(limit=50)
    assert digits.rendered and digits.images.shape == (50, 1, 28, 28)
    out, err = capfd.readouterr()
    assert "NOT THE REAL MNIST" in out and "Name or service not known" in out
    assert "To get the real ones" in out and TEST_LABELS in out and "GAN_DATA" in out
    assert str(root) in out and not err
    assert everything_in(root) == [], "nothing is left behind"


def test_the_stand_in_has_the_size_of_the_original(root):
    test = load_mnist(train=False)
    assert len(test) == 10_000
    assert not torch.equal(test.labels[:50], load_mnist(limit=50).labels)


def test_a_folder_that_does_not_exist_is_said_and_not_made(root, monkeypatch, capfd):
    monkeypatch.setenv("GAN_DATA", str(root / "typo"))
    assert load_mnist(limit=1).rendered
    assert "typo does not exist" in said(capfd)
    assert everything_in(root) == []


def test_download_false_asks_nobody(root, monkeypatch, capfd):
    monkeypatch.setattr(download, "_answering", lambda *_: pytest.fail("asked the network"))
    assert load_mnist(limit=1, download=False).rendered
    assert "download=False" in said(capfd)


def test_a_network_that_swallows_everything_costs_seconds(root, monkeypatch, capfd):
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
    assert "silence for 0" in said(capfd)


def test_patience_is_seconds():
    assert 3 <= download.PATIENCE <= 15


def test_a_file_as_data_folder_is_an_error(root, monkeypatch):
    (root / "file").touch()
    monkeypatch.setenv("GAN_DATA", str(root / "file"))
    with pytest.raises(DataError, match="GAN_DATA must name a folder"):
        load_mnist()


# --- a download -------------------------------------------------------------------------------


def test_a_download_arrives_whole(mirror, root, capfd):
    assert load_mnist().images.numpy().tobytes() == miniature()[TRAIN_IMAGES][16:]
    assert everything_in(root) == [
        "MNIST",
        "MNIST/raw",
        *(f"MNIST/raw/{name}" for name in sorted(miniature())),
    ]
    out, err = capfd.readouterr()
    assert "Downloading MNIST" in out and "100%" in out and not err
    assert len(load_mnist(train=False)) == 4
    assert capfd.readouterr() == ("", ""), "the second time it is there"
    assert socket.getdefaulttimeout() is None


def test_a_download_makes_the_folder(mirror, root, monkeypatch):
    monkeypatch.setenv("GAN_DATA", str(root / "new" / "folder"))
    assert not load_mnist().rendered


def test_strangers_in_the_folder_stay(mirror, root):
    raw = root / "MNIST" / "raw"
    raw.mkdir(parents=True)
    (raw / "notes.txt").write_text("mine")
    assert not load_mnist().rendered
    assert (raw / "notes.txt").read_text() == "mine"


def test_a_read_only_folder(mirror, root, monkeypatch, capfd):
    def refuse(*_args, **_kwargs):  # root may write anywhere, so chmod would not show this
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "mkdir", refuse)
    assert load_mnist(limit=3).rendered
    out = said(capfd)
    assert "cannot be written" in out and "(Permission denied)" in out
    assert everything_in(root) == []


def test_a_cache_folder_in_whose_place_a_file_lies(mirror, root, monkeypatch, capfd):
    cache = root / "cache"
    cache.touch()
    monkeypatch.delenv("GAN_DATA")
    monkeypatch.setattr("gan_utils.data.files._cache_folder", lambda: cache)
    assert data_root().parent == cache
    assert load_mnist(limit=3).rendered
    assert "cannot be written" in said(capfd)


@pytest.mark.parametrize("broken", [TRAIN_IMAGES, TEST_LABELS])
def test_a_bad_mirror_leaves_nothing(mirror, root, broken, capfd):
    packed = mirror / f"{broken}.gz"
    packed.write_bytes(packed.read_bytes()[:-9])
    assert load_mnist(limit=3).rendered
    assert "the download failed" in said(capfd)
    assert everything_in(root) == ["MNIST"]


def test_what_passes_the_mirrors_checksum_must_pass_ours(mirror, root, monkeypatch, capfd):
    wrong = tuple(KnownFile(file.name, file.size, "0" * 64) for file in mnist.TEST)
    monkeypatch.setattr(mnist, "TEST", wrong)
    assert load_mnist(limit=3).rendered
    assert "is altered" in said(capfd)
    assert everything_in(root) == ["MNIST"]


@pytest.mark.parametrize("after", range(4))
def test_an_interrupted_download_leaves_nothing(mirror, root, monkeypatch, after):
    real, calls = torchvision_utils.download_and_extract_archive, []

    def interrupted(*args, **kwargs):
        if len(calls) >= after:
            (Path(args[1]) / "half.gz").parent.mkdir(exist_ok=True)
            (Path(args[1]) / "half.gz").write_bytes(b"half")
            raise KeyboardInterrupt
        calls.append(1)
        real(args[0].replace("nothing/here/", ""), *args[1:], **kwargs)

    monkeypatch.setattr(torchvision_utils, "download_and_extract_archive", interrupted)
    with pytest.raises(KeyboardInterrupt):
        load_mnist()
    assert everything_in(root) == ["MNIST"]
    assert socket.getdefaulttimeout() is None
    monkeypatch.setattr(torchvision_utils, "download_and_extract_archive", real)
    assert not load_mnist().rendered, "and the next try works"


def test_sockets_are_impatient_while_downloading(mirror, monkeypatch):
    real, seen = torchvision_utils.download_and_extract_archive, []

    def spy(*args, **kwargs):
        seen.append(socket.getdefaulttimeout())
        real(*args, **kwargs)

    monkeypatch.setattr(torchvision_utils, "download_and_extract_archive", spy)
    load_mnist()
    assert set(seen) == {download.PATIENCE}


def test_two_downloads_at_once_agree(mirror, root, monkeypatch):
    real = download._move

    def overtaken(arrived, raw, files):
        raw.mkdir()
        for name, data in miniature().items():
            (raw / name).write_bytes(data)
        real(arrived, raw, files)

    monkeypatch.setattr(download, "_move", overtaken)
    assert not load_mnist().rendered
    assert len(everything_in(root)) == 6


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
