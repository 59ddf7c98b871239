"""Attacks on the notebook as a file: its cells, its metadata, and what lies beside it."""

from __future__ import annotations

import io
import json
import zipfile
from copy import deepcopy

from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from tests.journeys.cheats.submission import NOTEBOOK, POINTS, Entries, Submission

ATTACKS = Entries()
attack = ATTACKS.add


@attack("deletes the graded cells")
def graded_cells_deleted(s: Submission) -> None:
    for cell in s.graded():
        s.nb.cells.remove(cell)


@attack("hands in an empty notebook")
def no_cells(s: Submission) -> None:
    s.nb.cells = []


@attack("tags the graded cells so that they are not run")
def graded_cells_skipped(s: Submission) -> None:
    for cell in s.graded():
        cell.metadata["tags"] = ["skip-execution", "raises-exception", "remove-cell", "desk"]


@attack("tags all cells as for the desk only")
def everything_for_the_desk(s: Submission) -> None:
    for cell in s.nb.cells:
        cell.metadata["tags"] = ["desk"]


@attack("turns the graded cells into text")
def graded_cells_markdown(s: Submission) -> None:
    for cell in s.graded():
        _becomes(cell, "markdown")


@attack("turns the graded cells into raw cells")
def graded_cells_raw(s: Submission) -> None:
    for cell in s.graded():
        _becomes(cell, "raw")


def _becomes(cell, kind: str) -> None:
    cell.cell_type = kind
    cell.pop("outputs", None)
    cell.pop("execution_count", None)


@attack("empties the graded cells, and unlocks them")
def graded_cells_edited(s: Submission) -> None:
    for cell in s.graded():
        cell.source = "None"
        cell.metadata.nbgrader["locked"] = False


@attack("makes the graded cells its own answers: solution cells that are not overwritten")
def graded_cells_own_answers(s: Submission) -> None:
    for cell in s.graded():
        cell.source = "None"
        cell.metadata.nbgrader.update(locked=False, solution=True)


@attack("a second copy of each graded cell, which passes")
def graded_cells_twice(s: Submission) -> None:
    for name in POINTS:
        copy = deepcopy(s.cell(f"check_{name}"))
        copy.source, copy.id = "None", f"copy-{name}".replace("_", "-")
        s.nb.cells.insert(s.place(f"check_{name}"), copy)
        s.nb.cells.append(deepcopy(copy))


@attack("all graded cells first, where nothing is defined; the answers behind them")
def graded_cells_first(s: Submission) -> None:
    graded = s.graded()
    s.nb.cells = graded + [cell for cell in s.nb.cells if cell not in graded]


@attack("gives each graded cell 1,000 points", earns=("leaky_relu",))
def points_raised(s: Submission) -> None:
    s.solve("leaky_relu")
    for cell in s.graded():
        cell.metadata.nbgrader["points"] = 1000


@attack("swaps the ids of a cheap exercise that it solved and of a dear one", earns=("leaky_relu",))
def ids_swapped(s: Submission) -> None:
    s.solve("leaky_relu")
    cheap, dear = s.cell("check_leaky_relu"), s.cell("check_discriminator_loss")
    cheap.metadata.nbgrader["grade_id"] = "check_discriminator_loss"
    dear.metadata.nbgrader["grade_id"] = "check_leaky_relu"
    cheap.id, dear.id = dear.id, cheap.id


@attack("the one solved exercise stands in every graded cell", earns=("leaky_relu",))
def one_for_all(s: Submission) -> None:
    s.solve("leaky_relu")
    for cell in s.graded():
        cell.source = 'check("vanilla_gan.leaky_relu", leaky_relu)'


@attack("adds graded cells of its own, with many points")
def graded_cells_added(s: Submission) -> None:
    for number in range(5):
        cell = deepcopy(s.cell("check_leaky_relu"))
        cell.source, cell.id = "None", f"extra-{number}"
        cell.metadata.nbgrader.update(grade_id=f"check_extra_{number}", points=100)
        s.nb.cells.append(cell)


