"""The exercises of notebook 03, in its order. Each NAME_mistakes.py fills the bank of NAME.py."""

from __future__ import annotations

from checks.vanilla_gan import (  # noqa: F401 - imported for what they register
    discriminator,
    discriminator_loss,
    discriminator_loss_mistakes,
    discriminator_mistakes,
    discriminator_step,
    discriminator_step_mistakes,
    generator,
    generator_loss,
    generator_loss_mistakes,
    generator_mistakes,
    generator_step,
    generator_step_mistakes,
    leaky_relu,
    leaky_relu_mistakes,
    optimizers,
    optimizers_mistakes,
    ring_generator,
    ring_generator_mistakes,
    sample_noise,
    sample_noise_mistakes,
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
