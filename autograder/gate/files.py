"""The files of a submission, read without following a link or waiting for anything.

A student may put there whatever a file system can hold, and may change it while it is read. So a
folder is opened part by part, each part refused if it is a link; only what is a plain file is
opened at all, and is asked again once it is open; nothing is read twice, or past its limit.
"""

from __future__ import annotations

import os
import stat
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from autograder.gate.names import unfit
from autograder.gate.words import SubmissionError, shown, were

MEGABYTE = 1_000_000
MOST_ENTRIES = 5_000  # looked at; far fewer are taken
DEEPEST = 6

LINK = "links are not followed"
SPECIAL = "only plain files are taken"
TOO_DEEP = f"folders may lie {DEEPEST} deep"
CROWDED = f"no more than {MOST_ENTRIES:,} files are looked at"
UNREADABLE = "the file system did not let it be read"

# Never a link, never a wait for the other end of a pipe, never a terminal to be controlled by.
_SAFELY = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY


class UnreadableError(Exception):
    """One file that could not be taken; the message completes "it was left out: ..."."""


@dataclass
class Listing:
    """What lies in a submission's folder.

    files: the size in bytes of each plain file by its path ("pictures/ring.png"), in the order in
        which they are taken: those of the top first, then by name
    left_out: why each other path is not taken ("" for what need not be mentioned)
    """

    files: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    def notes(self) -> list[str]:
        """A sentence on each reason for which something was left out."""
        by_reason = defaultdict(list)
        for path, reason in self.left_out.items():
            by_reason[reason].append(path)
        return [
            were("file", paths, f"left out: {reason}")
            for reason, paths in by_reason.items()
            if reason
        ]


@contextmanager
def opened(root: Path, *parts: str) -> Iterator[int]:
    """A descriptor of the folder `root/parts[0]/...`; `root` may be a link, no part may.

    Raises SubmissionError if there is no such folder, or a part of it is a link.
    """
    try:
        top = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise SubmissionError(f"{root.name} cannot be opened: {error.strerror}") from error
    try:
        folder = _descend(top, parts)
    except OSError as error:
        name = shown("/".join((root.name, *parts)))
        raise SubmissionError(
            f"{name} is no folder that can be opened (or a link to one, and {LINK}): "
            f"{error.strerror}"
        ) from error
    finally:
        os.close(top)
    try:
        yield folder
    finally:
        os.close(folder)


def listing(folder: int) -> Listing:
    """What lies in an opened folder, level by level, each sorted by name.

    Raises SubmissionError if the folder itself cannot be listed or holds too many entries.
    """
    found = Listing()
    seen = 0
    level = [""]
    for depth in range(1, DEEPEST + 2):
        below: list[str] = []
        for place in level:
            try:
                entries = _entries(folder, place, MOST_ENTRIES - seen)
            except UnreadableError as error:
                if not place:
                    raise SubmissionError(f"the folder was not taken: {error}") from error
                found.left_out[place] = str(error)
                continue
            seen += len(entries)
            below += _sort_out(found, place, entries)
        if depth > DEEPEST:
            found.left_out |= dict.fromkeys(below, TOO_DEEP)
        level = below
    return found


def read(folder: int, path: str, limit: int) -> bytes:
    """The content of a plain file of an opened folder, read once.

    Raises UnreadableError if it is none (any more), or has more than `limit` bytes.
    """
    *parts, name = path.split("/")
    try:
        inner = _descend(folder, tuple(parts))
        try:
            # Asked first because the very opening of a device may do something.
            if not stat.S_ISREG(os.stat(name, dir_fd=inner, follow_symlinks=False).st_mode):
                raise UnreadableError(SPECIAL)
            handle = os.open(name, _SAFELY, dir_fd=inner)
        finally:
            os.close(inner)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise UnreadableError(SPECIAL)
            data = file.read(limit + 1)
    except OSError as error:
        raise UnreadableError(UNREADABLE) from error
    if len(data) > limit:
        raise UnreadableError(too_large(limit))
    return data


def too_large(limit: int) -> str:
    """The reason for a file above its limit, in bytes."""
    return f"such a file may have {limit // MEGABYTE} MB"


def _descend(folder: int, parts: tuple[str, ...]) -> int:
    """A descriptor of a folder below another one. Raises OSError if any part is a link."""
    inner = os.dup(folder)
    for part in parts:
        try:
            outer, inner = inner, os.open(part, _SAFELY | os.O_DIRECTORY, dir_fd=inner)
        except OSError:
            os.close(inner)
            raise
        os.close(outer)
    return inner


def _entries(folder: int, place: str, room: int) -> list[tuple[str, int, int]]:
    """Name, mode and size of what lies in a folder, sorted by name.

    Raises UnreadableError if the folder cannot be listed or holds more than `room` entries.
    """
    names: list[str] = []
    try:
        inner = _descend(folder, tuple(place.split("/")) if place else ())
        try:
            with os.scandir(inner) as entries:
                for entry in entries:
                    names.append(entry.name)
                    if len(names) > room:
                        raise UnreadableError(CROWDED)
            return [(name, *_status(inner, name)) for name in sorted(names)]
        finally:
            os.close(inner)
    except OSError as error:
        raise UnreadableError(UNREADABLE) from error


def _status(folder: int, name: str) -> tuple[int, int]:
    """Mode and size of an entry itself, not of what it may link to; zeros if it is gone."""
    try:
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except OSError:
        return 0, 0
    return status.st_mode, status.st_size


def _sort_out(found: Listing, place: str, entries: list[tuple[str, int, int]]) -> list[str]:
    """Enter one folder's files into what was found; gives the folders in it to look at next."""
    folders = []
    for name, mode, size in entries:
        path = f"{place}/{name}" if place else name
        reason = unfit(name)
        if reason is not None:
            found.left_out[path] = reason
        elif stat.S_ISLNK(mode):
            found.left_out[path] = LINK
        elif stat.S_ISDIR(mode):
            folders.append(path)
        elif stat.S_ISREG(mode):
            found.files[path] = size
        else:
            found.left_out[path] = SPECIAL
    return folders
