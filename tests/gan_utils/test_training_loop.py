"""The loop: every kind of GAN goes through it, and it repeats, counts, records and stops right."""

import math

import pytest
import torch
from torch import nn

from gan_utils.losses import NON_SATURATING, LossPair
from gan_utils.training import History, TrainingDiverged, adam, train
from tests.gan_utils.training_toys import (
    DIM,
    CountingBatches,
    WithLabels,
    busy_discriminator,
    busy_generator,
    furthest,
    play,
    same_bits,
    small_discriminator,
    small_generator,
)

WASSERSTEIN = LossPair(lambda real, fake: fake.mean() - real.mean(), lambda fake: -fake.mean())
BUSY = (busy_generator, busy_discriminator)
LABELLED = (
    lambda: WithLabels(small_generator(DIM + 4)),
    lambda: WithLabels(small_discriminator(2 + 4)),
)


def gradient_penalty(critic, real, fake):
    mix = torch.rand(len(real), 1)
    between = (mix * real + (1 - mix) * fake).requires_grad_()
    (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return 10 * (slope.norm(dim=1) - 1).square().mean()


def clip(critic):
    with torch.no_grad():
        for p in critic.parameters():
            p.clamp_(-0.05, 0.05)


def rmsprop(parameters, lr):
    return torch.optim.RMSprop(parameters, lr=lr)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"schedule": (3, 1), "losses": WASSERSTEIN, "after_critic_step": clip},
        {"schedule": (1, 5), "losses": WASSERSTEIN, "optimizers": rmsprop},
        {"losses": WASSERSTEIN, "penalty": gradient_penalty, "schedule": (5, 1)},
        {"nets": LABELLED, "conditional": True, "penalty": gradient_penalty},
        {"nets": BUSY, "latent_law": "normal"},
        {"schedule": lambda step, history: (5, 2) if step <= 3 else (2, 1)},
        {"precision": "bf16"},
    ],
)
def test_every_kind_of_gan_trains_and_repeats_bit_for_bit(options):
    first = play(7, **options)
    second = play(7, before=99, **options)
    assert same_bits(first[0], second[0]) and same_bits(first[1], second[1])
    assert first[2].d_loss == second[2].d_loss and first[2].g_loss == second[2].g_loss
    assert first[2].steps == 7 and all(map(math.isfinite, first[2].d_loss + first[2].g_loss))
    fresh = play(0, **options)
    assert furthest(first[0], fresh[0]) > 0 and furthest(first[1], fresh[1]) > 0


def test_another_seed_gives_another_run_and_the_global_stream_stays_where_it_was():
    assert not same_bits(play(5, seed=1)[0], play(5, seed=2)[0])
    generator, discriminator = busy_generator(), busy_discriminator()
    state = torch.get_rng_state()
    optimizers = adam(discriminator.parameters(), 0.01), adam(generator.parameters(), 0.01)
    train(generator, discriminator, NON_SATURATING, optimizers, CountingBatches(), 3,
          latent_dim=DIM)  # fmt: skip
    assert torch.equal(torch.get_rng_state(), state)


def test_data_and_latents_of_one_seed_are_not_the_same_numbers():
    drawn = []

    def spy(n, dim, *, device, generator):
        drawn.append(torch.randn(n, dim, device=device, generator=generator))
        return drawn[-1]

    play(1, latent_law=spy, snapshot_every=1)
    of_data = torch.randn(8 * DIM, generator=torch.Generator().manual_seed(0))
    fixed, latents = drawn
    assert not torch.equal(latents.flatten(), of_data)
    assert not torch.equal(fixed[: len(latents)], latents)


# --- speed options change nothing but the time


@pytest.mark.parametrize("schedule", [(1, 1), (3, 2)])
def test_sharing_the_fakes_changes_no_bit_and_saves_a_forward(schedule):
    calls = []

    def counted():
        generator = small_generator()
        generator.register_forward_hook(lambda *_: calls.append(1))
        return generator

    runs = {}
    for share in (True, False):
        calls.clear()
        runs[share] = play(
            10, nets=(counted, small_discriminator), share_fake=share, schedule=schedule
        )
        assert len(calls) == 10 * (sum(schedule) - share)
    assert same_bits(runs[True][0], runs[False][0]) and same_bits(runs[True][1], runs[False][1])


def test_one_pass_of_d_and_fused_adam_agree_with_the_plain_ones_up_to_rounding():
    fast = play(30)
    plain = play(
        30, joint_pass=False, share_fake=False, check_every=1,
        optimizers=lambda p, lr: torch.optim.Adam(p, lr=lr, betas=(0.5, 0.999)),
    )  # fmt: skip
    assert 0 < furthest(fast[0], plain[0]) < 1e-4
    assert furthest(fast[1], plain[1]) < 1e-4
    assert fast[2].d_loss == pytest.approx(plain[2].d_loss, abs=1e-4)


