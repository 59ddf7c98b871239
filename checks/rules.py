"""How one field of an observation is compared with what was expected. Arrays in, a verdict out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

FLOOR = 1e-3  # relative errors are taken against at least this, so that 1e-44 against 0 is no error


@dataclass(frozen=True)
class Comparison:
    """Whether a field agrees, by how much it is off, and a line about it if there is one to say."""

    agrees: bool
    error: float = 0.0
    line: str = ""


class Rule(Protocol):
    """Compares one field: `compare` with the reference's, `same` with a known mistake's."""

    def compare(self, got: np.ndarray, expected: np.ndarray, limit: float) -> Comparison:
        """Is `got` right?"""
        ...

    def same(self, got: np.ndarray, other: np.ndarray, limit: float) -> bool:
        """Is `got` what that mistake gives, NaN and infinity included?"""
        ...


def relative_error(got: np.ndarray, expected: np.ndarray) -> float:
    """max |got - expected| / max |expected|; infinity where one is not finite and the other is."""
    got, expected = np.asarray(got, dtype=float), np.asarray(expected, dtype=float)
    if got.shape != expected.shape:
        return float("inf")
    alike = (got == expected) | (np.isnan(got) & np.isnan(expected))
    with np.errstate(invalid="ignore", over="ignore"):
        off = np.where(alike, 0.0, np.abs(got - expected))
    if not np.isfinite(off).all():
        return float("inf")
    scale = np.abs(expected[np.isfinite(expected)]).max(initial=FLOOR)
    return float(off.max(initial=0.0) / scale)


def distance(got: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """|got - expected|, infinite where that is no number; just infinity for different shapes."""
    if got.shape != expected.shape:
        return np.array(np.inf)
    with np.errstate(invalid="ignore", over="ignore"):
        off = np.abs(got.astype(float) - expected.astype(float))
    return np.where(np.isnan(off), np.inf, off)


def other_shape(label: str, got: np.ndarray, expected: np.ndarray) -> str:
    """The line about a field of another shape than the reference's."""
    where = f"{label}: " if label else ""
    return f"{where}yours has shape {got.shape}, expected {expected.shape}"


@dataclass(frozen=True)
class Close:
    """Equal up to rounding: the largest relative error stays within the case's limit."""

    label: str = ""  # "" for the value itself, else e.g. "gradient of real_scores"

    def compare(self, got: np.ndarray, expected: np.ndarray, limit: float) -> Comparison:
        error = relative_error(got, expected)
        if error <= limit:
            return Comparison(True, error)
        return Comparison(False, error, self._line(got, expected, error, limit))

    def same(self, got: np.ndarray, other: np.ndarray, limit: float) -> bool:
        return relative_error(got, other) <= 10 * limit

    def _line(self, got: np.ndarray, expected: np.ndarray, error: float, limit: float) -> str:
        if got.shape != expected.shape:
            return other_shape(self.label, got, expected)
        with np.errstate(invalid="ignore"):
            off = np.where(np.isfinite(got), np.abs(got - expected), np.inf)
        worst = np.unravel_index(int(off.argmax()), off.shape)
        line = f"{self._where(worst)}yours {number(got[worst])}, expected {number(expected[worst])}"
        share = "relative error" if got.size == 1 else "error over largest value"
        return f"{line}, {share} {error:.2g}, limit {limit:.0e}"

    def _where(self, index: tuple[int, ...]) -> str:
        place = f"[{', '.join(str(int(i)) for i in index)}]" if len(index) else ""
        text = " at ".join(word for word in (self.label, place) if word)
        return f"{text}: " if text else ""


@dataclass(frozen=True)
class AnyRow:
    """`Close`, for an observation with one row for each way in which weights could be copied in."""

    label: str = ""

    def compare(self, got: np.ndarray, expected: np.ndarray, limit: float) -> Comparison:
        rule = Close(self.label)
        if not len(got):
            return Comparison(False, float("inf"), f"{self.label}: nothing to compare")
        return min((rule.compare(row, expected[0], limit) for row in got), key=lambda c: c.error)

    def same(self, got: np.ndarray, other: np.ndarray, limit: float) -> bool:
        return any(relative_error(row, other[0]) <= 10 * limit for row in got)


