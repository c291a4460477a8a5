"""The authority's ledger of placements and transport → the table of what they cost.

A child's row goes no further than the Parquet file of ``data/processed/records``; what is given on is sums.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import narwhals as nw
import pandas as pd

from dbv_analysis.inputs.commitments import derive
from dbv_analysis.inputs.commitments.quality import RULES
from dbv_analysis.inputs.commitments.read import LEDGER, PLACEMENT, TRANSPORT, read_ledger
from dbv_analysis.inputs.input_format import Format, Input, Read
from dbv_analysis.inputs.records.list_reader import rejects_of
from dbv_analysis.inputs.records.store import left_out, open_records
from dbv_analysis.model.period import Period

# What a count of ``derive.summary`` is called in the table, where it is called otherwise.
CALLED = {"fewest": "fewest behind", "largest": "largest pounds"}
# What a ledger that has the kind at all has a sum of, be it 0.
ALWAYS = {PLACEMENT: (derive.ALL, derive.OF_INMSS), TRANSPORT: (derive.ALL, *derive.DESTINATIONS)}


def read_costs(path: Path, shown: str, day: date, folder: Path, database: str = "") -> tuple[pd.DataFrame, list[str]]:
    """Rows of the table ``costs`` as text, and what to warn of.

    Two periods: the day of the ledger, with what its commitments cost in a year, and the financial year up to that day,
    with what its days cost.

    Raises DataProblems where the ledger cannot be read.
    """
    tally = read_ledger(path, folder, shown, day, database)
    ledger = open_records(folder)[LEDGER]
    so_far = financial_year_to(day)
    tables = {
        Period.snapshot(day).text: _summed(ledger, derive.on_day(ledger, day), pounds="pounds a year"),
        so_far.text: _summed(ledger, derive.in_window(ledger, so_far.start, so_far.end)),
    }
    rows = pd.concat([frame.assign(period=period) for period, frame in tables.items()], ignore_index=True)
    counts = [f"{number:.2f}".removesuffix(".00") for number in rows["count"]]
    rejected, seen = tally.rejected[LEDGER], tally.seen[LEDGER]
    warnings = [left_out(shown, f"{rejected:,} of {seen:,} rows", rejects_of(folder, LEDGER))] if rejected else []
    return rows.assign(count=counts), warnings


def financial_year_to(day: date) -> Period:
    """The financial year from its 1 April to ``day``: the whole year where that is its last."""
    whole = Period.financial_year(day.year if day.month >= 4 else day.year - 1)
    return whole if day == whole.end else Period.window(whole.start, day)


def _summed(ledger: nw.LazyFrame, rows: nw.LazyFrame, **called: str) -> pd.DataFrame:
    """``derive.summary`` with a row a number: ``kind``, ``provision``, ``what`` and ``count``."""
    sums = derive.summary(rows).collect().to_pandas().set_index(["kind", "provision"])
    kinds = sorted(ledger.select("kind").unique().collect().to_pandas()["kind"])
    every = [(kind, name) for kind in kinds for name in derive.PROVISIONS[kind]]
    index = [(kind, name) for kind, name in every if (kind, name) in sums.index or name in ALWAYS[kind]]
    sums = sums.reindex(pd.MultiIndex.from_tuples(index, names=["kind", "provision"])).astype(float)
    known = sums["providers"].groupby(level="kind").transform("count") > 0
    zeros = sums.fillna(0)
    zeros["providers"] = zeros["providers"].where(known)  # else nobody says who provides
    long = zeros.rename(columns={**CALLED, **called}).melt(ignore_index=False, var_name="what", value_name="count")
    return long.dropna(subset=["count"]).reset_index()


def read_input(given: Input) -> Read:
    day = given.source.as_at or given.source.published
    rows, warnings = read_costs(given.path, given.shown, day, given.records, given.source.database or "")
    return Read({"costs": rows}, warnings)


FORMAT = Format(read_input, persons=True, rules=RULES, queried=True)
