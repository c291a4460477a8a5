"""Every table's schema, one class each.

A table of counts and a table of records are one shape: a published count is a row whose ``count`` is
n, a record a row whose ``count`` is 1. Each table has one column of numbers; where a file holds a
symbol in place of the number, the number is missing and ``symbol`` says why. No two rows share a key.
``period`` is written as in ``period.Period.parse``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pandas as pd
import pandera.pandas as pa

from dbv_analysis.model.project_lists import PROJECT_LISTS
from dbv_analysis.model.quarterly_return import Sheet
from dbv_analysis.model.tables import own, project_lists, published, records
from dbv_analysis.model.tables.sums import Sum


@dataclass(frozen=True)
class Table:
    """A schema, which of its columns holds the number, and which together name a row.

    A table of the authority's ``own`` may leave out the area: it is the authority. A register may leave out the
    period too: it is the day of its source. A table without numbers counts each row once.
    """

    schema: type[pa.DataFrameModel]
    value: str
    key: tuple[str, ...]
    own: bool = False

    @property
    def columns(self) -> list[str]:
        return list(self.schema.to_schema().columns)

    @property
    def sums(self) -> tuple[Sum, ...]:
        """Which of its rows, or another table's, add up to which total."""
        return (self.schema.Config.metadata or {}).get("sums", ())

    @property
    def sheet(self) -> Sheet:
        """The sheet of the quarterly return that fills the table."""
        return self.schema.Config.metadata["sheet"]


# What every row has beside its table's own columns: its period in dates, and where and when it was published.
PROVENANCE = [
    "period_label",
    "period_start",
    "period_end",
    "basis",
    "as_at",
    "source",
    "release",
    "published",
    "file",
    "row",
]

TABLES = {
    "caseload": Table(published.Caseload, "count", ("area_code", "period")),
    "scenarios": Table(own.Scenarios, "pounds", ("area_code", "scenario", "measure", "period")),
    "placements": Table(published.Placements, "count", ("area_code", "period", "placement")),
    "flows": Table(published.Flows, "count", ("area_code", "period", "flow")),
    "timeliness": Table(published.Timeliness, "count", ("area_code", "period", "exceptions", "time_taken")),
    "absence": Table(published.Absence, "percent", ("area_code", "period", "sen_provision", "measure")),
    "attendance": Table(records.Attendance, "count", ("area_code", "period", "sen_provision", "what"), own=True),
    "exclusion_counts": Table(
        records.ExclusionCounts, "count", ("area_code", "period", "sen_provision", "what"), own=True
    ),
    "plans_by_need": Table(published.PlansByNeed, "count", ("area_code", "period", "placement", "need")),
    "plans_by_age": Table(published.PlansByAge, "count", ("area_code", "period", "age")),
    "exclusions": Table(published.Exclusions, "rate", ("area_code", "period", "sen_provision", "measure")),
    "high_needs_funding": Table(published.HighNeedsFunding, "pounds", ("area_code", "period", "account", "line")),
    "printed_figures": Table(own.PrintedFigures, "value", ("area_code", "metric_id", "breakdown", "period", "section")),
    "own_figures": Table(own.OwnFigures, "value", ("area_code", "metric_id", "breakdown", "period"), own=True),
    "costs": Table(own.Costs, "count", ("area_code", "period", "kind", "provision", "what"), own=True),
    "grant": Table(own.Grant, "pounds", ("area_code", "line", "measure", "period"), own=True),
    **{name: Table(schema, "count", PROJECT_LISTS[name], own=True) for name, schema in project_lists.SCHEMAS.items()},
}


def no_rows(name: str) -> pd.DataFrame:
    """A table without any row."""
    return _without_rows(name).copy()


@cache
def _without_rows(name: str) -> pd.DataFrame:
    return pd.DataFrame({column: pd.Series(dtype=object) for column in [*TABLES[name].columns, *PROVENANCE]})
