"""The grant: what was profiled, what was spent, and what is not itemised; by quarter and to date."""

from __future__ import annotations

import narwhals as nw

from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.metric import Value, metric
from dbv_analysis.model.units import COUNT, NEITHER, POUNDS

APPLICATION = "DBV grant application, funding summary"
REPORTS = "the authority's quarterly reports"
LINE = {"Grant line": "line"}
ALL_LINES, NOT_ITEMISED = "All lines", "Not itemised"
AREA = ["area_code", "area_name", "geographic_level"]
PROVENANCE = ["as_at", "source", "release", "published"]


def _grant(title: str, unit=POUNDS, source: str = REPORTS, **more):
    return metric(
        section="Grant",
        title=title,
        unit=unit,
        better=NEITHER,
        source=source,
        by=LINE,
        any_day=True,
        decimals=0,
        **more,
    )


def _measure(grant: nw.LazyFrame, name: str) -> nw.LazyFrame:
    """Rows of one measure; the printed total of all lines is the Total."""
    line = nw.when(nw.col("line") == ALL_LINES).then(nw.lit(TOTAL)).otherwise(nw.col("line"))
    return grant.filter(nw.col("measure") == name).with_columns(line=line)


def _first_day(grant: nw.LazyFrame) -> nw.LazyFrame:
    return grant.group_by("area_code").agg(first=nw.col("period_start").min())


def _to_date(rows: nw.LazyFrame, grant: nw.LazyFrame) -> nw.LazyFrame:
    """Each line's sum from the first quarter to the end of every later one, with that quarter's release.

    Where two releases give a quarter, the newest that was out by then counts. A quarter that is not a number makes
    the sums that hold it unavailable.
    """
    ends = rows.select(
        "area_code", *PROVENANCE, line="line", end="period_end", label="period_label", basis="basis"
    ).unique()
    parts = rows.select(
        *AREA, "line", "period_start", "period_end", "pounds", "symbol", told="published", told_in="release"
    )
    known = ends.join(parts, on=["area_code", "line"], how="inner").filter(
        nw.col("period_end") <= nw.col("end"), nw.col("told") <= nw.col("published")
    )
    key = ["area_code", "line", "release", "end"]
    known = _told_last(known, *key, "period_end")
    sums = (
        known.with_columns(missing=_missing())
        .group_by(*AREA, "line", *PROVENANCE, "end", "label", "basis")
        .agg(nw.col("pounds").sum(), nw.col("missing").sum(), nw.col("period_start").min(), quarters=nw.len())
    )
    # A quarter between that nobody told is not one without spending.
    gap = nw.col("quarters") < _quarters(nw.col("period_start"), nw.col("end"))
    sums = sums.filter(nw.col("quarters") > 1).with_columns(
        period_end=nw.col("end"),
        period_label=nw.concat_str(nw.lit("to the end of "), nw.col("label")),
        symbol=nw.when((nw.col("missing") > 0) | gap).then(nw.lit("x")).otherwise(nw.lit("")),
    )
    sums = sums.join(_first_day(grant), on="area_code", how="inner").filter(nw.col("first") == nw.col("period_start"))
    return sums.drop("missing", "quarters", "label", "first")


def _missing() -> nw.Expr:
    """1 for a row without a number."""
    return nw.when(nw.col("symbol") == "").then(nw.lit(0)).otherwise(nw.lit(1))


def _quarters(start: nw.Expr, end: nw.Expr) -> nw.Expr:
    """How many quarters lie from the first day of one to the last day of another."""
    start, end = start.cast(nw.Datetime).dt, end.cast(nw.Datetime).dt
    return ((end.year() - start.year()) * 12 + end.month() - start.month() + 1) / 3


def _pounds(rows: nw.LazyFrame) -> Value:
    return Value(rows, nw.when(nw.col("symbol") == "").then(nw.col("pounds")))


