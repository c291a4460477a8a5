"""The headline figures, worked out a second time: plainly, row by row, from the CSV files alone."""

from __future__ import annotations

import csv
import inspect
import json
from collections import defaultdict
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from dbv_analysis.model.columns import RESULT_COLUMNS, RESULT_KEY
from dbv_analysis.model.pack import PUBLIC
from dbv_analysis.model.settings import Disclosure
from dbv_analysis.model.tables import TABLES
from dbv_analysis.model.units import HIGHER, LOWER, NEITHER, SYMBOLS, UNITS
from dbv_analysis.results import cache
from dbv_analysis.results.calculate import calculate
from tests.conftest import HALTON, QUARTER, dbv
from tests.publish.conftest import copy_of_the_project
from tests.shipped import METRICS

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
# Ids that others may rely on, and the unit of each: neither may change.
CONTRACT = {
    "dsg_expenditure": "pounds",
    "dsg_cumulative_deficit": "pounds",
    "dsg_in_year_deficit": "pounds",
    "dsg_implied_funding": "pounds",
    "caseload_count": "count",
    "placement_mainstream_percent": "per cent",
    "placement_special_percent": "per cent",
    "placement_state_special_percent": "per cent",
    "placement_inmss_percent": "per cent",
    "overall_absence_percent": "per cent",
    "persistent_absence_percent": "per cent",
    "severe_absence_percent": "per cent",
    "requests_count": "count",
    "new_plans_count": "count",
    "assessments_agreed_percent": "per cent",
    "plans_20_weeks_percent": "per cent",
    "plans_20_weeks_excl_exceptions_percent": "per cent",
    "suspensions_count": "count",
    "suspension_rate": "rate per 100 pupils",
    "exclusions_count": "count",
    "exclusion_rate": "rate per 100 pupils",
    "inmss_placements_count": "count",
    "inmss_unit_cost_average": "pounds",
    "transport_pupils_count": "count",
    "transport_spend": "pounds",
    "transport_unit_cost_average": "pounds",
    "ehe_plans_count": "count",
    "grant_spend": "pounds",
    "grant_profile": "pounds",
    "thrive_engaged_percent": "per cent",
    "thrive_booked_percent": "per cent",
    "training_count": "count",
}


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


def test_the_caseload_is_the_releases_own_and_what_placements_add_up_to_but_for_two(results, data, placements):
    """In January 2024 two authorities returned 3,645 plans without placements; they are in England's count alone."""
    plans = {
        (row["area_code"], row["period"]): float(row["count"])
        for row in rows_of(data / "dfe-ehc-plans-2025" / "caseload.csv")
    }
    rows = of(results, "caseload_count")
    assert {(row.area_code, row.period_start.isoformat()): row.value for row in rows.itertuples()} == plans
    counts = counted_slowly(placements, lambda placement: True)
    missing = {key: plans[key] - whole for key, (_, whole) in counts.items() if whole != plans[key]}
    assert missing == {("E92000001", "2024-01-18"): 3645}


@pytest.mark.parametrize("path", ["Unmitigated", "Target", "Stretch"])
def test_a_forecast_is_as_printed_and_what_follows_from_it_is_worked_out_year_by_year(results, deficit, path):
    """A year's deficit is its balance less the one before; what is spent less that is the funding that is implied."""
    balance, spent = deficit["cumulative deficit", path], deficit["expenditure", path]
    added = {year: balance[year] - balance[year - 1] for year in range(2024, 2029)}
    assert by_year(results, "dsg_expenditure", path) == spent
    assert by_year(results, "dsg_cumulative_deficit", path) == balance
    assert by_year(results, "dsg_in_year_deficit", path) == added
    assert by_year(results, "dsg_implied_funding", path) == {year: spent[year] - added[year] for year in added}


def test_a_balance_is_of_one_day_and_spending_is_of_the_year_that_ends_on_it(results):
    balances, spending = of(results, "dsg_cumulative_deficit"), of(results, "dsg_expenditure")
    assert set(balances["basis"]) == {"snapshot"}
    assert set(spending["basis"]) == {"full_year"}
    assert set(balances["period_end"]) == set(spending["period_end"])
    assert {(day.month, day.day) for day in balances["period_end"]} == {(3, 31)}


