"""The recogniser learns, reads, doubts labels and judges samples; its judge is kept and renewed."""

import pytest
import torch
from torch import nn

from gan_utils.data import ImageSet, data_root, load_cells, rendered_cells, to_unit
from gan_utils.models import parameter_count, recogniser
from gan_utils.recogniser import (
    Judge,
    accuracy,
    captcha_accuracy,
    fit,
    held_out_probabilities,
    judge,
    judging,
    plant_errors,
    precision_and_recall,
    predict,
    suspicious_labels,
)


def tiny():
    """A reader that learns in a second."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Linear(400, 32))


@pytest.fixture(scope="module")
def cells():
    return rendered_cells(2_000)


@pytest.fixture(scope="module")
def trained(cells):
    network = tiny()
    fit(network, cells, epochs=12)
    return network


def test_the_recogniser_of_the_thesis():
    network = recogniser()
    assert parameter_count(network) == 142_102
    assert network(torch.zeros(3, 1, 20, 20)).shape == (3, 32)
    assert network[:-1](torch.zeros(3, 1, 20, 20)).shape == (3, 500)


def test_the_recogniser_learns_to_read(cells):
    torch.manual_seed(0)
    network = recogniser()
    losses = fit(network, cells, epochs=4)
    assert len(losses) == 4 and losses[-1] < losses[0] / 3
    assert accuracy(network, rendered_cells(1_000, seed=1)) > 0.6  # 1 in 9 by always saying "2"
    assert not network.training


def test_who_learns_from_drawn_cells_reads_real_ones():
    """A short training; the full one of `run CNN` reads 99.7 % of these."""
    path = data_root() / "ustc_captcha" / "train.npz"
    if not path.exists():
        pytest.skip(f"no real captcha cells: there is no {path} (set GAN_DATA)")
    torch.manual_seed(0)
    network = recogniser()
    fit(network, rendered_cells(8_000), epochs=3)
    assert accuracy(network, load_cells(path)) > 0.9


def test_a_run_repeats_and_follows_its_seed(cells):
    few, states = cells.take(torch.arange(300)), []
    for seed in (0, 0, 1):
        network = tiny()
        fit(network, few, epochs=2, seed=seed)
        states.append(network[1].weight)
    assert torch.equal(states[0], states[1]) and not torch.equal(states[0], states[2])


def test_fit_asks_for_labels_and_a_number_of_epochs(cells):
    with pytest.raises(ValueError, match="has no labels"):
        fit(tiny(), ImageSet(cells.images, None, name="some"))
    with pytest.raises(ValueError, match="number of epochs must be a whole number"):
        fit(tiny(), cells, epochs=0)


def test_a_loss_that_explodes_is_told(cells):
    with pytest.raises(FloatingPointError, match=r"epoch \d is not finite: take a smaller"):
        fit(tiny(), cells.take(torch.arange(300)), epochs=2, lr=1e38)


def test_probabilities_of_bytes_and_floats(cells, trained):
    from_bytes = predict(trained, cells.images[:50])
    assert from_bytes.shape == (50, 32) and not from_bytes.requires_grad
    assert torch.allclose(from_bytes.sum(dim=1), torch.ones(50))
    assert torch.equal(from_bytes, predict(trained, to_unit(cells.images[:50])))


def test_reading_is_done_in_evaluation_mode_and_leaves_the_mode(cells):
    network = nn.Sequential(nn.Dropout(0.5), tiny()).train()
    first, second = (predict(network, cells.images[:50]) for _ in range(2))
    assert torch.equal(first, second) and network.training


def test_accuracy_of_cells_and_of_captchas():
    class Fixed(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(1))

        def forward(self, x):  # reads the shade of the first pixel
            return nn.functional.one_hot((x[:, 0, 0, 0] > 0).long(), 32).float()

    images = torch.zeros(8, 1, 20, 20, dtype=torch.uint8)
    labels = torch.tensor([0, 0, 0, 0, 0, 0, 0, 1])
    cells = ImageSet(images, labels, name="some")
    assert accuracy(Fixed(), cells) == 7 / 8
    assert captcha_accuracy(Fixed(), cells) == 1 / 2
    with pytest.raises(ValueError, match="4 cells each, but some has 3"):
        captcha_accuracy(Fixed(), cells.take(torch.arange(3)))
    with pytest.raises(ValueError, match="no labels to compare"):
        accuracy(Fixed(), ImageSet(images, None, name="some"))


@pytest.mark.parametrize(
    ("images", "reason"),
    [
        (torch.zeros(2, 1, 20, 80), "cut_cells cuts captchas"),
        (torch.zeros(2, 20, 20), r"shape \(N, 1, 20, 20\)"),
        (torch.zeros(0, 1, 20, 20), r"shape \(N, 1, 20, 20\)"),
        (torch.full((2, 1, 20, 20), 255.0), r"floats in \[-1, 1\].* to 255"),
        (torch.full((2, 1, 20, 20), torch.nan), r"floats in \[-1, 1\]"),
        (torch.zeros(2, 1, 20, 20, dtype=torch.int64), "int64"),
    ],
)
def test_what_is_no_cell_is_not_read(trained, images, reason):
    with pytest.raises(ValueError, match=reason):
        predict(trained, images)


def test_only_a_sure_other_opinion_makes_a_label_suspicious():
    probabilities = torch.tensor(
        [
            [0.98, 0.01, 0.01],  # agrees
            [0.02, 0.96, 0.02],  # sure of another
            [0.45, 0.50, 0.05],  # hesitates
            [0.01, 0.00, 0.99],  # surer of another
        ]
    )
    labels = torch.tensor([0, 0, 0, 0])
    assert suspicious_labels(probabilities, labels).tolist() == [3, 1]
    assert suspicious_labels(probabilities, labels, doubt=0.5).tolist() == [3, 1, 2]
    assert suspicious_labels(probabilities, torch.tensor([0, 1, 1, 2])).tolist() == []
    assert suspicious_labels(probabilities[:0], labels[:0]).tolist() == []


@pytest.mark.parametrize("labels", [[0], [0, 3], [0, -1], [[0], [1]]])
def test_labels_that_do_not_fit_the_probabilities(labels):
    with pytest.raises(ValueError, match=r"[Ll]abels"):
        suspicious_labels(torch.full((2, 3), 1 / 3), torch.tensor(labels))


def test_each_cell_is_read_by_a_network_that_did_not_see_it():
    class Memory(nn.Module):
        """Knows by heart what it was trained on: it says class 1 of nothing else."""

        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(1))
            self.seen = set()

        def forward(self, x):
            shades = [round((v + 1) * 127.5) for v in x[:, 0, 0, 0].tolist()]
            if self.training:
                self.seen.update(shades)
            known = torch.tensor([shade in self.seen for shade in shades])
            return 50 * nn.functional.one_hot(known.long(), 2) + self.weight

    images = torch.arange(40, dtype=torch.uint8).view(-1, 1, 1, 1).expand(-1, 1, 20, 20)
    cells = ImageSet(images.contiguous(), torch.zeros(40, dtype=torch.int64), name="some")
    beliefs = held_out_probabilities(Memory, cells, folds=4, epochs=1)
    assert beliefs.shape == (40, 2) and (beliefs[:, 0] > 0.99).all()


def test_the_answers_come_back_in_the_order_of_the_cells(cells):
    few = cells.take(torch.arange(600))
    beliefs = held_out_probabilities(tiny, few, folds=3, epochs=15)
    assert (beliefs.argmax(dim=1) == few.labels).float().mean() > 0.4  # else about 1 in 9


def test_rounds_are_averaged(cells):
    few = cells.take(torch.arange(200))
    one, other = (
        held_out_probabilities(tiny, few, folds=2, epochs=1, seed=seed) for seed in (4, 5)
    )
    both = held_out_probabilities(tiny, few, folds=2, epochs=1, seed=4, rounds=2)
    assert torch.allclose(both, (one + other) / 2) and not torch.allclose(one, other)


def test_planted_errors_are_where_they_are_said_to_be():
    labels = torch.arange(1_000) % 32
    planted, where = plant_errors(labels, 0.01, 32)
    assert len(where) == 10 and (planted != labels).nonzero()[:, 0].tolist() == where.tolist()
    assert (
        planted.min() >= 0
        and planted.max() < 32
        and labels.tolist() == [*range(32)] * 31 + [*range(8)]
    )


def test_precision_and_recall():
    found, wrong = torch.tensor([1, 2, 3, 4]), torch.tensor([4, 3, 7])
    assert precision_and_recall(found, wrong) == (2 / 4, 2 / 3)
    nothing = torch.tensor([], dtype=torch.int64)
    assert precision_and_recall(nothing, wrong) == (1.0, 0.0)
    assert precision_and_recall(found, nothing) == (0.0, 1.0)


@pytest.fixture(scope="module")
def referee(cells):
    """A judge of little skill, made in a second."""
    torch.manual_seed(0)
    network = nn.Sequential(nn.Flatten(), nn.Linear(400, 64), nn.ReLU(), nn.Linear(64, 32))
    fit(network, cells, epochs=20)
    return Judge(network)


def test_drawn_cells_are_judged_better_than_noise(cells, referee):
    reference, drawn = cells.images[:500], cells.images[500:1_000]
    noise = torch.randint(256, drawn.shape, dtype=torch.uint8)
    blank = torch.full_like(drawn, 255)
    assert referee.features(drawn).shape == (500, 64)
    own = referee.frechet(drawn, reference)
    assert own < referee.frechet(noise, reference) / 5
    assert own < referee.frechet(blank, reference) / 5
    assert referee.confidence(drawn) > referee.confidence(blank)
    assert referee.classes_covered(cells.images) >= 30
    assert referee.classes_covered(blank) <= 1
    ones = cells.images[cells.labels == 3]
    assert referee.classes_covered(ones) == 1


def test_label_agreement(cells, referee):
    images, labels = cells.images[:500], cells.labels[:500]
    assert referee.label_agreement(images, labels) > 0.9
    assert referee.label_agreement(images, (labels + 1) % 32) < 0.1
    with pytest.raises(ValueError, match="There are 500 images"):
        referee.label_agreement(images, labels[:3])


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache folder, and a recipe that takes a second."""
    monkeypatch.setattr(judging, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(judging, "CELLS", 200)
    monkeypatch.setattr(judging, "EPOCHS", 1)
    judge.cache_clear()
    yield tmp_path / "cache" / "captcha_judge.pt"
    judge.cache_clear()


def weights(one):
    return torch.cat([p.flatten() for p in one.network.parameters()])


def test_the_judge_is_trained_once_and_kept(cache, said):
    before = torch.get_rng_state()
    first = judge()
    assert "JUDGE OF CAPTCHAS IS BEING TRAINED" in said() and cache.exists()
    assert judge() is first
    assert torch.equal(torch.get_rng_state(), before)
    judge.cache_clear()
    again = judge()
    assert "TRAINED" not in said() and torch.equal(weights(again), weights(first))
    assert not weights(again).requires_grad
    assert [p.name for p in cache.parent.iterdir()] == [cache.name]  # nothing half-written


@pytest.mark.parametrize("damage", ["truncated", "text", "empty", "flipped", "other weights"])
def test_a_damaged_judge_is_trained_again(cache, said, damage):
    first = weights(judge())
    said()
    content = bytearray(cache.read_bytes())
    if damage == "truncated":
        cache.write_bytes(content[: len(content) // 2])
    elif damage == "text":
        cache.write_text("no judge")
    elif damage == "empty":
        cache.write_bytes(b"")
    elif damage == "flipped":
        content[len(content) // 2] ^= 0xFF
        cache.write_bytes(content)
    else:
        state = torch.load(cache, weights_only=True)
        torch.save({**state, "network": {"0.weight": torch.zeros(3)}}, cache)
    judge.cache_clear()
    assert torch.equal(weights(judge()), first)
    assert "JUDGE OF CAPTCHAS IS BEING TRAINED" in said()
    judge.cache_clear()
    judge()
    assert "TRAINED" not in said()


@pytest.mark.parametrize(("name", "value"), [("VERSION", 99), ("CELLS", 210)])
def test_a_judge_of_another_version_is_trained_again(cache, said, monkeypatch, name, value):
    judge()
    said()
    monkeypatch.setattr(judging, name, value)
    judge.cache_clear()
    judge()
    assert "belongs to another version" in said()


def test_a_judge_of_another_renderer_is_trained_again(cache, said, monkeypatch):
    judge()
    said()
    draw = judging.rendered_cells
    monkeypatch.setattr(judging, "rendered_cells", lambda n, seed: draw(n, seed + 1))
    judge.cache_clear()
    judge()
    assert "belongs to another version" in said()


def test_without_a_place_the_judge_lasts_as_long_as_the_process(cache, said):
    cache.parent.write_text("a file where the folder should be")
    assert judge() is judge()
    assert "JUDGE COULD NOT BE KEPT" in said()
