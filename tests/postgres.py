"""A PostgreSQL server of a test's own, from Debian's packages: on a socket in a folder, no port."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

REMEDY = "PostgreSQL is not installed (on Debian or Ubuntu: apt-get install postgresql)"
USER = "grader"
PASSWORD = "not-to-be-printed"


def programs() -> Path | None:
    """The folder of initdb and pg_ctl, which Debian keeps off the PATH; None without them."""
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(versions, key=lambda path: float(path.parts[-3]), default=None)
    found = newest or shutil.which("initdb")
    return Path(found).parent if found else None


class Server:
    """`start` and `stop` it as often as a test likes; `close` removes it."""

    def __init__(self) -> None:
        folder = programs()
        assert folder is not None, REMEDY
        self._programs = folder
        # Not pytest's folder: as root, the server runs as a user who may not enter that.
        self._folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self._as = _other_user() if os.getuid() == 0 else {}
        if self._as:
            os.chown(self._folder, self._as["user"], self._as["group"])
        made = ("--username", USER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C")
        self._run("initdb", "--pgdata", self._data, *made, "--no-sync")
        self.start()

    def url(self, database: str) -> str:
        """For SQLAlchemy. The password is not asked for, but it must not be seen."""
        return f"postgresql://{USER}:{PASSWORD}@/{database}?host={self._folder}"

    def create(self, database: str, template: str = "template0") -> None:
        """Make a database, as a copy of another."""
        where = ("--host", str(self._folder), "--username", USER)
        self._run("createdb", *where, "--template", template, database)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-k {self._folder} -c listen_addresses='' -c fsync=off -c jit=off"
        log = str(self._folder / "log")
        self._run("pg_ctl", "--pgdata", self._data, "--wait", "--log", log, "-o", options, "start")

    def stop(self) -> None:
        """Stop it, whoever is connected."""
        self._run("pg_ctl", "--pgdata", self._data, "--wait", "--mode", "fast", "stop")

    def close(self) -> None:
        """End it, and remove all that it kept."""
        subprocess.run(
            [self._programs / "pg_ctl", "--pgdata", self._data, "--mode", "immediate", "stop"],
            capture_output=True,
            check=False,
            **self._as,
        )
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def _run(self, program: str, *arguments: str) -> None:
        # Output goes to a file: a pipe would stay open as long as the server runs.
        with (Path(tempfile.gettempdir()) / f"{self._folder.name}.out").open("w+") as told:
            done = subprocess.run(
                [self._programs / program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=told,
                cwd=self._folder,
                check=False,
                timeout=60,
                **self._as,
            )
            told.seek(0)
            said = told.read()
        Path(told.name).unlink()
        assert done.returncode == 0, said


def _other_user() -> dict:
    """PostgreSQL refuses to run as root: a user to run it as, for subprocess."""
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
