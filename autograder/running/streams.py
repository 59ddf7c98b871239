"""What a cell printed, as a terminal would show it in the end; in time that grows with its length.

nbclient can do this too (coalesce_streams), by a pattern that takes the square of a line's length:
a single line of 250,000 characters kept it busy for a minute, out of reach of any time limit.
"""

from __future__ import annotations

from collections.abc import Iterable

from nbformat import NotebookNode


def joined(outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
    """The outputs, with prints that follow each other made one, and overwritten text left out."""
    kept: list[NotebookNode] = []
    texts: list[list[str]] = []  # the parts of each kept output's text
    for output in outputs:
        is_text = output.output_type == "stream"
        if is_text and kept and kept[-1].get("name") == output.name:
            texts[-1].append(output.text)
        else:
            kept.append(output)
            texts.append([output.text] if is_text else [])
    for output, parts in zip(kept, texts, strict=True):
        if parts:
            output.text = as_shown("".join(parts))
    return kept


def as_shown(text: str) -> str:
    r"""The text after carriage returns, which progress bars use to write over a line.

    `\b` takes the character before it back, if that is on the same line.
    """
    return "\n".join(_line(line) for line in text.split("\n"))


def _line(line: str) -> str:
    end = "\r" if line.endswith("\r") else ""  # of a line that ends in \r\n: nothing follows it
    line = line.rstrip("\r").rpartition("\r")[2]
    if "\b" in line:
        shown: list[str] = []
        for character in line:
            if character != "\b":
                shown.append(character)
            elif shown:
                shown.pop()
        line = "".join(shown)
    return line + end
