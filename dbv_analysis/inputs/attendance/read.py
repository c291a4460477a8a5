"""Attendance registers: a row a pupil, date and session, or a row a pupil with a column a session."""

from __future__ import annotations

from pathlib import Path

import duckdb

from dbv_analysis.inputs.records.characteristics import JOINED
from dbv_analysis.inputs.records.list_reader import Counted, any_filled, quoted, read_list, require, rows
from dbv_analysis.inputs.records.lists import lists, literal
from dbv_analysis.model.wording import listed

MARKS = "marks"
OF_A_PUPIL, OF_A_SCHOOL = ("pupil", "school"), ("school", "joined")


def read_register(path: Path, folder: Path, shown: str, database: str = "") -> Counted:
    """Read a register into ``folder``: ``marks.parquet``, and the rejected rows with their reasons.

    Columns are ``pupil``, ``school``, ``date``, ``session`` (AM or PM) and ``code``; or ``pupil``, ``school`` and a
    column a session, named like ``2024-09-02 AM``. An empty cell of a wide register is no mark. Of two marks of one
    pupil, school, date and session the second is rejected.

    Raises DataProblems where the file cannot be read or lacks a column.
    """
    long = lists()[MARKS].names
    fix = f"A register has {listed(long)}, or a column a session, such as 2024-09-02 AM."

    def shape(connection: duckdb.DuckDBPyConnection, columns: dict[str, str]) -> None:
        wide = [name for key, name in columns.items() if key[:4].isdigit() and key[-2:] in ("am", "pm")]
        needed = OF_A_PUPIL if wide else long
        require(columns, needed, shown, fix)
        marks = f"{rows(columns, needed)} WHERE {any_filled(needed)}"
        if wide:
            sessions = ", ".join(map(quoted, wide))
            marks = f"""
                SELECT row, pupil, school, trim(left(name, length(name) - 2)) AS date, right(trim(name), 2) AS session,
                       code
                FROM (UNPIVOT ({rows(columns, needed, sessions)}) ON {sessions} INTO NAME name VALUE code)
                WHERE trim(code) <> ''"""
        connection.execute(f"CREATE VIEW raw AS {marks}")

    return read_list(path, folder, MARKS, shown, database, shape)


def read_joined(path: Path, folder: Path, shown: str, training: str, database: str = "") -> Counted:
    """Read the schools that joined a training programme into ``folder``, with the programme's name in each row.

    Columns are ``school`` and ``joined``, the day. Raises DataProblems where the file cannot be read or lacks a column.
    """

    def shape(connection: duckdb.DuckDBPyConnection, columns: dict[str, str]) -> None:
        require(columns, OF_A_SCHOOL, shown, f"It has {listed(OF_A_SCHOOL)}.")
        schools = f"{rows(columns, OF_A_SCHOOL)} WHERE {any_filled(OF_A_SCHOOL)}"
        connection.execute(f"CREATE VIEW raw AS SELECT *, {literal(training)} AS programme FROM ({schools})")

    return read_list(path, folder, JOINED, shown, database, shape)
