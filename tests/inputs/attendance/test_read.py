"""Attendance registers in every layout, and absence against a slow, obvious recomputation."""

from __future__ import annotations

import csv
import json
import random
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

import narwhals as nw
import pandas as pd
import pytest

from dbv_analysis.inputs.attendance.derive import absence, codes, enrolments
from dbv_analysis.inputs.attendance.read import read_register
from dbv_analysis.inputs.records.list_reader import rejects_of
from dbv_analysis.model.problems import DataProblems
from tests.soak import engines

START, END = date(2024, 8, 12), date(2024, 9, 6)  # across the day on which the codes changed
ENGINES = engines("duckdb", "pandas", "polars", "pyspark")


def marks_of(seed: int, pupils: int = 25) -> list[tuple[str, int, date, str, str]]:
    """Random marks: some pupils at two schools, some who left, half-days, closures, codes old and new and none."""
    chance = random.Random(seed)
    every = [one["code"] for one in codes()] + ["?"]
    days = [START + timedelta(n) for n in range((END - START).days + 1)]
    rows = []
    for pupil in range(pupils):
        schools = [900_001, 900_002][: chance.choice([1, 1, 1, 2])]
        last = chance.choice(days) if chance.random() < 0.2 else END
        bad = chance.random()
        for school in schools:
            for day in days:
                for session in ("AM", "PM"):
                    if day.weekday() < 5 and day <= last and chance.random() < 0.95:
                        code = chance.choice(every) if chance.random() < bad else "/" if session == "AM" else "\\"
                        rows.append((f"P{pupil}", school, day, session, code))
    return rows


def slowly(rows) -> dict[tuple[str, int], tuple[int, int]]:
    """Possible and missed sessions of each enrolment, a mark at a time."""
    kinds = defaultdict(list)
    for one in codes():
        kinds[one["code"]].append(one)
    found: dict[tuple[str, int], list[int]] = {}
    for pupil, school, day, _, code in rows:
        valid = [one for one in kinds[code] if one["first"] <= day <= one["last"]]
        counts = valid[0]["counts"] if valid else "not_possible"
        sums = found.setdefault((pupil, school), [0, 0])
        sums[0] += counts != "not_possible"
        sums[1] += counts in ("authorised", "unauthorised")
    return {key: tuple(sums) for key, sums in found.items() if sums[0]}


def as_csv(path: Path, rows) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(["Pupil", "School", "Date", "Session", "Code"])
        out.writerows(rows)
    return path


def as_wide(rows) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["pupil", "school", "date", "session", "code"])
    frame["column"] = frame["date"].astype(str) + " " + frame["session"]
    wide = frame.pivot_table("code", ["pupil", "school"], "column", aggfunc="first").fillna("")
    return wide.reset_index().astype(str)


def written(layout: str, folder: Path, rows) -> Path:
    frame = pd.DataFrame(rows, columns=["pupil", "school", "date", "session", "code"])
    path = folder / f"register.{layout.split()[-1]}"
    table = as_wide(rows) if layout.startswith("wide") else frame
    if layout.endswith("csv"):
        table.to_csv(path, index=False)
    elif layout.endswith("xlsx"):
        table.astype(str).to_excel(path, index=False)
    else:
        table.to_parquet(path, index=False)
    return path


