"""Reads a list from CSV, Excel, Parquet or a query: as text, checked row by row, kept as Parquet.

DuckDB reads, checks and writes, so that a year of registers never sits in memory; what cannot be read is kept with its
reason.
"""

from __future__ import annotations

import csv
import errno
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dbv_analysis.inputs.database.read import asked_once, to_parquet
from dbv_analysis.inputs.records.encodings import is_utf8
from dbv_analysis.inputs.records.lists import Listed, lists, literal
from dbv_analysis.inputs.records.store import MEMORY, REJECTS
from dbv_analysis.model.problems import FULL, CallProblem, DataProblem, DataProblems
from dbv_analysis.model.source import QUERY
from dbv_analysis.model.wording import did_you_mean, listed

HEADER_ROWS = 1  # a spreadsheet numbers rows from 1, and the first is the header


@dataclass(frozen=True)
class Counted:
    """How many rows there were, how many are kept, and how many were rejected."""

    seen: int
    accepted: int
    rejected: int


# Makes the view ``raw``, with a column ``row``, from ``source``, whose columns are given by their names in lower case.
Shape = Callable[[duckdb.DuckDBPyConnection, dict[str, str]], None]


def read_list(
    path: Path, folder: Path, name: str, shown: str, database: str = "", shape: Shape | None = None
) -> Counted:
    """Read a list into ``folder``: ``<name>.parquet``, and ``<name>-rejects.csv`` with the rows rejected and why.

    Of two rows of one key the second is rejected. Columns that the list does not know are not read. Where the path is a
    ``.sql`` file, ``database`` names the environment variable with the address of the database to ask.

    Raises DataProblems where the file cannot be read or lacks a column.
    """
    folder.mkdir(parents=True, exist_ok=True)
    one = lists()[name]
    with duckdb.connect() as connection, tempfile.TemporaryDirectory(prefix="dbv-") as spill:
        connection.execute(f"SET memory_limit = '{MEMORY}'; SET preserve_insertion_order = false")
        connection.execute("SET temp_directory = ?", [spill])
        try:
            if path.suffix.lower() == QUERY:
                with asked_once(path, database, shown, folder) as query:
                    path = to_parquet(query, Path(spill) / "queried.parquet")
            source = _opened(connection, path, shown, Path(spill))
            source.create_view("source", replace=True)
            columns = {str(column).strip().lower(): column for column in source.columns}
            if shape:
                shape(connection, columns)
            else:
                _check(columns, one, shown)
                connection.execute(f"CREATE VIEW raw AS {rows(columns, one.names)} WHERE {any_filled(one.names)}")
            return _write(connection, folder, one)
        except (duckdb.Error, RuntimeError) as error:
            _refuse_too_little_room(error, folder)
            words = "cannot be read as a table: it is damaged, or a line of it has other cells than the header."
            raise DataProblems([DataProblem(shown, words, "Export it again.")]) from None


def _refuse_too_little_room(error: Exception, folder: Path) -> None:
    """A full disk, or too little memory, is no fault of the file that is read. DuckDB tells them in words alone."""
    if isinstance(error, duckdb.OutOfMemoryException):
        words = "There is too little memory, or room for temporary files, to read the records."
        raise CallProblem(f"{words} Close other programs, or free some space; run again.") from None
    if any(os.strerror(number) in str(error) for number in FULL):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder)) from None


def rejects_of(folder: Path, name: str) -> Path:
    """Where the rejected rows of a list are."""
    return folder / f"{name}-{REJECTS}"


def require(columns: Mapping[str, str], needed: Iterable[str], shown: str, fix: str) -> None:
    """Raises DataProblems that name every column that a file lacks, or has twice."""
    needed = list(needed)
    known = {*needed, *(column.name for one in lists().values() for column in one.columns)}  # a header may be a row
    problems = [
        DataProblem(shown, f'has no column "{name}".{did_you_mean(name, columns)}', fix, row=HEADER_ROWS, column=name)
        for name in needed
        if name not in columns
    ]
    # A second column of one name is given a number by whatever reads the file.
    problems += [
        DataProblem(shown, f'has two columns "{name}".', "Take one out.", row=HEADER_ROWS, column=name)
        if name in known
        else DataProblem(shown, "has two columns of one name.", "Take one out.", row=HEADER_ROWS)
        for name in columns
        if {f"{name}_1", f"{name}.1"} & set(columns)
    ]
    if problems:
        raise DataProblems(problems)


def _check(columns: Mapping[str, str], one: Listed, shown: str) -> None:
    needed = [column.name for column in one.columns if not column.may_lack]
    if one.either and not set(one.either) & set(columns):
        needed.append(one.either[-1])
    free = [column.name for column in one.columns if column.may_lack and column.name not in one.either]
    more = f"; of {listed(one.either)} one will do" if one.either else ""
    more += f"; {listed(free)} may be left out" if free else ""
    require(columns, needed, shown, f"It has {listed(one.names)}{more}.")


def rows(columns: Mapping[str, str], names: Iterable[str], *more: str) -> str:
    """The rows of the file with the columns of these names as text, numbered as a spreadsheet numbers them, as SQL."""
    cells = [as_text(columns[name], name) if name in columns else f"NULL AS {name}" for name in names]
    numbered = f"row_number() OVER () + {HEADER_ROWS} AS row"
    return f"SELECT * FROM (SELECT {', '.join([numbered, *cells, *more])} FROM source)"


