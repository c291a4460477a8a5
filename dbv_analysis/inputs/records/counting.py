"""Records added up to the counts that a table holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import narwhals as nw
import pandas as pd

from dbv_analysis.model.tables import TABLES


def summed(name: str, records: nw.LazyFrame) -> pd.DataFrame:
    """Records added up to the counts of a table: its key, but for the area, and ``count``."""
    key = [column for column in TABLES[name].key if column != "area_code"]
    counts = records.group_by(*key).agg(nw.col("count").sum()).collect().to_pandas()
    return counts.astype({"count": int}).sort_values(key, ignore_index=True)


def with_zeros(counts: pd.DataFrame, every: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """The counts, and 0 for each combination of the values of columns that has none."""
    grid = pd.MultiIndex.from_product(every.values(), names=every.keys()).to_frame(index=False)
    both = grid.merge(counts, on=list(every), how="outer")
    return both.assign(count=both["count"].fillna(0).astype(int))
