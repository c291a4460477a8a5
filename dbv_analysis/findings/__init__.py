"""The sentences that the results support: one module for each section of the pack, listed in ``sections``."""

from __future__ import annotations

from dataclasses import dataclass, field

from dbv_analysis.compare.change import Change, elsewhere, with_value
from dbv_analysis.compare.judge import judge
from dbv_analysis.model.blocks import KeyFigure
from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.period import PART_YEAR
from dbv_analysis.model.wording import listed, lower_first
from dbv_analysis.results.evidence import Evidence, during, written
from dbv_analysis.results.series import Series


@dataclass(frozen=True)
class Findings:
    """What one section of the pack reports.

    ``headline`` is the page's answer; ``sure`` says how sure, and what would change our mind;
    ``key_figures`` go to the board summary; ``not_yet`` is what cannot be told yet, and when;
    ``decide`` is what the board should settle.
    """

    headline: str
    sure: list[str]
    key_figures: list[KeyFigure] = field(default_factory=list)
    not_yet: list[str] = field(default_factory=list)
    decide: list[str] = field(default_factory=list)


NO_EARLIER = "no earlier figure"


def format_others(moved: Change) -> list[str]:
    """How the comparators moved over the same time, so that a change seen everywhere is recognised as one."""
    write = moved.metric.write
    others = [f"{name} {write(before)} → {write(now)}" for name, (before, now) in elsewhere(moved).items()]
    return [f"Over the same time: {'; '.join(others)}."] if others else []


def graded(series: Series) -> list[str]:
    """The grade of a measure and why, and the authority's place among similar areas where it has one."""
    verdict = judge(series)
    lines = [f"Grade: {verdict.grade}. {verdict.why}"]
    if verdict.rank:
        lines.append(f"For {lower_first(series.metric.title)}, {series.evidence.area} is {verdict.rank.text}.")
    return lines


def reported_parts(evidence: Evidence, *metric_ids: str) -> list[str]:
    """Figures for part of a year, and why they are not compared with full years."""
    figures = []
    for name in metric_ids:
        metric = evidence.metrics[name]
        rows = evidence.rows(name, basis=PART_YEAR, breakdown=TOTAL)
        figures += [
            f"{lower_first(metric.title)} {written(metric, row)} {during(row)}"
            for _, row in with_value(rows).iterrows()
        ]
    if not figures:
        return []
    return [
        f"There are figures of parts of a year too: {listed(figures)}. They are not set against full years, and no "
        "improvement is read from them."
    ]
