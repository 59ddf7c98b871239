"""All experiments; a notebook that brings new ones adds its module here."""

from __future__ import annotations

from gan_utils.experiments import captchas, labelling, vanilla_gan
from gan_utils.experiments.experiment import Experiment

EXPERIMENTS: dict[str, Experiment] = {
    experiment.id: experiment
    for module in (captchas, labelling, vanilla_gan)
    for experiment in module.EXPERIMENTS
}
