"""From the bytes of a notebook that anybody may have made to plain cells, without trusting any.

nbformat is not asked: on hostile input its readers, converters and validators raise a dozen kinds
of errors, log, or take minutes. Nothing here walks into a structure further than the few known
fields of a cell, each of which must have its type.
"""

from __future__ import annotations

import base64
import codecs
import json
import re
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from autograder.gate.files import MEGABYTE
from autograder.gate.words import SubmissionError, listed, shown

LARGEST = 20 * MEGABYTE
MOST_CELLS = 2_000
LONGEST_SOURCE = MEGABYTE  # characters of a cell
LONGEST_TEXT = 4 * MEGABYTE  # characters of all cells
MOST_LINES = 100_000
MOST_PICTURES = 100  # of a cell
# Empty lists and dicts are the JSON that takes most memory for its size: some 200 bytes for 3.
MOST_BRACKETS = 1_000_000
LARGEST_PICTURE = 5 * MEGABYTE
PICTURES = {"image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8\xff", "image/gif": b"GIF8"}

# Half surrogates, and control characters other than tab and newline.
UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
NEWLINES = re.compile("\r\n?")
SPACES = re.compile(r"\s+")
PAGE_BREAKS = re.compile("[\x0b\x0c]")  # mean nothing to Python, and less to a reader

# What a file is that is no notebook, by how it begins.
OTHER_KINDS = {
    b"PK\x03\x04": "a zip archive: unpack it and hand in what is inside",
    b"%PDF": "a PDF: hand in the notebook itself",
    b"\x1f\x8b": "a gzip archive: unpack it and hand in what is inside",
    b"<": "a web page: download the notebook with Jupyter's File > Download",
    b"\xff\xfe": "text in UTF-16: save it in UTF-8",
    b"\xfe\xff": "text in UTF-16: save it in UTF-8",
}


@dataclass
class Cell:
    """One cell as it was submitted.

    kind: "code", "markdown" or "raw"
    claims: what its nbgrader metadata says of itself (grade, points, ...), plain values only
    """

    kind: str
    source: str
    id: str | None = None
    grade_id: str | None = None
    claims: dict[str, bool | int | float] = field(default_factory=dict)
    attachments: dict[str, dict[str, str]] = field(default_factory=dict)


def read_cells(data: bytes, name: str) -> tuple[list[Cell], list[str]]:
    """The cells of a notebook file, and what had to be repaired in it, in sentences.

    Raises SubmissionError if it is no notebook that can be read.
    """
    nb, notes = _parsed(data, name)
    cells: list[Cell] = []
    dropped: list[str] = []
    repaired: list[str] = []
    stripped: list[str] = []
    for number, raw in enumerate(_raw_cells(nb, name), 1):
        cell = _cell(raw)
        if cell is None:
            dropped.append(str(number))
            continue
        if UNPRINTABLE.search(cell.source):
            cell.source = UNPRINTABLE.sub("\ufffd", cell.source)
            repaired.append(str(number))
        if cell.kind == "markdown" and raw.get("attachments"):
            cell.attachments, is_all = _pictures(raw["attachments"])
            if not is_all:
                stripped.append(str(number))
        cells.append(cell)
    _refuse_a_flood(cells, name)
    for numbers, what in (
        (dropped, f"no cell with at most {LONGEST_SOURCE:,} characters of text: left out"),
        (repaired, "with characters that no screen can show: they were replaced"),
        (stripped, "with attachments that are no PNG, JPEG or GIF of up to 5 MB: left out"),
    ):
        if numbers:
            notes.append(f"cell number {listed(numbers)}: {what}")
    return cells, notes


def _parsed(data: bytes, name: str) -> tuple[dict[str, Any], list[str]]:
    """The JSON object in `data`; notes on its encoding. Raises SubmissionError if it is none."""
    start = data[:200].removeprefix(codecs.BOM_UTF8).lstrip()
    for prefix, kind in OTHER_KINDS.items():
        if start.startswith(prefix):
            raise SubmissionError(f"{name} is no notebook but {kind}")
    if not start:
        raise SubmissionError(f"{name} is empty: save the notebook and hand it in again")
    if b"\0" in start:
        raise SubmissionError(f"{name} is no notebook but binary data, or text not in UTF-8")
    if data.count(b"[") + data.count(b"{") > MOST_BRACKETS:
        raise SubmissionError(
            f"{name} holds more than {MOST_BRACKETS:,} brackets: clear its outputs (in Jupyter: "
            "Edit > Clear Outputs of All Cells) and hand it in again"
        )
    text = data.decode("utf-8-sig", errors="replace")
    notes = []
    if "\ufffd" in text and "\ufffd".encode() not in data:
        notes.append(f"{name} was not all UTF-8: some characters were replaced")
    try:
        nb = json.loads(text, strict=False, parse_constant=str)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) or "Unterminated" in error.msg:
            raise SubmissionError(
                f"{name} ends in the middle of the notebook: hand it in again"
            ) from error
        why = "of two versions merged by git" if "\n<<<<<<< " in text else error.msg
        raise SubmissionError(
            f"{name} is no notebook: line {error.lineno} is not JSON ({why})"
        ) from error
    except RecursionError as error:
        raise SubmissionError(f"{name} is no notebook: it is nested too deep") from error
    except (ValueError, MemoryError) as error:  # a number of thousands of digits
        raise SubmissionError(f"{name} is no notebook: it holds a gigantic value") from error
    if not isinstance(nb, dict):
        raise SubmissionError(f"{name} is JSON, but no notebook: it holds no cells")
    return nb, notes