def test_three_paths_of_six_years_end_at_the_printed_deficits_and_imply_the_known_funding(results):
    assert len(of(results, "dsg_cumulative_deficit")) == 18
    assert by_year(results, "dsg_cumulative_deficit", "Unmitigated")[2028] == 33_900_000
    assert by_year(results, "dsg_cumulative_deficit", "Target")[2028] == 22_100_000
    millions = {2024: 26.1, 2025: 26.8, 2026: 27.6, 2027: 28.4, 2028: 29.4}
    unmitigated = by_year(results, "dsg_implied_funding", "Unmitigated")
    assert unmitigated == {year: round(pounds * 1e6) for year, pounds in millions.items()}
    assert by_year(results, "dsg_implied_funding", "Target")[2027] == 29_200_000


@pytest.mark.parametrize(
    ("metric_id", "breakdown", "printed"),
    [
        ("placement_inmss_percent", "Total", {2023: "8.2%", 2024: "8.0%", 2025: "8.2%"}),
        ("placement_state_special_percent", "Total", {2023: "32.4%", 2024: "29.2%", 2025: "28.4%"}),
        ("overall_absence_percent", "EHC plan", {2019: "8.60%", 2021: "18.99%", 2022: "12.58%", 2023: "11.65%"}),
    ],
)
def test_haltons_shares_are_the_known_ones(results, metric_id, breakdown, printed):
    shares = by_year(results, metric_id, breakdown)
    assert {year: METRICS[metric_id].write(shares[year]) for year in printed} == printed
    assert (2020 not in shares) or breakdown == "Total", "no absence was published for 2019/20"


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


@pytest.mark.parametrize(("metric_id", "unit"), CONTRACT.items(), ids=CONTRACT)
def test_every_metric_that_the_contract_fixes_is_there_in_its_unit_with_a_figure_of_halton(results, metric_id, unit):
    rows = of(results, metric_id)
    assert METRICS[metric_id].unit.name == unit
    assert set(rows["unit"]) == {unit}
    assert rows.loc[rows["area_code"] == HALTON, "value"].notna().any()


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
    divided = shown[shown["denominator"].notna() & (metric.unit.name == "per cent")]
    assert (divided["numerator"] <= divided["denominator"]).all()
    for row in divided.itertuples():
        assert row.value == pytest.approx(100 * row.numerator / row.denominator, abs=1e-9)


def test_no_change_is_read_across_a_year_that_is_not_there(tables):
    scenarios = tables["scenarios"]
    gap = scenarios[~((scenarios["measure"] == "cumulative deficit") & (scenarios["period_printed"] == "2025"))]
    metrics = [METRICS["dsg_in_year_deficit"]]
    rows = calculate(metrics, {**tables, "scenarios": gap}, Disclosure(), PUBLIC)
    assert sorted(rows["period_label"].unique()) == ["2024", "2027", "2028"]


def test_a_share_is_hidden_where_two_wholes_would_give_away_a_small_count(tables):
    """Of 100 plans 3 have no known placement: the share of the 97 beside that of the 100 would say so."""
    one = tables["placements"].iloc[[0]].assign(area_code=HALTON, period_start=date(2024, 1, 18), symbol="")
    plans = pd.concat(
        [
            one.assign(placement="mainstream_academy", count=50.0),
            one.assign(placement="special_academy_free", count=47.0),
            one.assign(placement="placement_unknown", count=3.0),
        ]
    )
    wanted = [METRICS[name] for name in ("placement_special_percent", "placement_special_known_percent")]
    rows = calculate(wanted, {**tables, "placements": plans}, Disclosure(), PUBLIC).set_index("metric_id")
    assert rows.loc["placement_special_percent", "value"] == 47
    assert rows.loc["placement_special_known_percent", "symbol"] == "c"
    assert pd.isna(rows.loc["placement_special_known_percent", "value"])


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, assembled: cache.Assembled) -> list[dict]:
    """What the command tells of the shipped quarter, as strict JSON, which knows no NaN."""
    root = copy_of_the_project(tmp_path_factory.mktemp("told"))
    cache.store(assembled, root / "data" / "raw", PUBLIC)
    done = dbv("results", "--quarter", QUARTER, "--format", "json", cwd=root)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


