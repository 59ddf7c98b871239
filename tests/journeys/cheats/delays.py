"""Attacks on the grader's own time: what is harmless to run and takes hours to read or to show."""

from __future__ import annotations

from nbformat.v4 import new_code_cell, new_markdown_cell

from tests.journeys.cheats.submission import FIRST, Entries, Submission

ATTACKS = Entries()
attack, later = ATTACKS.add, ATTACKS.add_later


@attack("files that IPython looks for while it starts, before any cell", earns=FIRST)
def files_at_start(s: Submission) -> None:
    s.solve("leaky_relu")
    for name in ("argcomplete", "django", "storemagic", "thread", "grading_room"):
        s.file(f"{name}.py", "import os\nos._exit(3)")


@attack("a first heading that a careless pattern reads for hours", earns=FIRST)
def endless_heading(s: Submission) -> None:
    s.solve("leaky_relu")
    s.nb.cells.insert(0, new_markdown_cell("# a" + " " * 900_000 + "b"))


@attack("cells of blank lines, which take long to colour", earns=FIRST)
def blank_lines(s: Submission) -> None:
    s.solve("leaky_relu")
    for _ in range(4):
        s.nb.cells.insert(s.place("leaky_relu"), new_code_cell(" \n" * 20_000))


later(
    "stray-end-tags",
    "HTML in every cell whose end tags close nothing, and so is nested by the thousand",
    "from IPython.display import HTML, display\ndisplay(HTML('<b></i>' * 3_400))",
    earns=FIRST,
    dangerous=False,
)


@attack("as much HTML as a cell may show, in two hundred cells", earns=FIRST)
def html_in_every_cell(s: Submission) -> None:
    s.solve("leaky_relu")
    s.start("from IPython.display import HTML, display")
    for _ in range(200):
        s.before("sample_noise", "display(HTML('<p>x</p>' * 3_800))")


later(
    "half-a-character",
    "prints half a character, which no file can hold",
    "print('\\\\ud800 CANARY')",
    earns=FIRST,
    dangerous=False,
)
later(
    "one-update-many-displays",
    "a megabyte put in place of sixty displays at once",
    """
    from IPython.display import display, update_display
    for _ in range(60):
        display("small", display_id="CANARY")
    update_display("x" * 1_000_000, display_id="CANARY")
    """,
    earns=FIRST,
    may_lose=True,
    dangerous=False,
)
