"""A short course with two exercises of notebook 03, a written cell and a task, to decide on."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.course import Course
from autograder.deciding.questions import banks
from autograder.records import Records, Run
from checks import catalogue, wire
from checks.observe import ask

SHORT = "01_short"
SEED = 20_26
ANSWERS = {
    "check_leaky_relu": "vanilla_gan.leaky_relu",
    "check_loss": "vanilla_gan.discriminator_loss",
}
PLACEHOLDER = "*Write your answer here.*"


def source_notebook() -> NotebookNode:
    """Points: 5 and 12 checked; 3 for a written cell, 6 for a task whose answer stands below it."""
    solved = "def {}(*inputs):\n    ### BEGIN SOLUTION\n    return inputs\n    ### END SOLUTION"
    scheme = "\n\n=== BEGIN MARK SCHEME ===\n6 for a reason\n=== END MARK SCHEME ==="
    cells = [
        new_markdown_cell("# A short notebook", id="title"),
        _cell(new_code_cell(solved.format("leaky_relu")), "leaky_relu", solution=True),
        _cell(
            new_code_cell('check("vanilla_gan.leaky_relu", leaky_relu)'),
            "check_leaky_relu",
            points=5,
            grade=True,
        ),
        _cell(new_code_cell(solved.format("loss")), "loss", solution=True),
        _cell(
            new_code_cell('check("vanilla_gan.discriminator_loss", loss)'),
            "check_loss",
            points=12,
            grade=True,
        ),
        _cell(new_markdown_cell("So it is."), "why", solution=True, grade=True, points=3),
        _cell(new_markdown_cell(f"### Question 1{scheme}"), "question", task=True, points=6),
        new_markdown_cell(PLACEHOLDER, id="answer"),
        new_markdown_cell("## Further reading", id="further"),
    ]
    return new_notebook(cells=cells)


def _cell(cell: NotebookNode, grade_id: str, **told: Any) -> NotebookNode:
    defaults = {"grade": False, "solution": False, "task": False, "schema_version": 3}
    told = defaults | told
    told["locked"] = not told["solution"]
    cell.id = grade_id.replace("_", "-")
    cell.metadata["nbgrader"] = told | {"grade_id": grade_id}
    return cell


def make_course(root: Path, project_root: Path) -> Course:
    """The course, with nothing registered."""
    root.mkdir()
    shutil.copy(project_root / "nbgrader_config.py", root)
    course = Course.open(root)
    path = course.notebook("source", "", SHORT)
    path.parent.mkdir(parents=True)
    nbformat.write(source_notebook(), path)
    return course


class Class:
    """Students of a course: `hand_in` writes what the gate would, and gives the Run of it."""

    def __init__(self, course: Course, release: NotebookNode) -> None:
        self.course, self.release = course, release
        self.records = Records(course)

    def hand_in(
        self,
        student: str,
        answers: dict[str, Callable[..., Any]] | None = None,
        timestamp: str | None = None,
        **cells: str | None,
    ) -> Run:
        """`hand_in("ann", {"check_loss": wrong}, why="Because.")`: by default all checks are right.

        cells: sources by the cells' ids, with _ for -; None for no such cell
        """
        nb = nbformat.from_dict(nbformat.reads(nbformat.writes(self.release), as_version=4))
        for cell in list(nb.cells):
            cell.source = cells.get(cell.id.replace("-", "_"), cell.source)
            if cell.source is None:
                nb.cells.remove(cell)
        gated = self.records.gated(student, SHORT)
        shutil.rmtree(gated, ignore_errors=True)
        gated.mkdir(parents=True)
        nbformat.write(nb, gated / f"{SHORT}.ipynb")
        if timestamp:
            (gated / "timestamp.txt").write_text(timestamp)
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs = [new_output("stream", text=f"printed in {cell.id}\n")]
        run = Run(student, SHORT, f"digest of {student}", SEED, nb)
        for grade_id, name in ANSWERS.items():
            answer = (answers or {}).get(grade_id, catalogue.find(name).reference)
            run.answers[f"{grade_id}:{name}"] = answer_to(name, answer)
        return run

    def gated(self, student: str) -> Path:
        """The folder of what was handed in."""
        return self.records.gated(student, SHORT)


def answer_to(name: str, answer: Callable[..., Any]) -> bytes:
    """What a room sends back for an answer to an exercise."""
    exercise = catalogue.find(name)
    inputs = [case.inputs for case in banks(SEED)[name].cases]
    return wire.pack(ask(exercise.probe, answer, inputs, exercise.seconds))
