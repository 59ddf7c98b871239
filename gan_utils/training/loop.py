"""One training loop for every GAN of the course; a new GAN is two loss functions.

Vanilla, least-squares, Wasserstein with clipping (`after_critic_step`) or with a penalty, any D:G
schedule, with labels or without: they differ in what is passed to `train`, not in its code.
"""

from __future__ import annotations

import time
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from gan_utils.data.batches import Batches
from gan_utils.losses import LossPair
from gan_utils.training.checkpoint import (
    CheckpointError,
    fingerprint,
    name_of,
    read_checkpoint,
    require_same_run,
    write_checkpoint,
)
from gan_utils.training.history import History
from gan_utils.training.latents import Noise, noise_of
from gan_utils.training.progress import (
    LivePicture,
    Picture,
    interrupt_between_steps,
    progress_bar,
)
from gan_utils.training.run import Hook, Run, Schedule, random_stream
from gan_utils.training.steps import Penalty, scores_each_sample_alone
from gan_utils.training.threads import threads_for


def train(
    generator: nn.Module,
    discriminator: nn.Module,
    losses: LossPair,
    optimizers: tuple[Optimizer, Optimizer],  # the discriminator's first, then the generator's
    batches: Batches,
    steps: int,  # in all, those before a resume included
    *,
    latent_dim: int,
    latent_law: str | Noise = "uniform",  # in [-1, 1]; or "normal"; or a function like sample_noise
    schedule: Schedule = (1, 1),  # critic updates and generator updates in a step
    penalty: Penalty | None = None,  # (critic, real, fake) -> scalar added to the critic's loss
    after_critic_step: Hook | None = None,  # called with the discriminator: weight clipping
    after_generator_step: Hook | None = None,  # called with the generator
    conditional: bool = False,  # call generator(z, labels) and discriminator(x, labels)
    seed: int = 0,  # of the latents and of torch's global generator inside the loop
    device: torch.device | str | None = None,  # the networks move there; None: where batches are
    precision: str = "float32",  # "bf16": matrix products in bfloat16, weights in float32
    share_fake: bool = True,  # G's first update reuses the forward pass of D's last one
    joint_pass: bool | None = None,  # D scores real and fake in one pass; None: where that is safe
    snapshot_every: int = 0,  # steps between samples at fixed latents, kept in the history; 0: none
    snapshot_count: int = 64,  # samples in a snapshot
    snapshot_labels: Tensor | None = None,  # (snapshot_count,), of a conditional GAN's snapshots
    live: bool = True,  # show each snapshot in the notebook, in one renewed picture
    picture: Picture | None = None,  # (samples, title) -> figure; None: a grid or a scatter
    progress: bool | None = None,  # a bar; None: in notebooks and terminals only
    check_every: int = 50,  # steps between readings of the losses, and looks for NaN
    checkpoint: str | Path | None = None,  # a file to write
    checkpoint_every: int = 500,  # steps between two writings of it
    resume: bool = False,  # go on from `checkpoint` if it exists; else start, and replace it
) -> History:
    """Train both networks in place for `steps` steps and return what was recorded.

    generator: latents (N, latent_dim) to samples (N, ...). discriminator: samples to raw scores.
    A step is `schedule`'s number of critic updates, each on a fresh batch, then of generator
    updates. Two runs with the same arguments give the same bits, and a run that was killed gives
    them too when it is called again with resume=True: the file holds networks, optimizers, data
    order, random states and history. Random numbers of Python and NumPy are not kept.
    Ctrl-C, or the notebook's stop button, ends the run after the current step.

    Raises ValueError for an argument that cannot be meant, TrainingDiverged at NaN or Inf,
    CheckpointError for a file that cannot be used.
    """
    _require_at_least(0, steps=steps, snapshot_every=snapshot_every)
    _require_at_least(1, latent_dim=latent_dim, snapshot_count=snapshot_count)
    _require_at_least(1, check_every=check_every, checkpoint_every=checkpoint_every)
    device = torch.device(device) if device is not None else batches.device
    d_optimizer, g_optimizer = optimizers
    _require_owner(d_optimizer, discriminator, "discriminator")
    _require_owner(g_optimizer, generator, "generator")
    run = Run(
        generator=generator.to(device).train(),
        discriminator=discriminator.to(device).train(),
        losses=losses,
        d_optimizer=d_optimizer,
        g_optimizer=g_optimizer,
        batches=batches,
        device=device,
        latent_dim=latent_dim,
        noise=noise_of(latent_law),
        schedule=schedule,
        penalty=penalty,
        after_critic_step=after_critic_step,
        after_generator_step=after_generator_step,
        conditional=conditional,
        seed=seed,
        precision=precision,
        share_fake=share_fake,
        joint_pass=scores_each_sample_alone(discriminator) if joint_pass is None else joint_pass,
    )
    pictures = _Pictures(
        run, snapshot_every, snapshot_count, snapshot_labels, LivePicture(picture, live)
    )
    file = _File(run, checkpoint, checkpoint_every, snapshots=(snapshot_every, snapshot_count))
    started = time.perf_counter()
    devices = [device] if device.type == "cuda" else []
    with (
        torch.random.fork_rng(devices),
        threads_for(generator, discriminator),
        interrupt_between_steps() as interrupted,
    ):
        torch.manual_seed(seed)
        pictures.draw_latents()
        if resume and file.exists():
            file.restore()
        else:
            pictures.look()
        seconds_before = run.history.seconds
        bar = progress_bar(steps, run.done, progress)
        try:
            while run.done < steps and not interrupted():
                run.step()
                bar.update()
                pictures.look(last=run.done == steps)
                if run.done % check_every == 0:
                    run.read_losses()
                    bar.set_postfix(run.history.latest())
                run.history.seconds = seconds_before + time.perf_counter() - started
                file.save_if_due(now=interrupted() or run.done == steps)
            run.read_losses(look_at_parameters=True)
        except KeyboardInterrupt:  # pressed twice, or raised by a hook: mid-step, nothing to save
            run.history.read()
            print(f"\nStopped during step {run.done + 1} of {steps}. {file.advice()}")
        else:
            if interrupted():
                print(f"\nStopped by you after step {run.done} of {steps}. {file.advice()}")
        finally:
            bar.close()
    return run.history


