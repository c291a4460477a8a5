"""The authority's place among similar areas, for one figure."""

from __future__ import annotations

from dataclasses import dataclass

from dbv_analysis.compare.baseline import figures
from dbv_analysis.compare.intervals import MIN_AREAS
from dbv_analysis.model.units import COUNT, HIGHER, NEITHER, POUNDS
from dbv_analysis.results.evidence import during
from dbv_analysis.results.series import Series


@dataclass(frozen=True)
class Rank:
    """A place among similar authorities: 1 is best, or highest where no direction is better. Ties share the better."""

    rank: int
    of: int
    quartile: int | None
    text: str
    period: str
    value: float


def rank_of(series: Series) -> Rank | None:
    """The authority's place among itself and its neighbours, for its newest whole figure.

    None for counts and money, since places differ in size, and where fewer than MIN_AREAS others have a figure of that
    period.
    """
    metric, own = series.metric, figures(series)
    if own.empty or metric.unit in (COUNT, POUNDS):
        return None
    newest = own.iloc[-1]
    rows = figures(series, series.evidence.neighbours.codes)
    same = (rows["period_start"] == newest["period_start"]) & (rows["period_end"] == newest["period_end"])
    others = rows[same].drop_duplicates("area_code")["value"]
    if len(others) < MIN_AREAS:
        return None
    ahead = others < newest["value"] if metric.better not in (HIGHER, NEITHER) else others > newest["value"]
    rank, of = 1 + int(ahead.sum()), len(others) + 1
    quartile = None if metric.better == NEITHER else (rank - 1) * 4 // of + 1
    tied = "joint " if (others == newest["value"]).any() else ""
    end = "highest" if metric.better == NEITHER else "best"
    text = f"{tied}number {rank} of {of} with its similar areas, 1 being the {end}, {during(newest)}"
    return Rank(rank, of, quartile, text, newest["period_label"], newest["value"])
