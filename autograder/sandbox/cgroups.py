"""Control groups, where this process may make some: a ceiling on memory and processes of a room.

Version 1 has a folder for each kind of limit, version 2 one for all. Most hosts let only root, or a
service that was given one, make groups; rooms do without where there are none.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from collections.abc import Iterator
from pathlib import Path

from autograder.sandbox.limits import MB, Limits

ROOT = Path("/sys/fs/cgroup")
PARENT = "gan-course"
_numbers = itertools.count()


def available() -> str:
    """ "version 1" or "version 2" of control groups that can be used here, or ""."""
    if _folders("memory", "pids"):
        return "version 2" if (ROOT / "cgroup.controllers").exists() else "version 1"
    return ""


def _folders(*kinds: str) -> list[Path]:
    """The parent folders for groups of ours, one for each kind or one for all; none if refused."""
    try:
        if (ROOT / "cgroup.controllers").exists():
            parent = ROOT / PARENT
            parent.mkdir(exist_ok=True)
            wanted = " ".join(f"+{kind}" for kind in kinds)
            (ROOT / "cgroup.subtree_control").write_text(wanted)
            (parent / "cgroup.subtree_control").write_text(wanted)
            return [parent]
        parents = [ROOT / kind / PARENT for kind in kinds]
        if not all(parent.parent.is_dir() for parent in parents):
            return []
        for parent in parents:
            parent.mkdir(exist_ok=True)
        return parents
    except OSError:
        return []


@contextlib.contextmanager
def group(limits: Limits) -> Iterator[tuple[Path, ...]]:
    """The cgroup.procs files to enter for a room, for a `with` block; none where there are none."""
    # In groups of their own, rooms share the processor equally, however many processes each has.
    parents = _folders("memory", "pids", "cpu") or _folders("memory", "pids")
    made = [parent / f"{os.getpid()}-{next(_numbers)}" for parent in parents]
    try:
        for folder in made:
            folder.mkdir()
            _limit(folder, "memory.max", 2 * limits.memory_mb * MB)
            _limit(folder, "memory.swap.max", 0)
            _limit(folder, "memory.limit_in_bytes", 2 * limits.memory_mb * MB)
            _limit(folder, "pids.max", limits.processes + 16)
        yield tuple(folder / "cgroup.procs" for folder in made)
    finally:
        for folder in made:
            _remove(folder)


def _remove(folder: Path) -> None:
    """Remove a group, as soon as its last process has gone."""
    for _ in range(40):
        try:
            folder.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.05)


def _limit(folder: Path, name: str, value: int) -> None:
    file = folder / name
    if file.exists():
        with contextlib.suppress(OSError):
            file.write_text(str(value))
