"""Hide as many further figures as it takes, so that no hidden one can be worked out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dbv_analysis.results.audit.solve import Interval, narrow, parts
from dbv_analysis.results.audit.system import System, hide


def protect(figures: pd.DataFrame, system: System) -> pd.Series:
    """Which figures to hide, those that are hidden among them.

    Args:
        figures: as ``system.system`` takes them, and ``whole``: whether a figure is of everybody, which is hidden last.
        known: their system, with the relations that a reader knows.

    Of the figures that give a hidden count away, the one is hidden that is of a group and counts fewest, and then the
    rest is asked again. A count of 0 is never hidden, a share of none last of all. Returns true or false by the index
    of ``figures``.
    """
    hidden = figures["hidden"].copy()
    rank = _order(figures)
    all_parts = parts(system)
    part_of = {int(quantity): number for number, part in enumerate(all_parts) for quantity in part}
    todo = set(range(len(all_parts)))
    while todo:
        number = todo.pop()
        part = all_parts[number]
        giving = (_given_away_by(interval, system, part, rank) for interval in narrow(system, part))
        chosen = next((figure for figure in giving if figure is not None), None)
        if chosen is None:
            continue
        hidden[chosen] = True
        system = hide(system, chosen)
        todo |= {part_of[interval] for interval in system.quantities.index[system.quantities["figure"] == chosen]}
    return hidden


def _order(figures: pd.DataFrame) -> pd.Series:
    """The figures that may be hidden, in the order in which they are: groups before wholes, few before many."""
    order = figures.assign(size=figures["denominator"].fillna(figures["numerator"]), none=figures["numerator"] == 0)
    order = order[(order["size"] > 0) & ~order["hidden"]]
    order = order.sort_values(["whole", "none", "size", "numerator"], kind="stable").index
    return pd.Series(np.arange(len(order)), index=order)


def _given_away_by(interval: Interval, system: System, part: np.ndarray, rank: pd.Series) -> int | None:
    """The figure to hide of those that bound a hidden one, or where none of them may be, of all that touch it."""
    for places in (list(interval.by), list(part)):
        rows = system.quantities.loc[places]
        figures = rank.reindex(rows.loc[rows["shown"], "figure"].unique()).dropna()
        if not figures.empty:
            return int(figures.idxmin())
    return None
