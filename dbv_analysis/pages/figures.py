"""Evidence → charts: which rows a chart draws, its title in words, and what stands under it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from dbv_analysis.charts import (
    MOST_LINES,
    Bar,
    Range,
    Reference,
    Series,
    bar_chart,
    control_chart,
    line_chart,
    range_chart,
)
from dbv_analysis.compare import control_limits as process
from dbv_analysis.compare.change import before_programme, change, comparators, like_for_like, per_term, season
from dbv_analysis.model.blocks import Figure
from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.metric import Metric
from dbv_analysis.model.period import format_terms
from dbv_analysis.model.units import COUNT
from dbv_analysis.model.wording import listed, lower_first
from dbv_analysis.pages import provenance
from dbv_analysis.results.evidence import Evidence


def trend(evidence: Evidence, metric: Metric, breakdown: str, terms: bool = False) -> Figure | None:
    """One measure over time against similar authorities, region and country; None where nothing can be drawn.

    Full years or census days; with ``terms`` the terms of one season.
    """
    rows = season(evidence, metric.id, None, breakdown) if terms else evidence.whole(metric.id, breakdown=breakdown)
    series = [
        Series(evidence.area, rows, own=True),
        *(Series(name, found) for name, found in comparators(evidence, metric.id, breakdown, terms).items()),
    ]
    series = [one for one in series if one.rows["value"].notna().any()]
    if not series:
        return None
    return line_chart(
        series,
        title=_active_title(evidence, metric, breakdown),
        measure=f"{metric.titled(breakdown)}, {metric.unit.name}",
        write=metric.write,
        caption=[*provenance.caption(evidence, metric, rows), *provenance.comparator_notes(evidence, series)],
        start=evidence.start,
        breaks=metric.breaks,
    )


def control(evidence: Evidence, metric: Metric, breakdown: str) -> Figure | None:
    """The authority's own series with the limits that its past sets; None where the past is too short."""
    found = process.control(evidence, metric.id, breakdown)
    if found is None:
        return None
    rows, limits = found
    since = [row["period_label"] for _, row in rows.iterrows() if not before_programme(evidence, row)]
    departs = [rows.iloc[place]["period_label"] for place in limits.signals]
    if not since:
        words = "the limits before the programme, and no figure since"
    else:
        words = f"{listed(departs)} departs from its past" if departs else "no departure since the programme began"
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
        title=f"{metric.titled(breakdown)}: {words}",
        name=evidence.area,
        measure=f"{metric.titled(breakdown)}, {metric.unit.name}, against its own past",
        write=metric.write,
        caption=[*provenance.caption(evidence, metric, rows), *notes],
        start=evidence.start,
    )


def paths(evidence: Evidence, metric: Metric, first: str) -> Figure | None:
    """One measure with a line for each of its breakdowns; ``first`` is drawn in the accent colour.

    None where no figure has a number, or where there are more breakdowns than colours that can be told apart.
    """
    rows = evidence.whole(metric.id)
    numbers = rows[rows["value"].notna()]
    if numbers.empty or numbers["breakdown"].nunique() > MOST_LINES:
        return None
    last = numbers[numbers["period_end"] == numbers["period_end"].max()].sort_values("value")
    lowest, highest = last.iloc[0], last.iloc[-1]
    names = sorted(rows["breakdown"].unique(), key=lambda name: (name != first, name))
    return line_chart(
        [Series(name, rows[rows["breakdown"] == name], own=True) for name in names],
        title=(
            f"{metric.title} by {last.iloc[0]['period_label']}: "
            f"{metric.write(lowest['value'])} to {metric.write(highest['value'])}"
        ),
        measure=f"{metric.title}, {metric.unit.name}",
        write=metric.write,
        caption=provenance.caption(evidence, metric),
        start=evidence.start,
        breaks=metric.breaks,
    )


def _active_title(evidence: Evidence, metric: Metric, breakdown: str) -> str:
    moved = change(evidence, metric.id, breakdown=breakdown) or like_for_like(evidence, metric.id, breakdown=breakdown)
    of = "" if breakdown == TOTAL else f", {breakdown},"
    if moved and not moved.refusal:
        word = "stayed at" if moved.verb == "stayed" else f"{moved.verb} to"
        return f"{metric.title}{of} {word} {metric.write(moved.later['value'])}"
    newest = evidence.rows(metric.id, breakdown=breakdown)
    if newest.empty:
        return metric.title
    return f"{metric.title}{of} {evidence.write(newest.iloc[-1])} in {newest.iloc[-1]['period_label']}"


def bars(evidence: Evidence, metric: Metric, topic: str = "") -> Figure | None:
    """The newest figures of one measure, a bar a breakdown, the largest first unless they have an order."""
    rows = evidence.rows(metric.id)
    rows = rows[(rows["breakdown"] != TOTAL) & (rows["breakdown_topic"] == (topic or next(iter(metric.by))))]
    rows = rows[rows["period_end"] == rows["period_end"].max()]
    if not rows["value"].notna().any():
        return None
    if metric.groups:
        order = {name: place for place, name in enumerate(metric.groups)}
        rows = rows.sort_values("breakdown", key=lambda names: names.map(lambda name: order.get(name, len(order))))
    else:
        rows = rows.sort_values("value", ascending=False, na_position="last")
    newest = rows.iloc[0]
    named = [f"{row['breakdown']} {evidence.write(row)}" for _, row in rows.iterrows()]
    title = f"{metric.title}: {listed(named)}" if len(named) <= 2 else f"{metric.title}, {newest['period_label']}"
    return bar_chart(
        [_bar(row) for _, row in rows.iterrows()],
        title=title,
        measure=f"{metric.title}, {metric.unit.name}, {newest['period_label']}",
        write=metric.write,
        caption=provenance.caption(evidence, metric, rows),
        row_header=newest["breakdown_topic"],
        own_name=metric.title,
    )


