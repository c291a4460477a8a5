"""A ledger of placements and transport with what they cost: a row a commitment; CSV, Excel or Parquet.

CSV and Parquet are read a piece at a time. The layout is this project's own: a council exports it from its contracts or
its finance system under these names.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dbv_analysis.records.encodings import csv_rows
from dbv_analysis.records.fields import DATE, MONEY, NUMBER, TEXT, Field, Module
from dbv_analysis.records.store import Store, Tally
from dbv_analysis.terms import DataProblem, DataProblems, did_you_mean, listed

PLACEMENT, TRANSPORT = "placement", "transport"
WEEK, TERM, YEAR, ONCE = "week", "term", "year", "once"
PROVIDERS = ("urn", "provider")  # one of them names who provides; a file needs one of the columns
OPTIONAL = (*PROVIDERS, "weeks")
LONGEST_CELL = 100_000  # characters


@dataclass(frozen=True)
class Needed(Field):
    """A field without which no count can hold the row; where it has codes, it has to hold one of them."""

    def read(self, text: str) -> str | int | float | date | None:
        value = super().read(text.lower() if self.codes else text)
        if value is None:
            raise ValueError(f"{self.name} is empty")
        if self.codes and value not in self.codes:
            raise ValueError(f"{self.name} is none of {listed(self.codes)}")
        return value


@dataclass(frozen=True)
class _Name(Field):
    """A field of words that are the same in capitals and with more spaces."""

    def read(self, text: str) -> str | None:
        return " ".join(text.lower().split()) or None


def _field(kind: type[Field], name: str, holds: str, codes: tuple[str, ...] = ()) -> Field:
    return kind(name, holds, codes, name)


LEDGER = Module(
    "ledger",
    "",
    "",
    (
        _field(Needed, "person", TEXT),
        _field(Field, "urn", NUMBER),
        _field(_Name, "provider", TEXT),
        _field(Needed, "kind", TEXT, (PLACEMENT, TRANSPORT)),
        _field(_Name, "provision", TEXT),
        _field(Needed, "starts", DATE),
        _field(Field, "ends", DATE),
        _field(Needed, "pounds", MONEY),
        _field(Needed, "per", TEXT, (WEEK, TERM, YEAR, ONCE)),
        _field(Field, "weeks", NUMBER),
    ),
)
COLUMNS = tuple(one.name for one in LEDGER.fields)


def read_ledger(path: Path, folder: Path, shown: str, day: date) -> Tally:
    """Read a ledger into ``folder``: ``ledger.parquet``, the rejected rows with their reasons, and the tally.

    Columns are ``person`` (a key of the child, the same in every row of one), ``urn`` or ``provider``, ``kind``
    (placement or transport), ``provision``, ``starts``, ``ends`` (empty while it goes on), ``pounds``, ``per`` (week,
    term, year or once), and where it is known ``weeks``: in how many weeks of a year a weekly price is paid. A row is
    rejected where a cell cannot be read, or where person, kind, starts, pounds or per is empty. Rows are numbered as a
    spreadsheet numbers them; one with nothing in it is none.

    Raises DataProblems where the file cannot be read, or lacks a column.
    """
    rows = _rows(path, shown)
    _, header = next(rows, (1, []))
    header = [name.strip().lower() for name in header]
    _check(header, shown)
    tally = Tally(day.year, day)
    with Store(folder, (LEDGER,), tally) as store:
        for number, row in rows:
            cells = dict(zip(header, row, strict=False))
            if len(row) != len(header):
                cells = {str(place): text for place, text in enumerate(row, start=1)}
                store.reject(LEDGER, cells, number, f"has {len(row)} cells, the header {len(header)}")
            else:
                store.add(LEDGER, number, None, cells, number)
    return tally


def _check(header: list[str], shown: str) -> None:
    how = f"A ledger has {listed(COLUMNS)}; of urn and provider one will do, and weeks may be left out."
    lacks = [name for name in COLUMNS if name not in header and name not in OPTIONAL]
    lacks += [] if set(PROVIDERS) & set(header) else ["provider"]
    twice = sorted({name for name in COLUMNS if header.count(name) > 1})
    problems = [
        DataProblem(shown, f'has no column "{name}".{did_you_mean(name, set(header) - set(COLUMNS))}', how, 1, name)
        for name in lacks
    ]
    problems += [DataProblem(shown, f'has two columns "{name}".', "Take one out.", 1, name) for name in twice]
    if problems:
        raise DataProblems(problems)


def _rows(path: Path, shown: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, the header first, each with its number; every cell as text."""
    reader = {".csv": _of_csv, ".xlsx": _of_excel, ".parquet": _of_parquet}.get(path.suffix.lower())
    if reader is None:
        what, fix = "is neither CSV, Excel nor Parquet.", "Save it as .csv, .xlsx or .parquet."
        raise DataProblems([DataProblem(shown, what, fix)])
    for number, row in enumerate(reader(path, shown), start=1):
        if any(cell.strip() for cell in row):
            yield number, row


def _of_csv(path: Path, shown: str) -> Iterator[list[str]]:
    csv.field_size_limit(LONGEST_CELL)
    try:
        yield from csv_rows(lambda: path.open("rb"), separators=",;\t")
    except csv.Error as error:
        what, fix = f"holds a line that is no CSV ({error}).", "Save it as CSV UTF-8 again."
        raise DataProblems([DataProblem(shown, what, fix)]) from None


def _of_excel(path: Path, shown: str) -> Iterator[list[str]]:
    import pandas as pd

    try:
        frame = pd.read_excel(path, header=None, dtype=object, keep_default_na=False, engine="calamine")
    except Exception:  # whatever a damaged workbook raises
        raise DataProblems([DataProblem(shown, "is no Excel workbook.", "Save it as .xlsx again.")]) from None
    for row in frame.itertuples(index=False, name=None):
        yield [_text(cell) for cell in row]


def _of_parquet(path: Path, shown: str) -> Iterator[list[str]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            yield list(file.schema_arrow.names)
            for batch in file.iter_batches():
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    yield [_text(cell) for cell in row]
    except (pa.ArrowException, OSError, ValueError):
        raise DataProblems([DataProblem(shown, "is no Parquet file.", "Save it as .parquet again.")]) from None


def _text(cell: object) -> str:
    """A cell as text; nothing as nothing, a whole number without its point."""
    if cell is None or cell != cell:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
