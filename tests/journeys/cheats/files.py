"""Attacks by what is handed in beside the notebook, or in its place."""

from __future__ import annotations

import base64
import contextlib
import io
import os
import socket
import zipfile
from pathlib import Path

from tests.journeys.cheats.submission import NOTEBOOK, Entries, Submission

ATTACKS = Entries()
attack = ATTACKS.add


@attack("a link in place of the notebook, to the solution", refused=True)
def link_to_solution(s: Submission) -> None:
    target = s.folder.parents[2] / "solutions" / NOTEBOOK / f"{NOTEBOOK}.ipynb"
    s.path.symlink_to(target)
    s.written = True


@attack("links beside the notebook: to the gradebook, to the solutions, to everything")
def links_beside(s: Submission) -> None:
    course = s.folder.parents[2]
    (s.folder / "gradebook.db").symlink_to(course / "gradebook.db")
    (s.folder / "data").symlink_to(course / "solutions", target_is_directory=True)
    (s.folder / "root").symlink_to("/", target_is_directory=True)
    (s.folder / "loop").symlink_to(s.folder, target_is_directory=True)
    s.start("""
        import os
        for folder, _, files in os.walk(os.getcwd(), followlinks=True):
            for file in files[:1]:
                text = open(os.path.join(folder, file), errors="ignore").read()
                if "BEGIN SOLU" + "TION" in text:
                    print("LEAK" + "ED", folder, file)
            if folder.count("/") > 12:
                break
    """)


@attack("a pipe in place of the notebook: whoever opens it waits for ever", refused=True)
def pipe_as_notebook(s: Submission) -> None:
    os.mkfifo(s.path)
    s.written = True


@attack("pipes and sockets beside the notebook")
def pipes_beside(s: Submission) -> None:
    os.mkfifo(s.folder / "data.csv")
    with contextlib.chdir(s.folder), socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket")  # its path must be short


@attack("modules of its own that hide real ones, torch and the checks among them")
def shadowing_modules(s: Submission) -> None:
    evil = f"""
        import pathlib
        pathlib.Path("/tmp/{s.canary}").touch()
        def __getattr__(name):
            return lambda *args, **named: True
    """
    for name in ("torch", "numpy/__init__", "checks/__init__", "gan_utils/__init__", "json"):
        s.file(f"{name}.py", evil)
    for name in ("answering", "wire", "api", "observe"):
        s.file(f"checks/{name}.py", "check = answer = lambda *args, **named: None")


@attack("files that Python and IPython run at their start")
def startup_files(s: Submission) -> None:
    evil = "import builtins, pathlib; pathlib.Path('/tmp/CANARY').touch()"
    for name in (
        "sitecustomize.py",
        "usercustomize.py",
        "conftest.py",
        "evil.pth",
        ".ipython/profile_default/startup/00.py",
        ".jupyter/jupyter_config.py",
        ".local/lib/python3.11/site-packages/usercustomize.py",
        "jupyter_config.py",
        "ipython_config.py",
    ):
        s.file(name, evil)


@attack("settings for the grader itself beside the notebook")
def grader_settings(s: Submission) -> None:
    s.file(
        "nbgrader_config.py",
        """
        import pathlib
        pathlib.Path("/tmp/CANARY").touch()
        c = get_config()
        c.SaveAutoGrades.enabled = False
        c.CourseDirectory.db_url = "sqlite:////tmp/CANARY.db"
        """,
    )
    s.file("nbgrader_config.json", '{"Execute": {"enabled": false}}')
    s.file("pyproject.toml", "[tool.pytest.ini_options]\naddopts = '-p evil'")
    s.file("gradebook.db", b"SQLite format 3\x00" + bytes(1000))
    s.file(".graded.json", '{"submission": "", "notes": []}')
    s.file("run.json", '{"points": 82}')


@attack("compiled modules and libraries beside the notebook")
def compiled_modules(s: Submission) -> None:
    for name in ("checks.cpython-311-x86_64-linux-gnu.so", "torch.so", "json.pyc", "libc.so.6"):
        s.file(name, b"\x7fELF" + bytes(100))
    s.file("__pycache__/helpers.cpython-311.pyc", b"\xa7\r\r\n" + bytes(100))


@attack("names of files that break whoever prints or splits them")
def odd_file_names(s: Submission) -> None:
    for name in (
        "-rf",
        "a\nb",
        "a\x1b[2Jb",
        "<script>alert(1)<",
        "$(touch CANARY)",
        "`id`",
        " ",
        "%s",
    ):
        s.file(name, "x")
    Path(os.fsdecode(os.fsencode(s.folder) + b"/\xff\xfe")).touch()  # not UTF-8
    s.file("x" * 250, "x")


@attack("a thousand files, folders a hundred deep, and thirty megabytes")
def many_files(s: Submission) -> None:
    for number in range(1000):
        s.file(f"files/{number}.txt", "x")
    s.file("/".join(["d"] * 100) + "/x", "x")
    s.file("large.bin", bytes(30_000_000))


@attack("a zip bomb beside the notebook")
def zip_beside(s: Submission) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(10**8))
    s.file("data.zip", out.getvalue())
    s.file("data.tar.gz", base64.b64decode("H4sIAAAAAAAAA+3OMQ6AIBAEQH7CE7gD4T0UFhRqgv+PWlkZK2Nm"))


def _handed_in(name: str, tries: str, timestamp: str | bytes) -> None:
    @attack(tries, name=f"timestamp-{name}")
    def handed_in(s: Submission) -> None:
        s.file("timestamp.txt", timestamp)


_handed_in("past", "says that it was handed in long ago", "1900-01-01 00:00:00 UTC")
_handed_in("future", "says that it was handed in in the year 9999", "9999-12-31 23:59:59 UTC")
_handed_in("noise", "says that it was handed in at no time at all", b"\xff\x00" * 1000)
_handed_in("endless", "says when it was handed in, at great length", "2024-01-01 " * 100_000)


@attack("two notebooks, neither with the right name", refused=True)
def two_notebooks(s: Submission) -> None:
    s.raw(s.text().encode(), "one.ipynb")
    s.raw(s.text().encode(), "two.ipynb")


@attack("the notebook is a folder", refused=True)
def notebook_is_a_folder(s: Submission) -> None:
    s.path.mkdir()
    s.written = True
