"""How fast a class is graded: this course's grader against plain nbgrader, on the same notebooks.

    python -m benchmarks.grading                   # measure, and write the section of RESULTS.md
    python -m benchmarks.grading --class-of 12 --rounds 1 --dry-run

The notebook holds the ten exercises of notebook 03, as ten small functions without training. Plain
nbgrader runs it with check() in the student's own kernel, which is what it can do: one submission
after the other, unprotected. The two take turns. Times are of the whole command, start to end;
plain nbgrader's is without feedback, ours is with and without.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import psutil
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

from benchmarks.results import machine, table, write_section

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "solutions" / "03_vanilla_gan" / "03_vanilla_gan.ipynb"
NAME = "01_small"
RING = """
def train_on_ring():
    ### BEGIN SOLUTION
    from gan_utils.data.ring import STD, centres
    def ring_generator(z):
        which = ((z[:, 0] + 1) * 4).long().clamp(0, 7)
        return centres()[which] + STD * 3**0.5 * z[:, 1:3]
    return ring_generator
    ### END SOLUTION
"""
PLAIN = "c = get_config()\nc.CourseDirectory.course_id = 'plain'\nc.Exchange.root = 'exchange'\n"


def small_notebook(exercises: Sequence[str] = ()) -> NotebookNode:
    """The solution notebook reduced to its imports and its exercises (all, or those named)."""
    nb = nbformat.read(SOURCE, as_version=4)
    cells = [next(cell for cell in nb.cells if cell.cell_type == "code")]
    for cell in nb.cells:
        if cell.cell_type != "code" or not (is_solution(cell) or is_grade(cell)):
            continue
        name = cell.metadata.nbgrader["grade_id"].removeprefix("check_")
        if exercises and name not in exercises:
            continue
        if name == "train_on_ring":
            cell.source = RING.strip()
        if name == "ring_generator":
            cell.source = f"ring_generator = train_on_ring()\n{cell.source}"
        cells.append(cell)
    for cell in cells:
        cell.outputs = []
    nb.cells = cells
    return nb


def make_course(root: Path, students: int, config: str, nb: NotebookNode) -> None:
    """A course in `root` in which so many students handed in the right answers."""
    root.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(config)
    solution = root / ("source" if config == PLAIN else "solutions") / NAME
    solution.mkdir(parents=True)
    nbformat.write(nb, solution / f"{NAME}.ipynb")
    for number in range(students):
        folder = root / "submitted" / f"student{number:04d}" / NAME
        folder.mkdir(parents=True)
        answered = nbformat.reads(nbformat.writes(nb), as_version=4)
        for cell in answered.cells:
            cell.source = cell.source.replace("### BEGIN SOLUTION", "").replace(
                "### END SOLUTION", f"# {number}"
            )
        nbformat.write(answered, folder / f"{NAME}.ipynb")


@dataclass
class Took:
    """Seconds of wall-clock time, and the main process's memory as (Unix time, MB) pairs."""

    seconds: float
    memory: list[tuple[float, float]]

    @property
    def megabytes(self) -> float:
        """The most memory."""
        return max(megabytes for _, megabytes in self.memory)


def run(command: Sequence[str], cwd: Path) -> Took:
    """Run a command to its end. Raises RuntimeError with what it said if it fails."""
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    memory = [(time.time(), 0.0)]
    watcher = threading.Thread(target=_watch, args=(process.pid, memory))
    watcher.start()
    said, _ = process.communicate()
    seconds = time.perf_counter() - started
    watcher.join()
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{said[-3000:]}")
    return Took(seconds, memory)


def _watch(pid: int, memory: list[tuple[float, float]]) -> None:
    try:
        process = psutil.Process(pid)
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            memory.append((time.time(), process.memory_info().rss / 2**20))
            time.sleep(0.1)
    except psutil.Error:
        pass


def plain(folder: Path) -> Took:
    """Grade the plain course: nbgrader as it comes."""
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", NAME, "--force"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return run([sys.executable, "-m", "nbgrader", "autograde", NAME, "--force"], folder)


