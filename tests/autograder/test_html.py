"""Students' HTML and Markdown: readable, drawn without a network, and unable to do anything."""

import base64
import io
import time

import pytest
from bs4 import BeautifulSoup
from markupsafe import Markup
from PIL import Image

from autograder.feedback.html import (
    CLOSE,
    LONGEST_MARKDOWN,
    OPEN,
    clean_html,
    is_picture,
    render_markdown,
)
from autograder.feedback.mathml import mathml

ACTIVE = {"script", "iframe", "svg", "style", "object", "embed", "form", "link", "meta", "base"}
ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='jAvA\tscript:alert(1)'>x</a>",
    "<iframe src='https://example.org'></iframe>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<style>body { display: none }</style>",
    "<div class='card' id='at-x' style='position: fixed; top: 0'>x</div>",
    "<meta http-equiv=refresh content='0; url=https://example.org'>",
    "<form action='https://example.org'><input name=a></form>",
    "<img src='data:image/svg+xml;base64,PHN2Zy8+'>",
    "<img src='https://example.org/x.png'>",
    "[x](javascript:alert(1)) ![x](https://example.org/x.png)",
    r"$\text{<script>alert(1)</script>}$",
    r"$\href{javascript:alert(1)}{x}$ $$\style{position:fixed}{x}$$ $\class{card}{x}$",
    "<span title='$<script>alert(1)</script>$'>x</span>",
    '![$\\text{"><script>alert(1)</script>}$](attachment:none.png)',
    "\ue0000\ue001 <b title='\ue0000\ue001'>x</b> $\\text{\"><script>x</script>}$",
]


def picture(kind: str = "png", size: tuple[int, int] = (2, 2)) -> str:
    file = io.BytesIO()
    Image.new("L", size).save(file, kind)
    return base64.b64encode(file.getvalue()).decode()


def assert_inert(html: str) -> None:
    for element in BeautifulSoup(html, "html.parser").find_all(True):
        assert element.name not in ACTIVE, html
        for name, _value in element.attrs.items():
            assert not name.startswith("on"), html
            assert name not in ("id", "action", "formaction", "srcdoc", "xlink:href"), html
        assert str(element.get("href", "#")).startswith(("http", "mailto:", "#")), html
        assert element.name == "a" or not element.get("href"), html
        assert str(element.get("src", "data:image/png")).startswith("data:image/png"), html
        assert "position" not in str(element.get("style", "")), html
        assert "card" not in element.get("class", []), html


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_active_comes_through(attack):
    assert_inert(clean_html(attack))
    assert_inert(render_markdown(attack))
    assert_inert(render_markdown(f"| a |\n|-|\n| {attack} |\n\n- {attack}"))


def test_what_people_write_comes_through():
    text = "## Why\n\n**Bold** `code` <kbd>A</kbd>\n\n| a |\n|-|\n| 1 |\n\n```python\nx = 1\n```"
    html = render_markdown(f"{text}\n\n[web](https://example.org) <details><summary>s</summary>")
    page = BeautifulSoup(html, "html.parser")
    assert page.find("h2").text == "Why"
    assert page.find("strong").text == "Bold"
    assert page.find("td").text.strip() == "1"
    assert page.find("a")["href"] == "https://example.org"
    assert page.find("span", class_="n").text == "x"  # highlighted
    assert page.find("summary").text == "s"


def test_formulas_need_no_network():
    html = render_markdown("So $x < y$, and\n\n$$\\frac{1}{N} \\sum_j D(x_j)$$")
    page = BeautifulSoup(html, "html.parser")
    inline, block = page.find_all("math")
    assert (inline["display"], block["display"]) == ("inline", "block")
    assert inline.text == "x<y"
    assert block.find("mfrac")
    assert "$" not in page.text


@pytest.mark.parametrize(
    "tex", [r"\frac{", "{" * 2_000, "x^" * 300, r"\newcommand{\a}{xx}\a", "a^1^2"]
)
def test_a_formula_that_cannot_be_read_is_shown_as_typed(tex):
    assert mathml(tex) == Markup('<code class="tex">{}</code>').format(tex)


def test_attached_pictures_are_kept_and_lost_ones_cost_nothing():
    attached = {"a.png": {"image/png": picture()}}
    page = BeautifulSoup(
        render_markdown("![$x$ plotted](attachment:a.png) ![gone](attachment:b.png)", attached),
        "html.parser",
    )
    kept, lost = page.find_all("img")
    assert kept["src"].startswith("data:image/png;base64,")
    assert kept["alt"] == "x plotted"
    assert not lost.get("src")


def test_what_stands_for_formulas_and_pictures_cannot_be_typed():
    assert clean_html(f"<b title='{OPEN}0{CLOSE}'>x</b>") == "<b>x</b>"
    assert clean_html("<img src='data:held,0'> data:held,0") == '<img src=""> '
    inside = f"data:image/png;base64,{picture()}"
    assert clean_html(f"<b title='{inside}'>{inside}</b>") == f'<b title="{inside}">{inside}</b>'


def test_only_pictures_of_a_sane_size_are_pictures():
    assert is_picture("png", picture())
    assert is_picture("jpeg", picture("jpeg"))
    assert not is_picture("jpeg", picture("png"))
    assert not is_picture("png", "AAAA")
    assert not is_picture("png", "no base64!")
    assert not is_picture("png", picture(size=(6_000, 6_000)))  # 40 kB, but 36 million pixels


@pytest.mark.parametrize(
    "text",
    [
        "<div>" * 3900,
        "[" * 19000,
        "*a " * 6000,
        "<b>" * 6000,
        "\\begin{a}" * 2000,
        "> " * 9000,
        "<b style='" + "color:(" * 2000 + "'>",
        "$" * 19000,
        "x" * (LONGEST_MARKDOWN + 1),
    ],
)
def test_no_text_takes_long_or_fails(text):
    began = time.process_time()
    html = render_markdown(text)
    clean_html(text)
    assert time.process_time() - began < 5  # 1.3 s at worst, on one core
    assert_inert(html)


def test_clean_html_is_not_cleaned_again():
    once = clean_html("<b>x</b> & y")
    assert clean_html(once) is once
    assert clean_html(str(once)) == once
