"""The kernel in the room: ipykernel as it is, on sockets that somebody else has opened.

The sockets listen in a folder that the room does not see, so that the room needs no writable place
on the host's disk.
"""

from __future__ import annotations

import io
import json
import os
import sys
import tarfile
from pathlib import Path

import zmq
from grading_room import landlock, printing
from ipykernel.heartbeat import Heartbeat
from ipykernel.kernelapp import IPKernelApp
from IPython import get_ipython

CHANNELS = ("shell", "iopub", "stdin", "control", "hb")
NOWHERE = "/sockets/kernel"  # a name for messages only; there is no such file


class _RoomHeartbeat(Heartbeat):
    listener: int

    def _try_bind_socket(self) -> None:
        self.socket.setsockopt(zmq.USE_FD, self.listener)
        self.socket.bind(f"ipc://{self.ip}-{self.port}")


class RoomKernelApp(IPKernelApp):
    """IPKernelApp on given sockets: port N stands for the N-th listener."""

    listeners: list[int]
    connection: dict

    def init_connection_file(self) -> None:
        """Take the connection from the request; no file tells of it."""
        self.transport, self.ip = "ipc", NOWHERE
        self.session.key = self.connection["key"].encode()
        self.session.signature_scheme = self.connection["signature_scheme"]
        for port, channel in enumerate(CHANNELS, 1):
            setattr(self, f"{channel}_port", port)

    def write_connection_file(self, **_: object) -> None:
        """Nobody else may connect."""

    def _bind_socket(self, s: zmq.Socket, port: int) -> int:
        s.setsockopt(zmq.USE_FD, self.listeners[port - 1])
        s.bind(f"ipc://{self.ip}-{port}")
        return port

    def init_heartbeat(self) -> None:
        """The heart beats on the socket given for it."""
        self.heartbeat = _RoomHeartbeat(zmq.Context(), ("ipc", self.ip, self.hb_port))
        self.heartbeat.listener = self.listeners[self.hb_port - 1]
        self.heartbeat.start()


def run(request: dict, files: int, listeners: list[int]) -> None:
    """Be the kernel until it is shut down. files: a tar of what lies beside the notebook."""
    with os.fdopen(files, "rb") as opened:
        packed = opened.read()
    if packed:
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(request["cwd"], filter="data")
    landlock.restrict([request["cwd"], "/tmp", "/dev"])
    RoomKernelApp.listeners = listeners
    RoomKernelApp.connection = request["connection"]
    app = RoomKernelApp.instance()
    app.outstream_class = "grading_room.printing.RoomStream"
    app.ignore_cwd = True
    app.log_level = 50
    app.initialize([*request["arguments"], "--HistoryManager.enabled=False"])
    app.shell.events.register("pre_run_cell", printing.count_anew)
    # Not before the first cell: IPython looks for modules that are not installed while it starts,
    # and what breaks then would pass for the grader's own failure.
    app.shell.events.register("pre_run_cell", _find_files_beside)
    app.start()


def _find_files_beside(*_: object) -> None:
    """Let a notebook import what lies beside it; last, so that it shadows nothing."""
    if str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))
    get_ipython().events.unregister("pre_run_cell", _find_files_beside)


def main() -> None:
    """The cold start: `python -m grading_room.kernel REQUEST FILES LISTENER...`, all open files."""
    import torch  # noqa: F401 - memory is counted from here, as in a warm start
    from grading_room.room import set_limits

    description, files, *listeners = (int(number) for number in sys.argv[1:])
    os.lseek(description, 0, os.SEEK_SET)
    with os.fdopen(description, "rb") as opened:
        request = json.loads(opened.read())
    set_limits(request["limits"])
    os.chdir(request["cwd"])
    Path("/proc/self/comm").write_text("kernel")
    sys.argv[1:] = []
    run(request, files, listeners)


if __name__ == "__main__":
    main()
