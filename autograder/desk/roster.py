"""A class list that Canvas or Moodle exported, and which of its rows is which student."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course import CourseError


@dataclass
class Roster:
    """A table with a heading; rows are as long as the heading."""

    file: Path
    heading: list[str]
    rows: list[list[str]]

    @classmethod
    def read(cls, file: Path) -> Roster:
        """The table in a CSV file: UTF-8, separated by commas, semicolons or tabs.

        Raises CourseError if it is none.
        """
        try:
            text = file.read_text(encoding="utf-8-sig")
            first = text.partition("\n")[0]
            separator = max(",;\t", key=first.count)
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
        except OSError as error:
            raise CourseError(f"The roster {file} cannot be read: {error.strerror}.") from error
        except (UnicodeDecodeError, csv.Error) as error:
            raise CourseError(
                f"The roster {file} is no CSV file in UTF-8. Export it again, as CSV."
            ) from error
        rows = [row for row in rows if any(cell.strip() for cell in row)]
        if not rows:
            raise CourseError(f"The roster {file} is empty.")
        heading = [name.strip() for name in rows[0]]
        width = len(heading)
        return cls(file, heading, [(row + [""] * width)[:width] for row in rows[1:]])

    def column(self, name: str) -> int | None:
        """The number of a column, its name in any case; None if there is no such column."""
        names = [heading.casefold() for heading in self.heading]
        return names.index(name.casefold()) if name.casefold() in names else None

    def require(self, names: Sequence[str], where: str) -> list[str]:
        """Those of the columns that are there. Raises CourseError if none of them is."""
        found = [name for name in names if self.column(name) is not None]
        if not found:
            raise CourseError(
                f"The roster {self.file} has none of the columns {', '.join(names)}, by which "
                f"students are found: export it from {where}. "
                f"Its columns are: {', '.join(self.heading)}."
            )
        return found

    def match(self, students: Sequence[str], columns: Sequence[str]) -> dict[str, list[str]]:
        """The row of each student (a folder's name) that is found, by the columns in their order.

        As written, or else in another case. Raises CourseError if a row would be two students'.
        """
        found: dict[str, list[str]] = {}
        taken: dict[int, str] = {}
        indexes = [self._index(name, fold) for fold in (False, True) for name in columns]
        for student in students:
            for index in indexes:
                number = index.get(student, index.get(student.casefold()))
                if number is None:
                    continue
                if number in taken:
                    raise CourseError(
                        f"{taken[number]} and {student} are the same row of the roster "
                        f"{self.file}. Rename one's folder in submitted/, or mend the roster."
                    )
                taken[number], found[student] = student, self.rows[number]
                break
        return found

    def _index(self, name: str, fold: bool) -> dict[str, int]:
        """Row numbers by the values of a column; a value that is there twice leads nowhere."""
        column = self.column(name)
        if column is None:
            return {}
        values = [row[column].strip() for row in self.rows]
        values = [value.casefold() if fold else value for value in values]
        counts = Counter(values)
        return {value: i for i, value in enumerate(values) if value and counts[value] == 1}
