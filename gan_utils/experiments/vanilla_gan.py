"""MODES and GAN-MLP: the vanilla GAN on the ring of eight Gaussians and on MNIST."""

from __future__ import annotations

import argparse
from pathlib import Path
from statistics import fmean

import torch

from gan_utils import models
from gan_utils.data import ImageBatches, RingBatches, load_mnist
from gan_utils.experiments.experiment import Experiment, Report, count
from gan_utils.losses import NON_SATURATING
from gan_utils.metrics import ring_report
from gan_utils.profiles import by_profile
from gan_utils.training import adam, train

RING_STEPS, RING_LATENTS, RING_BATCH, RING_LR = 1_500, 16, 256, 2e-3
RING_SAMPLES = 2_000
MNIST_LATENTS, MNIST_BATCH, MNIST_LR = 96, 128, 1e-3
MNIST_SAMPLES = 64


def add_ring_options(parser: argparse.ArgumentParser) -> None:
    """The options of MODES."""
    parser.add_argument("--steps", type=count, default=RING_STEPS, help="steps of training")


def run_ring(options: argparse.Namespace) -> Report:
    """Train the toy pair on the ring, and count the modes that its points cover."""
    torch.manual_seed(options.seed)
    generator, discriminator = models.ring_generator(RING_LATENTS), models.ring_discriminator()
    history = train(
        generator,
        discriminator,
        NON_SATURATING,
        (adam(discriminator.parameters(), RING_LR), adam(generator.parameters(), RING_LR)),
        RingBatches(RING_BATCH, options.seed),
        options.steps,
        latent_dim=RING_LATENTS,
        seed=options.seed,
        snapshot_every=options.steps,
        snapshot_count=RING_SAMPLES,
        live=False,
    )
    report = ring_report(history.snapshots[-1].samples)
    return {
        "modes": report.modes,
        "good": report.good,
        "steps": history.steps,
        "seconds": round(history.seconds, 1),
    }


def add_mnist_options(parser: argparse.ArgumentParser) -> None:
    """The options of GAN-MLP."""
    steps = by_profile(smoke=40, laptop=4_690, gpu=4_690)  # ten epochs of 469 batches
    parser.add_argument("--steps", type=count, default=steps, help="steps of training")
    parser.add_argument("--picture", type=Path, help="a PNG file to write, with 64 samples")


def run_mnist(options: argparse.Namespace) -> Report:
    """Train GAN-MLP; the losses are means over the last tenth of the run."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    data = load_mnist()
    torch.manual_seed(options.seed)
    generator, discriminator = models.mlp_generator(MNIST_LATENTS), models.mlp_discriminator()
    generator, discriminator = generator.to(device), discriminator.to(device)
    history = train(
        generator,
        discriminator,
        NON_SATURATING,
        (adam(discriminator.parameters(), MNIST_LR), adam(generator.parameters(), MNIST_LR)),
        ImageBatches(data, MNIST_BATCH, options.seed, device),
        options.steps,
        latent_dim=MNIST_LATENTS,
        seed=options.seed,
        snapshot_every=options.steps,
        snapshot_count=MNIST_SAMPLES,
        live=False,
    )
    if options.picture is not None:
        from gan_utils import plots  # matplotlib is loaded only for who wants the picture

        grid = plots.image_grid(history.snapshots[-1].samples, title="GAN-MLP")
        options.picture.write_bytes(plots.png(grid))
    last = slice(-max(1, history.steps // 10), None)
    return {
        "d_loss": fmean(history.d_loss[last]),
        "g_loss": fmean(history.g_loss[last]),
        "data": data.name,
        "steps": history.steps,
        "seconds": round(history.seconds, 1),
    }


EXPERIMENTS = (
    Experiment(
        "GAN-MLP",
        "vanilla GAN on MNIST (A, R): trained, its last losses",
        run_mnist,
        add_mnist_options,
    ),
    Experiment(
        "MODES", "eight Gaussians (B 13.6): the modes that a GAN covers", run_ring, add_ring_options
    ),
)
