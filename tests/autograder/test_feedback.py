"""The page a student gets back: marks and verdicts to read, offline, and nothing that runs."""

import copy
import re

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.feedback import exporter as feedback
from autograder.feedback.exporter import FeedbackExporter, ReadMarks, page
from autograder.feedback.looks import METADATA
from autograder.feedback.verdicts import verdict_outputs
from autograder.records import Verdict
from tests.autograder.test_html import ATTACKS, picture
from tests.tiny_course import make_course

GRADED = {"student": "zoë <b>", "assignment": "03_x", "score": 5.5, "max_score": 20.0}
ATTACK = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def graded(cell: NotebookNode, name: str, points: float, **more: object) -> NotebookNode:
    kinds = {"grade": True, "solution": False, "task": False} | more
    cell.metadata["nbgrader"] = {"grade_id": name, "points": points, "score": 0.0} | kinds
    return cell


def check(name: str, word: str, points: float, maximum: float) -> NotebookNode:
    verdict = Verdict(
        f"check_{name}", f"x.{name}", word, points, maximum, None, f"x.{name}: {ATTACK}"
    )
    cell = new_code_cell(f'check("x.{name}", {name})', outputs=verdict_outputs(verdict))
    return graded(cell, f"check_{name}", maximum, score=points)


def notebook(*more: NotebookNode) -> NotebookNode:
    answer = new_code_cell("def leaky_relu(x):\n    return x  # <b>")
    task = new_markdown_cell("### Question 1 · A loss (6 points)\n\nWhy is $D^*=1/2$?")
    marked = new_markdown_cell("### Question 2\n\nWhy?")
    return new_notebook(
        cells=[
            new_markdown_cell("# 3 · Title"),
            graded(answer, "leaky_relu", 0, grade=False, solution=True),
            check("leaky_relu", "right", 5, 5),
            check("noise", "wrong", 0.5, 3),
            check("loss", "crashed", 0, 6),
            graded(task, "q1", 6, grade=False, task=True, unmarked=True, comment=None),
            graded(
                marked, "q2", 6, grade=False, task=True, score=4.0, comment=f"Good. {ATTACK} $x$"
            ),
            *more,
        ]
    )


def html_of(nb: NotebookNode, **more: object) -> str:
    return page(nb, GRADED | {"late_penalty": 0} | more)


def soup(nb: NotebookNode, **more: object) -> BeautifulSoup:
    return BeautifulSoup(html_of(nb, **more), "html.parser")


def test_the_list_on_top_names_exercises_points_and_verdicts():
    rows = soup(notebook()).find("table", class_="marks").tbody("tr")
    cells = [[" ".join(cell.text.split()) for cell in row(["th", "td"])] for row in rows]
    assert cells == [
        ["leaky_relu", "5/5", "✓ right"],
        ["noise", "0.5/3", "◐ partly right"],
        ["loss", "0/6", "! crashed"],
        ["Question 1 · A loss", "?/6", "… not marked yet"],
        ["Question 2", "4/6", "comment"],
    ]


def test_every_name_leads_to_its_cell():
    found = soup(notebook())
    for link in found.find("table", class_="marks")("a"):
        assert found.find(id=link["href"].removeprefix("#"))


def test_score_late_penalty_and_notes_are_on_top():
    nb = notebook()
    header = soup(nb).header.text
    assert "5.5 / 20" in header
    assert "zoë <b>" in header
    assert "late" not in header
    nb.metadata[METADATA] = {"notes": [f"A cell was missing {ATTACK}"], "seed": 424242}
    html = html_of(nb, late_penalty=2.5, score=-1.0)
    header = BeautifulSoup(html, "html.parser").header.text
    assert "Handed in late: 2.5 points are taken off" in header
    assert "0 / 20" in header
    assert f"A cell was missing {ATTACK}" in header
    assert "424242" not in html


def test_a_check_shows_its_card_once_and_nothing_of_the_arithmetic():
    sections = soup(notebook()).find_all("section", class_="check")
    assert [len(section.find_all("div", class_="output")) for section in sections] == [1, 1, 1]
    assert "0 of 6 points" in sections[2].text
    assert "crashed" in sections[2].text


