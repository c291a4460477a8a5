"""The columns of the return's sheets: what each holds, how it is written, and what a cell of it may hold."""

from __future__ import annotations

from dataclasses import dataclass

from dbv_analysis.inputs.quarterly_return.read import (
    ALL_LINES,
    FIGURES,
    FILL_IN,
    GRANT,
    MILESTONES,
    PHASES,
    RISKS,
    Sheet,
)
from dbv_analysis.model.period import HOW_TO_WRITE
from dbv_analysis.model.project_lists import PHASES as KNOWN_PHASES
from dbv_analysis.model.project_lists import RATINGS, STATUSES
from dbv_analysis.model.units import SYMBOLS
from dbv_analysis.model.wording import listed

# What a cell to fill in may hold, beside a list of words.
FIGURE, MONEY, PERIOD, DAY, MONTH = "figure", "money", "period", "day", "month"

A_SYMBOL = f"or one of the symbols {listed(SYMBOLS, 'or')}"
DIGITS = "Digits only: no £, no comma, no %"


@dataclass(frozen=True)
class Column:
    """A column of a sheet, in the words of its header, and what the sheet "Read me" says of it.

    ``holds`` is what a cell to fill in may hold, a list of words or one of the kinds above; empty for a column
    that is there to be read. ``unit`` stands behind the name in the header.
    """

    name: str
    width: int
    what: str
    written: str = ""
    example: str = ""
    unit: str = ""
    holds: str | tuple[str, ...] = ""

    @property
    def header(self) -> str:
        return f"{FILL_IN if self.holds else ''}{self.name}{f' ({self.unit})' if self.unit else ''}"


NOTE = Column("note", 24, "Yours to use. Nothing in it is read.", unit="not read")
QUARTER = Column("quarter", 13, "The quarter that the row is about. Leave it as it is.", example="2024-25-Q3")
WORKSTREAM = Column("workstream", 13, "Which workstream it belongs to.")
ELEMENT = Column("element", 30, "The part of the workstream.")


def _money(name: str, what: str) -> Column:
    return Column(name, 18, what, f"{DIGITS}; {A_SYMBOL}.", "12500", "£", MONEY)


_RATINGS = [f"{letter} ({meaning.lower()})" for letter, meaning in RATINGS.items()]

COLUMNS: dict[Sheet, tuple[Column, ...]] = {
    FIGURES: (
        Column("section", 13, "The page of the pack on which the figure stands."),
        Column("measure", 34, "What is counted. What exactly, is told at the end of this sheet."),
        Column("breakdown", 26, "Which part of it is asked for. Total is all of it."),
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
            "What the period may be; the arrow in the cell to its left puts it in. Where the figure is about other "
            "days, write those. Empty: say yourself which days the figure is about.",
        ),
        NOTE,
        Column("last value", 12, "The newest figure known, reported or published. Never read as a new one."),
        Column("last period", 25, "The period that it was about."),
        Column("last as at", 12, "The day to which it referred."),
        Column("metric_id", 26, "The measure's name in `dbv metrics`. Leave it as it is."),
    ),
    GRANT: (
        QUARTER,
        Column("workstream", 24, "Which workstream the line belongs to. It may be empty."),
        Column(
            "line",
            34,
            f"The grant line; “{ALL_LINES}” is the total that the ledger shows for the quarter, whether or not the "
            "lines add up to it. For a new line, fill in one of the rows at the end, and keep its name from then on.",
        ),
        _money("projected", "What the line was expected to cost in this quarter."),
        _money("spend", f"What was spent in this quarter. Needed for “{ALL_LINES}” wherever a line is filled in."),
        _money(
            "spend to date",
            "What was spent from the programme's start to the end of this quarter. Fill it in for every line that has "
            "spent anything, in this quarter or before.",
        ),
        NOTE,
        Column("planned profile", 16, "What the application planned for this quarter, under this line.", unit="£"),
        Column("last quarter", 13, "The newest quarter reported before."),
        Column("last projected", 16, "As reported then. Never read as a new figure.", unit="£"),
        Column("last spend", 15, "As reported then. Never read as a new figure.", unit="£"),
        Column("last spend to date", 15, "As reported then. Never read as a new figure.", unit="£"),
    ),
    PHASES: (
        QUARTER,
        WORKSTREAM,
        ELEMENT,
        Column(
            "phase", 18, "The phase that it is in.", f"{listed(KNOWN_PHASES, 'or')}.", "Pilot", holds=KNOWN_PHASES
        ),
        Column("status", 18, "How it stands.", f"{listed(STATUSES, 'or')}.", "On track", holds=STATUSES),
        NOTE,
        Column("planned phase", 18, "The phase that the application planned for this quarter."),
        Column("last quarter", 13, "The newest quarter reported before."),
        Column("last phase", 18, "The phase reported then."),
        Column("last status", 18, "The status reported then."),
    ),
    RISKS: (
        Column("number", 9, "The risk's number in the register. A new risk takes the next, below the last row."),
        WORKSTREAM,
        Column("element", 20, "The part of the workstream."),
        Column("risk", 30, "What may happen. It may be reworded: it is read as it stands."),
        Column("impact", 30, "What would follow. It may be reworded."),
        Column("mitigation", 34, "What is done about it. It may be reworded."),
        Column("owner", 18, "Who answers for it: a role, never a name.", unit="role"),
        Column(
            "rating",
            16,
            "How grave it is now. Rate every risk that still stands, changed or not: the pack counts those rated.",
            f"{listed(_RATINGS, 'or')}.",
            "M",
            holds=tuple(RATINGS),
        ),
        Column("review", 16, "The month of the next review.", "Year-month.", "2025-03", "month", MONTH),
        NOTE,
        Column("last rating", 12, "The rating given last."),
        Column("last review", 13, "The month of review given last."),
        Column("last as at", 12, "The day on which both were given."),
    ),
    MILESTONES: (
        WORKSTREAM,
        Column("milestone", 40, "What is to be reached."),
        Column("due", 12, "The month in which it is due.", unit="month"),
        Column("due_printed", 22, "The month as the application prints it."),
        Column(
            "done", 16, "The day on which it was reached. Empty: not reached yet.", "Year-month-day.", "2024-11-15",
            "day", DAY,
        ),
        NOTE,
        Column("last done", 14, "The day reported before, if one was."),
    ),
}  # fmt: skip
