"""The exercises of notebook 01, in its order. Each NAME_mistakes.py fills the bank of NAME.py."""

from __future__ import annotations

from checks.nn_basics import (  # noqa: F401 - imported for what they register
    adam_step,
    adam_step_mistakes,
    autograd_backward,
    autograd_backward_mistakes,
    backward,
    backward_mistakes,
    batch_norm,
    batch_norm_mistakes,
    carry_bias,
    carry_bias_mistakes,
    count_parameters,
    count_parameters_mistakes,
    cross_entropy,
    cross_entropy_mistakes,
    layer,
    layer_mistakes,
    layer_norm,
    layer_norm_mistakes,
    layer_with_ones,
    layer_with_ones_mistakes,
    leaky_relu_backward,
    leaky_relu_backward_mistakes,
    momentum_step,
    momentum_step_mistakes,
    moons_classifier,
    moons_classifier_mistakes,
    numerical_gradient,
    numerical_gradient_mistakes,
    rmsprop_step,
    rmsprop_step_mistakes,
    sigmoid,
    sigmoid_mistakes,
)

EXERCISES = tuple(
    module.exercise
    for module in (
        layer,
        layer_with_ones,
        carry_bias,
        sigmoid,
        cross_entropy,
        leaky_relu_backward,
        numerical_gradient,
        backward,
        count_parameters,
        momentum_step,
        rmsprop_step,
        adam_step,
        moons_classifier,
        autograd_backward,
        batch_norm,
        layer_norm,
    )
)
