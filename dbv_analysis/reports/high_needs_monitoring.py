"""The High Needs Funding Allocation & Monitoring report, each quarter: what there is, what it costs, what it buys."""

from __future__ import annotations

from dbv_analysis.model.period import format_day
from dbv_analysis.model.wording import upper_first
from dbv_analysis.reports.document import Document
from dbv_analysis.reports.draft import Draft, Narrative
from dbv_analysis.results.evidence import Evidence

ACTIONS = "High needs: actions"
WANTS = {ACTIONS: "What is done about the pressures that these figures show, by which role and by when. No names."}


def compose(evidence: Evidence, narrative: Narrative) -> Document:
    """Funding, spending, placements, transport and the grant, from the results of the same pack."""
    draft = Draft(evidence, narrative, WANTS)
    deficit, spend, placements, grant = (
        draft.page(name) for name in ("Deficit", "High needs spend", "Placements", "Grant")
    )
    draft.heading(1, "In short")
    for page in (deficit, spend, placements, grant):
        draft.add(page.headline())
    draft.heading(1, "Funding allocated and spending")
    draft.add(
        spend.breakdowns("high_needs_block"),
        deficit.breakdowns("dsg_expenditure"),
        deficit.funding_agreement(),
        spend.promised(),
    )
    draft.heading(1, "The deficit")
    draft.add(
        deficit.paths("dsg_cumulative_deficit", first=evidence.programme.programme.budget_path),
        deficit.breakdowns("dsg_in_year_deficit"),
        deficit.sureness(),
    )
    draft.heading(1, "Placements, and what they cost")
    draft.add(
        placements.trend("placement_inmss_percent"),
        placements.counts(
            "placement_mainstream_percent",
            "placement_special_percent",
            "placement_inmss_percent",
            of="All plans",
            caption="plans behind the shares that cost most, number",
        ),
        spend.now_and_before(
            "inmss_schools_count",
            "inmss_placements_count",
            "inmss_unit_cost_average",
            "inmss_open_searches_count",
            caption="independent and non-maintained special schools (INMSS)",
        ),
    )
    draft.heading(1, "SEND transport")
    draft.add(
        spend.bars("transport_spend"),
        spend.now_and_before(
            "transport_pupils_count", "transport_spend", "transport_unit_cost_average", caption="SEND transport"
        ),
    )
    draft.heading(1, "The same children")
    draft.add(draft.summary.balancing_measures())
    unit = evidence.programme.unit
    if unit:
        draft.heading(1, upper_first(unit.one))
        ids = unit.cost, unit.saving, unit.claimed
        draft.add(spend.unit_range(), spend.now_and_before(*ids, caption="what a unit costs and saves, as a range"))
    draft.heading(1, "The grant")
    draft.add(grant.spent_and_planned("grant_spend", "grant_profile"), grant.quarters("grant_spend"), grant.sureness())
    draft.heading(1, "How sure are we")
    draft.add(spend.sureness())
    draft.heading(1, "What is done about it")
    draft.add_narrative(ACTIONS)
    draft.heading(1, "What counts")
    draft.add(spend.definitions())
    return draft.document(
        title="High Needs Funding Allocation & Monitoring Report",
        subject=f"{evidence.area}, {evidence.programme.programme.name}, {evidence.quarter}",
        about=[f"{evidence.quarter.title}. Figures first published by {format_day(evidence.cut_off)}."],
    )
