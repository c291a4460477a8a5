"""What a reader knows beside the figures themselves: how the tables' rows, and figures of several periods, add up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from dbv_analysis.model.sen2 import INMSS
from dbv_analysis.results.count import ATOM

WHERE = ["area_code", "period_start", "period_end", "release"]
FIGURE = ["metric_id", "area_code", "breakdown_topic", "breakdown"]
Rows = Callable[[pd.DataFrame], pd.Series]


@dataclass(frozen=True)
class Sum:
    """Rows of a table that other rows, of the same or another table, add up to, for each value of the columns ``by``.

    With ``at_most`` the others are only part of them.
    """

    text: str
    whole: tuple[str, Rows]
    parts: tuple[str, Rows]
    by: tuple[str, ...] = ()
    at_most: bool = False


def _rows(table: str, **chosen: str | tuple[str, ...]) -> tuple[str, Rows]:
    """The rows of a table whose columns hold one of the values given; none of them where the name ends in ``_not``."""

    def choose(frame: pd.DataFrame) -> pd.Series:
        found = pd.Series(True, index=frame.index)
        for name, values in chosen.items():
            column = name.removesuffix("_not")
            there = frame[column].isin([values] if isinstance(values, str) else values)
            found &= ~there if name.endswith("_not") else there
        return found

    return table, choose


BY_PLACEMENT = _rows("plans_by_need", placement_not="all")
SUMS = (
    Sum("plans by placement", _rows("caseload"), _rows("placements")),
    Sum("plans by primary need", _rows("caseload"), _rows("plans_by_need", placement="all")),
    Sum("plans by age", _rows("caseload"), _rows("plans_by_age")),
    Sum("plans of a primary need by placement", _rows("plans_by_need", placement="all"), BY_PLACEMENT, ("need",)),
    Sum("plans in a placement by primary need", _rows("placements"), BY_PLACEMENT, ("placement",)),
    Sum(
        "plans issued by time taken",
        _rows("timeliness", time_taken="all"),
        _rows("timeliness", time_taken_not="all"),
        ("exceptions",),
    ),
    Sum(
        "plans issued without exceptions",
        _rows("timeliness", exceptions="included"),
        _rows("timeliness", exceptions="excluded"),
        ("time_taken",),
        at_most=True,
    ),
    *(
        Sum(words, _rows("attendance", what=whole), _rows("attendance", what=part), ("sen_provision",), at_most=True)
        for words, whole, part in (
            ("severe absence", "persistent", "severe"),
            ("persistent absence", "enrolments", "persistent"),
            ("sessions missed", "possible sessions", "missed sessions"),
        )
    ),
    *(
        Sum(words, _rows("costs", provision=whole), _rows("costs", **parts), ("kind", "what"))
        for words, whole, parts in (
            ("costs by provision", "all", {"provision_not": ("all", "inmss")}),
            ("costs of independent and non-maintained special schools", "inmss", {"provision": INMSS}),
        )
    ),
)


def relations(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What ``SUMS`` say of the rows of numbered tables: ``words``, ``relation``, ``atom``, ``factor``, ``at_most``.

    Rows that do not add up, as in years for which an authority returned no placements, give no relation: so a reader
    knows no less than is told here.
    """
    found, first = [], 0
    for one in SUMS:
        sides = []
        for factor, (name, rows) in ((1.0, one.whole), (-1.0, one.parts)):
            table = tables.get(name)
            if table is not None and not table.empty:
                sides.append(table[rows(table)].assign(factor=factor))
        if len(sides) < 2 or any(side.empty for side in sides):
            continue
        key = [*WHERE, *one.by]
        terms = pd.concat([side[[*key, ATOM, "count", "factor"]] for side in sides], ignore_index=True)
        terms["relation"] = terms.groupby(key, sort=False).ngroup() + first
        first = int(terms["relation"].max()) + 1
        weighted = (terms["count"] * terms["factor"]).groupby(terms["relation"])
        total, spoilt = weighted.sum(), weighted.agg(lambda count: count.isna().any())
        both = terms.groupby("relation")["factor"].nunique() == 2
        holds = both & ~spoilt & ((total >= 0) if one.at_most else np.isclose(total, 0))
        kept = terms[terms["relation"].map(holds)]
        found.append(kept[["relation", ATOM, "factor"]].assign(words=one.text, at_most=one.at_most))
    columns = ["relation", ATOM, "factor", "words", "at_most"]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)


def links(figures: pd.DataFrame) -> list[tuple[str, dict[tuple[int, str], float]]]:
    """What figures say of each other: the same one in several releases, and periods that follow one another in a third.

    Each is words, and factors by figure and part of it, of a sum that is 0. Only events add up over periods.
    """
    found = []
    secret = figures.loc[figures["hidden"], FIGURE].drop_duplicates()
    near = figures.reset_index(names="figure").merge(secret, on=FIGURE)
    for _, same in near.groupby(FIGURE, sort=False):
        periods = {}
        for row in same.itertuples():
            periods.setdefault((row.period_start, row.period_end), []).append(row)
        for rows in periods.values():
            for one, other in combinations(rows, 2):
                found += _same(one, other)
        events = {ends: rows[0] for ends, rows in periods.items() if rows[0].basis != "snapshot"}
        found += _following(events)
    return found


def _same(first, other) -> list:
    return [
        ("the same figure in another release", {(first.figure, part): 1.0, (other.figure, part): -1.0})
        for part in ("numerator", "denominator")
        if getattr(first, part) == getattr(other, part)
    ]


def _following(events: Mapping[tuple, object]) -> list:
    """Each period that others make up without a gap, in every way in which they do."""
    found = []
    for (start, end), whole in events.items():
        for chain in _chains(start, end, [one for one in events if one != (start, end)]):
            terms = {(whole.figure, "numerator"): 1.0}
            terms |= {(events[one].figure, "numerator"): -1.0 for one in chain}
            found.append(("periods that follow one another", terms))
    return found


def _chains(start, end, periods: list) -> list[list]:
    if start > end:
        return [[]]
    day = pd.Timedelta(days=1)
    found = []
    for first, last in periods:
        if first == start and last <= end:
            after = (pd.Timestamp(last) + day).date()
            found += [[(first, last), *rest] for rest in _chains(after, end, periods)]
    return found
