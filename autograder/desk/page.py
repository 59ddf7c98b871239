"""The class page: how a class fared, what it got wrong, and where the next lecture can start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from autograder.course import Course
from autograder.desk.tables import mistake_rows, student_rows, write_csv
from autograder.desk.tally import ExerciseTally, Tally, tally, total
from autograder.feedback.looks import LOOKS, standing
from autograder.feedback.student_outputs import harmless
from autograder.records import Outcome, Records, write_atomically

FOLDER = "class"  # in the course's grading/
START_HERE = 3  # mistakes for the beginning of the next lecture
MOST_BINS = 13
NAMES_SHOWN = 300  # of those who made one mistake; the table of mistakes has all of them


def write_class_page(course: Course, assignment: str) -> list[Path]:
    """Write grading/class/ASSIGNMENT.html, .csv and -mistakes.csv; gives their paths.

    From the Outcomes that are kept: also of a class in which nothing could be graded.
    """
    records = Records(course)
    folder = records.root / FOLDER
    counted = tally(assignment, records.outcomes(assignment))
    page, table = folder / f"{assignment}.html", folder / f"{assignment}.csv"
    mistakes = folder / f"{assignment}-mistakes.csv"
    write_csv(table, student_rows(counted))
    write_csv(mistakes, mistake_rows(counted))
    write_atomically(page, class_page(counted))
    return [page, table, mistakes]


@dataclass
class Row:
    """One graded student in the table. cells: points and standing by exercise, or None."""

    outcome: Outcome
    cells: list[tuple[str, str] | None]
    total: str
    link: str | None


def class_page(counted: Tally) -> str:
    """The page as HTML: one file, nothing to load, no scripts."""
    totals = [total(outcome) for outcome in counted.graded]
    points = sorted(points for points in totals if points is not None)
    return _template().render(
        tally=counted,
        when=f"{datetime.now():%d %B %Y, %H:%M}",
        looks=LOOKS,
        start=[m for m in counted.mistakes if m.says][:START_HERE],
        median=f"{_median(points):g}" if points else None,
        max_points=max((outcome.max_points or 0 for outcome in counted.graded), default=0),
        waiting=sum(bool(outcome.points_to_grade_by_hand) for outcome in counted.graded),
        late=sum(outcome.late_penalty > 0 for outcome in counted.graded),
        totals=histogram(points, max((o.max_points or 0 for o in counted.graded), default=0)),
        exercises=[(one, shares(one), _points_of(one)) for one in counted.exercises],
        rows=[_row(outcome, counted) for outcome in counted.graded],
        names_shown=NAMES_SHOWN,
    )


def _row(outcome: Outcome, counted: Tally) -> Row:
    verdicts = {verdict.exercise: verdict for verdict in outcome.exercises}
    cells = []
    for exercise in counted.exercises:
        verdict = verdicts.get(exercise.name)
        cells.append((f"{verdict.points:g}", standing(verdict)) if verdict else None)
    earned = total(outcome)
    link = f"../../{quote(outcome.feedback)}" if outcome.feedback else None
    return Row(outcome, cells, "" if earned is None else f"{earned:g}", link)


def shares(exercise: ExerciseTally) -> Markup:
    """One bar, divided by standing, as an SVG picture."""
    number = sum(exercise.standings.values())
    said = ", ".join(f"{count} {word}" for word, count in exercise.standings.items() if count)
    parts, left = [], 0.0
    for word, count in exercise.standings.items():
        width = 240 * count / number
        if count:
            one = Markup(
                '<rect x="{:.1f}" width="{:.1f}" height="18" fill="{}"><title>{}</title></rect>'
            )
            gap = 1 if width > 3 else 0
            parts.append(one.format(left, width - gap, LOOKS[word].colour, f"{count} {word}"))
        left += width
    return _svg(240, 18, f"{exercise.short}: {said}", parts)


def histogram(values: Sequence[float], maximum: float) -> Markup:
    """How many earned how many points, as an SVG picture: a bar for a point, or for several.

    The last bar is for the full number of points alone.
    """
    step = max(1, -(-int(maximum) // (MOST_BINS - 1)))
    bins = [0] * (-(-int(maximum) // step) + 1)
    for value in values:
        bins[-1 if value >= maximum else min(int(value // step), len(bins) - 2)] += 1
    width, top = 180 / len(bins), max([*bins, 1])
    whole = all(value == int(value) for value in values)
    parts, said = [], []
    for i, count in enumerate(bins):
        if not count:
            continue
        alone = i == len(bins) - 1 or (whole and step == 1)
        name = f"{min(i * step, maximum):g}"
        name += " points" if alone else f" to under {min((i + 1) * step, maximum):g} points"
        said.append(f"{name}: {count}")
        height = 30 * count / top
        one = '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="#0072B2">'
        bar = Markup(one + "<title>{}</title></rect>")
        parts.append(bar.format(i * width, 34 - height, width - 2, height, said[-1]))
    parts.append(Markup('<path d="M0 34.5H180" stroke="#595959"/>'))
    low, high = '<text x="0" y="46">0</text>', '<text x="180" y="46" text-anchor="end">{:g}</text>'
    parts += [Markup(low), Markup(high).format(maximum)]
    return _svg(180, 48, f"students by points: {'; '.join(said) or 'none'}", parts)


def _points_of(exercise: ExerciseTally) -> Markup:
    return histogram(list(exercise.points.elements()), exercise.max_points)


def _svg(width: int, height: int, label: str, parts: Sequence[Markup]) -> Markup:
    opening = '<svg role="img" aria-label="{}" viewBox="0 0 {} {}" width="{}" height="{}">'
    inside = Markup("<title>{}</title>").format(label) + Markup().join(parts)
    return Markup(opening).format(label, width, height, width, height) + inside + Markup("</svg>")


def _median(ordered: Sequence[float]) -> float:
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else sum(ordered[middle - 1 : middle + 1]) / 2


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=lambda value: harmless(value) if type(value) is str else value,
    )
    environment.filters["percent"] = lambda share: f"{share:.0%}"
    return environment.get_template("class.html.j2")
