"""Every table's schema, one class each.

A table of counts and a table of records are one shape: a published count is a row whose ``count`` is
n, a record a row whose ``count`` is 1. Each table has one column of numbers; where a file holds a
symbol in place of the number, the number is missing and ``symbol`` says why. No two rows share a key.
``period`` is written as in ``periods.Period.parse``.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandera.pandas as pa

from dbv_analysis.periods import Period
from dbv_analysis.sen2 import PLACEMENTS
from dbv_analysis.terms import SYMBOLS

GEOGRAPHIC_LEVELS = ("National", "Regional", "Local authority")

SEN_PROVISION = ("EHC plan", "SEN support", "No SEN") + tuple(
    f"{provision} and {group}" for provision in ("EHC plan", "SEN support") for group in ("FSM", "EAL")
)


def _text():
    """A cell that must be filled in. (A pandera Field belongs to one column, so each gets its own.)"""
    return pa.Field(str_length={"min_value": 1})


class _Tidy(pa.DataFrameModel):
    """What every table has: which area, at which level, in which period, and why a number is missing."""

    area_code: str = pa.Field(str_matches=r"^E\d{8}$")
    area_name: str = _text()
    geographic_level: str = pa.Field(isin=GEOGRAPHIC_LEVELS)
    period: str
    symbol: str = pa.Field(isin=["", *SYMBOLS])

    @pa.check("period", element_wise=True)
    def known_period(cls, text: str) -> bool:
        try:
            Period.parse(text)
        except ValueError:
            return False
        return True


class _Counts(_Tidy):
    count: float = pa.Field(ge=0, nullable=True)

    @pa.check("count", element_wise=True)
    def whole_number(cls, value: float) -> bool:
        return float(value).is_integer()


class Caseload(_Counts):
    """EHC plans on a census day, all placements together.

    More than the table of placements adds up to where an authority returned plans without placements.
    Source: DfE, Education, health and care plans, ``caseload.csv``.
    """


class Placements(_Counts):
    """EHC plans on a census day, by the column of the SEN2 release in which the placement stands.

    Columns that a year's return did not hold (``x`` for every authority) have no row.
    Source: DfE, Education, health and care plans, ``caseload.csv``.
    """

    placement: str = pa.Field(isin=PLACEMENTS)


class Flows(_Counts):
    """Events of a calendar year: requests for assessment, plans begun, assessments and those that led to a plan.

    These are four different counts; ``new plans`` and ``assessments issued`` need not agree.
    Source: DfE, Education, health and care plans, ``requests.csv``, ``newplans.csv``, ``assessments.csv``.
    """

    flow: str = pa.Field(isin=("requests", "new plans", "assessments", "assessments issued"))


class Timeliness(_Counts):
    """Plans issued in a calendar year from assessments with no mediation or tribunal, by time taken.

    ``exceptions``: ``included`` counts all of them, ``excluded`` leaves out plans for which an exception
    to the 20-week limit applied (SEND Regulations 2014, reg. 13(3)), from every row alike.
    ``all`` is the denominator of the percentages. Source: DfE, ``timeliness_20_week.csv``.
    """

    exceptions: str = pa.Field(isin=("included", "excluded"))
    time_taken: str = pa.Field(isin=("all", "within 20 weeks", "20 to 52 weeks", "over 52 weeks"))


class Absence(_Tidy):
    """Absence of pupils by SEN provision, as published: percentages, without their counts.

    ``measure``: ``overall`` is the share of possible sessions missed; ``persistent`` and ``severe`` are
    the shares of enrolments that missed at least 10% or 50% of their own possible sessions.
    A figure from a document has the text as ``printed``, its ``section`` and ``page``.
    """

    sen_provision: str = pa.Field(isin=SEN_PROVISION)
    measure: str = pa.Field(isin=("overall", "authorised", "unauthorised", "persistent", "severe"))
    percent: float = pa.Field(ge=0, le=100, nullable=True)
    printed: str | None
    section: str | None
    page: str | None


class Scenarios(_Tidy):
    """The deficit paths of the grant application, £, as printed (to £0.1m).

    ``period`` is the reading chosen of ``period_printed``; ``year_kind`` says what the document says
    of it. A cumulative deficit is a balance, so its period is the year's last day.
    """

    scenario: str = pa.Field(isin=("Unmitigated", "Target", "Stretch"))
    measure: str = pa.Field(isin=("expenditure", "cumulative deficit"))
    period_printed: str = _text()
    year_kind: str = pa.Field(isin=("not stated", "financial", "academic", "calendar"))
    pounds: float = pa.Field(nullable=True)
    printed: str = _text()
    section: str = _text()
    page: str = _text()


class PrintedFigures(_Tidy):
    """Figures as a report printed them, to stand beside the results and never among them.

    ``metric_id`` and ``breakdown`` name the measure that the printed label says it is; ``period`` is
    the period that the label most plainly means. ``value`` is the number in ``printed``.
    """

    metric_id: str = _text()
    breakdown: str = _text()
    label_printed: str = _text()
    period_printed: str = _text()
    value: float = pa.Field(nullable=True)
    printed: str = _text()
    section: str = _text()
    page: str = _text()


@dataclass(frozen=True)
class Table:
    """A schema, which of its columns holds the number, and which together name a row."""

    schema: type[pa.DataFrameModel]
    value: str
    key: tuple[str, ...]

    @property
    def columns(self) -> list[str]:
        return list(self.schema.to_schema().columns)


TABLES = {
    "caseload": Table(Caseload, "count", ("area_code", "period")),
    "scenarios": Table(Scenarios, "pounds", ("area_code", "scenario", "measure", "period")),
    "placements": Table(Placements, "count", ("area_code", "period", "placement")),
    "flows": Table(Flows, "count", ("area_code", "period", "flow")),
    "timeliness": Table(Timeliness, "count", ("area_code", "period", "exceptions", "time_taken")),
    "absence": Table(Absence, "percent", ("area_code", "period", "sen_provision", "measure")),
    "printed_figures": Table(PrintedFigures, "value", ("area_code", "metric_id", "breakdown", "period", "section")),
}
