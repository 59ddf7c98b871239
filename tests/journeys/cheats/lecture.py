"""A class of cheats and honest students, graded as a lecturer would, and what to look at after.

The notebook is the real one, less the cells that only show something: the exercises, their checks
and the written questions remain. Nothing dangerous is handed in before a harmless submission has
shown that this grader runs students' code in a room.
"""

from __future__ import annotations

import ctypes
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import psutil
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution, is_task

from tests.journeys.cheats.submission import CANARY, NOTEBOOK, Entry, right_answers

KEPT = {"imports", "ring-data", "ring-mine"}  # what the exercises need of the cells in between
# Long enough for honest work on a busy machine; short where all that is waited for is the limit.
SIZES = {"memory_mb": 2048, "disk_mb": 64, "answer_seconds": 12, "patience_seconds": 12}
USUAL = {"cell_seconds": 90, "seconds": 240, **SIZES}
SHORT = {"cell_seconds": 6, "seconds": 24, **SIZES}
LEAKED = "LEAK" + "ED"
ORPHANS_COME_HERE = 36  # PR_SET_CHILD_SUBREAPER


@dataclass
class Lecture:
    """A course, what was handed in, and what came of grading it."""

    root: Path
    release: NotebookNode
    answers: dict[str, str]
    temporary: Path  # where the grader's temporary files go
    report: dict = field(default_factory=dict)
    said: str = ""
    status: int = -1
    left: list[str] = field(default_factory=list)  # processes
    reached: list[str] = field(default_factory=list)  # bait that was taken

    def hand_in(self, entries: Iterable[Entry]) -> None:
        """Write these submissions into submitted/."""
        for entry in entries:
            entry.write(self.release, self.answers, self.root / "submitted")

    def grade(self) -> None:
        """Run the command that grades, as a lecturer does; fills in what came of it."""
        report = self.root / "report.json"
        with _orphans_adopted() as left, _bait() as reached:
            secret = {"BAIT_SECRET": secrets.token_hex(), "TMPDIR": str(self.temporary)}
            run = _autograder(self.root, "grade", "--json", str(report), **secret)
        self.status, self.said = run.returncode, run.stdout + run.stderr
        self.left, self.reached = left, reached
        assert report.is_file(), f"grading gave no report:\n{self.said[-3000:]}"
        self.report = json.loads(report.read_text(), parse_constant=_no_constant)

    def outcome(self, entry: Entry) -> dict | None:
        """What became of a submission; None if its folder was passed over."""
        found = [one for one in self.report["submissions"] if one["student"] == entry.folder]
        assert len(found) <= 1, f"{entry.name} is in the report {len(found)} times"
        return found[0] if found else None

    def shown(self, entry: Entry) -> str:
        """All that the submission's cells put out when they were run, as text."""
        path = self.root / "autograded" / entry.folder / NOTEBOOK / f"{NOTEBOOK}.ipynb"
        if not path.is_file():
            return ""
        cells = nbformat.read(path, as_version=4).cells
        return "\n".join(json.dumps(cell.get("outputs", [])) for cell in cells)

    def feedback(self, entry: Entry) -> str:
        """The page that the student gets, "" if there is none."""
        path = self.root / "feedback" / entry.folder / NOTEBOOK / f"{NOTEBOOK}.html"
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    def tidy_up(self) -> None:
        """Remove everything, whatever rights it was given."""
        for folder in (self.root, self.temporary):
            shutil.rmtree(folder, ignore_errors=True)


def make_lecture(project: Path, limits: dict[str, int]) -> Lecture:
    """A course of its own with the shortened notebook, these limits, and its release."""
    root = Path(tempfile.mkdtemp(prefix="class-"))  # short, since sockets have short names
    config = (project / "nbgrader_config.py").read_text()
    config += "".join(f"c.Limits.{name} = {value}\n" for name, value in limits.items())
    (root / "nbgrader_config.py").write_text(config)
    solution = put_shortened_solution(project, root)
    run = _autograder(root, "release")
    assert run.returncode == 0, run.stdout + run.stderr
    release = nbformat.read(root / "notebooks" / NOTEBOOK / f"{NOTEBOOK}.ipynb", as_version=4)
    temporary = Path(tempfile.mkdtemp(prefix="grader-"))
    return Lecture(root, release, right_answers(solution), temporary)


