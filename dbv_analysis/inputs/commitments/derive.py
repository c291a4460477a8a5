"""What placements and transport cost, on a day and in a window of days, from a ledger of commitments.

Every function takes and gives lazy narwhals frames, so that it runs on pandas, Polars, DuckDB over Parquet and PySpark.

How a price becomes a cost a day (assumed where no contract says otherwise):

- ``year``: a year is 365 days, and each day costs the same.
- ``week``: a week is 7 days, and is paid in every week between the dates, holidays among them; where ``weeks`` says
  in how many weeks of a year it is paid (38 for term time: 190 school days of the School Day and School Year
  regulations, **recalled**), the year's cost is spread over its 365 days.
- ``term``: three terms tile the year, as in ``Period.term``: from September, from January, from April. A term's price
  is spread over all days of the term.
- ``once``: spread over the days from the start to the end; all on the first where there is no end. Of more than a
  year, 365 days' worth is a year's cost.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import product

import narwhals as nw

from dbv_analysis.inputs.commitments.read import ONCE, PLACEMENT, TERM, TRANSPORT, WEEK
from dbv_analysis.model.period import Period
from dbv_analysis.model.sen2 import INMSS, PLACEMENTS, UNKNOWN

DAYS, WEEK_DAYS, TERMS = 365, 7, 3
DESTINATIONS = ("in borough", "out of borough")
ALL, OF_INMSS, NOWHERE = "all", "inmss", "unknown"
PROVISIONS = {PLACEMENT: (ALL, OF_INMSS, *PLACEMENTS), TRANSPORT: (ALL, *DESTINATIONS, NOWHERE)}


def commitments(ledger: nw.LazyFrame, start: date, end: date) -> nw.LazyFrame:
    """The commitments that run on any day from ``start`` to ``end``.

    ``provision`` is as the ledger has it where that is known, else unknown. ``who`` provides: the URN of a placement,
    or else the name; a journey's URN is the school's that it goes to, so there the name alone counts.
    """
    placed = nw.col("kind") == PLACEMENT
    starts, ends, provision = nw.col("starts"), nw.col("ends"), nw.col("provision")
    placement = nw.when(provision.is_in(list(PLACEMENTS))).then(provision).otherwise(nw.lit(UNKNOWN[0]))
    destination = nw.when(provision.is_in(list(DESTINATIONS))).then(provision).otherwise(nw.lit(NOWHERE))
    by_urn = placed & ~nw.col("urn").is_null()
    only_day = (nw.col("per") == ONCE) & ends.is_null()
    rows = ledger.with_columns(
        provision=nw.when(placed).then(placement).otherwise(destination),
        who=nw.when(by_urn).then(nw.col("urn").cast(nw.String)).otherwise(nw.col("provider")),
        ends=nw.when(only_day).then(starts).otherwise(ends),
    )
    return rows.filter(starts <= end, ends.is_null() | ((ends >= start) & (ends >= starts)))


def on_day(ledger: nw.LazyFrame, day: date) -> nw.LazyFrame:
    """``commitments`` on a day, each with ``pounds`` what it costs in a year, if it went on for one."""
    return a_year(commitments(ledger, day, day))


def a_year(rows: nw.LazyFrame) -> nw.LazyFrame:
    """Commitments with ``pounds`` what each costs in a year, if it went on for one."""
    per, pounds, weeks = nw.col("per"), nw.col("pounds"), nw.col("weeks").cast(nw.Float64)
    length = _number("ends") - _number("starts") + 1
    once = nw.when(length > DAYS).then(pounds * DAYS / length).otherwise(pounds)
    yearly = nw.when(per == WEEK).then(pounds * weeks.fill_null(DAYS / WEEK_DAYS)).otherwise(pounds)
    yearly = nw.when(per == TERM).then(pounds * TERMS).otherwise(yearly)
    return rows.with_columns(pounds=nw.when(per == ONCE).then(once).otherwise(yearly))


def in_window(ledger: nw.LazyFrame, start: date, end: date) -> nw.LazyFrame:
    """``commitments`` from ``start`` to ``end``, each with ``pounds`` what its days in the window cost."""
    per, pounds, weeks = nw.col("per"), nw.col("pounds"), nw.col("weeks").cast(nw.Float64)
    last = nw.when(nw.col("ends").is_null()).then(nw.lit(end.toordinal())).otherwise(_number("ends"))
    rows = commitments(ledger, start, end).with_columns(first=_number("starts"), last=last)
    days = _days(start, end)
    weekly = nw.when(weeks.is_null()).then(pounds / WEEK_DAYS * days).otherwise(pounds * weeks / DAYS * days)
    termly = nw.lit(0.0)
    for term in terms(start, end):
        termly = termly + pounds * _days(max(start, term.start), min(end, term.end)) / term.days
    once = pounds * days / (nw.col("last") - nw.col("first") + 1)
    cost = nw.when(per == WEEK).then(weekly).otherwise(pounds / DAYS * days)
    cost = nw.when(per == TERM).then(termly).otherwise(cost)
    return rows.with_columns(pounds=nw.when(per == ONCE).then(once).otherwise(cost)).drop("first", "last")


def terms(start: date, end: date) -> Iterator[Period]:
    """The terms that have a day from ``start`` to ``end``."""
    for year, name in product(range(start.year, end.year + 1), ("spring", "summer", "autumn")):
        term = Period.term(name, year)
        if term.start <= end and term.end >= start:
            yield term


def _days(start: date, end: date) -> nw.Expr:
    """How many days of a commitment, from ``first`` to ``last``, are from ``start`` to ``end``."""
    low = nw.max_horizontal("first", nw.lit(start.toordinal()))
    high = nw.min_horizontal("last", nw.lit(end.toordinal()))
    return nw.max_horizontal(high - low + 1, nw.lit(0))


def _number(column: str) -> nw.Expr:
    """A column of days as their numbers, as ``date.toordinal`` counts them.

    Engines differ in what one day less another is, so it is worked out from year, month and day: years and months are
    counted from March, so that a leap day is a year's last.
    """
    day = nw.col(column).dt
    early = nw.when(day.month() <= 2).then(nw.lit(1)).otherwise(nw.lit(0))
    year, month = day.year().cast(nw.Int64) - early, day.month().cast(nw.Int64) + early * 12 - 3
    return year * 365 + year // 4 - year // 100 + year // 400 + (month * 153 + 2) // 5 + day.day() - 306


def summary(rows: nw.LazyFrame) -> nw.LazyFrame:
    """Children, providers and money of ``on_day`` or ``in_window``, by ``kind`` and ``provision``.

    A provision is one of the ledger's, or ``all`` of a kind, or ``inmss``: independent and non-maintained special
    schools together. A child with two rows is one child in each, and a provider of two children one provider.

    Returns ``children``, ``providers`` (missing where none is named), ``pounds``, ``fewest``, the smaller of the two
    counts that are known, and ``largest``, the most pounds that one child or one provider makes up.
    """
    every = rows.with_columns(provision=nw.lit(ALL))
    inmss = rows.filter(nw.col("provision").is_in(list(INMSS))).with_columns(provision=nw.lit(OF_INMSS))
    columns = ("kind", "provision", "person", "who", "pounds")
    together = nw.concat([part.select(*columns) for part in (rows, every, inmss)])
    group = ("kind", "provision")
    children = together.group_by(*group, "person").agg(nw.col("pounds").sum()).group_by(*group)
    children = children.agg(children=nw.len(), total=nw.col("pounds").sum(), child=nw.col("pounds").max())
    providers = together.filter(~nw.col("who").is_null()).group_by(*group, "who").agg(nw.col("pounds").sum())
    providers = providers.group_by(*group).agg(providers=nw.len(), provider=nw.col("pounds").max())
    joined = children.join(providers, on=list(group), how="left")
    fewest, largest = nw.min_horizontal("providers", "children"), nw.max_horizontal("provider", "child")
    return joined.select(*group, "children", "providers", pounds=nw.col("total"), fewest=fewest, largest=largest)
