"""Charts and tables of the programme's lists: phases, tasks, risks and the others."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from dbv_analysis.charts import Cell, Task, heat_map, timeline
from dbv_analysis.findings.progress import (
    DONE,
    GOES_ON,
    PAST,
    TO_COME,
    UNDER_WAY,
    first_day,
    last_day,
    milestones,
    phases,
    risks,
    tasks,
)
from dbv_analysis.model.blocks import Blocks, Figure, Paragraphs, Table, paragraphs
from dbv_analysis.model.period import format_day
from dbv_analysis.model.project_lists import PHASES, RATINGS
from dbv_analysis.model.wording import listed
from dbv_analysis.pages import provenance
from dbv_analysis.results.evidence import Evidence

STATES = {DONE: "done", PAST: "not reported done", UNDER_WAY: "under way", TO_COME: "to come", GOES_ON: "goes on"}


def project_list(
    evidence: Evidence, name: str, caption: str, columns: Mapping[str, str], where: Mapping[str, str]
) -> Table | None:
    """A table of a list's entries as they were at the cut-off; None where there is none.

    ``columns`` are the list's, each with its heading; ``where`` keeps the entries of which each
    column holds its value.
    """
    rows = evidence.project_list(name)
    for column, value in where.items():
        rows = rows[rows[column] == value]
    if rows.empty:
        return None
    cells = [[_cell(row, column) for column in columns] for row in rows.to_dict("records")]
    return Table(
        caption,
        list(columns.values()),
        cells,
        text_columns=len(columns),
        notes=provenance.project_list_caption(evidence, name),
    )


def _cell(row: dict, column: str) -> str:
    if column == "count":
        return row["symbol"] or f"{row['count']:,.0f}"
    return str(row[column]) or "not stated"


def phases_now(evidence: Evidence) -> Figure | None:
    """Each element's phase in the quarter: planned, and as the report says it in its summary and in its detail."""
    rows = phases(evidence)
    if rows.empty:
        return None
    columns = {
        "Planned": ("planned", ""),
        "Report's summary": ("summary", "status_summary"),
        "Report's detail": ("detail", "status_detail"),
    }
    cells = []
    for row in rows.to_dict("records"):
        for column, (phase, status) in columns.items():
            if row[phase]:
                text = f"{row[status]}, {row[phase].lower()}" if status and row[status] else row[phase]
                cells.append(Cell(row["element"], column, text, PHASES.index(row[phase])))
    reported = [column for column in columns if any(cell.column == column for cell in cells)]
    return heat_map(
        cells,
        rows=list(rows["element"]),
        columns=reported,
        title=_said_of_phases(rows),
        measure=f"Phase of each element, {evidence.quarter}",
        caption=[
            *provenance.project_list_caption(evidence, "phases"),
            "Darker is later: co-design, implementation, pilot, sustain.",
        ],
        row_header="Element",
        empty="not reported",
    )


def _said_of_phases(rows: pd.DataFrame) -> str:
    reported = int((rows["detail"] != "").sum())
    if not reported:
        return "Phases planned for this quarter"
    contradicted = int((~rows["agrees"]).sum())
    if contradicted:
        return f"The report contradicts itself on {contradicted} of {len(rows)} elements"
    if reported < len(rows):
        return f"{reported} of {len(rows)} elements were reported"
    return "Every element was reported, and none in two ways"


def phase_plan(evidence: Evidence) -> Figure | None:
    """The phases planned for every quarter, an element a row."""
    rows = evidence.project_list("phases")
    rows = rows[rows["said_in"] == "plan"]
    if rows.empty:
        return None
    quarters = sorted(rows["quarter"].unique())
    return heat_map(
        [Cell(row.element, row.quarter, row.phase, PHASES.index(row.phase)) for row in rows.itertuples()],
        rows=list(rows["element"].unique()),
        columns=quarters,
        title="Every element is to be sustained by the end of the second year"
        if set(rows.loc[rows["quarter"] == quarters[-1], "phase"]) == {"Sustain"}
        else "Phases as planned",
        measure="Phases planned, by quarter",
        caption=provenance.project_list_caption(evidence, "phases"),
        row_header="Element",
        empty="not planned",
    )


def risk_map(evidence: Evidence) -> Figure | None:
    """The risks by element and rating, with the month of each review and whether it is over."""
    rows = risks(evidence)
    if rows.empty:
        return None
    cells = []
    for (element, rating), group in rows.groupby(["element", "rating"], sort=False):
        reviews = [f"{row.number} ({row.review}{', overdue' if row.overdue else ''})" for row in group.itertuples()]
        cells.append(Cell(element, RATINGS[rating], listed(reviews), list(RATINGS).index(rating) + 1))
    late = int(rows["overdue"].sum())
    return heat_map(
        cells,
        rows=list(rows["element"].unique()),
        columns=[RATINGS[rating] for rating in RATINGS],
        title=f"{late} of {len(rows)} risks are past their review" if late else "No risk is past its review",
        measure="Risks by element and rating: number, month of review",
        empty="no risk",
        caption=provenance.project_list_caption(evidence, "risks"),
        row_header="Element",
    )


