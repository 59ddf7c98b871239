"""One update of each player: what changes, what must not; and the optimizers and latents."""

import pytest
import torch
from torch import nn

from gan_utils.layers import sample_noise
from gan_utils.losses import NON_SATURATING
from gan_utils.training import adam, discriminator_step, frozen, generator_step, normal_noise
from gan_utils.training.latents import noise_of
from gan_utils.training.steps import autocast, evaluating, scores_each_sample_alone
from tests.gan_utils.training_toys import (
    DIM,
    furthest,
    same_bits,
    small_discriminator,
    small_generator,
)


@pytest.fixture
def players():
    torch.manual_seed(0)
    generator, discriminator = small_generator(), small_discriminator()
    untouched = small_generator(), small_discriminator()
    untouched[0].load_state_dict(generator.state_dict())
    untouched[1].load_state_dict(discriminator.state_dict())
    return generator, discriminator, untouched


def test_the_discriminators_step_moves_it_and_nothing_else(players):
    generator, discriminator, (g_before, d_before) = players
    optimizer = torch.optim.SGD(discriminator.parameters(), lr=0.1)
    real, fake = torch.randn(6, 2), generator(sample_noise(4, DIM))
    loss, extra = discriminator_step(
        discriminator, optimizer, NON_SATURATING.discriminator, real, fake
    )
    expected = NON_SATURATING.discriminator(d_before(real), d_before(fake.detach()))
    torch.testing.assert_close(loss, expected)
    assert extra is None
    assert not same_bits(discriminator, d_before)
    assert same_bits(generator, g_before)
    assert all(p.grad is None for p in generator.parameters())
    expected.backward()
    for p, q in zip(discriminator.parameters(), d_before.parameters(), strict=True):
        torch.testing.assert_close(p, q - 0.1 * q.grad)


def test_the_generators_step_moves_it_and_nothing_else(players):
    generator, discriminator, (g_before, d_before) = players
    optimizer = torch.optim.SGD(generator.parameters(), lr=0.1)
    z = sample_noise(4, DIM)
    loss = generator_step(discriminator, optimizer, NON_SATURATING.generator, generator(z))
    expected = NON_SATURATING.generator(d_before(g_before(z)))
    torch.testing.assert_close(loss, expected)
    assert same_bits(discriminator, d_before)
    assert all(p.grad is None and p.requires_grad for p in discriminator.parameters())
    expected.backward()
    for p, q in zip(generator.parameters(), g_before.parameters(), strict=True):
        torch.testing.assert_close(p, q - 0.1 * q.grad)


def test_old_gradients_are_cleared(players):
    generator, discriminator, (_, d_before) = players
    for p in discriminator.parameters():
        p.grad = torch.full_like(p, 1e6)
    optimizer = torch.optim.SGD(discriminator.parameters(), lr=0.1)
    fake = generator(sample_noise(4, DIM))
    discriminator_step(
        discriminator, optimizer, NON_SATURATING.discriminator, torch.randn(4, 2), fake
    )
    assert furthest(discriminator, d_before) < 1


def test_real_and_fake_in_one_pass_give_the_same_up_to_rounding(players):
    generator, discriminator, _ = players
    real, fake = torch.randn(6, 2), generator(sample_noise(4, DIM))
    after = []
    for joint in (False, True):
        twin = small_discriminator()
        twin.load_state_dict(discriminator.state_dict())
        optimizer = torch.optim.SGD(twin.parameters(), lr=0.1)
        discriminator_step(twin, optimizer, NON_SATURATING.discriminator, real, fake, joint=joint)
        after.append(twin)
    assert furthest(discriminator, after[0]) > 0
    assert furthest(*after) < 1e-6


