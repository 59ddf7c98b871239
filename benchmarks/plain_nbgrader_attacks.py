"""How many attacks earn points under plain `nbgrader autograde`, without this project's grader.

    python -m benchmarks.plain_nbgrader_attacks                 # and write a section of RESULTS.md
    python -m benchmarks.plain_nbgrader_attacks --only patched-check ids-swapped --dry-run

The notebook is the one of tests/journeys/cheats: `check()` decides in the student's own process. An
attack counts if it is given points for what it did not solve. Each is graded by nbgrader itself, in
its own copy of a course, inside bubblewrap: no network, nothing writable but that copy. Attacks
that are dangerous, or that only a limit stops, are left out even so. What was measured is kept in
`--json` and not measured again.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook

from benchmarks.results import table, write_section
from tests.journeys.cheats.attacks import ATTACKS, THEMES
from tests.journeys.cheats.lecture import put_shortened_solution
from tests.journeys.cheats.submission import NOTEBOOK, POINTS, Entry, right_answers

PROJECT = Path(__file__).resolve().parents[1]
CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "plain"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"
c.Execute.timeout = 30
"""
IN_ROOM = Path("/tmp/course")
NEEDED = (PROJECT, sys.prefix, sys.executable, sys.base_prefix)  # what a room must go on showing
SECONDS = 150  # for one submission


def main() -> None:
    """Grade every harmless attack, say what came of it, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--minutes", type=float, default=60, help="then stop; a later call goes on")
    parser.add_argument("--json", type=Path, default=PROJECT / "build" / "plain_nbgrader.json")
    parser.add_argument("--dry-run", action="store_true", help="do not touch RESULTS.md")
    options = parser.parse_args()
    found = json.loads(options.json.read_text()) if options.json.exists() else {}
    chosen = [entry for name, entry in ATTACKS.items() if name in (options.only or ATTACKS)]
    end = time.monotonic() + 60 * options.minutes
    with tempfile.TemporaryDirectory(prefix="plain-") as folder:
        course = _course(Path(folder) / "course")
        for entry in chosen:
            if entry.dangerous or entry.slow or (entry.name in found and not options.only):
                continue
            if time.monotonic() > end:
                break
            found[entry.name] = _graded(entry, course, Path(folder) / "copy")
            print(f"{entry.name}: {found[entry.name]}", flush=True)
            options.json.parent.mkdir(parents=True, exist_ok=True)
            options.json.write_text(json.dumps(found, indent=1))
    text = _report(found)
    print(text)
    if not options.dry_run:
        write_section(Path(__file__).with_name("RESULTS.md"), "Plain nbgrader, attacked", text)


def _course(root: Path) -> Path:
    """A course as nbgrader's documentation has it, with the notebook released."""
    root.mkdir()
    (root / "nbgrader_config.py").write_text(CONFIG)
    put_shortened_solution(PROJECT, root)
    done = _in_room(root, "generate_assignment", NOTEBOOK)
    assert (root / "notebooks" / NOTEBOOK).is_dir(), done
    return root


def _graded(entry: Entry, course: Path, copy: Path) -> dict[str, float | str]:
    """What nbgrader makes of one attack: points unearned, points earned, how long it took."""
    shutil.copytree(course, copy)
    try:
        release, solution = (
            nbformat.read(course / step / NOTEBOOK / f"{NOTEBOOK}.ipynb", as_version=4)
            for step in ("notebooks", "solutions")
        )
        entry.write(release, right_answers(solution), copy / "submitted")
        started = time.monotonic()
        said = _in_room(copy, "autograde", NOTEBOOK, f"--student={entry.folder}")
        seconds = round(time.monotonic() - started, 1)
        points = _points(copy, entry.folder)
    finally:
        shutil.rmtree(copy, ignore_errors=True)
    if points is None:
        return {"state": "not graded", "seconds": seconds, "said": said[-200:]}
    solved = sum(entry.points().values())
    return {"state": "graded", "points": points, "unearned": points - solved, "seconds": seconds}


def _points(course: Path, student: str) -> float | None:
    """The points of the cells that are run, None if nbgrader recorded none."""
    try:
        with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "plain") as gradebook:
            notebook = gradebook.find_submission_notebook(NOTEBOOK, NOTEBOOK, student)
            wanted = {f"check_{name}" for name in POINTS}
            return sum(grade.score for grade in notebook.grades if grade.name in wanted)
    except Exception:  # an attack may have left any kind of database
        return None


def _in_room(course: Path, *arguments: str) -> str:
    """Run an nbgrader command on a course inside bubblewrap; gives what it said last."""
    room = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--ro-bind", "/", "/"]
    room += ["--dev", "/dev", "--proc", "/proc"]
    for folder in ("/tmp", "/run", "/var/tmp", str(Path.home())):
        if not any(Path(one).resolve().is_relative_to(folder) for one in NEEDED):
            room += ["--tmpfs", folder]
    room += ["--bind", str(course), str(IN_ROOM), "--chdir", str(IN_ROOM)]
    room += ["--setenv", "HOME", "/tmp/home", "--setenv", "GAN_PROFILE", "smoke"]
    room += ["--setenv", "PATH", f"{sysconfig.get_path('scripts')}:/usr/bin:/bin"]
    limits = ["prlimit", "--core=0", "--as=16000000000", "--fsize=300000000", "--nofile=2048"]
    command = [*room, *limits, sys.executable, "-m", "nbgrader", *arguments]
    try:
        done = subprocess.run(
            command, capture_output=True, stdin=subprocess.DEVNULL, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        return "stopped after its time"
    return (done.stdout + done.stderr).decode(errors="replace")[-2000:]


def _report(found: dict[str, dict]) -> str:
    """The table, by theme, and the attacks that were paid."""
    rows, paid = [], []
    for theme, entries in THEMES.items():
        measured = {name: found[name] for name in entries if name in found}
        if not measured:
            continue
        earned = [name for name, one in measured.items() if one.get("unearned", 0) > 0]
        lost = sum(one["state"] != "graded" for one in measured.values())
        most = max((one.get("unearned", 0) for one in measured.values()), default=0)
        paid += earned
        rows.append([theme, str(len(measured)), str(len(earned)), f"{most:g}", str(lost)])
    head = ["attacks that", "tried", "earned points unsolved", "most of 82", "not graded"]
    names = ", ".join(f"`{name}`" for name in paid)
    return (
        "Submissions of `tests/journeys/cheats` under `nbgrader autograde` as it comes, the checks "
        "in the student's own process. Dangerous ones, and those that only a limit stops, are left "
        f"out.\n\n{table(head, rows)}\n\nPaid for what they did not solve: {names}.\n\n"
        "Written by `python -m benchmarks.plain_nbgrader_attacks`."
    )


if __name__ == "__main__":
    main()