def ours(folder: Path, *options: str) -> Took:
    """Grade our course from nothing, feedback and class page included."""
    for left in ("grading", "autograded", "feedback"):
        shutil.rmtree(folder / left, ignore_errors=True)
    (folder / "gradebook.db").unlink(missing_ok=True)
    command = [sys.executable, "-m", "autograder", "--course", str(folder), "grade", NAME]
    return run([*command, *options], ROOT)


def main() -> None:
    """Measure, print, and write the section of RESULTS.md unless told not to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--class-of", type=int, default=60)
    parser.add_argument("--plain-class-of", type=int, default=15)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", type=int, default=0, help="instead: so many tiny submissions")
    parser.add_argument("--dry-run", action="store_true", help="leave RESULTS.md as it is")
    options = parser.parse_args()
    # nbgrader starts `alembic` by its bare name.
    os.environ["PATH"] = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"
    with TemporaryDirectory() as folder:
        if options.large:
            title, text = "Grading a large class", measure_large(Path(folder), options.large)
        else:
            title, text = "Grading", measure(Path(folder), options)
    print(text)
    if not options.dry_run:
        write_section(Path(__file__).parent / "RESULTS.md", title, text)


def measure(folder: Path, options: argparse.Namespace) -> str:
    """The section's text."""
    config = (ROOT / "nbgrader_config.py").read_text()
    nb = small_notebook()
    make_course(folder / "plain", options.plain_class_of, PLAIN, nb)
    make_course(folder / "ours", options.class_of, config, nb)
    ways = {
        "plain nbgrader": (lambda: plain(folder / "plain"), options.plain_class_of),
        "this course": (lambda: ours(folder / "ours"), options.class_of),
        "... one worker": (lambda: ours(folder / "ours", "--workers", "1"), options.class_of),
    }
    took: dict[str, list[Took]] = {name: [] for name in ways}
    for _ in range(options.rounds):
        for name, (way, _) in ways.items():
            took[name].append(way())
            print(f"{name}: {took[name][-1].seconds:.1f} s", flush=True)
    return _text(options, ways, took)


def measure_large(folder: Path, students: int) -> str:
    """The section's text: does a submission cost more the more there are?"""
    config = (ROOT / "nbgrader_config.py").read_text()
    make_course(folder / "tiny", students, config, small_notebook(["leaky_relu"]))
    took = ours(folder / "tiny")
    outcomes = (folder / "tiny" / "grading" / "outcomes").rglob("*.json")
    decided = sorted(outcome.stat().st_mtime for outcome in outcomes)
    # From the first submission on, which waited for everything to start.
    marks = [decided[round(part / 4 * (len(decided) - 1))] for part in range(5)]
    rows = []
    for number, (start, end) in enumerate(pairwise(marks), 1):
        most = max(megabytes for when, megabytes in took.memory if start <= when <= end)
        rows.append([str(number), f"{end - start:.1f}", f"{most:.0f}"])
    return (
        f"{students} submissions of a notebook with one small exercise; {machine()}. "
        f"{took.seconds:.0f} s in all, {took.seconds / students:.2f} s each. Written by "
        f"`python -m benchmarks.grading --large {students}`.\n\n"
        f"{table(('quarter', 's', 'peak MB (main)'), rows)}"
    )


def _text(options: argparse.Namespace, ways: dict, took: dict[str, list[Took]]) -> str:
    def each(name: str) -> float:
        return statistics.median(one.seconds for one in took[name]) / ways[name][1]

    rows = [
        [
            name,
            str(size),
            f"{statistics.median(one.seconds for one in took[name]):.1f}",
            f"{each(name):.2f}",
            f"{60 / each(name):.0f}",
            f"{each('plain nbgrader') / each(name):.1f}x",
            f"{max(one.megabytes for one in took[name]):.0f}",
        ]
        for name, (_, size) in ways.items()
    ]
    head = (
        "way", "class of", "s in all", "s each", "a minute", "against plain", "peak MB (main)"
    )  # fmt: skip
    return (
        f"Ten small exercises a notebook, all answers right; {machine()}. The ways took turns: "
        f"{options.rounds} rounds; medians of whole commands, start-up included. Plain nbgrader "
        "writes no feedback here; this course's times include feedback and the page about the "
        f"class. Written by `python -m benchmarks.grading`.\n\n{table(head, rows)}"
    )


if __name__ == "__main__":
    main()
