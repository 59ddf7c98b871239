"""How many processor threads a run of small networks should use: one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import torch
from torch import nn

SMALL = 100_000  # parameters of both networks; the ring's pair holds some 10,000


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute on one thread, and give it back its threads afterwards.

    Layers of 64 units gain nothing from a second thread. They lose much on a busy machine, where
    the threads of one layer wait for each other: 230 steps a second became 4 beside another
    program that used both of two cores.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def threads_for(*networks: nn.Module) -> AbstractContextManager:
    """`one_thread` for networks that are small together, nothing for others."""
    size = sum(p.numel() for network in networks for p in network.parameters())
    return one_thread() if size < SMALL else nullcontext()
