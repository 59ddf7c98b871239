"""What a reader sees: the bar, the live picture, and silence where nobody looks."""

import sys
import types

import pytest
import torch

from gan_utils.plots import Picture
from gan_utils.training.progress import LivePicture, in_notebook, progress_bar
from tests.gan_utils.training_toys import play


@pytest.fixture
def notebook(monkeypatch):
    """An IPython whose kernel keeps what is displayed: a list of (bundle, handle)."""
    IPython = pytest.importorskip("IPython")  # noqa: N806
    shown = []

    class Handle:
        def update(self, bundle, raw):
            shown.append((bundle, self))

    def display(bundle, *, raw, display_id):
        assert raw and display_id
        shown.append((bundle, Handle()))
        return shown[-1][1]

    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.setattr(IPython, "get_ipython", lambda: types.SimpleNamespace(kernel=object()))
    monkeypatch.setattr("IPython.display.display", display)
    return shown


def test_nothing_is_written_outside_a_notebook_and_a_terminal(capfd):
    play(4, snapshot_every=1)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("variable", ["NBGRADER_EXECUTION", "GAN_PROGRESS"])
def test_grading_and_a_switch_silence_the_bar(monkeypatch, notebook, variable):
    assert not progress_bar(10, 0, wanted=True).disable
    monkeypatch.setenv(variable, "0" if variable == "GAN_PROGRESS" else "autograde")
    assert progress_bar(10, 0, wanted=None).disable
    if variable == "NBGRADER_EXECUTION":
        assert not in_notebook()


def test_a_terminal_gets_a_bar_and_can_do_without(monkeypatch, capfd):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert not progress_bar(10, 0, wanted=None).disable
    assert progress_bar(10, 0, wanted=False).disable
    play(4, progress=True, check_every=1)
    said = capfd.readouterr()
    assert "training" in said.out and not said.err


def test_one_picture_renews_itself_in_a_notebook(notebook):
    play(4, snapshot_every=2, progress=False)
    assert len(notebook) == 3
    assert len({id(handle) for _, handle in notebook}) == 1
    assert 'alt="step 4' in notebook[-1][0]["text/html"]


def test_a_picture_of_ones_own_and_none_at_all(notebook):
    titles = []

    def picture(samples, title):
        titles.append((title, tuple(samples.shape)))
        return Picture(1, 1, "mine")

    play(2, snapshot_every=1, snapshot_count=3, picture=picture, progress=False)
    assert titles == [(f"step {i}", (3, 2)) for i in range(3)]
    notebook.clear()
    play(2, snapshot_every=1, live=False, progress=False)
    assert notebook == []


def test_without_ipython_the_live_picture_is_silent(monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert not in_notebook()
    LivePicture(lambda *_: pytest.fail("drawn for nobody"), True).update(torch.zeros(2, 2), "")