def put_shortened_solution(project: Path, root: Path) -> NotebookNode:
    """Write the notebook that all this is about into the course in `root`; gives it too."""
    solution = nbformat.read(project / "solutions" / NOTEBOOK / f"{NOTEBOOK}.ipynb", as_version=4)
    solution.cells = [cell for cell in solution.cells if _is_kept(cell)]
    source = root / "solutions" / NOTEBOOK / f"{NOTEBOOK}.ipynb"
    source.parent.mkdir(parents=True)
    nbformat.write(solution, source)
    return solution


def require_room(project: Path) -> None:
    """Stop here (AssertionError) unless this grader runs students' code apart from the machine."""
    lecture = make_lecture(project, USUAL)
    outside = {
        "solutions": str(lecture.root / "solutions"),
        "processes": str(Path("/proc/self/ns/pid").readlink()),
        "network": str(Path("/proc/self/ns/net").readlink()),
    }

    def make(s) -> None:
        s.solve("leaky_relu")
        s.start(f"""
            import os
            outside = {outside!r}
            apart = (not os.path.exists(outside["solutions"])
                     and os.readlink("/proc/self/ns/pid") != outside["processes"]
                     and os.readlink("/proc/self/ns/net") != outside["network"])
            print("runs", "apart" if apart else "WITH THE GRADER")
        """)

    guard = Entry("guard", "says where it runs", make, earns=("leaky_relu",))
    try:
        lecture.hand_in([guard])
        lecture.grade()
        assert "runs apart" in lecture.shown(guard), (
            "This grader does not run students' code in a room, so no attack is handed in.\n"
            f"{lecture.said[-2000:]}"
        )
    finally:
        lecture.tidy_up()


def canaries(lecture: Lecture) -> list[str]:
    """Files that bear an attack's mark, in the places where the next process would find them."""
    inside = {lecture.root / name for name in ("submitted", "grading", "autograded", "feedback")}
    places = [lecture.root, lecture.temporary, Path.home(), *map(Path, ("/tmp", "/var/tmp"))]
    places += map(Path, ("/dev/shm", "/run", "/etc/cron.d", "/usr/local/bin", "/usr/bin"))
    found = []
    for place in places:
        for folder, folders, files in os.walk(place):
            here = Path(folder)
            deep = len(here.relative_to(place).parts) > 3
            folders[:] = [name for name in folders if not deep and here / name not in inside]
            found += [str(here / name) for name in [*folders, *files] if CANARY in name]
    return found


def _is_kept(cell: NotebookNode) -> bool:
    marked = is_solution(cell) or is_grade(cell) or is_task(cell)
    return marked or cell.id in KEPT or cell.source == "*Write your answer here.*"


def _autograder(root: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "autograder", "--course", str(root), *arguments]
    return subprocess.run(
        command,
        env=os.environ | {"GAN_PROFILE": "smoke"} | env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="backslashreplace",
    )


@contextmanager
def _orphans_adopted() -> Iterator[list[str]]:
    """The processes that are left behind in the `with` block: a list that fills up at its end."""
    libc, me, left = ctypes.CDLL(None), psutil.Process(), []
    before = set(me.children(recursive=True))
    libc.prctl(ORPHANS_COME_HERE, 1, 0, 0, 0)
    try:
        yield left
        _, remaining = psutil.wait_procs(set(me.children(recursive=True)) - before, timeout=5)
        for process in remaining:
            left.append(f"{process.pid} {process.name()} {process.cmdline()}"[:300])
            process.kill()
    finally:
        libc.prctl(ORPHANS_COME_HERE, 0, 0, 0, 0)


@contextmanager
def _bait() -> Iterator[list[str]]:
    """Listening sockets on this machine; the list fills up with those that somebody reached."""
    reached: list[str] = []
    port, name = socket.socket(), socket.socket(socket.AF_UNIX)
    port.bind(("127.0.0.1", 0))
    name.bind("\0gan-bait")

    def serve(listener: socket.socket) -> None:
        with listener:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                reached.append(str(listener.getsockname()))
                with connection:
                    connection.send(b"gan-bait")

    for listener in (port, name):
        listener.listen()
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
    try:
        yield reached
    finally:
        for listener in (port, name):
            listener.shutdown(socket.SHUT_RDWR)  # wakes accept()


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")
