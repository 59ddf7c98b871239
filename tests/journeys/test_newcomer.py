"""What a newcomer meets: `make setup`, `make lab`, and the Validate button's server side."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from urllib.error import URLError
from urllib.request import Request, urlopen

import nbformat
import pytest

from autograder.course import Course
from tests.tiny_course import tiny_submission

TOKEN = "journey"


@pytest.fixture(scope="session")
def made(project_root: Path) -> Path:
    """The project's folder, if `make setup` made the environment that these tests run in."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed: the commands of the Makefile cannot be tried")
    if Path(sys.prefix).resolve() != (project_root / ".venv").resolve():
        pytest.skip("these tests do not run in .venv: `make test` runs them there")
    if subprocess.run(["make", "--question", "setup"], cwd=project_root).returncode:
        pytest.skip(".venv is not up to date, and a test must not install: run `make setup` first")
    return project_root


def test_setup_does_nothing_when_up_to_date(made: Path):
    shown = subprocess.run(
        ["make", "--dry-run", "setup"], cwd=made, capture_output=True, text=True, check=True
    )
    assert "pip" not in shown.stdout


def test_setup_runs_again_when_the_requirements_change(made: Path, tmp_path: Path):
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy(made / name, tmp_path)
    stamp = tmp_path / ".venv" / ".ready"
    stamp.parent.mkdir()
    stamp.touch()
    question = ["make", "--question", "setup"]
    assert subprocess.run(question, cwd=tmp_path).returncode == 0
    later = time.time() + 10
    os.utime(tmp_path / "requirements.txt", (later, later))
    assert subprocess.run(question, cwd=tmp_path).returncode == 1


@pytest.mark.parametrize(
    ("python", "sentence"),
    [
        ("exit 1", "needs Python 3.11 or newer"),
        ('case "$*" in *ensurepip*) exit 1;; esac', "apt-get install python3-venv"),
    ],
)
def test_setup_says_what_is_missing_and_counts_nothing_as_done(
    made: Path, tmp_path: Path, python: str, sentence: str
):
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy(made / name, tmp_path)
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("make", "sh", "rm", "touch", "id", "mkdir"):
        (tools / tool).symlink_to(shutil.which(tool))
    for name in ("python3", "python3.11", "python3.12", "python3.13"):
        (tools / name).write_text(f"#!/bin/sh\n{python}\n")
        (tools / name).chmod(0o755)
    run = subprocess.run(
        ["make", "setup"], cwd=tmp_path, env={"PATH": str(tools)}, capture_output=True, text=True
    )
    assert run.returncode != 0
    assert sentence in run.stdout
    assert not (tmp_path / ".venv" / ".ready").exists()


@pytest.fixture(scope="module")
def lab(made: Path) -> Iterator[str]:
    """The address of a running `make lab ARGS=--no-browser`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = f"--no-browser --ServerApp.port={port} --IdentityProvider.token={TOKEN}"
    with tempfile.TemporaryFile("w+") as log:
        server = subprocess.Popen(
            ["make", "lab", f"ARGS={arguments}"],
            cwd=made,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}", server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(30)


def wait_for(url: str, server: subprocess.Popen, log: IO[str]) -> None:
    deadline = time.monotonic() + 90
    while True:
        try:
            ask(f"{url}/api/status")
            return
        except URLError:
            log.seek(0)
            assert server.poll() is None, log.read()
            assert time.monotonic() < deadline, log.read()
            time.sleep(0.5)


def ask(url: str, body: dict | None = None) -> str:
    headers = {"Authorization": f"token {TOKEN}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data, headers), timeout=120) as answer:
        return answer.read().decode()


def test_lab_opens_the_course_on_its_first_notebook(lab: str, made: Path):
    first = min(Course.open(made).assignments())
    listed = json.loads(ask(f"{lab}/api/contents/notebooks/{first}"))["content"]
    assert f"{first}.ipynb" in {item["name"] for item in listed}
    assert "<title>JupyterLab" in ask(f"{lab}/lab/tree/notebooks/{first}/{first}.ipynb")
    with urlopen(Request(f"{lab}/?token={TOKEN}")) as landing:
        assert landing.url.partition("?")[0].endswith(f"/notebooks/{first}/{first}.ipynb")


def test_validate_accepts_noise_and_names_what_fails(lab: str, made: Path):
    noise = "import sys, warnings; warnings.warn('noise'); print('noise', file=sys.stderr)"
    right = tiny_submission(double=f"def double(x):\n    {noise}\n    return 2 * x")
    wrong = tiny_submission(square="def square(x):\n    return x")
    build = made / "build"
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=build) as folder:
        for name, nb in {"right": right, "wrong": wrong}.items():
            nbformat.write(nb, Path(folder) / f"{name}.ipynb")
        where = Path(folder).relative_to(made)

        def validate(name: str) -> dict:
            answer = json.loads(
                ask(f"{lab}/assignments/validate", {"path": f"{where}/{name}.ipynb"})
            )
            assert answer["success"], answer
            return answer["value"]

        assert validate("right") == {}
        (failed,) = validate("wrong")["failed"]
        assert failed["source"] == "assert square(3) == 9"
        assert "AssertionError" in failed["raw_error"]
