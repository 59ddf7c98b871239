"""Where data lies, and whether a file is the one it should be."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gan_utils.errors import PlainError


class DataError(PlainError, RuntimeError):
    """Data is not as it should be. The message names the file, what was expected, what to do."""


def data_root(root: str | Path | None = None) -> Path:
    """The data folder, absolute: `root` if given, else GAN_DATA, else the user's cache folder.

    The folder need not exist yet. Raises DataError if something else than a folder is in its place
    and it was named on purpose.
    """
    named = root if root is not None else os.environ.get("GAN_DATA", "").strip()
    if not named:
        return cache_folder()
    who = "GAN_DATA" if root is None else "root"
    folder = Path(named).expanduser().absolute()
    if folder.exists() and not folder.is_dir():
        raise DataError(
            f"{who} must name a folder, but {folder} is a file. Name the folder that holds "
            "MNIST/raw, or leave it out to use the cache folder."
        )
    return folder


def cache_folder() -> Path:
    """The course's folder for what can be fetched or made again; it need not exist yet."""
    return _cache_folder() / "gan_course"


def _cache_folder() -> Path:
    """Where this system keeps such things of all programs."""
    try:
        home = Path.home()
    except RuntimeError:  # a user without an entry and without HOME, as in many containers
        return Path(tempfile.gettempdir())
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    if sys.platform == "darwin":
        return home / "Library" / "Caches"
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    # The XDG specification says to ignore a relative path here.
    return named if named.is_absolute() else home / ".cache"


@dataclass(frozen=True)
class KnownFile:
    """A file whose every byte is known: its name, its size in bytes and its SHA-256."""

    name: str
    size: int
    sha256: str


def verify_sizes(folder: Path, files: Iterable[KnownFile], remedy: str) -> None:
    """Raise DataError, ending with the remedy, if a file is missing or of another size."""
    for file in files:
        path = folder / file.name
        if not path.is_file():
            raise DataError(
                f"{path} is missing, but other files of its set are there. Expected: a file of "
                f"{file.size:,} bytes. {remedy}"
            )
        size = path.stat().st_size
        if size != file.size:
            what = "truncated" if size < file.size else "too long"
            raise DataError(
                f"{path} is {what}: it has {size:,} bytes, expected {file.size:,}. {remedy}"
            )


def verify_contents(folder: Path, files: Iterable[KnownFile], remedy: str) -> None:
    """Raise DataError, ending with the remedy, if a file's SHA-256 is another or unreadable."""
    for file in files:
        path = folder / file.name
        try:
            with path.open("rb") as stream:
                sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror or error}. {remedy}") from None
        if sha256 != file.sha256:
            raise DataError(
                f"{path} is altered: its size is right, but its SHA-256 is {sha256}, expected "
                f"{file.sha256}. {remedy}"
            )
