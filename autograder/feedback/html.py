"""HTML from students' text, for feedback and formgrader: readable, and unable to do anything.

nbconvert's `sanitize_html` leaves gaps here: nbgrader's templates do not apply it to Markdown
cells, and its list of tags has no paragraphs, headings or table heads. `nbgrader_config.py` puts
`clean_html` and `markdown2html` in the place of the filters of the same purpose.

What comes out is `Markup`: that type means "cleaned" throughout the autograder.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import warnings
from collections.abc import Mapping
from functools import lru_cache

import bleach
from bleach.css_sanitizer import CSSSanitizer
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from PIL import Image

from autograder.feedback.mathml import mathml

TAGS = bleach.ALLOWED_TAGS | {
    *("br", "caption", "dd", "del", "details", "div", "dl", "dt", "figcaption", "figure", "hr"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "img", "kbd", "p", "pre", "s", "small", "span"),
    *("sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u"),
}
ATTRIBUTES = {"alt", "colspan", "height", "open", "rowspan", "scope", "style", "title", "width"}
# Nothing that moves an element out of its place, or lays it over what we say.
STYLES = {
    *("background-color", "border", "border-color", "border-left", "border-radius", "color"),
    *("font-family", "font-size", "font-style", "font-weight", "max-width", "overflow-wrap"),
    *("padding", "text-align", "text-decoration", "vertical-align", "white-space", "width"),
}
# Highlighted code keeps its colours; no other class, or a student's cell could dress as a verdict.
CODE_CLASSES = re.compile(r"highlight|[a-z]{1,2}\d?")
LINKS = re.compile(r"(https?://|mailto:|#)", re.IGNORECASE)
TAG = re.compile(r"<(/?)(?!(?:br|hr|img|input)\b)([a-z][a-z0-9]{0,20})", re.IGNORECASE)
PICTURE = re.compile(r"data:image/(png|jpeg|gif);base64,([A-Za-z0-9+/=]+)")
HELD_PICTURE = re.compile(r"data:held,(\d+)")  # stands for a picture while the HTML is cleaned

LARGEST_PICTURE = 2 * 1024**2  # bytes
MOST_PIXELS = 25_000_000  # a small file can hold a picture that fills a browser's memory
LONGEST_MARKDOWN = 20_000  # characters of a cell; what is longer is shown as it was typed
MOST_FORMULAS = 200
LONGEST_STYLE = 500  # characters; the parser of styles gives up at deep brackets, with an error
DEEPEST = 200  # elements within one another; the parser's time grows with the square of it
SHORT = 4_096  # characters of HTML that is kept, cleaned: verdicts are alike in a class
KEPT = 128 * 1024  # cells up to this size are kept: a class shares most of a notebook's text

# Stands for a formula while the text around it is cleaned. Nobody types these (private use).
OPEN, CLOSE = "\ue000", "\ue001"
HELD_FORMULA = re.compile(f"{OPEN}(\\d+){CLOSE}")


def is_picture(kind: str, data: str) -> bool:
    """Whether base64 `data` is a picture of that kind ("png", "jpeg", "gif") and of a sane size."""
    if len(data) > LARGEST_PICTURE * 4 // 3 + 4:
        return False
    try:
        file = io.BytesIO(base64.b64decode(data, validate=True))
        with warnings.catch_warnings(), Image.open(file, formats=[kind]) as picture:
            return picture.width * picture.height <= MOST_PIXELS
    except (binascii.Error, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        return False


def _allowed(tag: str, attribute: str, value: str) -> bool:
    """Pictures only from the page itself, links only to web and mail addresses."""
    if OPEN in value:
        return False
    if (tag, attribute) == ("img", "src"):
        return HELD_PICTURE.fullmatch(value) is not None
    if (tag, attribute) == ("a", "href"):
        return LINKS.match(value) is not None
    if attribute == "style":
        return len(value) <= LONGEST_STYLE
    if attribute == "class":
        return all(CODE_CLASSES.fullmatch(name) for name in value.split())
    return attribute in ATTRIBUTES


_cleaner = bleach.Cleaner(
    tags=TAGS,
    attributes=_allowed,
    protocols=bleach.ALLOWED_PROTOCOLS | {"data"},  # only where `_allowed` lets them through
    css_sanitizer=CSSSanitizer(allowed_css_properties=STYLES),
)
_clean_and_keep = lru_cache(maxsize=1024)(_cleaner.clean)


def clean_html(html: str | bytes) -> Markup:
    """`html` with everything but text, tables, pictures and links escaped or dropped.

    Never raises: what is nested deeper than any honest page, or cannot be read, is shown as source.
    """
    if isinstance(html, Markup):
        return html
    text = html.decode(errors="replace") if isinstance(html, bytes) else str(html)
    if _depth(text) <= DEEPEST:
        try:
            return Markup(_cleaned(text))
        except Exception:  # three parsers at work on what anybody may write
            pass
    return Markup("<pre>{}</pre>").format(text)


def _cleaned(html: str) -> str:
    """`html`, cleaned, with its pictures held back meanwhile: the parser is slow on their data.

    What is put in again cannot end an attribute or begin a tag, wherever it stands: it is base64.
    """
    pictures: list[str] = []

    def hold(found: re.Match[str]) -> str:
        if not is_picture(found[1], found[2]):
            return ""
        pictures.append(found[0])
        return f"data:held,{len(pictures) - 1}"

    def release(held: re.Match[str]) -> str:
        return pictures[int(held[1])] if int(held[1]) < len(pictures) else ""

    text = PICTURE.sub(hold, html)
    clean = _clean_and_keep if len(text) <= SHORT else _cleaner.clean
    return HELD_PICTURE.sub(release, clean(text))


def _depth(html: str) -> int:
    """How deep tags are nested, at most: those that are never closed count, void ones do not.

    An end tag closes what stands open of its name, and all within; one of another name nothing.
    Counts no further than just beyond DEEPEST.
    """
    deepest, stack = 0, list[str]()
    for tag in TAG.finditer(html):
        name = tag[2].lower()
        if not tag[1]:
            stack.append(name)
        elif name in stack:
            while stack.pop() != name:
                pass
        deepest = max(deepest, len(stack))
        if deepest > DEEPEST:
            break
    return deepest


class _Renderer(IPythonRenderer):
    """Markdown to HTML in which formulas are held back, in `formulas`, to be put in afterwards."""

    def __init__(self, attachments: Mapping[str, Mapping[str, str]]) -> None:
        super().__init__(escape=False, exclude_anchor_links=True, attachments=dict(attachments))
        self.formulas: list[tuple[str, str]] = []

    def inline_math(self, body: str) -> str:
        """Of `$...$`."""
        return self._hold(body, "inline")

    def block_math(self, body: str) -> str:
        """Of `$$...$$`."""
        return self._hold(body, "block")

    def latex_environment(self, name: str, body: str) -> str:
        """Of `\\begin{name}...\\end{name}`."""
        return self._hold(f"\\begin{{{name}}}{body}\\end{{{name}}}", "block")

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """A picture; in its alternative text formulas are as typed, and a lost one is only that."""
        if url.startswith("attachment:"):
            name = url.removeprefix("attachment:")
            pictures = self.attachments.get(name, {})
            url = next((f"data:{kind};base64,{data}" for kind, data in pictures.items()), "")
        text = HELD_FORMULA.sub(lambda held: self.formulas[int(held[1])][0], text)
        return super().image(text, url, title)

    def _hold(self, tex: str, display: str) -> str:
        self.formulas.append((tex, display))
        return f"{OPEN}{len(self.formulas) - 1}{CLOSE}"

    def release(self, html: str) -> Markup:
        """`html`, cleaned, with its formulas: attributes cannot hold any (see `_allowed`)."""

        def formula(held: re.Match[str]) -> str:
            number = int(held[1])
            tex, display = self.formulas[number]
            return str(mathml(tex, display) if number < MOST_FORMULAS else Markup.escape(tex))

        return Markup(HELD_FORMULA.sub(formula, html))


def render_markdown(source: str, attachments: Mapping[str, Mapping[str, str]] = {}) -> Markup:
    """The Markdown of one cell as clean HTML; pictures attached to the cell are kept.

    Never raises: what cannot be rendered, or is longer than `LONGEST_MARKDOWN`, is shown as typed.
    """
    pictures = tuple(
        (name, *picture) for name, kinds in (attachments or {}).items() for picture in kinds.items()
    )
    if len(source) + sum(len(data) for *_, data in pictures) > KEPT:
        return _rendered.__wrapped__(source, pictures)
    return _rendered(source, pictures)


@lru_cache(maxsize=256)
def _rendered(source: str, pictures: tuple[tuple[str, str, str], ...]) -> Markup:
    attachments: dict[str, dict[str, str]] = {}
    for name, kind, data in pictures:
        attachments.setdefault(name, {})[kind] = data
    if len(source) <= LONGEST_MARKDOWN:
        try:
            renderer = _Renderer(attachments)
            text = source.replace(OPEN, "").replace(CLOSE, "")
            return renderer.release(clean_html(MarkdownWithMath(renderer=renderer).render(text)))
        except Exception:  # a parser's depth is soon reached by who wants to
            pass
    return Markup("<pre>{}</pre>").format(source)


@pass_context
def markdown2html(context: Context, source: str) -> Markup:
    """The filter of that name in nbgrader's and nbconvert's templates."""
    cell = context.get("cell") or {}
    return render_markdown(source, cell.get("attachments", {}))
