"""Checkpoints: a killed run goes on to the same bits; a bad file gets a sentence."""

import os
import signal
import subprocess
import sys
import time

import pytest
import torch

from gan_utils.data import RingBatches
from gan_utils.losses import MINIMAX
from gan_utils.training import CheckpointError, TrainingDiverged
from tests.gan_utils.training_toys import (
    CountingBatches,
    busy_discriminator,
    busy_generator,
    play,
    same_bits,
    small_discriminator,
    small_generator,
)

BUSY = {
    "nets": (busy_generator, busy_discriminator),
    "schedule": lambda step, history: (2, 1) if sum(history.d_loss[-2:]) > 2.7 else (1, 2),
    "snapshot_every": 4,
    "snapshot_count": 5,
    "check_every": 3,
}


class Killed(BaseException):
    """What no code of ours catches, as little as a kill."""


def kill_at(moment):
    """A hook that ends the run in the middle of its `moment`-th generator update."""
    count = [0]

    def hook(network):
        count[0] += 1
        if count[0] == moment:
            raise Killed

    return hook


def same_run(a, b):
    """Whether networks and histories agree in every bit."""
    histories = a[2], b[2]
    return (
        same_bits(a[0], b[0])
        and same_bits(a[1], b[1])
        and all(
            repr(getattr(histories[0], c)) == repr(getattr(histories[1], c))
            for c in ("d_loss", "g_loss", "penalty")
        )
        and [s.step for s in histories[0].snapshots] == [s.step for s in histories[1].snapshots]
        and all(
            torch.equal(s.samples, t.samples)
            for s, t in zip(histories[0].snapshots, histories[1].snapshots, strict=True)
        )
        and a[3].taken == b[3].taken
    )


def rmsprop(parameters, lr):
    return torch.optim.RMSprop(parameters, lr=lr, momentum=0.5)


@pytest.mark.parametrize("moment", [1, 3, 6, 7, 12])
@pytest.mark.parametrize("extra", [{}, {"optimizers": rmsprop, "latent_law": "normal"}])
def test_killed_anywhere_and_resumed_it_is_the_same_run(tmp_path, moment, extra):
    options = {**BUSY, **extra, "after_generator_step": kill_at(0)}
    whole = play(12, **options)
    file = {"checkpoint": tmp_path / "run.pt", "checkpoint_every": 2, "resume": True}
    with pytest.raises(Killed):
        play(12, **{**options, **file, "after_generator_step": kill_at(moment)})
    torch.rand(9)
    assert same_run(play(12, **options, **file), whole)


def test_a_finished_run_comes_back_whole_and_can_be_made_longer(tmp_path):
    file = {"checkpoint": tmp_path / "run.pt", "resume": True}
    short = play(4, **BUSY, **file)
    assert same_run(play(4, **BUSY, **file), short)
    assert same_run(play(8, **BUSY, **file), play(8, **BUSY))


def test_without_resume_it_starts_over(tmp_path):
    first = play(4, checkpoint=tmp_path / "run.pt")
    assert same_run(play(4, checkpoint=tmp_path / "run.pt"), first)
    assert same_run(play(4, checkpoint=tmp_path / "new" / "run.pt", resume=True), first)


CHILD = """
import sys, torch
torch.set_num_threads(1)
sys.path.insert(0, sys.argv[1])
from tests.gan_utils.training_toys import play
play(100_000, checkpoint=sys.argv[2], checkpoint_every=5)
"""


def test_a_real_kill_leaves_a_file_that_goes_on(tmp_path, project_root):
    file = tmp_path / "run.pt"
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(project_root), str(file)])
    deadline = time.monotonic() + 60
    while not file.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    child.send_signal(signal.SIGKILL)
    child.wait()
    done = torch.load(file, weights_only=True)["done"]
    assert done >= 5 and done % 5 == 0
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        resumed = play(done + 7, checkpoint=file, resume=True)
        assert same_run(resumed, play(done + 7))
    finally:
        torch.set_num_threads(threads)


@pytest.mark.parametrize("stop", [1, 5])
def test_ctrl_c_ends_after_the_step_saves_and_says_so(tmp_path, stop, capsys):
    presses = []

    def press(network):
        presses.append(network)
        if len(presses) == stop:
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    file = {"checkpoint": tmp_path / "run.pt", "resume": True}
    history = play(9, after_critic_step=press, **file)[2]
    assert history.steps == stop
    assert file["checkpoint"].exists()  # long before its turn would have come
    assert f"after step {stop} of 9" in capsys.readouterr().out
    assert signal.getsignal(signal.SIGINT) is before
    resumed = play(9, after_critic_step=press, **file)
    assert same_run(resumed, play(9))


def test_a_second_ctrl_c_does_not_wait(capsys):
    def press_twice(network):
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        pytest.fail("the second one waited")

    assert play(9, after_critic_step=press_twice)[2].steps == 0
    assert "during step 1 of 9" in capsys.readouterr().out


