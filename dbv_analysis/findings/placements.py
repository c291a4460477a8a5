"""What the placements say: shares and numbers, and whether recording alone explains the change."""

from __future__ import annotations

from dbv_analysis.blocks import KeyFigure
from dbv_analysis.compare import Change, change
from dbv_analysis.disclosure import shown
from dbv_analysis.evidence import Evidence
from dbv_analysis.findings import Findings, monitoring
from dbv_analysis.periods import SEN2_CENSUS, day_in_words
from dbv_analysis.terms import lower_first

SPECIAL, INMSS = "placement_special_percent", "placement_inmss_percent"
MAINSTREAM, MAINSTREAM_KNOWN = "placement_mainstream_percent", "placement_mainstream_known_percent"


def find(evidence: Evidence) -> Findings | None:
    special = change(evidence, SPECIAL)
    if special is None or special.refusal:
        return None
    return Findings(
        headline=in_short(
            special,
            f" ({special.metric.write(special.earlier['value'])} → {special.metric.write(special.later['value'])})",
        ),
        sure=[
            monitoring(evidence, SPECIAL),
            *_elsewhere(evidence, special),
            *_recording(evidence),
            "Every plan is counted, so there is no sampling error; plans whose placement is not recorded are in the "
            "denominator.",
            "Figures from before 2023 were returned as totals and from 2023 on as persons, so no change is read "
            "across that year.",
            f"What would change our mind: {_next_count(evidence)}, set beside similar authorities.",
        ],
        key_figures=[_key_figure(evidence, metric_id) for metric_id in (SPECIAL, INMSS) if change(evidence, metric_id)],
        not_yet=[f"Whether the programme moved placements: {_next_count(evidence)}."],
    )


def in_short(special: Change, shares: str = "") -> str:
    """The share's move and the number's, which may go different ways."""
    share = {"rose": "A larger share", "fell": "A smaller share", "stayed": "The same share"}[special.verb]
    before, now = special.earlier["numerator"], special.later["numerator"]
    number = "more children are" if now > before else "fewer children are" if now < before else "as many children are"
    joined = "but" if (special.verb == "fell" and now > before) or (special.verb == "rose" and now < before) else "and"
    return f"{share} of plans is in special schools{shares}, {joined} {number} ({before:,.0f} → {now:,.0f})"


def _elsewhere(evidence: Evidence, special: Change) -> list[str]:
    """The same change in the country and the region, so that a move made everywhere is seen as one."""
    said = []
    for area in (evidence.programme.country, evidence.programme.region):
        other = change(evidence, SPECIAL, area=area.code)
        if other and not other.refusal and other.later["period_end"] == special.later["period_end"]:
            said.append(f"{area.name} {other.in_words}")
    if not said:
        return []
    return [f"The share {special.in_words}. Elsewhere: {'; '.join(said)}."]


def _recording(evidence: Evidence) -> list[str]:
    """Whether better recording could be the whole of a change: the same shares of known placements."""
    said, unknown = [], []
    for all_plans, of_known in ((SPECIAL, "placement_special_known_percent"), (MAINSTREAM, MAINSTREAM_KNOWN)):
        moved, known = change(evidence, all_plans), change(evidence, of_known)
        if moved is None or known is None or moved.refusal or known.refusal:
            continue
        unknown = [
            shown(row["denominator"] - of["denominator"], evidence.programme.disclosure, evidence.profile)
            for row, of in ((moved.earlier, known.earlier), (moved.later, known.later))
        ]
        explains = (
            "recording does not explain the move"
            if moved.verb == known.verb and abs(known.difference) >= abs(moved.difference)
            else "part of the move is recording alone"
        )
        said.append(
            f"{moved.metric.title}: {moved.verb} by {moved.size} of all plans, {known.verb} by {known.size} of known "
            f"placements, so {explains}."
        )
    if not said:
        return []
    return [f"Plans with no known placement went from {unknown[0]} to {unknown[1]}. {' '.join(said)}"]


def _next_count(evidence: Evidence) -> str:
    after = [day for day in sorted(SEN2_CENSUS.values()) if day > evidence.start]
    return (
        f"the count of {day_in_words(after[0])} is the first after the programme began" if after else "the next count"
    )


def _key_figure(evidence: Evidence, metric_id: str) -> KeyFigure:
    moved = change(evidence, metric_id)
    metric = moved.metric
    earlier = f"{metric.write(moved.earlier['value'])} in {moved.earlier['period_label']}"
    return KeyFigure(
        metric.write(moved.later["value"]),
        f"{lower_first(metric.title)}, {moved.later['period_label']}",
        "not comparable with the year before" if moved.refusal else earlier,
        "monitoring only",
    )