def plan_phases(evidence: Evidence) -> Figure | None:
    """The phases of every plan as a timeline."""
    rows = evidence.project_list("tasks")
    rows = rows[(rows["kind"] == "phase") & (rows["starts"] != "")]
    if rows.empty:
        return None
    day = evidence.cut_off
    drawn = []
    for row in rows.itertuples():
        start, end = first_day(row.starts), last_day(row.ends)
        state = "over" if end and end < day else "to come" if start > day else "under way"
        drawn.append(Task(row.plan_title, row.phase, start, end, state))
    now = sum(task.status == "under way" for task in drawn)
    return timeline(
        drawn,
        today=day,
        title=f"{now} of {len(drawn)} planned phases were under way on {format_day(day)}",
        measure="Phases of the implementation plan",
        caption=provenance.project_list_caption(evidence, "tasks"),
    )


def plan_tasks(evidence: Evidence, plan: str) -> Figure | None:
    """The tasks of one plan as a timeline, each with its state at the cut-off."""
    rows = tasks(evidence)
    rows = rows[rows["plan"] == plan]
    dated = rows[rows["start"].notna()]
    if dated.empty:
        return None
    past = int((rows["state"] == PAST).sum())
    title = f"{dated.iloc[0]['plan_title']} (plan {plan})"
    return timeline(
        [Task(row.phase, row.task, row.start, row.end, STATES[row.state]) for row in dated.itertuples()],
        today=evidence.cut_off,
        title=f"{title}: {past} of {len(rows)} tasks past their end and not reported done"
        if past
        else f"{title}: no task past its end",
        measure=f"Tasks of {title}",
        caption=[
            *provenance.project_list_caption(evidence, "tasks"),
            *(
                [f"Without a month: {listed(rows.loc[rows['start'].isna(), 'task'])}."]
                if rows["start"].isna().any()
                else []
            ),
        ],
    )


def milestone_table(evidence: Evidence) -> Table | None:
    """The milestones of both workstreams, each with its state at the cut-off."""
    rows = milestones(evidence)
    if rows.empty:
        return None
    return Table(
        f"Milestones on {format_day(evidence.cut_off)}",
        ["Milestone", "Workstream", "Due", "State"],
        [[row.milestone, row.workstream, row.due_printed or row.due, STATES[row.state]] for row in rows.itertuples()],
        text_columns=4,
        notes=provenance.project_list_caption(evidence, "milestones"),
    )


def lines_and_opportunities(evidence: Evidence) -> Table | None:
    """Each opportunity with the grant lines that the application says serve it."""
    opportunities, lines = evidence.project_list("opportunities"), evidence.project_list("grant_lines")
    if opportunities.empty:
        return None
    cells = []
    for opportunity in opportunities.itertuples():
        serve = [line.line for line in lines.itertuples() if opportunity.number in line.opportunities.split()]
        cells.append(
            [opportunity.number, opportunity.opportunity, opportunity.rather_than, "; ".join(serve) or "no line"]
        )
    return Table(
        "The six opportunities and the grant lines that serve them",
        ["Opportunity", "Goals could be met", "Rather than", "Grant lines"],
        cells,
        text_columns=4,
        notes=provenance.project_list_caption(evidence, "grant_lines"),
    )


class ProjectListPage:
    """A page that shows the lists that the programme keeps; it remembers which it has shown."""

    def __init__(self, evidence: Evidence):
        self.evidence = evidence
        self._lists: list[str] = []

    def project_list(self, name: str, caption: str, columns: dict[str, str], **where: str) -> Table | Paragraphs:
        """A list that the programme keeps, as it stood at the cut-off: ``columns`` and the words that head them."""
        self._list(name)
        return project_list(self.evidence, name, caption, columns, where) or not_there(caption)

    def phases_now(self) -> Figure | Paragraphs:
        """Each element's phase in this quarter: planned, and as the report says it twice."""
        self._list("phases")
        return phases_now(self.evidence) or not_there("Phases of this quarter")

    def phase_plan(self) -> Figure | Paragraphs:
        """The phases planned for every quarter."""
        self._list("phases")
        return phase_plan(self.evidence) or not_there("Phases planned")

    def risk_map(self) -> Figure | Paragraphs:
        """The risks by element and rating, with their reviews."""
        self._list("risks")
        return risk_map(self.evidence) or not_there("The risk register")

    def plan_phases(self) -> Figure | Paragraphs:
        """The phases of the implementation plan as a timeline."""
        self._list("tasks")
        return plan_phases(self.evidence) or not_there("The implementation plan")

    def plan_tasks(self) -> Blocks | Paragraphs:
        """The tasks of each plan as a timeline, a chart a plan."""
        self._list("tasks")
        plans = self.evidence.project_list("tasks")["plan"].unique()
        drawn = [plan_tasks(self.evidence, plan) for plan in plans]
        drawn = [figure for figure in drawn if figure]
        return Blocks(drawn) if drawn else not_there("The tasks of the implementation plan")

    def milestones(self) -> Table | Paragraphs:
        """The milestones, each with its state at the cut-off."""
        self._list("milestones")
        return milestone_table(self.evidence) or not_there("The milestones")

    def lines_and_opportunities(self) -> Table | Paragraphs:
        """Which grant lines serve each of the opportunities."""
        self._list("opportunities")
        self._list("grant_lines")
        return lines_and_opportunities(self.evidence) or not_there("The opportunities")

    def _list(self, name: str) -> None:
        if name not in self._lists:
            self._lists.append(name)


def not_there(what: str) -> Paragraphs:
    """That a list, or whatever else was asked for, had not been published."""
    return paragraphs(f"{what}: nothing had been published by the cut-off.")
