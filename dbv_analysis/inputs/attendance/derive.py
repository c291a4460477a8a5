"""Absence from registers: sessions missed, and enrolments that missed a tenth or half of their own.

Statistics are per enrolment: a pupil on the roll of two schools is two. A session is half a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache

import narwhals as nw

from dbv_analysis.model.packaged import read_toml

FIRST, LAST = date(1900, 1, 1), date(9999, 1, 1)
PERSISTENT, SEVERE = 10, 2  # of so many possible sessions at least one was missed


@cache
def codes() -> list[dict]:
    """Every attendance code: what it counts as, and the first and last day on which it is valid."""
    listed = read_toml(__package__, "attendance_codes.toml")["code"]
    return [{"first": FIRST, "last": LAST, **code} for code in listed]


def not_valid() -> nw.Expr:
    """1 where a mark's code is none, or is not valid on its day; else 0."""
    return 1 - _counts("present", "authorised", "unauthorised", "not_possible")


def _counts(*kinds: str) -> nw.Expr:
    """1 where a mark's code, valid on its date, counts as one of ``kinds``; else 0."""
    found = nw.lit(False)
    for one in codes():
        if one["counts"] in kinds:
            valid = nw.col("code") == one["code"]
            if one["first"] > FIRST:
                valid = valid & (nw.col("date") >= one["first"])
            if one["last"] < LAST:
                valid = valid & (nw.col("date") <= one["last"])
            found = found | valid
    return nw.when(found).then(nw.lit(1)).otherwise(nw.lit(0))


def enrolments(marks: nw.LazyFrame, start: date, end: date, by: Sequence[str] = ()) -> nw.LazyFrame:
    """What each enrolment could attend and missed from ``start`` to ``end``, apart by further columns of the marks.

    Returns a row a ``pupil`` and ``school``: ``possible``, ``authorised`` and ``unauthorised`` sessions, and
    ``not_valid``, marks whose code is none, or not on that day. These and sessions that were not possible count in no
    sum. Enrolments without a possible session are left out.
    """
    within = marks.filter(nw.col("date") >= start, nw.col("date") <= end)
    sums = (
        within.with_columns(
            possible=_counts("present", "authorised", "unauthorised"),
            authorised=_counts("authorised"),
            unauthorised=_counts("unauthorised"),
            not_valid=not_valid(),
        )
        .group_by("pupil", "school", *by)
        .agg(
            nw.col("possible").sum(),
            nw.col("authorised").sum(),
            nw.col("unauthorised").sum(),
            nw.col("not_valid").sum(),
        )
    )
    return sums.filter(nw.col("possible") > 0)


def flagged(enrolled: nw.LazyFrame) -> nw.LazyFrame:
    """Each enrolment with ``missed`` sessions, and 1 or 0 as ``persistent`` and ``severe``; ``enrolments`` is 1.

    Persistent: at least 10% of its own possible sessions were missed; severe: at least 50%.
    """
    missed = nw.col("authorised") + nw.col("unauthorised")
    return enrolled.with_columns(missed=missed).with_columns(
        persistent=_one(nw.col("missed") * PERSISTENT >= nw.col("possible")),
        severe=_one(nw.col("missed") * SEVERE >= nw.col("possible")),
        enrolments=nw.lit(1),
    )


def absence(enrolled: nw.LazyFrame, by: Sequence[str] = ()) -> nw.LazyFrame:
    """Counts behind overall, persistent and severe absence, by columns that the enrolments have.

    Returns ``enrolments``, ``possible`` and ``missed`` sessions, and how many enrolments were ``persistent`` and
    ``severe``. Divide only what disclosure lets through.
    """
    summed = [nw.col(name).sum() for name in ("enrolments", "possible", "missed", "persistent", "severe")]
    return flagged(enrolled).group_by(*by).agg(*summed) if by else flagged(enrolled).select(*summed)


def around(marks: nw.LazyFrame, day: date, weeks: int) -> nw.LazyFrame:
    """The marks of so many weeks from a day on, and of the same weeks a year before; ``when`` says which.

    The weeks before lie 52 weeks earlier, so that both have the same days of the week and the same part of the school
    year.
    """
    length, year = timedelta(weeks=weeks), timedelta(weeks=52)
    parts = [
        marks.filter(nw.col("date") >= start, nw.col("date") < start + length).with_columns(when=nw.lit(when))
        for when, start in (("before", day - year), ("after", day))
    ]
    return nw.concat(parts)


def _one(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0))