def any_filled(names: Iterable[str]) -> str:
    """Whether any cell of a row holds something, as SQL."""
    return f"concat({', '.join(f'trim({name})' for name in names)}) <> ''"


def as_text(column: str, name: str) -> str:
    return f"CAST({quoted(column)} AS VARCHAR) AS {name}"


def quoted(name: str) -> str:
    """A column's name as SQL writes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def _opened(connection: duckdb.DuckDBPyConnection, path: Path, shown: str, spill: Path) -> duckdb.DuckDBPyRelation:
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        try:
            return connection.read_parquet(str(path))
        except (duckdb.Error, RuntimeError):  # the second where a column's name is no text
            raise DataProblems([DataProblem(shown, "is no Parquet file.", "Save it as .parquet again.")]) from None
    if suffix == ".xlsx":
        import pandas as pd

        try:
            frame = pd.read_excel(path, dtype=object, keep_default_na=False, engine="calamine")
        except Exception:  # whatever a damaged workbook raises
            raise DataProblems([DataProblem(shown, "is no Excel workbook.", "Save it as .xlsx again.")]) from None
        return connection.from_df(frame.map(str).astype("string"))
    if suffix == ".csv":
        return _read_csv(connection, path, spill)
    what, fix = "is neither CSV, Excel nor Parquet.", "Save it as .csv, .xlsx or .parquet."
    raise DataProblems([DataProblem(shown, what, fix)])


def _read_csv(connection: duckdb.DuckDBPyConnection, path: Path, spill: Path) -> duckdb.DuckDBPyRelation:
    """A CSV with every cell as text, read once; lines with other cells than the header are put aside as rejects.

    The first line is the header, whatever is in it: no line is skipped or guessed to be something else.
    """
    encoding = "utf-8" if is_utf8(lambda: path.open("rb")) else "latin-1"
    with path.open(encoding=encoding, errors="replace") as text:
        first = text.readline()
    separator = max(",;\t", key=first.count)
    whole = spill / "raw.parquet"
    connection.execute(
        f"""COPY (SELECT * FROM read_csv(?, all_varchar = true, header = true, skip = 0, delim = {literal(separator)},
                  quote = '"', escape = '"', encoding = {literal(encoding)}, null_padding = false,
                  ignore_errors = true, store_rejects = true, rejects_limit = 0))
            TO {literal(str(whole))} (FORMAT parquet)""",
        [str(path)],
    )
    return connection.read_parquet(str(whole))


def _write(connection: duckdb.DuckDBPyConnection, folder: Path, one: Listed) -> Counted:
    """Split ``raw`` into rows that are kept and rows that are rejected."""
    cells = ", ".join(one.names)
    values = ", ".join(f"{column.value} AS {column.name}__" for column in one.columns)
    reasons = ", ".join(column.reason for column in one.columns)
    connection.execute(
        f"CREATE VIEW asked AS SELECT row, {cells}, {values}, nullif(concat_ws('; ', {reasons}), '') AS reason FROM raw"
    )
    _reject_repeated(connection, one)
    kept = str(folder / f"{one.name}.parquet")
    columns = ", ".join(f"{name}__ AS {name}" for name in one.names)
    connection.execute(
        f"COPY (SELECT {columns}, row FROM judged WHERE reason IS NULL) TO ? (FORMAT parquet, COMPRESSION zstd)", [kept]
    )
    (seen,) = connection.execute("SELECT count(*) FROM raw").fetchone()
    (accepted,) = connection.execute("SELECT count(*) FROM read_parquet(?)", [kept]).fetchone()
    lines = _write_rejects(connection, folder, one)
    return Counted(seen + lines, accepted, seen - accepted + lines)


def _reject_repeated(connection: duckdb.DuckDBPyConnection, one: Listed) -> None:
    if not one.key:
        connection.execute("CREATE VIEW judged AS SELECT * FROM asked")
        return
    key = ", ".join(f"{name}__" for name in one.key)
    connection.execute(
        f"CREATE TEMP TABLE twice AS SELECT {key}, min(row) AS first FROM asked WHERE reason IS NULL "
        "GROUP BY ALL HAVING count(*) > 1"
    )
    said = literal(f"a row of the same {listed(one.key)} stands before it")
    connection.execute(
        f"""CREATE VIEW judged AS
            SELECT asked.* REPLACE (coalesce(reason, CASE WHEN twice.first < asked.row THEN {said} END) AS reason)
            FROM asked LEFT JOIN twice USING ({key})"""
    )


def _write_rejects(connection: duckdb.DuckDBPyConnection, folder: Path, one: Listed) -> int:
    """Write what was rejected; returns how many lines are no rows of the file at all."""
    cells = ", ".join(f"{name}: {name}" for name in one.names)
    rejected = connection.execute(
        f"SELECT row, reason, to_json({{{cells}}}) FROM judged WHERE reason IS NOT NULL ORDER BY row"
    )
    with rejects_of(folder, one.name).open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream, lineterminator="\n")
        rows.writerow(["module", "row", "reason", "cells"])
        while some := rejected.fetchmany(10_000):
            rows.writerows((one.name, *row) for row in some)
        tables = {name for (name,) in connection.execute("SHOW TABLES").fetchall()}
        if "reject_errors" not in tables:
            return 0
        lines = connection.execute(
            "SELECT line, any_value(csv_line) FROM reject_errors GROUP BY line ORDER BY line"
        ).fetchall()
        for line, text in lines:
            told = json.dumps({"line": text or ""}, ensure_ascii=False)
            rows.writerow(["lines", line, "has other cells than the header", told])
    return len(lines)
