"""What a reader knows beside the figures themselves: how the tables' rows, and figures of several periods, add up."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd

from dbv_analysis.model.tables import TABLES
from dbv_analysis.results.count import ATOM

WHERE = ["area_code", "period_start", "period_end", "release"]
FIGURE = ["metric_id", "area_code", "breakdown_topic", "breakdown"]


def relations(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What the schemas of ``TABLES`` declare of the rows of numbered tables that add up.

    Returns ``words``, ``relation``, ``atom``, ``factor``, ``at_most``. Rows that do not add up, as in years for which
    an authority returned no placements, give no relation: so a reader knows no less than is told here.
    """
    frames, first = [], 0
    for declared in (declared for table in TABLES.values() for declared in table.sums):
        sides = []
        for factor, rows in ((1.0, declared.whole), (-1.0, declared.parts)):
            table = tables.get(rows.table)
            if table is not None and not table.empty:
                sides.append(rows.of(table).assign(factor=factor))
        if len(sides) < 2 or any(side.empty for side in sides):
            continue
        key = [*WHERE, *declared.by]
        terms = pd.concat([side[[*key, ATOM, "count", "factor"]] for side in sides], ignore_index=True)
        terms["relation"] = terms.groupby(key, sort=False).ngroup() + first
        first = int(terms["relation"].max()) + 1
        weighted = (terms["count"] * terms["factor"]).groupby(terms["relation"])
        total, spoilt = weighted.sum(), weighted.agg(lambda count: count.isna().any())
        both = terms.groupby("relation")["factor"].nunique() == 2
        holds = both & ~spoilt & ((total >= 0) if declared.at_most else np.isclose(total, 0))
        true = terms[terms["relation"].map(holds)]
        frames.append(true[["relation", ATOM, "factor"]].assign(words=declared.text, at_most=declared.at_most))
    columns = ["relation", ATOM, "factor", "words", "at_most"]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


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
