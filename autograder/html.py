"""HTML from students' text, for feedback and formgrader: readable, and unable to do anything.

nbconvert's `sanitize_html` leaves two gaps here: nbgrader's templates do not apply it to Markdown
cells, and its list of tags has no paragraphs, headings or table heads. `nbgrader_config.py` puts
these two functions in the place of the filters of the same purpose.
"""

from __future__ import annotations

from functools import cache

import bleach
from bleach.css_sanitizer import CSSSanitizer
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.exporters import HTMLExporter

TAGS = bleach.ALLOWED_TAGS | {
    *("br", "caption", "dd", "del", "details", "div", "dl", "dt", "figcaption", "figure", "hr"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "img", "kbd", "p", "pre", "s", "small", "span"),
    *("sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u"),
}
ATTRIBUTES = {
    "alt",
    "class",
    "colspan",
    "height",
    "id",
    "open",
    "rowspan",
    "style",
    "title",
    "width",
}


def _allowed(tag: str, attribute: str, value: str) -> bool:
    """Pictures only from the page itself, links only to web and mail addresses."""
    if (tag, attribute) == ("img", "src"):
        return value.startswith("data:image/")
    return attribute in ATTRIBUTES or (tag, attribute) == ("a", "href")


def clean_html(html: str | bytes) -> str:
    """`html` with everything but text, tables, pictures and links escaped or dropped."""
    text = html.decode() if isinstance(html, bytes) else str(html)
    return bleach.clean(
        text,
        tags=TAGS,
        attributes=_allowed,
        protocols=bleach.ALLOWED_PROTOCOLS | {"data"},  # only where `_allowed` lets them through
        css_sanitizer=CSSSanitizer(),
    )


@cache
def _exporter() -> HTMLExporter:
    return HTMLExporter(exclude_anchor_links=True)


@pass_context
def markdown2html(context: Context, source: str) -> str:
    """The Markdown of one cell as HTML, cleaned; pictures attached to the cell are kept."""
    return clean_html(_exporter().markdown2html(context, source))
