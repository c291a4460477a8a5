"""Rules that look at the quality of records: one function each, which finds the rows that break it.

A rule never changes or leaves out a row; what cannot be read at all was rejected before. Counts by rule go to whoever
checks the inputs, row numbers only in the controlled profile, and nothing else of a row.
"""

from __future__ import annotations

from pathlib import Path

import narwhals as nw

from dbv_analysis.inputs.formats import FORMATS
from dbv_analysis.inputs.records.quality import MOST_ROWS, Broken, Rule
from dbv_analysis.inputs.records.store import open_records, read_tally


def rules() -> list[Rule]:
    """Every rule of every format."""
    return [rule for form in FORMATS.values() for rule in form.rules]


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
