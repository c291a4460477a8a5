"""Periods: when a figure is from, and which figures may be set side by side.

A local authority's financial year runs from April to March, an academic year from September to
August. A year's number alone says neither, so a period always carries its start, its end and its
basis: a full year, part of a year, or a snapshot of one day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

FULL_YEAR, PART_YEAR, SNAPSHOT = "full_year", "part_year", "snapshot"

MONTHS_DIFFER = 3  # days by which one quarter may be longer than another

FIRST_YEAR, LAST_YEAR = 1, 9998  # what a date can hold, with the year after it

HOW_TO_WRITE = (
    "Write it like one of: academic year 2022-23, financial year 2024-25, calendar year 2023, "
    "autumn term 2023, quarter 2024-25-Q2, 2024-01-18, 2024-09-01 to 2024-09-21."
)


@dataclass(frozen=True)
class Break:
    """A day on which what a series counts changed, why, and in a word or two for a chart.

    Figures on its two sides do not compare, unless ``compares``: then they do, and the change is named.
    """

    on: date
    why: str
    label: str = "way of counting changed"
    compares: bool = False

    def between(self, earlier: date, later: date) -> bool:
        """Whether the first figure ends before the change and the second does not."""
        return earlier < self.on <= later


@dataclass(frozen=True)
class Period:
    """A stretch of days. ``kind`` tells an academic year from a financial one of equal length."""

    start: date
    end: date
    basis: str
    kind: str
    label: str

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def terms(self) -> int | None:
        """How many whole school terms the period is made of; None where it is not made of terms."""
        first = self.start.year if self.start.month >= 9 else self.start.year - 1
        year = [Period.term("autumn", first), Period.term("spring", first + 1), Period.term("summer", first + 1)]
        inside = [term for term in year if self.start <= term.start and term.end <= self.end]
        if not inside or inside[0].start != self.start or inside[-1].end != self.end:
            return None
        return len(inside)

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read a period as the tidy tables write it.

        Raises ValueError, whose words say how to write a period.
        """
        return _parse(" ".join(str(text).split()))

    @property
    def text(self) -> str:
        """The period as the tables write it: one spelling for each, which ``parse`` reads back."""
        if self.kind in ("academic year", "financial year"):
            return f"{self.kind} {self.start.year}-{_short(self.end.year)}"
        if self.kind == "window":
            return f"{self.start} to {self.end}"
        if self.kind == "snapshot":
            return self.start.isoformat()
        return self.label if self.kind.endswith("term") else f"{self.kind} {self.label}"

    @classmethod
    def academic_year(cls, first: int) -> Period:
        """1 September of ``first`` to 31 August of the next year, labelled as DfE does: 2022/23."""
        return cls(
            date(first, 9, 1), date(first + 1, 8, 31), FULL_YEAR, "academic year", f"{first}/{_short(first + 1)}"
        )

    @classmethod
    def financial_year(cls, first: int) -> Period:
        """1 April of ``first`` to 31 March of the next year: 2024-25."""
        return cls(
            date(first, 4, 1), date(first + 1, 3, 31), FULL_YEAR, "financial year", f"{first}-{_short(first + 1)}"
        )

    @classmethod
    def calendar_year(cls, year: int) -> Period:
        return cls(date(year, 1, 1), date(year, 12, 31), FULL_YEAR, "calendar year", str(year))

    @classmethod
    def term(cls, name: str, year: int) -> Period:
        """A school term. Terms start and end on days that schools choose; here three tile the year."""
        starts, ends = {
            "autumn": ((9, 1), (12, 31)),
            "spring": ((1, 1), (3, 31)),
            "summer": ((4, 1), (8, 31)),
        }[name]
        return cls(date(year, *starts), date(year, *ends), PART_YEAR, f"{name} term", f"{name} term {year}")

    @classmethod
    def snapshot(cls, day: date) -> Period:
        return cls(day, day, SNAPSHOT, "snapshot", f"{day:%B %Y}")

    @classmethod
    def window(cls, start: date, end: date) -> Period:
        """Any other stretch of days; always part of a year."""
        return cls(start, end, PART_YEAR, "window", format_days(start, end))


def _short(year: int) -> str:
    return f"{year % 100:02d}"


def format_day(day: date) -> str:
    """``26 September 2024``."""
    return f"{day.day} {day:%B %Y}"


def format_days(start: date, end: date) -> str:
    """``1 to 21 September 2024``, or both months where they differ."""
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day} to {format_day(end)}"
    return f"{format_day(start)} to {format_day(end)}"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f'"{text}" is not a day. Write days as year-month-day, such as 2024-01-18.') from None


