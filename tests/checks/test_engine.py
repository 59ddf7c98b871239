"""The engine: whatever an answer does, a verdict comes, and nothing else changes."""

import threading
import time

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from checks import bank, check
from checks.api import CheckFailed, evaluate
from checks.catalogue import UnknownExercise, find
from checks.hints import hint
from checks.observe import Trouble, guarded, observe
from checks.rules import Close, Quantiles, relative_error

LEAKY = find("vanilla_gan.leaky_relu")
LOSS = find("vanilla_gan.discriminator_loss")


def leaky(x, slope=0.01):
    return torch.where(x > 0, x, slope * x)


def verdict(answer, exercise=LEAKY):
    report = evaluate(exercise, answer)
    return report.verdict, report.diagnosis


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (lambda x, slope=0.01: None, ("wrong", "returns_none")),
        (lambda x, slope=0.01: leaky(x, slope).detach().numpy(), ("wrong", "no_gradient")),
        (lambda x, slope=0.01: leaky(x, slope).tolist(), ("wrong", "no_gradient")),
        (lambda x, slope=0.01: leaky(x, slope).sum(), ("wrong", "wrong_shape")),
        (lambda x, slope=0.01: x * float("nan"), ("wrong", "not_finite")),
        (lambda x, slope=0.01: leaky(x, slope) * 1j, ("wrong", "not_numeric")),
        (lambda x, slope=0.01: x > 0, ("wrong", "not_numeric")),
        (lambda x, slope=0.01: torch.zeros(1).expand(10**5, 10**5), ("wrong", "wrong_shape")),
        (lambda x, slope=0.01: x if x > 0 else slope * x, ("crashed", "if_on_tensor")),
        (lambda x, slope=0.01: undefined(x), ("crashed", "undefined_name")),  # noqa: F821
        (lambda x, slope=0.01: [][0], ("crashed", "raises_IndexError")),
        (torch.zeros(3), ("wrong", "not_a_function")),
    ],
)
def test_bad_answers_get_a_verdict_and_a_name(answer, expected):
    assert verdict(answer) == expected


def test_an_unfinished_answer_is_not_attempted():
    def answer(x, slope=0.01):
        raise NotImplementedError

    assert verdict(answer) == ("not attempted", None)
    with pytest.raises(CheckFailed, match="not attempted"):
        check("vanilla_gan.leaky_relu", answer)


def test_sys_exit_is_a_crash_and_a_keyboard_interrupt_is_not():
    assert verdict(lambda x, slope=0.01: exit(3))[0] == "crashed"

    def interrupted(x, slope=0.01):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate(LEAKY, interrupted)


def endless():
    while True:
        pass


def stubborn():
    try:
        endless()
    except BaseException:
        return 1


@pytest.mark.parametrize("action", [endless, stubborn, lambda: time.sleep(30)])
def test_the_time_limit_stops_what_does_not_end(action):
    before = time.monotonic()
    assert guarded(action, 0.3).diagnosis == "takes_too_long"
    assert time.monotonic() - before < 5


def test_the_time_limit_works_in_another_thread():
    found = []
    thread = threading.Thread(
        target=lambda: found.extend([guarded(stubborn, 0.3), guarded(lambda: 5, 0.3)])
    )
    thread.start()
    thread.join(20)
    assert isinstance(found[0], Trouble) and found[0].kind == "too slow"
    assert found[1] == 5


def test_prints_and_warnings_cost_nothing_and_stay_out_of_the_cell(capfd):
    def loud(x, slope=0.01):
        print("x" * 1_000_000)
        return leaky(x, slope)

    assert check("vanilla_gan.leaky_relu", loud) is None
    assert len(capfd.readouterr().out) < 500


def test_inputs_and_global_state_are_left_alone():
    inputs = {"x": np.ones(3, dtype=np.float32)}

    def rude(answer, given):
        given["x"][:] = 7
        torch.manual_seed(1)
        np.random.seed(1)
        torch.set_default_dtype(torch.float64)
        torch.set_default_device("meta")
        torch.set_grad_enabled(False)
        torch.use_deterministic_algorithms(True)
        return {}

    torch.manual_seed(5)
    expected, _ = torch.rand(2), torch.manual_seed(5)
    observe(rude, lambda: None, inputs)
    assert torch.equal(torch.rand(2), expected)
    assert torch.get_default_dtype() == torch.float32 and torch.is_grad_enabled()
    assert torch.get_default_device().type == "cpu"
    assert not torch.are_deterministic_algorithms_enabled()
    assert inputs["x"].tolist() == [1, 1, 1]


