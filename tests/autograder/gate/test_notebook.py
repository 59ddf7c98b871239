"""What the gate makes of a notebook's bytes: accidents are read, the rest gets a sentence."""

import json
import re

import nbformat
import pytest

from autograder.gate import SubmissionError
from tests.autograder.gate.conftest import NOTEBOOK, PNG, cell_of, order


def test_an_honest_notebook_passes_unchanged(gated, nb, release):
    cell_of(nb, "double").outputs = [nbformat.v4.new_output("stream", text="mine")]
    cell_of(nb, "double").execution_count = 7
    clean, notes = gated(nb)
    assert notes == []
    assert order(clean) == order(release)
    assert [cell.source for cell in clean.cells] == [cell.source for cell in nb.cells]


@pytest.mark.parametrize("change", ["bom", "crlf", "spaces around", "ascii", "one line", "strings"])
def test_other_ways_to_write_the_same_file(gated, nb, change):
    text = nbformat.writes(nb)
    same = {
        "bom": lambda: b"\xef\xbb\xbf" + text.encode(),
        "crlf": lambda: text.replace("\n", "\r\n"),
        "spaces around": lambda: f"\n\n   {text}\n\n",
        "ascii": lambda: json.dumps(json.loads(text)),
        "one line": lambda: json.dumps(json.loads(text), ensure_ascii=False),
        "strings": lambda: json.dumps(dict(nb)),  # sources as strings, not lists of lines
    }
    assert gated(same[change]()) == gated(nb)


def test_newlines_of_windows_within_cells(gated, nb):
    for cell in nb.cells:
        cell.source = cell.source.replace("\n", "\r\n")
    clean, notes = gated(nb)
    assert notes == []
    assert cell_of(clean, "square").source == "def square(x):\n    return x * x"


@pytest.mark.parametrize("minor", [0, 1, 2, 3, 4, 5, 99, None, "x"])
def test_all_minor_versions_of_format_4(gated, nb, minor, release):
    nb.nbformat_minor = minor
    for cell in nb.cells:
        del cell["id"]
    clean, notes = gated(nb)
    assert notes == []
    assert order(clean) == order(release)
    assert clean.nbformat_minor == 5


def test_format_3_and_2(gated, nb):
    old = nbformat.convert(nb, 3)
    clean, notes = gated(old)
    assert cell_of(clean, "square").source == "def square(x):\n    return x * x"
    assert cell_of(clean, "why").source == "Because."
    assert "# Tiny" in [cell.source for cell in clean.cells]  # a cell of type heading there
    assert notes == []
    old = json.loads(json.dumps(old))
    old["nbformat"] = 2
    for cell in old["worksheets"][0]["cells"]:
        cell.pop("metadata")
    clean, notes = gated(old)
    assert cell_of(clean, "square").source == "def square(x):\n    return x * x"
    assert "recognised by what is in them" in notes[0]


