"""Run a student's code once, whatever it does: quietly, within a time limit, without side effects.

What comes back is an observation (plain arrays) or a Trouble that says what went wrong.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import linecache
import random
import re
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import numpy as np
import torch

from checks.hints import hint

HERE = str(Path(__file__).parent)
T = TypeVar("T")
Arrays = dict[str, np.ndarray]
Answer = Callable[..., Any]
Probe = Callable[[Answer, Arrays], Arrays]
KEPT_OUTPUT = 2_000  # characters of a student's prints that a message may quote
TROUBLES = ("crashed", "not attempted", "too slow", "bad return")


class BadReturn(Exception):  # noqa: N818
    """An answer gave what cannot be compared: its diagnosis, and a sentence for people."""

    def __init__(self, diagnosis: str, sentence: str) -> None:
        super().__init__(sentence)
        self.diagnosis = diagnosis


class TooSlow(BaseException):
    """The time limit of one call. Not an Exception, so that `except Exception` lets it through."""


@dataclass(frozen=True)
class Trouble:
    """Why an answer gave no arrays.

    kind: one of TROUBLES
    text: the error, or the sentence for people
    trace: the lines of the student's own code that led there
    """

    kind: str
    text: str = ""
    diagnosis: str | None = None
    trace: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What must agree for two troubles to be the same mistake.

        Our own sentences must agree to the letter. A library's errors change from one version to
        the next: the type must agree, and the numbers (the shapes) in it.
        """
        if self.kind != "crashed":
            return f"{self.kind}: {self.text}"
        error = self.text.partition(":")[0]
        return f"{self.kind}: {error} {hint(self.text)[0]} {re.findall(r'[0-9]+', self.text)}"


Observation = Arrays | Trouble


@dataclass
class Seen:
    """An observation, and what the student's code printed meanwhile."""

    observation: Observation
    printed: str = ""


def observe(probe: Probe, answer: Answer, inputs: Arrays, seconds: float = 10.0) -> Seen:
    """Put one case to an answer. Never raises for anything the answer does, bar KeyboardInterrupt.

    Random state (random, NumPy, torch) and torch's global modes are set before and restored
    afterwards, so that a check repeats and does not change what the notebook does next.
    """
    inputs = {name: np.array(value) for name, value in inputs.items()}  # the answer's own copy
    with _quiet() as printed, _global_state_restored():
        observation = guarded(lambda: probe(answer, inputs), seconds)
    return Seen(observation, printed.getvalue())


def missing(answer: object) -> Trouble | None:
    """What is wrong with an answer that cannot be asked anything; None if it can."""
    if answer is None:
        return Trouble(
            "not attempted",
            "There is nothing to check yet (check() got None). Complete the cells above, run them, "
            "then run this one again. If you did, look for a missing return.",
        )
    if not callable(answer):
        return Trouble(
            "bad return",
            f"check() got a value of type {type(answer).__name__}, expected your function itself.",
            "not_a_function",
        )
    return None


def ask(probe: Probe, answer: Answer, cases: Sequence[Arrays], seconds: float) -> list[Seen]:
    """Put every case to an answer, each within the time limit. This runs the student's code.

    After a case that was too slow or not attempted the others are not asked.
    """
    nothing = missing(answer)
    if nothing is not None:
        return [Seen(nothing)] * len(cases)
    seen: list[Seen] = []
    for inputs in cases:
        seen.append(observe(probe, answer, inputs, seconds))
        last = seen[-1].observation
        if isinstance(last, Trouble) and last.kind in ("too slow", "not attempted"):
            return seen + [seen[-1]] * (len(cases) - len(seen))
    return seen


def guarded(action: Callable[[], T], seconds: float) -> T | Trouble:
    """What the action returns, or the Trouble that it ran into."""
    clock = _Clock(seconds)
    try:
        with clock:
            result = action()
        if clock.rang:  # the answer swallowed it, and went on
            raise TooSlow
        return result
    except NotImplementedError as error:
        if _raised_by_student(error) and not str(error).strip():
            return Trouble("not attempted")
        return _crash(error)
    except BadReturn as error:
        return Trouble("bad return", str(error), error.diagnosis)
    except TooSlow:
        return Trouble(
            "too slow",
            f"It was stopped after {seconds:g} seconds; the reference takes well under one. "
            "Look for a loop that never ends, or a loop over samples or pixels.",
            "takes_too_long",
        )
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit and its like are crashes of the answer too
        return _crash(error)


