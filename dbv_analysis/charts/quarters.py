"""An axis of days: financial years, their quarters and, where there is room, their months."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from dbv_analysis.charts.canvas import Canvas, height_of
from dbv_analysis.charts.style import GREY, SMALL, width_of
from dbv_analysis.model.period import Quarter

DAY = timedelta(days=1)
SPACE = 0.05  # inches between two labels of a row
YEAR_LINE, QUARTER_LINE, MONTH_LINE = ("#8c8c8c", 1.2), ("#cccccc", 0.9), ("#e6e6e6", 0.7)


@dataclass(frozen=True)
class _Stretch:
    """A year, a quarter or a month: its first day, the day after its last, and its words."""

    start: date
    after: date
    text: str


@dataclass(frozen=True)
class Quarters:
    """The whole quarters that hold some days, laid out from ``left`` to ``right`` (inches)."""

    quarters: list[Quarter]
    left: float
    right: float

    @classmethod
    def holding(cls, days: Iterable[date], left: float, right: float) -> Quarters:
        days = list(days)
        quarters, last = [_quarter(min(days))], _quarter(max(days))
        while quarters[-1] != last:
            quarters.append(quarters[-1].next)
        return cls(quarters, left, right)

    def at(self, day: date) -> float:
        """Where ``day`` begins, in inches."""
        first, after = self.quarters[0].start, self.quarters[-1].end + DAY
        return self.left + (self.right - self.left) * ((day - first) / (after - first))

    @property
    def height(self) -> float:
        """What the axis's words take, in inches."""
        return height_of(len(self._rows()), SMALL)

    def write(self, canvas: Canvas, top: float) -> None:
        """The axis's words, from ``top`` down: years, quarters, months."""
        for row, stretches in enumerate(self._rows()):
            for one in stretches:
                middle = (self.at(one.start) + self.at(one.after)) / 2
                canvas.write(
                    middle, top + height_of(row + 0.5, SMALL), [one.text], size=SMALL, colour=GREY, ha="center"
                )

    def draw(self, canvas: Canvas, top: float, bottom: float) -> None:
        """The grid: a line at the start of each month, stronger for a quarter and a year."""
        years = {one.start for one in self._years()} | {self.quarters[-1].end + DAY}
        quarters = {quarter.start for quarter in self.quarters}
        for day in sorted({one.start for one in self._months()} | years | quarters):
            colour, width = YEAR_LINE if day in years else QUARTER_LINE if day in quarters else MONTH_LINE
            if day not in quarters and not self._room(self._months(), 0.08):
                continue
            canvas.line([self.at(day)] * 2, [top, bottom], colour=colour, width=width)

    def _rows(self) -> list[list[_Stretch]]:
        years = self._years()
        narrow = max(self._wide(one) - width_of(one.text, SMALL) for one in years) < 0
        rows = [self._apart(years if narrow else [one for one in years if self._room([one])])]
        quarters = [_Stretch(q.start, q.end + DAY, f"Q{q.number}") for q in self.quarters]
        rows += [row for row in (quarters, self._months()) if self._room(row)]
        return rows

    def _apart(self, stretches: list[_Stretch]) -> list[_Stretch]:
        """As many as stand between the axis's ends without touching."""
        kept, free = [], self.left - SPACE
        for one in stretches:
            half = width_of(one.text, SMALL) / 2
            middle = (self.at(one.start) + self.at(one.after)) / 2
            if middle - half >= free and middle + half <= self.right + SPACE:
                kept.append(one)
                free = middle + half + 2 * SPACE
        return kept

    def _room(self, stretches: list[_Stretch], needed: float | None = None) -> bool:
        """Whether each has room for its words, or for the inches ``needed``."""
        return all(
            self._wide(one) >= (width_of(one.text, SMALL) + SPACE if needed is None else needed) for one in stretches
        )

    def _wide(self, one: _Stretch) -> float:
        return self.at(one.after) - self.at(one.start)

    def _years(self) -> list[_Stretch]:
        names = dict.fromkeys(_year(quarter) for quarter in self.quarters)
        return [
            _Stretch(inside[0].start, inside[-1].end + DAY, name)
            for name in names
            for inside in [[quarter for quarter in self.quarters if _year(quarter) == name]]
        ]

    def _months(self) -> list[_Stretch]:
        months, day, after = [], self.quarters[0].start, self.quarters[-1].end + DAY
        while day < after:
            following = (day.replace(day=28) + 4 * DAY).replace(day=1)
            months.append(_Stretch(day, following, f"{day:%b}"))
            day = following
        return months


def _quarter(day: date) -> Quarter:
    first = day.year - (day.month < 4)
    return Quarter(f"{first}-{(first + 1) % 100:02}-Q{(day.month - 4) % 12 // 3 + 1}")


def _year(quarter: Quarter) -> str:
    """``2024-25``."""
    return quarter.name.rpartition("-")[0]
