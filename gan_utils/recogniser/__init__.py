"""The reader of captchas: its training, its use on doubtful labels, and as a judge of samples."""

from gan_utils.recogniser.judging import Judge, judge
from gan_utils.recogniser.labels import (
    held_out_probabilities,
    plant_errors,
    precision_and_recall,
    suspicious_labels,
)
from gan_utils.recogniser.reading import accuracy, captcha_accuracy, fit, predict

__all__ = [
    "Judge",
    "accuracy",
    "captcha_accuracy",
    "fit",
    "held_out_probabilities",
    "judge",
    "plant_errors",
    "precision_and_recall",
    "predict",
    "suspicious_labels",
]
