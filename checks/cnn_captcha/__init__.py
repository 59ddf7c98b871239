"""The exercises of notebook 02, in its order. Each NAME_mistakes.py fills the bank of NAME.py."""

from __future__ import annotations

from checks.cnn_captcha import (  # noqa: F401 - imported for what they register
    confusion_matrix,
    confusion_matrix_mistakes,
    conv2d,
    conv2d_input_gradient,
    conv2d_input_gradient_mistakes,
    conv2d_loops,
    conv2d_loops_mistakes,
    conv2d_mistakes,
    conv2d_weight_gradient,
    conv2d_weight_gradient_mistakes,
    conv_transpose2d,
    conv_transpose2d_mistakes,
    cut_cells,
    cut_cells_mistakes,
    max_pool,
    max_pool_backward,
    max_pool_backward_mistakes,
    max_pool_mistakes,
    output_size,
    output_size_mistakes,
    patches,
    patches_mistakes,
    recogniser,
    recogniser_mistakes,
    suspicious_labels,
    suspicious_labels_mistakes,
)

EXERCISES = tuple(
    module.exercise
    for module in (
        conv2d_loops,
        output_size,
        patches,
        conv2d,
        conv2d_weight_gradient,
        conv2d_input_gradient,
        conv_transpose2d,
        max_pool,
        max_pool_backward,
        cut_cells,
        recogniser,
        confusion_matrix,
        suspicious_labels,
    )
)
