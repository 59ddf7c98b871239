"""A limit on the time of steps that read what students wrote: parsers can be made to take hours."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TookTooLong(BaseException):
    """The time of an `at_most` block is up. Not an Exception: no parser on the way may keep it."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise TookTooLong in the `with` block after so many seconds.

    By SIGALRM, in the main thread, where everything is decided; elsewhere there is no limit. An
    alarm that somebody else had set rings afterwards, as much later.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise TookTooLong

    before = signal.signal(signal.SIGALRM, ring)
    others, _ = signal.setitimer(signal.ITIMER_REAL, seconds)
    started = time.monotonic()
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if others:
            left = others - (time.monotonic() - started)
            signal.setitimer(signal.ITIMER_REAL, max(0.01, left))
