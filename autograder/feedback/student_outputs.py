"""What a student's own cells showed, made harmless: bounded, of a fixed schema, nothing active.

These outputs are for reading only; no verdict depends on them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.feedback.html import PICTURE, clean_html, is_picture

LONGEST_TEXT = 64 * 1024  # characters of text that a cell may show
LONGEST_HTML = 32 * 1024  # of HTML, pictures not counted: cleaning takes up to 40 us a character
LARGEST_PICTURES = 4 * 1024**2  # characters of all pictures of a cell, in base64
MOST_OUTPUTS = 100
TEXTS = ("text/markdown", "text/latex", "text/plain")
PICTURES = {"image/png": "png", "image/jpeg": "jpeg"}

# Colours stay. What else a terminal obeys, invisible marks that turn text around, and halves of
# characters do not: the text is also read in a lecturer's terminal.
ESCAPES = re.compile(
    r"(\x1b\[[0-9;]{0,40}m)"
    r"|\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|.)?"
    r"|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]",
    re.DOTALL,
)
SURROGATES = re.compile(r"[\ud800-\udfff]")


def harmless(text: str) -> str:
    """`text` with its colours, but without other escape sequences and control characters.

    As in a terminal, of a line that was written over (a progress bar) the last state is shown.
    """
    lines = SURROGATES.sub("\ufffd", text).replace("\r\n", "\n").split("\n")
    last = "\n".join(map(_written_over, lines))
    return ESCAPES.sub(lambda found: found[1] or "", last)


def _written_over(line: str) -> str:
    r"""What is left of a line after `\r`, which begins it anew, and `\b`, which takes one back."""
    line = line.rstrip("\r").rpartition("\r")[2]
    if "\b" not in line:
        return line
    shown: list[str] = []
    for character in line:
        if character != "\b":
            shown.append(character)
        elif shown:
            shown.pop()
    return "".join(shown)


@dataclass
class NotebookAllowance:
    """How much HTML the cells of a notebook may still show together."""

    html: int = 8 * LONGEST_HTML


def clean_outputs(outputs: object, together: NotebookAllowance | None = None) -> list[NotebookNode]:
    """A cell's outputs with what may be shown of them: text, PNG and JPEG pictures, reduced HTML.

    outputs: of any shape; what is no output is dropped. Never raises.
    together: one for all cells of a notebook; what this cell shows is taken off it
    """
    if not isinstance(outputs, list):
        return []
    together = together or NotebookAllowance()
    left = _Allowance(min(LONGEST_HTML, together.html))
    before = left.html
    cleaned = [
        _clean(output, left) for output in outputs[:MOST_OUTPUTS] if isinstance(output, dict)
    ]
    together.html -= before - left.html
    shown = [output for output in cleaned if output is not None]
    if len(outputs) > MOST_OUTPUTS:
        left.notes.append(f"{len(outputs) - MOST_OUTPUTS:,} more outputs")
    if left.cut:
        left.notes.insert(0, f"{left.cut:,} more characters of text")
    if left.notes:
        text = f"[not shown here: {', '.join(dict.fromkeys(left.notes))}]\n"
        shown.append(new_output("stream", name="stdout", text=text))
    return shown


class _Allowance:
    """How much one cell may still show, and what was left out of it."""

    def __init__(self, html: int) -> None:
        self.text, self.html, self.pictures = LONGEST_TEXT, html, LARGEST_PICTURES
        self.cut = 0
        self.notes: list[str] = []

    def of_text(self, value: object) -> str:
        """As much of a text as may still be shown."""
        text = harmless(_text(value))
        shown = text[: self.text]
        self.text -= len(shown)
        self.cut += len(text) - len(shown)
        return shown


def _clean(output: dict[str, Any], left: _Allowance) -> NotebookNode | None:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        text = left.of_text(output.get("text"))
        return new_output("stream", name=name, text=text) if text else None
    if kind == "error":
        trace = output.get("traceback")
        lines = left.of_text(_lines(trace)).split("\n")
        name, value = _line(output.get("ename")), _line(output.get("evalue"))
        return new_output("error", ename=name, evalue=value, traceback=lines)
    if kind in ("display_data", "execute_result"):
        data = _clean_data(output.get("data"), left)
        if not data:
            return None
        if kind == "display_data":
            return new_output("display_data", data=data)
        count = output.get("execution_count")
        count = count if type(count) is int and 0 <= count < 10**9 else None
        return new_output("execute_result", data=data, execution_count=count)
    return None


def _clean_data(data: object, left: _Allowance) -> dict[str, str]:
    """The parts of a mime bundle that may be shown."""
    if not isinstance(data, dict):
        return {}
    shown: dict[str, str] = {}
    html = _clean_html(_text(data.get("text/html")), left)
    if html:
        shown["text/html"] = html
    for mime, kind in PICTURES.items():
        picture = "".join(_text(data.get(mime)).split())
        if picture and len(picture) <= left.pictures and is_picture(kind, picture):
            left.pictures -= len(picture)
            shown[mime] = picture
        elif picture:
            left.notes.append("a picture that is too large or cannot be read")
    shown |= {mime: text for mime in TEXTS if (text := left.of_text(data.get(mime)))}
    unknown = set(map(str, data)) - {"text/html", *PICTURES, *TEXTS}
    if unknown and not shown:
        left.notes.append("an output that is neither text nor a picture")
    return shown


def _clean_html(html: str, left: _Allowance) -> str:
    """HTML within the allowance, cleaned; "" for more than that."""
    pictures = sum(len(found[0]) for found in PICTURE.finditer(html))
    if not html or len(html) - pictures > left.html or pictures > left.pictures:
        left.notes += ["HTML that is too long"] if html else []
        return ""
    left.html -= len(html) - pictures
    left.pictures -= pictures
    return str(clean_html(SURROGATES.sub("\ufffd", html)))


def _text(value: object) -> str:
    """A text that may come as a list of its lines, as nbformat stores it; "" for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(line for line in value if isinstance(line, str))
    return ""


def _lines(value: object) -> str:
    """A traceback's entries as one text."""
    lines: Iterable[object] = value if isinstance(value, list) else [value]
    return "\n".join(line for line in lines if isinstance(line, str))


def _line(value: object) -> str:
    """One short line."""
    return harmless(_text(value))[:500]
