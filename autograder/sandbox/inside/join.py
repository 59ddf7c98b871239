"""Walk into a room that bubblewrap has built, and lock the door behind oneself."""

from __future__ import annotations

import ctypes
import fcntl
import os

NS_GET_USERNS = 0xB701
NAMESPACES = ("cgroup", "ipc", "uts", "net", "pid", "mnt")  # the mounts last: /proc is needed
PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 4, 24, 38
PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
CAPABILITY_VERSION_3 = 0x20080522

libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def join(pid: int) -> None:
    """Enter all namespaces of process `pid`. Children made afterwards live in its process space.

    bubblewrap's --disable-userns makes two user namespaces, one inside the other: the outer one
    owns the mounts and the rest, the inner one is where a student's code belongs.
    Raises OSError if the host does not allow it.
    """
    files = {name: os.open(f"/proc/{pid}/ns/{name}", os.O_RDONLY) for name in NAMESPACES}
    inner = os.open(f"/proc/{pid}/ns/user", os.O_RDONLY)
    outer = fcntl.ioctl(files["mnt"], NS_GET_USERNS)
    same = os.fstat(inner).st_ino == os.fstat(outer).st_ino
    _checked(libc.setns(outer, 0), "entering the room's outer user namespace")
    for name in NAMESPACES:
        _checked(libc.setns(files[name], 0), f"entering the room's {name} namespace")
    if not same:
        _checked(libc.setns(inner, 0), "entering the room's user namespace")
    for file in (*files.values(), inner, outer):
        os.close(file)


def drop_privileges() -> None:
    """Give up every capability for good, and any way to gain one."""
    _checked(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    _checked(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0), "ambient capabilities")
    for capability in range(64):
        if libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break  # beyond the last one that this kernel knows
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _checked(libc.capset(header, nothing), "capabilities")
    # Having moved made this process unreadable even to itself, under /proc.
    _checked(libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), "dumpable")
