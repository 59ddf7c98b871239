"""Every system of the sources by its name, with its run: python -m gan_utils.experiments list."""

from gan_utils.experiments.catalogue import EXPERIMENTS
from gan_utils.experiments.experiment import Experiment

__all__ = ["EXPERIMENTS", "Experiment"]
