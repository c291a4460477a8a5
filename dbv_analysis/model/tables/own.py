"""Tables of the authority's own figures: from its plans, reports and quarterly returns."""

from __future__ import annotations

import pandera.pandas as pa

from dbv_analysis.model.period import HOW_TO_WRITE
from dbv_analysis.model.quarterly_return import (
    A_SYMBOL,
    ALL_LINES,
    DIGITS,
    FIGURE,
    NOTE,
    PERIOD,
    QUARTER,
    Column,
    filled_from,
    money,
    naming,
)
from dbv_analysis.model.sen2 import INMSS, PLACEMENTS
from dbv_analysis.model.tables.base import Tidy, text
from dbv_analysis.model.tables.sums import Sum, adding_up, rows

DESTINATIONS = ("in borough", "out of borough", "unknown")


class Grant(Tidy):
    """The grant by line and quarter, £: what was profiled, and what a report says was projected and spent.

    ``line`` ``All lines`` is a printed total, which the lines need not add up to. ``spend to date`` runs from
    the programme's start to the end of the quarter. ``pounds`` is the reading chosen of ``printed``.
    """

    workstream: str
    line: str = text()
    measure: str = pa.Field(isin=("profile", "projected", "spend", "spend to date"))
    pounds: float = pa.Field(nullable=True)
    line_printed: str | None
    printed: str | None
    section: str | None
    page: str | None

    class Config:
        metadata = filled_from(
            "Grant",
            "grant",
            ("quarter", "line"),
            QUARTER,
            naming("workstream", 24, "Which workstream the line belongs to. It may be empty."),
            naming(
                "line",
                34,
                f"The grant line; “{ALL_LINES}” is the total that the ledger shows for the quarter, whether or "
                "not the lines add up to it. For a new line, fill in one of the rows at the end, and keep its "
                "name from then on.",
            ),
            money("projected", "What the line was expected to cost in this quarter."),
            money("spend", f"What was spent in this quarter. Needed for “{ALL_LINES}” wherever a line is filled in."),
            money(
                "spend to date",
                "What was spent from the programme's start to the end of this quarter. Fill it in for every "
                "line that has spent anything, in this quarter or before.",
            ),
            NOTE,
            Column("planned profile", 16, "What the application planned for this quarter, under this line.", unit="£"),
            Column("last quarter", 13, "The newest quarter reported before."),
            Column("last projected", 16, "As reported then. Never read as a new figure.", unit="£"),
            Column("last spend", 15, "As reported then. Never read as a new figure.", unit="£"),
            Column("last spend to date", 15, "As reported then. Never read as a new figure.", unit="£"),
            whole=False,
        )


class OwnFigures(Tidy):
    """Figures that only the authority has, from its reports and quarterly returns; they enter the results.

    ``metric_id`` and ``breakdown`` name what is counted; ``value`` is in the metric's unit.
    """

    metric_id: str = text()
    breakdown: str = text()
    value: float = pa.Field(nullable=True)
    label_printed: str | None
    period_printed: str | None
    printed: str | None
    section: str | None
    page: str | None

    class Config:
        metadata = filled_from(
            "Figures",
            "own_figures",
            ("metric_id", "breakdown", "period"),
            Column("section", 13, "The page of the pack on which the figure stands."),
            Column("measure", 34, "What is counted. What exactly, is told at the end of this sheet."),
            naming("breakdown", 26, "Which part of it is asked for. Total is all of it."),
            Column("unit", 10, "What the value is measured in.", "count, per cent, pounds or rate per 100 pupils"),
            Column(
                "value",
                12,
                "The figure itself, in the unit of its row. An empty cell: not reported yet.",
                f"{DIGITS}; a count is a whole number of 0 or more, per cent goes from 0 to 100; {A_SYMBOL}.",
                "64.5",
                holds=FIGURE,
            ),
            Column(
                "period",
                25,
                "The day or the days that the value is about. Needed wherever there is a value.",
                HOW_TO_WRITE,
                "2024-12-31",
                holds=PERIOD,
            ),
            Column(
                "suggested period",
                25,
                "What the period may be; the arrow in the cell to its left puts it in. Where the figure is "
                "about other days, write those. Empty: say yourself which days the figure is about.",
            ),
            NOTE,
            Column("last value", 12, "The newest figure known, reported or published. Never read as a new one."),
            Column("last period", 25, "The period that it was about."),
            Column("last as at", 12, "The day to which it referred."),
            naming("metric_id", 26, "The measure's name in `dbv metrics`. Leave it as it is."),
        )


class Costs(Tidy):
    """What placements and transport cost, from the authority's ledger of commitments, and how many there are.

    ``provision`` is a column of the SEN2 release or a destination, or ``all`` of the kind, or ``inmss``: these overlap.
    On a day ``pounds a year`` is what the commitments of that day cost in a year; in a window ``pounds`` is what its
    days cost. ``fewest behind`` is the smaller number of children and providers behind the money, and ``largest
    pounds`` the most that one of them makes up: both are for disclosure control alone.
    """

    kind: str = pa.Field(isin=("placement", "transport"))
    provision: str = pa.Field(isin=("all", "inmss", *PLACEMENTS, *DESTINATIONS))
    what: str = pa.Field(isin=("children", "providers", "pounds a year", "pounds", "fewest behind", "largest pounds"))
    count: float = pa.Field(nullable=True)

    class Config:
        metadata = adding_up(
            Sum(
                "costs by provision",
                rows("costs", provision="all"),
                rows("costs", left_out={"provision": ("all", "inmss")}),
                ("kind", "what"),
            ),
            Sum(
                "costs of independent and non-maintained special schools",
                rows("costs", provision="inmss"),
                rows("costs", provision=INMSS),
                ("kind", "what"),
            ),
        )


class Scenarios(Tidy):
    """The deficit paths of the grant application, £, as printed (to £0.1m).

    ``period`` is the reading chosen of ``period_printed``; ``year_kind`` says what the document says
    of it. A cumulative deficit is a balance, so its period is the year's last day.
    """

    scenario: str = pa.Field(isin=("Unmitigated", "Target", "Stretch"))
    measure: str = pa.Field(isin=("expenditure", "cumulative deficit"))
    period_printed: str = text()
    year_kind: str = pa.Field(isin=("not stated", "financial", "academic", "calendar"))
    pounds: float = pa.Field(nullable=True)
    printed: str = text()
    section: str = text()
    page: str = text()


class PrintedFigures(Tidy):
    """Figures as a report printed them, to stand beside the results and never among them.

    ``metric_id`` and ``breakdown`` name the measure that the printed label says it is; ``period`` is
    the period that the label most plainly means. ``value`` is the number in ``printed``.
    """

    metric_id: str = text()
    breakdown: str = text()
    label_printed: str = text()
    period_printed: str = text()
    value: float = pa.Field(nullable=True)
    printed: str = text()
    section: str = text()
    page: str = text()