def test_the_penalty_is_added_and_sees_detached_fakes(players):
    generator, discriminator, (_, d_before) = players
    seen = []

    def penalty(critic, real, fake):
        seen.append(fake)
        return 10 * critic(real).square().mean()

    real = torch.randn(6, 2)
    optimizer = torch.optim.SGD(discriminator.parameters(), lr=0.1)
    loss, extra = discriminator_step(
        discriminator, optimizer, NON_SATURATING.discriminator, real,
        generator(sample_noise(6, DIM)), penalty=penalty,
    )  # fmt: skip
    assert not seen[0].requires_grad
    torch.testing.assert_close(extra, 10 * d_before(real).square().mean())
    both = NON_SATURATING.discriminator(d_before(real), d_before(seen[0]))
    torch.testing.assert_close(loss, both)
    (both + 10 * d_before(real).square().mean()).backward()
    for p, q in zip(discriminator.parameters(), d_before.parameters(), strict=True):
        torch.testing.assert_close(p, q - 0.1 * q.grad)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (lambda s: s.mean().item(), "tensor with one number"),
        (lambda s: None, "NoneType"),
        (lambda s: s, r"shape is \(4, 1\)"),
        (lambda s: s.mean().detach(), "cannot be differentiated"),
    ],
)
def test_a_loss_that_is_no_loss_gets_a_sentence_and_d_thaws(players, bad, words):
    generator, discriminator, _ = players
    optimizer = torch.optim.SGD(generator.parameters(), lr=0.1)
    with pytest.raises(ValueError, match=f"the generator's loss.*{words}"):
        generator_step(discriminator, optimizer, bad, generator(sample_noise(4, DIM)))
    assert all(p.requires_grad for p in discriminator.parameters())


def test_frozen_restores_each_parameter_also_after_an_error():
    network = small_discriminator()
    network[0].bias.requires_grad_(False)
    before = [p.requires_grad for p in network.parameters()]
    with pytest.raises(KeyError), frozen(network):
        assert not any(p.requires_grad for p in network.parameters())
        raise KeyError
    assert [p.requires_grad for p in network.parameters()] == before


def test_evaluating_restores_each_modules_mode():
    network = nn.Sequential(nn.Dropout(), nn.BatchNorm1d(2))
    network[1].eval()
    with evaluating(network):
        assert not any(m.training for m in network.modules())
        assert not torch.is_grad_enabled()
    assert network.training and network[0].training and not network[1].training


@pytest.mark.parametrize(
    ("network", "alone"),
    [
        (small_discriminator(), True),
        (nn.Sequential(nn.Conv2d(1, 2, 3), nn.Sequential(nn.LeakyReLU()), nn.Flatten()), True),
        (nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3)), False),
        (nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.SyncBatchNorm(3))), False),
        (type("Own", (nn.Module,), {})(), False),
    ],
)
def test_only_plain_stacks_without_batch_norm_score_in_one_pass(network, alone):
    assert scores_each_sample_alone(network) is alone


def test_adam_equals_torchs_own_up_to_rounding():
    torch.manual_seed(0)
    mine, usual = small_generator(), small_generator()
    usual.load_state_dict(mine.state_dict())
    optimizers = (
        adam(mine.parameters(), 0.01),
        torch.optim.Adam(usual.parameters(), 0.01, betas=(0.5, 0.999)),
    )
    for _ in range(20):
        z = torch.randn(8, DIM)
        for network, optimizer in zip((mine, usual), optimizers, strict=True):
            optimizer.zero_grad()
            network(z).square().mean().backward()
            optimizer.step()
    assert furthest(mine, usual) < 1e-5
    assert optimizers[0].defaults["fused"]


def test_adam_without_a_fused_kernel_falls_back_to_foreach():
    assert adam([torch.zeros(2, device="meta", requires_grad=True)], 0.1).defaults["foreach"]


def test_the_laws_of_latents():
    assert noise_of("uniform") is sample_noise and noise_of("normal") is normal_noise
    assert noise_of(max) is max
    normal = normal_noise(4000, 5, generator=torch.Generator().manual_seed(0))
    assert normal.shape == (4000, 5)
    assert float(normal.var()) == pytest.approx(1, abs=0.05)
    with pytest.raises(ValueError, match=r"'gauss'.*uniform, normal"):
        noise_of("gauss")


def test_an_unknown_precision_gets_a_sentence():
    with pytest.raises(ValueError, match=r"'fp8'.*float32, bf16"):
        autocast(torch.device("cpu"), "fp8")
