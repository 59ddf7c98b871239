"""What a reader sees while a run goes on: a bar, and a picture that renews itself."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from torch import Tensor
from tqdm import tqdm

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# samples (n, ...) and a title -> figure
Picture = Callable[[Tensor, str], "Figure"]


def in_notebook() -> bool:
    """Whether this is a Jupyter kernel with somebody to look at it (not nbgrader at work)."""
    if os.environ.get("NBGRADER_EXECUTION") or "IPython" not in sys.modules:
        return False
    shell = sys.modules["IPython"].get_ipython()
    return shell is not None and hasattr(shell, "kernel")


def progress_bar(steps: int, done: int, wanted: bool | None) -> tqdm:
    """A bar over `steps` of which `done` are behind us.

    wanted None: a bar in a notebook or a terminal, silence in a log file, in a test, in grading.
    GAN_PROGRESS=0 silences it everywhere, for example where a notebook's outputs are kept.
    """
    if wanted is None:
        wanted = in_notebook() or (sys.stdout is not None and sys.stdout.isatty())
    if os.environ.get("GAN_PROGRESS") == "0":
        wanted = False
    # Text on standard output: a saved notebook cannot show a widget again, and JupyterLab paints
    # standard error as an error.
    return tqdm(
        total=steps,
        initial=done,
        desc="training",
        unit="step",
        leave=False,
        disable=not wanted,
        file=sys.stdout,
    )


class LivePicture:
    """One output of a notebook cell, replaced at each `update`; outside a notebook, nothing."""

    def __init__(self, picture: Picture | None, wanted: bool) -> None:
        """picture: how to draw; None for image grids of (n, C, H, W), scatters of (n, 2)."""
        self._picture = picture
        self._wanted = wanted and in_notebook()
        self._handle = None

    def update(self, samples: Tensor, title: str) -> None:
        """Draw samples (n, ...) under a title."""
        if not self._wanted:
            return
        from gan_utils import plots  # matplotlib is loaded only where somebody looks

        figure = (self._picture or plots.samples_figure)(samples, title)
        self._handle = plots.show(figure, handle=self._handle)


@contextmanager
def interrupt_between_steps() -> Iterator[Callable[[], bool]]:
    """Ctrl-C, or Jupyter's stop button, waits for the end of a step; a second one does not.

    Gives a function that says whether it was pressed. Outside the main thread, where Python
    allows no signal handlers, it always says no.
    """
    pressed = False

    def on_interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True

    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, before)
