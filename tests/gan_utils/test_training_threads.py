"""Small networks compute on one thread; threads that wait do not spin."""

import subprocess
import sys

import pytest
import torch
from torch import nn

from gan_utils.training import one_thread
from gan_utils.training.threads import threads_for


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def test_one_thread_inside_and_the_old_number_afterwards(two_threads):
    with pytest.raises(KeyError), one_thread():
        assert torch.get_num_threads() == 1
        raise KeyError
    assert torch.get_num_threads() == 2


@pytest.mark.parametrize(("width", "threads"), [(64, 1), (512, 2)])
def test_only_small_networks_are_held_to_one_thread(two_threads, width, threads):
    with threads_for(nn.Linear(width, width), nn.Linear(width, 1)):
        assert torch.get_num_threads() == threads


@pytest.mark.parametrize(("before", "after"), [("", "PASSIVE"), ("ACTIVE", "ACTIVE")])
def test_importing_gan_utils_asks_for_sleeping_threads_unless_the_user_decided(before, after):
    code = (
        "import os; os.environ.pop('OMP_WAIT_POLICY', None);"
        f"os.environ.update({{'OMP_WAIT_POLICY': {before!r}}} if {before!r} else {{}});"
        "import gan_utils; print(os.environ['OMP_WAIT_POLICY'])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == after
