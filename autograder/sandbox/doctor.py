"""What this host can do for grading, found by trying it, and how to get the rest."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox import host
from autograder.sandbox.host import SandboxError
from autograder.sandbox.limits import Limits

NAMESPACES_OFF = {
    "/proc/sys/kernel/unprivileged_userns_clone": ("0", "sudo sysctl kernel.{}=1"),
    "/proc/sys/user/max_user_namespaces": ("0", "sudo sysctl user.{}=15000"),
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": ("1", "sudo sysctl kernel.{}=0"),
}
IN_CONTAINER = (
    "This looks like a container: its host must allow user namespaces and mounts in it (Docker: "
    "--security-opt seccomp=unconfined --security-opt apparmor=unconfined; Kubernetes: a seccomp "
    "profile that allows unshare, mount and setns)."
)


@dataclass(frozen=True)
class Finding:
    """One thing that was tried. remedy is empty where nothing is to be done."""

    what: str
    fine: bool
    said: str
    needed: bool = True
    remedy: str = ""


def examine() -> list[Finding]:
    """Try everything that grading uses."""
    findings = [_system(), _bubblewrap()]
    if findings[-1].fine:
        findings += [_room(), _inside()]
    return [
        *findings,
        _account(),
        _cgroups(),
        _landlock(),
        _memory(),
        _module("distributed", "scale", "Dask"),
    ]


def require_rooms() -> None:
    """Raise SandboxError, with the remedy, unless rooms can be built here."""
    for finding in (_system(), _bubblewrap(), _room()):
        if not finding.fine:
            raise SandboxError(f"{finding.said} {finding.remedy}".strip())


def _system() -> Finding:
    said = f"{os.uname().sysname} {os.uname().release}, Python {sys.version.split()[0]}"
    fine = sys.platform == "linux"
    remedy = "Grade on Linux, or in a Linux virtual machine (WSL 2 will do)."
    return Finding("system", fine, said, remedy="" if fine else remedy)


def _bubblewrap() -> Finding:
    try:
        path = host.bubblewrap()
    except SandboxError as error:
        return Finding("bubblewrap", False, "", remedy=str(error))
    told = subprocess.run([path, "--version"], capture_output=True, text=True)
    options = subprocess.run([path, "--help"], capture_output=True, text=True).stdout
    missing = [option for option in ("--disable-userns", "--size") if option not in options]
    if missing:
        wanted = "Version 0.8 or newer is needed: Debian 12, Ubuntu 23.04, or later."
        return Finding("bubblewrap", False, told.stdout.strip(), remedy=wanted)
    return Finding("bubblewrap", True, f"{told.stdout.strip()} at {path}")


def _in_room(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a command in a room with an empty edition."""
    with tempfile.TemporaryDirectory(prefix="gan-doctor-") as folder:
        edition = Path(folder)
        edition.chmod(0o755)
        room = host.view(edition, None, host.answers(), Limits())
        before = host.unprivileged([*host.python_trees(), edition])
        return subprocess.run(
            [*before, *room, "--", *command], capture_output=True, text=True, timeout=60
        )


def _room() -> Finding:
    """A room that opens, with Python in it."""
    try:
        done = _in_room([sys.executable, "-c", "print('here')"])
    except (SandboxError, OSError, subprocess.SubprocessError) as error:
        return Finding("a room opens", False, str(error), remedy=_remedy())
    if done.stdout.strip() == "here":
        return Finding("a room opens", True, "bubblewrap built one, and Python runs in it")
    said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
    return Finding("a room opens", False, f"bubblewrap said: {said}.", remedy=_remedy())


def _remedy() -> str:
    """The likeliest reason why a host forbids rooms."""
    for file, (bad, words) in NAMESPACES_OFF.items():
        path = Path(file)
        if path.exists() and path.read_text().strip() == bad:
            return f"This host forbids user namespaces. Allow them: {words.format(path.name)}"
    if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        return IN_CONTAINER
    return (
        "Ask whoever runs this machine to allow unprivileged user namespaces, or grade on another; "
        "--no-sandbox grades without any protection from what students wrote."
    )


# What a room must not allow, each as a line of Python that prints "open" if it does.
PROBES = {
    "the network": "import socket; socket.create_connection(('1.1.1.1', 53), 2); print('open')",
    "other processes": "import os; print('open' if len([n for n in os.listdir('/proc') "
    "if n.isdigit()]) > 4 else '')",
    "writing to the system": "open('/usr/x', 'w'); print('open')",
    "more rights": "import ctypes; ctypes.CDLL(None).unshare(0x10000000) or print('open')",
}


def _inside() -> Finding:
    """Whether the walls hold: every probe must fail."""
    tried = {name: _in_room([sys.executable, "-c", code]) for name, code in PROBES.items()}
    holes = [name for name, done in tried.items() if done.stdout.strip()]
    if holes:
        return Finding("its walls hold", False, f"open: {', '.join(holes)}", remedy=_remedy())
    return Finding("its walls hold", True, f"closed: {', '.join(PROBES)}")


def _account() -> Finding:
    if os.geteuid() != 0:
        return Finding("account", True, "an ordinary user")
    if shutil.which("setpriv") is None:
        remedy = "Install util-linux (setpriv), or grade as an ordinary user."
        return Finding("account", False, "root, and setpriv is missing", remedy=remedy)
    said = f"root: students' code will run as user {host.UNPRIVILEGED}, who owns nothing"
    return Finding("account", True, said)


def _cgroups() -> Finding:
    from autograder.sandbox.cgroups import available

    kind = available()
    if kind:
        return Finding("control groups", True, f"{kind}: memory and processes are limited", False)
    said = "not to be had: memory is watched by the grader instead"
    return Finding("control groups", False, said, False)


def _landlock() -> Finding:
    from autograder.sandbox.inside import landlock

    version = landlock.version()
    if version:
        return Finding("Landlock", True, f"version {version}: a second wall around files", False)
    return Finding("Landlock", False, "not to be had: bubblewrap's walls stand alone", False)


def _memory() -> Finding:
    import psutil

    cores, memory = len(os.sched_getaffinity(0)), psutil.virtual_memory().total / 2**30
    wanted = 2 * cores + 1
    said = f"{cores} cores, {memory:.0f} GB of memory"
    remedy = "" if memory >= wanted else f"Grade with --workers {max(1, int(memory / 2) - 1)}."
    return Finding("machine", memory >= wanted, said, False, remedy)


def _module(name: str, extra: str, what: str) -> Finding:
    import importlib.util

    if importlib.util.find_spec(name) is not None:
        return Finding(what, True, "installed", False)
    return Finding(what, False, "not installed", False, f'pip install "gan-course[{extra}]"')
