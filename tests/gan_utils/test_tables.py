"""Tables of numbers and confusion matrices as pictures with a text of their own."""

import numpy as np
import torch

from gan_utils import tables


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_every_number_is_shown_and_whole_ones_without_a_fraction():
    figure = tables.number_tables({"a": np.array([[1, 2.25]]), "b": [[-3.0]]}, "two tables")
    assert texts(figure) == ["a", "1", "2.2", "b", "-3"]
    assert figure.alt == "two tables"


def test_a_marked_part_is_coloured():
    plain = tables.number_tables({"a": np.zeros((3, 3))}, "plain")
    marked = tables.number_tables({"a": np.zeros((3, 3))}, "marked", marks={"a": (0, 1, 2, 2)})
    boxes = [patch.get_bbox().bounds for patch in marked.axes[0].patches]
    assert len(boxes) == len(plain.axes[0].patches) + 1
    assert (1.0, 0.0, 2.0, 2.0) in boxes


def test_only_mistakes_are_written_into_a_confusion_matrix():
    counts = torch.tensor([[5, 2], [0, 7]])
    figure = tables.confusion_figure(counts, "AB", "who is taken for whom")
    assert texts(figure) == ["2"]
    assert figure.axes[0].get_xlabel() == "read as"


def test_classes_that_were_never_met_do_no_harm():
    figure = tables.confusion_figure(np.zeros((2, 2), int), "AB", "empty")
    assert texts(figure) == []
    assert figure._repr_mimebundle_()["text/plain"] == "[picture: empty]"
