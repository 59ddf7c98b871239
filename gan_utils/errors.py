"""Errors whose sentence is all that a reader needs."""

from __future__ import annotations


class PlainError(Exception):
    """In a notebook its message stands alone, without the frames of this package above it."""

    def _render_traceback_(self) -> list[str]:
        return f"{type(self).__name__}: {self}".splitlines()  # what IPython prints in their place
