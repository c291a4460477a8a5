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
from pathlib import Path
from typing import NamedTuple

import duckdb

from dbv_analysis.inputs.columns import missing_columns
from dbv_analysis.inputs.database.read import asked_once, to_parquet
from dbv_analysis.inputs.records.encodings import is_utf8
from dbv_analysis.inputs.records.lists import Listed, lists, literal
from dbv_analysis.inputs.records.store import MEMORY, REJECT_HEADER, REJECTS
from dbv_analysis.model.problems import FULL, CallProblem, DataProblem, DataProblems
from dbv_analysis.model.source import QUERY
from dbv_analysis.model.wording import listed

TWO_OF_ONE_NAME = "has two columns of one name."
HEADER_ROWS = 1  # a spreadsheet numbers rows from 1, and the first is the header


class Counted(NamedTuple):
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
    spec = lists()[name]
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
                _check(columns, spec, shown)
                connection.execute(f"CREATE VIEW raw AS {rows(columns, spec.names)} WHERE {any_filled(spec.names)}")
            return _write(connection, folder, spec)
        except (duckdb.Error, RuntimeError) as error:
            _refuse_too_little_room(error, folder)
            what = "cannot be read as a table: it is damaged, or a line of it has other cells than the header."
            raise DataProblems([DataProblem(shown, what, "Export it again.")]) from None


def _refuse_too_little_room(error: Exception, folder: Path) -> None:
    """A full disk, or too little memory, is no fault of the file that is read. DuckDB tells them in words alone."""
    if isinstance(error, duckdb.OutOfMemoryException):
        what = "There is too little memory, or room for temporary files, to read the records."
        raise CallProblem(f"{what} Close other programs, or free some space; run again.") from None
    if any(os.strerror(number) in str(error) for number in FULL):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder)) from None


def rejects_of(folder: Path, name: str) -> Path:
    """Where the rejected rows of a list are."""
    return folder / f"{name}-{REJECTS}"


def require(columns: Mapping[str, str], needed: Iterable[str], shown: str, fix: str) -> None:
    """Raises DataProblems that name every column that a file lacks, or has twice."""
    needed = list(needed)
    known = {*needed, *(column.name for spec in lists().values() for column in spec.columns)}  # a header may be a row
    problems = missing_columns(needed, columns, shown, fix, HEADER_ROWS)
    # A second column of one name is given a number by whatever reads the file.
    for name in columns:
        if {f"{name}_1", f"{name}.1"} & set(columns):
            what, column = (f'has two columns "{name}".', name) if name in known else (TWO_OF_ONE_NAME, None)
            problems.append(DataProblem(shown, what, "Take one out.", row=HEADER_ROWS, column=column))
    if problems:
        raise DataProblems(problems)


def _check(columns: Mapping[str, str], spec: Listed, shown: str) -> None:
    needed = [column.name for column in spec.columns if not column.may_lack]
    if spec.either and not set(spec.either) & set(columns):
        needed.append(spec.either[-1])
    free = [column.name for column in spec.columns if column.may_lack and column.name not in spec.either]
    more = f"; of {listed(spec.either)} one will do" if spec.either else ""
    more += f"; {listed(free)} may be left out" if free else ""
    require(columns, needed, shown, f"It has {listed(spec.names)}{more}.")


def rows(columns: Mapping[str, str], names: Iterable[str], *more: str) -> str:
    """The rows of the file with the columns of these names as text, numbered as a spreadsheet numbers them, as SQL."""
    texts = {name: f"CAST({quoted(columns[name])} AS VARCHAR)" if name in columns else "NULL" for name in names}
    cells = [f"{text} AS {name}" for name, text in texts.items()]
    numbered = f"row_number() OVER () + {HEADER_ROWS} AS row"
    return f"SELECT * FROM (SELECT {', '.join([numbered, *cells, *more])} FROM source)"


def any_filled(names: Iterable[str]) -> str:
    """Whether any cell of a row holds something, as SQL."""
    return f"concat({', '.join(f'trim({name})' for name in names)}) <> ''"


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


def _write(connection: duckdb.DuckDBPyConnection, folder: Path, spec: Listed) -> Counted:
    """Split ``raw`` into rows that are kept and rows that are rejected."""
    cells = ", ".join(spec.names)
    values = ", ".join(f"{column.value} AS {column.name}__" for column in spec.columns)
    reasons = ", ".join(column.reason for column in spec.columns)
    reason = f"nullif(concat_ws('; ', {reasons}), '')"
    connection.execute(f"CREATE VIEW checked AS SELECT row, {cells}, {values}, {reason} AS reason FROM raw")
    if spec.key:
        _reject_repeated(connection, spec)
    else:
        connection.execute("CREATE VIEW judged AS SELECT * FROM checked")
    path = str(folder / f"{spec.name}.parquet")
    columns = ", ".join(f"{name}__ AS {name}" for name in spec.names)
    connection.execute(
        f"COPY (SELECT {columns}, row FROM judged WHERE reason IS NULL) TO ? (FORMAT parquet, COMPRESSION zstd)", [path]
    )
    (seen,) = connection.execute("SELECT count(*) FROM raw").fetchone()
    (accepted,) = connection.execute("SELECT count(*) FROM read_parquet(?)", [path]).fetchone()
    lines = _write_rejects(connection, folder, spec)
    return Counted(seen + lines, accepted, seen - accepted + lines)


def _reject_repeated(connection: duckdb.DuckDBPyConnection, spec: Listed) -> None:
    key = ", ".join(f"{name}__" for name in spec.key)
    reason = literal(f"a row of the same {listed(spec.key)} stands before it")
    connection.execute(
        f"""CREATE TEMP TABLE twice AS
            SELECT {key}, min(row) AS first FROM checked WHERE reason IS NULL GROUP BY ALL HAVING count(*) > 1"""
    )
    connection.execute(
        f"""CREATE VIEW judged AS
            SELECT checked.* REPLACE (
                coalesce(reason, CASE WHEN twice.first < checked.row THEN {reason} END) AS reason)
            FROM checked LEFT JOIN twice USING ({key})"""
    )


def _write_rejects(connection: duckdb.DuckDBPyConnection, folder: Path, spec: Listed) -> int:
    """Write what was rejected; returns how many lines are no rows of the file at all."""
    columns = ", ".join(f"{name}: {name}" for name in spec.names)
    rejected = connection.execute(
        f"SELECT row, reason, to_json({{{columns}}}) FROM judged WHERE reason IS NOT NULL ORDER BY row"
    )
    with rejects_of(folder, spec.name).open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream, lineterminator="\n")
        rows.writerow(REJECT_HEADER)
        while batch := rejected.fetchmany(10_000):
            rows.writerows((spec.name, *row) for row in batch)
        if ("reject_errors",) not in connection.execute("SHOW TABLES").fetchall():
            return 0
        query = "SELECT line, any_value(csv_line) FROM reject_errors GROUP BY line ORDER BY line"
        lines = connection.execute(query).fetchall()
        for line, text in lines:
            cells = json.dumps({"line": text or ""}, ensure_ascii=False)
            rows.writerow(["lines", line, "has other cells than the header", cells])
    return len(lines)
