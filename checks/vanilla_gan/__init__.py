"""The exercises of notebook 03, in its order."""

from __future__ import annotations

from checks.vanilla_gan import (
    discriminator,
    discriminator_loss,
    discriminator_step,
    generator,
    generator_loss,
    generator_step,
    leaky_relu,
    optimizers,
    ring_generator,
    sample_noise,
)

EXERCISES = tuple(
    module.exercise
    for module in (
        leaky_relu,
        sample_noise,
        discriminator,
        generator,
        discriminator_loss,
        generator_loss,
        optimizers,
        discriminator_step,
        generator_step,
        ring_generator,
    )
)