@attack("grade ids that look alike, are no text, or are endless")
def odd_ids(s: Submission) -> None:
    odd = [
        "check_leaky_r\u0435lu",
        "check_leaky_relu ",
        "",
        "x" * 100_000,
        7,
        None,
        ["a"],
        {"a": 1},
    ]
    for cell, grade_id in zip(s.graded(), odd, strict=False):
        cell.metadata.nbgrader["grade_id"] = grade_id
        cell.source = "None"


@attack("cells whose ids clash, are too long, or are paths")
def clashing_cell_ids(s: Submission) -> None:
    for cell in s.nb.cells:
        cell.id = "same"
    s.nb.cells[0].id, s.nb.cells[1].id = "../../x", "x" * 10_000


@attack("metadata of an older and of a future nbgrader")
def odd_schema(s: Submission) -> None:
    for number, cell in enumerate(s.graded()):
        cell.metadata.nbgrader["schema_version"] = (0, 1, 99, "3", None)[number % 5]
        cell.source = "None"


@attack("metadata that is no metadata: lists, numbers and texts where objects belong")
def odd_metadata(s: Submission) -> None:
    book = json.loads(s.text())
    odd = [[], 7, "text", None, True, {"nbgrader": []}, {"nbgrader": "x"}, {"tags": "x"}]
    for cell, metadata in zip(book["cells"], odd * 9, strict=False):
        cell["metadata"] = metadata
    book["metadata"] = {"kernelspec": ["python3"], "celltoolbar": {"a": 1}, "nbgrader": 1}
    s.raw(json.dumps(book).encode())


@attack("brings its outputs along: verdicts, points, and no errors")
def forged_outputs(s: Submission) -> None:
    for cell in s.graded():
        text = f"{cell.source}: right, 12 of 12 points (8 of 8 cases)"
        cell.outputs = [
            new_output("stream", text=text),
            new_output("execute_result", {"text/plain": "12"}, execution_count=1),
        ]
        cell.execution_count = 1
    s.nb.metadata["gan_course"] = {"seed": 0, "digest": "0" * 64, "verdicts": {"leaky_relu": 5}}


@attack("asks for another kernel: a shell, a path, a command")
def other_kernel(s: Submission) -> None:
    s.nb.metadata["kernelspec"] = {
        "name": "../../../../bin/bash",
        "display_name": "{{ 7 * 7 }}",
        "language": "bash",
        "argv": ["/bin/sh", "-c", f"touch /tmp/{s.canary}"],
        "metadata": {"kernel_provisioner": {"provisioner_name": "local-provisioner"}},
    }
    s.nb.metadata["language_info"] = {"name": "bash", "version": "5"}


@attack("the notebook in the format of 2013", refused=None)
def old_format(s: Submission) -> None:
    cells = [{"cell_type": "code", "input": "None", "language": "python", "outputs": []}] * 3
    book = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]}
    s.raw(json.dumps(book).encode())


@attack("the notebook in a format that does not exist yet", refused=True)
def future_format(s: Submission) -> None:
    s.nb.nbformat = 99
    s.raw(json.dumps(s.nb).encode())


def _not_a_notebook(name: str, tries: str, content: bytes) -> None:
    @attack(tries, name=f"file-{name}", refused=True)
    def file(s: Submission) -> None:
        s.raw(content)


_not_a_notebook("empty", "hands in an empty file", b"")
_not_a_notebook("truncated", "hands in half a notebook", b'{"cells": [{"cell_type": "co')
_not_a_notebook("html", "hands in a web page", b"<!DOCTYPE html><script>alert(1)</script>")
_not_a_notebook("list", "hands in JSON that is no notebook", b"[1, 2, 3]")
_not_a_notebook("deep", "hands in JSON a million brackets deep", b"[" * 10**6 + b"]" * 10**6)
_not_a_notebook("number", "hands in a number of a million digits", b"9" * 10**6)
_not_a_notebook("noise", "hands in noise", bytes(range(256)) * 400)
_not_a_notebook("utf16", "hands in another encoding", '{"cells": []}'.encode("utf-16"))
_not_a_notebook("large", "hands in 30 megabytes of blanks", b" " * 30_000_000)


