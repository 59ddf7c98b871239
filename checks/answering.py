"""The room's side of a question: put it to the student's answer, and send back what was seen."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from checks import wire
from checks.observe import Seen, Trouble, ask, guarded
from checks.recipes import probe_of


def answer(evaluate: Callable[[], Any], request: str) -> str:
    """What the student's answer does with the cases of a request, for `wire.unpack`: base64.

    evaluate: gives the answer, say `lambda: leaky_relu`; if it raises, that is what was seen
    request: what `wire.pack_request` gave, as base64

    Never raises. Gives "" if nothing can be said: the request makes no sense, or the kernel was
    interrupted.
    """
    try:
        recipe, cases, seconds = wire.unpack_request(base64.b64decode(request))
        found = guarded(evaluate, seconds)
        if isinstance(found, Trouble):
            seen = [Seen(found)] * len(cases)
        else:
            seen = ask(probe_of(recipe), found, cases, seconds)
        return base64.b64encode(wire.pack(seen)).decode("ascii")
    except BaseException:  # beside an interrupt, only what a student broke on purpose gets here
        return ""
