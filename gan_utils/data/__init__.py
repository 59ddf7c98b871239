"""Data of the course: whole sets as byte tensors, batches by index, and the ring of Gaussians."""

from gan_utils.data.batches import Batches, ImageBatches, RingBatches
from gan_utils.data.captcha_files import load_captcha_folder, load_cells, save_cells
from gan_utils.data.captchas import (
    ALPHABET,
    CaptchaSet,
    cut_cells,
    rendered_captchas,
    rendered_cells,
)
from gan_utils.data.digits import rendered_digits
from gan_utils.data.files import DataError, data_root
from gan_utils.data.images import ImageSet, to_uint8, to_unit
from gan_utils.data.mnist import load_mnist
from gan_utils.data.ring import MODES, POINT_DIM, RADIUS, STD, centres, sample_ring

__all__ = [
    "ALPHABET",
    "MODES",
    "POINT_DIM",
    "RADIUS",
    "STD",
    "Batches",
    "CaptchaSet",
    "DataError",
    "ImageBatches",
    "ImageSet",
    "RingBatches",
    "centres",
    "cut_cells",
    "data_root",
    "load_captcha_folder",
    "load_cells",
    "load_mnist",
    "rendered_captchas",
    "rendered_cells",
    "rendered_digits",
    "sample_ring",
    "save_cells",
    "to_uint8",
    "to_unit",
]
