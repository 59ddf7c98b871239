"""A second wall where Linux has Landlock (5.13 and later): what a room may write to, and reach.

bubblewrap's mounts already say so. This says it again, by other means of the kernel's: a hole in
one of the two is not yet a way out. See `man 7 landlock`.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same numbers on every machine
GIVE_VERSION = 1
PATH_BENEATH = 1
# What changes something: write, remove, make of every kind; reading and running stay free.
WRITING = (1 << 1) | sum(1 << bit for bit in range(4, 13))
REFER, TRUNCATE = 1 << 13, 1 << 14  # of versions 2 and 3
ABSTRACT_SOCKETS, SIGNALS = 1 << 0, 1 << 1  # of version 6: none to the world outside

libc = ctypes.CDLL(None, use_errno=True)


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def version() -> int:
    """Which Landlock this kernel has: 0 for none, or one that is switched off."""
    return max(0, libc.syscall(CREATE_RULESET, None, 0, GIVE_VERSION))


def restrict(writable: Sequence[str]) -> None:
    """Let this process and its children write to these folders only; nothing where there is none.

    It cannot be undone. Raises OSError if the kernel has Landlock and yet refuses.
    """
    has = version()
    if has == 0:
        return
    writing = WRITING | (REFER if has >= 2 else 0) | (TRUNCATE if has >= 3 else 0)
    attributes = _Ruleset(writing, 0, ABSTRACT_SOCKETS | SIGNALS if has >= 6 else 0)
    size = ctypes.sizeof(attributes) if has >= 6 else ctypes.sizeof(ctypes.c_uint64)
    ruleset = _checked(libc.syscall(CREATE_RULESET, ctypes.byref(attributes), size, 0))
    for folder in writable:
        opened = os.open(folder, os.O_PATH | os.O_CLOEXEC)
        rule = _Beneath(writing, opened)
        _checked(libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, ctypes.byref(rule), 0))
        os.close(opened)
    _checked(libc.syscall(RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"Landlock: {os.strerror(number)}")
    return result
