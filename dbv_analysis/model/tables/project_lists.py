"""Registers: lists that the programme keeps, each entry a row.

What a register says of the same entry later stands beside what it said before; a pack takes the newest
that was out by its cut-off. ``model.project_lists.PROJECT_LISTS`` names the columns that together name an entry.
"""

from __future__ import annotations

import pandera.pandas as pa

from dbv_analysis.model.pack import SECTIONS
from dbv_analysis.model.period import Quarter
from dbv_analysis.model.project_lists import PHASES, RATINGS, STATUSES
from dbv_analysis.model.quarterly_return import DAY, NOTE, QUARTER, WORKSTREAM, Column, filled_from, naming
from dbv_analysis.model.quarterly_return import MONTH as A_MONTH
from dbv_analysis.model.tables.base import MONTH, Counts, day_or_nothing, month, period_or_nothing, text
from dbv_analysis.model.wording import listed


class _Register(Counts):
    """An entry is a record: its ``count`` is 1."""


class Measures(_Register):
    """What the documents promise to measure, and what shows it.

    ``shown_by``: ids of metrics and names of registers, apart by spaces; empty where the document names a
    measure that it does not define. ``section`` is the page that owns it. ``every``: how often it is due.
    """

    number: str = text()
    document: str = pa.Field(isin=("grant application", "quarterly report"))
    place: str = text()
    workstream: str = pa.Field(isin=("1", "2", "both"))
    level: str = pa.Field(isin=("top level", "short term", "table", "milestone", "figure"))
    measure_printed: str = text()
    shown_by: str
    section_of_pack: str = pa.Field(isin=list(SECTIONS))
    every: str = pa.Field(isin=("quarter", "term", "year", "once"))
    note: str


class Phases(_Register):
    """The phase of each element of a workstream in a quarter: as planned, and as a report says it twice."""

    workstream: str = pa.Field(isin=("1", "2"))
    element: str = text()
    quarter: str
    said_in: str = pa.Field(isin=("plan", "summary", "detail"))
    phase: str = pa.Field(isin=PHASES)
    status: str = pa.Field(isin=("", *STATUSES))
    printed: str
    section: str
    page: str

    @pa.check("quarter", element_wise=True)
    def known_quarter(cls, name: str) -> bool:
        try:
            Quarter(name)
        except ValueError:
            return False
        return True

    class Config:
        metadata = filled_from(
            "Phases",
            "phases",
            ("quarter", "element"),
            QUARTER,
            WORKSTREAM,
            naming("element", 30, "The part of the workstream."),
            Column("phase", 18, "The phase that it is in.", f"{listed(PHASES, 'or')}.", "Pilot", holds=PHASES),
            Column("status", 18, "How it stands.", f"{listed(STATUSES, 'or')}.", "On track", holds=STATUSES),
            NOTE,
            Column("planned phase", 18, "The phase that the application planned for this quarter."),
            Column("last quarter", 13, "The newest quarter reported before."),
            Column("last phase", 18, "The phase reported then."),
            Column("last status", 18, "The status reported then."),
        )


class Tasks(_Register):
    """The implementation plan's phases and tasks, with the months in which they start and end.

    ``ends`` is empty where the plan says that a task goes on; both are empty where it gives no month.
    ``done`` is the day on which it was finished, where a report says so.
    """

    workstream: str = pa.Field(isin=("1", "2"))
    plan: str = text()
    plan_title: str = text()
    number: str = text()
    phase: str = pa.Field(isin=PHASES)
    kind: str = pa.Field(isin=("phase", "task"))
    task: str = text()
    starts: str = pa.Field(str_matches=f"^$|{MONTH}")
    ends: str = pa.Field(str_matches=f"^$|{MONTH}")
    starts_printed: str
    ends_printed: str
    done: str
    section: str
    page: str

    @pa.check("done", element_wise=True)
    def known_day(cls, cell: str) -> bool:
        return day_or_nothing(cell)


class Milestones(_Register):
    """The milestones of each workstream; ``done`` is the day on which one was reached, where a report says so."""

    workstream: str = pa.Field(isin=("1", "2"))
    milestone: str = text()
    due: str = month()
    due_printed: str
    done: str
    section: str
    page: str

    @pa.check("done", element_wise=True)
    def known_day(cls, cell: str) -> bool:
        return day_or_nothing(cell)

    class Config:
        metadata = filled_from(
            "Milestones",
            "milestones",
            ("workstream", "milestone"),
            WORKSTREAM,
            naming("milestone", 40, "What is to be reached."),
            naming("due", 12, "The month in which it is due.", unit="month"),
            naming("due_printed", 22, "The month as the application prints it."),
            Column(
                "done",
                16,
                "The day on which it was reached. Empty: not reached yet.",
                "Year-month-day.",
                "2024-11-15",
                "day",
                DAY,
            ),
            NOTE,
            Column("last done", 14, "The day reported before, if one was."),
        )


