"""Formulas for pages that work without a network: TeX to MathML, which browsers draw themselves.

latex2mathml hands a formula's text on unescaped (a `<script>` in `\\text{...}` stays one) and knows
links and styles. So its tree is written out here, with the few tags and attributes that only draw.
"""

from __future__ import annotations

import html
import re
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element
from markupsafe import Markup, escape

TAGS = {
    *("math", "menclose", "mfrac", "mi", "mn", "mo", "mover", "mpadded", "mphantom", "mroot"),
    *("mrow", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext"),
    *("mtr", "munder", "munderover"),
}
ATTRIBUTES = {
    *("accent", "columnalign", "display", "displaystyle", "fence", "linethickness"),
    *("lspace", "mathvariant", "movablelimits", "notation", "rspace", "scriptlevel"),
    *("separator", "stretchy", "xmlns"),
}
SIZES = {"depth", "height", "maxsize", "minsize", "voffset", "width"}  # in which a page could drown
SMALL = re.compile(r"-?\d?\d?(\.\d+)?(em|ex|mu|pt|px)?")
LONGEST = 1_000  # characters of a formula; converting takes some 25 microseconds each
MACRO = re.compile(r"\\(def|let|(re)?new|provide)")  # which could make a short formula a huge one


def mathml(tex: str, display: str = "inline") -> Markup:
    """A formula as MathML, or as its source in `<code>` if it is too long or cannot be read.

    tex: without the dollars around it; display: "inline" or "block".
    """
    if len(tex) <= LONGEST and not MACRO.search(tex):
        try:
            return Markup(_written(convert_to_element(tex.strip(), display=display)))
        except Exception:  # dozens of kinds, on what any student may type
            pass
    return Markup('<code class="tex">{}</code>').format(tex.strip())


def _written(element: Element) -> str:
    """The element as HTML; raises ValueError for a tag that does more than draw."""
    if element.tag not in TAGS:
        raise ValueError(f"<{element.tag}> is not drawn")
    attributes = "".join(
        f' {name}="{escape(value)}"'
        for name, value in element.attrib.items()
        if name in ATTRIBUTES or (name in SIZES and SMALL.fullmatch(value))
    )
    inside = escape(html.unescape(element.text or ""))
    for child in element:
        inside += Markup(_written(child)) + escape(html.unescape(child.tail or ""))
    return f"<{element.tag}{attributes}>{inside}</{element.tag}>"
