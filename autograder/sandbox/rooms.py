"""The trusted side's handle on rooms: a warm process that opens them, and each one's lifeline."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from autograder.sandbox.host import SandboxError, unprivileged

STARTING = 120  # seconds that a warm process may take to load its modules
PRELOADED = (
    "gan_utils",  # before torch: it tells torch's threads how to wait
    "torch",
    "torch._dynamo",  # optimizers ask for it, and it takes a second
    "torchvision",
    "numpy",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "tqdm.auto",
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "grading_room.kernel",
    "gan_utils.plots",
    "gan_utils.training",
    "checks.answering",
)


class Warm:
    """A warm process (see sandbox/inside/warm.py) and the socket to it."""

    def __init__(
        self,
        command: Sequence[str],
        entry: str,
        preload: Sequence[str],
        env: dict[str, str],
        cwd: Path | None = None,
    ) -> None:
        """Start it and wait until it is ready. Raises SandboxError if it does not get there."""
        self.socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        number = theirs.fileno()
        arguments = ["--socket", str(number), "--entry", entry, "--preload", *preload]
        with tempfile.TemporaryFile() as said:
            self.process = subprocess.Popen(
                [*command, *arguments],
                pass_fds=[number],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                env=env,
                cwd=cwd,
            )
            theirs.close()
            self.socket.settimeout(STARTING)
            try:
                ready = self.socket.recv(100) == b"ready"
            except TimeoutError:
                ready = False
            if not ready:
                self.close()
                said.seek(0)
                words = said.read().decode(errors="replace").strip()[-2000:]
                raise SandboxError(f"A process of the grader could not start:\n{words}")
        self.socket.settimeout(None)

    def send(self, request: dict, files: Sequence[int]) -> None:
        """Ask for a fork. Raises SandboxError if the process is gone."""
        try:
            socket.send_fds(self.socket, [json.dumps(request).encode()], list(files))
        except OSError as error:
            raise SandboxError(f"A process of the grader has ended: {error}") from error

    def close(self) -> None:
        """End it, and all that it forked."""
        self.socket.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(2)
        self.process.kill()
        self.process.wait()


def open_rooms(edition: Path, needed: Sequence[Path], *, sandboxed: bool = True) -> Warm:
    """The warm process of an edition: torch and the edition loaded, students' rights only.

    needed: paths that it must be able to read. Unless sandboxed it loads nothing: it is not used.
    """
    caches = Path(tempfile.mkdtemp(prefix="caches-", dir=edition.parent))
    caches.chmod(0o1777)  # for matplotlib's list of fonts, made by whoever students' code runs as
    env = {
        "HOME": str(caches),
        "LANG": "C.UTF-8",
        "MPLCONFIGDIR": str(caches),
        "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        "PYTHONPATH": str(edition),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONSAFEPATH": "1",
    }
    before = unprivileged(needed) if sandboxed else []
    command = [*before, sys.executable, "-m", "grading_room.warm"]
    preload = PRELOADED if sandboxed else ()
    return Warm(command, "grading_room.room:serve", preload, env, edition)


def rehearse(warm: Warm, bwrap: list[str]) -> str:
    """Why a fork of the warm process cannot walk into a room here; an empty string if it can.

    Some hosts let bubblewrap build rooms and yet forbid entering them later (setns); there every
    room starts a fresh Python, which takes seconds longer.
    """
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - only its number is wanted
        room = Room(warm, {"warm": True, "rehearsal": True, "bwrap": bwrap}, [nothing.fileno()] * 6)
    try:
        status = room.wait(STARTING)
    except TimeoutError:
        return f"nothing came of it in {STARTING:g} seconds"
    finally:
        room.close()
    return room.failure or ("" if status == 0 else f"it ended with status {status}")


class Room:
    """One room, with the part of subprocess.Popen's manners that a kernel manager asks for."""

    stdin = stdout = stderr = None

    def __init__(self, warm: Warm | int, request: dict, files: Sequence[int]) -> None:
        """Open it. files: the tar of files, the five listeners, then files of control groups.

        warm: the warm process, or the number of an open socket to it
        """
        stop, self._stop = os.pipe()
        self._status, status = os.pipe()
        self._said, self._code, self.failure = b"", None, ""
        try:
            passed = [stop, status, *files]
            if isinstance(warm, Warm):
                warm.send(request, passed)
            else:
                with socket.socket(fileno=os.dup(warm)) as control:
                    socket.send_fds(control, [json.dumps(request).encode()], passed)
        finally:
            os.close(stop)
            os.close(status)
        self.pid = self._first()
        os.set_blocking(self._status, False)

    def _first(self) -> int:
        """The process number of the room's supervisor, which it tells first of all."""
        while b"\n" not in self._said:
            more = os.read(self._status, 4096)
            if not more:
                raise SandboxError("The process that opens rooms has ended.")
            self._said += more
        line, _, self._said = self._said.partition(b"\n")
        return json.loads(line)["pid"]

    def poll(self) -> int | None:
        """None while the kernel runs; then its exit status."""
        if self._code is None and self._status >= 0:
            with contextlib.suppress(BlockingIOError):
                while more := os.read(self._status, 4096):
                    self._said += more
                self._ended()
        return self._code

    def _ended(self) -> None:
        """The supervisor is gone: what was the last it said?"""
        self._code = -signal.SIGKILL
        for line in self._said.splitlines():
            message = json.loads(line)
            self._code = message.get("status", self._code)
            self.failure = message.get("failed", self.failure)
        self.close()

    def wait(self, timeout: float | None = None) -> int:
        """The exit status, when there is one. Raises TimeoutError."""
        end = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            if end is not None and time.monotonic() > end:
                raise TimeoutError
            time.sleep(0.005)
        return self._code

    def kill(self) -> None:
        """Tear the room down: whatever runs in it is killed."""
        if self._stop >= 0:
            os.close(self._stop)
            self._stop = -1

    terminate = kill

    def send_signal(self, number: int) -> None:
        """Only killing is possible from outside; interrupts go as messages."""
        if number in (signal.SIGKILL, signal.SIGTERM):
            self.kill()

    def close(self) -> None:
        """Tear it down and forget it."""
        self.kill()
        if self._status >= 0:
            os.close(self._status)
            self._status = -1
