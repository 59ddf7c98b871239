"""Tiny networks and batches for tests of the training loop: a step takes a fraction of a ms."""

import torch
from torch import nn

from gan_utils.losses import NON_SATURATING
from gan_utils.training import adam, train

DIM = 3


class CountingBatches:
    """Batches of 8 points from a seeded stream, labelled 0..3; says how many were taken."""

    device = torch.device("cpu")

    def __init__(self, seed=0, labelled=True, size=8):
        self.stream = torch.Generator().manual_seed(seed)
        self.labelled, self.size, self.taken = labelled, size, 0

    def next_batch(self):
        self.taken += 1
        points = 1 + torch.randn(self.size, 2, generator=self.stream)
        labels = torch.randint(4, (self.size,), generator=self.stream)
        return points, labels if self.labelled else None

    def state_dict(self):
        return {"stream": self.stream.get_state(), "taken": self.taken}

    def load_state_dict(self, state):
        self.stream.set_state(state["stream"])
        self.taken = state["taken"]


class WithLabels(nn.Module):
    """A network of (x, labels): one-hot labels beside x."""

    def __init__(self, inner):
        super().__init__()
        self.inner, self.seen = inner, []

    def forward(self, x, labels):
        self.seen.append(labels.clone())
        return self.inner(torch.cat([x, nn.functional.one_hot(labels, 4).float()], 1))


def small_generator(inputs=DIM, width=8):
    return nn.Sequential(nn.Linear(inputs, width), nn.ReLU(), nn.Linear(width, 2))


def small_discriminator(inputs=2, width=8):
    return nn.Sequential(nn.Linear(inputs, width), nn.LeakyReLU(0.2), nn.Linear(width, 1))


def busy_generator():
    """With all that makes resuming hard: batch statistics and random numbers of its own."""
    return nn.Sequential(
        nn.Linear(DIM, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, 2)
    )


def busy_discriminator():
    return nn.Sequential(nn.Linear(2, 8), nn.Dropout(0.3), nn.LeakyReLU(0.2), nn.Linear(8, 1))


def play(steps, *, nets=(small_generator, small_discriminator), lr=0.01, before=12, **options):
    """Train fresh toys: (generator, discriminator, history, batches).

    before: where torch's global stream stands when the run begins; the same run whatever it is.
    """
    torch.manual_seed(11)
    generator, discriminator = (make() for make in nets)
    torch.manual_seed(before)
    options.setdefault("batches", CountingBatches())
    options.setdefault("optimizers", adam)
    make = options.pop("optimizers")
    optimizers = make(discriminator.parameters(), lr=lr), make(generator.parameters(), lr=lr)
    batches = options.pop("batches")
    losses = options.pop("losses", NON_SATURATING)
    history = train(
        generator, discriminator, losses, optimizers, batches, steps,
        **{"latent_dim": DIM, **options},
    )  # fmt: skip
    return generator, discriminator, history, batches


def same_bits(a, b):
    """Whether two networks hold the same numbers."""
    first, second = a.state_dict(), b.state_dict()
    return list(first) == list(second) and all(torch.equal(first[k], second[k]) for k in first)


def furthest(a, b):
    """The largest difference between two networks' numbers."""
    first, second = a.state_dict(), b.state_dict()
    return max(float((first[k] - second[k]).abs().max()) for k in first)
