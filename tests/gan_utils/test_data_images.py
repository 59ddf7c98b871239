"""The picture set and its two scales."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gan_utils.data import ImageSet, to_uint8, to_unit

IMAGES = torch.zeros(5, 1, 4, 4, dtype=torch.uint8)
LABELS = torch.arange(5)


def test_every_byte_survives_the_way_there_and_back():
    byte = torch.arange(256, dtype=torch.uint8)
    unit = to_unit(byte)
    assert unit.dtype == torch.float32
    assert unit[0] == -1 and unit[255] == 1
    assert torch.equal(unit, -unit.flip(0))
    torch.testing.assert_close(unit.double(), byte.double() / 127.5 - 1, rtol=0, atol=2e-7)
    assert torch.equal(to_uint8(unit), byte)


@given(st.integers(1, 3000))
def test_no_length_leaves_the_range(n):
    # Vectorised loops treat the tail apart; neither may round white to more than 1.
    assert to_unit(torch.full((n,), 255, dtype=torch.uint8)).eq(1).all()


def test_scales_leave_their_input_alone():
    byte, unit = torch.tensor([7], dtype=torch.uint8), torch.tensor([0.3])
    to_unit(byte)
    to_uint8(unit)
    assert byte.item() == 7 and unit.item() == pytest.approx(0.3)


def test_to_uint8_clips_and_takes_what_a_generator_gives():
    wild = torch.tensor([-3.0, -1.0, 1.0, 40.0, float("inf")], requires_grad=True)
    assert to_uint8(wild).tolist() == [0, 0, 255, 255, 255]
    assert to_uint8(torch.tensor([1.0], dtype=torch.bfloat16)).item() == 255


def test_scaling_twice_is_refused():
    with pytest.raises(ValueError, match=r"these are torch\.float32.*already"):
        to_unit(to_unit(IMAGES))
    with pytest.raises(ValueError, match=r"these are torch\.uint8"):
        to_uint8(IMAGES)


def test_nan_pictures_are_counted_not_painted():
    with pytest.raises(ValueError, match="2 of 3 pixels are not a number"):
        to_uint8(torch.tensor([0.0, float("nan"), float("nan")]))


@pytest.mark.parametrize(
    ("images", "labels", "sentence"),
    [
        (IMAGES.float(), None, r"uint8 tensor of shape \(N, C, H, W\).*torch.float32 \(5, 1, 4, 4"),
        (IMAGES[:, 0], None, r"came as torch.uint8 \(5, 4, 4\)"),
        (IMAGES, LABELS[:4], r"int64 tensor of shape \(5,\).*\(4,\)"),
        (IMAGES, LABELS.int(), r"torch\.int32"),
        (IMAGES, LABELS[:, None], r"\(5, 1\)"),
        (IMAGES, LABELS.to("meta"), "images lie on cpu but labels on meta"),
    ],
)
def test_a_wrong_set_is_refused_at_once(images, labels, sentence):
    with pytest.raises(ValueError, match=f"(?i){sentence}"):
        ImageSet(images, labels, name="some")


def test_a_set_moves_whole():
    here = ImageSet(IMAGES, LABELS, name="some", rendered=True)
    assert here.to("cpu") is here
    there = here.to("meta")
    assert there.device.type == there.labels.device.type == "meta"
    assert (there.name, there.rendered, len(there)) == ("some", True, 5)
    assert ImageSet(IMAGES, None, name="some").to("meta").labels is None


def test_its_text_is_short():
    assert repr(ImageSet(IMAGES, None, name="some")) == (
        "ImageSet('some', (5, 1, 4, 4), no labels, cpu)"
    )
