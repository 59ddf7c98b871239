"""The judge of later notebooks: a trained recogniser that measures drawn or generated cells."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from gan_utils.data.captchas import DIGIT_WEIGHT, DIGITS, LETTERS, rendered_cells
from gan_utils.data.files import cache_folder
from gan_utils.data.notice import show_notice
from gan_utils.metrics import frechet_distance
from gan_utils.models import recogniser
from gan_utils.recogniser.reading import fit, outputs, predict
from gan_utils.training.checkpoint import CheckpointError, read_checkpoint, write_checkpoint

VERSION = 1  # of the recipe below, beyond the numbers in it
CELLS, EPOCHS, SEED = 60_000, 3, 0
SAMPLE = 1_000  # cells that stand for the renderer in the fingerprint

# A letter's share of all characters is 1 / (4 * 8 + 24).
COVERED_FROM = 0.25 / (DIGIT_WEIGHT * DIGITS + LETTERS)
SURE = 0.5


@dataclass(frozen=True, eq=False)
class Judge:
    """A trained recogniser that measures cells: images (N, 1, 20, 20), bytes or floats in [-1, 1].

    Every method raises ValueError for pictures of another shape, type or range.
    """

    network: nn.Sequential

    def features(self, images: Tensor) -> Tensor:
        """What the last hidden layer says of each picture: (N, 500), none below 0."""
        return outputs(self.network[:-1], images)

    def frechet(self, images: Tensor, reference: Tensor) -> float:
        """Frechet distance of two sets of pictures in the space of the features.

        Small is good. It depends on how many pictures there are: compare equal numbers only.
        """
        return frechet_distance(self.features(images), self.features(reference))

    def confidence(self, images: Tensor) -> float:
        """How sure the recogniser is of what it reads: the mean of the largest probability."""
        return predict(self.network, images).amax(dim=1).mean().item()

    def classes_covered(self, images: Tensor) -> int:
        """How many of the 32 characters are among the pictures.

        A character is covered if at least a quarter of a letter's fair share (1/56 of all cells)
        are read as it with a probability of at least one half.
        """
        sureness, read = predict(self.network, images).max(dim=1)
        shares = torch.bincount(read[sureness >= SURE], minlength=1) / len(images)
        return int((shares >= COVERED_FROM).sum())

    def label_agreement(self, images: Tensor, labels: Tensor) -> float:
        """The share of pictures that are read as the labels (N,) they were asked for, 0 to 1."""
        read = predict(self.network, images).argmax(dim=1)
        if labels.shape != read.shape:
            raise ValueError(
                f"There are {len(read)} images, but the labels have shape {tuple(labels.shape)}."
            )
        return (read == labels.to(read.device)).double().mean().item()


@functools.cache
def judge() -> Judge:
    """The judge: trained once on drawn captchas, then kept in the user's cache folder.

    Where the file is absent, damaged or of another version, the judge is trained anew (about a
    minute on two cores) with a notice that says so. Where it cannot be written, the judge lasts as
    long as the process.
    """
    path, version = cache_folder() / "captcha_judge.pt", _fingerprint()
    with torch.random.fork_rng(devices=[]):  # a judge that appears must not change a seeded run
        try:
            network = _stored(path, version)
        except CheckpointError as reason:
            show_notice(
                "The judge of captchas is being trained",
                [
                    f"Why: {reason}",
                    "It is a recogniser that learns from drawn captchas, which takes about a "
                    "minute, once: it is kept in that file, which may be deleted at any time.",
                ],
            )
            network = _trained()
            try:
                write_checkpoint(path, {"run": version, "network": network.state_dict()})
            except CheckpointError as error:
                show_notice(
                    "The judge could not be kept", [f"{error} It will be trained again next time."]
                )
    return Judge(network.requires_grad_(False).eval())


def _stored(path: Path, version: str) -> nn.Sequential:
    """The judge's network from its file. CheckpointError if there is none that can be used."""
    if not path.exists():
        raise CheckpointError(f"There is no {path} yet.")
    state = read_checkpoint(path)
    if state["run"] != version:
        raise CheckpointError(f"{path} belongs to another version of the course.")
    network = recogniser()
    try:
        network.load_state_dict(state["network"])
    except (KeyError, RuntimeError, TypeError):
        raise CheckpointError(f"{path} holds another network.") from None
    return network


def _trained() -> nn.Sequential:
    """A recogniser that has learnt from drawn captchas."""
    torch.manual_seed(SEED)
    network = recogniser()
    fit(network, rendered_cells(CELLS, SEED), EPOCHS, SEED)
    return network


def _fingerprint() -> str:
    """What a stored judge must agree in: the recipe, and what the renderer draws today."""
    drawn = rendered_cells(SAMPLE, SEED).images.numpy().tobytes()
    recipe = f"version {VERSION}, {CELLS} cells, {EPOCHS} epochs, seed {SEED}"
    return f"{recipe}, drawn {hashlib.sha256(drawn).hexdigest()[:16]}"
