"""What this host offers for building rooms, and what a room is to see of it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import site
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from autograder.sandbox.limits import MB, Limits

HOME, DATA = "/home/student", "/course/data"
# An account for students' code where grading is started as root: nobody's, and no service's.
UNPRIVILEGED = 64_000
SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SETTINGS = ("/etc/ld.so.cache", "/etc/fonts", "/etc/localtime", "/etc/alternatives")
REMEDY = "On Debian or Ubuntu: sudo apt-get install bubblewrap."


class SandboxError(Exception):
    """Rooms cannot be built here; the message says why and what to do."""


def bubblewrap() -> str:
    """The path of bwrap. Raises SandboxError if it is not installed."""
    found = shutil.which("bwrap", path=os.environ.get("PATH", "") + ":/usr/bin:/usr/local/bin")
    if found is None:
        raise SandboxError(f"bubblewrap (the program bwrap) is not installed. {REMEDY}")
    return found


def python_trees() -> list[Path]:
    """The folders that Python and its packages need, beside /usr."""
    trees = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parents[1]}
    trees |= {Path(folder) for folder in site.getsitepackages() if Path(folder).is_dir()}
    return outermost(tree for tree in trees if not tree.is_relative_to("/usr"))


def outermost(paths: Iterable[Path]) -> list[Path]:
    """The paths without those that lie in another of them, sorted."""
    kept: list[Path] = []
    for path in sorted(set(paths)):
        if not any(path.is_relative_to(other) for other in kept):
            kept.append(path)
    return kept


def answers() -> list[Path]:
    """The folders of the installed packages that hold answers."""
    found = []
    for package in ("autograder", "checks", "gan_utils"):
        spec = importlib.util.find_spec(package)
        found += [Path(folder) for folder in (spec.submodule_search_locations or ())]
    return found


def furnish(edition: Path) -> None:
    """Put into an edition what a room needs beside the course: the kernel, and who lives there."""
    inside = Path(__file__).parent / "inside"
    shutil.copytree(inside, edition / "grading_room", ignore=shutil.ignore_patterns("__pycache__"))
    settings = edition / "etc"
    settings.mkdir()
    (settings / "passwd").write_text(f"student:x:1000:1000::{HOME}:/bin/sh\n")
    (settings / "group").write_text("student:x:1000:\n")


def view(edition: Path, data: Path | None, hidden: Sequence[Path], limits: Limits) -> list[str]:
    """The bwrap command of a room, but for the program to run.

    A read-only system with Python and its packages; the student edition; the data; three small
    folders to write to. No network, no other process, nothing else of the host's disk.
    edition: bound at its own place. hidden: folders that must not be seen, wherever they lie.
    """
    command = [bubblewrap(), "--unshare-all", "--unshare-user", "--disable-userns"]
    command += ["--die-with-parent", "--new-session", "--clearenv", "--hostname", "room"]
    command += ["--uid", "1000", "--gid", "1000", "--ro-bind", "/usr", "/usr"]
    for folder in SYSTEM:
        path = Path(folder)
        if path.is_symlink():
            command += ["--symlink", str(path.readlink()), folder]
        elif path.is_dir():
            command += ["--ro-bind", folder, folder]
    for file in SETTINGS:
        command += ["--ro-bind-try", file, file]
    for name in ("passwd", "group"):
        command += ["--ro-bind-try", str(edition / "etc" / name), f"/etc/{name}"]
    command += ["--proc", "/proc", "--dev", "/dev"]
    for folder in (HOME, "/tmp", "/dev/shm"):  # before what may lie in one of them
        command += ["--size", str(limits.disk_mb * MB), "--tmpfs", folder]
    seen = [Path("/usr"), *python_trees()]
    for tree in seen[1:]:
        command += ["--ro-bind", str(tree), str(tree)]
    for folder in hidden:
        if any(folder.is_relative_to(tree) for tree in seen):
            command += ["--tmpfs", str(folder), "--remount-ro", str(folder)]
            inside = (tree for tree in seen if tree != folder and tree.is_relative_to(folder))
            for tree in inside:  # a virtual environment in the course's own folder
                command += ["--ro-bind", str(tree), str(tree)]
    command += ["--ro-bind", str(edition), str(edition)]
    if data is not None:
        command += ["--ro-bind", str(data), DATA]
    return [*command, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", HOME]


def environment(edition: Path, data: Path | None) -> dict[str, str]:
    """The environment of a kernel in a room: nothing of the grader's own."""
    variables = {
        "GAN_PROFILE": "smoke",
        "GAN_PROGRESS": "0",
        "HOME": HOME,
        "LANG": "C.UTF-8",
        "LOGNAME": "student",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "NBGRADER_EXECUTION": "autograde",
        "PATH": f"{sys.prefix}/bin:/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": str(edition),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONSAFEPATH": "1",
        "TMPDIR": "/tmp",
        "USER": "student",
    }
    return variables | ({"GAN_DATA": DATA} if data is not None else {})


def unprivileged(needed: Sequence[Path]) -> list[str]:
    """What to put before a command so that it runs without root's rights: nothing for others.

    Started as root, students' code runs as user 64000, which may not enter folders like /root; so
    that it still finds its Python, such folders are covered with a view that holds only `needed`.
    Raises SandboxError if setpriv is missing.
    """
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        raise SandboxError(
            "Started as root, grading needs the program setpriv (package util-linux) to give up "
            "root's rights for students' code. Install it, or grade as an ordinary user."
        )
    command = [bubblewrap(), "--dev-bind", "/", "/"]
    closed = {first_closed(path): path for path in needed if first_closed(path)}
    for folder in outermost(closed):
        command += ["--perms", "0755", "--tmpfs", str(folder)]
        inside = [path for path in outermost(needed) if path.is_relative_to(folder)]
        between = {p for path in inside for p in path.parents if p.is_relative_to(folder)}
        for parent in sorted(between - {folder}):
            command += ["--perms", "0755", "--dir", str(parent)]
        for path in inside:
            command += ["--ro-bind", str(path), str(path)]
    identity = str(UNPRIVILEGED)
    drop = ["setpriv", "--reuid", identity, "--regid", identity, "--clear-groups"]
    return [*command, "--", *drop, "--inh-caps=-all", "--no-new-privs", "--"]


def first_closed(path: Path) -> Path | None:
    """The first folder on the way to `path` that other users may not enter."""
    for folder in reversed([path, *path.parents]):
        if not folder.stat().st_mode & 0o001:
            return folder
    return None
