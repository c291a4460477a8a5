"""The findings of each section of the pack: those of its own module, or plain sentences where it has none."""

from __future__ import annotations

from dbv_analysis.findings import (
    Findings,
    attendance,
    deficit,
    delivery,
    exclusions,
    graded,
    grant,
    high_needs_spend,
    placements,
    plans,
    voice,
)
from dbv_analysis.model.wording import listed
from dbv_analysis.results.evidence import Evidence

# Each finds what its section says, or None where too little is known for its own sentences.
FIND = {
    "Deficit": deficit.find,
    "High needs spend": high_needs_spend.find,
    "Plans": plans.find,
    "Placements": placements.find,
    "Attendance": attendance.find,
    "Exclusions": exclusions.find,
    "Grant": grant.find,
    "Delivery": delivery.find,
    "Voice": voice.find,
}


def find(section: str, evidence: Evidence) -> Findings:
    """The findings of a section: its own sentences, or plain ones from the newest figures of its metrics."""
    return evidence.cached((find, section), lambda: _find(section, evidence))


def _find(section: str, evidence: Evidence) -> Findings:
    own = FIND[section](evidence) if section in FIND else None
    return own or _plain(section, evidence)


def _plain(section: str, evidence: Evidence) -> Findings:
    sentences, missing, first = [], [], ()
    for metric in evidence.in_section(section):
        rows = evidence.whole(metric.id)
        rows = evidence.rows(metric.id) if rows.empty else rows
        if rows.empty:
            missing.append(metric.title)
            continue
        newest = rows.iloc[-1]
        first = first or (metric.id, newest["breakdown"])
        sentences.append(f"{metric.titled(newest['breakdown'])}: {evidence.write(newest)} in {newest['period_label']}")
    if not sentences:
        return Findings(
            f"No figures for {section} had been published by the cut-off",
            ["There is nothing to be sure of yet."],
            not_yet=[f"{listed(missing)}: no figure yet."] if missing else [],
        )
    return Findings(
        sentences[0], graded(evidence.series(*first)), not_yet=[f"{title}: no figure yet." for title in missing]
    )
