"""The notice: seen in a terminal and in a notebook, and never on standard error."""

import sys
import warnings

import pytest

from gan_utils.data.notice import as_box, as_html, show_notice

TITLE, TEXT = "Not the real thing", ["Because <of> " + "many words " * 20, "/a/path" * 20]


def test_the_box_is_closed_ascii_and_whole():
    box = as_box(TITLE, TEXT)
    lines = box.splitlines()
    assert box.isascii()
    assert len({len(line) for line in lines}) == 1
    assert lines[0] == lines[-1] and set(lines[0]) == {"+", "="}
    assert all(line[:2] == "| " and line[-2:] == " |" for line in lines[1:-1])
    assert TITLE.upper() in box and TEXT[1] in box, "a path stays whole, to be copied"


def test_a_short_notice_is_as_wide_as_a_terminal():
    assert {len(line) for line in as_box("Short", ["words " * 50]).splitlines()} == {78}


def test_the_banner_escapes_what_it_quotes():
    banner = as_html("A <title>", TEXT)
    assert "A &lt;title&gt;" in banner and "Because &lt;of&gt;" in banner
    assert "role='alert'" in banner


def test_a_terminal_gets_the_box(monkeypatch, capfd):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        show_notice(TITLE, TEXT)
    out, err = capfd.readouterr()
    assert out == as_box(TITLE, TEXT) + "\n" and not err


def test_ipython_imported_but_not_running_is_a_terminal(capfd):
    pytest.importorskip("IPython")
    show_notice(TITLE, TEXT)
    assert capfd.readouterr().out == as_box(TITLE, TEXT) + "\n"


def test_a_notebook_gets_the_banner(monkeypatch, capfd):
    ipython = pytest.importorskip("IPython")
    import IPython.display

    shown = []
    monkeypatch.setattr(ipython, "get_ipython", object)
    monkeypatch.setattr(IPython.display, "display", lambda data, raw: shown.append(data))
    show_notice(TITLE, TEXT)
    assert shown == [{"text/html": as_html(TITLE, TEXT), "text/plain": as_box(TITLE, TEXT)}]
    assert capfd.readouterr() == ("", "")
