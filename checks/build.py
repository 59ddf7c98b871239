"""`python -m checks.build [NAME ...]`: write the stored cases in reference/ anew, bit for bit."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from checks import bank
from checks.catalogue import EXERCISES, find
from checks.exercise import Exercise


def write(exercise: Exercise, folder: Path = bank.FOLDER) -> Path:
    """Build an exercise's public bank and write it; never leaves half a file behind."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # the order of a sum must not depend on the machine's cores
    try:
        arrays = bank.pack(bank.build(exercise))
    finally:
        torch.set_num_threads(threads)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / bank.path(exercise).name
    partial = target.with_suffix(".partial.npz")
    np.savez_compressed(partial, **arrays)
    partial.replace(target)
    return target


def main() -> None:
    """Rebuild the named exercises, or all, and remove files that belong to none."""
    parser = argparse.ArgumentParser(prog="python -m checks.build", description=__doc__)
    parser.add_argument("names", nargs="*", help="exercises, such as vanilla_gan.leaky_relu")
    names = parser.parse_args().names
    for exercise in [find(name) for name in names] or EXERCISES.values():
        file = write(exercise)
        print(f"{exercise.name}: {len(exercise.draw())} cases, {file.stat().st_size // 1024} KiB")
    if not names:
        for stale in set(bank.FOLDER.glob("*.npz")) - {bank.path(e) for e in EXERCISES.values()}:
            stale.unlink()


if __name__ == "__main__":
    main()
