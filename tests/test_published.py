"""The results against figures that nobody here wrote: the DfE's own percentages and counts."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from dbv_analysis.terms import PERCENT
from tests.conftest import HALTON

CODES = {"Halton": HALTON, "England": "E92000001"}
PROVISIONS = ["EHC plan", "SEN support", "No SEN"]
ABSENCE = {
    "sess_overall_percent": "overall_absence_percent",
    "enrolments_pa_10_exact_percent": "persistent_absence_percent",
    "enrolments_pa_50_exact_percent": "severe_absence_percent",
}


def share(metric_id: str) -> Callable[[dict, float], str]:
    """Reads a share, with the one decimal of the release."""
    return lambda figures, plans: PERCENT.write(figures[metric_id].value, 1).rstrip("%")


def derived(metric_id: str) -> Callable[[dict, float], str]:
    """A share that the extract derives from a count and all published plans; the release has no such percentage.

    The DfE's own percentages leave out plans of authorities that returned no placements.
    """
    return lambda figures, plans: PERCENT.write(100 * figures[metric_id].numerator / plans, 2).rstrip("%")


def unknown(figures: dict, plans: float) -> str:
    every, known = figures["placement_mainstream_percent"], figures["placement_mainstream_known_percent"]
    return f"{every.denominator - known.denominator:.0f}"


ALL_PLANS = "ehcplans (January of second year)"
# A measure of the checked extract -> how the results give it, where all plans are published as ``plans``.
MEASURES = {
    ALL_PLANS: lambda figures, plans: f"{figures['caseload_count'].value:.0f}",
    "mainstream_total_pc": share("placement_mainstream_percent"),
    "special_total_pc (includes independent and NM)": share("placement_special_percent"),
    "special_independent + special_non_maintained count": (
        lambda figures, plans: f"{figures['placement_inmss_percent'].numerator:.0f}"
    ),
    "NMISS pct derived": derived("placement_inmss_percent"),
    "state special pct derived": derived("placement_state_special_percent"),
    "placement_unknown count": unknown,
}


def in_january(results: pd.DataFrame, area_code: str, time_period: str) -> dict:
    """One area's results on a census day, by metric. A release calls January 2024 the academic year 202324."""
    rows = results[(results["area_code"] == area_code) & (results["period_label"] == f"January 20{time_period[-2:]}")]
    return {row.metric_id: row for row in rows.itertuples()}


def read(stream) -> list[dict[str, str]]:
    return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def checked(published: Path) -> list[dict[str, str]]:
    with (published / "halton_ehcp_published.csv").open(encoding="utf-8-sig", newline="") as stream:
        return read(stream)


@pytest.fixture(scope="module")
def caseload(published: Path) -> list[dict[str, str]]:
    """The release's rows of all plans, as downloaded."""
    with (
        zipfile.ZipFile(published / "education-health-and-care-plans_2025.zip") as archive,
        archive.open("data/caseload.csv") as stream,
    ):
        rows = read(io.TextIOWrapper(stream, encoding="utf-8-sig", newline=""))
    return [row for row in rows if row["breakdown_topic"] == row["breakdown"] == "All EHC plans"]


@pytest.fixture(scope="module")
def absence(published: Path) -> list[dict[str, str]]:
    with (published / "halton_absence_exclusions_by_sen.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = read(stream)
    return [row for row in rows if row["send_detail_display"] == "SEN provision" and row["education_phase"] == "Total"]


@pytest.mark.parametrize("measure", MEASURES)
def test_halton_and_england_are_as_published_in_every_year(results, checked, measure):
    plans = {(row["area"], row["time_period"]): float(row["value"]) for row in checked if row["measure"] == ALL_PLANS}
    expected = {(row["area"], row["time_period"]): float(row["value"]) for row in checked if row["measure"] == measure}
    found = {
        (area, year): float(MEASURES[measure](in_january(results, CODES[area], year), plans[area, year]))
        for area, year in expected
    }
    assert {area for area, _ in expected} == {"Halton", "England"}
    assert len(expected) >= 6
    assert found == expected


@pytest.mark.parametrize(
    ("column", "metric_id"),
    [("mainstream_total_pc", "placement_mainstream_percent"), ("special_total_pc", "placement_special_percent")],
)
def test_every_shipped_area_has_the_published_percentage_in_every_year(results, caseload, column, metric_id):
    expected = published_by_area(caseload, column, shipped(results))
    found = {(area, year): float(share(metric_id)(in_january(results, area, year), plans=0)) for area, year in expected}
    assert len(expected) == (results["metric_id"] == metric_id).sum() == 91
    assert found == expected


def test_every_shipped_area_has_the_published_number_of_plans_in_every_year(results, caseload):
    expected = published_by_area(caseload, "ehcplans", shipped(results))
    found = {(area, year): in_january(results, area, year)["caseload_count"].value for area, year in expected}
    assert len(expected) == 91
    assert found == expected


def shipped(results: pd.DataFrame) -> set[str]:
    return set(results.loc[results["metric_id"] == "caseload_count", "area_code"])


def published_by_area(rows: list[dict[str, str]], column: str, areas: set[str]) -> dict[tuple[str, str], float]:
    """(area, time period) -> what the release prints in ``column``."""
    code = {"Local authority": "new_la_code", "Regional": "region_code", "National": "country_code"}
    keyed = {(row[code[row["geographic_level"]]], row["time_period"]): row[column] for row in rows}
    return {(area, year): float(cell) for (area, year), cell in keyed.items() if area in areas}


@pytest.mark.parametrize(("published_as", "metric_id"), ABSENCE.items())
def test_haltons_absence_is_as_published_in_every_year(results, absence, published_as, metric_id):
    expected = {
        (row["send_category"], f"{row['time_period'][:4]}/{row['time_period'][4:]}"): float(row["value"])
        for row in absence
        if row["metric"] == published_as
    }
    rows = results[
        (results["metric_id"] == metric_id)
        & (results["area_code"] == HALTON)
        & (results["basis"] == "full_year")
        & results["breakdown"].isin(PROVISIONS)
    ]
    found = {(row.breakdown, row.period_label): row.value for row in rows.itertuples()}
    assert len(expected) == 18
    assert found == pytest.approx(expected, abs=5e-7)