def test_a_write_that_breaks_off_leaves_the_old_file(tmp_path, monkeypatch):
    file = tmp_path / "run.pt"
    play(4, checkpoint=file)
    before = file.read_bytes()

    def half(state, stream):
        stream.write(before[: len(before) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", half)
    with pytest.raises(CheckpointError, match=r"run\.pt cannot be written: No space left"):
        play(4, checkpoint=file)
    assert file.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["run.pt"]


def test_nan_is_never_saved(tmp_path):
    def poison(network):
        network.updates = getattr(network, "updates", 0) + 1
        if network.updates == 6:
            with torch.no_grad():
                network[0].weight.fill_(torch.nan)

    file = tmp_path / "run.pt"
    options = {"checkpoint": file, "checkpoint_every": 2, "check_every": 100}
    with pytest.raises(TrainingDiverged):
        play(9, after_generator_step=poison, **options)
    state = torch.load(file, weights_only=True)
    assert state["done"] == 4
    assert all(t.isfinite().all() for t in state["generator"].values())


# --- files that cannot be used


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda b: b"", "truncated or corrupt"),
        (lambda b: b[: len(b) // 2], "truncated or corrupt"),
        (lambda b: b[:-30], "truncated or corrupt"),
        (lambda b: b"\x00" * 500, "truncated or corrupt"),
        (lambda b: b"hello, world" * 50, "truncated or corrupt"),
        (lambda b: _flip(b, len(b) // 2), "truncated or corrupt"),
    ],
)
def test_a_spoilt_file_gets_a_sentence(tmp_path, spoil, words):
    file = tmp_path / "run.pt"
    play(2, checkpoint=file)
    file.write_bytes(spoil(file.read_bytes()))
    with pytest.raises(CheckpointError, match=rf"run\.pt is {words}.*Delete it"):
        play(4, checkpoint=file, resume=True)


def _flip(data, position):
    return data[:position] + bytes([data[position] ^ 0xFF]) + data[position + 1 :]


@pytest.mark.parametrize("content", [[1, 2], {"weights": torch.ones(2)}])
def test_another_programs_file_gets_a_sentence(tmp_path, content):
    torch.save(content, tmp_path / "run.pt")
    with pytest.raises(CheckpointError, match="not a checkpoint"):
        play(4, checkpoint=tmp_path / "run.pt", resume=True)


def test_a_file_that_would_run_code_is_refused(tmp_path):
    torch.save({"run": print}, tmp_path / "run.pt")
    with pytest.raises(CheckpointError, match="truncated or corrupt"):
        play(4, checkpoint=tmp_path / "run.pt", resume=True)


def test_a_file_of_another_format_and_a_folder_get_a_sentence(tmp_path):
    torch.save({"run": {}, "format": 0}, tmp_path / "run.pt")
    with pytest.raises(CheckpointError, match="format 0"):
        play(4, checkpoint=tmp_path / "run.pt", resume=True)
    with pytest.raises(CheckpointError, match="cannot be read"):
        play(4, checkpoint=tmp_path, resume=True)
    with pytest.raises(CheckpointError, match="cannot be written"):
        play(4, checkpoint=tmp_path / "run.pt" / "inner.pt")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"latent_dim": 3, "nets": (lambda: small_generator(3, 9), small_discriminator)},
         r"generator\.0\.weight is shape \(8, 3\) in the file, but shape \(9, 3\) here"),
        ({"lr": 0.02}, "discriminator's lr is 0.01 in the file, but 0.02 here"),
        ({"seed": 3}, "seed is 0 in the file, but 3"),
        ({"losses": MINIMAX}, "generator's loss is non_saturating_g in the file"),
        ({"schedule": (2, 1)}, r"schedule is \(1, 1\) in the file"),
        ({"optimizers": rmsprop}, "discriminator's optimizer is Adam in the file"),
        ({"latent_law": "normal"}, "latent_law is sample_noise in the file"),
        ({"batches": RingBatches(8)}, "batches is CountingBatches in the file"),
        ({"nets": (small_generator, busy_discriminator)}, "is absent in the file"),
    ],
)  # fmt: skip
def test_another_runs_file_is_named_with_the_difference(tmp_path, change, words):
    file = tmp_path / "run.pt"
    play(2, checkpoint=file)
    with pytest.raises(CheckpointError, match=f"belongs to another run.*{words}"):
        play(4, checkpoint=file, resume=True, **change)


def test_batches_that_refuse_their_state_get_a_sentence(tmp_path):
    file = tmp_path / "run.pt"
    play(2, checkpoint=file, batches=RingBatches(8, seed=1))
    with pytest.raises(CheckpointError, match=r"run\.pt does not fit this run"):
        play(4, checkpoint=file, resume=True, batches=RingBatches(9, seed=1))


def test_the_data_go_on_where_they_were(tmp_path):
    whole = CountingBatches(seed=4)
    for _ in range(7):
        whole.next_batch()
    file = {"checkpoint": tmp_path / "run.pt", "resume": True}
    play(3, batches=CountingBatches(seed=4), **file)
    *_, batches = play(7, batches=CountingBatches(seed=4), **file)
    assert torch.equal(batches.next_batch()[0], whole.next_batch()[0])
