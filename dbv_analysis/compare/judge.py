"""Did the programme do it? A grade for one metric of the authority, and the words that the grade allows.

A figure from before the programme began shows nothing of it. A later one is set beside the last whole figure from
before, that change beside similar authorities' changes, and the difference beside the differences of years and
of places in which there was no programme. No step makes chance or another cause impossible; each makes it less likely.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dbv_analysis.compare.baseline import figures, happened, since_baseline
from dbv_analysis.compare.change import Change, before_programme, between
from dbv_analysis.compare.grades import BETTER, BETTER_PLACEBO, MONITORING, NOT_COMPARABLE, SIGNAL, TOO_FEW, grade_of
from dbv_analysis.compare.intervals import (
    Estimate,
    change_interval,
    difference_in_differences,
    placebos_in_space,
    ratio_interval,
)
from dbv_analysis.compare.rank import Rank, rank_of
from dbv_analysis.model.period import PART_YEAR
from dbv_analysis.model.units import COUNT, HIGHER, NEITHER, PERCENT, POUNDS, RATE, is_missing
from dbv_analysis.results.series import Series

FEW = 10  # cases, below which a change is within what one family's move makes
SAME_SPAN = 14  # days by which two stretches may differ and still be equally long: a census day moves by a week


@dataclass(frozen=True)
class Verdict:
    """What may be said, and why in a sentence. ``placebos`` are the differences of earlier stretches of time."""

    grade: str
    why: str
    since: Change | None
    estimate: Estimate | None
    placebos: tuple[Estimate, ...]
    rank: Rank | None


def judge(series: Series) -> Verdict:
    """The verdict on one metric and breakdown of the authority, as far as the cut-off knows."""
    return series.evidence.cached((judge, series), lambda: _judge(series))


def _judge(series: Series) -> Verdict:
    metric, rank, since = series.metric, rank_of(series), since_baseline(series)
    if since is None:
        return Verdict(MONITORING, _why_none(series), None, None, (), rank)
    if since.refusal:
        why = f"The figures from before and after the programme began cannot be compared: {since.refusal}."
        return Verdict(NOT_COMPARABLE, why, since, None, (), rank)
    if few := _too_few(since):
        return Verdict(TOO_FEW, few, since, None, (), rank)
    did, earlier, changes = None, (), []
    if metric.unit not in (COUNT, POUNDS):
        did, earlier, changes = _differences(since)
    own = _own_interval(since)
    grade = grade_of(metric.better, did, own, [placebo.value for placebo in earlier], placebos_in_space(changes))
    return Verdict(grade, _why(since, grade, did, own, len(changes), len(earlier)), since, did, earlier, rank)


def _differences(since: Change) -> tuple[Estimate | None, tuple[Estimate, ...], list[float]]:
    """The difference since the baseline, those of equal stretches before the start, and the neighbours' changes."""
    series, parts = since.series, since.later["basis"] == PART_YEAR
    rows = figures(series, series.evidence.neighbours.codes, parts)
    values = rows.pivot_table("value", ["period_start", "period_end"], "area_code", aggfunc="first")

    def changes(earlier: pd.Series, later: pd.Series) -> list[float]:
        ends = [(row["period_start"], row["period_end"]) for row in (earlier, later)]
        if not all(end in values.index for end in ends):
            return []
        return (values.loc[ends[1]] - values.loc[ends[0]]).dropna().tolist()

    own = figures(series, parts=parts)
    own = [row for _, row in own.iterrows() if before_programme(series.evidence, row)]
    span, placebos = _span(since.earlier, since.later), []
    for index, later in enumerate(own):
        for earlier in own[:index]:
            moved = between(series, earlier, later)
            if not moved.refusal and abs(_span(earlier, later) - span) <= SAME_SPAN:
                of = f"{earlier['period_label']} to {later['period_label']}"
                placebos.append(difference_in_differences(moved.difference, changes(earlier, later), of=of))
    of = f"{since.earlier['period_label']} to {since.later['period_label']}"
    others = changes(since.earlier, since.later)
    did = difference_in_differences(since.difference, others, of=of)
    return did, tuple(placebo for placebo in placebos if placebo), others


def _span(earlier: pd.Series, later: pd.Series) -> int:
    return (later["period_start"] - earlier["period_start"]).days


