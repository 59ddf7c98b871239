"""The time of submission that nbgrader reads for late penalties."""

from __future__ import annotations

import re

from nbgrader.utils import parse_utc

NAME = "timestamp.txt"
LARGEST = 1_000  # bytes
YEARS = range(2000, 2101)

# nbgrader's own format ("2024-11-22 10:30:00.000000 Europe/Berlin") and ISO 8601. dateutil takes
# more: it fills in what is missing with today's date, and opens a zone that looks like a path.
TIME = r"\d\d:\d\d(:\d\d(\.\d{1,9})?)?"
OFFSET = r" ?(Z|[+-]\d\d:?\d\d)"
ZONE = r" [A-Za-z][\w+-]*(/[A-Za-z][\w+-]*){0,2}"
FORMAT = re.compile(rf"\d{{4}}-\d\d-\d\d( {TIME}({OFFSET}|{ZONE})?|T{TIME}({OFFSET})?)", re.ASCII)


def cleaned(data: bytes) -> str | None:
    """The text of a timestamp as nbgrader can read it; None if it is none."""
    text = data.decode("utf-8-sig", errors="replace").strip()
    if not FORMAT.fullmatch(text):
        return None
    try:
        when = parse_utc(text)
    except Exception:  # dateutil raises what it likes
        return None
    return text if when.year in YEARS else None
