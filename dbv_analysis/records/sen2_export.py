"""The person-level SEN2 return as COLLECT exports it: nine CSV files, keyed to one another, in a folder or a zip."""

from __future__ import annotations

import csv
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

from dbv_analysis.records import fields
from dbv_analysis.records.encodings import csv_rows
from dbv_analysis.records.fields import Module
from dbv_analysis.records.store import Store, Tally
from dbv_analysis.terms import DataProblem, DataProblems, did_you_mean, listed

HEADER = "sen2"
NAMED = re.compile(r"(?:^|[_/\\])([a-z0-9]+)\.csv$", re.IGNORECASE)
LONGEST_CELL = 100_000  # characters
HOW = "Export the return from COLLECT again, all nine files."


def read_export(path: Path, folder: Path, shown: str) -> Tally:
    """Read an export into ``folder``: a Parquet file a module, and the rejected rows with their reasons.

    A row is rejected where a cell cannot be read, where it has another number of cells than the header, where its key
    is missing or taken, or where the row that it belongs to was rejected or is not there.

    Raises DataProblems that name every file that is missing and every column that is missing or was renamed.
    """
    tally = Tally()
    with _files(path, shown) as found:
        _read_header(found, shown, tally)
        modules = fields.modules(tally.year)
        problems = [problem for module in modules for problem in _header_problems(found, module, shown, tally)]
        if problems:
            raise DataProblems(problems)
        with Store(folder, modules, tally) as store:
            keys: dict[str, dict[str, int | None]] = {}
            for module in modules:
                keys[module.name] = _read_module(found[module.name], module, store, keys)
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
    """One CSV of the export, opened anew each time that it is read."""

    name: str
    shown: str
    open_bytes: Callable[[], IO[bytes]]

    def rows(self) -> Iterator[list[str]]:
        """The lines that are not empty, the header first; UTF-8, or else what Windows writes."""
        csv.field_size_limit(LONGEST_CELL)
        with _readable(self.shown):
            yield from (row for row in csv_rows(self.open_bytes) if row)

    def headed_rows(self) -> tuple[list[str], Iterator[list[str]]]:
        """The header in lower case, and the rows under it."""
        rows = self.rows()
        return [cell.strip().lower() for cell in next(rows, [])], rows


@contextmanager
def _files(path: Path, shown: str) -> Iterator[dict[str, _File]]:
    """The files of an export by the last part of their names."""
    if path.is_dir():
        yield _by_name(((one.name, lambda one=one: one.open("rb")) for one in sorted(path.glob("*.csv"))), shown)
        return
    with _readable(shown):
        archive = zipfile.ZipFile(path)
    with archive:
        names = sorted(name for name in archive.namelist() if not name.endswith("/"))
        yield _by_name(((name, lambda name=name: archive.open(name)) for name in names), shown)


def _by_name(opened, shown: str) -> dict[str, _File]:
    wanted = {HEADER, *(module.name for module in fields.modules(fields.years()[-1]))}
    found: dict[str, _File] = {}
    twice = []
    for name, open_bytes in opened:
        match = NAMED.search(name)
        part = match[1].lower() if match else ""
        if part in wanted:
            twice += [part] * (part in found)
            found[part] = _File(name, shown, open_bytes)
    missing = sorted(wanted - set(found))
    problems = [DataProblem(shown, f"has no file that ends in _{name}.csv.", HOW) for name in missing]
    problems += [DataProblem(shown, f"has two files that end in _{name}.csv.", "Take one out.") for name in twice]
    if problems:
        raise DataProblems(problems)
    return found


def _read_header(found: dict[str, _File], shown: str, tally: Tally) -> None:
    names, rows = found[HEADER].headed_rows()
    cells = dict(zip(names, next(rows, []), strict=False))
    try:
        day = fields.Field("ReferenceDate", fields.DATE, (), "").read(cells.get("referencedate", ""))
        tally.reference = day if isinstance(day, date) else None
        tally.year = int(cells.get("year") or (day.year if day else ""))
        fields.modules(tally.year)
    except ValueError as error:
        words = str(error) if tally.year else "year and referencedate cannot be read"
        raise DataProblems([DataProblem(f"{shown}/{found[HEADER].name}", f"cannot be dated: {words}.", HOW)]) from None


def _header_problems(found: dict[str, _File], module: Module, shown: str, tally: Tally) -> list[DataProblem]:
    """Columns that are missing; those that are new are noted."""
    header, _ = found[module.name].headed_rows()
    place = f"{shown}/{found[module.name].name}"
    keys = [module.key, *([module.parent_key] if module.parent else [])]
    names = {name.lower(): name for name in [*keys, *(field.name for field in module.fields)]}
    new = [name for name in header if name not in names and name]
    problems = [
        DataProblem(
            place,
            f'has no column "{name.lower()}".{did_you_mean(name.lower(), new)}',
            f"Give the column the name that the guide of {tally.year} gives it.",
            row=1,
            column=name.lower(),
        )
        for name in names.values()
        if name.lower() not in header
    ]
    if new and not problems:
        of = f"the guide of {tally.year} as listed here"
        tally.notes.append(f"{place}: {listed(new)} is not in {of}, and is not read.")
    return problems


def _read_module(
    file: _File, module: Module, store: Store, keys: dict[str, dict[str, int | None]]
) -> dict[str, int | None]:
    """Read one file; returns the number of each key, None where its row was rejected."""
    own: dict[str, int | None] = {}
    columns = {field.name.lower(): field.column for field in module.fields}
    header, rows = file.headed_rows()
    for number, row in enumerate(rows, start=1):
        cells = dict(zip(header, row, strict=False))
        key = cells.get(module.key, "").strip()
        parent, reason = None, ""
        if len(row) != len(header):
            reason = f"has {len(row)} cells, the header {len(header)}"
        elif not key:
            reason = f"{module.key} is empty"
        elif key in own:
            reason = f"{module.key} was used before"
        elif module.parent:
            of = cells.get(module.parent_key, "").strip()
            parent = keys[module.parent].get(of)
            if of not in keys[module.parent]:
                reason = f"no {module.parent} has its {module.parent_key}"
            elif parent is None:
                reason = f"its {module.parent} was rejected"
        if reason:
            store.reject(module, cells, number, reason)
            own.setdefault(key, None)
        else:
            known = {columns[name]: text for name, text in cells.items() if name in columns}
            own[key] = number if store.add(module, number, parent, known, number) else None
    return own
