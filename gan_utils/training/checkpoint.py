"""Checkpoints: one file that is never half-written, and from which a run goes on exactly."""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from gan_utils.errors import PlainError

FORMAT = 1

# Which kernel computes an update does not change what the update is.
KERNEL_CHOICES = ("fused", "foreach", "capturable")


class CheckpointError(PlainError, RuntimeError):
    """A checkpoint cannot be read, or was written by another run; the message says which."""


def write_checkpoint(path: Path, state: Mapping[str, Any]) -> None:
    """Write state to path in one step: a reader sees the old file or the new one, never a part.

    Raises CheckpointError if the file cannot be written (a missing right, a full disk).
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                torch.save({"format": FORMAT, **state}, file)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                part.unlink()
            raise
    except OSError as error:
        raise CheckpointError(
            f"The checkpoint {path} cannot be written: {error.strerror or error}. Choose a folder "
            "that you may write to and that has room."
        ) from error


def read_checkpoint(path: Path) -> dict[str, Any]:
    """The state that `write_checkpoint` wrote, all tensors on the CPU.

    Raises CheckpointError if the file is truncated, corrupt or no checkpoint of this loop.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CheckpointError(f"The checkpoint {path} cannot be read: {error.strerror}.") from error
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            damaged = archive.testzip()  # torch.load itself does not compare the check sums
        if damaged is not None:
            raise zipfile.BadZipFile(damaged)
        state = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except (
        OSError,
        EOFError,
        KeyError,
        RuntimeError,
        ValueError,
        pickle.UnpicklingError,
        zipfile.BadZipFile,
    ) as error:
        raise CheckpointError(
            f"The checkpoint {path} is truncated or corrupt ({len(content):,} bytes). "
            "Delete it to train from the start, or restore it from a copy."
        ) from error
    if not isinstance(state, dict) or "run" not in state:
        raise CheckpointError(
            f"{path} is not a checkpoint of gan_utils.training. Name another file."
        )
    if state.get("format") != FORMAT:
        raise CheckpointError(
            f"The checkpoint {path} has format {state.get('format')}, but this version "
            f"of the course reads format {FORMAT}. Delete it to train from the start."
        )
    return state


def fingerprint(
    networks: Mapping[str, nn.Module],
    optimizers: Mapping[str, Optimizer],
    settings: Mapping[str, object],
) -> dict[str, str]:
    """What must agree between a checkpoint and the run that continues it, as readable text."""
    marks = {name: str(value) for name, value in settings.items()}
    for owner, network in networks.items():
        for name, tensor in network.state_dict().items():
            marks[f"{owner}.{name}"] = f"shape {tuple(tensor.shape)}"
    for owner, optimizer in optimizers.items():
        marks[f"{owner}'s optimizer"] = type(optimizer).__name__
        for name, value in optimizer.defaults.items():
            if name not in KERNEL_CHOICES:
                marks[f"{owner}'s {name}"] = str(value)
    return marks


def require_same_run(path: Path, written: Mapping[str, str], here: Mapping[str, str]) -> None:
    """Raise CheckpointError naming the first thing in which two fingerprints differ."""
    for name in (*here, *(name for name in written if name not in here)):
        if written.get(name) != here.get(name):
            raise CheckpointError(
                f"The checkpoint {path} belongs to another run: {name} is "
                f"{written.get(name, 'absent')} in the file, but {here.get(name, 'absent')} here. "
                "Give this run a file of its own, delete the old one, or use the same settings."
            )


def name_of(setting: object) -> str:
    """A readable mark of a function (its name), an object (its class) or a plain value."""
    if not callable(setting):
        return str(setting)
    return getattr(setting, "__qualname__", type(setting).__name__)
