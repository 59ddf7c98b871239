"""A probe as plain data, so that a grader can name it to a room that holds no exercise.

A recipe is {"name": "module:name", "make": bool, "kwargs": {...}}: a function in checks.probes, or
a dataclass there and what it is made of.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
from typing import Any

from checks.observe import Probe

Recipe = dict[str, Any]
ROOM = "checks.probes."


def recipe(probe: Probe) -> Recipe:
    """The recipe of a probe from checks.probes. Raises ValueError for any other probe."""
    make = dataclasses.is_dataclass(probe)
    maker = type(probe) if make else probe
    module, name = getattr(maker, "__module__", ""), getattr(maker, "__qualname__", "")
    found = {"name": f"{module.removeprefix(ROOM)}:{name}", "make": make}
    found["kwargs"] = dataclasses.asdict(probe) if make else {}
    if not module.startswith(ROOM) or _maker(found) is not maker:
        raise ValueError(f"{probe!r} has no recipe: only what stands in checks.probes has one.")
    return found


def probe_of(recipe: Recipe) -> Probe:
    """The probe of a recipe, lists in place of tuples. Raises ValueError if there is none."""
    maker = _maker(recipe)
    return maker(**recipe["kwargs"]) if recipe["make"] else maker


def _maker(recipe: Recipe) -> Any:  # noqa: ANN401 - a function or a class
    """The function or dataclass that a recipe names, if it stands in checks.probes itself."""
    name = str(recipe.get("name"))
    if re.fullmatch(r"[a-z]\w*:[A-Za-z]\w*", name, re.ASCII):
        module, _, attribute = name.partition(":")
        try:
            found = getattr(importlib.import_module(ROOM + module), attribute, None)
        except ImportError:
            found = None
        wanted = dataclasses.is_dataclass if recipe.get("make") else inspect.isfunction
        if wanted(found) and found.__module__ == ROOM + module:
            return found
    raise ValueError(f"There is no probe {name!r} in checks.probes.")
