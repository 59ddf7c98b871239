"""Standard output in the room."""

from __future__ import annotations

import threading

from ipykernel.iostream import OutStream

MOST_PRINTED = 16 << 20  # characters, by one cell


class RoomStream(OutStream):
    """Standard output that stops an endless print where it happens.

    Left alone, what is printed faster than it is sent fills the memory, and is lost. A student who
    swallows this error gains nothing: the grader counts what comes out as well.
    """

    written = 0  # by the running cell, on both streams

    def write(self, string: str) -> int | None:
        """As its base class. Raises RuntimeError once the cell has printed far too much."""
        RoomStream.written += len(string)
        if RoomStream.written > MOST_PRINTED:
            if threading.current_thread() is self.watch_fd_thread:
                return None  # what programs write past Python is dropped: its pipe must not fill up
            raise RuntimeError(
                f"This cell printed more than {MOST_PRINTED >> 20} million characters, and was "
                "stopped. Look for a print in a loop that never ends."
            )
        return super().write(string)


def count_anew(*_: object) -> None:
    """A new cell begins: it may print as much as any other."""
    RoomStream.written = 0
