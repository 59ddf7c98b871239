"""Runs submissions on this machine: the two warm processes, and one runner for each submission."""

from __future__ import annotations

import json
import logging
import os
import pickle
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat

from autograder.records import Run
from autograder.running.job import Job, Setting, unpacked
from autograder.sandbox import host
from autograder.sandbox.host import SandboxError
from autograder.sandbox.limits import Limits
from autograder.sandbox.rooms import Warm, open_rooms, rehearse

log = logging.getLogger(__name__)

TRIES = 2  # a runner may be lost to the machine's troubles once; twice is the notebook's doing
LOST = "the grader's own process for this notebook ended before the notebook did"


@dataclass
class _Rooms:
    """Where the rooms of an edition come from.

    cold: a fork cannot walk into a room on this host, so each starts a Python of its own
    busy: how many submissions use it now
    """

    edition: Path
    warm: Warm
    cold: bool
    busy: int = 0


class Worker:
    """One on each machine (or Dask worker); `run` may be called from several threads at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folder = Path(tempfile.mkdtemp(prefix="gan-worker-"))
        self._folder.chmod(0o711)  # students' processes read the edition in it, and nothing else
        self._runners: Warm | None = None
        self._rooms: dict[str, _Rooms] = {}

    def run(self, job: Job, setting: Setting) -> Run:
        """Run one submission in a room. Raises SandboxError if there is no room to be had."""
        with self._rooms_of(setting) as rooms:
            setting = replace(setting, cold=setting.cold or rooms.cold)
            for tries_left in reversed(range(TRIES)):
                folder = Path(tempfile.mkdtemp(prefix="job-", dir=self._folder))
                try:
                    (folder / "job").write_bytes(pickle.dumps((job, setting)))
                    self._send({"folder": str(folder), "edition": str(rooms.edition)}, rooms.warm)
                    lost = (folder / "begun").exists() and not (folder / "result.json").exists()
                    if not (lost and tries_left):
                        return self._result(job, setting, folder)
                finally:
                    shutil.rmtree(folder, ignore_errors=True)
        raise AssertionError("the last try gives a result")

    def prepare(self, setting: Setting) -> None:
        """Start the warm processes of a Setting. Raises SandboxError if that fails."""
        with self._rooms_of(setting):
            pass

    def close(self) -> None:
        """End the warm processes, and remove what they left."""
        with self._lock:
            for rooms in self._rooms.values():
                rooms.warm.close()
            if self._runners is not None:
                self._runners.close()
            self._rooms, self._runners = {}, None
        shutil.rmtree(self._folder, ignore_errors=True)

    @contextmanager
    def _rooms_of(self, setting: Setting) -> Iterator[_Rooms]:
        """The rooms of an edition, opened when first asked for.

        A warm process takes some 0.7 GB: those of other editions that nobody uses are ended.
        """
        digest = setting.edition_digest
        with self._lock:
            if self._runners is None:
                self._runners = _open_runners()
            for other in [key for key, rooms in self._rooms.items() if not rooms.busy]:
                if other != digest:
                    self._rooms.pop(other).warm.close()
            if digest not in self._rooms:
                self._rooms[digest] = self._open(setting)
            rooms = self._rooms[digest]
            rooms.busy += 1
        try:
            yield rooms
        finally:
            with self._lock:
                rooms.busy -= 1

    def _open(self, setting: Setting) -> _Rooms:
        """Unpack the edition, start its warm process, and see whether it can enter a room."""
        edition = Path(tempfile.mkdtemp(prefix="edition-", dir=self._folder))
        unpacked(setting.edition, edition)
        data = [Path(setting.data)] if setting.data else []
        needed = [*host.python_trees(), edition, *data]
        warm = open_rooms(edition, needed, sandboxed=setting.sandboxed)
        cold = False
        if setting.sandboxed and not setting.cold:
            reason = rehearse(warm, host.view(edition, None, host.answers(), Limits()))
            cold = bool(reason)
            if cold:
                log.warning("Rooms start a fresh Python each, which is slower here: %s", reason)
        return _Rooms(edition, warm, cold)

    def _send(self, request: dict, rooms: Warm) -> None:
        """Have a runner forked, and wait until it ends."""
        over, alive = os.pipe()
        try:
            with self._lock:
                self._runners.send(request, [rooms.socket.fileno(), alive])
        finally:
            os.close(alive)
        with os.fdopen(over, "rb") as waiting:
            waiting.read()

    def _result(self, job: Job, setting: Setting, folder: Path) -> Run:
        """What the runner left; if it left nothing, a Run that says so.

        Raises SandboxError if no room could be opened.
        """
        run = Run(job.student, job.assignment, job.digest, setting.seed, None)
        try:
            told = json.loads((folder / "result.json").read_text(encoding="utf-8"))
            if "failed" in told:
                raise SandboxError(told["failed"])
            run.notebook = nbformat.read(folder / "notebook.ipynb", as_version=4)
        except (OSError, ValueError):
            if not (folder / "begun").exists():
                raise SandboxError("A process of the grader ended before it began.") from None
            run.notebook = nbformat.reads(job.notebook, as_version=4)
            run.notes = [f"The run was lost: {LOST}. Nothing in it could be graded."]
            run.troubles = {one.key: f"There is no answer: {LOST}." for one in setting.questions}
            return run
        run.answers = {key: (folder / name).read_bytes() for key, name in told["answers"].items()}
        run.troubles, run.notes, run.seconds = told["troubles"], told["notes"], told["seconds"]
        return run


def _open_runners() -> Warm:
    """The warm process of runners: the grader's own modules, and the grader's own rights."""
    inside = Path(host.__file__).parent / "inside" / "warm.py"
    command = [sys.executable, "-P", str(inside)]
    return Warm(
        command, "autograder.running.runner:main", ["autograder.running.runner"], dict(os.environ)
    )


_here: Worker | None = None
_lock = threading.Lock()


def _worker() -> Worker:
    """This process's own Worker, made when it is first asked for."""
    global _here
    with _lock:
        if _here is None:
            _here = Worker()
        return _here


def run_here(job: Job, setting: Setting) -> Run:
    """Run one submission on this process's own Worker: what Dask sends to its workers."""
    return _worker().run(job, setting)


def prepare_here(setting: Setting) -> None:
    """Start what a Setting needs. Raises SandboxError, as `run_here` will."""
    _worker().prepare(setting)


def close_here() -> None:
    """End this process's own Worker, if it has one."""
    global _here
    with _lock:
        if _here is not None:
            _here.close()
        _here = None
