"""A probe rebuilt from its recipe asks what the exercise's own probe asks."""

import json

import numpy as np
import pytest

from checks.catalogue import EXERCISES
from checks.observe import observe
from checks.recipes import probe_of, recipe


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=lambda e: e.name)
def test_a_rebuilt_probe_sees_the_same(exercise):
    rebuilt = probe_of(json.loads(json.dumps(recipe(exercise.probe))))
    for case in exercise.draw():
        mine, theirs = (
            observe(probe, exercise.reference, case.inputs).observation
            for probe in (rebuilt, exercise.probe)
        )
        assert mine.keys() == theirs.keys()
        for name in theirs:
            assert np.array_equal(mine[name], theirs[name]), (case.title, name)


@pytest.mark.parametrize(
    "name",
    [
        "os:system",
        "..judge:judge",
        "functions.FunctionProbe",
        "functions:nothing",
        "functions:as_array.__globals__",
        "steps:torch",
        "steps:as_array",  # there, but made elsewhere
        "nowhere:probe",
        "",
        None,
    ],
)
def test_nothing_else_has_a_recipe(name):
    with pytest.raises(ValueError, match=r"checks\.probes"):
        probe_of({"name": name, "make": False, "kwargs": {}})


def test_a_probe_from_elsewhere_has_no_recipe():
    with pytest.raises(ValueError, match=r"checks\.probes"):
        recipe(lambda answer, inputs: {})
