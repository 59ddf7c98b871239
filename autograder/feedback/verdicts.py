"""A verdict as a student sees it: a card for the notebook, and a picture.

nbgrader reads points out of a graded cell's outputs; the outputs made here give exactly the
verdict's points (see `nbgrader.utils.determine_grade`).
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from markupsafe import Markup
from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.feedback.looks import LOOKS, METADATA, short_name, standing
from autograder.feedback.student_outputs import harmless
from autograder.records import Arrays, Verdict
from checks import catalogue
from gan_utils import plots

LONGEST_MESSAGE = 20_000
# What the first line of a message says that the card has said already.
SAID = re.compile(r"right, \S+ of \S+ points +|not attempted\. +|no answer[.:;] +")
SEE = re.compile(r'See ".*", above\.')


def verdict_outputs(
    *verdicts: Verdict, pictures: Mapping[str, tuple[bytes, str]] | None = None
) -> list[NotebookNode]:
    """The outputs of a graded cell: a card for each of its verdicts, and what earns their points.

    pictures: by exercise, a PNG file's bytes and its alternative text (see `picture`). Raises
    ValueError if points are not between 0 and the maximum: such must never reach a gradebook.
    """
    for one in verdicts:
        if not (math.isfinite(one.points) and 0 <= one.points <= one.max_points):
            raise ValueError(f"{one.exercise}: {one.points} of {one.max_points} points")
    points = math.fsum(one.points for one in verdicts)
    maximum = math.fsum(one.max_points for one in verdicts)
    outputs = [_card_output(one, (pictures or {}).get(one.exercise)) for one in verdicts]
    # An output without error or number earns all points, a number itself, an error nothing.
    if points == 0 < maximum or not verdicts:
        told = ", ".join(standing(one) for one in verdicts) or "no verdict"
        line = f"0 of {maximum:g} points: {told}"
        outputs.append(new_output("error", ename="Points", evalue=line, traceback=[line]))
    elif points < maximum:
        outputs.append(new_output("execute_result", data={"text/plain": repr(points)}))
    return outputs


def _card_output(verdict: Verdict, image: tuple[bytes, str] | None) -> NotebookNode:
    word = standing(verdict)
    points = f"{verdict.points:g} of {verdict.max_points:g} points"
    text = f"{word}, {points}\n{_message(verdict)}"
    data = {"text/plain": text, "text/html": str(card(verdict, image))}
    told = {"exercise": verdict.exercise, "standing": word}
    return new_output("display_data", data=data, metadata={METADATA: told})


def card(verdict: Verdict, image: tuple[bytes, str] | None = None) -> Markup:
    """A verdict as HTML: word, points, what came and was expected, the mistake, where to read.

    It stands by itself (no style sheet), and `clean_html` takes nothing of it away.
    """
    look = LOOKS[standing(verdict)]
    parts = [
        Markup('<p style="font-size: 110%"><b>{} {}</b> · {:g} of {:g} points · {}</p>').format(
            *(look.sign, standing(verdict), verdict.points, verdict.max_points),
            short_name(verdict.exercise),
        )
    ]
    says = _says(verdict)
    headline, *lines = _message(verdict).removeprefix(f"{verdict.exercise}: ").splitlines() or [""]
    lines = [line.strip() for line in lines]
    headline = SAID.sub("", headline, count=1)
    if re.fullmatch(r"\([^()]*\)", headline):
        headline = headline[1:-1]
    parts.append(Markup("<p>{}</p>").format(headline[:1].upper() + headline[1:]))
    mistake = next((line for line in lines if says and line.startswith(says)), "")
    details = [line for line in lines if line not in (mistake, "") and not SEE.fullmatch(line)]
    if details:
        style = "white-space: pre-wrap; overflow-wrap: anywhere"
        parts.append(Markup(f'<pre style="{style}">{{}}</pre>').format("\n".join(details)))
    if image is not None:
        data, alt = base64.b64encode(image[0]).decode(), image[1]
        picture = '<p><img alt="{}" src="data:image/png;base64,{}" style="max-width: 100%"></p>'
        parts.append(Markup(picture).format(alt, data))
    if mistake:
        parts.append(Markup("<p><b>The likely mistake:</b> {}</p>").format(mistake))
    parts += [
        Markup("<p><b>Where to read:</b> {}</p>").format(line)
        for line in lines
        if SEE.fullmatch(line)
    ]
    style = f"border-left: 6px solid {look.colour}; background-color: {look.tint}"
    box = Markup('<div style="{}; color: #000; padding: 0.2em 1em">{}</div>')
    return box.format(style, Markup().join(parts))


def _message(verdict: Verdict) -> str:
    """The message, which may quote the student, as harmless text of bounded length."""
    message = re.sub(r"\x1b\[[0-9;]*m", "", harmless(verdict.message))
    if len(message) > LONGEST_MESSAGE:
        return f"{message[:LONGEST_MESSAGE]} [...]"
    return message


def _says(verdict: Verdict) -> str:
    """The sentence of the recognised mistake, "" if it has none of its own."""
    exercise = catalogue.EXERCISES.get(verdict.exercise)
    known = exercise.known.get(verdict.diagnosis or "") if exercise else None
    return known.says if known else ""


def picture(exercise: str, arrays: Arrays) -> tuple[bytes, str] | None:
    """What was observed of an exercise as a PNG file and its alternative text, None without one.

    arrays: an observation, as unpacked and checked by the trusted side.
    """
    if exercise != "vanilla_gan.ring_generator":
        return None
    points = arrays.get("points")
    if points is None or points.ndim != 2 or points.shape[1] != 2 or points.dtype.kind != "f":
        return None
    finite: Sequence[np.ndarray] = points[np.isfinite(points).all(axis=1)][:2_000]
    if len(finite) == 0:
        return None
    alt = f"{len(finite):,} points of your generator, and the eight centres they should lie around"
    figure = plots.ring_scatter(torch.from_numpy(np.asarray(finite, np.float32)), alt=alt)
    return plots.png(figure), alt
