"""MNIST from a mirror, which is a server on this machine: all of it or nothing."""

import os
import socket
from pathlib import Path

import pytest
from torchvision.datasets import utils as torchvision_utils

from gan_utils.data import data_root, download, load_mnist, mnist
from gan_utils.data.files import KnownFile

TRAIN_IMAGES, TEST_LABELS = mnist.TRAIN[0].name, mnist.TEST[1].name


def test_a_download_arrives_whole(mirror, capfd, miniature, contents):
    assert load_mnist().images.numpy().tobytes() == miniature[TRAIN_IMAGES][16:]
    assert contents() == [
        "MNIST",
        "MNIST/raw",
        *(f"MNIST/raw/{name}" for name in sorted(miniature)),
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


def test_a_read_only_folder(mirror, root, monkeypatch, said, contents):
    def refuse(*_args, **_kwargs):  # root may write anywhere, so chmod would not show this
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "mkdir", refuse)
    assert load_mnist(limit=3).rendered
    out = said()
    assert "cannot be written" in out and "(Permission denied)" in out
    assert contents() == []


def test_a_cache_folder_in_whose_place_a_file_lies(mirror, root, monkeypatch, said):
    cache = root / "cache"
    cache.touch()
    monkeypatch.delenv("GAN_DATA")
    monkeypatch.setattr("gan_utils.data.files._cache_folder", lambda: cache)
    assert data_root().parent == cache
    assert load_mnist(limit=3).rendered
    assert "cannot be written" in said()


@pytest.mark.parametrize("broken", [TRAIN_IMAGES, TEST_LABELS])
def test_a_bad_mirror_leaves_nothing(mirror, broken, said, contents):
    packed = mirror / f"{broken}.gz"
    packed.write_bytes(packed.read_bytes()[:-9])
    assert load_mnist(limit=3).rendered
    assert "the download failed" in said()
    assert contents() == ["MNIST"]


def test_what_passes_the_mirrors_checksum_must_pass_ours(mirror, monkeypatch, said, contents):
    wrong = tuple(KnownFile(file.name, file.size, "0" * 64) for file in mnist.TEST)
    monkeypatch.setattr(mnist, "TEST", wrong)
    assert load_mnist(limit=3).rendered
    assert "is altered" in said()
    assert contents() == ["MNIST"]


@pytest.mark.parametrize("after", range(4))
def test_an_interrupted_download_leaves_nothing(mirror, monkeypatch, after, contents):
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
    assert contents() == ["MNIST"]
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


def test_two_downloads_at_once_agree(mirror, monkeypatch, miniature, contents):
    real = download._move

    def overtaken(arrived, raw, files):
        raw.mkdir()
        for name, data in miniature.items():
            (raw / name).write_bytes(data)
        real(arrived, raw, files)

    monkeypatch.setattr(download, "_move", overtaken)
    assert not load_mnist().rendered
    assert len(contents()) == 6