@dataclass(frozen=True)
class Exact:
    """Whole numbers and flags: equal or not, with a sentence made from both."""

    says: Callable[[np.ndarray, np.ndarray], str]

    def compare(self, got: np.ndarray, expected: np.ndarray, limit: float) -> Comparison:
        if np.array_equal(got, expected):
            return Comparison(True)
        return Comparison(False, float("inf"), self.says(got, expected))

    def same(self, got: np.ndarray, other: np.ndarray, limit: float) -> bool:
        return np.array_equal(got, other)


@dataclass(frozen=True)
class Clue:
    """Never judged: it only tells mistakes apart that otherwise look the same."""

    def compare(self, got: np.ndarray, expected: np.ndarray, limit: float) -> Comparison:
        return Comparison(True)

    def same(self, got: np.ndarray, other: np.ndarray, limit: float) -> bool:
        return np.array_equal(got, other)


@dataclass(frozen=True)
class Within:
    """A statistic that may differ from the expected one by at most `by`, whatever the case says."""

    label: str
    by: float

    def compare(self, got: np.ndarray, expected: np.ndarray, limit: float) -> Comparison:
        off = distance(got, expected)
        if off.max(initial=0.0) <= self.by:
            return Comparison(True)
        if got.shape != expected.shape:
            return Comparison(False, float("inf"), other_shape(self.label, got, expected))
        worst = np.unravel_index(int(off.argmax()), off.shape)
        return Comparison(
            False,
            float("inf"),
            f"{self.label}: yours {number(got[worst])}, expected {number(expected[worst])} "
            f"to within {self.by:g}",
        )

    def same(self, got: np.ndarray, other: np.ndarray, limit: float) -> bool:
        return bool(distance(got, other).max(initial=0.0) <= 2 * self.by)


@dataclass(frozen=True)
class Quantiles:
    """The law of a random source: its quantiles against those of the expected law.

    For a uniform law the largest deviation of n samples' quantiles is a Kolmogorov-Smirnov
    statistic, so `by` fixes the false-alarm rate: 2 exp(-2 n (by / width)^2).
    """

    label: str
    by: float

    def compare(self, got: np.ndarray, expected: np.ndarray, limit: float) -> Comparison:
        off = distance(got, expected)
        if off.max(initial=0.0) <= self.by:
            return Comparison(True)
        if got.shape != expected.shape:
            return Comparison(False, float("inf"), other_shape(self.label, got, expected))
        at = int(off.argmax())
        share = at / (len(got) - 1)
        line = (
            f"{self.label}: {share:.0%} of your numbers lie below {number(got[at])}; "
            f"expected {number(expected[at])} to within {self.by:g}"
        )
        return Comparison(False, float("inf"), line)

    def same(self, got: np.ndarray, other: np.ndarray, limit: float) -> bool:
        if got.shape != other.shape:
            return False
        inner = slice(len(got) // 20, -(len(got) // 20))  # the extremes of a normal law vary a lot
        return bool(distance(got[inner], other[inner]).max(initial=0.0) <= 3 * self.by)


@dataclass(frozen=True)
class AtLeast:
    """A measure of quality with a threshold, which is what the reference's field holds."""

    label: str

    def compare(self, got: np.ndarray, expected: np.ndarray, limit: float) -> Comparison:
        if got.shape != expected.shape:
            return Comparison(False, float("inf"), other_shape(self.label, got, expected))
        good = bool(np.isfinite(got) and got >= expected)
        line = f"{self.label}: yours {number(got)}, needed at least {number(expected)}"
        return Comparison(good, 0.0 if good else float("inf"), line)

    def same(self, got: np.ndarray, other: np.ndarray, limit: float) -> bool:
        return False  # qualities are recognised by a mistake's own rule, never by equality


def number(value: np.ndarray | float) -> str:
    """A number as a person would write it: 1.7064, 267,009, -2.1e-09, nan."""
    value = float(value)
    if not np.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:.4f}" if 1e-3 <= abs(value) < 1e5 else f"{value:.3g}"
