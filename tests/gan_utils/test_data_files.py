"""Where the data folder is, on each system and under each setting."""

import sys
import tempfile
from pathlib import Path

import pytest

from gan_utils.data import DataError, data_root


@pytest.fixture
def home(monkeypatch, tmp_path):
    for name in ("GAN_DATA", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(sys, "platform", "linux")
    return tmp_path


def test_default_is_the_cache_folder(home, monkeypatch):
    assert data_root() == home / ".cache" / "gan_course"
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "elsewhere"))
    assert data_root() == home / "elsewhere" / "gan_course"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert data_root() == home / ".cache" / "gan_course"
    assert not list(home.iterdir()), "asking makes nothing"


def test_other_systems(home, monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert data_root() == home / "Library" / "Caches" / "gan_course"
    monkeypatch.setattr(sys, "platform", "win32")
    assert data_root() == home / "AppData" / "Local" / "gan_course"
    monkeypatch.setenv("LOCALAPPDATA", str(home / "local"))
    assert data_root() == home / "local" / "gan_course"


def test_gan_data_goes_before_the_cache_and_root_before_both(home, monkeypatch):
    monkeypatch.setenv("GAN_DATA", str(home / "data"))
    assert data_root() == home / "data"
    assert data_root(home / "mine") == home / "mine"
    monkeypatch.setenv("GAN_DATA", "  ")
    assert data_root() == home / ".cache" / "gan_course"


def test_a_relative_or_tilde_path_becomes_absolute(home, monkeypatch):
    monkeypatch.chdir(home)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("GAN_DATA", "data")
    assert data_root() == home / "data"
    monkeypatch.setenv("GAN_DATA", "~/data")
    assert data_root() == home / "data"


def test_a_user_without_a_home(home, monkeypatch):
    def no_home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", no_home)
    assert data_root() == Path(tempfile.gettempdir()) / "gan_course"


def test_a_file_is_no_folder(home, monkeypatch):
    file = home / "train-images"
    file.touch()
    monkeypatch.setenv("GAN_DATA", str(file))
    with pytest.raises(DataError, match=r"GAN_DATA must name a folder, but .*train-images is a fi"):
        data_root()
    with pytest.raises(DataError, match=r"root must name a folder"):
        data_root(file)
