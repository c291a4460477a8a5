"""Attendance registers: a row a pupil, date and session, or a row a pupil with a column a session; CSV, Excel, Parquet.

DuckDB reads, checks and writes them, so that a year of an authority never sits in memory.
"""

from __future__ import annotations

import csv
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dbv_analysis.records.encodings import is_utf8
from dbv_analysis.records.store import REJECTS
from dbv_analysis.terms import DataProblem, DataProblems, did_you_mean, listed

LONG = ("pupil", "school", "date", "session", "code")
MARKS = "marks.parquet"
MEMORY = "1500MB"
DAYS = "['%Y-%m-%d', '%d/%m/%Y', '%Y-%m-%d %H:%M:%S']"
# Why a row is rejected, in the order in which it is asked.
REASONS = """
  CASE WHEN coalesce(pupil, '') = '' THEN 'pupil is empty'
       WHEN try_cast(school AS BIGINT) IS NULL THEN 'school is not a number'
       WHEN day IS NULL THEN 'date is not a day, such as 2024-09-28'
       WHEN half NOT IN ('AM', 'PM') THEN 'session is neither AM nor PM'
       WHEN coalesce(code, '') = '' THEN 'code is empty' END
"""


@dataclass(frozen=True)
class Registered:
    """How many marks there were, how many are kept, and how many were rejected."""

    seen: int
    accepted: int
    rejected: int


def read_register(path: Path, folder: Path, shown: str) -> Registered:
    """Read a register into ``folder``: ``marks.parquet``, and the rejected rows with their reasons.

    Columns are ``pupil``, ``school``, ``date``, ``session`` (AM or PM) and ``code``; or ``pupil``, ``school`` and a
    column a session, named like ``2024-09-02 AM``. An empty cell of a wide register is no mark. Of two marks of one
    pupil, school, date and session the second is rejected.

    Raises DataProblems where the file cannot be read or lacks a column.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection, tempfile.TemporaryDirectory(prefix="dbv-") as spill:
        connection.execute(f"SET memory_limit = '{MEMORY}'; SET preserve_insertion_order = false")
        connection.execute("SET temp_directory = ?", [spill])
        try:
            _open(connection, path, shown, Path(spill))
            return _write(connection, folder)
        except duckdb.Error:
            words = "cannot be read as a register: it is damaged, or a line of it has other cells than the header."
            raise DataProblems([DataProblem(shown, words, "Export the register again.")]) from None


def _open(connection: duckdb.DuckDBPyConnection, path: Path, shown: str, spill: Path) -> None:
    """A view ``raw`` of the file in the long layout, every cell as text, with its row's number."""
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        source = connection.read_parquet(str(path))
    elif suffix == ".xlsx":
        import pandas as pd

        try:
            frame = pd.read_excel(path, dtype=str, keep_default_na=False)
        except Exception:  # whatever a damaged workbook raises
            raise DataProblems([DataProblem(shown, "is no Excel workbook.", "Save it as .xlsx again.")]) from None
        source = connection.from_df(frame)
    else:
        source = _read_csv(connection, path, spill)
    names = {str(name).strip().lower(): name for name in source.columns}
    wide = [name for key, name in names.items() if key[:4].isdigit() and key[-2:] in ("am", "pm")]
    needed = LONG[:2] if wide else LONG
    lacks = [name for name in needed if name not in names]
    if lacks:
        raise DataProblems(
            DataProblem(
                shown,
                f'has no column "{name}".{did_you_mean(name, names)}',
                f"A register has {listed(LONG)}, or a column a session, such as 2024-09-02 AM.",
                row=1,
                column=name,
            )
            for name in lacks
        )
    source.create_view("source", replace=True)
    cells = ", ".join(f"CAST({_quoted(names[name])} AS VARCHAR) AS {name}" for name in needed)
    if not wide:
        connection.execute(f"CREATE VIEW raw AS SELECT row_number() OVER () AS row, {cells} FROM source")
        return
    columns = ", ".join(map(_quoted, wide))
    numbered = f"SELECT row_number() OVER () AS row, {cells}, {columns} FROM source"
    connection.execute(f"""
        CREATE VIEW raw AS
        SELECT row, pupil, school, trim(left(name, length(name) - 2)) AS date, right(trim(name), 2) AS session, code
        FROM (UNPIVOT ({numbered}) ON {columns} INTO NAME name VALUE code) WHERE trim(code) <> ''
    """)


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


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _quoted(name: str) -> str:
    """A column's name as SQL writes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def _write(connection: duckdb.DuckDBPyConnection, folder: Path) -> Registered:
    """Split ``raw`` into marks that are kept and rows that are rejected."""
    connection.execute(f"""
        CREATE VIEW asked AS
        SELECT *, {REASONS} AS reason FROM (
          SELECT row, pupil, school, date, session, code,
                 CAST(try_strptime(trim(date), {DAYS}) AS DATE) AS day, upper(trim(session)) AS half FROM raw)
    """)
    marks, rejects = (str(folder / name) for name in (MARKS, REJECTS))
    connection.execute("""
        CREATE TEMP TABLE twice AS
        SELECT pupil, school, day, half, min(row) AS first FROM asked WHERE reason IS NULL
        GROUP BY ALL HAVING count(*) > 1
    """)
    connection.execute("""
        CREATE VIEW judged AS
        SELECT asked.* REPLACE (coalesce(reason, CASE WHEN twice.first < asked.row THEN
          'a mark of the same pupil, school, date and session stands before it' END) AS reason)
        FROM asked LEFT JOIN twice USING (pupil, school, day, half)
    """)
    connection.execute(
        "COPY (SELECT pupil, CAST(school AS BIGINT) AS school, day AS date, half AS session, "
        "upper(trim(code)) AS code, row FROM judged WHERE reason IS NULL) TO ? (FORMAT parquet, COMPRESSION zstd)",
        [marks],
    )
    connection.execute(
        "COPY (SELECT 'marks' AS module, row, reason, to_json({pupil: pupil, school: school, date: date, "
        "session: session, code: code}) AS cells FROM judged WHERE reason IS NOT NULL ORDER BY row) TO ? (HEADER)",
        [rejects],
    )
    (seen,) = connection.execute("SELECT count(*) FROM raw").fetchone()
    (accepted,) = connection.execute("SELECT count(*) FROM read_parquet(?)", [marks]).fetchone()
    lines = _lines_put_aside(connection, folder)
    return Registered(seen + lines, accepted, seen - accepted + lines)


def _lines_put_aside(connection: duckdb.DuckDBPyConnection, folder: Path) -> int:
    """Add the lines that are no rows of the file to its rejects, each once; returns how many there are."""
    tables = {name for (name,) in connection.execute("SHOW TABLES").fetchall()}
    if "reject_errors" not in tables:
        return 0
    lines = connection.execute(
        "SELECT line, any_value(csv_line) FROM reject_errors GROUP BY line ORDER BY line"
    ).fetchall()
    with (folder / REJECTS).open("a", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream, lineterminator="\n")
        for line, text in lines:
            cells = json.dumps({"line": text or ""}, ensure_ascii=False)
            rows.writerow(["lines", line, "has other cells than the header", cells])
    return len(lines)
