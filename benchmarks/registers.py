"""Absence from a year's registers: the metric on DuckDB against SQL by hand and against plain pandas, in one run.

Prints each way's seconds, their ratios, and the most memory that the metric takes.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import duckdb
import pandas as pd

from benchmarks.measuring import in_turns, most_memory, told
from dbv_analysis.inputs.attendance.derive import absence, codes, enrolments
from dbv_analysis.inputs.records.store import open_records

BY_METRIC = "the metric"
START, END = date(2024, 9, 2), date(2025, 7, 22)
SESSIONS = 380  # of a pupil in a year
MAKE = """
COPY (
  SELECT 'P' || pupil AS pupil, 900000 + pupil % 60 AS school, DATE '2024-09-02' + CAST(n // 2 AS INTEGER) AS date,
         CASE WHEN n % 2 = 0 THEN 'AM' ELSE 'PM' END AS session,
         CASE WHEN hash(pupil * 1000 + n) % 100 < pupil % 25
              THEN substr('IOMNU', CAST(1 + hash(n + pupil) % 5 AS BIGINT), 1) ELSE '/' END AS code,
         pupil * 1000 + n AS row
  FROM range({pupils}) AS p(pupil), range({sessions}) AS s(n)
) TO '{path}' (FORMAT parquet)
"""


def by_hand(path: Path) -> tuple:
    """What somebody who knows SQL would write for these codes."""
    kinds = {kind: ", ".join(f"'{one['code']}'" for one in codes() if one["counts"] in kind) for kind in KINDS}
    return (
        duckdb.connect()
        .execute(f"""
        WITH enrolled AS (
          SELECT pupil, school,
                 count(*) FILTER (code IN ({kinds[KINDS[0]]})) AS possible,
                 count(*) FILTER (code IN ({kinds[KINDS[1]]})) AS missed
          FROM read_parquet('{path}') WHERE date BETWEEN '{START}' AND '{END}' GROUP BY pupil, school)
        SELECT count(*), sum(possible), sum(missed), count(*) FILTER (missed * 10 >= possible),
               count(*) FILTER (missed * 2 >= possible) FROM enrolled WHERE possible > 0
    """)
        .fetchone()
    )


KINDS = (("present", "authorised", "unauthorised"), ("authorised", "unauthorised"))


def by_metric(path: Path) -> tuple:
    marks = open_records(path.parent)["marks"]
    return tuple(absence(enrolments(marks, START, END)).collect().to_pandas().iloc[0])


def by_pandas(path: Path) -> tuple:
    """Read, look up what each code counted as on its day, group, sum: what an analyst would write."""
    marks = pd.read_parquet(path)
    marks["date"] = pd.to_datetime(marks["date"])
    marks = marks[marks["date"].between(pd.Timestamp(START), pd.Timestamp(END))]
    kinds = pd.DataFrame(codes())
    kinds[["first", "last"]] = kinds[["first", "last"]].apply(pd.to_datetime, errors="coerce").astype("datetime64[s]")
    marks = marks.merge(kinds[["code", "counts", "first", "last"]], on="code")
    marks = marks[(marks["date"] >= marks["first"]) & ~(marks["date"] > marks["last"])]
    possible, missed = (marks["counts"].isin(kind) for kind in KINDS)
    enrolled = marks.assign(possible=possible, missed=missed).groupby(["pupil", "school"])[["possible", "missed"]].sum()
    enrolled = enrolled[enrolled["possible"] > 0]
    share = enrolled["missed"] / enrolled["possible"]
    return (
        len(enrolled),
        enrolled["possible"].sum(),
        enrolled["missed"].sum(),
        (share >= 0.1).sum(),
        (share >= 0.5).sum(),
    )


def counted(way: Callable[[Path], tuple], path: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in way(path))


def measured(pupils: int, rounds: int, with_pandas: bool = True) -> list[str]:
    """What was measured, a line each."""
    ways = {BY_METRIC: by_metric, "SQL by hand": by_hand} | ({"pandas": by_pandas} if with_pandas else {})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "marks.parquet"
        duckdb.connect().execute(MAKE.format(pupils=pupils, sessions=SESSIONS, path=path))
        seconds = in_turns({name: partial(counted, way, path) for name, way in ways.items()}, rounds)
        memory = most_memory(partial(by_metric, path))
    first = f"{pupils * SESSIONS:,} marks of attendance, {rounds} rounds"
    return [first, *told(seconds, BY_METRIC), f"{BY_METRIC} took at most {memory:,} MB"]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--pupils", type=int, default=20_000, help="of 380 sessions each: 20,000 make 7.6 million marks")
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--no-pandas", action="store_true", help="for more marks than memory holds")
    given = asked.parse_args()
    print("\n".join(measured(given.pupils, given.rounds, not given.no_pandas)))


if __name__ == "__main__":
    main()
