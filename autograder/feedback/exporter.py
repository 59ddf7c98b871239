"""The page a student gets back: the notebook with its marks, in one file that needs no network.

nbgrader's GenerateFeedback makes it, with `ReadMarks` and `FeedbackExporter` from here in place of
its own steps (see nbgrader_config.py). The template and the rendering of text that all students
share are kept between the pages of a class.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup
from nbconvert.exporters import Exporter
from nbconvert.filters import ansi2html
from nbformat import NotebookNode
from nbgrader.preprocessors import GetGrades
from nbgrader.utils import is_grade, is_solution, is_task
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from traitlets import default

from autograder.feedback.html import PICTURE, clean_html, is_picture, render_markdown
from autograder.feedback.looks import LOOKS, METADATA, Look, short_name
from autograder.feedback.mathml import mathml

TEMPLATES = Path(__file__).parent / "templates"
HEADING = re.compile(r"^#{1,6} *([^\s#].{0,200})$", re.MULTILINE)
POINTS = re.compile(r" *\(\d+ points?\) *$")  # at its end
CHECK = re.compile(r"^check_|_check$")  # what a check's cell is called, after its exercise
BLANK_LINE = re.compile(r"^[ \t\f\v]+$", re.MULTILINE)
LONGEST_CODE = 50_000  # characters that are worth colouring
LONGEST_PAGE = 200_000  # characters of Markdown and HTML on one page: up to 10 s of parsing
UNMARKED = Look("…", "#0072B2", "#E5F1F8")
MARKED = Look("✎", "#0072B2", "#E5F1F8")


class ReadMarks(GetGrades):
    """nbgrader's GetGrades, which also tells what nobody has marked yet from a mark of 0."""

    def _get_score(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        super()._get_score(cell, resources)
        grade = self.gradebook.find_grade(
            cell.metadata.nbgrader["grade_id"],
            *(self.notebook_id, self.assignment_id, self.student_id),
        )
        unmarked = grade.needs_manual_grade and grade.manual_score is None
        cell.metadata.nbgrader["unmarked"] = bool(unmarked)


class FeedbackExporter(Exporter):
    """A graded notebook as a page for its student."""

    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **options: object
    ) -> tuple[str, dict[str, Any]]:
        """The page of a notebook; resources["nbgrader"] is as `ReadMarks` leaves it."""
        nb, resources = super().from_notebook_node(nb, resources, **options)
        return page(nb, resources["nbgrader"]), resources


@dataclass
class Mark:
    """One line of the list on top of the page."""

    anchor: str
    name: str
    points: str
    word: str
    look: Look
    comment: Markup | None


@dataclass
class Shown:
    """One cell of the page. kind: "text", "code", "check", "answer", "question" or "raw"."""

    kind: str
    source: Markup
    mark: Mark | None = None
    outputs: list[tuple[str, Markup]] = field(default_factory=list)


def page(nb: NotebookNode, graded: dict[str, Any]) -> str:
    """The page as HTML.

    graded: "student", "assignment", "score" (with the late penalty taken off), "max_score" and
    "late_penalty"; the marks of the cells are in their metadata. What comes after `LONGEST_PAGE`
    is shown as typed, verdicts excepted.
    """
    left = LONGEST_PAGE
    cells = []
    for cell in nb.cells:
        left -= _to_parse(cell)
        cells.append(_shown(cell, rendered=left >= 0))
    return _template("feedback.html.j2").render(
        student=graded["student"],
        title=_title(nb, graded["assignment"]),
        score=f"{max(0.0, graded['score']):g}",
        max_score=f"{graded['max_score']:g}",
        late_penalty=f"{graded['late_penalty']:g}" if graded["late_penalty"] else None,
        notes=[str(note) for note in nb.metadata.get(METADATA, {}).get("notes", [])],
        marks=[cell.mark for cell in cells if cell.mark],
        cells=cells,
    )


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.globals["code_style"] = Markup(HtmlFormatter().get_style_defs(".highlight"))
    return environment.get_template(name)


def _title(nb: NotebookNode, assignment: str) -> str:
    """The notebook's first heading."""
    for cell in nb.cells:
        if cell.cell_type == "markdown" and (heading := _heading(cell)):
            return heading
    return assignment


def _heading(cell: NotebookNode) -> str:
    """A Markdown cell's first heading, without the points at its end; "" if it has none."""
    found = HEADING.search(cell.source)
    return POINTS.sub("", found[1]).strip() if found else ""