@attack("a zip in place of the notebook", refused=True)
def file_zip(s: Submission) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../../../evil.txt", b"evil")
        archive.writestr(f"{NOTEBOOK}.ipynb", bytes(10**7))
    s.raw(out.getvalue())


@attack("'cells' twice: one reader may see the first, another the second")
def double_keys(s: Submission) -> None:
    text = s.text()
    at = text.index('"cells"')
    s.raw((text[:at] + '"cells": [], ' + text[at:] + "\n").encode())


@attack("NaN, Infinity and endless numbers in the notebook's JSON")
def odd_numbers(s: Submission) -> None:
    s.cell("check_leaky_relu").metadata.nbgrader["points"] = float("inf")
    s.cell("check_generator_loss").metadata.nbgrader["points"] = float("nan")
    s.nb.metadata["large"] = 10**400
    s.raw(json.dumps(s.nb).encode())


@attack("a hundred thousand cells")
def many_cells(s: Submission) -> None:
    cell = {"cell_type": "code", "metadata": {}, "source": "1", "outputs": []}
    book = json.loads(s.text())
    book["cells"] += [cell | {"id": f"n{number}"} for number in range(100_000)]
    s.raw(json.dumps(book).encode())


@attack("one cell of ten megabytes, and one with a million lines")
def long_cells(s: Submission) -> None:
    s.nb.cells.append(new_code_cell("#" * 10_000_000))
    s.nb.cells.append(new_markdown_cell("\n" * 1_000_000))


@attack("metadata nested five hundred deep in each cell")
def deep_metadata(s: Submission) -> None:
    for cell in s.nb.cells:
        cell.metadata["deep"] = "HERE"
    deep = '{"a": ' * 500 + "{}" + "}" * 500
    s.raw(s.text().replace('"HERE"', deep).encode())


@attack("cells without source, with numbers for source, of kinds that do not exist")
def odd_cells(s: Submission) -> None:
    book = json.loads(s.text())
    book["cells"] += [
        {"cell_type": "code", "metadata": {}},
        {"cell_type": "code", "metadata": {}, "source": 7, "outputs": 3},
        {"cell_type": "heading", "metadata": {}, "source": ["a", 1, None]},
        {"cell_type": "evil", "metadata": {}, "source": "x"},
        7,
        None,
        [],
    ]
    s.raw(json.dumps(book).encode())


@attack("control characters, lone surrogates and NUL in the cells")
def odd_characters(s: Submission) -> None:
    s.nb.cells.append(new_markdown_cell("\x00\x1b[2J\x07\ud800\udfff\u202e\ufeff"))
    s.start("text = '\\ud800'\nprint(text.encode('utf-8', 'surrogatepass'))")
    s.raw(json.dumps(s.nb).encode())


@attack("puts the solution into a text cell, where nothing is run")
def solution_as_text(s: Submission) -> None:
    for name in POINTS:
        if name != "ring_generator":
            s.markdown(f"```python\n{s.answers[name]}\n```")


@attack("attachments that are programs, pages or endless")
def odd_attachments(s: Submission) -> None:
    cell = new_markdown_cell("![a](attachment:a.svg) ![b](attachment:b.png)")
    cell.attachments = {
        "a.svg": {"image/svg+xml": "<svg onload='alert(1)'/>", "text/html": "<script>1</script>"},
        "b.png": {"image/png": "not base64 <script>alert(1)</script>"},
        "c.png": {"image/png": "A" * 5_000_000},
        "../../x": {"image/png": "AAAA"},
    }
    s.nb.cells.append(cell)
