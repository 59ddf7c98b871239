"""From a question to its verdict over the wire: honest answers, and what a stranger may send."""

import base64
import functools
import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from checks import answering, bank, wire
from checks.catalogue import EXERCISES, find
from checks.judge import NO_ANSWER, judge_received
from checks.observe import Seen, Trouble, ask
from checks.recipes import recipe
from checks.rules import AnyRow, AtLeast, Close, Exact, Quantiles, Within

SEED = 77
pytestmark = pytest.mark.filterwarnings("ignore")  # the answers' own


def fresh(exercise):
    """The bank of a secret seed."""
    return _built(exercise.name)


@functools.cache
def _built(name):
    return bank.build(find(name), SEED)


@functools.cache
def right(name):
    """What is seen of an exercise's reference."""
    exercise = find(name)
    inputs = [case.inputs for case in fresh(exercise).cases]
    return ask(exercise.probe, exercise.reference, inputs, exercise.seconds)


def answered(exercise, evaluate) -> bytes:
    """What comes back from a room in which `evaluate` gives the answer."""
    inputs = [case.inputs for case in fresh(exercise).cases]
    request = wire.pack_request(recipe(exercise.probe), inputs, exercise.seconds)
    reply = answering.answer(evaluate, base64.b64encode(request).decode())
    return base64.b64decode(reply)


def verdict(exercise, data: bytes):
    report = judge_received(exercise, fresh(exercise), data)
    return report.verdict, report.points


@pytest.fixture(scope="module", params=EXERCISES.values(), ids=lambda e: e.name)
def exercise(request):
    return request.param


def test_the_reference_earns_all_points_over_the_wire(exercise):
    data = answered(exercise, lambda: exercise.reference)
    assert len(data) < 2 << 20
    assert verdict(exercise, data) == ("right", exercise.points)


def test_a_mistake_is_named_over_the_wire(exercise):
    known = next(iter(exercise.mistakes.values()))
    report = judge_received(exercise, fresh(exercise), answered(exercise, lambda: known.answers[0]))
    assert (report.verdict in ("wrong", "crashed"), report.diagnosis) == (True, known.name)


LEAKY = find("vanilla_gan.leaky_relu")


def undefined():
    return leaky_relu  # noqa: F821


def unfinished(x, slope=0.01):
    raise NotImplementedError


def interrupted(x, slope=0.01):
    raise KeyboardInterrupt


class Liar:
    """Agrees with everything."""

    def __getattr__(self, name):
        return Liar()

    def __eq__(self, other):
        return True

    def __call__(self, *_):
        return Liar()

    __hash__ = None


@pytest.mark.parametrize(
    ("evaluate", "expected", "said"),
    [
        (undefined, "crashed", "name 'leaky_relu' is not defined"),
        (lambda: None, "not attempted", "nothing to check yet"),
        (lambda: unfinished, "not attempted", "raise NotImplementedError"),
        (lambda: torch.zeros(3), "wrong", "expected your function itself"),
        (lambda: Liar(), "crashed", "TypeError"),
        (lambda: interrupted, "no answer", "it is empty"),
        (lambda: exit(), "crashed", "SystemExit"),
    ],
)
def test_an_answer_that_is_none_costs_its_points_and_says_why(evaluate, expected, said):
    report = judge_received(LEAKY, fresh(LEAKY), answered(LEAKY, evaluate))
    assert (report.verdict, report.points) == (expected, 0) and said in report.message


def test_after_a_case_that_is_too_slow_the_others_are_not_asked():
    calls = []

    def slow(x, slope=0.01):
        calls.append(1)
        while True:
            pass

    inputs = [case.inputs for case in fresh(LEAKY).cases]
    seen = ask(LEAKY.probe, slow, inputs, 0.2)
    assert len(seen) == len(inputs) and len(calls) == 1
    assert verdict(LEAKY, wire.pack(seen)) == ("crashed", 0)


def test_a_request_without_sense_gives_nothing():
    assert answering.answer(lambda: None, "nonsense") == ""


def test_guessing_many_times_is_no_answer():
    """An observation of a network has a row for each way to copy weights in; no more."""
    exercise = find("vanilla_gan.generator")
    seen = list(right(exercise.name))
    value = seen[0].observation["value"]
    guesses = np.concatenate([np.zeros((12, *value.shape[1:])), value])
    seen[0] = Seen(seen[0].observation | {"value": guesses})
    assert verdict(exercise, wire.pack(seen)) == (NO_ANSWER, 0)


numbers = st.one_of(
    hnp.arrays(
        st.sampled_from(["f2", "f4", "f8", "i1", "i8", "u1", "u8", "?"]),
        hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5),
    ),
    st.sampled_from([np.nan, np.inf, -np.inf, -0.0, 1e308, 2**62, True]).map(np.array),
)
edits = ("value", "drop", "add", "constant", "cut", "noise", "reshape", "trouble")


