"""The process that runs one submission: trusted, expendable, and gone afterwards.

It is forked from a process that has these modules loaded (see sandbox/inside/warm.py).
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import os
import pickle
import resource
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import nbformat
from traitlets.config import Config

from autograder.running.interview import Interview, manager
from autograder.running.job import Job, Setting, unpacked
from autograder.sandbox import host
from autograder.sandbox.cgroups import group
from autograder.sandbox.host import SandboxError
from autograder.sandbox.limits import MB, Limits
from autograder.sandbox.provisioner import RoomPlan, using

MEMORY = 450 * MB  # of this process: what a kernel sends can kill it, not the machine
SLACK = 120  # seconds beyond the notebook's own limit, for starting and tearing down


def main(request: dict, files: list[int]) -> None:
    """Run the job in the folder request["folder"] and leave the result there.

    files: an open socket to the process that opens rooms, and a pipe that closes with this process
    """
    folder = Path(request["folder"])
    tempfile.tempdir = str(folder)  # what libraries leave is removed with it, however this ends
    job, setting = pickle.loads((folder / "job").read_bytes())  # from the grader itself
    limits = Limits(config=Config(Limits=setting.limits))
    signal.setitimer(signal.ITIMER_REAL, limits.seconds + SLACK)  # its ring ends this process
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    started = time.monotonic()
    try:
        interview = run_in_room(job, setting, limits, folder, Path(request["edition"]), files[0])
    except SandboxError as error:
        write_json(folder, {"failed": str(error)})
    else:
        write_result(interview, time.monotonic() - started, folder)


def run_in_room(
    job: Job, setting: Setting, limits: Limits, folder: Path, edition: Path, warm: int
) -> Interview:
    """The whole interview of one submission.

    From the first line of the student's on, there is a file "begun" in the folder: if this process
    is lost after that, it is the notebook's doing.
    """
    notebook = nbformat.reads(job.notebook, as_version=4)
    kernels = manager(limits, sandboxed=setting.sandboxed)
    interview = Interview(notebook, kernels, limits, setting.questions, job.skipped)
    if not setting.sandboxed:
        asyncio.run(_interview(interview, folder, **_unprotected(job, setting, folder, edition)))
        return interview
    with group(limits) as groups, using(_plan(job, setting, limits, folder, edition, warm, groups)):
        asyncio.run(_interview(interview, folder))
    return interview


def _unprotected(job: Job, setting: Setting, folder: Path, edition: Path) -> dict[str, Any]:
    """Where an ordinary kernel starts: in a folder of its own, with the student edition."""
    place = folder / "work"
    place.mkdir()
    if job.files:
        unpacked(job.files, place)
    data = Path(setting.data) if setting.data else None
    room = host.environment(edition, data)
    names = ("GAN_PROFILE", "GAN_PROGRESS", "MPLBACKEND", "NBGRADER_EXECUTION", "PYTHONPATH")
    env = dict(os.environ) | {name: room[name] for name in names}
    if data is not None:
        env["GAN_DATA"] = str(data)
    return {"cwd": str(place), "env": env}


def _plan(
    job: Job,
    setting: Setting,
    limits: Limits,
    folder: Path,
    edition: Path,
    warm: int,
    groups: tuple[Path, ...],
) -> RoomPlan:
    """The room for a job."""
    data = Path(setting.data) if setting.data else None
    hidden = [*map(Path, setting.hidden), *host.answers()]
    return RoomPlan(
        warm=warm,
        bwrap=host.view(edition, data, hidden, limits),
        env=host.environment(edition, data),
        limits=limits.for_kernel(),
        folder=folder,
        python=[sys.executable],
        files=job.files,
        cgroups=groups,
        cold=setting.cold,
    )


async def _interview(interview: Interview, folder: Path, **where: Any) -> None:  # noqa: ANN401
    await interview.open(**where)
    (folder / "begun").touch()
    await interview.run()


def write_result(interview: Interview, seconds: float, folder: Path) -> None:
    """Leave plain files: the notebook, the answers, and what there is to say."""
    text = nbformat.writes(interview.nb)
    # Half a character, which UTF-8 does not know, is replaced.
    (folder / "notebook.ipynb").write_text(text, encoding="utf-8", errors="replace")
    told = {
        "answers": {},
        "troubles": interview.troubles,
        "notes": interview.notes,
        "seconds": seconds,
    }
    for number, (key, text) in enumerate(interview.answers.items()):
        try:
            data = base64.b64decode(text, validate=True)
        except binascii.Error:
            interview.troubles[key] = "There is no answer: what came cannot be read."
            continue
        (folder / f"{number}.npz").write_bytes(data)
        told["answers"][key] = f"{number}.npz"
    write_json(folder, told)


def write_json(folder: Path, told: dict) -> None:
    """Leave the result as a whole or not at all."""
    (folder / "result.partial").write_text(json.dumps(told), encoding="utf-8")
    (folder / "result.partial").rename(folder / "result.json")
