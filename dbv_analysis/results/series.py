"""One metric of one area over time, as far as a pack's cut-off knows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.metric import Metric
from dbv_analysis.model.period import PART_YEAR

if TYPE_CHECKING:
    from dbv_analysis.results.evidence import Evidence

ALL = None  # every breakdown, the total among them


@dataclass(frozen=True, eq=False)
class Series:
    """One metric, of everybody or of one breakdown, for one area. ``Evidence.series`` makes it, the same one each time.

    Of every breakdown where ``breakdown`` is ``ALL``. Every table has the results' columns and is sorted by period;
    rows that hold a symbol are among them.
    """

    evidence: Evidence
    metric: Metric
    breakdown: str | None = TOTAL
    area: str = ""

    @property
    def title(self) -> str:
        """The metric's title, and the group it is of where that is not everybody."""
        return self.metric.title if self.breakdown is ALL else self.metric.titled(self.breakdown)

    @property
    def rows(self) -> pd.DataFrame:
        """Figures of every period: full years, parts of a year, and counts on one day."""
        return self.rows_of([self.area])

    @property
    def whole(self) -> pd.DataFrame:
        """Figures of a full year or a count on one day."""
        return self.whole_of([self.area])

    @property
    def parts(self) -> pd.DataFrame:
        """Figures of part of a year."""
        return self.evidence.rows(self.metric.id, [self.area], self.breakdown, PART_YEAR)

    @property
    def since(self) -> pd.DataFrame:
        """Figures that came out after the cut-off."""
        return self.evidence.rows(self.metric.id, [self.area], self.breakdown, since=True)

    @property
    def newest(self) -> pd.Series | None:
        """The newest figure of any period, None where there is none or it holds a symbol."""
        rows = self.rows
        return None if rows.empty or rows.iloc[-1]["symbol"] else rows.iloc[-1]

    def rows_of(self, areas: Iterable[str]) -> pd.DataFrame:
        """The same figures of other areas, by code."""
        return self.evidence.rows(self.metric.id, areas, self.breakdown)

    def whole_of(self, areas: Iterable[str]) -> pd.DataFrame:
        """The same figures of other areas, by code, of full years and counts on one day."""
        return self.evidence.whole(self.metric.id, areas, self.breakdown)