def tampered(draw, seen: dict) -> dict | Trouble:
    """An observation with one thing about it changed."""
    seen, edit = dict(seen), draw(st.sampled_from(edits))
    name = draw(st.sampled_from(sorted(seen)))
    array = seen[name]
    if edit == "drop":
        del seen[name]
    elif edit == "add":
        seen["points"] = np.array(100.0)
    elif edit == "constant":
        special = draw(st.sampled_from([np.nan, np.inf, -np.inf, 0.123, 1e300, -3.0]))
        seen[name] = np.full(array.shape, special)
    elif edit == "cut":
        seen[name] = array[:0] if array.ndim else array.reshape(1)[:0]
    elif edit == "noise":
        seen[name] = array + np.random.default_rng(0).normal(5.0, 1.0, array.shape)
    elif edit == "reshape":
        seen[name] = array[None]
    elif edit == "trouble":
        return Trouble(draw(st.sampled_from(["crashed", "bad return", "too slow"])), "x", "relu")
    else:
        seen[name] = draw(numbers)
    return seen


# Fields that only tell mistakes apart.
CLUES = {"reached", "uncleared", "start", "stepped", "given", "called", "opponent_reached"}
CLUES |= {"shapes"}


@settings(deadline=None, max_examples=25)
@given(st.data())
def test_tampered_observations_never_raise_and_never_earn_the_core(exercise, data):
    cases = fresh(exercise)
    core = [j for j, case in enumerate(cases.cases) if case.part == exercise.core.name]
    seen = list(right(exercise.name))
    j = data.draw(st.sampled_from(core))
    before = seen[j].observation
    after = tampered(data.draw, before)
    seen[j] = Seen(after)
    report = judge_received(exercise, cases, wire.pack(seen))
    if isinstance(after, Trouble) or before.keys() != after.keys():
        changed = True
    else:
        judged = before.keys() - CLUES
        changed = any(not np.array_equal(np.asarray(after[k]), before[k]) for k in judged)
    if changed:
        assert report.points == 0, report.message
    assert report.verdict in ("right", "wrong", "crashed", NO_ANSWER)


@settings(deadline=None, max_examples=50)
@given(st.data())
def test_arbitrary_observations_never_raise_and_earn_nothing(exercise, data):
    cases = fresh(exercise)
    pool = itertools.cycle(data.draw(st.lists(numbers, min_size=1, max_size=4)))
    seen = [Seen({name: next(pool) for name in form}) for form in cases.forms]
    # Where a single number is asked for, any number is an answer: a wrong one.
    assert verdict(exercise, wire.pack(seen)) in ((NO_ANSWER, 0), ("wrong", 0))


RULES = [
    Close(),
    AnyRow(),
    Exact(lambda got, expected: "no"),
    Within("mean", 0.5),
    Quantiles("law", 0.5),
    AtLeast("quality"),
]


@settings(deadline=None, max_examples=500)
@given(st.sampled_from(RULES), numbers, st.sampled_from([(), (1,), (3,), (2, 3)]))
def test_rules_take_any_numbers_for_wrong_unless_they_are_right(rule, got, shape):
    if isinstance(rule, AtLeast):
        shape = ()
    if isinstance(rule, AnyRow):
        shape, got = (1, 2), np.atleast_1d(got)
    if isinstance(rule, Quantiles):
        shape = (21,)
    expected = np.full(shape, 7.25)  # what no draw comes near
    with np.errstate(all="ignore"):
        agrees = rule.compare(got, expected, 1e-4).agrees
        rule.same(got, expected, 1e-4)
    near = got.shape == shape and bool((np.abs(got.astype(float) - 7.25) <= 0.5).all())
    better = isinstance(rule, AtLeast) and got.shape == () and bool(np.isfinite(got) and got >= 7)
    assert not agrees or near or better


@pytest.mark.parametrize(
    ("rule", "got", "expected", "agrees"),
    [
        (Within("mean", 0.5), np.array(0.0), np.zeros(3), False),
        (Within("mean", 0.5), np.zeros(3), np.array(0.0), False),
        (Within("mean", 0.5), np.array(np.nan), np.array(0.0), False),
        (Within("mean", 0.5), np.array(0.4), np.array(0.0), True),
        (Quantiles("law", 0.5), np.zeros(0), np.zeros(21), False),
        (Quantiles("law", 0.5), np.full(21, np.nan), np.zeros(21), False),
        (AtLeast("quality"), np.array(np.nan), np.array(6), False),
        (AtLeast("quality"), np.array(np.inf), np.array(6), False),
        (AtLeast("quality"), np.array([7, 7]), np.array(6), False),
        (AtLeast("quality"), np.array(6), np.array(6), True),
        (AnyRow(), np.zeros((0, 2)), np.zeros((1, 2)), False),
        (AnyRow(), np.array([[np.nan, 0], [0, 0]]), np.zeros((1, 2)), True),
        (Exact(lambda *_: ""), np.array(-0.0), np.array(0), True),
        (Exact(lambda *_: ""), np.array(np.nan), np.array(1), False),
        (Close(), np.array(-0.0), np.array(0.0), True),
        (Close(), np.array(np.nan), np.array(0.0), False),
        (Close(), np.array([]), np.array(0.0), False),
    ],
)
def test_rules_at_their_edges(rule, got, expected, agrees):
    assert rule.compare(got, expected, 1e-4).agrees is agrees
