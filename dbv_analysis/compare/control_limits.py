"""Whether a series has departed from its own past: an individuals (XmR) chart with a locked baseline."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from dbv_analysis.compare.baseline import figures, happened
from dbv_analysis.compare.change import before_programme
from dbv_analysis.results.evidence import period_of
from dbv_analysis.results.series import Series

LOCKED_FOR_CERTAIN = 12  # values under which limits are a trial
MIN_LOCKED = 6  # values under which there are no limits to speak of
RUN = 8  # values on one side of the centre that are a signal


@dataclass(frozen=True)
class Xmr:
    """An individuals chart. ``signals`` are places in the values, after the locked ones; ``trial``: too few locked."""

    centre: float
    lower: float
    upper: float
    trial: bool
    signals: tuple[int, ...]


def xmr(values: Sequence[float], locked: int) -> Xmr:
    """Centre and limits of the first ``locked`` values, mean ± 2.66 × mean moving range, and what departs after them.

    A signal is a value outside the limits, or one of a run of 8 or more on one side of the centre. A run may begin
    among the locked values. Under 12 locked values the limits are a trial. Raises ValueError under 2.
    """
    if not 2 <= locked <= len(values):
        raise ValueError(f"Limits need at least 2 locked values, and as many values as are locked: {locked} asked.")
    first = list(values[:locked])
    centre = math.fsum(first) / locked
    width = 2.66 * math.fsum(abs(b - a) for a, b in pairwise(first)) / (locked - 1)
    departures, run, side = set(), [], 0
    for index, value in enumerate(values):
        now = (value > centre) - (value < centre)
        run = [*run, index] if now and now == side else [index] * bool(now)
        side = now
        if abs(value - centre) > width:
            departures.add(index)
        if len(run) >= RUN:
            departures.update(run)
    signals = tuple(sorted(index for index in departures if index >= locked))
    return Xmr(centre, centre - width, centre + width, locked < LOCKED_FOR_CERTAIN, signals)


def control(series: Series) -> tuple[pd.DataFrame, Xmr] | None:
    """The authority's longest series of one kind, and its limits, locked on what was over when the programme began.

    Single school terms one after another, or else full years and counts on one day, since the last day across which
    nothing compares. Terms of different seasons stand in one series: that makes the limits wide, never narrow. None
    where fewer than MIN_LOCKED values are from before the programme.
    """
    known = happened(series.rows)
    terms = known[[period_of(row).terms == 1 for _, row in known.iterrows()]] if len(known) else known
    rows = max(terms, figures(series), key=len)
    if rows.empty:
        return None
    last = rows["period_end"].iloc[-1]
    breaks = [stop.on for stop in series.metric.breaks if not stop.compares and stop.on <= last]
    rows = rows[rows["period_start"] >= max(breaks)] if breaks else rows
    locked = sum(before_programme(series.evidence, row) for _, row in rows.iterrows())
    if locked < MIN_LOCKED:
        return None
    return rows.reset_index(drop=True), xmr(rows["value"].tolist(), locked)