def _to_parse(cell: NotebookNode) -> int:
    """The characters of a cell that take time: of its Markdown, or of its outputs'."""
    if cell.cell_type == "markdown":
        return len(cell.source)
    bundles = [output.get("data", {}) for output in cell.get("outputs", [])]
    texts = [data.get(kind, "") for data in bundles for kind in ("text/html", "text/markdown")]
    return sum(len(PICTURE.sub("", text)) for text in texts)


def _shown(cell: NotebookNode, *, rendered: bool) -> Shown:
    mark = _mark(cell)
    if cell.cell_type == "markdown":
        kind = "question" if is_task(cell) else "answer" if is_solution(cell) else "text"
        attachments = cell.get("attachments", {})
        as_typed = Markup("<pre>{}</pre>").format(cell.source)
        return Shown(
            kind, render_markdown(cell.source, attachments) if rendered else as_typed, mark
        )
    if cell.cell_type == "code":
        kind = "answer" if is_solution(cell) else "check" if is_grade(cell) else "code"
        outputs = cell.outputs
        told = any(METADATA in output.get("metadata", {}) for output in outputs)
        if kind == "check" and told:  # the cards say it; the rest is for nbgrader's arithmetic
            outputs = [output for output in outputs if output.output_type == "display_data"]
            rendered = True
        shown = [(output.output_type, _output(output, rendered=rendered)) for output in outputs]
        return Shown(kind, _code(cell.source), mark, shown)
    return Shown("raw", _as_typed(cell.source), mark)


def _mark(cell: NotebookNode) -> Mark | None:
    """What the list on top says of a cell, None if there is nothing to say."""
    info = cell.metadata.get("nbgrader", {})
    comment = (info.get("comment") or "").strip()
    if not (is_grade(cell) or is_task(cell) or comment):
        return None
    anchor, name = info["grade_id"], CHECK.sub("", info["grade_id"])
    told = [output.get("metadata", {}).get(METADATA, {}) for output in cell.get("outputs", [])]
    told = [one for one in told if one]
    if told:
        name = ", ".join(short_name(one["exercise"]) for one in told)
    elif is_task(cell) and (heading := _heading(cell)):
        name = heading
    points, word, look = "", "", MARKED
    if is_grade(cell) or is_task(cell):
        score, maximum = float(info["score"] or 0), float(info["points"])
        points = f"{score:g}/{maximum:g}"
        if info.get("unmarked"):
            points, word, look = f"?/{maximum:g}", "not marked yet", UNMARKED
        elif len(told) == 1 and told[0]["standing"] in LOOKS:
            word = told[0]["standing"]
            look = LOOKS[word]
        elif told or (is_grade(cell) and not is_solution(cell)):
            word = "right" if score == maximum else "partly right" if score else "not right"
            look = LOOKS.get(word, LOOKS["wrong"])
    rendered = render_markdown(comment) if comment else None
    return Mark(anchor, name, points, word, look, rendered)


def _output(output: NotebookNode, *, rendered: bool) -> Markup:
    """One output as HTML. It was cleaned before it was stored; here nothing is trusted to be."""
    if output.output_type == "stream":
        return _plain(output.text)
    if output.output_type == "error":
        return _plain("\n".join(output.traceback) or f"{output.ename}: {output.evalue}")
    data = output.get("data", {})
    if "text/html" in data and rendered:
        return clean_html(data["text/html"])
    for kind in ("png", "jpeg"):
        picture = data.get(f"image/{kind}")
        if picture and is_picture(kind, picture):
            alt = data.get("text/plain") or "picture"
            source = f"data:image/{kind};base64,{picture}"
            return Markup('<img alt="{}" src="{}">').format(alt, source)
    if "text/markdown" in data and rendered:
        return render_markdown(data["text/markdown"])
    if "text/latex" in data:
        return mathml(data["text/latex"].strip().strip("$"), "block")
    return _plain(data.get("text/plain") or ("" if rendered else "[the page has no room for this]"))


def _as_typed(source: str) -> Markup:
    return Markup("<pre>{}</pre>").format(source)


def _plain(text: str) -> Markup:
    return Markup(f"<pre>{ansi2html(text)}</pre>")  # which escapes


@lru_cache(maxsize=512)
def _code(source: str) -> Markup:
    """Code in colours."""
    if len(source) > LONGEST_CODE:
        return _as_typed(source)
    # The lexer takes the square of the number of lines that hold nothing but spaces.
    source = BLANK_LINE.sub("", source)
    return Markup(highlight(source, get_lexer_by_name("ipython3"), HtmlFormatter()))
