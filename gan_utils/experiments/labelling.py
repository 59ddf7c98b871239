"""LABELS: how the thesis came by its labels, as a loop of a person and a network."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import torch
from torch import Tensor, nn

from gan_utils.data.captchas import ALPHABET
from gan_utils.data.images import ImageSet
from gan_utils.experiments.captchas import RENDERED, sets
from gan_utils.experiments.experiment import Experiment, Report, count
from gan_utils.models import recogniser
from gan_utils.recogniser import (
    accuracy,
    fit,
    held_out_probabilities,
    plant_errors,
    precision_and_recall,
    predict,
    suspicious_labels,
)

CELLS = 12_000
HAND = 400
CHECKED = 0.25  # share of the network's labels that a person looks at: those it is least sure of
WRONG = 0.01  # share of labels that are made wrong at the end
ROUNDS = 2  # of networks that look for wrong labels
VISITS = 120_000  # cells seen in a training, repetitions included


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of LABELS."""
    parser.add_argument(
        "--data", default=RENDERED, help=f"{RENDERED}, an npz file of cells, a folder of captchas"
    )
    parser.add_argument("--test", help="what to be tried on; default as for CNN")
    parser.add_argument("--cells", type=count, default=CELLS, help="rendered cells in the pool")
    parser.add_argument("--hand", type=count, default=HAND, help="cells labelled by hand at first")
    parser.add_argument("--visits", type=count, default=VISITS, help="cells seen in a training")


def run(options: argparse.Namespace) -> Report:
    """Label by hand, by network, by hand again; then let networks look for wrong labels."""
    pool, test = sets(options.data, options.test, options.cells, options.seed)
    if options.hand >= len(pool):
        raise ValueError(f"--hand {options.hand} leaves nothing of {len(pool)} cells to label.")
    start = time.perf_counter()
    order = torch.randperm(len(pool), generator=torch.Generator().manual_seed(options.seed))
    by_hand, rest = order[: options.hand], order[options.hand :]

    first = _trained(pool.take(by_hand), options)
    labels, unsure = _labelled(first, pool, rest)
    wrong_before = _wrong(labels, pool)
    labels[unsure] = pool.labels[unsure]  # a person puts right what the network was unsure of
    second = _trained(replace(pool, labels=labels), options)

    planted, where = plant_errors(pool.labels, WRONG, len(ALPHABET), options.seed)
    torch.manual_seed(options.seed)
    beliefs = held_out_probabilities(
        recogniser,
        replace(pool, labels=planted),
        epochs=_epochs(pool, options),
        seed=options.seed,
        rounds=ROUNDS,
    )
    found = suspicious_labels(beliefs, planted)
    precision, recall = precision_and_recall(found, where)
    return {
        "pool": pool.name,
        "cells": len(pool),
        "hand_labels": options.hand,
        "accuracy_from_hand_labels": accuracy(first, test),
        "wrong_labels_of_the_network": wrong_before,
        "checked_by_hand": len(unsure),
        "wrong_labels_left": _wrong(labels, pool),
        "accuracy_after_retraining": accuracy(second, test),
        "planted_errors": len(where),
        "accused": len(found),
        "precision": precision,
        "recall": recall,
        "others": _described(found, where, planted, beliefs),
        "seconds": round(time.perf_counter() - start, 1),
    }


def _epochs(cells: ImageSet, options: argparse.Namespace) -> int:
    return max(1, round(options.visits / len(cells)))


def _trained(cells: ImageSet, options: argparse.Namespace) -> nn.Module:
    """A fresh recogniser that has learnt these cells."""
    torch.manual_seed(options.seed)
    network = recogniser()
    fit(network, cells, _epochs(cells, options), options.seed)
    return network


def _labelled(network: nn.Module, pool: ImageSet, rest: Tensor) -> tuple[Tensor, Tensor]:
    """Labels (N,), by the network where they are missing, and the indices it is least sure of."""
    sureness, read = predict(network, pool.images[rest]).max(dim=1)
    labels = pool.labels.clone()
    labels[rest] = read
    return labels, rest[sureness.argsort()[: round(CHECKED * len(rest))]]


def _described(found: Tensor, where: Tensor, labels: Tensor, beliefs: Tensor) -> list[str]:
    """What was accused though nobody planted it: of real data, these may be true errors."""
    others = found[~torch.isin(found, where)].tolist()
    read = beliefs.argmax(dim=1)
    return [f"{i}: {ALPHABET[labels[i]]}, read as {ALPHABET[read[i]]}" for i in others]


def _wrong(labels: Tensor, pool: ImageSet) -> int:
    return int((labels != pool.labels).sum())


EXPERIMENTS = (
    Experiment(
        "LABELS",
        "labelling loop (T 4.1): by hand, by network, corrected; then wrong labels are found",
        run,
        add_options,
    ),
)
