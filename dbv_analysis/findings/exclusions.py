"""What the suspensions and exclusions say, term beside term: two terms are never set against a year of three."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dbv_analysis.blocks import KeyFigure
from dbv_analysis.compare import Change, like_for_like
from dbv_analysis.evidence import Evidence, during, period_of
from dbv_analysis.findings import NO_COMPARISON, Findings, others_in_words
from dbv_analysis.terms import COUNT, TOTAL, lower_first

SUSPENSIONS, EXCLUSIONS, HOME = "suspensions_count", "exclusions_count", "ehe_plans_count"
RATES, PUPILS = ("suspension_rate", "exclusion_rate"), "EHC plan"
FEW = 30  # events in each period below which a difference is easily chance
WHOLE = 100  # events a term above which a fraction is not printed
ABOUT = 3  # per cent of difference that two numbers called about the same may have


@dataclass(frozen=True)
class PerTerm:
    """Events of the newest period and of the one before it, each divided by its terms."""

    earlier: pd.Series
    later: pd.Series
    terms: tuple[int, int]

    @property
    def rates(self) -> tuple[float, float]:
        return self.earlier["value"] / self.terms[0], self.later["value"] / self.terms[1]

    @property
    def percent(self) -> float:
        """By how much more a term, %."""
        before, now = self.rates
        return 100 * (now / before - 1)

    @property
    def about_as_many(self) -> bool:
        return abs(self.percent) < ABOUT

    @property
    def decimals(self) -> int:
        return 0 if min(self.rates) >= WHOLE else 1

    @property
    def in_words(self) -> str:
        """``861 a term … against 619 a term …, 39% more``."""
        before, now = (COUNT.write(rate, self.decimals) for rate in self.rates)
        moved = f"{abs(self.percent):.0f}% {'more' if self.percent > 0 else 'fewer'}"
        if self.about_as_many:
            moved = "about as many"
        return f"{now} a term {during(self.later)} against {before} a term {during(self.earlier)}, {moved}"


def find(evidence: Evidence) -> Findings | None:
    suspensions, exclusions = (per_term(evidence, name) for name in (SUSPENSIONS, EXCLUSIONS))
    rates = [
        moved for name in RATES if (moved := like_for_like(evidence, name, breakdown=PUPILS)) and not moved.refusal
    ]
    if not suspensions and not rates:
        return None
    return Findings(
        headline=_headline(suspensions, rates),
        sure=[
            NO_COMPARISON,
            *_adjusted(suspensions, "Suspensions of all pupils"),
            *_adjusted(exclusions, "Permanent exclusions of all pupils"),
            *[line for moved in rates for line in _rate(evidence, moved)],
            *_at_home(evidence),
            "A pupil suspended twice counts twice. Published rates come without the counts behind them, so no "
            "interval can be given.",
            "What would change our mind: the same terms of the next school year, set beside similar authorities.",
        ],
        key_figures=_key_figures(rates),
        not_yet=["Whether the programme moved exclusions: terms since it began are published two terms later."],
    )


def per_term(evidence: Evidence, metric_id: str) -> PerTerm | None:
    """The newest count and the newest one before its time, where both are of whole school terms."""
    rows = evidence.rows(metric_id, breakdown=TOTAL)
    rows = rows[rows["value"].notna()]
    terms = [period_of(row).terms for _, row in rows.iterrows()]
    known = [(row, number) for (_, row), number in zip(rows.iterrows(), terms, strict=True) if number]
    if not known:
        return None
    later, now = known[-1]
    ahead = [one for one in known if one[0]["period_end"] < later["period_start"]]
    if not ahead or ahead[-1][0]["value"] == 0:
        return None
    earlier, before = ahead[-1]
    return PerTerm(earlier, later, (before, now))


def _headline(suspensions: PerTerm | None, rates: list[Change]) -> str:
    if suspensions:
        return f"Suspensions of all pupils ran at {suspensions.in_words}"
    moved = rates[0]
    return f"{moved.metric.title} with EHC plans {moved.in_words}"


def _adjusted(found: PerTerm | None, what: str) -> list[str]:
    if not found:
        return []
    before, now = found.earlier, found.later
    line = (
        f"{what}: {found.in_words}. Adjusted: {now['value']:,.0f} over {terms_in_words(found.terms[1])} and "
        f"{before['value']:,.0f} over {terms_in_words(found.terms[0])}"
    )
    if found.terms[0] != found.terms[1]:
        line += "; terms differ from one another, so this is a rough measure and the totals do not compare"
    if min(now["value"], before["value"]) < FEW:
        line += "; so few that the difference may be chance"
    return [f"{line}."]


def terms_in_words(number: int) -> str:
    """``1 term``, ``2 terms``."""
    return "1 term" if number == 1 else f"{number} terms"


def _rate(evidence: Evidence, moved: Change) -> list[str]:
    return [
        f"Pupils with EHC plans: {lower_first(moved.metric.title)} {moved.in_words}.",
        *others_in_words(evidence, moved, PUPILS),
    ]


def _at_home(evidence: Evidence) -> list[str]:
    moved = like_for_like(evidence, HOME)
    return [f"{moved.metric.title} {moved.in_words}."] if moved else []


def _key_figures(rates: list[Change]) -> list[KeyFigure]:
    return [
        KeyFigure(
            moved.metric.write(moved.later["value"]),
            f"{lower_first(moved.metric.title)} with EHC plans, {moved.later['period_label']}",
            f"{moved.metric.write(moved.earlier['value'])} in {moved.earlier['period_label']}",
            "monitoring only",
        )
        for moved in rates[:1]
    ]
