"""CNN: the recogniser of captcha cells, trained on drawn or on real ones and tried on others."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch

from gan_utils.data.captcha_files import load_captcha_folder, load_cells
from gan_utils.data.captchas import rendered_cells
from gan_utils.data.images import ImageSet
from gan_utils.experiments.experiment import Experiment, Report, count
from gan_utils.models import parameter_count, recogniser
from gan_utils.recogniser import accuracy, fit

RENDERED = "rendered"
TRAIN_CELLS, TEST_CELLS = 60_000, 10_000
TEST_SEED = 1_000_000  # far from the seeds that training uses
VISITS = 180_000  # cells seen in training, repetitions included
HELD_OUT = 4  # without a test set, one cell in so many is held out


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of CNN."""
    source = f"{RENDERED}, or an npz file of cells, or a folder of captchas named by their text"
    parser.add_argument("--data", default=RENDERED, help=f"what to learn from: {source}")
    parser.add_argument(
        "--test",
        help=f"what to be tried on: {source}; default: rendered cells of another seed after "
        "learning from rendered ones, else a quarter of the data, which is then not learnt from",
    )
    parser.add_argument("--cells", type=count, default=TRAIN_CELLS, help="rendered cells to learn")
    parser.add_argument(
        "--epochs", type=count, help=f"times each cell is seen; default: {VISITS:,} visits in all"
    )


def run(options: argparse.Namespace) -> Report:
    """Train the recogniser and say how well it reads."""
    data, test = sets(options.data, options.test, options.cells, options.seed)
    epochs = options.epochs or max(1, round(VISITS / len(data)))
    torch.manual_seed(options.seed)
    network = recogniser()
    start = time.perf_counter()
    losses = fit(network, data, epochs, options.seed)
    seconds = time.perf_counter() - start
    share = accuracy(network, test)
    return {
        "accuracy": share,
        "errors": round((1 - share) * len(test)),
        "test_cells": len(test),
        "tested_on": test.name,
        "trained_on": data.name,
        "train_cells": len(data),
        "epochs": epochs,
        "loss": losses[-1],
        "seconds": round(seconds, 1),
        "parameters": parameter_count(network),
    }


def sets(data: str, test: str | None, cells: int, seed: int) -> tuple[ImageSet, ImageSet]:
    """What to learn from and what to be tried on, of two sources as the options name them."""
    if test is None and data == RENDERED:
        test = RENDERED
    if test is not None:
        tried = _cells(test, TEST_CELLS, TEST_SEED + seed)  # first: a wrong path is told at once
        return _cells(data, cells, seed), tried
    learnt = _cells(data, cells, seed)
    if len(learnt) < HELD_OUT:
        raise ValueError(f"{data} holds only {len(learnt)} cells: name others with --test.")
    order = torch.randperm(len(learnt), generator=torch.Generator().manual_seed(seed))
    held_out, kept = order.tensor_split([len(learnt) // HELD_OUT])
    return learnt.take(kept), learnt.take(held_out)


def _cells(source: str, n: int, seed: int) -> ImageSet:
    """The cells that an option names."""
    if source == RENDERED:
        return rendered_cells(n, seed)
    if Path(source).is_dir():
        return load_captcha_folder(source).cells()
    return load_cells(source)


EXPERIMENTS = (
    Experiment("CNN", "captcha recogniser (T 4.1): trained, and its accuracy", run, add_options),
)
