"""What a worker needs to run submissions, as plain values that travel to any machine."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Asked:
    """A question as it goes into the room: see records.Question for its parts."""

    grade_id: str
    key: str
    expression: str
    request: str  # base64, see checks.wire
    seconds: float  # for all cases together


@dataclass(frozen=True)
class Setting:
    """What all submissions of an assignment share.

    edition: the student edition as a tar file, and its digest
    sandboxed: False runs students' code unprotected, with the grader's own rights
    cold: start a fresh Python in every room, instead of forking one that is warm
    hidden: folders that a room must not show, on the machine that grades
    """

    edition: bytes
    edition_digest: str
    questions: Sequence[Asked]
    seed: int
    limits: dict[str, float]
    hidden: Sequence[str] = ()
    data: str | None = None
    sandboxed: bool = True
    cold: bool = False


@dataclass(frozen=True)
class Job:
    """One submission to run.

    notebook: the gated notebook as JSON; files: a tar of what lies beside it
    skipped: numbers of the cells that run at the student's desk only
    """

    student: str
    assignment: str
    digest: str
    notebook: str
    files: bytes
    skipped: frozenset[int] = field(default_factory=frozenset)


def packed(folder: Path, *, without: Sequence[str] = ()) -> bytes:
    """A folder's files as a tar that depends on their names and contents alone; b"" for none."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    files = [path for path in files if str(path.relative_to(folder)) not in without]
    if not files:
        return b""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path in files:
            info = tarfile.TarInfo(str(path.relative_to(folder)))
            info.size, info.mode = path.stat().st_size, 0o644
            with path.open("rb") as opened:
                archive.addfile(info, opened)
    return buffer.getvalue()


def unpacked(data: bytes, folder: Path) -> None:
    """The inverse of `packed`, readable by every user of the machine."""
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        archive.extractall(folder, filter="data")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
