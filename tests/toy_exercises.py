"""Two exercises that need no GAN, for tests of grading: `with catalogue.registered(DOUBLE): ...`"""

import numpy as np

from checks.exercise import Case, Exercise, Part
from checks.probes.functions import FunctionProbe
from checks.rules import Close, Exact


def _cases(rng):
    x = rng.integers(-64, 64, (5,)) / 8.0
    side = rng.integers(-64, 64, (1,)) / 8.0
    return [
        Case("core", "five numbers", {"x": x.astype(np.float32)}),
        Case("single", "a single number", {"x": side.astype(np.float32)}),
    ]


def _toy(name, reference):
    return Exercise(
        name=f"toy.{name}",
        signature=f"{name}(x: Tensor) -> Tensor",
        about="a toy",
        see="Toys",
        parts=(Part("core", 3, "the values"), Part("single", 1, "single numbers")),
        probe=FunctionProbe(("x",), reduces=False, like="x"),
        rules={"value": Close(), "changed": Exact(lambda *_: "the input was changed")},
        cases=_cases,
        reference=reference,
    )


DOUBLE = _toy("double", lambda x: 2 * x)
SQUARE = _toy("square", lambda x: x * x)


@DOUBLE.mistake("tripled", "This is three times x.")
def _(x):
    return 3 * x


@SQUARE.mistake("doubled", "This is twice x.")
def _(x):
    return 2 * x
