"""What the absence figures show, with full years and parts of a year kept apart."""

from __future__ import annotations

import pandas as pd

from dbv_analysis.compare.change import Change, change, middle, with_value
from dbv_analysis.compare.judge import judge
from dbv_analysis.findings import Findings, format_others, graded
from dbv_analysis.model.blocks import KeyFigure
from dbv_analysis.model.period import FULL_YEAR, PART_YEAR, Period
from dbv_analysis.model.wording import listed
from dbv_analysis.results.evidence import Evidence

OVERALL, PUPILS = "overall_absence_percent", "EHC plan"
MOST_PARTS = 4  # of a year that are named, the newest


def find(evidence: Evidence) -> Findings | None:
    moved = change(evidence.series(OVERALL, PUPILS))
    if moved is None or moved.refusal:
        return None
    metric, later = moved.metric, moved.later
    years = evidence.rows(OVERALL, breakdown=PUPILS, basis=FULL_YEAR)
    first = with_value(years).iloc[0]
    return Findings(
        headline=_headline(moved, first),
        sure=[
            *graded(evidence.series(OVERALL, PUPILS)),
            *_against(evidence, later),
            *format_others(moved),
            *_without_counts(later),
            *_part_years(evidence),
            f"What would change our mind: {_next_year(evidence, later)}.",
        ],
        key_figures=[
            KeyFigure(
                metric.write(later["value"]),
                f"of school missed by pupils with EHC plans, {later['period_label']}",
                f"{metric.write(moved.earlier['value'])} in {moved.earlier['period_label']}",
                judge(evidence.series(OVERALL, PUPILS)).grade,
            )
        ],
        not_yet=[f"Whether attendance improved because of the programme: {_next_year(evidence, later)}."],
    )


def _headline(moved: Change, first: pd.Series) -> str:
    """The newest year against the one before it, and against the first where that is another."""
    metric, later, earlier = moved.metric, moved.later, moved.earlier
    than = {"rose": "more than", "fell": "less than", "stayed": "as much as"}[moved.verb]
    text = (
        f"Pupils with EHC plans missed {metric.write(later['value'])} of school in {later['period_label']}, "
        f"{than} in {earlier['period_label']} ({metric.write(earlier['value'])})"
    )
    if first["period_end"] == earlier["period_end"]:
        return text
    if metric.write(later["value"]) == metric.write(first["value"]):
        return f"{text} and as much as in {first['period_label']}"
    since = "more than" if later["value"] > first["value"] else "less than"
    joined = (
        "but"
        if (moved.verb == "fell" and since == "more than") or (moved.verb == "rose" and since != "more than")
        else "and"
    )
    return f"{text} {joined} {since} in {first['period_label']} ({metric.write(first['value'])})"


def _against(evidence: Evidence, later) -> list[str]:
    """The same year in similar authorities, and how far they are spread."""
    metric = evidence.metrics[OVERALL]
    spread = middle(evidence.series(OVERALL, PUPILS), evidence.neighbours.codes)
    spread = spread[spread["period_end"] == later["period_end"]]
    if spread.empty:
        return []
    row = spread.iloc[0]
    lowest, highest = metric.write(row["lowest"]), metric.write(row["highest"])
    return [
        f"In {later['period_label']} the middle of {row['areas']} similar authorities was {metric.write(row['value'])} "
        f"(from {lowest} to {highest})."
    ]


def _part_years(evidence: Evidence) -> list[str]:
    metric = evidence.metrics[OVERALL]
    parts = evidence.rows(OVERALL, breakdown=PUPILS, basis=PART_YEAR)
    figures = [
        f"{metric.unit.write(row.value, 1)} for {row.period_label}" for row in parts.itertuples() if not row.symbol
    ]
    if not figures:
        return []
    return [
        f"There are figures of parts of a year too: {listed(figures[-MOST_PARTS:])}. Absence starts low in autumn and "
        "rises, so they are not set against full years, and no improvement is read from them."
    ]


def _without_counts(later: pd.Series) -> list[str]:
    if not pd.isna(later["denominator"]):
        return []
    return ["Published as percentages, without the counts behind them, so no interval can be given."]


def _next_year(evidence: Evidence, later: pd.Series) -> str:
    """The next school year that can say something, and when its figures come out."""
    first = evidence.start.year if evidence.start.month <= 9 else evidence.start.year + 1
    if later["period_start"] >= evidence.start:
        following = Period.academic_year(later["period_start"].year + 1).label
        return f"{following}, published the March after it ends"
    return f"{Period.academic_year(first).label}, published the March after it ends, is the first since it began"
