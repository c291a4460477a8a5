"""The person-level SEN2 return as COLLECT exports it: nine tables, keyed to one another, as CSV files or as queries."""

from __future__ import annotations

import csv
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from dbv_analysis.inputs.columns import missing_columns
from dbv_analysis.inputs.database.queries import read_queries
from dbv_analysis.inputs.database.read import Query, asked, receipt_of
from dbv_analysis.inputs.records import fields
from dbv_analysis.inputs.records.encodings import csv_rows
from dbv_analysis.inputs.records.fields import Module
from dbv_analysis.inputs.records.store import Store, Tally
from dbv_analysis.model.problems import DataProblem, DataProblems
from dbv_analysis.model.wording import did_you_mean, listed

HEADER = "sen2"
NAMED = re.compile(r"(?:^|[_/\\])([a-z0-9]+)\.csv$", re.IGNORECASE)
LONGEST_CELL = 100_000  # characters
Keys = dict[str, dict[str, int | None]]  # of each module, each key's number; None where its row was rejected
HOW = "Export the return from COLLECT again, all nine files."
HOW_TO_ASK = "Put a query of each COLLECT module into the file, its name above it, such as -- name: person"


def read_export(path: Path, folder: Path, shown: str) -> Tally:
    """Read an export into ``folder``: a Parquet file a module, and the rejected rows with their reasons.

    A row is rejected where a cell cannot be read, where it has another number of cells than the header, where its key
    is missing or taken, or where the row that it belongs to was rejected or is not there.

    Raises DataProblems that name every file that is missing and every column that is missing or was renamed.
    """
    with _files(path, shown) as tables:
        return _read_tables(tables, folder)


def read_queried(path: Path, folder: Path, shown: str, database: str) -> Tally:
    """Read what the nine queries of a ``.sql`` file give, as ``read_export`` reads nine files.

    The queries are named as COLLECT's modules are, and have the columns of its export. ``database`` is the environment
    variable that holds the database's address.

    Raises DataProblems where a query or a column is missing, or the database cannot be asked.
    """
    queries, parts = read_queries(path, shown), _parts()
    missing = sorted(parts - set(queries))
    problems = [DataProblem(shown, f"has no query named {name}.", HOW_TO_ASK) for name in missing]
    for name in sorted(set(queries) - parts):
        fix = f"Use {listed(sorted(parts), 'or')}.{did_you_mean(name, missing)}"
        problems.append(DataProblem(shown, f'has a query named "{name}", which is no module.', fix))
    if problems:
        raise DataProblems(problems)
    with asked(queries, database, shown, receipt_of(path, folder)) as tables:
        return _read_tables(tables, folder)


def _parts() -> set[str]:
    """The nine tables of an export: its header, and the modules."""
    return {HEADER, *(module.name for module in fields.modules(fields.years()[-1]))}


def _read_tables(tables: Mapping[str, Table], folder: Path) -> Tally:
    tally = _read_header(tables[HEADER])
    modules = fields.modules(tally.year)
    problems = []
    for module in modules:
        try:
            problems += _header_problems(tables[module.name], module, tally)
        except DataProblems as refused:
            problems += refused.problems
    if problems:
        raise DataProblems(dict.fromkeys(problems))  # a damaged archive is one problem, whichever files it hides
    with Store(folder, modules, tally) as store:
        keys: Keys = {}
        for module in modules:
            keys[module.name] = _read_module(tables[module.name], module, store, keys)
    return tally


@contextmanager
def _readable(shown: str) -> Iterator[None]:
    """Around reading alone: what a damaged or locked archive, or a line that is no CSV, raises is told in words."""
    try:
        yield
    except csv.Error as error:
        raise DataProblems([DataProblem(shown, f"holds a line that is no CSV ({error}).", HOW)]) from None
    except (zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, ValueError, RuntimeError):
        # zipfile raises the last two where a name or a place is damaged, and where a file is locked or packed in a way
        # that it does not read.
        raise DataProblems([DataProblem(shown, "is damaged, or locked by a password.", HOW)]) from None


