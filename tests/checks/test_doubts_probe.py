"""What an answer may return to say which labels it doubts."""

import numpy as np
import pytest
import torch

from checks.observe import Trouble, observe
from checks.probes.doubts import doubts_probe

N = 5
INPUTS = {"probabilities": np.full((N, 3), 1 / 3), "labels": np.zeros(N, np.int64)}
PICKED = [0, 1, 0, 0, 1]


def seen(result):
    answer = result if callable(result) else lambda probabilities, labels: result
    return observe(doubts_probe, answer, INPUTS).observation


@pytest.mark.parametrize(
    "result",
    [
        torch.tensor([1, 4]),
        torch.tensor([4, 1, 4]),
        torch.tensor([[1], [4]]),
        np.array([1, 4]),
        [1, 4],
        {4, 1},
        [torch.tensor(1), torch.tensor(4)],
        (torch.tensor([1, 4]),),
        torch.tensor(PICKED).bool(),
        torch.tensor(PICKED),
        np.array(PICKED, bool),
        [bool(flag) for flag in PICKED],
    ],
    ids=str,
)
def test_indices_and_flags_mean_the_same(result):
    assert seen(result)["picked"].tolist() == PICKED


@pytest.mark.parametrize("nothing", [torch.tensor([]), [], torch.zeros(N, dtype=torch.bool)])
def test_nobody_may_be_doubted(nothing):
    assert seen(nothing)["picked"].tolist() == [0] * N


def test_a_single_index_is_enough():
    assert seen(torch.tensor(3))["picked"].tolist() == [0, 0, 0, 1, 0]


@pytest.mark.parametrize(
    "result", [torch.tensor([0.5]), torch.tensor([5]), torch.tensor([-1]), torch.zeros(2, 3)]
)
def test_anything_else_is_told_in_words(result):
    trouble = seen(result)
    assert isinstance(trouble, Trouble) and trouble.diagnosis == "not_indices"
    assert "neither indices" in trouble.text


def test_changing_an_argument_is_seen():
    assert seen(lambda probabilities, labels: labels.add_(1))["changed"] == 1