def _spent_by_line(grant: nw.LazyFrame) -> nw.LazyFrame:
    """Each line's spending from the first quarter to the end of every later one that has a total.

    The newest "spend to date" that was printed for the line by then, and the quarters since; so a line that a later
    report does not repeat keeps what it had spent.
    """
    totals = _measure(grant, "spend").filter(nw.col("line") == TOTAL)
    ends = _to_date(totals, grant).select("area_code", *PROVENANCE, "period_label", "period_start", "end", "basis")
    column = ["area_code", "release", "end", "line"]
    printed = _known_by(_measure(grant, "spend to date"), ends)
    latest = nw.col("period_end").max().over(*column)
    printed = printed.with_columns(latest=latest).filter(nw.col("period_end") == nw.col("latest"))
    base = printed.select(*column, since="period_end", before="pounds", spoilt="symbol")
    quarters = _known_by(_measure(grant, "spend"), ends).join(base, on=column, how="left")
    quarters = quarters.filter(nw.col("since").is_null() | (nw.col("period_end") > nw.col("since")))
    added = (
        quarters.with_columns(missing=_missing())
        .group_by(*column)
        .agg(nw.col("missing").sum(), after=nw.col("pounds").sum())
    )
    lines = nw.concat([base.select(*column), added.select(*column)]).unique()
    rows = lines.join(base, on=column, how="left").join(added, on=column, how="left")
    unknown = (nw.col("missing").fill_null(0) > 0) | (nw.col("spoilt").fill_null("") != "")
    rows = rows.with_columns(
        pounds=nw.col("before").fill_null(0) + nw.col("after").fill_null(0),
        symbol=nw.when(unknown).then(nw.lit("x")).otherwise(nw.lit("")),
    )
    places = grant.select(*AREA).unique()
    return (
        rows.join(ends, on=["area_code", "release", "end"], how="inner")
        .join(places, on="area_code", how="inner")
        .with_columns(period_end=nw.col("end"))
    )


def _known_by(rows: nw.LazyFrame, ends: nw.LazyFrame) -> nw.LazyFrame:
    """For each end, the lines' rows up to it that its release could know, each quarter as it was told last."""
    rows = rows.filter(nw.col("line") != TOTAL).select(
        "area_code", "line", "period_end", "pounds", "symbol", told="published", told_in="release"
    )
    known = (
        ends.select("area_code", "release", "published", "end")
        .join(rows, on="area_code", how="inner")
        .filter(nw.col("period_end") <= nw.col("end"), nw.col("told") <= nw.col("published"))
    )
    return _told_last(known, "area_code", "release", "end", "line", "period_end")


def _told_last(rows: nw.LazyFrame, *key: str) -> nw.LazyFrame:
    """Of the rows of each ``key`` those that were told last; of two releases on one day, the last by name."""
    rows = rows.with_columns(newest=nw.col("told").max().over(*key)).filter(nw.col("told") == nw.col("newest"))
    return rows.with_columns(last=nw.col("told_in").max().over(*key)).filter(nw.col("told_in") == nw.col("last"))


@_grant("Grant profile", source=APPLICATION)
def grant_profile(grant) -> tuple[Value, Value]:
    """Grant that the application planned to spend, £, by line: in each quarter, and from the start to its end."""
    rows = _measure(grant, "profile")
    return _pounds(rows), _pounds(_to_date(rows, grant))


def _not_itemised(totals: nw.LazyFrame, lines: nw.LazyFrame) -> nw.LazyFrame:
    """What the lines leave of each total; not known where a line has no number."""
    key = ["area_code", "period_start", "period_end", "release"]
    itemised = (
        lines.with_columns(missing=_missing())
        .group_by(*key)
        .agg(nw.col("missing").sum(), itemised=nw.col("pounds").sum())
    )
    joined = totals.join(itemised, on=key, how="left")
    unknown = (nw.col("symbol") == "") & (nw.col("missing").fill_null(0) > 0)
    return joined.with_columns(
        pounds=nw.col("pounds") - nw.col("itemised").fill_null(0),
        line=nw.lit(NOT_ITEMISED),
        symbol=nw.when(unknown).then(nw.lit("x")).otherwise(nw.col("symbol")),
    )


