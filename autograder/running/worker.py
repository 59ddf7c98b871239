"""Runs submissions on this machine: the two warm processes, and one runner for each submission."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import sys
import tempfile
import threading
from pathlib import Path

import nbformat

from autograder.records import Run
from autograder.running.job import Job, Setting, unpacked
from autograder.sandbox import host
from autograder.sandbox.host import SandboxError
from autograder.sandbox.rooms import Warm, open_rooms

TRIES = 2  # a runner may be lost to the machine's troubles once; twice is the notebook's doing
LOST = "the grader's own process for this notebook ended before the notebook did"


class Worker:
    """One on each machine (or Dask worker); `run` may be called from several threads at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folder = Path(tempfile.mkdtemp(prefix="gan-worker-"))
        self._folder.chmod(0o711)  # students' processes read the edition in it, and nothing else
        self._runners: Warm | None = None
        self._rooms: dict[str, tuple[Path, Warm]] = {}

    def run(self, job: Job, setting: Setting) -> Run:
        """Run one submission in a room. Raises SandboxError if there is no room to be had."""
        edition, rooms = self._rooms_of(setting)
        folder = Path(tempfile.mkdtemp(prefix="job-", dir=self._folder))
        try:
            (folder / "job").write_bytes(pickle.dumps((job, setting)))
            for _ in range(TRIES):
                self._send({"folder": str(folder), "edition": str(edition)}, rooms)
                if (folder / "result.json").exists() or not (folder / "begun").exists():
                    break
            return self._result(job, setting, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def prepare(self, setting: Setting) -> None:
        """Start the warm processes of a Setting. Raises SandboxError if that fails."""
        self._rooms_of(setting)

    def close(self) -> None:
        """End the warm processes, and remove what they left."""
        with self._lock:
            for _, rooms in self._rooms.values():
                rooms.close()
            if self._runners is not None:
                self._runners.close()
            self._rooms, self._runners = {}, None
        shutil.rmtree(self._folder, ignore_errors=True)

    def _rooms_of(self, setting: Setting) -> tuple[Path, Warm]:
        """The edition's folder and its warm process, started when first asked for."""
        with self._lock:
            if self._runners is None:
                self._runners = _open_runners()
            if setting.edition_digest not in self._rooms:
                edition = self._folder / setting.edition_digest[:16]
                unpacked(setting.edition, edition)
                needed = [*host.python_trees(), edition]
                if setting.data:
                    needed.append(Path(setting.data))
                rooms = open_rooms(edition, needed, sandboxed=setting.sandboxed)
                self._rooms[setting.edition_digest] = edition, rooms
            return self._rooms[setting.edition_digest]

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
