"""The charts of a page: which rows each one draws, its title, and its caption."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from dbv_analysis.charts import (
    MOST_LINES,
    Bar,
    Line,
    Range,
    Reference,
    bar_chart,
    control_chart,
    line_chart,
    range_chart,
)
from dbv_analysis.compare import control_limits
from dbv_analysis.compare.change import (
    before_programme,
    change,
    comparators,
    like_for_like,
    per_term,
    season,
    with_value,
)
from dbv_analysis.model.authority import PlannedUnit
from dbv_analysis.model.blocks import Figure
from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.period import format_terms
from dbv_analysis.model.units import COUNT
from dbv_analysis.model.wording import listed, lower_first, upper_first
from dbv_analysis.pages import provenance
from dbv_analysis.results.series import Series


def trend(series: Series, terms: bool = False) -> Figure | None:
    """One measure over time against similar authorities, region and country; None where nothing can be drawn.

    Full years or census days; with ``terms`` the terms of one season.
    """
    evidence, metric = series.evidence, series.metric
    rows = season(series) if terms else series.whole
    lines = [Line(evidence.area, rows, own=True)]
    lines += [Line(name, figures) for name, figures in comparators(series, terms).items()]
    lines = [line for line in lines if line.rows["value"].notna().any()]
    if not lines:
        return None
    return line_chart(
        lines,
        title=_active_title(series),
        measure=f"{series.title}, {metric.unit.name}",
        write=metric.write,
        caption=[*provenance.caption(series, rows), *provenance.comparator_notes(evidence, lines)],
        start=evidence.start,
        breaks=metric.breaks,
    )


def control(series: Series) -> Figure | None:
    """The authority's own series with the limits that its past sets; None where the past is too short."""
    limited = control_limits.control(series)
    if limited is None:
        return None
    rows, limits = limited
    evidence, metric = series.evidence, series.metric
    since = [row["period_label"] for _, row in rows.iterrows() if not before_programme(evidence, row)]
    departs = [rows.iloc[index]["period_label"] for index in limits.signals]
    if not since:
        text = "the limits before the programme, and no figure since"
    else:
        text = f"{listed(departs)} departs from its past" if departs else "no departure since the programme began"
    number = len(rows) - len(since)
    kind = "Trial limits" if limits.trial else "Limits"
    notes = [
        f"{kind} from the {number} values before the programme began: their mean, and 2.66 times the mean move from "
        "one to the next either way. A value outside them, or eight in a row on one side of the centre, departs."
    ]
    if limits.trial:
        notes.append("From under 12 values the limits are rough. Terms of all seasons are in them, which widens them.")
    return control_chart(
        rows,
        limits,
        title=f"{series.title}: {text}",
        name=evidence.area,
        measure=f"{series.title}, {metric.unit.name}, against its own past",
        write=metric.write,
        caption=[*provenance.caption(series, rows), *notes],
        start=evidence.start,
    )


def paths(series: Series, first: str) -> Figure | None:
    """One measure with a line for each of its breakdowns; ``first`` is drawn in the accent colour.

    None where no figure has a number, or where there are more breakdowns than colours that can be told apart.
    """
    metric, rows = series.metric, series.whole
    numbers = with_value(rows)
    if numbers.empty or numbers["breakdown"].nunique() > MOST_LINES:
        return None
    last = numbers[numbers["period_end"] == numbers["period_end"].max()].sort_values("value")
    lowest, highest = last.iloc[0], last.iloc[-1]
    names = sorted(rows["breakdown"].unique(), key=lambda name: (name != first, name))
    return line_chart(
        [Line(name, rows[rows["breakdown"] == name], own=True) for name in names],
        title=(
            f"{metric.title} by {last.iloc[0]['period_label']}: "
            f"{metric.write(lowest['value'])} to {metric.write(highest['value'])}"
        ),
        measure=f"{metric.title}, {metric.unit.name}",
        write=metric.write,
        caption=provenance.caption(series, rows),
        start=series.evidence.start,
        breaks=metric.breaks,
    )


def _active_title(series: Series) -> str:
    metric, moved = series.metric, change(series) or like_for_like(series)
    title = metric.title if series.breakdown == TOTAL else f"{metric.title}, {series.breakdown},"
    if moved and not moved.refusal:
        word = "stayed at" if moved.verb == "stayed" else f"{moved.verb} to"
        return f"{title} {word} {metric.write(moved.later['value'])}"
    rows = series.rows
    if rows.empty:
        return metric.title
    return f"{title} {series.evidence.write(rows.iloc[-1])} in {rows.iloc[-1]['period_label']}"


