"""Checks of arguments that several modules of this room share."""

from __future__ import annotations

import operator


def whole_number(what: str, value: object, *, at_least: int = 1) -> int:
    """The value as an int. `what` opens the sentence of the error: "The batch size".

    Raises ValueError if it is no whole number (True and 3.0 are none) or below `at_least`.
    """
    try:
        number = operator.index(value)  # type: ignore[arg-type]  # takes NumPy's integers too
    except TypeError:
        number = None
    if number is None or isinstance(value, bool) or number < at_least:
        raise ValueError(f"{what} must be a whole number of at least {at_least}, but is {value!r}.")
    return number
