"""Groups of one whole: what their figures are counted from, where the rows themselves are out of reach."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd


def sums(figures: pd.DataFrame, key: Sequence[str]) -> pd.DataFrame:
    """The parts of each group's counts, and with them those of the whole: ``figure``, ``part``, ``atom``, ``count``.

    Args:
        figures: the figures of one thing, as ``system.system`` takes them; ``whole`` marks those of everybody.
        key: the columns that groups of one whole share.

    Of a share the numerator is one atom and the rest another, so that a part is never more than its whole.
    """
    groups = figures[~figures["whole"]]
    rest = groups["denominator"] - groups["numerator"].where(groups["share"], 0)
    atoms = [
        pd.DataFrame({"figure": groups.index, "part": part, "atom": name + groups.index.astype(str), "count": count})
        for part, name, count in (
            ("numerator", "of ", groups["numerator"]),
            ("denominator", "of ", groups["numerator"].where(groups["share"])),
            ("denominator", "rest ", rest),
        )
    ]
    parts = pd.concat(atoms, ignore_index=True).dropna()
    if not len(groups.index) or groups.index.equals(figures.index):
        return parts
    key = list(key)
    whole = figures.loc[figures["whole"], key].reset_index(names="of_all")
    of_all = groups[key].reset_index(names="figure").merge(whole, on=key)
    wholes = parts.merge(of_all[["figure", "of_all"]], on="figure")
    wholes = wholes.assign(figure=wholes["of_all"]).drop(columns="of_all")
    return pd.concat([parts, wholes], ignore_index=True)