REFUSED = {
    "empty": (b"", "is empty"),
    "blank": (b" \n", "is empty"),
    "zip": (b"PK\x03\x04\x14\x00", "a zip archive: unpack it"),
    "pdf": (b"%PDF-1.5", "a PDF"),
    "page": (b"\n<!DOCTYPE html><html>", "a web page: download"),
    "page with a mark": (b"\xef\xbb\xbf<html>", "a web page"),
    "utf-16": ('{"cells": []}'.encode("utf-16"), "UTF-16"),
    "utf-16 without a mark": ('{"cells": []}'.encode("utf-16-le"), "not in UTF-8"),
    "binary": (b"\x7fELF\x00\x01", "binary data"),
    "code": (b"import torch\nprint(1)\n", "line 1 is not JSON"),
    "cut": (
        b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "x = ',
        "ends in the middle",
    ),
    "cut elsewhere": (b'{"nbformat": 4, "cells": [', "ends in the middle"),
    "merge": (b'{"a": 1,\n<<<<<<< HEAD\n"b": 2}', "line 2 is not JSON (of two versions merged"),
    "two": (b"{}{}", "line 1 is not JSON"),
    "a list": (b"[1, 2]", "holds no cells"),
    "a number": (b"3", "holds no cells"),
    "not a notebook": (b'{"name": "x", "version": 4}', "names no notebook format"),
    "format 1": (b'{"nbformat": 1, "cells": []}', "format 1: formats 2 to 4"),
    "format 5": (b'{"nbformat": 5, "cells": []}', "format 5: formats 2 to 4"),
    "format 99": (b'{"nbformat": 99, "cells": []}', "format 99"),
    "format -1": (b'{"nbformat": -1, "cells": []}', "format -1"),
    "format 1e4000": (b'{"nbformat": 1%s, "cells": []}' % (b"0" * 4000), "format 1000"),
    "format as text": (b'{"nbformat": "4", "cells": []}', "names no notebook format"),
    "format true": (b'{"nbformat": true, "cells": []}', "names no notebook format"),
    "no cells": (b'{"nbformat": 4}', "no list of cells"),
    "cells of a kind": (b'{"nbformat": 4, "cells": {"a": 1}}', "no list of cells"),
    "no worksheets": (b'{"nbformat": 3, "cells": []}', "no worksheets"),
    "odd worksheets": (b'{"nbformat": 3, "worksheets": [3]}', "no list of cells"),
    "deep": (b'{"nbformat": 4, "x": ' + b"[" * 100_000, "nested too deep"),
    "huge number": (b'{"nbformat": 4, "x": %s}' % (b"9" * 5000), "a gigantic value"),
    "many cells": (b'{"nbformat": 4, "cells": [%s{}]}' % (b"{}," * 2000), "more than 2,000 cells"),
    "brackets": (b"[]," * 1_000_001, "more than 1,000,000 brackets: clear its outputs"),
    "much text": (
        json.dumps({"nbformat": 4, "cells": [{"source": "x" * 900_000}] * 5}).encode(),
        "4,500,000 characters, and 4,000,000 are read",
    ),
    "many lines": (
        json.dumps({"nbformat": 4, "cells": [{"source": "\n" * 100_001}]}).encode(),
        "100,001 lines",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_notebook_gets_a_sentence(folder, pass_gate, name):
    data, reason = REFUSED[name]
    (folder / NOTEBOOK).write_bytes(data)
    with pytest.raises(SubmissionError, match=re.escape(reason)) as caught:
        pass_gate()
    assert NOTEBOOK in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 250


def test_not_quite_json_is_read_as_jupyter_reads_it(gated, nb):
    text = nbformat.writes(nb)
    head, tail = text.rsplit("}", 1)
    extra = '"x": [NaN, Infinity, -Infinity, 1e999], "nbformat": 3, "nbformat": 4'
    assert gated(f"{head}, {extra} }}{tail}") == gated(nb)


def test_bytes_that_are_no_utf_8_are_replaced(gated, nb):
    nb.cells[-1].source = "sch\u00f6n"
    clean, notes = gated(nbformat.writes(nb).encode("latin-1"))
    assert clean.cells[-1].source == "sch\ufffdn"
    assert notes == [f"{NOTEBOOK} was not all UTF-8: some characters were replaced"]


def test_characters_that_are_none(gated, nb):
    nb.cells[-1].source = "a\ud800b\x00c\x1b[31md\x85\x0ce\tf \U0001f600 \u00e9"
    clean, notes = gated(json.dumps(nb))
    assert clean.cells[-1].source == "a\ufffdb\ufffdc\ufffd[31md\ufffde\tf \U0001f600 \u00e9"
    assert notes == [
        f"cell number {len(nb.cells)}: with characters that no screen can show: they were replaced"
    ]


@pytest.mark.parametrize(
    "raw",
    [
        None,
        3,
        "text",
        [],
        {},
        {"cell_type": "code"},
        {"cell_type": "code", "source": 3},
        {"cell_type": "code", "source": {"a": 1}},
        {"cell_type": "code", "source": ["a", 3]},
        {"cell_type": "code", "source": "x" * 1_000_001},
    ],
)
def test_what_is_no_cell_is_left_out(gated, nb, raw):
    expected = gated(nb)[0]
    nb = json.loads(nbformat.writes(nb))
    nb["cells"].insert(2, raw)
    clean, notes = gated(nb)
    assert clean == expected
    assert notes == ["cell number 3: no cell with at most 1,000,000 characters of text: left out"]


def test_cells_of_odd_types_and_fields_stay_as_text(gated, nb):
    odd = [
        {"cell_type": "executable", "source": "a", "metadata": 3, "surprise": [1]},
        {"cell_type": ["code"], "source": "b", "id": {"a": 1}},
        {"source": "c", "metadata": {"nbgrader": 3}, "attachments": 7},
        {"cell_type": "heading", "source": "d", "level": 3.0},
        {"cell_type": "heading", "source": "e", "level": 10**30},
        {"cell_type": "code", "source": ["f", "g"], "outputs": "none", "execution_count": {}},
    ]
    nb = json.loads(nbformat.writes(nb))
    nb["cells"] += odd
    nb |= {"surprise": {}, "metadata": ["kernelspec"]}
    clean, notes = gated(nb)
    assert [(cell.cell_type, cell.source, cell.id) for cell in clean.cells[-6:]] == [
        ("raw", "a", "own-1"),
        ("raw", "b", "own-2"),
        ("raw", "c", "own-3"),
        ("markdown", "### d", "own-4"),
        ("markdown", "# e", "own-5"),
        ("code", "fg", "own-6"),
    ]
    assert notes == []


def test_the_kernel_tags_and_other_metadata_are_ours(gated, nb):
    nb.metadata = {
        "kernelspec": {"name": "evil", "display_name": "x", "language": "bash"},
        "widgets": {"state": {}},
    }
    nb.cells[2].metadata["tags"] = ["skip-execution"]
    cell_of(nb, "double_check").metadata |= {"tags": ["skip-execution"], "deletable": True}
    clean, notes = gated(nb)  # which checks the kernel and that no metadata but nbgrader's is left
    assert notes == []
    assert clean.metadata.language_info == {"name": "python"}


def test_pictures_in_an_answer_stay_and_nothing_else_does(gated, nb):
    nb.cells[-1].attachments = {"own.png": {"image/png": PNG[:40] + "\n" + PNG[40:]}}
    clean, notes = gated(nb)
    assert clean.cells[-1].attachments == {"own.png": {"image/png": PNG}}
    assert notes == []
    nb.cells[-1].attachments |= {
        "a.svg": {"image/svg+xml": "<svg onload='alert(1)'/>"},
        "b.png": {"image/png": "bm90IGEgcG5n"},
        "c.png": {"image/png": "<script>"},
        "d.png": {"image/png": [PNG, 3], "text/html": "<b>"},
        "e\n.png": {"image/png": PNG},
        "f.png": "text",
        "g.jpg": {"image/jpeg": PNG},
        "h.png": {"image/png": PNG[:10] + "A" * 8_000_000},
    }
    clean, notes = gated(json.dumps(nb))
    assert clean.cells[-1].attachments == {"own.png": {"image/png": PNG}}
    assert notes == [
        f"cell number {len(nb.cells)}: with attachments that are no PNG, JPEG or GIF of up to 5 MB:"
        " left out"
    ]
