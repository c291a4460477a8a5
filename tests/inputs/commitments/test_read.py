"""A ledger of what placements and transport cost: read, summed a second and slow way, and looked at by rules.

Every child and provider in it is made up.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dbv_analysis.inputs.commitments import derive
from dbv_analysis.inputs.commitments.quality import DEAR
from dbv_analysis.inputs.commitments.read import LEDGER, read_ledger
from dbv_analysis.inputs.records import list_reader
from dbv_analysis.inputs.records.list_reader import rejects_of
from dbv_analysis.inputs.records.lists import lists
from dbv_analysis.inputs.records.store import open_records, read_tally
from dbv_analysis.inputs.rules import broken, rules
from dbv_analysis.model.pack import CONTROLLED, PUBLIC
from dbv_analysis.model.problems import CallProblem, DataProblems, disk_problem
from dbv_analysis.model.sen2 import INMSS
from tests.soak import engines, examples

COLUMNS = lists()[LEDGER].names
DAY = date(2024, 9, 26)
YEAR = (date(2024, 4, 1), DAY)
PLACED = {
    "person": "CANARY1",
    "urn": "900001",
    "provider": "",
    "kind": "placement",
    "provision": "special_independent",
    "starts": "2024-04-01",
    "ends": "",
    "pounds": "36500",
    "per": "year",
    "weeks": "",
}
CARRIED = {**PLACED, "urn": "", "provider": "Cabs", "kind": "transport", "provision": "in borough", "pounds": "70"}
CARRIED["per"] = "week"


def write(path: Path, *rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> Path:
    frame = pd.DataFrame(rows, columns=list(columns)).fillna("")
    if path.suffix == ".xlsx":
        frame.to_excel(path, index=False)
    elif path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False)
    return path


def read(tmp_path: Path, *rows: dict[str, str], suffix: str = ".csv") -> Path:
    """The folder of the records of a ledger of these rows."""
    path = write(tmp_path / f"ledger{suffix}", *rows)
    read_ledger(path, tmp_path / "out", path.name, DAY)
    return tmp_path / "out"


def summed(folder: Path, start: date, end: date | None = None, engine: str = "duckdb") -> dict[tuple[str, str], dict]:
    ledger = open_records(folder, engine)["ledger"]
    rows = derive.on_day(ledger, start) if end is None else derive.in_window(ledger, start, end)
    frame = derive.summary(rows).collect().to_pandas()
    return {(row["kind"], row["provision"]): row for row in frame.to_dict("records")}


def problems_of(path: Path, tmp_path: Path) -> str:
    with pytest.raises(DataProblems) as found:
        read_ledger(path, tmp_path / "out", path.name, DAY)
    return str(found.value)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet"])
def test_a_ledger_is_the_same_from_csv_excel_and_parquet(tmp_path, suffix):
    folder = read(tmp_path, PLACED, CARRIED, suffix=suffix)
    rows = open_records(folder, "pandas")["ledger"].collect().to_pandas()
    assert list(rows["person"]) == ["CANARY1", "CANARY1"]
    assert list(rows["provider"].fillna("")) == ["", "cabs"]
    assert list(rows["starts"]) == [date(2024, 4, 1)] * 2
    assert list(rows["pounds"]) == [36500.0, 70.0]
    assert list(rows["row"]) == [2, 3]
    assert read_tally(folder).accepted == {"ledger": 2}


def test_days_and_numbers_that_excel_and_parquet_hold_as_such_are_read(tmp_path):
    row = {**PLACED, "urn": 900001, "starts": pd.Timestamp("2024-04-01"), "ends": pd.NaT, "pounds": 36500.5}
    for suffix in (".xlsx", ".parquet"):
        path = tmp_path / f"typed{suffix}"
        frame = pd.DataFrame([row, {**row, "ends": pd.Timestamp("2025-03-31"), "urn": None}])
        frame.to_excel(path, index=False) if suffix == ".xlsx" else frame.to_parquet(path)
        read_ledger(path, tmp_path / "out", path.name, DAY)
        rows = open_records(tmp_path / "out", "pandas")["ledger"].collect().to_pandas()
        assert list(rows["pounds"]) == [36500.5, 36500.5]
        assert rows["urn"].iloc[0] == 900001
        assert pd.isna(rows["urn"].iloc[1])
        assert rows["ends"].iloc[1] == date(2025, 3, 31)


WRONG = {
    "person is empty": {"person": " "},
    "urn is not a whole number": {"urn": "9001a"},
    "kind is none of placement and transport": {"kind": "taxi"},
    "kind is empty": {"kind": ""},
    "starts is empty": {"starts": ""},
    "starts is not a day, such as 2024-09-28": {"starts": "31 June"},
    "ends is not a day, such as 2024-09-28": {"ends": "2024-02-30"},
    "pounds is empty": {"pounds": ""},
    "pounds is not an amount of money, such as 1234.50": {"pounds": "about 40k"},
    "per is none of week, term, year and once": {"per": "month"},
    "weeks is not a whole number": {"weeks": "38.5"},
}


@pytest.mark.parametrize("reason", WRONG)
def test_a_row_that_cannot_be_read_is_kept_with_its_reason(tmp_path, reason):
    folder = read(tmp_path, PLACED, {**PLACED, **WRONG[reason]})
    with rejects_of(folder, LEDGER).open(encoding="utf-8", newline="") as stream:
        (reject,) = csv.DictReader(stream)
    assert (reject["module"], reject["row"], reject["reason"]) == ("ledger", "3", reason)
    (name,) = WRONG[reason]
    assert (json.loads(reject["cells"])[name] or "") == WRONG[reason][name]
    tally = read_tally(folder)
    assert tally.seen == {"ledger": 2}
    assert tally.accepted == tally.rejected == {"ledger": 1}


@pytest.mark.parametrize("text", ["£1,234.50", "1234.5", " 1,234.50 "])
def test_money_is_read_as_people_write_it(tmp_path, text):
    folder = read(tmp_path, {**PLACED, "pounds": text})
    assert summed(folder, DAY)["placement", "all"]["pounds"] == 1234.5


def test_a_row_with_other_cells_than_the_header_is_rejected_and_empty_rows_are_none(tmp_path):
    path = write(tmp_path / "ledger.csv", PLACED)
    path.write_text(path.read_text(encoding="utf-8") + "\n,,,,,,,,,\nCANARY2,900001\n", encoding="utf-8")
    tally = read_ledger(path, tmp_path / "out", "ledger.csv", DAY)
    assert tally.seen == {"ledger": 2}
    assert "5,has other cells than the header" in rejects_of(tmp_path / "out", LEDGER).read_text(encoding="utf-8")


def test_columns_that_are_missing_are_all_named_with_what_is_there(tmp_path):
    path = write(tmp_path / "ledger.csv", columns=("Person", "kind", "provision", "start", "ends", "per"))
    told = problems_of(path, tmp_path)
    assert 'row 1, column starts: has no column "starts". Did you mean "start"?' in told
    assert 'has no column "pounds".' in told
    assert 'has no column "provider".' in told
    assert "person" not in told.split("It has")[0]
    assert not (tmp_path / "out").exists()


def test_a_column_that_stands_twice_is_named(tmp_path):
    path = tmp_path / "ledger.csv"
    path.write_text(",".join((*COLUMNS, "pounds")) + "\n", encoding="utf-8")
    assert 'has two columns "pounds".' in problems_of(path, tmp_path)


@pytest.mark.parametrize(
    ("name", "words"), [("l.xlsx", "is no Excel"), ("l.parquet", "is no Parquet"), ("l.txt", "is neither")]
)
def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path, name, words):
    (tmp_path / name).write_bytes(b"person,kind\n")
    assert words in problems_of(tmp_path / name, tmp_path)


def test_the_headline_figures_by_hand(tmp_path):
    """Two children in independent special schools, one of them with two; one carried both in and out of the borough."""
    folder = read(
        tmp_path,
        PLACED,
        {**PLACED, "urn": "900002", "pounds": "1000", "per": "term"},
        {**PLACED, "person": "CANARY2", "provision": "special_non_maintained", "pounds": "700", "per": "week"},
        {**PLACED, "person": "CANARY3", "provision": "special_la_maintained", "pounds": "10000"},
        {**PLACED, "person": "CANARY4", "ends": "2024-09-25"},
        CARRIED,
        {**CARRIED, "provision": "out of borough", "weeks": "38"},
        {
            **CARRIED,
            "person": "CANARY5",
            "provision": "out of borough",
            "provider": " CABS ",
            "pounds": "365",
            "per": "once",
        },
    )
    day = summed(folder, DAY)
    inmss = day["placement", "inmss"]
    assert (inmss["children"], inmss["providers"]) == (2, 2)
    assert inmss["pounds"] == pytest.approx(36_500 + 3 * 1_000 + 700 * 365 / 7)
    assert (inmss["fewest"], inmss["largest"]) == (
        2,
        pytest.approx(36_500 + 700 * 365 / 7),
    )  # one school's two children
    assert day["placement", "all"]["children"] == 3
    assert day["transport", "in borough"]["pounds"] == pytest.approx(70 * 365 / 7)
    assert day["transport", "out of borough"]["children"] == 1  # the price paid once was of 1 April alone
    assert day["transport", "all"]["children"] == 1
    assert day["transport", "all"]["pounds"] == pytest.approx(70 * 365 / 7 + 70 * 38)
    window = summed(folder, *YEAR)
    days = (DAY - YEAR[0]).days + 1
    assert window["placement", "all"]["children"] == 4
    term = 1_000 * (1 + 26 / 122)  # the summer term, and 26 of the 122 days of autumn
    assert window["placement", "special_independent"]["pounds"] == pytest.approx(100 * (days + days - 1) + term)
    assert window["transport", "out of borough"]["pounds"] == pytest.approx(365 + 70 * 38 * days / 365)
    assert window["transport", "in borough"]["pounds"] == pytest.approx(10 * days)  # £70 a week, every week
    assert window["transport", "all"]["children"] == 2
    assert window["transport", "all"]["providers"] == 1


def cost_of_a_day(row: dict, day: date) -> float:
    """What one commitment costs on one day on which it runs."""
    price, per = row["pounds"], row["per"]
    if per == "year":
        return price / 365
    if per == "week":
        return price / 7 if row["weeks"] is None else price * row["weeks"] / 365
    if per == "term":
        first = date(day.year, 9 if day.month >= 9 else 4 if day.month >= 4 else 1, 1)
        after = date(day.year + 1, 1, 1) if first.month == 9 else date(day.year, 9 if first.month == 4 else 4, 1)
        return price / (after - first).days
    return price / ((row["ends"] or row["starts"]) - row["starts"]).days.__add__(1)


def cost_of_a_year(row: dict) -> float:
    price, per = row["pounds"], row["per"]
    if per == "once":
        return price * 365 / max(365, ((row["ends"] or row["starts"]) - row["starts"]).days + 1)
    weekly = price * (365 / 7 if row["weeks"] is None else row["weeks"])
    return {"year": price, "term": price * 3, "week": weekly}[per]


def runs_on(row: dict, day: date) -> bool:
    ends = row["starts"] if row["per"] == "once" and row["ends"] is None else row["ends"]
    return row["starts"] <= day and (ends is None or day <= ends)


def slowly(rows: list[dict], days: list[date], cost) -> dict[tuple[str, str], tuple]:
    """Children, providers and money by kind and provision: a child and a day at a time."""
    children, providers = (defaultdict(lambda: defaultdict(float)) for _ in range(2))
    for row in rows:
        run = [day for day in days if runs_on(row, day)]
        if not run:
            continue
        groups = {row["provision"], "all"} | ({"inmss"} if row["provision"] in INMSS else set())
        who = row["urn"] if row["kind"] == "placement" and row["urn"] else row["provider"]
        for group in groups:
            spent = cost(row, run)
            children[row["kind"], group][row["person"]] += spent
            if who is not None:
                providers[row["kind"], group][who] += spent
    return {
        group: (len(of), len(providers[group]), sum(of.values()), max([*of.values(), *providers[group].values()]))
        for group, of in children.items()
    }


DATES = st.dates(date(2023, 1, 1), date(2025, 6, 1))
PLACEMENTS = st.tuples(st.just("placement"), st.sampled_from([*INMSS, "special_la_maintained"]))
JOURNEYS = st.tuples(st.just("transport"), st.sampled_from(["in borough", "out of borough"]))
COMMITMENTS = st.fixed_dictionaries(
    {
        "person": st.sampled_from("ABCDE"),
        "urn": st.sampled_from([None, 900001, 900002]),
        "provider": st.sampled_from([None, "cabs", "school"]),
        "what": PLACEMENTS | JOURNEYS,
        "starts": DATES,
        "ends": st.none() | DATES,
        "pounds": st.integers(0, 90_000).map(lambda pence: pence / 100),
        "per": st.sampled_from(["week", "term", "year", "once"]),
        "weeks": st.sampled_from([None, 38, 52]),
    }
)


@settings(max_examples=examples(4, 12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(COMMITMENTS, min_size=1, max_size=12), DATES, st.integers(0, 500))
def test_costs_are_those_of_each_child_and_day_added_up_slowly(tmp_path, drawn, day, length):
    rows = [{**row, "kind": row["what"][0], "provision": row["what"][1]} for row in drawn]
    folder = read(tmp_path, *({key: "" if row[key] is None else str(row[key]) for key in COLUMNS} for row in rows))
    end = day + timedelta(length)
    window = [day + timedelta(more) for more in range(length + 1)]
    for found, days, cost in (
        (summed(folder, day, engine="pandas"), [day], lambda row, _: cost_of_a_year(row)),
        (
            summed(folder, day, end, engine="pandas"),
            window,
            lambda row, run: sum(cost_of_a_day(row, one) for one in run),
        ),
    ):
        expected = slowly(rows, days, cost)
        assert set(found) == set(expected)
        for group, (children, providers, pounds, largest) in expected.items():
            row = found[group]
            assert row["children"] == children
            assert (0 if pd.isna(row["providers"]) else row["providers"]) == providers
            assert row["pounds"] == pytest.approx(pounds)
            assert row["largest"] == pytest.approx(largest)
            assert row["fewest"] == (min(children, providers) if providers else children)


@pytest.mark.parametrize("engine", engines("duckdb", "polars", "pyspark"))
def test_every_engine_gives_the_same_costs(tmp_path, engine):
    pytest.importorskip(engine)
    folder = read(
        tmp_path,
        PLACED,
        {**CARRIED, "starts": "2024-02-29", "ends": "2024-08-31", "per": "term"},
        {**CARRIED, "weeks": "38"},
        {**PLACED, "person": "CANARY2", "ends": "2026-12-31", "per": "once"},
    )
    for window in ((DAY,), YEAR):
        ours, theirs = summed(folder, *window, engine=engine), summed(folder, *window, engine="pandas")
        assert set(ours) == set(theirs)
        for group, row in theirs.items():
            for name in ("children", "providers", "pounds", "fewest", "largest"):
                assert ours[group][name] == pytest.approx(row[name], nan_ok=True), (group, name)


PLANTED = {
    "ends_before_starts": {"ends": "2024-03-31"},
    "no_cost": {"pounds": "-5"},
    "two_placements_on_a_day": {"person": "CANARY1", "urn": "900002"},
    "dear_commitment": {"pounds": "7000", "per": "week"},
    "unknown_provision": {"provision": "boarding"},
    "no_provider": {"urn": ""},
    "more_weeks_than_a_year": {"per": "week", "pounds": "9", "weeks": "60"},
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_rule_finds_what_was_planted_and_where(tmp_path, name):
    folder = read(tmp_path, PLACED, CARRIED, {**PLACED, "person": "CANARY2", **PLANTED[name]})
    found = {one.rule.id: one.rows for one in broken(folder)}
    assert found == {name: [2, 4] if name == "two_placements_on_a_day" else [4]}


def test_every_rule_of_the_ledger_is_held_by_a_planted_fault_and_says_what_it_means():
    told = [one for one in rules() if one.module == LEDGER]
    assert {one.id for one in told} == set(PLANTED)
    assert all(one.message.endswith((".", "?")) and one.fields and one.severity for one in told)
    assert f"£{DEAR:,}" in next(one.message for one in told if one.id == "dear_commitment")


def test_a_broken_rule_gives_row_numbers_in_the_controlled_profile_alone(tmp_path):
    (one,) = broken(read(tmp_path, PLACED, {**PLACED, "person": "CANARY2", "pounds": "0"}))
    assert one.as_text(PUBLIC) == "1 row of ledger: A commitment costs nothing, or less than nothing. (no_cost, error)"
    assert one.as_text(CONTROLLED).endswith("Rows 3.")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_disk_that_is_full_is_not_called_a_fault_of_the_file(tmp_path):
    path, folder = write(tmp_path / "ledger.csv", PLACED), tmp_path / "records"
    read_ledger(path, folder, "ledger.csv", DAY)
    (kept,) = folder.glob("*.parquet")
    kept.unlink()
    kept.symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left on device") as full:
        read_ledger(path, folder, "ledger.csv", DAY)
    assert disk_problem(full.value).args[0].startswith(f"The disk is full ({folder})")


def test_too_little_memory_is_not_called_a_fault_of_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(list_reader, "MEMORY", "1MB")
    rows = [{**PLACED, "person": f"CANARY{number}"} for number in range(20_000)]
    with pytest.raises(CallProblem, match=r"^There is too little memory, or room for temporary files"):
        read(tmp_path, *rows)
