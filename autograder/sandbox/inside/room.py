"""One room: bubblewrap builds it, the kernel runs in it, and nothing of it outlives the two.

This is the fork of the warm process that serves one request. It stays outside the room and sees to
it that the room is torn down when the kernel ends, when the grader closes its end of the stop pipe,
or when this process is killed.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from grading_room import kernel
from grading_room.join import drop_privileges, join
from grading_room.warm import die_with_parent

# The files that come with a request, in this order.
STOP, STATUS, FILES, SHELL, IOPUB, STDIN, CONTROL, HEARTBEAT = range(8)
CGROUPS = slice(8, None)  # cgroup.procs files to enter, if there are any
KEEPER = ["/bin/sh", "-c", "echo; exec cat"]  # keeps the room open until its input is closed


def serve(request: dict, files: list[int]) -> None:
    """Run one kernel in one room; its exit status, or what went wrong, goes to the status pipe.

    A rehearsal opens a warm room, walks in, and leaves: it shows whether this host allows that.
    """
    os.setsid()
    for file in files[CGROUPS]:
        os.write(file, b"0")
        os.close(file)
    listeners = files[SHELL : HEARTBEAT + 1]
    tell(files[STATUS], {"pid": os.getpid()})
    try:
        if request["warm"]:
            status = _warm(request, files, listeners)
        else:
            status = _cold(request, files, listeners)
    except (OSError, ValueError) as error:
        tell(files[STATUS], {"failed": str(error)})
    else:
        tell(files[STATUS], {"status": status})


def tell(file: int, message: dict) -> None:
    """One line of JSON to whoever still listens."""
    with contextlib.suppress(BrokenPipeError):
        os.write(file, json.dumps(message).encode() + b"\n")


def _warm(request: dict, files: list[int], listeners: list[int]) -> int:
    """Build the room around a keeper, and let a fork of this warm process walk in."""
    info, write_info = os.pipe()
    keeper = subprocess.Popen(
        [*request["bwrap"], "--info-fd", str(write_info), "--", *KEEPER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=[write_info],
        env={},
    )
    os.close(write_info)
    if keeper.stdout.readline() != b"\n":
        said = keeper.stderr.read(2000).decode(errors="replace").strip()
        raise OSError(f"bubblewrap could not build the room: {said}")
    with os.fdopen(info) as opened:
        inside = json.loads(opened.read())["child-pid"]
    join(inside)
    if request.get("rehearsal"):
        _leave(keeper)
        return 0
    child = os.fork()
    if child == 0:
        _in_fork(lambda: kernel.run(request, files[FILES], listeners), request, listeners, files)
    try:
        return _wait(child, files[STOP])
    finally:
        _leave(keeper)


def _leave(keeper: subprocess.Popen) -> None:
    """End the room and everything in it, politely if it lets us."""
    keeper.stdin.close()
    try:
        keeper.wait(1)
    except subprocess.TimeoutExpired:
        keeper.kill()
        keeper.wait()


def _in_fork(
    action: Callable[[], None], request: dict, listeners: list[int], files: list[int]
) -> None:
    """Become the kernel's process: no privileges, no open files but its own, limits set."""
    try:
        die_with_parent()
        os.setsid()
        null = os.open("/dev/null", os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(null, standard)
        close_all_but([*listeners, files[FILES]])
        os.environ.clear()
        os.environ.update(request["env"])
        os.chdir(request["cwd"])
        set_limits(request["limits"])
        drop_privileges()
        action()
    finally:
        os._exit(0)


def _cold(request: dict, files: list[int], listeners: list[int]) -> int:
    """Start the kernel as a program of its own in a room of its own, with nothing loaded."""
    description = os.memfd_create("request")
    os.write(description, json.dumps(request).encode())
    passed = [description, files[FILES], *listeners]
    command = [*request["python"], "-m", "grading_room.kernel", *map(str, passed)]
    environment = [part for item in request["env"].items() for part in ("--setenv", *item)]
    child = subprocess.Popen(
        [*request["bwrap"], *environment, "--", *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=passed,
        env={},
    )
    try:
        return _wait(child.pid, files[STOP])
    finally:
        child.kill()


def _wait(child: int, stop: int) -> int:
    """The exit status of the child; killed first if the stop pipe closes."""
    handle = os.pidfd_open(child)
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    poll.register(stop, select.POLLIN)  # and hanging up, which needs no asking
    ready = {file for file, _ in poll.poll()}
    if handle not in ready:
        signal.pidfd_send_signal(handle, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def close_all_but(kept: list[int]) -> None:
    """Close every open file but the standard ones and `kept`."""
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - names are numbers here
        file = int(name)
        if file > 2 and file not in kept:
            with contextlib.suppress(OSError):
                os.close(file)


def set_limits(limits: dict[str, int]) -> None:
    """Limits by name, "AS" for RLIMIT_AS. Memory is counted from what is in use now."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    for name, limit in limits.items():
        value = limit + used if name == "AS" else limit
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