def test_outputs_and_answers_of_all_kinds_are_shown_and_none_is_active():
    bad = [new_markdown_cell(attack) for attack in ATTACKS]
    outputs = [
        new_output("stream", name="stderr", text=f"\x1b[31m{ATTACK}\x1b[0m"),
        new_output("error", ename="E", evalue="v", traceback=[ATTACK]),
        new_output("display_data", data={"text/html": ATTACK + "<b>bold</b>"}),
        new_output("display_data", data={"image/png": picture(), "text/plain": '"><script>'}),
        new_output(
            "display_data", data={"image/png": "bm90IGEgcGljdHVyZQ==", "text/plain": "plain"}
        ),
        new_output("display_data", data={"text/markdown": f"**md** {ATTACK}"}),
        new_output("display_data", data={"text/latex": r"$\text{<script>}x$"}),
        new_output("display_data", data={"application/javascript": "alert(1)"}),
        new_output("execute_result", data={"text/plain": ATTACK}),
    ]
    code = new_code_cell(f"# {ATTACK}", outputs=outputs)
    raw = nbformat.v4.new_raw_cell(ATTACK)
    found = soup(notebook(*bad, code, raw))
    main = found.find(id="notebook")
    for wanted in ("bold", "plain", "md", ATTACK):
        assert wanted in main.text
    assert not found.find(["script", "iframe", "object", "svg", "form"])
    for element in found.find_all(True):
        assert not [name for name in element.attrs if name.startswith("on")]
        assert re.match(r"#|https?:|mailto:", element.get("href", "#"))
        assert element.get("src", "data:image/png").startswith("data:image/png")


def test_the_page_needs_no_network_and_could_not_use_it():
    found = soup(notebook())
    policy = found.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert policy.startswith("default-src 'none'")
    assert not re.search(r"https?://(?!www\.w3\.org/1998/Math)", str(found))


def test_one_page_cannot_take_the_others_time(monkeypatch):
    monkeypatch.setattr(feedback, "LONGEST_PAGE", 2_000 + 250 * 10)
    data = {"text/html": "<em>a</em>".ljust(250), "text/plain": "plain"}
    loud = new_code_cell("x", outputs=[new_output("display_data", data=data)])
    many = [new_markdown_cell(f"*a* {i}".ljust(250)) for i in range(20)]
    nb = notebook()
    nb.cells[1:1] = [loud, *many, loud]
    found = soup(nb)
    rendered = found.find(id="notebook").find_all("em")
    assert 10 <= len(rendered) < 20
    assert found.find_all("section", class_="code")[1].pre.text.startswith("x")
    assert "plain" in found.find_all("section", class_="code")[1].text
    assert "*a* 19" in found.text
    assert "◐ partly right" in found.find_all("section", class_="check")[1].find("b").parent.text
    assert [len(check.find_all("div", class_="output")) for check in found("section", "check")] == [
        *(1, 1, 1),
    ]
    assert found("section", "check")[0].find("div", class_="output").find("b")  # a card, not text


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # of nbgrader's own making
def test_marks_nobody_gave_yet_are_told_from_zeros(tmp_path, project_root):
    nb, course = notebook(), make_course(tmp_path / "course", project_root)
    with course.gradebook() as gradebook:
        gradebook.add_assignment("03_x")
        gradebook.add_notebook("03_x", "03_x")
        for cell in nb.cells:
            info = cell.metadata.get("nbgrader")
            if info and info["grade"]:
                fields = {"max_score": info["points"], "cell_type": "code"}
                gradebook.add_grade_cell(info["grade_id"], "03_x", "03_x", **fields)
            elif info and info["task"]:
                fields = {"max_score": info["points"], "cell_type": "markdown"}
                gradebook.add_task_cell(info["grade_id"], "03_x", "03_x", **fields)
            elif info:
                gradebook.add_solution_cell(info["grade_id"], "03_x", "03_x")
        gradebook.add_student("zoë")
        gradebook.add_submission("03_x", "zoë")
        for name, score in (("check_leaky_relu", 5), ("check_noise", 0.5), ("check_loss", 0)):
            grade = gradebook.find_grade(name, "03_x", "03_x", "zoë")
            grade.auto_score, grade.needs_manual_grade = score, False
        grade = gradebook.find_grade("q2", "03_x", "03_x", "zoë")
        grade.manual_score, grade.needs_manual_grade = 0, False
        gradebook.db.commit()
    exporter = FeedbackExporter()
    exporter.register_preprocessor(ReadMarks, enabled=True)
    told = {
        "student": "zoë",
        "assignment": "03_x",
        "notebook": "03_x",
        "db_url": course.directory.db_url,
    }
    html, _ = exporter.from_notebook_node(copy.deepcopy(nb), {"nbgrader": told})
    rows = BeautifulSoup(html, "html.parser").find("table", class_="marks").tbody("tr")
    assert [row.td.text for row in rows] == ["5/5", "0.5/3", "0/6", "?/6", "0/6"]
    assert exporter.file_extension == ".html"
