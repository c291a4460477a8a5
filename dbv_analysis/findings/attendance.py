"""What the absence figures say, full years and parts of a year kept apart."""

from __future__ import annotations

import pandas as pd

from dbv_analysis.blocks import KeyFigure
from dbv_analysis.compare import Change, change, middle
from dbv_analysis.evidence import Evidence
from dbv_analysis.findings import Findings, monitoring
from dbv_analysis.periods import FULL_YEAR, PART_YEAR, Period

OVERALL, PUPILS = "overall_absence_percent", "EHC plan"


def find(evidence: Evidence) -> Findings | None:
    moved = change(evidence, OVERALL, breakdown=PUPILS)
    if moved is None or moved.refusal:
        return None
    metric, later = moved.metric, moved.later
    years = evidence.rows(OVERALL, breakdown=PUPILS, basis=FULL_YEAR)
    first = years[years["value"].notna()].iloc[0]
    return Findings(
        headline=_headline(moved, first),
        sure=[
            monitoring(evidence, OVERALL, PUPILS),
            *_against(evidence, later),
            "Published as percentages, without the counts behind them, so no interval can be given.",
            "There is no full-year figure for 2019/20, and 2020/21 was a year of the pandemic.",
            *_part_years(evidence),
            f"What would change our mind: {_next_year(evidence)}.",
        ],
        key_figures=[
            KeyFigure(
                metric.write(later["value"]),
                f"of school missed by pupils with EHC plans, {later['period_label']}",
                f"{metric.write(moved.earlier['value'])} in {moved.earlier['period_label']}",
                "monitoring only",
            )
        ],
        not_yet=[f"Whether attendance improved because of the programme: {_next_year(evidence)}."],
    )


def _headline(moved: Change, first: pd.Series) -> str:
    """The newest year against the one before it, and against the first where that is another."""
    metric, later, earlier = moved.metric, moved.later, moved.earlier
    than = {"rose": "more than", "fell": "less than", "stayed": "as much as"}[moved.verb]
    words = (
        f"Pupils with EHC plans missed {metric.write(later['value'])} of school in {later['period_label']}, "
        f"{than} in {earlier['period_label']} ({metric.write(earlier['value'])})"
    )
    if first["period_end"] == earlier["period_end"]:
        return words
    since = "more than" if later["value"] > first["value"] else "less than"
    joined = (
        "but"
        if (moved.verb == "fell" and since == "more than") or (moved.verb == "rose" and since != "more than")
        else "and"
    )
    return f"{words} {joined} {since} in {first['period_label']} ({metric.write(first['value'])})"


def _against(evidence: Evidence, later) -> list[str]:
    """The same year in similar authorities, and in all."""
    metric = evidence.metrics[OVERALL]
    neighbours = evidence.neighbours
    spread = middle(evidence, OVERALL, neighbours.codes, PUPILS)
    spread = spread[spread["period_end"] == later["period_end"]]
    if spread.empty:
        return []
    row = spread.iloc[0]
    every = middle(evidence, OVERALL, evidence.authorities, PUPILS)
    whole = every[every["period_end"] == later["period_end"]].iloc[0]
    return [
        f"In {later['period_label']} the middle of {row['areas']} similar authorities was {metric.write(row['value'])} "
        f"(from {metric.write(row['lowest'])} to {metric.write(row['highest'])}), and the middle of all "
        f"{whole['areas']} authorities {metric.write(whole['value'])}. The source has no figure for England itself; "
        "the middle of all authorities stands in for it."
    ]


def _part_years(evidence: Evidence) -> list[str]:
    metric = evidence.metrics[OVERALL]
    parts = evidence.rows(OVERALL, breakdown=PUPILS, basis=PART_YEAR)
    said = [f"{metric.unit.write(row.value, 1)} for {row.period_label}" for row in parts.itertuples() if not row.symbol]
    if not said:
        return []
    return [
        f"The quarterly report also prints {' and '.join(said)}. These are parts of a year. Absence starts low in "
        "autumn and rises, so they are not set against full years, and no improvement is read from them."
    ]


def _next_year(evidence: Evidence) -> str:
    first = evidence.start.year if evidence.start.month <= 9 else evidence.start.year + 1
    return f"{Period.academic_year(first).label} is the first school year after the programme began"