def _bar(row: pd.Series, name: str = "", beside: float | None = None) -> Bar:
    value = None if row["symbol"] else row["value"]
    return Bar(name or row["breakdown"], value, row["symbol"], beside=beside)


def a_term(evidence: Evidence, metric: Metric) -> Figure | None:
    """The newest count and the one before it, each divided by the school terms that it covers."""
    found = per_term(evidence, metric.id)
    if found is None:
        return None
    rows = pd.DataFrame([found.earlier, found.later])
    before, now = (COUNT.write(rate, found.decimals) for rate in found.rates)
    word = "rose" if found.percent > 0 else "fell"
    return bar_chart(
        [
            Bar(row["period_label"], rate, note=f"{metric.write(row['value'])} over {format_terms(number)}")
            for (_, row), rate, number in zip(rows.iterrows(), found.rates, found.terms, strict=True)
        ],
        title=f"{metric.title} a term {word} from {before} to {now}"
        if not found.about_as_many
        else f"{metric.title} a term stayed about the same, {before} and {now}",
        measure=f"{metric.title} a term, {metric.unit.name}, adjusted: divided by the terms of each period",
        write=lambda value: COUNT.write(value, found.decimals),
        caption=provenance.caption(evidence, metric, rows),
        row_header="Period",
        own_name=f"{metric.title} a term",
    )


def shares(evidence: Evidence, metrics: Sequence[Metric], title: str) -> Figure | None:
    """The newest figures of several measures of one unit, a bar a measure."""
    rows = [(metric, evidence.rows(metric.id, breakdown=TOTAL)) for metric in metrics]
    newest = [(metric, found.iloc[-1]) for metric, found in rows if not found.empty]
    if not any(row["symbol"] == "" for _, row in newest):
        return None
    first, row = newest[0]
    return bar_chart(
        [_bar(row, metric.title) for metric, row in newest],
        title=title,
        measure=f"{title}, {first.unit.name}",
        write=first.write,
        caption=provenance.caption(evidence, first, pd.DataFrame([row]))[:2],
        row_header="Measure",
        own_name=first.unit.name.capitalize(),
    )


def spent_and_planned(evidence: Evidence, spent: Metric, planned: Metric) -> Figure | None:
    """Spending in each quarter and to date, beside what was planned for it."""
    actual, profile = (evidence.rows(metric.id, breakdown=TOTAL) for metric in (spent, planned))
    days = ["period_start", "period_end"]
    both = actual.merge(profile[[*days, "value"]], on=days, suffixes=("", "_planned"))
    if not both["value"].notna().any() or not both["value_planned"].notna().any():
        return None
    whole = both["period_label"].str.startswith("to ")
    quarters, to_date = both[~whole].sort_values("period_end"), both[whole].sort_values("period_end").tail(1)
    rows = pd.concat([quarters, to_date])
    newest = rows.dropna(subset=["value", "value_planned"]).iloc[-1]
    side = "less" if newest["value"] < newest["value_planned"] else "more"
    return bar_chart(
        [_bar(row, _upper_first(row["period_label"]), row["value_planned"]) for _, row in rows.iterrows()],
        title=f"{spent.write(abs(newest['value'] - newest['value_planned']))} {side} spent than profiled, "
        f"{newest['period_label']}",
        measure=f"{spent.title} and {lower_first(planned.title)}, {spent.unit.name}",
        write=spent.write,
        caption=provenance.caption(evidence, spent, rows.tail(1)),
        row_header="Period",
        own_name="Spent",
        beside_name="Profiled",
    )


def _upper_first(words: str) -> str:
    return words[:1].upper() + words[1:]


def unit_range(evidence: Evidence, cost: Metric, average: Metric) -> Figure | None:
    """The range of a place's cost, with and without the average transport, beside the average placement."""
    rows = evidence.rows(cost.id)
    placed = evidence.rows(average.id, breakdown=TOTAL)
    rows = rows[rows["value"].notna()]
    if rows.empty or placed.empty or placed.iloc[-1]["symbol"]:
        return None
    rows = rows[rows["period_end"] == rows["period_end"].max()]
    inmss = placed.iloc[-1]
    ranges = [Range("A place in a high dependency unit", rows["value"].min(), rows["value"].max())]
    transport = evidence.rows("transport_unit_cost_average", breakdown="Out of borough")
    if not transport.empty and not transport.iloc[-1]["symbol"]:
        with_transport = inmss["value"] + transport.iloc[-1]["value"]
        ranges.append(Range("An average INMSS place with transport out of borough", with_transport, with_transport))
    return range_chart(
        ranges,
        title=(
            f"A unit's place would cost {cost.write(rows['value'].min())} to {cost.write(rows['value'].max())} a year"
        ),
        measure=f"{cost.title} beside an average INMSS place, {cost.unit.name} a year",
        write=cost.write,
        caption=provenance.caption(evidence, cost, rows),
        reference=Reference("Average INMSS place", inmss["value"]),
        row_header="Place",
    )
