"""The last figure from before the programme, the newest since it began, and the move between them."""

from __future__ import annotations

import pandas as pd

from dbv_analysis.compare.change import Change, before_programme, between, season
from dbv_analysis.model.period import PART_YEAR
from dbv_analysis.results.series import Series


def baseline(series: Series) -> pd.Series | None:
    """The authority's last figure of a full year, or a count on one day, that was over before the programme began."""
    return _ends(series, parts=False)[0]


def since_baseline(series: Series) -> Change | None:
    """The move from the baseline to the newest figure that begins on the programme's first day or later.

    Whole figures first; where they give none, the same part of the year. None where one end is not known.
    """
    for parts in (False, True):
        earlier, later = _ends(series, parts)
        if earlier is not None and later is not None:
            return between(series, earlier, later)
    return None


def figures(series: Series, areas: list[str] | None = None, parts: bool = False) -> pd.DataFrame:
    """Rows with a value, by period: of whole years and days, or of the part of a year that is newest.

    ``areas`` are the codes of other areas; the series' own rows where not given. A forecast is left out: a figure
    that came out before its period began.
    """
    if parts:
        rows = season(series, areas)
        rows = rows[rows["basis"] == PART_YEAR]
    else:
        rows = series.whole if areas is None else series.whole_of(areas)
    return happened(rows)


def happened(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with a value that came out after their period began, so that they tell what happened."""
    return rows[rows["value"].notna() & (rows["published"] >= rows["period_start"])]


def _ends(series: Series, parts: bool) -> tuple[pd.Series | None, pd.Series | None]:
    evidence = series.evidence
    rows = [row for _, row in figures(series, parts=parts).iterrows()]
    before = [row for row in rows if before_programme(evidence, row)]
    after = [row for row in rows if row["period_start"] >= evidence.start]
    return (before[-1] if before else None), (after[-1] if after else None)