def _counts(change: Change, column: str) -> list[float]:
    """What stands behind the two figures, or nothing where that of either is not known."""
    numbers = [row[column] for row in (change.earlier, change.later)]
    return [] if any(is_missing(number) for number in numbers) else [float(number) for number in numbers]


def _too_few(change: Change) -> str:
    """Why so few cases are behind the figures that chance alone may explain them; nothing where it may not."""
    metric, counted, of = change.metric, _counts(change, "numerator"), _counts(change, "denominator")
    if metric.unit in (PERCENT, RATE) and min(change.earlier["value"], change.later["value"]) == 0:
        return "One of the two figures is zero, and from no cases a change cannot be told from chance."
    if counted and min(counted) < FEW:
        few = COUNT.write(min(counted))
        return f"Only {few} cases are behind one of the two figures, too few to tell a change from chance."
    one_case = 100 / min(of) if of and min(of) and metric.unit in (PERCENT, RATE) else 0
    if one_case <= abs(change.difference):
        return ""
    size = metric.unit.write_difference(one_case, max(metric.unit.decimals, 2))
    return f"One case more or fewer makes {size}, more than the whole change, so it is too few to tell."


def _own_interval(change: Change) -> Estimate | None:
    """The interval of the authority's own change, where what was counted is known and can be had by chance."""
    counted, of, unit = _counts(change, "numerator"), _counts(change, "denominator"), change.metric.unit
    if unit is PERCENT and counted and of and min(of) > 0 and all(n <= d for n, d in zip(counted, of, strict=True)):
        return change_interval(counted[0], of[0], counted[1], of[1])
    if unit is RATE and counted and of and min(*counted, *of) > 0:
        return ratio_interval(*counted, *of)
    return ratio_interval(*counted) if unit is COUNT and counted and min(counted) > 0 else None


def _why_none(series: Series) -> str:
    evidence, rows = series.evidence, happened(series.rows)
    if rows.empty:
        return "No figure of what happened is known yet, so nothing can be said of what the programme did."
    newest, began = rows.iloc[-1], f"{evidence.start:%B %Y}"
    first = f"The newest figure is from {newest['period_label'].removeprefix('to ')}"
    if before_programme(evidence, newest):
        return f"{first}, before the programme began in {began}, so it cannot show what the programme did."
    if newest["period_start"] < evidence.start:
        first += f", part of which is from before the programme began in {began}"
        return f"{first}, so it cannot show what the programme did."
    return f"{first}, and none from before {began}, when the programme began, is like it: nothing can be compared."


def _why(since: Change, grade: str, did: Estimate | None, own: Estimate | None, areas: int, placebos: int) -> str:
    metric = since.metric
    moved = f"The figure {since.as_text}"
    if did is None:
        lacking = "places of other sizes do not compare"
        if metric.unit not in (COUNT, POUNDS):
            lacking = f"only {areas} similar areas have both figures" if areas else "no similar area has both figures"
        if own is None:
            return f"{moved}; {lacking}, and how far chance moves it is not known."
        return f"{moved}, {'more' if own.excludes_zero else 'no more'} than chance alone explains; {lacking}."
    low, high = (COUNT.write(end, metric.unit.decimals) for end in (did.low, did.high))
    size = metric.unit.write_difference(did.value, metric.decimals)
    beside = f"that is {size} {'above' if did.value > 0 else 'below'} the average change of {did.areas} similar areas"
    beside = f"{moved}; {beside} (95% interval {low} to {high})"
    if grade == BETTER_PLACEBO:
        return f"{beside}, a larger difference than in any of {placebos} earlier stretches or in any of those areas."
    if grade == BETTER:
        worse = since.difference * (1 if metric.better == HIGHER else -1) <= 0
        own_way = "it did not get better here, but worse elsewhere" if worse else "the better direction"
        return f"{beside}, {own_way}, though other years or areas without the programme differ as much, or are too few."
    if did.excludes_zero:
        return f"{beside}, {'and no direction is better' if metric.better == NEITHER else 'the worse direction'}."
    if grade == SIGNAL:
        return f"{beside}: more than chance alone explains, but no more than those areas differ among themselves."
    return f"{beside}, no more than those areas differ among themselves."
