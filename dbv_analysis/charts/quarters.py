"""An axis of days: financial years, their quarters and, where there is room, their months."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby

from dbv_analysis.charts.style import GREY, GRID, INCH, SMALL
from dbv_analysis.charts.text import LEADING
from dbv_analysis.model.period import Quarter

MOST_QUARTERS, MOST_FOR_MONTHS = 15, 4  # whose names, and whose months' names, stand side by side
YEAR_NAME = 0.16  # of the axis: what the name of a year takes
TIER = SMALL * LEADING / INCH  # inches, of the names of years, of quarters or of months


@dataclass(frozen=True)
class Quarters:
    """Quarters one after another, on an axis of which a unit is a day."""

    quarters: list[Quarter]

    @classmethod
    def holding(cls, days: Iterable[date]) -> Quarters:
        """Every quarter from the earliest day's to the latest's."""
        days = sorted(days)
        first = days[0].year - (days[0].month < 4)
        quarters = [Quarter(f"{first}-{(first + 1) % 100:02}-Q{(days[0].month - 4) % 12 // 3 + 1}")]
        while quarters[-1].end < days[-1]:
            quarters.append(quarters[-1].next)
        return cls(quarters)

    @property
    def ends(self) -> tuple[int, int]:
        """The first day, and the day after the last."""
        return self.quarters[0].start.toordinal(), self.quarters[-1].next.start.toordinal()

    @property
    def height(self) -> float:
        """What the names take above the axes, in inches."""
        return len(self.tiers) * TIER

    @cached_property
    def tiers(self) -> list[dict[float, str]]:
        """Names by their middles, the finest first: of months, quarters and years, as far as there is room."""
        years, least = {}, YEAR_NAME * (self.ends[1] - self.ends[0])
        for name, inside in groupby(self.quarters, lambda quarter: quarter.name[:-3]):
            inside = list(inside)
            middle = _middle(inside[0].start, inside[-1].next.start)
            if not years or middle - max(years) >= least:
                years[middle] = name
        quarters = {_middle(quarter.start, quarter.next.start): f"Q{quarter.number}" for quarter in self.quarters}
        months = {month.toordinal() + 15: f"{month:%b}" for month in self._months()}
        number = len(self.quarters)
        return [months] * (number <= MOST_FOR_MONTHS) + [quarters] * (number <= MOST_QUARTERS) + [years]

    def _months(self) -> list[date]:
        starts = [quarter.start for quarter in self.quarters]
        return [start.replace(month=start.month + month) for start in starts for month in range(3)]

    def draw(self, axes, twice: bool) -> None:
        """The grid, and the names above the axes; under them too where ``twice``."""
        axes.set_xlim(*self.ends)
        starts = [quarter.start for quarter in self.quarters]
        axes.set_xticks([start.toordinal() for start in starts if start.month == 4], [])
        axes.grid(visible=True, axis="x", color="#8c8c8c", linewidth=1.2)
        if len(self.tiers) > 1:
            finer = self._months() if len(self.tiers) > 2 else starts
            axes.set_xticks([start.toordinal() for start in finer], [], minor=True)
            axes.grid(visible=True, axis="x", which="minor", color=GRID, linewidth=0.8)
        axes.tick_params(axis="x", which="both", length=0)
        for side, tiers in (("top", self.tiers), ("bottom", self.tiers[::-1]))[: 1 + twice]:
            for level, tier in enumerate(tiers):
                axis = axes.secondary_xaxis(side)
                axis.set_xticks(list(tier), list(tier.values()))
                axis.tick_params(length=0, pad=2 + level * TIER * INCH, labelsize=SMALL, labelcolor=GREY)
                axis.spines[:].set_visible(False)


def _middle(start: date, after: date) -> float:
    return (start.toordinal() + after.toordinal()) / 2
