"""Networks, layers and profiles: counts, shapes, laws, and the words of errors."""

import math

import pytest
import torch

from gan_utils.layers import leaky_relu, sample_noise
from gan_utils.models import (
    mlp_discriminator,
    mlp_generator,
    parameter_count,
    ring_discriminator,
    ring_generator,
)
from gan_utils.profiles import PROFILES, by_profile, profile


def test_the_assignments_parameter_counts():
    assert parameter_count(mlp_discriminator()) == 267_009
    assert parameter_count(mlp_generator(4)) == 1_858_320
    assert parameter_count(mlp_generator()) == 1_858_320 + (96 - 4) * 1024


def test_parameter_count_leaves_frozen_ones_out():
    network = ring_discriminator()
    network[0].requires_grad_(False)
    assert parameter_count(network) == parameter_count(ring_discriminator()) - 2 * 64 - 64


def test_shapes_and_range_of_the_multilayer_pair():
    images = mlp_generator(96)(20 * sample_noise(5, 96))
    assert images.shape == (5, 1, 28, 28)
    assert images.abs().max() <= 1
    assert mlp_discriminator()(images).shape == (5, 1)
    assert mlp_discriminator()(images.flatten(1)).shape == (5, 1)


def test_a_score_is_not_squashed():
    discriminator = mlp_discriminator()
    with torch.no_grad():
        discriminator[-1].bias.fill_(7.0)
    assert (discriminator(torch.zeros(2, 784)) > 1).all()


def test_the_ring_pair_starts_spread_over_the_plane():
    torch.manual_seed(0)
    points = [ring_generator()(sample_noise(500, 16)).detach() for _ in range(10)]
    assert min(float(p.std()) for p in points) > 0.3, (
        "a generator that starts on one spot misses modes"
    )
    assert ring_discriminator()(torch.zeros(4, 2)).shape == (4, 1)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_leaky_relu_and_its_gradient(dtype):
    x = torch.tensor([-3.0, -0.5, 0.0, 2.0], dtype=dtype, requires_grad=True)
    y = leaky_relu(x, 0.2)
    torch.testing.assert_close(y, torch.nn.functional.leaky_relu(x, 0.2))
    y.sum().backward()
    torch.testing.assert_close(x.grad[[0, 1, 3]], torch.tensor([0.2, 0.2, 1.0], dtype=dtype))


def test_noise_is_uniform_in_the_cube_and_follows_its_generator():
    noise = sample_noise(4000, 5, generator=torch.Generator().manual_seed(1))
    again = sample_noise(4000, 5, generator=torch.Generator().manual_seed(1))
    assert torch.equal(noise, again)
    assert -1 <= noise.min() < -0.99 and 0.99 < noise.max() < 1
    assert float(noise.mean()) == pytest.approx(0, abs=5 / math.sqrt(3 * noise.numel()))
    assert float(noise.var()) == pytest.approx(1 / 3, abs=0.01)
    assert sample_noise(2, 3, dtype=torch.float64).dtype == torch.float64


@pytest.fixture
def no_profile(monkeypatch):
    monkeypatch.delenv("GAN_PROFILE", raising=False)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    return monkeypatch


@pytest.mark.parametrize(("gpu", "expected"), [(True, "gpu"), (False, "laptop")])
def test_without_a_word_the_machine_decides(no_profile, gpu, expected):
    no_profile.setattr(torch.cuda, "is_available", lambda: gpu)
    assert profile() == expected


@pytest.mark.parametrize("name", PROFILES)
def test_the_named_profile_picks_the_value(no_profile, name):
    no_profile.setenv("GAN_PROFILE", f" {name.upper()} ")
    assert profile() == name
    assert by_profile(smoke="smoke", laptop="laptop", gpu="gpu") == name


def test_grading_is_always_smoke(no_profile):
    no_profile.setenv("GAN_PROFILE", "gpu")
    no_profile.setenv("NBGRADER_EXECUTION", "autograde")
    assert profile() == "smoke"


def test_an_unknown_profile_is_named_with_the_choices(no_profile):
    no_profile.setenv("GAN_PROFILE", "desktop")
    with pytest.raises(ValueError, match=r"'desktop'.*smoke, laptop, gpu"):
        profile()
