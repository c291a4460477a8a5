"""The headline figures, worked out a second time: plainly, row by row, from the CSV files alone."""

from __future__ import annotations

import csv
import inspect
from collections import defaultdict
from pathlib import Path

import pandas as pd
import pytest

from dbv_analysis import registry
from dbv_analysis.tables import TABLES
from dbv_analysis.terms import HIGHER, LOWER, NEITHER, RESULT_COLUMNS, RESULT_KEY, SYMBOLS, UNITS
from tests.conftest import HALTON

INMSS = ["special_independent", "special_non_maintained"]
SHARES = {
    "placement_mainstream_percent": lambda placement: placement.startswith("mainstream_"),
    "placement_special_percent": lambda placement: placement.startswith("special_"),
    "placement_state_special_percent": lambda placement: placement.startswith("special_") and placement not in INMSS,
    "placement_inmss_percent": lambda placement: placement in INMSS,
}
ABSENCE = {
    "overall_absence_percent": "overall",
    "persistent_absence_percent": "persistent",
    "severe_absence_percent": "severe",
}
CONTRACT = {
    "dsg_expenditure",
    "dsg_cumulative_deficit",
    "dsg_in_year_deficit",
    "dsg_implied_funding",
    "caseload_count",
    "placement_mainstream_percent",
    "placement_special_percent",
    "placement_state_special_percent",
    "placement_inmss_percent",
    "overall_absence_percent",
    "persistent_absence_percent",
    "severe_absence_percent",
}
METRICS = registry.discover()


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def placements(data: Path) -> list[dict[str, str]]:
    return rows_of(data / "dfe-ehc-plans-2025" / "placements.csv")


@pytest.fixture(scope="module")
def deficit(data: Path) -> dict[tuple[str, str], dict[int, int]]:
    """(measure, path) -> year as printed -> pounds."""
    printed = defaultdict(dict)
    for row in rows_of(data / "grant-application-2023-12" / "scenarios.csv"):
        printed[row["measure"], row["scenario"]][int(row["period_printed"])] = int(row["pounds"])
    return printed


def of(results: pd.DataFrame, metric_id: str) -> pd.DataFrame:
    return results[results["metric_id"] == metric_id]


def by_year(results: pd.DataFrame, metric_id: str, breakdown: str = "Total") -> dict[int, float]:
    """Halton's figures, by the year in which each period ends."""
    rows = of(results, metric_id)
    rows = rows[(rows["area_code"] == HALTON) & (rows["breakdown"] == breakdown) & (rows["basis"] != "part_year")]
    return {row.period_end.year: row.value for row in rows.itertuples()}


def counted_slowly(rows: list[dict[str, str]], chosen, known_only: bool = False) -> dict[tuple[str, str], list[int]]:
    """(area, census day) -> plans that are chosen, and all plans."""
    counts = defaultdict(lambda: [0, 0])
    for row in rows:
        if known_only and (row["placement"] == "placement_unknown" or row["period"] < "2023"):
            continue
        pair = counts[row["area_code"], row["period"]]
        pair[1] += int(row["count"])
        if chosen(row["placement"]):
            pair[0] += int(row["count"])
    return dict(counts)


def as_hidden_or_shown(part: int, whole: int, left_out: int = 0) -> tuple:
    """What the public results should hold for a share: both counts, or the symbol for a small one.

    ``left_out`` are the plans of unknown placement, which the two wholes together would give away.
    """
    if any(count in (1, 2, 3, 4) for count in (part, whole, whole - part, left_out)):
        return ("c",)
    return part, whole, "", pytest.approx(100 * part / whole, abs=1e-9)