class Risks(_Register):
    """The risk register. ``owner`` is a role, never a name; ``rating`` is low, medium or high."""

    number: str = text()
    workstream: str = pa.Field(isin=("1", "2"))
    element: str = text()
    risk: str = text()
    impact: str = text()
    owner: str = text()
    rating: str = pa.Field(isin=tuple(RATINGS))
    mitigation: str = text()
    review: str = month()
    review_printed: str
    section: str
    page: str

    class Config:
        metadata = filled_from(
            "Risks",
            "risks",
            ("number",),
            naming("number", 9, "The risk's number in the register. A new risk takes the next, below the last row."),
            WORKSTREAM,
            naming("element", 20, "The part of the workstream."),
            naming("risk", 30, "What may happen. It may be reworded: it is read as it stands."),
            naming("impact", 30, "What would follow. It may be reworded."),
            naming("mitigation", 34, "What is done about it. It may be reworded."),
            naming("owner", 18, "Who answers for it: a role, never a name.", unit="role"),
            Column(
                "rating",
                16,
                "How grave it is now. Rate every risk that still stands, changed or not: the pack counts those rated.",
                f"{listed([f'{letter} ({name.lower()})' for letter, name in RATINGS.items()], 'or')}.",
                "M",
                holds=tuple(RATINGS),
            ),
            Column("review", 16, "The month of the next review.", "Year-month.", "2025-03", "month", A_MONTH),
            NOTE,
            Column("last rating", 12, "The rating given last."),
            Column("last review", 13, "The month of review given last."),
            Column("last as at", 12, "The day on which both were given."),
        )


class CapitalPlaces(_Register):
    """Places that the capital programme adds, by school. ``count`` is the number of places, ``x`` where none is given.

    ``expected`` is the month in which they are to be complete, empty where none is given.
    """

    school: str = text()
    provision: str = text()
    need: str = text()
    phase: str = text()
    status: str = text()
    expected: str = pa.Field(str_matches=f"^$|{MONTH}")
    expected_printed: str
    printed: str
    section: str
    page: str


class Opportunities(_Register):
    """The application's six opportunities: where children's goals could be met, rather than where."""

    number: str = text()
    opportunity: str = text()
    rather_than: str = text()
    section: str
    page: str


class GrantLines(_Register):
    """What each grant line is for. ``opportunities`` are numbers of opportunities, apart by spaces."""

    reference: str = text()
    line: str = text()
    opportunities: str = text()
    opportunities_printed: str
    benefits: str
    section: str
    page: str


class Engagement(_Register):
    """How partners are involved: planned events, and those that a document says were held."""

    event: str = text()
    groups: str = text()
    objective: str
    method: str
    frequency: str = text()
    held: str = pa.Field(isin=("planned", "held"))
    section: str
    page: str


class Voice(_Register):
    """What people said, in the project's own words, with how many answered.

    ``respondents`` is a number, or empty where the document gives none. ``printed`` is the figure as printed,
    empty where the finding has none.
    """

    number: str = text()
    kind: str = pa.Field(isin=("survey", "case review", "workshop", "conference"))
    group: str = text()
    respondents: str = pa.Field(str_matches=r"^\d*$")
    finding: str = text()
    printed: str
    section: str
    page: str


class Claims(_Register):
    """What a report says of figures and of the work, in the project's own words, with its place in the document.

    ``kind``: a ``change`` from ``earlier`` to ``later``; a ``level`` beside the area ``against``; a ``gap`` of which
    the size is printed; a ``growth`` printed as a percentage; an ``effect`` that the programme is said to have had; a
    ``state`` of a ``topic``; an ``event`` of a ``topic``, dated ``later``. ``says`` is which way, or which state.
    ``earlier`` and ``later`` are periods as the document most plainly means them. ``printed`` is what stands there.
    """

    number: str = text()
    kind: str = pa.Field(isin=("change", "level", "gap", "growth", "effect", "state", "event"))
    claim: str = text()
    metric_id: str
    breakdown: str
    earlier: str
    later: str
    against: str = pa.Field(str_matches=r"^$|E\d{8}")
    says: str = text()
    topic: str
    printed: str = text()
    section: str
    page: str

    @pa.check("earlier", element_wise=True)
    def known_earlier(cls, cell: str) -> bool:
        return period_or_nothing(cell)

    @pa.check("later", element_wise=True)
    def known_later(cls, cell: str) -> bool:
        return period_or_nothing(cell)


SCHEMAS = {
    "measures": Measures,
    "phases": Phases,
    "tasks": Tasks,
    "milestones": Milestones,
    "risks": Risks,
    "capital_places": CapitalPlaces,
    "opportunities": Opportunities,
    "grant_lines": GrantLines,
    "engagement": Engagement,
    "voice": Voice,
    "claims": Claims,
}
