"""The process that runs one submission: trusted, expendable, and gone afterwards.

It is forked from a process that has these modules loaded (see sandbox/inside/warm.py).
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import pickle
import resource
import signal
import sys
import time
from pathlib import Path

import nbformat
from traitlets.config import Config

import autograder.sandbox
from autograder.interview import Interview, manager
from autograder.job import Job, Setting
from autograder.sandbox import host
from autograder.sandbox.host import SandboxError
from autograder.sandbox.limits import MB, Limits
from autograder.sandbox.provisioner import RoomPlan, using

MEMORY = 450 * MB  # of this process: what a kernel sends can kill it, not the machine
KERNELS = str(Path(autograder.sandbox.__file__).parent / "kernels")
SLACK = 120  # seconds beyond the notebook's own limit, for starting and tearing down


def main(request: dict, files: list[int]) -> None:
    """Run the job in the folder request["folder"] and leave the result there.

    files: an open socket to the process that opens rooms, and a pipe that closes with this process
    """
    folder = Path(request["folder"])
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
    data = Path(setting.data) if setting.data else None
    hidden = [Path(folder) for folder in setting.hidden] + host.answers()
    plan = RoomPlan(
        warm,
        host.view(edition, data, hidden, limits),
        host.environment(edition, data),
        limits.for_kernel(),
        folder,
        [sys.executable],
        job.files,
        cold=setting.cold,
    )
    notebook = nbformat.reads(job.notebook, as_version=4)
    interview = Interview(
        notebook, manager(limits, KERNELS), limits, setting.questions, job.skipped
    )
    with using(plan):
        asyncio.run(_interview(interview, folder))
    return interview


async def _interview(interview: Interview, folder: Path) -> None:
    await interview.open()
    (folder / "begun").touch()
    await interview.run()


def write_result(interview: Interview, seconds: float, folder: Path) -> None:
    """Leave plain files: the notebook, the answers, and what there is to say."""
    (folder / "notebook.ipynb").write_text(nbformat.writes(interview.nb), encoding="utf-8")
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
