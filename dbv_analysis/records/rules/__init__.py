"""Rules that look at the quality of records: one function each, which finds the rows that break it.

A rule never changes or leaves out a row; what cannot be read at all was rejected before. Counts by rule go to whoever
checks the inputs, row numbers only in the controlled profile, and nothing else of a row.
"""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import narwhals as nw

from dbv_analysis.records.rules.registry import MOST_ROWS, RULES, Broken, Rule
from dbv_analysis.records.store import open_records, read_tally


def rules() -> list[Rule]:
    """Every rule of every module of this package."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return list(RULES.values())


def broken(folder: Path, engine: str = "duckdb") -> list[Broken]:
    """The rules that the records of a folder break, each with how many rows do and the first of them."""
    modules, reference = open_records(folder, engine), read_tally(folder).reference
    found = []
    for one in rules():
        if one.asked_of(modules):
            rows = one.find(modules, reference).select("row").unique()
            number = int(rows.select(nw.len()).collect().to_pandas().iloc[0, 0])
            if number:
                first = rows.sort("row").head(MOST_ROWS).collect().to_pandas()["row"]
                found.append(Broken(one, number, [int(row) for row in first]))
    return found