@_grant("Grant spent")
def grant_spend(grant) -> tuple[Value, ...]:
    """Grant spent, £, by line: in each quarter, and from the start to its end.

    The total of a quarter is the printed one; what its lines leave of it is not itemised. To date, a line is what a
    report last printed as its spend to date, and the quarters since; the total is the sum of the quarters.
    """
    rows = _measure(grant, "spend")
    totals, lines = rows.filter(nw.col("line") == TOTAL), rows.filter(nw.col("line") != TOTAL)
    total, by_line = _to_date(totals, grant), _spent_by_line(grant)
    left = _not_itemised(totals, lines).drop("printed", strict=False), _not_itemised(total, by_line)
    return tuple(_pounds(frame) for frame in (rows, by_line, total, *left))


@_grant("Grant projected in the report")
def grant_projected(grant) -> Value:
    """What the report itself says a line was projected to cost in the quarter, £."""
    return _pounds(_measure(grant, "projected"))


def _spent_and_planned(grant: nw.LazyFrame) -> nw.LazyFrame:
    """The total spent to date beside the total profiled to the same day, and beside the whole grant.

    Of several profiles the newest counts that was out when the spending was told.
    """
    spent = _to_date(_measure(grant, "spend").filter(nw.col("line") == TOTAL), grant)
    profile = _measure(grant, "profile").filter(nw.col("line") == TOTAL)
    key = ["area_code", "period_end", "release"]
    known = (
        spent.select(*key, "published")
        .join(
            profile.select("area_code", "pounds", "symbol", quarter="period_end", planned_on="published"),
            on="area_code",
            how="inner",
        )
        .filter(nw.col("planned_on") <= nw.col("published"))
    )
    newest = nw.col("planned_on").max().over(*key)
    until = nw.col("quarter") <= nw.col("period_end")
    planned = (
        known.with_columns(newest=newest)
        .filter(nw.col("planned_on") == nw.col("newest"))
        .with_columns(
            planned=nw.when(until).then(nw.col("pounds")).otherwise(nw.lit(0.0)),
            to_come=nw.when(until).then(nw.lit(0)).otherwise(nw.lit(1)),
            unplanned=_missing(),
        )
        .group_by(*key)
        .agg(nw.col("planned").sum(), nw.col("to_come").sum(), nw.col("unplanned").sum(), grant=nw.col("pounds").sum())
    )
    joined = spent.join(planned, on=key, how="inner")
    unknown = (nw.col("symbol") == "") & (nw.col("unplanned") > 0)
    return joined.with_columns(symbol=nw.when(unknown).then(nw.lit("x")).otherwise(nw.col("symbol")))


@metric(
    section="Grant",
    title="Grant spent beyond its profile",
    unit=POUNDS,
    better=NEITHER,
    decimals=0,
    source=f"{APPLICATION}; {REPORTS}",
    any_day=True,
)
def grant_variance(grant) -> Value:
    """Grant spent less grant profiled, from the start to the end of a quarter, £. Below 0: less was spent."""
    return Value(_spent_and_planned(grant), nw.col("pounds") - nw.col("planned"))


@metric(
    section="Grant",
    title="Grant to be spent in each quarter that is left",
    unit=POUNDS,
    better=NEITHER,
    decimals=0,
    source=f"{APPLICATION}; {REPORTS}",
    any_day=True,
)
def grant_needed_rate(grant) -> Value:
    """Grant not yet spent, divided by the quarters of the profile that are left, £ a quarter.

    The profile ends with the financial year; the report says that the roll-out is over two years.
    """
    rows = _spent_and_planned(grant).filter(nw.col("to_come") > 0)
    return Value(rows, (nw.col("grant") - nw.col("pounds")) / nw.col("to_come"))


@metric(
    section="Grant", title="Quarters of the profile left", unit=COUNT, better=NEITHER, source=APPLICATION, any_day=True
)
def grant_quarters_left(grant) -> Value:
    """Quarters of the profile after the one in question."""
    return Value(_spent_and_planned(grant), nw.col("to_come"))