@cache
def _parse(text: str) -> Period:
    years = [int(year) for year in re.findall(r"(?<!\d)\d{4}(?!\d)", text)]
    if any(not FIRST_YEAR <= year <= LAST_YEAR for year in years):
        raise ValueError(f'"{text}" is not a period. {HOW_TO_WRITE}')
    if match := re.fullmatch(r"(academic|financial) year (\d{4})[-/](\d{2})", text):
        kind, first, second = match[1], int(match[2]), match[3]
        if second != _short(first + 1):
            raise ValueError(f'"{text}" names two years that do not follow one another. {HOW_TO_WRITE}')
        return Period.academic_year(first) if kind == "academic" else Period.financial_year(first)
    if match := re.fullmatch(r"calendar year (\d{4})", text):
        return Period.calendar_year(int(match[1]))
    if match := re.fullmatch(r"(autumn|spring|summer) term (\d{4})", text):
        return Period.term(match[1], int(match[2]))
    if match := re.fullmatch(r"quarter (\S+)", text):
        return Quarter(match[1]).period
    if match := re.fullmatch(r"(\d{4}-\d\d-\d\d)", text):
        return Period.snapshot(_day(match[1]))
    if match := re.fullmatch(r"(\d{4}-\d\d-\d\d) to (\d{4}-\d\d-\d\d)", text):
        start, end = _day(match[1]), _day(match[2])
        if end < start:
            raise ValueError(f'"{text}" ends before it starts. {HOW_TO_WRITE}')
        return Period.window(start, end)
    raise ValueError(f'"{text}" is not a period. {HOW_TO_WRITE}')


@dataclass(frozen=True)
class Quarter:
    """A quarter of a financial year, written ``2024-25-Q2``: Q1 April to June … Q4 January to March."""

    name: str

    def __post_init__(self) -> None:
        match = re.fullmatch(r"(\d{4})-(\d{2})-Q([1-4])", self.name)
        if not match or match[2] != _short(int(match[1]) + 1):
            raise ValueError(
                f'"{self.name}" is not a quarter. Write the financial year and Q1, Q2, Q3 or Q4, such as 2024-25-Q2.'
            )

    @property
    def number(self) -> int:
        return int(self.name[-1])

    @property
    def start(self) -> date:
        first = int(self.name[:4])
        return date(first + (self.number == 4), (4, 7, 10, 1)[self.number - 1], 1)

    @property
    def end(self) -> date:
        return self.next.start - timedelta(days=1)

    @property
    def next(self) -> Quarter:
        first = int(self.name[:4])
        if self.number < 4:
            return Quarter(f"{self.name[:-1]}{self.number + 1}")
        return Quarter(f"{first + 1}-{_short(first + 2)}-Q1")

    @property
    def period(self) -> Period:
        return Period(self.start, self.end, PART_YEAR, "quarter", self.name)

    @property
    def title(self) -> str:
        """``Quarter 2, 2024-25 (July to September 2024)``."""
        return f"Quarter {self.number}, {self.name[:-3]} ({self.start:%B} to {self.end:%B %Y})"

    def __str__(self) -> str:
        return self.name


def why_not_comparable(
    earlier: Period, later: Period, breaks: tuple[Break, ...] = (), any_day: bool = False
) -> str | None:
    """Why two periods of one measure may not be compared, in words; None where they may.

    Two full years of one kind compare, two snapshots in the same season, the same part of two years (or its
    same weeks, which whoever prints the two says).
    A measure that is ``any_day`` does not follow the school year: its counts on any two days compare, and
    its parts of a year where they are about as long. Nothing compares across a break in the series.
    """
    if any_day and earlier.basis == later.basis != FULL_YEAR:
        if abs(earlier.days - later.days) > MONTHS_DIFFER:
            return f"{earlier.label} and {later.label} are not equally long"
        return _broken(earlier, later, breaks)
    if earlier.basis == later.basis == PART_YEAR and not _same_days(earlier, later) and not same_weeks(earlier, later):
        return f"{earlier.label} and {later.label} are different parts of a year"
    if earlier.basis != later.basis or earlier.kind != later.kind:
        return f"{later.label} is {_in_words(later)} and {earlier.label} is {_in_words(earlier)}"
    if later.basis == SNAPSHOT and earlier.start.month != later.start.month:
        return f"{earlier.label} and {later.label} are at different times of the year"
    return _broken(earlier, later, breaks)


def _broken(earlier: Period, later: Period, breaks: tuple[Break, ...]) -> str | None:
    for stop in breaks:
        if stop.between(earlier.end, later.end) and not stop.compares:
            return f"between {earlier.label} and {later.label} {stop.why}"
    return None


def same_weeks(earlier: Period, later: Period) -> bool:
    """Whether two stretches are the same weeks of two years, but not the same days.

    The days of a school's weeks move by a day or two from one year to the next.
    """
    if not (earlier.basis == later.basis == PART_YEAR) or earlier.days != later.days:
        return False
    if earlier.start.year == later.start.year or _same_days(earlier, later):
        return False
    weeks = [(period.start.isocalendar().week, period.end.isocalendar().week) for period in (earlier, later)]
    return weeks[0] == weeks[1]


def _same_days(earlier: Period, later: Period) -> bool:
    return _days_of_year(earlier) == _days_of_year(later)


def _days_of_year(period: Period) -> tuple[int, ...]:
    """First and last day within a year, and how many year ends lie between."""
    start, end = period.start, period.end
    return start.month, start.day, end.month, end.day, end.year - start.year


def format_terms(number: int) -> str:
    """``1 term``, ``2 terms``."""
    return "1 term" if number == 1 else f"{number} terms"


def _in_words(period: Period) -> str:
    if period.basis == SNAPSHOT:
        return "a count on one day"
    if period.basis == FULL_YEAR:
        return f"a full {period.kind}"
    return "part of a year"