@pytest.mark.parametrize("known_only", [False, True], ids=["of all plans", "of known placements"])
@pytest.mark.parametrize("metric_id", SHARES)
def test_every_share_of_every_area_and_year_is_the_plain_sum_over_the_plain_sum(
    results, placements, metric_id, known_only
):
    counts = counted_slowly(placements, SHARES[metric_id], known_only)
    every = counted_slowly(placements, SHARES[metric_id])
    expected = {key: as_hidden_or_shown(part, whole, every[key][1] - whole) for key, (part, whole) in counts.items()}
    found = {}
    for row in of(results, metric_id.replace("_percent", "_known_percent") if known_only else metric_id).itertuples():
        key = row.area_code, row.period_start.isoformat()
        found[key] = ("c",) if row.symbol == "c" else (row.numerator, row.denominator, row.symbol, row.value)
    assert len(expected) == (39 if known_only else 91)
    assert found == expected


def test_the_caseload_of_every_area_and_year_is_the_releases_own(results, data):
    plans = {
        (row["area_code"], row["period"]): float(row["count"])
        for row in rows_of(data / "dfe-ehc-plans-2025" / "caseload.csv")
    }
    rows = of(results, "caseload_count")
    assert {(row.area_code, row.period_start.isoformat()): row.value for row in rows.itertuples()} == plans


def test_placements_add_up_to_the_caseload_but_where_authorities_returned_plans_without_them(results, placements):
    """In January 2024 two authorities returned 3,645 plans without placements; they are in England's count alone."""
    rows = of(results, "caseload_count")
    caseload = {(row.area_code, row.period_start.isoformat()): row.value for row in rows.itertuples()}
    counts = counted_slowly(placements, lambda placement: True)
    missing = {key: caseload[key] - whole for key, (_, whole) in counts.items() if whole != caseload[key]}
    assert missing == {("E92000001", "2024-01-18"): 3645}


def test_each_forecast_is_carried_over_as_it_is_printed(results, deficit):
    for metric_id, measure in [("dsg_expenditure", "expenditure"), ("dsg_cumulative_deficit", "cumulative deficit")]:
        for path in ("Unmitigated", "Target", "Stretch"):
            assert by_year(results, metric_id, path) == deficit[measure, path]


def test_a_years_deficit_is_its_balance_less_the_balance_before_it(results, deficit):
    for path in ("Unmitigated", "Target", "Stretch"):
        balance = deficit["cumulative deficit", path]
        expected = {year: balance[year] - balance[year - 1] for year in range(2024, 2029)}
        assert by_year(results, "dsg_in_year_deficit", path) == expected


def test_implied_funding_is_what_is_spent_less_what_is_added_to_the_deficit(results, deficit):
    for path in ("Unmitigated", "Target", "Stretch"):
        balance, spent = deficit["cumulative deficit", path], deficit["expenditure", path]
        expected = {year: spent[year] - (balance[year] - balance[year - 1]) for year in range(2024, 2029)}
        assert by_year(results, "dsg_implied_funding", path) == expected


def test_three_paths_of_six_years_end_at_the_printed_deficits(results):
    rows = of(results, "dsg_cumulative_deficit")
    assert len(rows) == 18
    assert by_year(results, "dsg_cumulative_deficit", "Unmitigated")[2028] == 33_900_000
    assert by_year(results, "dsg_cumulative_deficit", "Target")[2028] == 22_100_000


def test_a_balance_is_of_one_day_and_spending_is_of_the_year_that_ends_on_it(results):
    balances, spending = of(results, "dsg_cumulative_deficit"), of(results, "dsg_expenditure")
    assert set(balances["basis"]) == {"snapshot"}
    assert set(spending["basis"]) == {"full_year"}
    assert set(balances["period_end"]) == set(spending["period_end"])
    assert {(day.month, day.day) for day in balances["period_end"]} == {(3, 31)}


def test_implied_funding_is_the_known_series(results):
    unmitigated = by_year(results, "dsg_implied_funding", "Unmitigated")
    assert unmitigated == {
        2024: 26_100_000,
        2025: 26_800_000,
        2026: 27_600_000,
        2027: 28_400_000,
        2028: 29_400_000,
    }
    assert by_year(results, "dsg_implied_funding", "Target")[2027] == 29_200_000


