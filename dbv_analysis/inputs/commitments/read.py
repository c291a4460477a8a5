"""A ledger of placements and transport with what they cost: a row a commitment; CSV, Excel, Parquet or a query.

The layout is this project's own: a council exports it from its contracts or its finance system under these names.
"""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from dbv_analysis.inputs.records.list_reader import read_list
from dbv_analysis.inputs.records.store import Tally

LEDGER = "ledger"
PLACEMENT, TRANSPORT = "placement", "transport"
WEEK, TERM, YEAR, ONCE = "week", "term", "year", "once"


def read_ledger(path: Path, folder: Path, shown: str, day: date, database: str = "") -> Tally:
    """Read a ledger into ``folder``: ``ledger.parquet``, the rejected rows with their reasons, and the tally.

    Columns are ``person`` (a key of the child, the same in every row of one), ``urn`` or ``provider``, ``kind``
    (placement or transport), ``provision``, ``starts``, ``ends`` (empty while it goes on), ``pounds``, ``per`` (week,
    term, year or once), and where it is known ``weeks``: in how many weeks of a year a weekly price is paid. A row is
    rejected where a cell cannot be read, or where person, kind, starts, pounds or per is empty. Rows are numbered as a
    spreadsheet numbers them; one with nothing in it is none.

    Raises DataProblems where the file cannot be read, or lacks a column; then nothing is left in the folder.
    """
    try:
        counted = read_list(path, folder, LEDGER, shown, database)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    tally = Tally(day.year, day)
    tally.add(LEDGER, *counted)
    tally.write(folder)
    return tally
