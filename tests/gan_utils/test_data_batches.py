"""Batches: every picture once an epoch, and a run that resumes as if it had never stopped."""

import io

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_utils.data import Batches, ImageBatches, ImageSet, RingBatches, to_unit


def numbered(n, labelled=True):
    """n pictures of 2x2 whose pixels are all the picture's own number."""
    number = torch.arange(n)
    images = number.to(torch.uint8).view(-1, 1, 1, 1).expand(n, 1, 2, 2).contiguous()
    return ImageSet(images, number if labelled else None, name="numbers")


def draw(batches, count):
    return [batches.next_batch() for _ in range(count)]


def same(ours, theirs):
    return len(ours) == len(theirs) and all(
        torch.equal(a, b) and (la is lb is None or torch.equal(la, lb))
        for (a, la), (b, lb) in zip(ours, theirs, strict=True)
    )


def saved(state):
    """A state as it comes back from a checkpoint file."""
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    return torch.load(file, weights_only=True)


def test_a_batch_is_scaled_and_keeps_its_labels():
    images, labels = ImageBatches(numbered(50), 8).next_batch()
    assert images.shape == (8, 1, 2, 2) and images.dtype == torch.float32
    assert labels.shape == (8,) and labels.dtype == torch.int64
    assert torch.equal(images[:, 0, 0, 0], to_unit(labels.to(torch.uint8)))
    assert ImageBatches(numbered(50, labelled=False), 8).next_batch()[1] is None


@given(n=st.integers(1, 60), batch_size=st.integers(1, 60), seed=st.integers(0, 2**40))
@settings(max_examples=50, deadline=None)
def test_no_picture_twice_in_an_epoch(n, batch_size, seed):
    if batch_size > n:
        n, batch_size = batch_size, n
    batches = ImageBatches(numbered(n), batch_size, seed)
    for epoch in range(3):
        seen = torch.cat([labels for _, labels in draw(batches, n // batch_size)])
        assert batches.epoch == epoch
        assert len(seen.unique()) == len(seen) == n // batch_size * batch_size


def test_orders_differ_between_epochs_and_seeds_and_not_else():
    def epochs(seed):
        batches = ImageBatches(numbered(200), 200, seed)
        return [batches.next_batch()[1].tolist() for _ in range(3)]

    assert epochs(0) == epochs(0)
    orders = [tuple(order) for seed in range(3) for order in epochs(seed)]
    assert len(set(orders)) == 9
    assert tuple(range(200)) not in orders


def test_pictures_left_out_of_an_epoch_change():
    batches = ImageBatches(numbered(10), 4)
    left_out = [
        frozenset(range(10)) - frozenset(torch.cat([y for _, y in draw(batches, 2)]).tolist())
        for _ in range(20)
    ]
    assert len(set(left_out)) > 5


def test_the_global_seed_has_no_say_and_is_not_touched():
    for make in (lambda: ImageBatches(numbered(40), 4), lambda: RingBatches(4)):
        torch.manual_seed(1)
        before = torch.get_rng_state()
        first = draw(make(), 12)
        assert torch.equal(torch.get_rng_state(), before)
        torch.manual_seed(2)
        assert same(first, draw(make(), 12))


@given(steps=st.integers(0, 25), batch_size=st.sampled_from([1, 3, 7, 20]), labelled=st.booleans())
@settings(max_examples=40, deadline=None)
def test_images_resume_exactly_wherever_they_stop(steps, batch_size, labelled):
    images = numbered(20, labelled)  # epochs of 20, 6, 2 and 1 batches: the end of one included
    whole = ImageBatches(images, batch_size, seed=3)
    draw(whole, steps)
    state = saved(whole.state_dict())
    resumed = ImageBatches(images, batch_size, seed=99)
    draw(resumed, 2)
    resumed.load_state_dict(state)
    assert same(draw(whole, 30), draw(resumed, 30))
    assert whole.epoch == resumed.epoch


@given(steps=st.integers(0, 9))
@settings(max_examples=10, deadline=None)
def test_ring_resumes_exactly_wherever_it_stops(steps):
    whole = RingBatches(5, seed=3)
    draw(whole, steps)
    state = saved(whole.state_dict())
    resumed = RingBatches(5, seed=99)
    resumed.load_state_dict(state)
    assert same(draw(whole, 5), draw(resumed, 5))


def test_a_state_is_a_snapshot():
    for batches in (ImageBatches(numbered(20), 4), RingBatches(4)):
        state = batches.state_dict()
        following = draw(batches, 8)
        batches.load_state_dict(state)
        assert same(following, draw(batches, 8))


@pytest.mark.parametrize(
    ("stranger", "sentence"),
    [
        (ImageBatches(numbered(21), 4), "numbers, 21 images.*numbers, 20 images"),
        (ImageBatches(numbered(20), 5), "batches of 5 of.*batches of 4 of"),
        (RingBatches(4), "the ring, on cpu"),
    ],
)
def test_a_state_of_other_data_is_refused_and_changes_nothing(stranger, sentence):
    batches, twin = ImageBatches(numbered(20), 4), ImageBatches(numbered(20), 4)
    with pytest.raises(ValueError, match=sentence):
        batches.load_state_dict(stranger.state_dict())
    assert same(draw(batches, 6), draw(twin, 6))


def test_ring_batches():
    ring = RingBatches(300)
    (first, labels), (second, _) = draw(ring, 2)
    assert first.shape == (300, 2) and first.dtype == torch.float32 and labels is None
    assert not torch.equal(first, second)
    assert not same([(first, None)], draw(RingBatches(300, seed=1), 1))


def test_both_keep_the_protocol():
    for batches in (ImageBatches(numbered(4), 2), RingBatches(4)):
        assert isinstance(batches, Batches)
        assert batches.device == torch.device("cpu")


def test_batches_lie_where_asked():
    batches = ImageBatches(numbered(4), 2, device="meta")
    images, labels = batches.next_batch()
    assert images.device.type == labels.device.type == batches.device.type == "meta"


@pytest.mark.parametrize("size", [0, -1, 2.0, "4", None, True])
def test_a_wrong_batch_size_is_named(size):
    with pytest.raises(ValueError, match=r"The batch size must be a whole number of at least 1, "):
        ImageBatches(numbered(4), size)
    with pytest.raises(ValueError, match=f"but is {size!r}"):
        RingBatches(size)


def test_other_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="batch size is 5, but numbers holds only 4 images"):
        ImageBatches(numbered(4), 5)
    with pytest.raises(ValueError, match="The seed must be a whole number of at least 0"):
        ImageBatches(numbered(4), 2, seed=-1)
    with pytest.raises(ValueError, match="The seed must be"):
        RingBatches(2, seed=0.5)
    with pytest.raises(TypeError, match=r"takes an ImageSet, but got a Tensor.*Wrap"):
        ImageBatches(torch.zeros(4, 1, 2, 2), 2)


def test_numbers_of_numpy_will_do():
    assert ImageBatches(numbered(4), np.int64(2), seed=np.int32(1)).batches_per_epoch == 2
