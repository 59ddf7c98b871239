"""The state of a run and its one step; `loop.train` drives it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from gan_utils.data.batches import Batches
from gan_utils.losses import LossPair
from gan_utils.training.history import History, Snapshot
from gan_utils.training.latents import Noise
from gan_utils.training.problems import TrainingDiverged, bad_parameters
from gan_utils.training.steps import (
    Critic,
    Penalty,
    autocast,
    discriminator_step,
    evaluating,
    generator_step,
)

# How often each player moves in a step: (critic, generator), or a function of (step, history).
Schedule = tuple[int, int] | Callable[[int, History], tuple[int, int]]
Hook = Callable[[nn.Module], None]


def random_stream(seed: int, index: int, device: torch.device) -> torch.Generator:
    """A generator of its own for each use: two with one seed would repeat each other's numbers."""
    return torch.Generator(device).manual_seed((seed + 1) * 1_000_003 + index)


class Draw(NamedTuple):
    """A batch of real samples (N, ...), its labels (N,) if they are used, and N latents."""

    real: Tensor
    labels: Tensor | None
    z: Tensor


@dataclass
class Run:
    """Networks, optimizers, data, random states and history: all that a step changes.

    The fields are `train`'s arguments of the same names.
    """

    generator: nn.Module
    discriminator: nn.Module
    losses: LossPair
    d_optimizer: Optimizer
    g_optimizer: Optimizer
    batches: Batches
    device: torch.device
    latent_dim: int
    noise: Noise
    schedule: Schedule
    penalty: Penalty | None
    after_critic_step: Hook | None
    after_generator_step: Hook | None
    conditional: bool
    seed: int
    precision: str
    share_fake: bool
    joint_pass: bool
    done: int = 0
    history: History = field(default_factory=History)

    def __post_init__(self) -> None:
        """Start the stream of latents."""
        self.stream = random_stream(self.seed, 0, self.device)

    def step(self) -> None:
        """One step: the critic's updates, then the generator's, recorded but not read."""
        d_moves, g_moves = self._moves()
        d_losses, penalties, g_losses = [], [], []
        draw = fake = None
        share = self.share_fake and g_moves > 0
        for move in range(d_moves):
            draw = self._draw()
            # Only the last fakes may keep their graph, for the generator's first update.
            with torch.set_grad_enabled(share and move == d_moves - 1):
                fake = self.generate(draw.z, draw.labels)
            loss, extra = self._update_discriminator(draw, fake)
            d_losses.append(loss)
            penalties += [] if extra is None else [extra]
        if draw is None:
            draw = self._draw()  # the critic rests; a batch's size and labels are still needed
        for move in range(g_moves):
            if move > 0:
                draw = draw._replace(z=self.latents(len(draw.z)))
            if fake is None or move > 0 or not share:
                fake = self.generate(draw.z, draw.labels)
            g_losses.append(self._update_generator(draw, fake))
        self.history.record(d_losses, penalties, g_losses)
        self.done += 1

    def generate(self, z: Tensor, labels: Tensor | None) -> Tensor:
        """Samples (N, ...) of latents (N, latent_dim)."""
        with autocast(self.device, self.precision):
            return self.generator(z, labels) if self.conditional else self.generator(z)

    def latents(self, n: int) -> Tensor:
        """The next n latents of the run: a tensor (n, latent_dim)."""
        return self.noise(n, self.latent_dim, device=self.device, generator=self.stream)

    def take_snapshot(self, z: Tensor, labels: Tensor | None) -> Snapshot:
        """Sample at latents z in evaluation mode, which changes nothing, and keep the result."""
        with evaluating(self.generator):
            samples = self.generate(z, labels).float().cpu()
        self.history.snapshots.append(Snapshot(self.done, samples))
        return self.history.snapshots[-1]

    def read_losses(self, *, look_at_parameters: bool = False) -> None:
        """Fetch the recorded losses; TrainingDiverged if one, or a parameter, is NaN or Inf."""
        bad = self.history.read()
        if bad is None and not look_at_parameters:
            return
        names = bad_parameters(generator=self.generator, discriminator=self.discriminator)
        if bad is None and names:
            bad = self.done, names[0], "NaN or infinite"
        if bad is not None:
            step, tensor, value = bad
            raise TrainingDiverged(step, tensor, str(value), names, self.history)

    def state_dict(self) -> dict[str, Any]:
        """Tensors and plain numbers from which `load_state_dict` goes on exactly."""
        on_gpu = self.device.type == "cuda"
        return {
            "generator": self.generator.state_dict(),
            "discriminator": self.discriminator.state_dict(),
            "d_optimizer": self.d_optimizer.state_dict(),
            "g_optimizer": self.g_optimizer.state_dict(),
            "batches": self.batches.state_dict(),
            "latents": self.stream.get_state(),
            "cpu_random": torch.get_rng_state(),
            "gpu_random": torch.cuda.get_rng_state(self.device) if on_gpu else None,
            "history": self.history.state_dict(),
            "done": self.done,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Become the run that gave this state."""
        for name in (
            "generator",
            "discriminator",
            "d_optimizer",
            "g_optimizer",
            "batches",
            "history",
        ):
            getattr(self, name).load_state_dict(state[name])
        self.stream.set_state(state["latents"])
        torch.set_rng_state(state["cpu_random"])
        if state["gpu_random"] is not None and self.device.type == "cuda":
            torch.cuda.set_rng_state(state["gpu_random"], self.device)
        self.done = state["done"]

    def _moves(self) -> tuple[int, int]:
        """How often the critic and the generator move in the coming step."""
        moves = self.schedule
        if callable(moves):
            self.read_losses()  # a schedule may look at every step so far
            moves = moves(self.done + 1, self.history)
        d_moves, g_moves = moves
        if d_moves < 0 or g_moves < 0 or d_moves + g_moves < 1:
            raise ValueError(
                f"The schedule gives {d_moves} critic updates and {g_moves} generator updates for "
                f"step {self.done + 1}, but neither may be negative and one must be at least 1."
            )
        return d_moves, g_moves

    def _draw(self) -> Draw:
        """A fresh batch and as many fresh latents."""
        real, labels = self.batches.next_batch()
        if self.conditional and labels is None:
            raise ValueError("conditional=True needs labels, but these batches have none.")
        labels = labels.to(self.device) if self.conditional else None
        return Draw(real.to(self.device), labels, self.latents(len(real)))

    def _critic(self, labels: Tensor | None) -> Critic:
        """The discriminator as a function of samples alone."""

        def score(samples: Tensor) -> Tensor:
            with autocast(self.device, self.precision):
                if labels is None:
                    return self.discriminator(samples)
                # Real and fake in one pass share the batch's labels.
                return self.discriminator(samples, labels.repeat(len(samples) // len(labels)))

        return score

    def _update_discriminator(self, draw: Draw, fake: Tensor) -> tuple[Tensor, Tensor | None]:
        loss, extra = discriminator_step(
            self._critic(draw.labels),
            self.d_optimizer,
            self.losses.discriminator,
            draw.real,
            fake,
            penalty=self.penalty,
            joint=self.joint_pass,
        )
        if self.after_critic_step is not None:
            self.after_critic_step(self.discriminator)
        return loss, extra

    def _update_generator(self, draw: Draw, fake: Tensor) -> Tensor:
        loss = generator_step(
            self.discriminator,
            self.g_optimizer,
            self.losses.generator,
            fake,
            critic=self._critic(draw.labels),
        )
        if self.after_generator_step is not None:
            self.after_generator_step(self.generator)
        return loss
