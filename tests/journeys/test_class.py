"""A class graded whatever happens meanwhile: killed, on many machines, without room on the disk."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import nbformat
import psutil
import pytest

from benchmarks.grading import NAME, make_course, small_notebook
from tests.rooms_needed import needs_rooms

pytestmark = [needs_rooms, pytest.mark.timeout(900)]
PATIENCE = 300  # seconds that anything may take on a busy machine


@pytest.fixture
def course(tmp_path, project_root):
    """make(students): a course in which so many students answered one small exercise rightly."""

    def make(students):
        root = tmp_path / "course"
        config = (project_root / "nbgrader_config.py").read_text()
        make_course(root, students, config, small_notebook(["leaky_relu"]))
        return root

    return make


def command(root, *options):
    return [sys.executable, "-m", "autograder", "--course", str(root), "grade", *options]


def grade(root, *options, status=0):
    """Run the command; gives (the report, what was printed)."""
    report = root / "report.json"
    report.unlink(missing_ok=True)
    done = subprocess.run(
        [*command(root, *options), "--json", str(report)], capture_output=True, text=True
    )
    said = done.stdout + done.stderr
    assert done.returncode == status, said
    assert "Traceback" not in said
    return (json.loads(report.read_text()) if report.exists() else None), said


def points(report):
    return {one["student"]: one["points"] for one in report["submissions"]}


def ran(root):
    """When each student's notebook was run."""
    runs = (root / "grading" / "runs").glob(f"*/{NAME}/run.json")
    return {run.parents[1].name: run.stat().st_mtime_ns for run in runs}


def outcomes(root):
    return sorted(path.stem for path in (root / "grading" / "outcomes" / NAME).glob("*.json"))


def wait_for(condition, process=None):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it took too long"
        assert process is None or process.poll() is None, process.communicate()
        time.sleep(0.02)


def test_killed_at_any_moment_it_goes_on_where_it_was(course):
    root = course(6)
    process = subprocess.Popen(
        command(root, "--workers", "1"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    wait_for(lambda: len(outcomes(root)) >= 2, process)
    family = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.communicate()
    wait_for(lambda: not any(_alive(one) for one in family))  # nobody outlives the grader
    first, before = outcomes(root), ran(root)
    assert 2 <= len(first) < 6

    report, _ = grade(root)
    assert points(report) == {f"student{n:04d}": 5 for n in range(6)}
    after = ran(root)
    assert {name: after[name] for name in first} == {name: before[name] for name in first}
    states = {one["student"]: one["state"] for one in report["submissions"]}
    assert {states[name] for name in first} == {"unchanged"}
    assert len({one["seed"] for one in report["submissions"]}) <= 2  # one for each command


def _alive(process):
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def test_a_regrade_gives_the_same_verdicts_and_a_new_submission_new_questions(course):
    root = course(2)
    first, _ = grade(root, "--seed", "7")
    again, _ = grade(root, "--regrade")
    assert [one["seed"] for one in again["submissions"]] == [7, 7]
    assert [one["exercises"] for one in again["submissions"]] == [
        one["exercises"] for one in first["submissions"]
    ]
    file = root / "submitted" / "student0000" / NAME / f"{NAME}.ipynb"
    nb = nbformat.read(file, as_version=4)
    for cell in nb.cells:
        cell.source = cell.source.replace("slope * x", "slope * x * 1.01")
    nbformat.write(nb, file)
    (changed, same), _ = _submissions(grade(root))
    assert changed["state"] == "graded" and changed["points"] == 0
    assert changed["seed"] != 7
    assert same["state"] == "unchanged" and same["seed"] == 7


def _submissions(graded):
    report, said = graded
    return report["submissions"], said


def test_one_students_disaster_is_one_line(course):
    root = course(3)
    broken = root / "submitted" / "student0001" / NAME / f"{NAME}.ipynb"
    broken.write_text('{"cells": [')
    report, said = grade(root)
    assert points(report) == {"student0000": 5, "student0001": None, "student0002": 5}
    assert len(re.findall("student0001 .*FAILED", said)) == 1


@contextmanager
def dask(workers):
    """A scheduler with so many workers, as `dask scheduler` and `dask worker` start them."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    here = str(Path(sys.executable).parent / "dask")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    port = address.rpartition(":")[2]
    processes = [
        subprocess.Popen(
            [here, "scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"], **quiet
        )
    ]
    options = ["--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1"]
    for _ in range(workers):
        processes.append(subprocess.Popen([here, "worker", address, *options], **quiet))
    try:
        yield address, processes[1:]
    finally:
        for process in processes:
            family = psutil.Process(process.pid).children(recursive=True)
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
            for one in family:
                if _alive(one):
                    one.kill()


def test_many_machines_and_one_of_them_lost(course):
    pytest.importorskip("distributed", reason='Dask is not installed: pip install ".[scale]"')
    root = course(8)
    with dask(2) as (address, (lost, _)):
        process = subprocess.Popen(
            command(root, "--scheduler", address, "--json", str(root / "report.json")),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        wait_for(lambda: len(outcomes(root)) >= 1, process)
        for one in [*psutil.Process(lost.pid).children(recursive=True), psutil.Process(lost.pid)]:
            one.send_signal(signal.SIGKILL)
        said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    report = json.loads((root / "report.json").read_text())
    assert points(report) == {f"student{n:04d}": 5 for n in range(8)}


def test_a_scheduler_that_is_not_there_is_told_plainly(course):
    pytest.importorskip("distributed", reason='Dask is not installed: pip install ".[scale]"')
    _, said = grade(course(1), "--scheduler", "tcp://127.0.0.1:9", status=2)
    assert "cannot be reached" in said


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to mount a small disk")
def test_a_full_disk_stops_it_and_room_lets_it_go_on(course):
    root = course(4)
    (root / "grading").mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", str(root / "grading")]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a disk")
    try:
        _, said = grade(root, status=2)
        assert "No space left on device" in said and "goes on" in said
        subprocess.run([*mount[:1], "-o", "remount,size=50m", str(root / "grading")], check=True)
        report, _ = grade(root)
        assert points(report) == {f"student{n:04d}": 5 for n in range(4)}
    finally:
        subprocess.run(["umount", str(root / "grading")], check=False)


def test_without_bubblewrap_it_refuses_unless_told_by_name(course, tmp_path):
    root = course(1)
    lonely = tmp_path / "bin"
    lonely.mkdir()
    env = os.environ | {"PATH": str(lonely)}
    hidden = (
        "import autograder.sandbox.host as h, shutil, sys; h.shutil.which = lambda *a, **k: None"
    )
    start = [sys.executable, "-c", f"{hidden}; from autograder.cli import main; sys.exit(main())"]
    call = [*start, "--course", str(root), "grade"]
    done = subprocess.run(call, capture_output=True, text=True, env=env)
    assert done.returncode == 2
    assert "apt-get install bubblewrap" in done.stderr
    assert not outcomes(root)
    done = subprocess.run([*call, "--no-sandbox"], capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr
    assert "WARNING" in done.stderr
    assert outcomes(root) == ["student0000"]
