"""Lists of the authority's own, as CSV, Excel or Parquet: read as text, checked row by row, kept as Parquet.

``lists.toml`` says what each list holds. DuckDB reads, checks and writes them, so that a year of registers never
sits in memory; what cannot be read is kept with its reason.
"""

from __future__ import annotations

import csv
import json
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import duckdb

from dbv_analysis.records.database import asked, receipt_of, to_parquet
from dbv_analysis.records.encodings import is_utf8
from dbv_analysis.records.fields import DATE, NUMBER, TEXT
from dbv_analysis.records.queries import the_only_query
from dbv_analysis.records.store import MEMORY, REJECTS
from dbv_analysis.sources import QUERY
from dbv_analysis.terms import DataProblem, DataProblems, did_you_mean, listed

DAYS = "['%Y-%m-%d', '%d/%m/%Y', '%Y-%m-%d %H:%M:%S']"
_AS = {DATE: f"CAST(try_strptime({{cell}}, {DAYS}) AS DATE)", NUMBER: "try_cast({cell} AS BIGINT)"}
_IS_NOT = {DATE: "is not a day, such as 2024-09-28", NUMBER: "is not a number"}


@dataclass(frozen=True)
class Column:
    """A column: what it holds, and which cells of it cannot be read. ``only``: no cell but these, in capitals."""

    name: str
    kind: str = TEXT
    needed: bool = False
    only: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    capitals: bool = False

    @property
    def cell(self) -> str:
        """The cell's text, as SQL."""
        text = f"trim({self.name})"
        return f"upper({text})" if self.capitals or self.only else text

    @property
    def value(self) -> str:
        """The cell as it is kept, as SQL; nothing where it is empty or cannot be read."""
        return _AS.get(self.kind, "nullif({cell}, '')").format(cell=self.cell)

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """Conditions on which its cell cannot be read, each with what is then said."""
        found = []
        if self.kind in _IS_NOT:
            filled = "" if self.needed else f"coalesce({self.cell}, '') <> '' AND "
            found.append((f"{filled}{self.value} IS NULL", f"{self.name} {_IS_NOT[self.kind]}"))
        elif self.only:
            neither = "neither" if len(self.only) == 2 else "none of"
            said = f"{self.name} is {neither} {listed(self.only, 'nor')}"
            found.append((f"coalesce({self.cell}, '') NOT IN ({', '.join(map(_literal, self.only))})", said))
        elif self.needed:
            found.append((f"coalesce({self.cell}, '') = ''", f"{self.name} is empty"))
        return found


@dataclass(frozen=True)
class Listed:
    """One list: its name, its columns, and those that together name a row."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


@cache
def lists() -> dict[str, Listed]:
    """Every list that is known, by its name."""
    known = tomllib.loads(files("dbv_analysis.records").joinpath("lists.toml").read_text(encoding="utf-8"))["list"]
    return {
        one["name"]: Listed(
            one["name"],
            tuple(
                Column(
                    **{**column, **{name: tuple(column[name]) for name in ("only", "codes") if name in column}},
                )
                for column in one["columns"]
            ),
            tuple(one["key"]),
        )
        for one in known
    }


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
                path = _queried(path, folder, shown, database, Path(spill))
            source = _opened(connection, path, shown, Path(spill))
            source.create_view("source", replace=True)
            columns = {str(column).strip().lower(): column for column in source.columns}
            if shape:
                shape(connection, columns)
            else:
                require(columns, one.names, shown, f"The list has {listed(one.names)}.")
                cells = ", ".join(as_text(columns[column], column) for column in one.names)
                connection.execute(f"CREATE VIEW raw AS SELECT row_number() OVER () AS row, {cells} FROM source")
            return _write(connection, folder, one)
        except duckdb.Error:
            words = "cannot be read as a table: it is damaged, or a line of it has other cells than the header."
            raise DataProblems([DataProblem(shown, words, "Export it again.")]) from None


def rejects_of(folder: Path, name: str) -> Path:
    """Where the rejected rows of a list are."""
    return folder / f"{name}-{REJECTS}"


def _queried(path: Path, folder: Path, shown: str, database: str, spill: Path) -> Path:
    """What the query gives, as a Parquet file of texts."""
    with asked(the_only_query(path, shown), database, shown, receipt_of(path, folder)) as queries:
        (query,) = queries.values()
        return to_parquet(query, spill / "queried.parquet")


def require(columns: dict[str, str], needed: tuple[str, ...], shown: str, fix: str) -> None:
    """Raises DataProblems that name every column that a file lacks."""
    lacks = [name for name in needed if name not in columns]
    if lacks:
        raise DataProblems(
            DataProblem(shown, f'has no column "{name}".{did_you_mean(name, columns)}', fix, row=1, column=name)
            for name in lacks
        )


def as_text(column: str, name: str) -> str:
    return f"CAST({quoted(column)} AS VARCHAR) AS {name}"


def quoted(name: str) -> str:
    """A column's name as SQL writes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _opened(connection: duckdb.DuckDBPyConnection, path: Path, shown: str, spill: Path) -> duckdb.DuckDBPyRelation:
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return connection.read_parquet(str(path))
    if suffix == ".xlsx":
        import pandas as pd

        try:
            return connection.from_df(pd.read_excel(path, dtype=str, keep_default_na=False))
        except Exception:  # whatever a damaged workbook raises
            raise DataProblems([DataProblem(shown, "is no Excel workbook.", "Save it as .xlsx again.")]) from None
    return _read_csv(connection, path, spill)


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
        f"""COPY (SELECT * FROM read_csv(?, all_varchar = true, header = true, skip = 0, delim = {_literal(separator)},
                  quote = '"', escape = '"', encoding = {_literal(encoding)}, null_padding = false,
                  ignore_errors = true, store_rejects = true, rejects_limit = 0))
            TO {_literal(str(whole))} (FORMAT parquet)""",
        [str(path)],
    )
    return connection.read_parquet(str(whole))


def _write(connection: duckdb.DuckDBPyConnection, folder: Path, one: Listed) -> Counted:
    """Split ``raw`` into rows that are kept and rows that are rejected."""
    cases = " ".join(f"WHEN {asked} THEN {_literal(said)}" for column in one.columns for asked, said in column.reasons)
    cells = ", ".join(one.names)
    values = ", ".join(f"{column.value} AS {column.name}__" for column in one.columns)
    connection.execute(f"CREATE VIEW asked AS SELECT row, {cells}, {values}, CASE {cases} END AS reason FROM raw")
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
    said = _literal(f"a row of the same {listed(one.key)} stands before it")
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
