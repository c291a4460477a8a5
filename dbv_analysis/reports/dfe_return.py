"""The quarterly return to the DfE, in the order and with the headings of its form."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from dbv_analysis.findings.delivery import behind_plan, contradictions, past_their_end, reviews
from dbv_analysis.findings.progress import phases as phases_in_quarter
from dbv_analysis.model.authority import Workstream
from dbv_analysis.model.blocks import Paragraphs, Table, paragraphs
from dbv_analysis.model.period import format_day
from dbv_analysis.model.wording import lower_first
from dbv_analysis.reports.document import Document
from dbv_analysis.reports.draft import Draft, Narrative
from dbv_analysis.results.evidence import Evidence

SUMMARY, GRANT = "Summary of progress", "Grant expenditure"
ELSE, PROBLEMS, APPENDICES = "Anything else", "Problems", "Appendices"
OF_A_WORKSTREAM = {
    "summary": "An overview of progress, including risks, mitigations or significant successes.",
    "impact": "Any emerging impact, aligned with the implementation plan. Say no more than the tables bear: a figure "
    "from before the programme began cannot show what it did.",
    "slippage": "Whether there has been any slippage in delivery plans, of what, and what is done about it.",
    "opportunities": "Overall progress on the opportunities, the implementation plan and the DSG management plan.",
}


def wants(phases: pd.DataFrame, workstreams: Sequence[Workstream]) -> dict[str, str]:
    """Every part of the narrative that the return asks for, in order, with what it should tell.

    ``phases`` is the register that names the elements of each workstream.
    """
    parts = {
        SUMMARY: "Progress in the quarter against the agreed implementation plan: what was done, when, by which role. "
        "No names of people.",
        GRANT: "What the spending was for, what is committed, and why it differs from the profile.",
    }
    for number in (workstream.number for workstream in workstreams):
        parts[_part(number, "summary")] = OF_A_WORKSTREAM["summary"]
        for element in _elements(phases, number):
            parts[element] = (
                f"Key milestones of this element in the quarter, with their evidence (workstream {number})."
            )
        for name in ("impact", "slippage", "opportunities"):
            parts[_part(number, name)] = OF_A_WORKSTREAM[name]
    parts[ELSE] = "Anything else to raise."
    parts[PROBLEMS] = "Problems with which the DfE's support would help, where feasible."
    parts[APPENDICES] = "What is attached: the grant application, media articles, the local offer page."
    return parts


def _part(number: str, name: str) -> str:
    return f"Workstream {number}: {name}"


def _elements(phases: pd.DataFrame, number: str) -> list[str]:
    return list(dict.fromkeys(phases.loc[phases["workstream"] == number, "element"]))


def compose(evidence: Evidence, narrative: Narrative) -> Document:
    """The return: figures from the results, narrative as written, and a mark for each part that is not."""
    draft = Draft(evidence, narrative, wants(evidence.lists["phases"], evidence.programme.workstreams))
    draft.heading(1, "Provide a summary of progress to date in relation to the agreed implementation plan")
    draft.add_narrative(SUMMARY)
    draft.heading(1, "Grant expenditure summary")
    grant = draft.page("Grant")
    draft.add(grant.headline(), grant.spent_and_planned("grant_spend", "grant_profile"))
    draft.add(grant.quarters("grant_spend"), grant.quarters("grant_projected"), grant.sureness())
    draft.add_narrative(GRANT)
    for workstream in evidence.programme.workstreams:
        draft.heading(1, f"Workstream {workstream.number}: {workstream.title}")
        _workstream(draft, workstream)
    draft.heading(1, "Is there anything else you would like to raise in this report?")
    draft.add_narrative(ELSE)
    draft.heading(1, "Have you encountered problems where you'd like DfE's support, where feasible, to address?")
    draft.add_narrative(PROBLEMS)
    draft.heading(1, "Appendices")
    draft.add_narrative(APPENDICES)
    settings = evidence.programme.quarters.get(str(evidence.quarter))
    label = settings.printed_label if settings and settings.printed_label else evidence.quarter.title
    return draft.document(
        title=f"Report prepared for the DfE for {label}",
        subject=f"{evidence.area}, {evidence.programme.programme.name}, quarterly return {evidence.quarter}",
        about=[
            f"{evidence.quarter.title}. Figures first published by {format_day(evidence.cut_off)}.",
            "Prepared by the programme lead. Every figure is the one of the evidence pack of the same quarter.",
        ],
    )


def _workstream(draft: Draft, workstream: Workstream) -> None:
    """A workstream's part of the return; what is of the whole authority stands in the first's."""
    evidence, number = draft.evidence, workstream.number
    first = evidence.programme.workstreams[0]
    draft.heading(2, "Workstream summary")
    draft.add(_phases(evidence, number))
    draft.add(Paragraphs(_of(contradictions(evidence) + behind_plan(evidence), evidence, number), listed=True))
    if workstream is first:
        draft.add(Paragraphs([*past_their_end(evidence), *reviews(evidence)], listed=True))
    draft.add_narrative(_part(number, "summary"))
    draft.heading(2, "Evidence and progress")
    reported = {row.element: row for row in phases_in_quarter(evidence).itertuples()}
    elements = _elements(evidence.lists["phases"], number)
    if not elements:
        draft.add(paragraphs("No element of this workstream is among the inputs."))
    for element in elements:
        row = reported.get(element)
        state = (
            f" – {row.status_detail} ({lower_first(row.detail)} phase)" if row is not None and row.status_detail else ""
        )
        draft.heading(3, f"WS {number} – {element}{state}")
        draft.add_narrative(element)
    draft.heading(2, "Measuring impact")
    draft.add_narrative(_part(number, "impact"))
    _indicators(draft, workstream)
    if workstream is first:
        _impact(draft)
    else:
        draft.heading(3, "Top level measures")
        draft.add(
            paragraphs(
                "The top-level measures and the current position are those of the whole authority. They stand once, "
                f"under workstream {first.number}, so that no figure is printed twice."
            )
        )
    draft.heading(2, "Has there been any slippage in delivery plans?")
    draft.add_narrative(_part(number, "slippage"))
    draft.heading(2, "Overall progress on total opportunities including, implementation plan and DSG management plan")
    draft.add_narrative(_part(number, "opportunities"))
    if workstream is first:
        deficit = draft.page("Deficit")
        draft.add(
            deficit.headline(), deficit.paths("dsg_cumulative_deficit", first=evidence.programme.programme.budget_path)
        )


def _phases(evidence: Evidence, number: str) -> Table | Paragraphs:
    rows = phases_in_quarter(evidence)
    rows = rows[rows["workstream"] == number]
    if rows.empty:
        return paragraphs("Nothing had been planned or reported for this quarter by the cut-off.")
    return Table(
        f"Milestones, {evidence.quarter}: each element's state and phase",
        ["Element", "Reported", "Phase reported", "Phase planned"],
        [
            [
                row.element,
                row.status_detail or "not reported",
                row.detail or "not reported",
                row.planned or "not stated",
            ]
            for row in rows.itertuples()
        ],
        text_columns=4,
    )


def _of(lines: list[str], evidence: Evidence, number: str) -> list[str]:
    """Those of the sentences that speak of an element of the workstream."""
    return [line for line in lines if any(element in line for element in _elements(evidence.lists["phases"], number))]


def _indicators(draft: Draft, workstream: Workstream) -> None:
    delivery = draft.page("Delivery")
    draft.heading(3, "Short term indicators")
    draft.add(*(delivery.now_and_before(*table.measures, caption=table.caption) for table in workstream.indicators))
    if workstream is draft.evidence.programme.workstreams[0]:
        draft.add(delivery.promised())


def _impact(draft: Draft) -> None:
    """Absence, top-level measures and the current position, in the order of the report."""
    attendance, plans, placements, exclusions, spend = (
        draft.page(name) for name in ("Attendance", "Plans", "Placements", "Exclusions", "High needs spend")
    )
    draft.heading(3, "Overall absence")
    draft.add(
        attendance.breakdowns("overall_absence_percent"),
        attendance.parts_of_a_year("overall_absence_percent"),
        attendance.sureness(),
    )
    draft.heading(3, "Top level measures")
    draft.add(
        plans.headline(),
        plans.table(
            "requests_count", "new_plans_count", "plans_ceased_count", caption="requests, new plans, plans ceased"
        ),
        plans.as_printed("requests_count", "new_plans_count"),
        placements.headline(),
        placements.table(
            "placement_mainstream_percent",
            "placement_state_special_percent",
            "placement_inmss_percent",
            caption="placements, share of all plans, per cent",
        ),
        spend.now_and_before(
            "inmss_schools_count",
            "inmss_placements_count",
            "inmss_unit_cost_average",
            "inmss_open_searches_count",
            caption="independent and non-maintained special schools (INMSS)",
        ),
        exclusions.now_and_before(
            "suspensions_count", "exclusions_count", caption="suspensions and permanent exclusions, all pupils"
        ),
        exclusions.headline(),
        exclusions.now_and_before("ehe_plans_count", caption="home education with a plan"),
        spend.now_and_before(
            "transport_pupils_count", "transport_spend", "transport_unit_cost_average", caption="SEND transport"
        ),
    )
    evidence = draft.evidence
    draft.heading(
        3,
        f"Report on the current position of {evidence.area} as of {format_day(evidence.cut_off)} for children and "
        "young people with EHC plans",
    )
    draft.add(paragraphs("Six measures, each with what limits it."))
    draft.heading(3, "1. Percentage 20 weeks timeliness, and 2. percentage of assessments agreed")
    draft.add(
        plans.table(
            "plans_20_weeks_percent",
            "plans_20_weeks_excl_exceptions_percent",
            "assessments_agreed_percent",
            caption="plans issued in time and assessments that led to a plan, per cent",
        ),
        plans.parts_of_a_year(
            "plans_20_weeks_percent", "plans_20_weeks_excl_exceptions_percent", "assessments_agreed_percent"
        ),
        plans.sureness(),
    )
    draft.heading(3, "3. Percentage in independent and non-maintained special schools")
    draft.add(placements.trend("placement_inmss_percent"), placements.sureness())
    draft.heading(3, "4. Attendance")
    draft.add(attendance.trend("overall_absence_percent", "EHC plan"))
    draft.heading(3, "5. Suspensions")
    draft.add(exclusions.season("suspension_rate", "EHC plan"), exclusions.sureness())
    draft.heading(3, "6. Permanent exclusions")
    draft.add(exclusions.season("exclusion_rate", "EHC plan"))