def test_bf16_stays_near_float32_and_keeps_float32_weights():
    full, half = play(30), play(30, precision="bf16")
    assert half[2].d_loss != full[2].d_loss
    assert half[2].d_loss == pytest.approx(full[2].d_loss, abs=0.03)
    assert all(p.dtype == torch.float32 for p in half[0].parameters())


def test_d_with_batch_norm_scores_real_and_fake_apart():
    sizes = []

    def discriminator():
        network = nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.Linear(8, 1))
        network.register_forward_hook(lambda m, given, out: sizes.append(len(given[0])))
        return network

    play(1, nets=(small_generator, discriminator))
    assert sizes == [8, 8, 8]


def test_losses_are_read_in_chunks_only(monkeypatch):
    reads = []
    read = History.read
    monkeypatch.setattr(History, "read", lambda self: (reads.append(self.steps), read(self))[1])
    play(25, check_every=10)
    assert reads == [0, 10, 20]
    item = torch.Tensor.item
    monkeypatch.setattr(torch.Tensor, "item", lambda self: pytest.fail("a .item() in the loop"))
    play(3, optimizers=rmsprop)
    monkeypatch.setattr(torch.Tensor, "item", item)


def test_only_the_last_fakes_of_the_critic_keep_their_graph():
    graphs = []

    def watched():
        generator = small_generator()
        generator.register_forward_hook(lambda m, z, out: graphs.append(out.requires_grad))
        return generator

    play(1, nets=(watched, small_discriminator), schedule=(3, 2))
    assert graphs == [False, False, True, True]


# --- schedule, hooks, penalty, labels


def test_every_update_has_latents_of_its_own():
    drawn = []

    def spy(n, dim, *, device, generator):
        drawn.append(torch.rand(n, dim, device=device, generator=generator))
        return drawn[-1]

    play(1, latent_law=spy, schedule=(2, 3))
    of_updates = drawn[1:]  # the first are the snapshots'
    assert len(of_updates) == 4  # the generator's first update shares the critic's last
    assert len({float(z[0, 0]) for z in of_updates}) == 4


def test_the_schedule_counts_updates_batches_and_hooks():
    calls = {"critic": 0, "generator": 0}

    def count(who):
        def hook(network):
            calls[who] += 1
            assert isinstance(network, nn.Sequential)

        return hook

    *_, batches = play(
        4, schedule=(3, 2), after_critic_step=count("critic"),
        after_generator_step=count("generator"),
    )  # fmt: skip
    assert calls == {"critic": 12, "generator": 8}
    assert batches.taken == 12


def test_a_schedule_may_look_at_every_loss_so_far():
    seen = []

    def schedule(step, history):
        seen.append((step, len(history.d_loss)))
        return (0, 1) if step == 2 else (1, 0)

    history = play(3, schedule=schedule)[2]
    assert seen == [(1, 0), (2, 1), (3, 2)]
    assert math.isnan(history.d_loss[1]) and math.isnan(history.g_loss[0])
    assert math.isfinite(history.g_loss[1]) and math.isfinite(history.d_loss[2])
    untouched = play(0)[0]
    assert same_bits(play(1, schedule=(1, 0))[0], untouched)


@pytest.mark.parametrize("schedule", [(0, 0), (-1, 2)])
def test_a_schedule_without_updates_gets_a_sentence(schedule):
    with pytest.raises(ValueError, match="one must be at least 1"):
        play(1, schedule=schedule)


def test_the_clip_holds_after_every_critic_step():
    discriminator = play(6, losses=WASSERSTEIN, after_critic_step=clip, schedule=(2, 1))[1]
    assert max(float(p.detach().abs().max()) for p in discriminator.parameters()) <= 0.05 + 1e-7


def test_the_penalty_is_recorded_apart_from_the_loss():
    with_it = play(3, penalty=lambda critic, real, fake: 0 * critic(real).sum() + 2.5)[2]
    without = play(3)[2]
    assert with_it.penalty == [2.5] * 3 and without.penalty == [0.0] * 3
    assert with_it.d_loss == pytest.approx(without.d_loss)


def test_losses_of_several_updates_are_averaged():
    values = iter([1.0, 2.0, 6.0])
    pair = LossPair(
        lambda real, fake: 0 * real.sum() + next(values), lambda fake: 0 * fake.sum() + 4.0
    )
    assert play(1, losses=pair, schedule=(3, 2))[2].d_loss == [3.0]


