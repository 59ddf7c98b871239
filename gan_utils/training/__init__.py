"""The one training loop of the course: `train`, and what it needs and gives back."""

from gan_utils.training.checkpoint import CheckpointError
from gan_utils.training.history import History, Snapshot
from gan_utils.training.latents import normal_noise
from gan_utils.training.loop import train
from gan_utils.training.optim import adam
from gan_utils.training.problems import TrainingDiverged
from gan_utils.training.steps import discriminator_step, frozen, generator_step
from gan_utils.training.threads import one_thread

__all__ = [
    "CheckpointError",
    "History",
    "Snapshot",
    "TrainingDiverged",
    "adam",
    "discriminator_step",
    "frozen",
    "generator_step",
    "normal_noise",
    "one_thread",
    "train",
]
