"""The results against figures that nobody here wrote: the DfE's own percentages and counts."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

from dbv_analysis.model.units import PERCENT
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
def release(published: Path) -> Callable[[str], list[dict[str, str]]]:
    """Reads a file of the EHC plans release as downloaded, without the package."""

    def release(name: str) -> list[dict[str, str]]:
        with (
            zipfile.ZipFile(published / "education-health-and-care-plans_2025.zip") as archive,
            archive.open(f"data/{name}.csv") as stream,
        ):
            return read(io.TextIOWrapper(stream, encoding="utf-8-sig", newline=""))

    return release


def of_all_plans(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [row for row in rows if row["breakdown_topic"] == row["breakdown"]]


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


FLOWS = {
    "requests_received_in_year": "requests",
    "new_ehc_plans": "new plans",
    "ceased_plans total": "plans ceased",
}


@pytest.mark.parametrize(("measure", "flow"), FLOWS.items())
def test_the_events_of_a_year_in_halton_and_england_are_as_published(tables, checked, measure, flow):
    expected = {
        (CODES[row["area"]], row["time_period"]): float(row["value"]) for row in checked if row["measure"] == measure
    }
    found = counts(tables["flows"], flow=flow)
    assert len(expected) >= 6
    assert {key: found[key] for key in expected} == expected


def counts(table: pd.DataFrame, **chosen: str) -> dict[tuple[str, str], float]:
    """(area, period's label) -> count, of the rows of a table that are ``chosen``; where a symbol stands, none."""
    rows = table[(table[list(chosen)] == pd.Series(chosen)).all(axis=1) & table["count"].notna()]
    return rows.set_index(["area_code", "period_label"])["count"].to_dict()


def test_halton_had_more_requests_new_plans_and_plans_ceased_in_these_years(tables):
    def in_halton(flow: str, first: int) -> list[float]:
        return [counts(tables["flows"], flow=flow)[HALTON, str(year)] for year in range(first, 2025)]

    assert in_halton("requests", 2021) == [301, 383, 409, 492]
    assert in_halton("new plans", 2021) == [192, 215, 270, 240]
    assert in_halton("plans ceased", 2022) == [10, 79, 122]


def test_single_placements_add_up_to_all_placements_for_every_need_and_area(tables):
    needs = tables["plans_by_need"]
    single = needs["placement"] != "all"
    added = needs[single].groupby(["area_code", "need"])["count"].sum()
    together = needs[~single].set_index(["area_code", "need"])["count"]
    assert len(together) == 13 * 13
    assert added.to_dict() == together.to_dict()


def test_ages_add_up_to_all_plans_but_for_england_in_2024(tables):
    """In January 2024 two authorities returned totals without ages: 3,645 plans are in England's count alone."""
    added = tables["plans_by_age"].groupby(["area_code", "period"])["count"].sum().to_dict()
    plans = tables["caseload"].set_index(["area_code", "period"])["count"]
    assert len(added) == 13 * 2
    assert {key: plans[key] - ages for key, ages in added.items() if plans[key] != ages} == {
        ("E92000001", "2024-01-18"): 3645
    }


EXCLUSIONS = {"susp_rate": "suspensions", "perm_excl_rate": "permanent exclusions"}


@pytest.mark.parametrize(("published_as", "measure"), EXCLUSIONS.items())
def test_haltons_exclusions_are_as_published_in_every_term(tables, absence, published_as, measure):
    expected = {
        (row["send_category"], *term_of(row)): float(row["value"]) for row in absence if row["metric"] == published_as
    }
    rows = tables["exclusions"]
    rows = rows[(rows["area_code"] == HALTON) & (rows["measure"] == measure) & (rows["basis"] == "part_year")]
    found = {(row.sen_provision, row.period_start.year, row.period_start.month): row.rate for row in rows.itertuples()}
    assert len(expected) == 3 * 17
    assert found == expected


def term_of(row: dict[str, str]) -> tuple[int, int]:
    """The year and the month in which a term starts."""
    month = {"Autumn term": 9, "Spring term": 1, "Summer term": 4}[row["time_identifier"]]
    return int(row["time_period"][:4]) + (month < 9), month


def test_absence_and_exclusions_of_every_authority_are_as_published_in_every_period(tables, published):
    """The release as an extract of every authority, read without the package. Symbols are compared too."""
    path = published / "absence_exclusions_by_sen_all_authorities.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["education_phase"] == "Total"]
    measures = {"sess_overall_percent": "overall", **EXCLUSIONS}
    measures |= {"enrolments_pa_10_exact_percent": "persistent", "enrolments_pa_50_exact_percent": "severe"}
    expected = {
        (row["new_la_code"], *when(row), row["breakdown"], measures[row["indicator"]]): row["value"]
        for row in rows
        if row["indicator"] in measures and row["breakdown_topic"] == "SEN provision"
    }
    found = {}
    for name, number in (("absence", "percent"), ("exclusions", "rate")):
        table = tables[name][tables[name]["source"].str.contains("schools in England|exclusions in England")]
        table = table[table["geographic_level"] == "Local authority"]
        columns = ["area_code", "period_start", "period_end", "sen_provision", "measure"]
        cells = table["symbol"].where(table["symbol"] != "", table[number])
        found |= dict(zip(table[columns].itertuples(index=False, name=None), cells, strict=True))
    assert len(expected) > 20_000
    assert {key: as_number(cell) for key, cell in expected.items()} == {key: found.get(key) for key in expected}


def when(row: dict[str, str]) -> tuple[date, date]:
    """The first and the last day of an academic year or a term."""
    first = int(row["time_period"][:4])
    return {
        "Academic year": (date(first, 9, 1), date(first + 1, 8, 31)),
        "Autumn term": (date(first, 9, 1), date(first, 12, 31)),
        "Spring term": (date(first + 1, 1, 1), date(first + 1, 3, 31)),
        "Summer term": (date(first + 1, 4, 1), date(first + 1, 8, 31)),
    }[row["time_identifier"]]


def as_number(cell: str) -> float | str:
    try:
        return float(cell)
    except ValueError:
        return {":": "x", "~": "low", "k": "low"}.get(cell, cell)


TOOL = {"TotFixedEx suspension rate all pupils": "suspensions", "TotPermEx rate all pupils": "permanent exclusions"}


def test_exclusions_of_all_pupils_in_a_year_are_as_the_departments_tool_has_them(tables, checked):
    expected = {
        (CODES[row["area"]], row["time_period"], TOOL[row["measure"]]): float(row["value"])
        for row in checked
        if row["measure"] in TOOL
    }
    rows = tables["exclusions"][tables["exclusions"]["sen_provision"] == "Total"]
    assert len(expected) == 12
    assert {(row.area_code, row.period_label, row.measure): row.rate for row in rows.itertuples()} == expected


TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"


@pytest.fixture(scope="module")
def grant(published: Path) -> list[list[str]]:
    """The rows of the summary sheet of the dedicated schools grant, each cell its exact value, else its text."""
    with zipfile.ZipFile(published / "dedicated-schools-grant_2024_07_20.ods") as archive:
        root = ElementTree.fromstring(archive.read("content.xml"))
    sheet = next(table for table in root.iter(f"{TABLE}table") if table.get(f"{TABLE}name") == "Allocations_summary")
    return [list(cells(row)) for row in sheet.iter(f"{TABLE}table-row")]


def cells(row: ElementTree.Element) -> Iterator[str]:
    for cell in row:
        repeated = int(cell.get(f"{TABLE}number-columns-repeated", "1"))
        yield from [cell.get(f"{OFFICE}value", "".join(cell.itertext()).strip())] * min(repeated, 20)


def test_the_high_needs_block_is_the_grants_own_to_the_pound(tables, release, grant):
    """The grant's columns C and H: the block before the deductions, and after them."""
    letters = next(row for row in grant if "[C]" in row)
    before, after = letters.index("[C]"), letters.index("[H]")
    assert "High needs block" in grant[1][before]
    assert "High needs block" in grant[1][after]
    old_code = {row["new_la_code"]: row["old_la_code"] for row in of_all_plans(release("caseload"))}
    by_code = {"England" if row[0] == "ENGLAND" else row[0]: row for row in grant if row}
    funding = tables["high_needs_funding"].set_index(["area_code", "line"])["pounds"]
    expected = {}
    for area in {area for area, _ in funding.index}:
        row = by_code["England" if area == CODES["England"] else old_code[area]]
        expected[area, "High needs block before deductions"] = float(row[before])
        expected[area, "High needs block after deductions"] = float(row[after])
    assert len(expected) == 12 * 2
    assert funding.to_dict() == expected
    assert funding[HALTON, "High needs block before deductions"] == 26_048_051