LAYOUTS = ["long csv", "wide csv", "long xlsx", "wide xlsx", "long parquet", "wide parquet"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_marks(layout, tmp_path):
    rows = marks_of(1)
    told = read_register(written(layout, tmp_path, rows), tmp_path / "out", "register")
    assert (told.seen, told.accepted, told.rejected) == (len(rows), len(rows), 0)
    kept = pd.read_parquet(tmp_path / "out" / "marks.parquet")
    kept["date"] = pd.to_datetime(kept["date"]).dt.date
    found = Counter(kept[["pupil", "school", "date", "session", "code"]].itertuples(index=False, name=None))
    assert found == Counter(rows)


def opened(path: Path, engine: str) -> nw.LazyFrame:
    pytest.importorskip(engine)
    from dbv_analysis.inputs.records.store import open_records

    return open_records(path, engine)["marks"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("seed", range(4))
def test_absence_is_what_a_slow_count_gives_on_every_engine(engine, seed, tmp_path):
    rows = marks_of(seed)
    read_register(as_csv(tmp_path / "register.csv", rows), tmp_path / "out", "register.csv")
    enrolled = enrolments(opened(tmp_path / "out", engine), START, END)
    frame = enrolled.collect().to_pandas()
    found = {
        (row.pupil, int(row.school)): (int(row.possible), int(row.authorised + row.unauthorised))
        for row in frame.itertuples()
    }
    expected = slowly(rows)
    assert found == expected
    sums = absence(enrolled).collect().to_pandas().iloc[0]
    assert int(sums["enrolments"]) == len(expected)
    assert int(sums["possible"]) == sum(possible for possible, _ in expected.values())
    assert int(sums["missed"]) == sum(missed for _, missed in expected.values())
    assert int(sums["persistent"]) == sum(missed / possible >= 0.1 for possible, missed in expected.values())
    assert int(sums["severe"]) == sum(missed / possible >= 0.5 for possible, missed in expected.values())


def test_a_tenth_and_a_half_of_the_sessions_are_enough(tmp_path):
    days = [(START + timedelta(n), half) for n in range(5) for half in ("AM", "PM")]
    rows = [("tenth", 1, *when, "I" if n < 1 else "/") for n, when in enumerate(days)]
    rows += [("half", 1, *when, "I" if n < 5 else "/") for n, when in enumerate(days)]
    read_register(as_csv(tmp_path / "r.csv", rows), tmp_path / "out", "r.csv")
    sums = absence(enrolments(opened(tmp_path / "out", "duckdb"), START, END)).collect().to_pandas().iloc[0]
    assert (int(sums["persistent"]), int(sums["severe"])) == (2, 1)


def test_a_code_counts_as_what_it_was_on_its_day(tmp_path):
    """H was an authorised absence until 18 August 2024; C1 and J1 are from the day after."""
    before, after = date(2024, 8, 16), date(2024, 8, 19)
    rows = [("a", 1, day, "AM", code) for day, code in ((before, "H"), (before, "C1"), (after, "H"), (after, "C1"))]
    rows = [(f"{pupil}{n}", *rest) for n, (pupil, *rest) in enumerate(rows)] + [("a9", 1, before, "AM", "?")]
    rows = [(pupil, *rest) for pupil, *rest in rows]
    both = [*rows, *((pupil, 1, before, "PM", "/") for pupil, *_ in rows)]
    read_register(as_csv(tmp_path / "r.csv", both), tmp_path / "out", "r.csv")
    frame = enrolments(opened(tmp_path / "out", "duckdb"), START, END).collect().to_pandas().set_index("pupil")
    assert dict(frame["authorised"].astype(int)) == {"a0": 1, "a1": 0, "a2": 0, "a3": 1, "a9": 0}
    assert dict(frame["not_valid"].astype(int)) == {"a0": 0, "a1": 1, "a2": 1, "a3": 0, "a9": 1}


def test_rows_that_cannot_be_read_are_rejected_with_their_reasons_and_every_row_is_accounted_for(tmp_path):
    rows = [
        ("a", 1, "2024-09-02", "AM", "/"),
        ("", 1, "2024-09-02", "AM", "/"),
        ("a", "x", "2024-09-02", "PM", "/"),
        ("a", 1, "2024-02-31", "AM", "/"),
        ("a", 1, "2024-09-03", "NOON", "/"),
        ("a", 1, "2024-09-04", "AM", ""),
        ("a", 1, "02/09/2024", "am", "N"),
    ]
    told = read_register(as_csv(tmp_path / "r.csv", rows), tmp_path / "out", "r.csv")
    assert (told.seen, told.accepted, told.rejected) == (7, 1, 6)
    with rejects_of(tmp_path / "out", "marks").open(encoding="utf-8", newline="") as stream:
        kept = list(csv.DictReader(stream))
    assert [(row["row"], row["reason"]) for row in kept] == [
        ("3", "pupil is empty"),
        ("4", "school is not a whole number"),
        ("5", "date is not a day, such as 2024-09-28"),
        ("6", "session is none of AM and PM"),
        ("7", "code is empty"),
        ("8", "a row of the same pupil, school, date and session stands before it"),
    ]
    assert json.loads(kept[5]["cells"])["code"] == "N"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("pupil,school,date,sesion,code\n", 'no column "session". Did you mean "sesion"'),
        ("", "cannot be read|no column"),
        ('pupil,school,date,session,code\n1,2\n"', "cannot be read|no column"),
    ],
)
def test_what_is_no_register_is_refused_in_words(text, words, tmp_path):
    path = tmp_path / "r.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataProblems, match=words):
        read_register(path, tmp_path / "out", "r.csv")


HEADER, MARK = "pupil,school,date,session,code\n", "a,1,2024-09-02,AM,/\n"


@pytest.mark.parametrize("line", ["b,1", "b,1,2024-09-02,AM,/,one more", "b"])
def test_a_line_with_other_cells_than_the_header_is_rejected_with_its_number_and_no_other_is_lost(line, tmp_path):
    path = tmp_path / "r.csv"
    path.write_text(f"{HEADER}{MARK}{line}\n{MARK.replace('a,', 'c,')}", encoding="utf-8")
    told = read_register(path, tmp_path / "out", "r.csv")
    assert (told.seen, told.accepted, told.rejected) == (3, 2, 1)
    with rejects_of(tmp_path / "out", "marks").open(encoding="utf-8", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert (row["row"], row["reason"]) == ("3", "has other cells than the header")
    assert json.loads(row["cells"]) == {"line": line}


def test_a_line_before_the_header_is_not_passed_over(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text(f"Report of attendance\n{HEADER}{MARK}", encoding="utf-8")
    with pytest.raises(DataProblems, match='no column "pupil"'):
        read_register(path, tmp_path / "out", "r.csv")


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_register_with_other_separators_is_read(separator, tmp_path):
    path = tmp_path / "r.csv"
    path.write_text((HEADER + MARK).replace(",", separator), encoding="utf-8")
    assert read_register(path, tmp_path / "out", "r.csv").accepted == 1


def test_a_header_is_a_name_whatever_is_in_it(tmp_path):
    path = tmp_path / "r.csv"
    nasty = '2024-09-02 "; DROP VIEW raw; -- AM'
    head = ["pupil", "school", "2024-09-03 AM", nasty]
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([head, ["a", 1, "/", "/"]])
    told = read_register(path, tmp_path / "out", "r.csv")
    assert (told.seen, told.accepted, told.rejected) == (2, 1, 1)


def test_a_damaged_workbook_is_refused_in_words(tmp_path):
    path = tmp_path / "r.xlsx"
    path.write_bytes(b"PK\x03\x04 not a workbook")
    with pytest.raises(DataProblems, match="no Excel workbook"):
        read_register(path, tmp_path / "out", "r.xlsx")


def test_no_code_is_valid_twice_on_one_day():
    by_code = defaultdict(list)
    for one in codes():
        by_code[one["code"]].append((one["first"], one["last"]))
    assert all(len(spans) == 1 for spans in by_code.values())
    assert {one["counts"] for one in codes()} == {"present", "authorised", "unauthorised", "not_possible"}