def test_both_networks_get_the_labels_of_the_batch():
    generator, discriminator, *_ = play(
        2, nets=LABELLED, conditional=True, schedule=(1, 2), joint_pass=False
    )
    batches = CountingBatches()
    for step in range(2):
        _, labels = batches.next_batch()
        of_g = generator.seen[2 * step : 2 * step + 2]  # shared with D's update, then a fresh one
        of_d = discriminator.seen[4 * step : 4 * step + 4]  # real, fake, and twice for G
        assert all(torch.equal(seen, labels) for seen in of_g + of_d)
        assert len(of_d) == 4


def test_labels_of_a_joint_pass_are_doubled():
    apart = play(3, nets=LABELLED, conditional=True, joint_pass=False)
    joint = play(3, nets=LABELLED, conditional=True, joint_pass=True)
    assert furthest(apart[0], joint[0]) < 1e-5


def test_conditional_without_labels_gets_a_sentence():
    with pytest.raises(ValueError, match="these batches have none"):
        play(1, nets=LABELLED, conditional=True, batches=CountingBatches(labelled=False))
    with pytest.raises(ValueError, match=r"snapshot_labels of shape \(64,\)"):
        play(1, nets=LABELLED, conditional=True, snapshot_every=1)


# --- snapshots


def test_snapshots_come_at_fixed_latents_and_disturb_nothing():
    with_them = play(5, nets=BUSY, snapshot_every=2, snapshot_count=6)
    without = play(5, nets=BUSY)
    assert same_bits(with_them[0], without[0])
    snapshots = with_them[2].snapshots
    assert [s.step for s in snapshots] == [0, 2, 4, 5]
    assert all(s.samples.shape == (6, 2) for s in snapshots)
    again = play(5, nets=BUSY, snapshot_every=5, snapshot_count=6)[2].snapshots
    assert torch.equal(again[-1].samples, snapshots[-1].samples)
    with_them[0].eval()
    resting = play(0, nets=BUSY, snapshot_every=1, snapshot_count=6)
    assert torch.equal(resting[2].snapshots[0].samples, snapshots[0].samples)


def test_snapshots_of_a_conditional_gan_use_the_given_labels():
    labels = torch.tensor([3, 1, 2])
    generator, *_ = play(
        1, nets=LABELLED, conditional=True, snapshot_every=1, snapshot_count=3,
        snapshot_labels=labels,
    )  # fmt: skip
    assert torch.equal(generator.seen[0], labels) and torch.equal(generator.seen[-1], labels)


# --- NaN and Inf


@pytest.mark.parametrize(("player", "column"), [(0, "d_loss"), (1, "g_loss")])
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_the_first_bad_loss_is_named_with_its_step_though_read_later(player, column, value):
    count = [0]

    def bad(*scores):
        count[0] += 1
        return scores[-1].mean() * (value if count[0] == 7 else 1)

    losses = [lambda real, fake: fake.mean() - real.mean(), lambda fake: -fake.mean()]
    losses[player] = bad
    with pytest.raises(TrainingDiverged, match=f"step 7: {column} is -?{value}") as caught:
        play(40, losses=LossPair(*losses), check_every=20, lr=1e-4)
    assert caught.value.step == 7 and caught.value.tensor == column
    assert caught.value.history.steps == 6
    assert "learning rate" in str(caught.value)


def test_a_parameter_that_went_bad_in_the_last_step_is_named():
    def poison(generator):
        if generator.steps == 5:
            with torch.no_grad():
                generator[2].weight[0, 0] = math.nan
        generator.steps += 1

    def make():
        generator = small_generator()
        generator.steps = 1
        return generator

    with pytest.raises(TrainingDiverged, match=r"step 5: generator\.2\.weight") as caught:
        play(5, nets=(make, small_discriminator), after_generator_step=poison)
    assert caught.value.tensor == "generator.2.weight"


# --- words for arguments that cannot be meant


@pytest.mark.parametrize(
    "options",
    [{"latent_dim": 0}, {"check_every": 0}, {"checkpoint_every": 0}, {"snapshot_count": 0}],
)
def test_senseless_numbers_get_a_sentence(options):
    (name,) = options
    with pytest.raises(ValueError, match=name):
        play(1, **options)
    with pytest.raises(ValueError, match="steps"):
        play(-1)


def test_optimizers_in_the_wrong_order_get_a_sentence():
    generator, discriminator = small_generator(), small_discriminator()
    swapped = adam(generator.parameters(), 0.1), adam(discriminator.parameters(), 0.1)
    with pytest.raises(ValueError, match=r"order \(discriminator's, generator's\)"):
        train(generator, discriminator, NON_SATURATING, swapped, CountingBatches(), 1,
              latent_dim=DIM)  # fmt: skip
