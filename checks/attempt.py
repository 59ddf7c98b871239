"""Check an answer in a file, in a process of its own: whatever the answer does, a verdict comes.

This guards against accidents (an endless loop, a crash of the interpreter, a megabyte of prints),
not against cheats: the answer runs beside its judge. Grading strangers is autograder's work.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

NO_ANSWER = ""  # the message of a report until there is a better one
SECONDS = 180.0  # for the whole attempt; a single call of the answer has a limit of its own


def attempt(name: str, file: Path, function: str, seconds: float = SECONDS) -> dict[str, Any]:
    """The report on `function` in `file` as an answer to exercise `name`, as a dict for JSON.

    Raises LookupError if there is no such exercise.
    """
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "report.json"
        command = [sys.executable, "-m", "checks.attempt", name, str(file), function, str(result)]
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            status = process.wait(seconds)
            ended = f"it ended the Python process (exit status {status})"
        except subprocess.TimeoutExpired:
            ended = f"it was stopped after {seconds:g} seconds"
        finally:
            _end(process)
        report = json.loads(result.read_text())
    if "unknown" in report:
        raise LookupError(report["unknown"])
    if report["message"] == NO_ANSWER:
        report["message"] = f"{name}: your code gave no answer: {ended}."
    return report


def _end(process: subprocess.Popen) -> None:
    """Kill the process and all that it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError, AttributeError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    process.wait()


def _run(name: str, file: str, function: str, result: Path) -> None:
    """In the child: load the answer, judge it, and write the report."""
    from checks.api import evaluate
    from checks.catalogue import UnknownExercise, find
    from checks.judge import CRASHED, Report
    from checks.observe import Trouble, guarded

    try:
        exercise = find(name)
    except UnknownExercise as error:
        return _write(result, {"unknown": str(error)})
    lost = Report(name, CRASHED, 0, exercise.points, None, NO_ANSWER)
    _write(result, lost.as_dict())  # stands if the answer ends this process
    answer = guarded(lambda: _load(Path(file), function), seconds=60)
    if not isinstance(answer, Trouble):
        return _write(result, evaluate(exercise, answer).as_dict())
    lines = [f"{name}: {Path(file).name} could not be loaded", *answer.trace, answer.text]
    failed = replace(lost, diagnosis=answer.diagnosis, message="\n  ".join(lines))
    return _write(result, failed.as_dict())


def _write(result: Path, report: dict[str, Any]) -> None:
    partial = result.with_suffix(".partial")
    partial.write_text(json.dumps(report))
    partial.replace(result)


def _load(file: Path, function: str) -> Any:  # noqa: ANN401 - whatever the student defined
    spec = importlib.util.spec_from_file_location("answer", file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file.name} is not a Python file (its name must end in .py)")
    module = importlib.util.module_from_spec(spec)
    sys.modules["answer"] = module
    sys.path.append(str(file.parent))
    spec.loader.exec_module(module)
    if not hasattr(module, function):
        own = [n for n, v in vars(module).items() if callable(v) and not n.startswith("_")]
        raise LookupError(
            f"there is no {function} in {file.name}; it has {', '.join(own) or 'none'}"
        )
    return getattr(module, function)


def _main() -> None:
    name, file, function, result = sys.argv[1:]
    _run(name, file, function, Path(result))


if __name__ == "__main__":
    _main()
