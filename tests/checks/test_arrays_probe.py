"""What ArraysProbe and its neighbours see of an answer."""

import numpy as np
import pytest
import torch

from checks.observe import BadReturn, Trouble, observe
from checks.probes.arrays import ArraysProbe
from checks.probes.classifiers import classifier_probe
from checks.probes.differences import differences_probe

X = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])


def inputs(**more):
    return {"x": X.copy(), "shape_value": np.array([3, 2]), **more}


def test_arrays_come_first_then_those_scalars_that_are_there():
    probe = ArraysProbe(("x",), ("a", "flag", "sizes", "absent"), lists=("sizes",))
    told = []

    def answer(*given):
        told.extend(given)
        return given[0]

    probe(answer, inputs(a=np.array(2.5), flag=np.array(True), sizes=np.array([1, 2])))
    assert isinstance(told[0], np.ndarray)
    assert told[1:] == [2.5, True, [1, 2]] and told[2] is True


def test_a_result_without_a_shape_is_a_number():
    probe = ArraysProbe(("x",))
    for value in (1.5, np.array([1.5]), torch.tensor([[1.5]])):
        assert probe(lambda x, value=value: value, {"x": X})["value"] == 1.5
    with pytest.raises(BadReturn, match=r"shape \(3, 2\), expected a single number"):
        probe(lambda x: x, {"x": X})


def test_several_results_are_named_in_order():
    probe = ArraysProbe(("x",), results=("first", "second"))
    seen = probe(lambda x: [x.sum(), x.max()], {"x": X})
    assert (seen["first"], seen["second"]) == (21, 6)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda x: None, "returned None, expected 2 results, in this order: first, second"),
        (lambda x: 1.0, "returned one float, expected 2 results"),
        (lambda x: (1, 2, 3), "returned 3 results, expected 2 results"),
        (lambda x: (1, None), "For second, your function returned None"),
        (lambda x: (1, X), r"For second, your function gave the shape \(3, 2\)"),
    ],
)
def test_what_is_no_pair_of_numbers_is_said_in_words(answer, says):
    with pytest.raises(BadReturn, match=says):
        ArraysProbe(("x",), results=("first", "second"))(answer, {"x": X})


@pytest.mark.parametrize("tensors", [False, True])
def test_a_changed_input_is_seen(tensors):
    probe = ArraysProbe(("x",), tensors=tensors)

    def changes(x):
        x += 1
        return 0.0

    assert probe(changes, {"x": X.copy()})["changed"] == 1
    assert probe(lambda x: (x + 1).sum(), {"x": X.copy()})["changed"] == 0


def test_nan_among_the_inputs_is_no_change():
    probe = ArraysProbe(("x",))
    assert probe(lambda x: 0.0, {"x": np.array([np.nan])})["changed"] == 0


def test_float64_must_come_back_as_float64():
    probe = ArraysProbe(("x",))
    assert probe(lambda x: x.copy(), inputs())["kept_type"] == 1
    assert probe(lambda x: x.astype(np.float32), inputs())["kept_type"] == 0
    assert "kept_type" not in probe(lambda x: x, inputs(x=X.astype(np.float32)))


def test_gradients_of_the_first_result():
    probe = ArraysProbe(
        ("x", "y"), results=("a", "b"), tensors=True, differentiable=("x",)
    )  # y is no input to differentiate by
    case = {"x": X, "y": X, "weights": np.full((3, 2), 2.0)}
    case |= {"shape_a": np.array([3, 2]), "shape_b": np.array([3, 2])}
    seen = probe(lambda x, y: (x * y, y), case)
    assert seen["has_grad"] == 1 and "grad_y" not in seen
    np.testing.assert_array_equal(seen["grad_x"], 2 * X)
    lost = probe(lambda x, y: (x.detach() * y, y), case)
    assert lost["has_grad"] == 0 and np.isnan(lost["grad_x"]).all()
    del case["weights"]
    assert "has_grad" not in probe(lambda x, y: (x, y), case)


def test_an_overflow_on_the_way_is_seen_where_it_is_asked_for():
    probe = ArraysProbe(("x",))
    loud, quiet = lambda x: 1 / (1 + np.exp(1000 * x)), lambda x: x
    assert probe(loud, inputs(quiet=np.array(1)))["overflowed"] == 1
    assert probe(quiet, inputs(quiet=np.array(1)))["overflowed"] == 0
    assert "overflowed" not in probe(loud, inputs())
    # A number too small for a float is no complaint: exp(-1000) is meant to be 0.
    assert probe(lambda x: np.exp(-1000 * x), inputs(quiet=np.array(1)))["overflowed"] == 0


def difference(f, x, h=1e-5):
    return np.array([(f(x + e) - f(x - e)) / (2 * h) for e in h * np.eye(len(x))])


def case_of_differences(**more):
    ones = np.ones(3)
    return {
        "x": np.array([1.0, -1.0, 2.0]),
        "cubic": ones,
        "wave": 0 * ones,
        "linear": 0 * ones,
    } | more


def test_differences_are_those_of_the_function_in_the_case():
    seen = differences_probe(difference, case_of_differences())
    np.testing.assert_allclose(seen["value"], [3, 3, 12], rtol=1e-6)
    assert seen["changed"] == 0
    wide = differences_probe(difference, case_of_differences(h=np.array(1.0)))
    np.testing.assert_allclose(wide["value"], [4, 4, 13])  # 3 x^2 + h^2


def test_a_step_that_stays_is_seen_and_rounding_is_not():
    def stays(f, x):
        x[0] += 1e-5
        return np.zeros(3)

    def rounds(f, x):
        x[0] += 0.1
        x[0] -= 0.1
        return np.zeros(3)

    assert differences_probe(stays, case_of_differences())["changed"] == 1
    assert differences_probe(rounds, case_of_differences())["changed"] == 0


def test_f_asked_about_a_single_entry_says_so():
    with pytest.raises(BadReturn, match="one entry moved"):
        differences_probe(lambda f, x: f(x[0]), case_of_differences())


def test_a_classifier_is_asked_three_times_and_never_gets_the_graders_points():
    asked = []

    def classify(points):
        asked.append(len(points))
        points *= 0
        return np.zeros((len(points), 2))

    points = np.arange(10.0).reshape(5, 2)
    seen = classifier_probe(classify, {"points": points})
    assert asked == [5, 5, 3] and seen["half"].shape == (3, 2)
    np.testing.assert_array_equal(seen["points"], points)
    assert points.sum() == 45


def test_a_network_gets_a_float32_tensor():
    seen = classifier_probe(torch.nn.Linear(2, 2), {"points": np.ones((3, 2))})
    assert seen["scores"].shape == (3, 2)


@pytest.mark.parametrize(
    ("answer", "diagnosis"),
    [
        (lambda p: np.full((len(p), 2), np.nan), "not_finite"),
        (lambda p: np.zeros(len(p)), "wrong_shape"),
        (torch.nn.Linear, "not_a_classifier"),
    ],
)
def test_what_is_no_classifier_is_said_in_words(answer, diagnosis):
    seen = observe(classifier_probe, answer, {"points": np.ones((3, 2))}).observation
    assert isinstance(seen, Trouble) and seen.diagnosis == diagnosis
