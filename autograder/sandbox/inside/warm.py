"""A process that has its modules loaded and forks itself for every request.

Importing torch takes longer than grading a small notebook, so it is done once. A request is one
message on a socket, JSON with open files beside it; the fork that serves it runs `entry(request,
files)` and ends. When the socket's other end is gone, so is this process, and its forks with it.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import importlib
import json
import os
import signal
import socket
import traceback
from collections.abc import Callable

LARGEST_REQUEST = 1 << 16
MOST_FILES = 32
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
Entry = Callable[[dict, list[int]], None]


def main() -> None:
    """Load what is to be kept warm, say so, and serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--socket", type=int, required=True)
    parser.add_argument("--entry", required=True, help="module:function(request, files)")
    parser.add_argument("--preload", nargs="*", default=[], metavar="MODULE")
    options = parser.parse_args()
    control = socket.socket(fileno=options.socket)
    control.set_inheritable(False)
    for module in options.preload:
        importlib.import_module(module)
    module, _, name = options.entry.partition(":")
    entry = getattr(importlib.import_module(module), name)
    gc.collect()
    gc.freeze()  # what is loaded stays shared between the forks
    control.send(b"ready")
    serve(control, entry)


def serve(control: socket.socket, entry: Entry) -> None:
    """Fork for every request until the other end closes."""
    # Forks are reaped by themselves, and so is what they leave behind.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
    while True:
        data, files, _, _ = socket.recv_fds(control, LARGEST_REQUEST, MOST_FILES)
        if not data:
            return
        if os.fork() == 0:
            _fork(control, entry, json.loads(data), files)
        for file in files:
            os.close(file)


def _fork(control: socket.socket, entry: Entry, request: dict, files: list[int]) -> None:
    """In the fork: serve one request, and end whatever happens."""
    status = 1
    try:
        parent = os.getppid()
        die_with_parent()
        control.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if os.getppid() == parent:
            entry(request, files)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def die_with_parent() -> None:
    """Ask the system to kill this process when its parent ends."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


if __name__ == "__main__":
    main()
