"""The Annual Impact Assessment: what changed, whether the programme did it, and what cannot be told yet."""

from __future__ import annotations

from dbv_analysis.model.blocks import Block
from dbv_analysis.model.period import format_day
from dbv_analysis.reports.document import Document
from dbv_analysis.reports.draft import Draft, Narrative
from dbv_analysis.results.evidence import Evidence

JUDGEMENT = "Annual impact: judgement"
WANTS = {
    JUDGEMENT: "What the authority makes of this year's evidence, and what it will do. Claim no more than the grades "
    "allow: a measure that is only monitored shows no impact."
}


def compose(evidence: Evidence, narrative: Narrative) -> Document:
    """The board's five questions over every section, in the order in which a board asks them."""
    draft = Draft(evidence, narrative, WANTS)
    summary = draft.summary
    draft.heading(1, "Is it getting better?")
    draft.add(summary.answer(), summary.key_figures(), summary.here_and_elsewhere(), summary.balancing_measures())
    draft.heading(1, "Did the programme do it?")
    draft.add(summary.summary())
    for section in evidence.sections:
        page = draft.page(section)
        draft.heading(2, section)
        draft.add(page.headline(), _chart(draft, section), page.sureness(), page.grades())
    draft.heading(1, "Is it enough?")
    draft.add(
        draft.page("Deficit").funding_agreement(), draft.page("Grant").quarters("grant_spend"), summary.promised()
    )
    draft.heading(1, "What must be decided?")
    draft.add(summary.decisions())
    draft.add_narrative(JUDGEMENT)
    draft.heading(1, "Can it be trusted?")
    draft.heading(2, "What cannot be told yet, and when")
    draft.add(summary.not_yet())
    draft.heading(2, "What the last reports got wrong")
    draft.add(summary.corrections())
    first = evidence.start
    return draft.document(
        title="Annual Impact Assessment",
        subject=f"{evidence.area}, {evidence.programme.programme.name}, as at {evidence.quarter}",
        about=[
            f"{evidence.quarter.title}. Figures first published by {format_day(evidence.cut_off)}.",
            f"The programme began on {format_day(first)}. This assessment is due each May; between, it shows how the "
            "evidence stands.",
        ],
    )


CHARTS = {
    "Deficit": lambda page: page.paths("dsg_cumulative_deficit", first=page.evidence.programme.programme.budget_path),
    "High needs spend": lambda page: (
        page.unit_range() if page.evidence.programme.unit else page.bars("transport_spend")
    ),
    "Plans": lambda page: page.trend("plans_20_weeks_percent"),
    "Placements": lambda page: page.trend("placement_special_percent"),
    "Attendance": lambda page: page.trend("overall_absence_percent", "EHC plan"),
    "Exclusions": lambda page: page.a_term("suspensions_count"),
    "Grant": lambda page: page.spent_and_planned("grant_spend", "grant_profile"),
    "Delivery": lambda page: page.phases_now(),
    "Voice": lambda page: page.bars("survey_respondents_count"),
}


def _chart(draft: Draft, section: str) -> Block:
    """The chart that a section's page begins with; every measure of a section that has none of its own."""
    page = draft.page(section)
    return CHARTS[section](page) if section in CHARTS else page.other_measures()