@pytest.mark.parametrize(
    ("metric_id", "printed"),
    [
        ("placement_inmss_percent", {2023: "8.2%", 2024: "8.0%", 2025: "8.2%"}),
        ("placement_state_special_percent", {2023: "32.4%", 2024: "29.2%", 2025: "28.4%"}),
    ],
)
def test_haltons_shares_in_january_are_the_known_ones(results, metric_id, printed):
    shares = by_year(results, metric_id)
    assert {year: METRICS[metric_id].write(shares[year]) for year in printed} == printed


def test_absence_of_pupils_with_plans_is_the_known_series(results):
    metric = METRICS["overall_absence_percent"]
    shares = by_year(results, metric.id, "EHC plan")
    known = {2019: "8.60%", 2021: "18.99%", 2022: "12.58%", 2023: "11.65%"}
    assert {year: metric.write(shares[year]) for year in known} == known
    assert 2020 not in shares


@pytest.mark.parametrize("metric_id", ABSENCE)
def test_absence_is_carried_over_from_the_release_unchanged(results, data, metric_id):
    expected = {}
    for row in rows_of(data / "dfe-absence-by-sen" / "absence.csv"):
        if row["measure"] == ABSENCE[metric_id]:
            year = row["period"].removeprefix("academic year ").replace("-", "/")
            expected[row["area_code"], year, row["sen_provision"]] = float(row["percent"])
    rows = of(results, metric_id)
    rows = rows[rows["basis"] == "full_year"]
    found = {(row.area_code, row.period_label, row.breakdown): row.value for row in rows.itertuples()}
    assert found == expected


def test_the_quarterly_reports_parts_of_a_year_keep_their_printed_text_or_their_symbol(results, data):
    expected = []
    for row in rows_of(data / "quarterly-report-2024-09" / "absence.csv"):
        value = None if row["percent"] == "x" else float(row["percent"])
        expected.append((row["sen_provision"], row["printed"], value, "x" if value is None else ""))
    rows = of(results, "overall_absence_percent")
    rows = rows[rows["basis"] == "part_year"]
    found = [
        (row.breakdown, row.printed, None if pd.isna(row.value) else row.value, row.symbol) for row in rows.itertuples()
    ]
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_the_results_have_the_contracts_columns_and_no_key_twice(results):
    assert list(results.columns) == list(RESULT_COLUMNS)
    assert not results.duplicated(list(RESULT_KEY)).any()


def test_every_row_has_a_value_or_a_symbol_and_never_both_or_neither(results):
    assert (results["value"].notna() != (results["symbol"] != "")).all()
    assert set(results["symbol"]) <= {"", *SYMBOLS}


def test_every_metric_that_the_contract_fixes_is_there_and_has_figures_of_halton(results):
    assert set(METRICS) >= CONTRACT
    assert set(results.loc[results["area_code"] == HALTON, "metric_id"]) >= CONTRACT


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.id)
def test_a_metric_says_all_that_a_reader_needs(metric):
    assert metric.definition.endswith("."), "the docstring's first paragraph is not a sentence"
    assert metric.section
    assert metric.title
    assert metric.source
    assert UNITS[metric.unit.name] is metric.unit
    assert metric.better in (HIGHER, LOWER, NEITHER)
    assert set(inspect.signature(metric.define).parameters) <= set(TABLES)


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.id)
def test_a_metrics_figures_make_sense(results, metric):
    rows = of(results, metric.id)
    shown = rows[rows["symbol"] == ""]
    assert set(rows["unit"]) <= {metric.unit.name}
    if metric.unit.name == "per cent":
        assert shown["value"].between(0, 100).all()
    divided = shown[shown["denominator"].notna()]
    assert (divided["numerator"] <= divided["denominator"]).all()
    for row in divided.itertuples():
        assert row.value == pytest.approx(100 * row.numerator / row.denominator, abs=1e-9)
