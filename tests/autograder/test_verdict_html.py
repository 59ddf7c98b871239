"""The outputs of a graded cell: exactly the verdict's points, and a card that a student can use."""

import base64

import numpy as np
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell
from nbgrader.utils import determine_grade

from autograder.feedback.html import clean_html
from autograder.feedback.looks import LOOKS, standing
from autograder.feedback.verdicts import card, picture, verdict_outputs
from autograder.records import Verdict
from checks import catalogue
from tests.autograder.test_html import assert_inert

LOSS = "vanilla_gan.discriminator_loss"
HALVED = catalogue.EXERCISES[LOSS].known["halved"].says
MESSAGE = f"""{LOSS}: not right yet (case 1 of 13: real (8, 1), fake (8, 1))
  value: yours 0.7, expected 1.4
  {HALVED}
  See "The discriminator's loss", above.
  Your code printed: <script>alert(1)</script>"""


def verdict(points: float, word: str = "wrong", **more: object) -> Verdict:
    fields = {"diagnosis": None, "message": MESSAGE, "max_points": 12.0, "exercise": LOSS} | more
    return Verdict("check", verdict=word, points=points, **fields)


def earned(*verdicts: Verdict) -> float:
    cell = new_code_cell(outputs=verdict_outputs(*verdicts))
    points = sum(one.max_points for one in verdicts)
    cell.metadata["nbgrader"] = {"grade": True, "solution": False, "points": points}
    return determine_grade(cell)[0]


@pytest.mark.parametrize("points", [0, 0.0, 12, 12.0, 3, 3.5, 0.1, 1e-7, 11.999999999, 1 / 3])
def test_nbgrader_reads_exactly_the_points(points):
    assert earned(verdict(points)) == points


def test_points_of_several_exercises_in_one_cell_add_up():
    assert earned(verdict(12), verdict(0, max_points=5)) == 12
    assert earned(verdict(0), verdict(0)) == 0
    assert earned(verdict(12), verdict(5, max_points=5)) == 17
    assert earned(verdict(0.1), verdict(0.2)) == pytest.approx(0.3)


def test_an_exercise_without_points_does_not_fail_its_cell():
    assert earned(verdict(0, "right", max_points=0)) == 0


@pytest.mark.parametrize("points", [float("nan"), float("inf"), -1, 12.5])
def test_impossible_points_never_reach_the_gradebook(points):
    with pytest.raises(ValueError, match="of 12"):
        verdict_outputs(verdict(points))


def test_no_verdict_is_no_points():
    cell = new_code_cell(outputs=verdict_outputs())
    cell.metadata["nbgrader"] = {"grade": True, "solution": False, "points": 3}
    assert determine_grade(cell)[0] == 0


def test_the_card_says_what_where_and_why():
    page = BeautifulSoup(card(verdict(0, diagnosis="halved")), "html.parser")
    first, *rest = [p.text for p in page.find_all("p")]
    assert first == "✗ wrong · 0 of 12 points · discriminator_loss"
    assert rest == [
        "Not right yet (case 1 of 13: real (8, 1), fake (8, 1))",
        f"The likely mistake: {HALVED}",
        'Where to read: See "The discriminator\'s loss", above.',
    ]
    assert page.find("pre").text.startswith("value: yours 0.7, expected 1.4\nYour code printed:")


def test_the_card_is_text_too_and_nothing_in_it_is_active():
    output, error = verdict_outputs(verdict(0, message=MESSAGE + "\x1b[2J\x1b[31m\u202e"))
    assert output.data["text/plain"].startswith("wrong, 0 of 12 points\n")
    assert "\x1b" not in output.data["text/plain"]
    assert_inert(output.data["text/html"])
    assert "&lt;script&gt;" in output.data["text/html"]
    assert error.traceback == ["0 of 12 points: wrong"]


@pytest.mark.parametrize("word", [*LOOKS, "surprise"])
def test_every_verdict_has_a_word_and_survives_cleaning(word):
    html = card(verdict(0, word), (b"\x89PNG", "points"))
    cleaned = clean_html(str(html))
    wanted, got = BeautifulSoup(html, "html.parser"), BeautifulSoup(cleaned, "html.parser")
    assert got.text == wanted.text
    assert got.div["style"].rstrip(";") == wanted.div["style"]
    assert standing(verdict(0, word)) in got.text


def test_some_points_are_partly_right():
    assert standing(verdict(3, "right")) == standing(verdict(3, "wrong")) == "partly right"
    assert standing(verdict(12, "right")) == "right"


def test_the_ring_is_drawn_from_whatever_points_came():
    points = np.random.default_rng(0).normal(size=(300, 2)).astype(np.float32)
    points[:10] = np.nan
    points[10] = 1e30
    image, alt = picture("vanilla_gan.ring_generator", {"points": points})
    assert image.startswith(b"\x89PNG")
    assert alt.startswith("290 points")
    outputs = verdict_outputs(
        verdict(0, exercise="vanilla_gan.ring_generator"),
        pictures={"vanilla_gan.ring_generator": (image, alt)},
    )
    shown = BeautifulSoup(clean_html(outputs[0].data["text/html"]), "html.parser").find("img")
    assert base64.b64decode(shown["src"].partition(",")[2]) == image
    assert shown["alt"] == alt


@pytest.mark.parametrize(
    "points",
    [
        np.zeros((0, 2), np.float32),
        np.zeros(4),
        np.zeros((3, 3)),
        np.array([["a", "b"]]),
        np.full((5, 2), np.nan),
    ],
)
def test_what_are_no_points_is_not_drawn(points):
    assert picture("vanilla_gan.ring_generator", {"points": points}) is None
    assert picture("vanilla_gan.ring_generator", {}) is None
    assert picture(LOSS, {"points": np.zeros((3, 2))}) is None
