"""Absence from a year's registers: the metric on DuckDB against SQL by hand and against plain pandas, in one run.

Prints each way's seconds and their ratios. The ways take turns, so that a slow spell of the machine falls on all.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd

from dbv_analysis.records.attendance import absence, codes, enrolments
from dbv_analysis.records.store import open_records

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
    """Read, mark each row, group, sum: what an analyst would write."""
    frame = pd.read_parquet(path)
    frame["date"] = pd.to_datetime(frame["date"])
    frame = frame[(frame["date"] >= pd.Timestamp(START)) & (frame["date"] <= pd.Timestamp(END))]
    possible, missed = ([one["code"] for one in codes() if one["counts"] in kind] for kind in KINDS)
    frame = frame.assign(possible=frame["code"].isin(possible), missed=frame["code"].isin(missed))
    enrolled = frame.groupby(["pupil", "school"])[["possible", "missed"]].sum()
    enrolled = enrolled[enrolled["possible"] > 0]
    share = enrolled["missed"] / enrolled["possible"]
    return (
        len(enrolled),
        enrolled["possible"].sum(),
        enrolled["missed"].sum(),
        (share >= 0.1).sum(),
        (share >= 0.5).sum(),
    )


def timed(ways: dict[str, Callable[[Path], tuple]], path: Path, rounds: int) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        found = {}
        for name, way in ways.items():
            started = time.perf_counter()
            found[name] = tuple(int(number) for number in way(path))
            seconds[name].append(time.perf_counter() - started)
        if len(set(found.values())) != 1:
            raise SystemExit(f"The ways do not agree: {found}")
    return seconds


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--pupils", type=int, default=20_000, help="of 380 sessions each: 20,000 make 7.6 million marks")
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--no-pandas", action="store_true", help="for more marks than memory holds")
    given = asked.parse_args()
    ways = {"by hand in SQL": by_hand, "the metric": by_metric} | ({} if given.no_pandas else {"pandas": by_pandas})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "marks.parquet"
        duckdb.connect().execute(MAKE.format(pupils=given.pupils, sessions=SESSIONS, path=path))
        seconds = timed(ways, path, given.rounds)
    print(f"{given.pupils * SESSIONS:,} marks, {given.rounds} rounds")
    for name, all_seconds in seconds.items():
        print(f"{name}: {statistics.median(all_seconds):.2f} s")
    for name in list(seconds)[::2]:
        ratios = [other / own for other, own in zip(seconds[name], seconds["the metric"], strict=True)]
        print(f"{name} took {statistics.median(ratios):.2f} times as long as the metric")


if __name__ == "__main__":
    main()
