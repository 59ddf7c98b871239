"""A Jupyter kernel provisioner that runs the kernel in a room, over ipc sockets.

Registered as `gan-course-room`; a kernelspec that names it is all that nbclient or nbgrader need.
Which room is told by `using(...)`, in the process that starts the kernel.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

from autograder.sandbox.host import HOME, SandboxError
from autograder.sandbox.rooms import Room, Warm

CHANNELS = ("shell", "iopub", "stdin", "control", "hb")


@dataclass(frozen=True)
class RoomPlan:
    """Everything that a room is made of.

    warm: the warm process or an open socket to it
    bwrap, env, limits: see host.view, host.environment, Limits.for_kernel
    folder: an empty folder of ours, with a short path, for the sockets
    files: a tar of what lies beside the notebook
    cgroups: cgroup.procs files that the room's processes enter
    cold: start a fresh Python in the room instead of a fork of the warm one
    """

    warm: Warm | int
    bwrap: list[str]
    env: dict[str, str]
    limits: dict[str, int]
    folder: Path
    python: list[str] = field(default_factory=list)
    files: bytes = b""
    cgroups: tuple[Path, ...] = ()
    cold: bool = False


_plan: ContextVar[RoomPlan] = ContextVar("plan")


@contextlib.contextmanager
def using(plan: RoomPlan) -> Iterator[None]:
    """Kernels started in the `with` block run in rooms of this plan."""
    token = _plan.set(plan)
    try:
        yield
    finally:
        _plan.reset(token)


class RoomProvisioner(LocalProvisioner):
    """Opens a room for the kernel; killing the kernel tears the room down."""

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Open the sockets that the kernel will listen on, in a folder of ours.

        Raises SandboxError if no room was planned.
        """
        try:
            self.plan = _plan.get()
        except LookupError:
            raise SandboxError(
                "This kernel runs in rooms of the autograder only: python -m autograder grade."
            ) from None
        manager = self.parent
        manager.transport, manager.ip = "ipc", str(self.plan.folder / "k")
        self.listeners = []
        for port, channel in enumerate(CHANNELS, 1):
            setattr(manager, f"{channel}_port", port)
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            listener.bind(f"{manager.ip}-{port}")
            listener.listen(16)
            self.listeners.append(listener)
        self.connection_info = manager.get_connection_info()
        kwargs.pop("extra_arguments", None)
        return {"cmd": ["room"], "env": {}}

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:  # noqa: ANN401
        """Open the room. The request tells the kernel its key, and nothing of the host."""
        plan, info = self.plan, self.connection_info
        key = info["key"]
        request = {
            "bwrap": plan.bwrap,
            "env": plan.env,
            "limits": plan.limits,
            "python": plan.python,
            "warm": not plan.cold,
            "cwd": HOME,
            "arguments": [],
            "connection": {
                "key": key.decode() if isinstance(key, bytes) else key,
                "signature_scheme": info["signature_scheme"],
            },
        }
        files = os.memfd_create("files")
        groups = [os.open(path, os.O_WRONLY) for path in plan.cgroups]
        try:
            os.write(files, plan.files)
            os.lseek(files, 0, os.SEEK_SET)
            sockets = [listener.fileno() for listener in self.listeners]
            self.process = Room(plan.warm, request, [files, *sockets, *groups])
        finally:
            for number in (files, *groups):
                os.close(number)
            for listener in self.listeners:
                listener.close()
        self.pid = self.process.pid
        return info

    async def send_signal(self, signum: int) -> None:
        """Tear the room down, if that is what the signal means."""
        if self.process:
            self.process.send_signal(signum)

    async def cleanup(self, restart: bool = False) -> None:
        """Tear the room down if it still stands."""
        if self.process:
            self.process.close()