def bars(series: Series, topic: str = "") -> Figure | None:
    """The newest figures of one measure, a bar a breakdown, the largest first unless they have an order."""
    metric, rows = series.metric, series.rows
    rows = rows[(rows["breakdown"] != TOTAL) & (rows["breakdown_topic"] == (topic or next(iter(metric.by))))]
    rows = rows[rows["period_end"] == rows["period_end"].max()]
    if not rows["value"].notna().any():
        return None
    if metric.groups:
        order = {name: index for index, name in enumerate(metric.groups)}
        rows = rows.sort_values("breakdown", key=lambda names: names.map(lambda name: order.get(name, len(order))))
    else:
        rows = rows.sort_values("value", ascending=False, na_position="last")
    newest = rows.iloc[0]
    named = [f"{row['breakdown']} {series.evidence.write(row)}" for _, row in rows.iterrows()]
    title = f"{metric.title}: {listed(named)}" if len(named) <= 2 else f"{metric.title}, {newest['period_label']}"
    return bar_chart(
        [_bar(row) for _, row in rows.iterrows()],
        title=title,
        measure=f"{metric.title}, {metric.unit.name}, {newest['period_label']}",
        write=metric.write,
        caption=provenance.caption(series, rows),
        row_header=newest["breakdown_topic"],
        own_name=metric.title,
    )


def _bar(row: pd.Series, name: str = "", beside: float | None = None) -> Bar:
    value = None if row["symbol"] else row["value"]
    return Bar(name or row["breakdown"], value, row["symbol"], beside=beside)


def a_term(series: Series) -> Figure | None:
    """The newest count and the one before it, each divided by the school terms that it covers."""
    metric, pair = series.metric, per_term(series)
    if pair is None:
        return None
    rows = pd.DataFrame([pair.earlier, pair.later])
    before, now = (COUNT.write(rate, pair.decimals) for rate in pair.rates)
    word = "rose" if pair.percent > 0 else "fell"
    return bar_chart(
        [
            Bar(row["period_label"], rate, note=f"{metric.write(row['value'])} over {format_terms(number)}")
            for (_, row), rate, number in zip(rows.iterrows(), pair.rates, pair.terms, strict=True)
        ],
        title=f"{metric.title} a term {word} from {before} to {now}"
        if not pair.about_as_many
        else f"{metric.title} a term stayed about the same, {before} and {now}",
        measure=f"{metric.title} a term, {metric.unit.name}, adjusted: divided by the terms of each period",
        write=lambda value: COUNT.write(value, pair.decimals),
        caption=provenance.caption(series, rows),
        row_header="Period",
        own_name=f"{metric.title} a term",
    )


def shares(several: Sequence[Series], title: str) -> Figure | None:
    """The newest figures of several measures of one unit, a bar a measure."""
    newest = [(series, series.rows.iloc[-1]) for series in several if not series.rows.empty]
    if not any(row["symbol"] == "" for _, row in newest):
        return None
    series, row = newest[0]
    unit = series.metric.unit.name
    return bar_chart(
        [_bar(row, series.metric.title) for series, row in newest],
        title=title,
        measure=f"{title}, {unit}",
        write=series.metric.write,
        caption=provenance.caption(series, pd.DataFrame([row]))[:2],
        row_header="Measure",
        own_name=unit.capitalize(),
    )


def spent_and_planned(spent: Series, planned: Series) -> Figure | None:
    """Spending in each quarter and to date, beside what was planned for it."""
    days = ["period_start", "period_end"]
    both = spent.rows.merge(planned.rows[[*days, "value"]], on=days, suffixes=("", "_planned"))
    if not both["value"].notna().any() or not both["value_planned"].notna().any():
        return None
    whole = both["period_label"].str.startswith("to ")
    quarters, to_date = both[~whole].sort_values("period_end"), both[whole].sort_values("period_end").tail(1)
    rows = pd.concat([quarters, to_date])
    newest = rows.dropna(subset=["value", "value_planned"]).iloc[-1]
    side = "less" if newest["value"] < newest["value_planned"] else "more"
    metric = spent.metric
    return bar_chart(
        [_bar(row, upper_first(row["period_label"]), row["value_planned"]) for _, row in rows.iterrows()],
        title=f"{metric.write(abs(newest['value'] - newest['value_planned']))} {side} spent than profiled, "
        f"{newest['period_label']}",
        measure=f"{metric.title} and {lower_first(planned.metric.title)}, {metric.unit.name}",
        write=metric.write,
        caption=provenance.caption(spent, rows.tail(1)),
        row_header="Period",
        own_name="Spent",
        beside_name="Profiled",
    )


def unit_range(unit: PlannedUnit, cost: Series, average: Series) -> Figure | None:
    """The range of what a place in a unit costs, beside the average placement with and without transport."""
    metric, rows, inmss = cost.metric, with_value(cost.rows), average.newest
    if rows.empty or inmss is None:
        return None
    rows = rows[rows["period_end"] == rows["period_end"].max()]
    lowest, highest = rows["value"].min(), rows["value"].max()
    ranges = [Range(f"A place in {unit.one}", lowest, highest)]
    transport = cost.evidence.series("transport_unit_cost_average", "Out of borough").newest
    if transport is not None:
        with_transport = inmss["value"] + transport["value"]
        ranges.append(Range("An average INMSS place with transport out of borough", with_transport, with_transport))
    return range_chart(
        ranges,
        title=f"A unit's place would cost {metric.write(lowest)} to {metric.write(highest)} a year",
        measure=f"{metric.title} beside an average INMSS place, {metric.unit.name} a year",
        write=metric.write,
        caption=provenance.caption(cost, rows),
        reference=Reference("Average INMSS place", inmss["value"]),
        row_header="Place",
    )