def _require_at_least(least: int, **arguments: int) -> None:
    """ValueError naming the first argument that is smaller."""
    for name, value in arguments.items():
        if value < least:
            raise ValueError(f"{name} must be at least {least}, but is {value}.")


def _require_owner(optimizer: Optimizer, network: nn.Module, player: str) -> None:
    """ValueError unless the optimizer moves parameters of this network only."""
    own = {id(p) for p in network.parameters()}
    if not all(id(p) in own for group in optimizer.param_groups for p in group["params"]):
        raise ValueError(
            f"The {player}'s optimizer moves parameters that are not the {player}'s. Give the "
            "optimizers in the order (discriminator's, generator's), made from these very networks."
        )


class _Pictures:
    """Snapshots at latents that stay the same, kept in the history and shown as they come."""

    def __init__(
        self, run: Run, every: int, count: int, labels: Tensor | None, screen: LivePicture
    ) -> None:
        if run.conditional and every and (labels is None or len(labels) != count):
            raise ValueError(
                f"A conditional GAN's snapshots need snapshot_labels of shape ({count},). Pass "
                "them, or snapshot_every=0."
            )
        self.run, self.every, self.count, self.screen = run, every, count, screen
        self.labels = labels.to(run.device) if run.conditional and labels is not None else None

    def draw_latents(self) -> None:
        """Fix the latents: called before anything else draws, so that a resume fixes the same."""
        stream = random_stream(self.run.seed, 1, self.run.device)
        self.z = self.run.noise(
            self.count, self.run.latent_dim, device=self.run.device, generator=stream
        )

    def look(self, *, last: bool = False) -> None:
        """Take and show a snapshot if one is due after this step, or if it is the last."""
        if self.every and (last or self.run.done % self.every == 0):
            snapshot = self.run.take_snapshot(self.z, self.labels)
            self.screen.update(snapshot.samples, f"step {snapshot.step}")


class _File:
    """The checkpoint of a run, if it has one."""

    def __init__(
        self, run: Run, path: str | Path | None, every: int, snapshots: tuple[int, int]
    ) -> None:
        self.run, self.every = run, every
        self.path = None if path is None else Path(path)
        self.snapshots = snapshots

    def exists(self) -> bool:
        return self.path is not None and self.path.exists()

    def save_if_due(self, *, now: bool) -> None:
        """Write the run, if its turn has come; a run with NaN or Inf is never written."""
        if self.path is None or not (now or self.run.done % self.every == 0):
            return
        self.run.read_losses(look_at_parameters=True)
        write_checkpoint(self.path, {"run": self._marks(), **self.run.state_dict()})

    def restore(self) -> None:
        """Continue the run in the file; CheckpointError if it is another one's."""
        state = read_checkpoint(self.path)
        require_same_run(self.path, state["run"], self._marks())
        try:
            self.run.load_state_dict(state)
        except (KeyError, ValueError, RuntimeError) as error:
            raise CheckpointError(
                f"The checkpoint {self.path} does not fit this run: {error}"
            ) from error

    def advice(self) -> str:
        """What a reader can do after an interruption."""
        if not self.exists():
            return "What was trained so far is in the networks."
        return f"Call train again with resume=True to go on from {self.path.name}."

    def _marks(self) -> dict[str, str]:
        run = self.run
        return fingerprint(
            networks={"generator": run.generator, "discriminator": run.discriminator},
            optimizers={"discriminator": run.d_optimizer, "generator": run.g_optimizer},
            settings={
                "latent_dim": run.latent_dim,
                "latent_law": name_of(run.noise),
                "the discriminator's loss": name_of(run.losses.discriminator),
                "the generator's loss": name_of(run.losses.generator),
                "penalty": name_of(run.penalty),
                "after_critic_step": name_of(run.after_critic_step),
                "after_generator_step": name_of(run.after_generator_step),
                "schedule": name_of(run.schedule),
                "batches": type(run.batches).__name__,
                "conditional": run.conditional,
                "seed": run.seed,
                "precision": run.precision,
                "(snapshot_every, snapshot_count)": self.snapshots,
            },
        )