def figure(told: list[dict], metric_id: str, period: str, breakdown: str = "Total") -> dict:
    """The one row of Halton with that metric, period and breakdown."""
    wanted = {"metric_id": metric_id, "area_code": HALTON, "period_label": period, "breakdown": breakdown}
    (row,) = [row for row in told if wanted.items() <= row.items()]
    return row


def test_the_command_tells_the_columns_of_the_contract_and_nothing_published_after_the_cut_off(told):
    assert {tuple(row) for row in told} == {tuple(RESULT_COLUMNS)}
    assert max(row["published"] for row in told) == "2024-09-26"


def test_the_command_tells_what_the_results_table_holds(told, results):
    known = results[[day.isoformat() <= "2024-09-26" for day in results["published"]]]
    assert len(told) == len(known)
    for column in ("value", "numerator", "denominator"):
        assert [row[column] for row in told] == [None if pd.isna(number) else number for number in known[column]]
    for column in ("metric_id", "area_code", "breakdown_topic", "breakdown", "symbol"):
        assert [row[column] for row in told] == list(known[column])


@pytest.mark.parametrize(
    ("destination", "pupils", "spend", "each"),
    [
        ("In borough", 427, 1_698_456, "£3,977.65"),
        ("Out of borough", 109, 1_204_178, "£11,047.50"),
        ("Total", 536, 2_902_634, "£5,415.36"),
    ],
)
def test_the_command_tells_transport_by_destination_and_in_all(told, destination, pupils, spend, each):
    ids = ["transport_pupils_count", "transport_spend", "transport_unit_cost_average"]
    rows = [figure(told, name, "September 2024", destination) for name in ids]
    assert [row["breakdown_topic"] for row in rows] == ["Destination"] * 3
    assert [row["value"] for row in rows[:2]] == [pupils, spend]
    assert (rows[2]["numerator"], rows[2]["denominator"]) == (spend, pupils)
    assert METRICS[ids[2]].write(rows[2]["value"]) == each


IN_SEPTEMBER = {"period_end": "2024-09-24", "basis": "snapshot"}
IN_2023 = {"basis": "full_year", "period_start": "2023-01-01", "period_end": "2023-12-31"}
OF_GRANT = {"breakdown_topic": "Grant line"}


@pytest.mark.parametrize(
    ("metric_id", "period", "value", "more"),
    [
        ("inmss_schools_count", "September 2024", 35, IN_SEPTEMBER),
        ("inmss_placements_count", "September 2024", 126, IN_SEPTEMBER),
        ("inmss_unit_cost_average", "September 2024", 63_765, IN_SEPTEMBER),
        ("inmss_open_searches_count", "September 2024", 20, IN_SEPTEMBER),
        ("grant_spend", "2024-25-Q1", 326_240, OF_GRANT),
        ("grant_spend", "2024-25-Q2", 42_940, OF_GRANT),
        ("grant_spend", "to the end of 2024-25-Q2", 369_180, OF_GRANT),
        ("grant_profile", "to the end of 2024-25-Q2", 500_000, OF_GRANT),
        ("grant_profile", "to the end of 2024-25-Q4", 1_000_000, OF_GRANT),
        ("new_plans_count", "2023", 270, IN_2023),
        ("requests_count", "2023", 409, IN_2023),
    ],
)
def test_the_command_tells_figures_under_the_period_that_they_are_of(told, metric_id, period, value, more):
    row = figure(told, metric_id, period)
    assert {name: row[name] for name in ("value", *more)} == {"value": value, **more}
    if more is IN_2023:
        assert not [row for row in told if row["metric_id"] == metric_id and row["period_label"] == "2024"]
