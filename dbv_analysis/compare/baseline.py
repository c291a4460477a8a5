"""The last figure from before the programme, the newest since it began, and the move between them."""

from __future__ import annotations

import pandas as pd

from dbv_analysis.compare.change import Change, before_programme, between, season
from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.period import PART_YEAR
from dbv_analysis.results.evidence import Evidence


def baseline(evidence: Evidence, metric_id: str, breakdown: str = TOTAL) -> pd.Series | None:
    """The authority's last figure of a full year, or a count on one day, that was over before the programme began."""
    return _ends(evidence, figures(evidence, metric_id, breakdown))[0]


def since_baseline(evidence: Evidence, metric_id: str, breakdown: str = TOTAL) -> Change | None:
    """The move from the baseline to the newest figure that begins on the programme's first day or later.

    Whole figures first; where they give none, the same part of the year. None where one end is not known.
    """
    metric = evidence.metrics[metric_id]
    for parts in (False, True):
        earlier, later = _ends(evidence, figures(evidence, metric_id, breakdown, parts=parts))
        if earlier is not None and later is not None:
            return between(metric, earlier, later)
    return None


def figures(
    evidence: Evidence, metric_id: str, breakdown: str, areas: list[str] | None = None, parts: bool = False
) -> pd.DataFrame:
    """Rows with a value, by period: of whole years and days, or of the part of a year that is newest.

    A forecast is left out: a figure that came out before its period began.
    """
    if parts:
        rows = season(evidence, metric_id, areas, breakdown)
        rows = rows[rows["basis"] == PART_YEAR]
    else:
        rows = evidence.whole(metric_id, areas, breakdown)
    return happened(rows)


def happened(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["value"].notna() & (rows["published"] >= rows["period_start"])]


def _ends(evidence: Evidence, rows: pd.DataFrame) -> tuple[pd.Series | None, pd.Series | None]:
    before = [row for _, row in rows.iterrows() if before_programme(evidence, row)]
    after = [row for _, row in rows.iterrows() if row["period_start"] >= evidence.start]
    return (before[-1] if before else None), (after[-1] if after else None)
