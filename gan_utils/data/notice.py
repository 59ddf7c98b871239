"""A notice that nobody can miss: a banner in a notebook, a box in a terminal.

It goes to standard output, never to standard error or through `warnings`: a student whose machine
has no network did nothing wrong, and must not read so or lose a point.
"""

from __future__ import annotations

import html
import sys
import textwrap
from collections.abc import Sequence

WIDTH = 78


def show_notice(title: str, paragraphs: Sequence[str]) -> None:
    """Show a title and paragraphs once, in the form that suits where this runs."""
    # IPython is looked up, not imported: who runs without it need not have it.
    ipython = sys.modules.get("IPython")
    if ipython is None or ipython.get_ipython() is None:
        print(as_box(title, paragraphs), flush=True)
        return
    from IPython.display import display

    # The front end takes what it can show: a notebook the HTML, a terminal the text.
    forms = {"text/html": as_html(title, paragraphs), "text/plain": as_box(title, paragraphs)}
    display(forms, raw=True)


def as_box(title: str, paragraphs: Sequence[str]) -> str:
    """The notice in a frame of plain ASCII, which every terminal and encoding can show."""
    lines = [title.upper()]
    for paragraph in paragraphs:
        # A path that is longer than a line stays whole, to be copied; the frame grows with it.
        wrapped = textwrap.wrap(
            paragraph, WIDTH - 4, break_long_words=False, break_on_hyphens=False
        )
        lines += ["", *wrapped]
    width = max(WIDTH - 4, *map(len, lines))
    edge = "+" + "=" * (width + 2) + "+"
    return "\n".join([edge, *(f"| {line:<{width}} |" for line in lines), edge])


def as_html(title: str, paragraphs: Sequence[str]) -> str:
    """The notice as a banner: dark text on pale yellow, legible in light and dark themes."""
    body = "".join(f"<p style='margin:.5em 0 0'>{html.escape(text)}</p>" for text in paragraphs)
    return (
        "<div role='alert' style='border:3px solid #D55E00;border-radius:6px;padding:1em;"
        "background:#FFF8E1;color:#1A1A1A'>"
        f"<strong style='font-size:1.3em'>{html.escape(title)}</strong>{body}</div>"
    )