def _raised_by_student(error: BaseException) -> bool:
    frames = traceback.extract_tb(error.__traceback__)
    return bool(frames) and "site-packages" not in frames[-1].filename


def _crash(error: BaseException) -> Trouble:
    said = str(error).strip()
    if isinstance(error, RecursionError | MemoryError):
        said = said or type(error).__name__
    text = f"{type(error).__name__}: {said}" if said else type(error).__name__
    return Trouble("crashed", text[:1_000], trace=_student_lines(error))


def _student_lines(error: BaseException) -> tuple[str, ...]:
    """The student's own lines on the way to the error: no frame of ours or of a library."""
    lines = []
    for frame, number in traceback.walk_tb(error.__traceback__):
        file = frame.f_code.co_filename
        if file.startswith((HERE, "<frozen ")) or "site-packages" in file:
            continue
        if file.startswith(f"{sys.base_prefix}/lib"):
            continue
        code = linecache.getline(file, number, frame.f_globals).strip()
        lines.append(f"line {number} in {frame.f_code.co_name}: {code[:200]}")
    return tuple(lines[-6:])


class _Clock:
    """Raises TooSlow in the code it surrounds after `seconds`, and every second from then on.

    By SIGALRM in the main thread, which also wakes a sleeping call; in other threads, and on
    systems without that signal, by an exception set from a second thread, which Python's own code
    meets at its next instruction. `rang` tells whether the time ran out.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds, self.rang = seconds, False
        main = threading.current_thread() is threading.main_thread()
        self._by_signal = hasattr(signal, "SIGALRM") and main

    def __enter__(self) -> None:
        if self._by_signal:
            self._before = signal.signal(signal.SIGALRM, self._on_signal)
            signal.setitimer(signal.ITIMER_REAL, self.seconds, 1.0)
        else:
            self._done, self._lock = threading.Event(), threading.Lock()
            self._watched = ctypes.c_ulong(threading.get_ident())
            threading.Thread(target=self._watch, daemon=True).start()

    def __exit__(self, *_: object) -> None:
        if self._by_signal:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._before)
        else:
            with self._lock:
                self._done.set()
            ctypes.pythonapi.PyThreadState_SetAsyncExc(self._watched, None)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.rang = True
        raise TooSlow

    def _watch(self) -> None:
        wait = self.seconds
        while not self._done.wait(wait):
            with self._lock:
                if not self._done.is_set():
                    self.rang, wait = True, 1.0
                    stop = ctypes.py_object(TooSlow)
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(self._watched, stop)


class _BoundedText(io.TextIOBase):
    """Keeps the first characters written to it and forgets the rest."""

    def __init__(self) -> None:
        self._kept = ""

    def write(self, text: str) -> int:
        room = KEPT_OUTPUT - len(self._kept)
        if room > 0:
            self._kept += text[:room]
        return len(text)

    def getvalue(self) -> str:
        return self._kept


@contextlib.contextmanager
def _quiet() -> Iterator[_BoundedText]:
    """Keep prints, progress bars and warnings of the answer away from the cell's own output."""
    text = _BoundedText()
    with (
        contextlib.redirect_stdout(text),
        contextlib.redirect_stderr(text),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield text


@contextlib.contextmanager
def _global_state_restored() -> Iterator[None]:
    """Seeded randomness and torch's usual modes inside; outside, everything as it was."""
    python, numpy, cpu = random.getstate(), np.random.get_state(), torch.get_rng_state()
    grad, dtype, device = torch.is_grad_enabled(), torch.get_default_dtype(), _default_device()
    deterministic, threads = torch.are_deterministic_algorithms_enabled(), torch.get_num_threads()
    try:
        torch.set_grad_enabled(True)
        torch.set_default_dtype(torch.float32)
        torch.set_default_device(None)
        reseed(0)
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
        torch.set_rng_state(cpu)
        torch.set_grad_enabled(grad)
        torch.set_default_dtype(dtype)
        torch.set_default_device(device)
        torch.use_deterministic_algorithms(deterministic)
        if torch.get_num_threads() != threads:
            torch.set_num_threads(threads)


def _default_device() -> torch.device | None:
    """The default device, None if nobody chose one."""
    device = torch.get_default_device()
    return None if device.type == "cpu" else device


def reseed(seed: int) -> None:
    """Seed every global source of randomness that an answer may draw from."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