def test_points_are_returned_for_a_right_answer_that_breaks_a_side_promise(capsys):
    def equal_only(real, fake):
        return (torch.nn.functional.softplus(-real) + torch.nn.functional.softplus(fake)).mean()

    assert check(LOSS.name, equal_only) == 11
    said = capsys.readouterr().out
    assert (
        "almost right. Not right yet for real and fake batches of unequal size, 11 of 12 points"
        in " ".join(said.split())
    )


def test_a_wrong_answer_raises_with_nothing_but_our_lines():
    ultratb = pytest.importorskip("IPython.core.interactiveshell")
    shell = ultratb.InteractiveShell()
    said = []
    shell._showtraceback = lambda kind, value, lines: said.extend(lines)
    shell.user_ns["wrong"] = lambda x, slope=0.01: x.clamp(min=0)
    shell.run_cell("from checks import check; check('vanilla_gan.leaky_relu', wrong)")
    text = "\n".join(said)
    assert text.startswith("vanilla_gan.leaky_relu: not right yet (case 1 of 8")
    assert "plain ReLU" in text and "Traceback" not in text and ".py" not in text


def test_an_unknown_exercise_names_its_neighbours():
    with pytest.raises(UnknownExercise, match=r"Did you mean .*vanilla_gan\.leaky_relu"):
        check("vanilla_gan.leakyrelu", leaky)


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 broken", b"hello"])
def test_missing_or_broken_stored_cases_say_what_to_do(content, tmp_path, monkeypatch):
    monkeypatch.setattr(bank, "FOLDER", tmp_path)
    if content is not None:
        bank.path(LEAKY).write_bytes(content)
    with pytest.raises((FileNotFoundError, ValueError), match=r"python -m checks\.build"):
        bank.stored(LEAKY)


floats = st.floats(-1e6, 1e6, width=32)
arrays = hnp.arrays(np.float64, hnp.array_shapes(max_dims=2, max_side=5), elements=floats)


@settings(deadline=None)
@given(arrays, st.floats(0.1, 10))
def test_relative_error_is_zero_for_equals_and_grows_with_the_distance(x, factor):
    assert relative_error(x, x) == 0
    scale = max(np.abs(x).max(), 1e-3)
    assert relative_error(x + factor * scale, x) == pytest.approx(factor, rel=1e-6)
    assert relative_error(x, x[..., None]) == np.inf
    assert relative_error(np.full_like(x, np.nan), x) == np.inf
    assert Close().compare(x, x, 1e-9).agrees


def test_a_right_source_is_rejected_as_rarely_as_stated():
    """2 exp(-2 n (by / width)^2) bounds the rate of false alarms: here it is made measurable."""
    n, runs, width = 500, 4_000, 2.0
    by = width * np.sqrt(np.log(2 / 0.05) / (2 * n))  # a bound of 5 %
    rule, levels = Quantiles("law", by), np.linspace(0, 1, 201)
    rng = np.random.default_rng(0)
    drawn = np.quantile(rng.uniform(-1, 1, (runs, n)), levels, axis=1).T
    alarms = np.mean([not rule.compare(row, 2 * levels - 1, 0).agrees for row in drawn])
    assert 0.02 < alarms < 0.05 + 3 * np.sqrt(0.05 / runs)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("NameError: name 'x' is not defined", "undefined_name"),
        (
            "RuntimeError: mat1 and mat2 shapes cannot be multiplied (5x2 and 3x4)",
            "sizes_do_not_fit",
        ),
        ("AssertionError: Torch not compiled with CUDA enabled", "needs_cuda"),
        ("ZeroDivisionError: division by zero", "raises_ZeroDivisionError"),
    ],
)
def test_hints(text, name):
    assert hint(text)[0] == name


def test_an_answer_that_is_not_there_yet_is_not_attempted():
    assert evaluate(LEAKY, None).verdict == "not attempted"


def test_messages_are_wrapped_for_the_cell_and_whole_for_programs(capsys):
    report = evaluate(LEAKY, lambda x, slope=0.01: x.clamp(min=0))
    with pytest.raises(CheckFailed) as failed:
        check(LEAKY.name, lambda x, slope=0.01: x.clamp(min=0))
    assert str(failed.value) == report.message
    assert all(len(line) <= 92 for line in failed.value._render_traceback_())