@dataclass(frozen=True)
class _File:
    """One CSV of the export, opened anew each time that it is read. ``place`` is what messages call it."""

    name: str
    shown: str
    open_bytes: Callable[[], IO[bytes]]
    header_row = 1

    @property
    def place(self) -> str:
        return f"{self.shown}/{self.name}"

    def header(self) -> list[str]:
        """The names of its columns, in lower case."""
        return self.headed_rows()[0]

    def headed_rows(self) -> tuple[list[str], Iterator[list[str]]]:
        """The header, and the lines under it that are not empty."""
        rows = self._rows()
        return [cell.strip().lower() for cell in next(rows, [])], rows

    def _rows(self) -> Iterator[list[str]]:
        csv.field_size_limit(LONGEST_CELL)
        with _readable(self.shown):
            yield from (row for row in csv_rows(self.open_bytes) if row)


Table = _File | Query  # one of the nine tables, wherever its rows come from


@contextmanager
def _files(path: Path, shown: str) -> Iterator[dict[str, _File]]:
    """The files of an export by the last part of their names."""
    if path.is_dir():
        yield _by_name({file.name: partial(file.open, "rb") for file in sorted(path.glob("*.csv"))}, shown)
        return
    with _readable(shown):
        archive = zipfile.ZipFile(path)
    with archive:
        names = sorted(name for name in archive.namelist() if not name.endswith("/"))
        yield _by_name({name: partial(archive.open, name) for name in names}, shown)


def _by_name(openers: Mapping[str, Callable[[], IO[bytes]]], shown: str) -> dict[str, _File]:
    parts, twice = _parts(), []
    files: dict[str, _File] = {}
    for name, open_bytes in openers.items():
        match = NAMED.search(name)
        part = match[1].lower() if match else ""
        if part in parts:
            twice += [part] * (part in files)
            files[part] = _File(name, shown, open_bytes)
    missing = sorted(parts - set(files))
    problems = [DataProblem(shown, f"has no file that ends in _{name}.csv.", HOW) for name in missing]
    problems += [DataProblem(shown, f"has two files that end in _{name}.csv.", "Take one out.") for name in twice]
    if problems:
        raise DataProblems(problems)
    return files


def _read_header(table: Table) -> Tally:
    """The year and the day of the return, with nothing read yet."""
    names, rows = table.headed_rows()
    cells = dict(zip(names, next(rows, []), strict=False))
    tally = Tally()
    try:
        tally.reference = fields.Field("ReferenceDate", fields.DATE).read(cells.get("referencedate", ""))
        tally.year = int(cells.get("year") or (tally.reference.year if tally.reference else ""))
        fields.modules(tally.year)
    except ValueError as error:
        reason = str(error) if tally.year else "year and referencedate cannot be read"
        what = f"cannot be dated: {reason}."
        raise DataProblems([DataProblem(table.place, what, "Give its year and the day.")]) from None
    return tally


def _header_problems(table: Table, module: Module, tally: Tally) -> list[DataProblem]:
    """Columns that are missing; those that are new are noted."""
    header = table.header()
    needed = [*module.keys, *(field.name.lower() for field in module.fields)]
    new = [name for name in header if name and name not in needed]
    fix = f"Give the column the name that the guide of {tally.year} gives it."
    problems = missing_columns(needed, header, table.place, fix, table.header_row, like=new)
    if new and not problems:
        guide = f"the guide of {tally.year} as listed here"
        tally.notes.append(f"{table.place}: {listed(new)} is not in {guide}, and is not read.")
    return problems


def _read_module(table: Table, module: Module, store: Store, keys: Keys) -> dict[str, int | None]:
    """Read one table; returns the number of each key, None where its row was rejected."""
    own: dict[str, int | None] = {}
    parents = keys.get(module.parent, {})
    columns = {field.name.lower(): field.column for field in module.fields}
    header, rows = table.headed_rows()
    for number, row in enumerate(rows, start=1):
        cells = dict(zip(header, row, strict=False))
        key = cells.get(module.key, "").strip()
        parent_key = cells.get(module.parent_key, "").strip()
        parent, reason = parents.get(parent_key), ""
        if len(row) != len(header):
            reason = f"has {len(row)} cells, the header {len(header)}"
        elif not key:
            reason = f"{module.key} is empty"
        elif key in own:
            reason = f"{module.key} was used before"
        elif module.parent and parent_key not in parents:
            reason = f"no {module.parent} has its {module.parent_key}"
        elif module.parent and parent is None:
            reason = f"its {module.parent} was rejected"
        if reason:
            store.reject(module, cells, number, reason)
            own.setdefault(key, None)
        else:
            known = [(columns[name], text) for name, text in cells.items() if name in columns]
            own[key] = number if store.add(module, number, parent, known, number) else None
    return own