def _raw_cells(nb: dict[str, Any], name: str) -> list[Any]:
    """The list of cells, wherever the notebook's format has it. Raises SubmissionError."""
    version = nb.get("nbformat")
    if type(version) is not int:
        raise SubmissionError(f"{name} is JSON, but no notebook: it names no notebook format")
    if version not in (2, 3, 4):
        raise SubmissionError(
            f"{name} has notebook format {shown(str(version))}: formats 2 to 4 can be read. "
            "Save it with a current JupyterLab"
        )
    holders = [nb] if version == 4 else nb.get("worksheets")
    if not isinstance(holders, list):
        raise SubmissionError(f"{name} is no notebook: it holds no worksheets")
    cells: list[Any] = []
    for holder in holders:
        inside = holder.get("cells") if isinstance(holder, dict) else None
        if not isinstance(inside, list):
            raise SubmissionError(f"{name} is no notebook: it holds no list of cells")
        cells += inside
        if len(cells) > MOST_CELLS:
            raise SubmissionError(
                f"{name} holds more than {MOST_CELLS:,} cells: delete those that are not needed"
            )
    return cells


def _refuse_a_flood(cells: list[Cell], name: str) -> None:
    """Raise SubmissionError if all cells together hold more text than anybody writes."""
    lines = sum(cell.source.count(end) for cell in cells for end in "\n\u2028\u2029")
    for number, most, what in (
        (sum(len(cell.source) for cell in cells), LONGEST_TEXT, "characters"),
        (lines, MOST_LINES, "lines"),
    ):
        if number > most:
            raise SubmissionError(
                f"the cells of {name} hold {number:,} {what}, and {most:,} are read: hand it in "
                "again without what is not yours"
            )


def _cell(raw: object) -> Cell | None:
    """A cell of any format as ours; None if it is none, or too long."""
    if not isinstance(raw, dict):
        return None
    kind = raw.get("cell_type")
    source = _text(raw["input"] if "source" not in raw and "input" in raw else raw.get("source"))
    if source is None:
        return None
    if kind == "heading":  # as formats 2 and 3 had them
        level = raw.get("level") if raw.get("level") in (2, 3, 4, 5, 6) else 1
        kind, source = "markdown", f"{'#' * int(level)} {source}"
    elif kind == "html":
        kind = "markdown"
    cell = Cell(kind if kind in ("code", "markdown") else "raw", source)
    if isinstance(raw.get("id"), str):
        cell.id = raw["id"]
    metadata = raw.get("metadata")
    claims = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    if isinstance(claims, dict):
        if isinstance(claims.get("grade_id"), str):
            cell.grade_id = claims["grade_id"]
        cell.claims = {
            key: claims[key]
            for key in ("grade", "locked", "points", "solution", "task")
            if isinstance(claims.get(key), bool | int | float)
        }
    return cell


def _text(value: object) -> str | None:
    """A text that may come as a list of lines, with one kind of newline; None if it is none."""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        value = "".join(value)
    if not isinstance(value, str) or len(value) > LONGEST_SOURCE:
        return None
    return PAGE_BREAKS.sub("", NEWLINES.sub("\n", value))


def _pictures(value: object) -> tuple[dict[str, dict[str, str]], bool]:
    """Of a cell's attachments, the pictures: {name: {type: base64}}; and whether that is all."""
    if not isinstance(value, dict):
        return {}, False
    kept: dict[str, dict[str, str]] = {}
    is_all = len(value) <= MOST_PICTURES
    for name, bundle in islice(value.items(), MOST_PICTURES):
        if not name.isprintable() or len(name) > 200 or not isinstance(bundle, dict):
            is_all = False
            continue
        pictures = {kind: _picture(bundle.get(kind), magic) for kind, magic in PICTURES.items()}
        pictures = {kind: data for kind, data in pictures.items() if data}
        is_all = is_all and pictures.keys() == bundle.keys()
        if pictures:
            kept[name] = pictures
    return kept, is_all


def _picture(value: object, magic: bytes) -> str | None:
    """The base64 text of a picture; None if it is none of that kind, or too large."""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        value = "".join(value)
    if not isinstance(value, str) or len(value) > 2 * LARGEST_PICTURE:
        return None
    try:
        data = base64.b64decode(SPACES.sub("", value), validate=True)
    except ValueError:  # wrong letters, or a wrong number of them
        return None
    fits = data.startswith(magic) and len(data) <= LARGEST_PICTURE
    return base64.b64encode(data).decode() if fits else None
