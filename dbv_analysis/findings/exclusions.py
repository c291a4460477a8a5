"""What suspensions and exclusions show, term by term: two terms are never compared with a year of three."""

from __future__ import annotations

from dbv_analysis.compare.change import Change, PerTerm, like_for_like, per_term
from dbv_analysis.compare.judge import judge
from dbv_analysis.findings import Findings, format_others, graded
from dbv_analysis.model.blocks import KeyFigure
from dbv_analysis.model.period import format_terms
from dbv_analysis.model.wording import lower_first
from dbv_analysis.results.evidence import Evidence

SUSPENSIONS, EXCLUSIONS, HOME = "suspensions_count", "exclusions_count", "ehe_plans_count"
RATES, PUPILS = ("suspension_rate", "exclusion_rate"), "EHC plan"
FEW = 30  # events in each period below which a difference is easily chance


def find(evidence: Evidence) -> Findings | None:
    suspensions, exclusions = (per_term(evidence.series(name)) for name in (SUSPENSIONS, EXCLUSIONS))
    rates = [moved for name in RATES if (moved := like_for_like(evidence.series(name, PUPILS))) and not moved.refusal]
    if not suspensions and not rates:
        return None
    return Findings(
        headline=_headline(suspensions, rates),
        sure=[
            *graded(evidence.series(SUSPENSIONS) if suspensions else rates[0].series),
            *_adjusted(suspensions, "Suspensions of all pupils"),
            *_adjusted(exclusions, "Permanent exclusions of all pupils"),
            *[line for moved in rates for line in _rate(moved)],
            *_at_home(evidence),
            "A pupil suspended twice counts twice. Published rates come without the counts behind them, so no "
            "interval can be given.",
            "What would change our mind: the same terms of the next school year, set beside similar authorities.",
        ],
        key_figures=_key_figures(rates),
        not_yet=["Whether the programme moved exclusions: terms since it began are published two terms later."],
    )


def _headline(suspensions: PerTerm | None, rates: list[Change]) -> str:
    if suspensions:
        return f"Suspensions of all pupils ran at {suspensions.as_text}"
    moved = rates[0]
    return f"{moved.metric.title} with EHC plans {moved.as_text}"


def _adjusted(comparison: PerTerm | None, what: str) -> list[str]:
    if not comparison:
        return []
    before, now = comparison.earlier, comparison.later
    line = (
        f"{what}: {comparison.as_text}. Adjusted: {now['value']:,.0f} over {format_terms(comparison.terms[1])} and "
        f"{before['value']:,.0f} over {format_terms(comparison.terms[0])}"
    )
    if comparison.terms[0] != comparison.terms[1]:
        line += "; terms differ from one another, so this is a rough measure and the totals do not compare"
    if min(now["value"], before["value"]) < FEW:
        line += "; so few that the difference may be chance"
    return [f"{line}."]


def _rate(moved: Change) -> list[str]:
    return [f"Pupils with EHC plans: {lower_first(moved.metric.title)} {moved.as_text}.", *format_others(moved)]


def _at_home(evidence: Evidence) -> list[str]:
    moved = like_for_like(evidence.series(HOME))
    return [f"{moved.metric.title} {moved.as_text}."] if moved else []


def _key_figures(rates: list[Change]) -> list[KeyFigure]:
    return [
        KeyFigure(
            moved.metric.write(moved.later["value"]),
            f"{lower_first(moved.metric.title)} with EHC plans, {moved.later['period_label']}",
            f"{moved.metric.write(moved.earlier['value'])} in {moved.earlier['period_label']}",
            judge(moved.series).grade,
        )
        for moved in rates[:1]
    ]
