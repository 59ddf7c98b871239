"""How long a training step takes: this course's loop against one written the usual way.

    python -m benchmarks.step_time                 # measure, and write the section of RESULTS.md
    python -m benchmarks.step_time --rounds 3 --dry-run

The vanilla GAN (GAN-MLP, latents of 96 numbers) on MNIST at batch 128. The variants take turns,
`--steps` steps each, for `--rounds` rounds, so that a busy moment of the machine hits all alike; a
row is the median over the rounds of the time per step. MNIST must lie in GAN_DATA.
"""

from __future__ import annotations

import argparse
import functools
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

from benchmarks.results import machine, table, write_section
from gan_utils.data import Batches, ImageBatches, data_root, load_mnist
from gan_utils.losses import NON_SATURATING
from gan_utils.models import mlp_discriminator, mlp_generator
from gan_utils.training import adam, train

BATCH = 128
LATENT_DIM = 96
LR, BETAS = 1e-3, (0.5, 0.999)
SEED = 0

# Runs this many steps.
Variant = Callable[[int], None]


def usual_batches() -> Iterator[tuple[Tensor, Tensor]]:
    """MNIST as most tutorials read it: a picture at a time through transforms, without end."""
    scale = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])
    dataset = datasets.MNIST(data_root(), train=True, download=False, transform=scale)
    loader = DataLoader(dataset, batch_size=BATCH, shuffle=True, drop_last=True)
    while True:
        yield from loader


def usual_loop() -> Variant:
    """The GAN training loop of most tutorials."""
    generator, discriminator = networks()
    d_optimizer = torch.optim.Adam(discriminator.parameters(), lr=LR, betas=BETAS)
    g_optimizer = torch.optim.Adam(generator.parameters(), lr=LR, betas=BETAS)
    criterion = nn.BCEWithLogitsLoss()
    ones, zeros = torch.ones(BATCH, 1), torch.zeros(BATCH, 1)
    batches = usual_batches()
    d_losses: list[float] = []
    g_losses: list[float] = []

    def run(steps: int) -> None:
        for _ in range(steps):
            real, _ = next(batches)
            fake = generator(2 * torch.rand(BATCH, LATENT_DIM) - 1).detach()
            d_loss = criterion(discriminator(real), ones) + criterion(discriminator(fake), zeros)
            d_optimizer.zero_grad()
            d_loss.backward()
            d_optimizer.step()

            fake = generator(2 * torch.rand(BATCH, LATENT_DIM) - 1)
            g_loss = criterion(discriminator(fake), ones)
            g_optimizer.zero_grad()
            g_loss.backward()
            g_optimizer.step()
            d_losses.append(d_loss.item())
            g_losses.append(g_loss.item())

    return run


def course_loop(
    *, batches: Batches | None = None, default_adam: bool = False, **options: object
) -> Variant:
    """`gan_utils.training.train`, with options changed for an ablation."""
    generator, discriminator = networks()
    make = functools.partial(torch.optim.Adam, betas=BETAS) if default_adam else adam
    optimizers = make(discriminator.parameters(), lr=LR), make(generator.parameters(), lr=LR)
    batches = batches or ImageBatches(load_mnist(download=False), BATCH, seed=SEED)

    def run(steps: int) -> None:
        train(
            generator, discriminator, NON_SATURATING, optimizers, batches, steps,
            latent_dim=LATENT_DIM, progress=False, **options,
        )  # fmt: skip

    return run


class UsualBatches:
    """The usual reading of MNIST in the course's loop, for the ablation."""

    device = torch.device("cpu")

    def __init__(self) -> None:
        """Open the data set."""
        self._batches = usual_batches()

    def next_batch(self) -> tuple[Tensor, Tensor]:
        """The next images (128, 1, 28, 28) and labels (128,)."""
        return next(self._batches)


def networks() -> tuple[nn.Module, nn.Module]:
    """Generator and discriminator, the same for every variant."""
    torch.manual_seed(SEED)
    return mlp_generator(LATENT_DIM), mlp_discriminator()


USUAL, COURSE = "usual loop", "course loop"

VARIANTS: dict[str, Callable[[], Variant]] = {
    USUAL: usual_loop,
    COURSE: course_loop,
    "... in bf16": lambda: course_loop(precision="bf16"),
    "... without the shared fakes": lambda: course_loop(share_fake=False),
    "... D scores real and fake apart": lambda: course_loop(joint_pass=False),
    "... torch's default Adam": lambda: course_loop(default_adam=True),
    "... losses read every step": lambda: course_loop(check_every=1),
    "... DataLoader and transforms": lambda: course_loop(batches=UsualBatches()),
}


def measure(variants: dict[str, Variant], rounds: int, steps: int) -> dict[str, list[float]]:
    """Milliseconds a step, for each variant one number a round."""
    times: dict[str, list[float]] = {name: [] for name in variants}
    for run in variants.values():
        run(max(2, steps // 4))  # first calls allocate, choose kernels, and fill caches
    for _ in range(rounds):
        for name, run in variants.items():
            start = time.perf_counter()
            run(steps)
            times[name].append((time.perf_counter() - start) / steps * 1e3)
    return times


def section(times: dict[str, list[float]], rounds: int, steps: int) -> str:
    """The section of RESULTS.md."""
    medians = {name: statistics.median(values) for name, values in times.items()}
    rows = [
        (
            name,
            f"{medians[name]:.1f}",
            f"{min(values):.1f} - {max(values):.1f}",
            f"{medians[USUAL] / medians[name]:.2f}x",
            f"{medians[name] / medians[COURSE]:.2f}x",
        )
        for name, values in times.items()
    ]
    head = ("variant", "ms a step", "range", "speed against usual", "time against course")
    return "\n\n".join(
        [
            f"GAN-MLP on MNIST, batch {BATCH}, float32 unless said otherwise; {machine()}. "
            f"The variants took turns: {rounds} rounds of {steps} steps each; medians.",
            table(head, rows),
            "A row that begins with dots is the course's loop with that one thing changed. "
            "Written by `python -m benchmarks.step_time`.",
        ]
    )


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--dry-run", action="store_true", help="print, do not write RESULTS.md")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    variants = {name: make() for name, make in VARIANTS.items()}
    text = section(measure(variants, options.rounds, options.steps), options.rounds, options.steps)
    print(text)
    if not options.dry_run:
        write_section(Path(__file__).with_name("RESULTS.md"), "Step time", text)


if __name__ == "__main__":
    main()
