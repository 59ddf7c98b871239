"""What a cell printed in many small pieces, put together in time that grows with its length.

nbclient can do this too (coalesce_streams), by a pattern that takes the square of a line's length:
a single line of 250,000 characters kept it busy for a minute, out of reach of any time limit.
"""

from __future__ import annotations

from collections.abc import Iterable

from nbformat import NotebookNode


def joined(outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
    """The outputs, with prints that follow each other made one."""
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
            output.text = "".join(parts)
    return kept
