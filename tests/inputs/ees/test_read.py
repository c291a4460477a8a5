from __future__ import annotations

import csv
import gzip
import io
import tomllib
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from dbv_analysis.inputs.ees import read as ees
from dbv_analysis.inputs.load import load
from dbv_analysis.inputs.tidy import ORIGIN, read_text
from dbv_analysis.model.problems import DataProblem
from dbv_analysis.model.sen2 import PLACEMENTS
from dbv_analysis.model.settings import load_programme
from dbv_analysis.model.source import sha256_of
from dbv_analysis.model.tables import TABLES
from tests.conftest import HALTON, ROOT
from tests.inputs.sources import DFE, only_problem, problems_of, put_source

RELEASE = "education-health-and-care-plans_2025.zip"
ABSENCE = "absence_exclusions_by_sen_all_authorities.csv.gz"
EHC_PLANS = ROOT / "data" / "raw" / "dfe-ehc-plans-2025"
SHIPPED = sorted(path.stem for path in EHC_PLANS.glob("*.csv"))

YEAR = {"time_period": "2023", "time_identifier": "Calendar year"}
CENSUS = {"time_period": "202324", "time_identifier": "Academic year"}
COUNTRY = {"country_code": "E92000001", "country_name": "England"}
REGION = {"region_code": "E12000002", "region_name": "North West"}
AUTHORITY = {"new_la_code": HALTON, "old_la_code": "876", "la_name": "Halton"}
NO_REGION = dict.fromkeys(REGION, "")
NO_AUTHORITY = dict.fromkeys(AUTHORITY, "")
TOTAL = {"breakdown_topic": "All requests", "breakdown": "All requests"}
HALTON_ROW = {"geographic_level": "Local authority", **COUNTRY, **REGION, **AUTHORITY, **TOTAL}
NORTH_WEST_ROW = {"geographic_level": "Regional", **COUNTRY, **REGION, **NO_AUTHORITY, **TOTAL}
ENGLAND_ROW = {"geographic_level": "National", **COUNTRY, **NO_REGION, **NO_AUTHORITY, **TOTAL}


def read_release(path: Path, shown: str) -> dict[str, pd.DataFrame]:
    """The tables of a download, without the columns that say where each number stood."""
    return {name: frame.drop(columns=list(ORIGIN)) for name, frame in ees.read_release(path, shown)[0].items()}


def csv_of(*rows: dict[str, str]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def requests(count: str = "383", **changes: str) -> dict[str, str]:
    return {**YEAR, **HALTON_ROW, "requests_received_in_year": count, **changes}


def caseload(plans: str = "3", **changes: str) -> dict[str, str]:
    placements = dict.fromkeys(PLACEMENTS, "0")
    return {**CENSUS, **HALTON_ROW, "ehcplans": plans, **placements, **changes}


def by_age(age: str, plans: str, **changes: str) -> dict[str, str]:
    return caseload(plans, breakdown_topic="Child or young persons age", breakdown=age, **changes)


ALL_PLANS = {"breakdown_topic": "All EHC plans", "breakdown": "All EHC plans"}
NEED_COLUMNS = {
    "number_asd": "Autistic spectrum disorder",
    "number_hi": "Hearing impairment",
    "number_mld": "Moderate learning difficulty",
    "number_msi": "Multi-sensory impairment",
    "number_oth": "Other difficulty or disability",
    "number_pd": "Physical disability",
    "number_pmld": "Profound and multiple learning difficulty",
    "number_semh": "Social, emotional and mental health",
    "number_slcn": "Speech, language and communication needs",
    "number_sld": "Severe learning difficulty",
    "number_spld": "Specific learning difficulty",
    "number_vi": "Vision impairment",
    "number_need_unknown": "Need unknown",
}


def by_need(**changes: str) -> dict[str, str]:
    return {**CENSUS, **HALTON_ROW, **ALL_PLANS, "ehc_plans": "0", **dict.fromkeys(NEED_COLUMNS, "0"), **changes}


def placed(placement: str, **changes: str) -> dict[str, str]:
    return by_need(breakdown_topic="Type of placement", breakdown=placement, **changes)


def timeliness(**changes: str) -> dict[str, str]:
    counts = {
        "plans_issued_den": "250",
        "plans_issued_den_ex": "242",
        "plans_issued_within_20_weeks": "156",
        "plans_issued_20_weeks_ex": "155",
        "plans_issued_gt20weeks_ltYear": "90",
        "plans_issued_gt20weeks_ltYear_ex": "84",
        "plans_issued_gt_1_year": "4",
        "plans_issued_gt_1_year_ex": "3",
    }
    return {**YEAR, **HALTON_ROW, **counts, **changes}


def absence(**changes: str) -> dict[str, str]:
    return {
        "time_period": "202223",
        "time_identifier": "Academic year",
        "new_la_code": HALTON,
        "la_name": "Halton",
        **REGION,
        "education_phase": "Total",
        "breakdown_topic": "SEN provision",
        "breakdown": "EHC plan",
        "indicator": "sess_overall_percent",
        "value": "11.649351",
        **changes,
    }


def exclusions(**changes: str) -> dict[str, str]:
    term = {"time_period": "202324", "time_identifier": "Autumn term", "indicator": "susp_rate", "value": "7.52"}
    return absence(**{**term, **changes})


@pytest.fixture
def read(tmp_path: Path):
    """Read rows as a CSV of a release."""

    def read(*rows: dict[str, str], encoding: str = "utf-8") -> dict[str, pd.DataFrame]:
        path = tmp_path / "release.csv"
        path.write_bytes(csv_of(*rows).encode(encoding))
        return read_release(path, "release.csv")

    return read


@pytest.fixture
def refused(tmp_path: Path):
    """The problems of a download that cannot be read."""

    def refused(content: bytes, name: str = "release.csv") -> list[DataProblem]:
        path = tmp_path / name
        path.write_bytes(content)
        return problems_of(lambda: read_release(path, name))

    return refused


def zipped(**members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/") + ".csv", text)
    return out.getvalue()


def without(row: dict[str, str], *columns: str) -> dict[str, str]:
    return {name: value for name, value in row.items() if name not in columns}


def test_requests_become_rows_of_flows(read):
    assert read(requests())["flows"].to_dict("records") == [
        {
            "area_code": HALTON,
            "area_name": "Halton",
            "geographic_level": "Local authority",
            "period": "calendar year 2023",
            "flow": "requests",
            "count": "383",
        }
    ]


def test_new_plans_and_assessments_are_flows_too(read):
    plans = without(requests(new_ehc_plans="215"), "requests_received_in_year")
    assessed = without(requests(assess_in_year="235", assess_issued="220"), "requests_received_in_year")
    assert read(plans)["flows"][["flow", "count"]].to_numpy().tolist() == [["new plans", "215"]]
    assert read(assessed)["flows"][["flow", "count"]].to_numpy().tolist() == [
        ["assessments", "235"],
        ["assessments issued", "220"],
    ]


def test_plans_that_ceased_are_a_flow_counted_in_rows_of_all_plans(read):
    row = without(requests(total_ceased="79", max_age="1"), "requests_received_in_year")
    by_placement = {**row, "breakdown_topic": "Type of placement", "breakdown": "FE - total", "total_ceased": "30"}
    flows = read(row, by_placement)["flows"]
    assert flows[["period", "flow", "count"]].to_numpy().tolist() == [["calendar year 2023", "plans ceased", "79"]]


def test_neither_the_case_nor_the_order_of_columns_nor_a_byte_order_mark_matters(read):
    row = requests()
    shouted = {name.upper() if "_" in name else name.title(): cell for name, cell in row.items()}
    turned = {"old_la_code": row["old_la_code"], "new_la_code": row["new_la_code"], **row}
    plain = read(row)["flows"]
    for other in (read(row, encoding="utf-8-sig"), read(shouted), read(turned)):
        assert_frame_equal(other["flows"], plain)


def test_a_column_that_stands_twice_does_no_harm(tmp_path):
    header, row = csv_of(requests(review_meeting_prior_24="1")).splitlines()
    path = tmp_path / "release.csv"
    path.write_text(f"{header},review_meeting_prior_24\n{row},2\n", encoding="utf-8")
    assert read_release(path, "release.csv")["flows"]["count"].tolist() == ["383"]


def test_authority_region_and_country_each_have_their_own_code(read):
    flows = read(requests("138242", **ENGLAND_ROW), requests("18500", **NORTH_WEST_ROW), requests("383", **HALTON_ROW))[
        "flows"
    ]
    assert set(map(tuple, flows[["area_code", "area_name", "geographic_level", "count"]].to_numpy())) == {
        ("E92000001", "England", "National", "138242"),
        ("E12000002", "North West", "Regional", "18500"),
        (HALTON, "Halton", "Local authority", "383"),
    }


def test_only_rows_that_count_every_plan_are_read(read):
    flows = read(requests(), requests("120", breakdown_topic="Sex", breakdown="Female"))["flows"]
    assert flows["count"].tolist() == ["383"]


@pytest.mark.parametrize("symbol", ["c", "z", "x", "low", "u", "k", "~", ":"])
def test_a_symbol_is_read_as_it_is_written(read, symbol):
    assert read(requests(symbol))["flows"]["count"].tolist() == [symbol]


def test_the_academic_year_of_the_caseload_is_the_census_day_in_it(read):
    placements = read(caseload())["placements"]
    assert set(placements["period"]) == {"2024-01-18"}


def test_every_placement_column_becomes_a_row(read):
    placements = read(caseload(special_independent="2", neet="1"))["placements"]
    counts = dict(zip(placements["placement"], placements["count"], strict=True))
    assert set(counts) == set(PLACEMENTS)
    assert (counts["special_independent"], counts["neet"], counts["special_academy_free"]) == ("2", "1", "0")


def test_a_column_that_no_authority_returned_in_a_year_has_no_row_in_that_year(read):
    placements = read(
        caseload(neet_ntci="x", neet_other="x"),
        caseload(neet_ntci="x", neet_other="4", **{**AUTHORITY, "new_la_code": "E08000013", "la_name": "St. Helens"}),
        caseload(neet_ntci="5", time_period="202425"),
    )["placements"]
    rows = {tuple(row) for row in placements[["area_code", "period", "placement", "count"]].to_numpy()}
    assert not {row for row in rows if row[1:3] == ("2024-01-18", "neet_ntci")}
    assert (HALTON, "2025-01-16", "neet_ntci", "5") in rows
    assert (HALTON, "2024-01-18", "neet_other", "x") in rows


def test_ages_are_counts_on_the_census_day(read):
    frame = read(caseload("115"), by_age("age 9", "95"), by_age("age 19", "20"))["plans_by_age"]
    assert frame[["period", "age", "count"]].to_numpy().tolist() == [
        ["2024-01-18", "19", "20"],
        ["2024-01-18", "9", "95"],
    ]


def test_every_age_of_the_release_is_read_and_those_under_three_are_put_at_two(read):
    groups = ["under 3", *(f"age {age}" for age in range(3, 26))]
    frame = read(caseload(), *(by_age(group, str(place)) for place, group in enumerate(groups)))["plans_by_age"]
    assert dict(zip(frame["age"], frame["count"], strict=True)) == {str(age): str(age - 2) for age in range(2, 26)}


def test_a_year_without_ages_has_none_and_its_plans_are_read(read):
    tables = read(caseload("1524"), caseload("900", breakdown_topic="Sex", breakdown="Male"))
    assert "plans_by_age" not in tables
    assert tables["caseload"]["count"].tolist() == ["1524"]


TIME, BREAKDOWN = ("time_period", "time_identifier"), ("breakdown_topic", "breakdown")
IDENTIFYING = (*TIME, "country_name", "region_code", "region_name", "new_la_code", "la_name", *BREAKDOWN)
TIMES = [
    ({"time_identifier": "Week 1"}, "Week 1 2023"),
    ({"time_period": "202324"}, "Calendar year 202324"),
    ({"time_identifier": "Academic year"}, "Academic year 2023"),
    ({"time_identifier": "Autumn term"}, "Autumn term 2023"),
    ({"time_identifier": "Spring term", "time_period": "2023-4"}, "Spring term 2023-4"),
]


def missing(*columns: str) -> set[tuple[int, str, str]]:
    return {(1, column, f'There is no column "{column}".') for column in columns}


# The rows of a file, and what is wrong with them: row, column and words.
REFUSED = [
    (
        [caseload(), by_age("age 9", "95"), by_age("unknown", "3"), by_age("age 26", "1")],
        {
            (4, "breakdown", '"unknown" is not an age known here.'),
            (5, "breakdown", '"age 26" is not an age known here.'),
        },
    ),
    (
        [by_need(), *map(placed, ("Special - free school", "Special - independent", "Mainstream - studio school"))],
        {
            (3, "breakdown", '"Special - free school" is not a placement known here.'),
            (5, "breakdown", '"Mainstream - studio school" is not a placement known here.'),
        },
    ),
    ([by_need(number_downs="3")], {(1, "number_downs", '"number_downs" is not a need known here.')}),
    ([without(by_need(), "number_semh")], missing("number_semh")),
    ([without(caseload(), "neet", "special_academy_free")], missing("neet", "special_academy_free")),
    *(([without(requests(), column)], missing(column)) for column in IDENTIFYING),
    ([without(absence(), "value")], missing("value")),
    *(([requests(**changes)], {(None, None, f"{words} is not a period known here.")}) for changes, words in TIMES),
]


@pytest.mark.parametrize(("rows", "expected"), REFUSED)
def test_all_that_is_not_known_or_missing_is_named_with_its_place_and_nothing_is_lost(refused, rows, expected):
    assert {(problem.row, problem.column, problem.what) for problem in refused(csv_of(*rows).encode())} == expected


def test_every_need_is_read_for_all_placements_together(read):
    numbers = {column: str(place) for place, column in enumerate(NEED_COLUMNS)}
    frame = read(by_need(**numbers))["plans_by_need"]
    assert set(frame["placement"]) == {"all"}
    assert set(frame["period"]) == {"2024-01-18"}
    assert dict(zip(frame["need"], frame["count"], strict=True)) == {
        need: numbers[column] for column, need in NEED_COLUMNS.items()
    }


def test_needs_are_read_for_each_placement_and_not_for_the_totals_that_repeat_them(read):
    frame = read(
        by_need(number_semh="12"),
        placed("Special - independent", number_semh="8"),
        placed("Mainstream - academy (SEN unit)", number_semh="4"),
        placed("Special - total", number_semh="8"),
        by_need(breakdown_topic="Sex", breakdown="Male", number_semh="7"),
    )["plans_by_need"]
    semh = frame[frame["need"] == "Social, emotional and mental health"]
    assert dict(zip(semh["placement"], semh["count"], strict=True)) == {
        "all": "12",
        "special_independent": "8",
        "mainstream_academy_senunit": "4",
    }


def test_a_new_column_that_counts_no_need_does_no_harm(read):
    plain, wider = read(by_need(number_asd="5")), read(by_need(number_asd="5", asd_pc="100.0", asd_change="2"))
    assert_frame_equal(wider["plans_by_need"], plain["plans_by_need"])


def test_the_needs_of_new_plans_are_not_taken_for_those_of_all_plans(tmp_path, refused):
    new_plans = by_need(**YEAR, number_asd="90")
    (problem,) = refused(csv_of(new_plans).encode())
    assert problem.what == "holds none of the tables that are known here."
    path = tmp_path / "release.zip"
    path.write_bytes(
        zipped(data__a=csv_of(new_plans), data__b=csv_of(by_need(number_asd="5")), data__c=csv_of(new_plans))
    )
    frame = read_release(path, path.name)["plans_by_need"]
    assert set(frame.loc[frame["need"] == "Autistic spectrum disorder", "count"]) == {"5"}


def test_timeliness_is_read_with_and_without_exceptions(read):
    frame = read(timeliness())["timeliness"]
    assert len(frame) == 8
    numbers = dict(zip(zip(frame["exceptions"], frame["time_taken"], strict=True), frame["count"], strict=True))
    assert numbers == {
        ("included", "all"): "250",
        ("included", "within 20 weeks"): "156",
        ("included", "20 to 52 weeks"): "90",
        ("included", "over 52 weeks"): "4",
        ("excluded", "all"): "242",
        ("excluded", "within 20 weeks"): "155",
        ("excluded", "20 to 52 weeks"): "84",
        ("excluded", "over 52 weeks"): "3",
    }


def test_absence_is_read_for_all_phases_together_by_sen_provision(read):
    frame = read(
        absence(),
        absence(indicator="enrolments_pa_10_exact_percent", value="34.1"),
        absence(education_phase="Special", value="13"),
        absence(breakdown_topic="Primary need", breakdown="Autism", value="14"),
        absence(indicator="sess_possible", value="100000"),
    )["absence"]
    assert frame[["area_code", "period", "sen_provision", "measure", "percent"]].to_numpy().tolist() == [
        [HALTON, "academic year 2022-23", "EHC plan", "overall", "11.649351"],
        [HALTON, "academic year 2022-23", "EHC plan", "persistent", "34.1"],
    ]


def test_suspensions_and_permanent_exclusions_are_read_by_term(read):
    frame = read(
        exclusions(),
        exclusions(time_identifier="Spring term", indicator="perm_excl_rate", value="0.292"),
        exclusions(time_identifier="Summer term", value="5.005"),
        exclusions(indicator="one_plus_susp_rate", value="4"),
        exclusions(education_phase="State-funded special", value="13"),
        exclusions(breakdown_topic="Primary need", breakdown="Autism", value="14"),
    )["exclusions"]
    assert frame[["area_code", "period", "sen_provision", "measure", "rate"]].to_numpy().tolist() == [
        [HALTON, "autumn term 2023", "EHC plan", "suspensions", "7.52"],
        [HALTON, "spring term 2024", "EHC plan", "permanent exclusions", "0.292"],
        [HALTON, "summer term 2024", "EHC plan", "suspensions", "5.005"],
    ]


@pytest.mark.parametrize(
    ("rows", "tables"),
    [
        ([absence(), exclusions()], {"absence", "exclusions"}),
        ([absence()], {"absence"}),
        ([exclusions()], {"exclusions"}),
    ],
    ids=["both", "absence alone", "exclusions alone"],
)
def test_a_long_download_gives_the_tables_that_it_holds_figures_of(read, rows, tables):
    assert set(read(*rows)) == tables


def test_a_release_squeezed_by_gzip_is_the_same_release(tmp_path, read):
    path = tmp_path / "release.csv.gz"
    path.write_bytes(gzip.compress(csv_of(requests()).encode("utf-8-sig")))
    assert_frame_equal(read_release(path, path.name)["flows"], read(requests())["flows"])


def test_a_zip_gives_each_of_its_tables(tmp_path):
    path = tmp_path / "release.zip"
    path.write_bytes(
        zipped(
            data__caseload=csv_of(caseload()),
            data__requests=csv_of(requests()),
            data__newplans=csv_of(without(requests(new_ehc_plans="215"), "requests_received_in_year")),
            data__timeliness_20_week=csv_of(timeliness()),
            data__something_else=csv_of({"a": "1"}),
        )
    )
    tables = read_release(path, path.name)
    assert {"placements", "flows", "timeliness"} <= set(tables) <= set(TABLES)
    assert sorted(tables["flows"]["flow"]) == ["new plans", "requests"]


def test_only_the_data_folder_of_a_zip_is_read(tmp_path):
    path = tmp_path / "release.zip"
    path.write_bytes(
        zipped(data__requests=csv_of(requests()), supporting__requests=csv_of(requests("999")), other="not data")
    )
    assert read_release(path, path.name)["flows"]["count"].tolist() == ["383"]


def test_a_download_is_read_through_the_loader_with_its_source(tmp_path):
    sidecar(tmp_path, csv_of(requests("c"), requests("409", time_period="2024")))
    flows = load(tmp_path).tables["flows"]
    assert flows["symbol"].tolist() == ["c", ""]
    assert flows["period_label"].tolist() == ["2023", "2024"]
    assert set(flows["release"]) == {"a-release"}


def sidecar(folder: Path, text: str) -> None:
    path = folder / "release.csv"
    path.write_text(text, encoding="utf-8")
    put_source(path, **DFE)


HELENS = {**AUTHORITY, "new_la_code": "E08000013", "la_name": "St. Helens"}


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        (
            [caseload(), caseload(special_independent="-12", **HELENS), caseload(time_period="202425")],
            (3, "special_independent", "-12 is below 0."),
        ),
        (
            [absence(), exclusions(), exclusions(time_identifier="Spring term", value="4,5")],
            (4, "value", '"4,5" is not a number.'),
        ),
    ],
)
def test_a_wrong_figure_is_shown_where_it_stands_in_the_download(tmp_path, rows, place):
    sidecar(tmp_path, csv_of(*rows))
    problem = only_problem(tmp_path)
    assert (problem.row, problem.column, problem.what) == place


MANY = csv_of(*[requests()] * 200)
DAMAGED = zipped(data__requests=MANY)[:80] + b"\xff" * 6 + zipped(data__requests=MANY)[86:]
NO_ZIP, NO_CSV = "is not a whole zip file.", "is not a CSV in UTF-8."


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("release.zip", b"", NO_ZIP),
        ("release.zip", b"no zip at all", NO_ZIP),
        ("release.zip", zipped(data__requests="a\n1\n")[:60], NO_ZIP),
        ("release.zip", DAMAGED, NO_ZIP),
        ("release.csv.gz", gzip.compress(MANY.encode())[:200], NO_CSV),
        ("release.csv", b"", NO_CSV),
        ("release.csv", csv_of(requests(la_name="Montréal")).encode("latin-1"), NO_CSV),
    ],
    ids=["empty", "no zip at all", "cut short", "damaged inside", "gzip cut short", "no text", "not in UTF-8"],
)  # the time of packing is in the bytes
def test_a_download_that_is_not_whole_is_to_be_downloaded_again(refused, name, content, what):
    assert refused(content, name) == [DataProblem(name, what, "Download it again.")]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (csv_of({"a": "1"}).encode(), "release.csv"),
        (zipped(data__a="a\n1\n"), "release.zip"),
        (zipped(), "release.zip"),
    ],
)
def test_a_download_that_holds_nothing_known_says_what_to_download(refused, content, name):
    (problem,) = refused(content, name)
    assert problem.what == "holds none of the tables that are known here."
    assert "Education, health and care plans" in problem.fix


def test_a_census_whose_day_is_not_known_says_where_to_add_it(refused):
    (problem,) = refused(csv_of(caseload(time_period="205051")).encode())
    assert problem.what == "The census day of 2051 is not known."
    assert "breaks.toml" in problem.fix


@pytest.fixture(scope="module")
def release(published: Path) -> dict[str, pd.DataFrame]:
    return read_release(published / RELEASE, RELEASE)


@pytest.fixture(scope="module")
def census_rows(published: Path) -> list[dict[str, str]]:
    """The rows of caseload.csv that count every plan, read without the package."""
    with zipfile.ZipFile(published / RELEASE) as archive:
        text = archive.read("data/caseload.csv").decode("utf-8-sig")
    rows = [{name.lower(): cell for name, cell in row.items()} for row in csv.DictReader(io.StringIO(text))]
    return [row for row in rows if row["breakdown"] == row["breakdown_topic"] == "All EHC plans"]


@pytest.fixture(scope="module")
def shipped_areas() -> set[str]:
    programme = load_programme(ROOT / "data" / "raw")
    places = {programme.area.code, programme.region.code, programme.country.code}
    return places.union(*(neighbours.areas for neighbours in programme.neighbours))


def test_every_table_of_the_release_is_shipped(release):
    assert set(SHIPPED) == set(release)


@pytest.mark.parametrize("table", SHIPPED)
def test_a_shipped_extract_is_the_release_for_the_shipped_areas(release, shipped_areas, table):
    expected = release[table][release[table]["area_code"].isin(shipped_areas)].reset_index(drop=True)
    assert_same_rows(read_text(EHC_PLANS / f"{table}.csv", table), expected)


def assert_same_rows(shipped: pd.DataFrame, expected: pd.DataFrame) -> None:
    """The same rows, in whatever order."""
    columns = list(expected.columns)
    ordered = [frame.sort_values(columns, ignore_index=True) for frame in (shipped, expected)]
    assert_frame_equal(*ordered, check_dtype=False)


def test_shipped_absence_is_the_release_for_every_authority(published, data):
    frame = read_release(published / ABSENCE, ABSENCE)["absence"]
    expected = frame[frame["measure"].isin(["overall", "persistent", "severe"])].reset_index(drop=True)
    shipped = read_text(data / "dfe-absence-by-sen" / "absence.csv", "absence.csv")
    assert_same_rows(shipped, expected)


@pytest.mark.parametrize("sidecar", sorted((ROOT / "data" / "raw").glob("dfe-*/*.source.toml")), ids=lambda p: p.name)
def test_an_extract_names_the_very_download_it_was_written_from(published, sidecar):
    original = tomllib.loads(sidecar.read_text(encoding="utf-8"))["original"]
    assert sha256_of(published / original["file"]) == original["sha256"]


@pytest.mark.parametrize(("name", "measure"), [("suspensions", "suspensions"), ("exclusions", "permanent exclusions")])
def test_shipped_exclusions_are_the_release_for_every_authority_and_term(published, data, name, measure):
    frame = read_release(published / ABSENCE, ABSENCE)["exclusions"]
    expected = frame[frame["measure"] == measure].reset_index(drop=True)
    shipped = read_text(data / "dfe-exclusions-by-sen" / f"{name}.csv", name)
    assert_same_rows(shipped, expected)
    assert len(expected) == 7746


def test_needs_by_placement_are_the_plans_of_the_caseload_by_placement(release):
    """The two files name placements in their own ways; the release has Surrey's needs for all placements alone."""
    needs, placements = (release[name].loc[release[name]["count"] != "x"] for name in ("plans_by_need", "placements"))
    by_need = (
        needs[needs["placement"] != "all"].astype({"count": int}).groupby(["area_code", "placement"])["count"].sum()
    )
    census = placements[placements["period"] == "2025-01-16"].astype({"count": int})
    by_placement = census.set_index(["area_code", "placement"])["count"]
    assert len(set(needs["placement"])) == len(set(census["placement"])) + 1 == 34
    both = by_placement.to_frame("plans").join(by_need.rename("needs")).fillna({"needs": 0})
    differ = both[both["plans"] != both["needs"]]
    assert set(differ.index.get_level_values("area_code")) == {"E10000030"}
    assert set(differ["needs"]) == {0}


def test_the_needs_of_every_area_in_england_add_up_to_its_plans(release):
    needs = release["plans_by_need"]
    added = needs[needs["placement"] == "all"].astype({"count": int}).groupby("area_code")["count"].sum()
    plans = (
        release["caseload"][release["caseload"]["period"] == "2025-01-16"].set_index("area_code")["count"].astype(int)
    )
    assert len(plans) == 163
    assert added.to_dict() == plans.to_dict()


def test_ages_add_up_to_all_plans_but_where_two_authorities_returned_totals_alone(release):
    """Hackney and Peterborough in January 2024, their regions, and England: the release says so in a footnote."""
    ages = release["plans_by_age"]
    added = pd.to_numeric(ages["count"].replace("x", "0")).groupby([ages["area_code"], ages["period"]]).sum()
    plans = release["caseload"].set_index(["area_code", "period"])["count"].astype(int).loc[added.index]
    missing = (plans - added)[plans != added].to_dict()
    assert len(added) == 2 * 163
    assert missing == {
        ("E06000031", "2024-01-18"): 2625,
        ("E09000012", "2024-01-18"): 3525,
        ("E12000006", "2024-01-18"): 459,
        ("E12000007", "2024-01-18"): 3186,
        ("E92000001", "2024-01-18"): 459 + 3186,
    }


def test_placements_add_up_to_the_published_caseload_but_for_england_in_2024(census_rows, shipped_areas):
    added: Counter[tuple[str, str]] = Counter()
    with (EHC_PLANS / "placements.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            added[row["area_code"], row["period"][:4]] += int(row["count"]) if row["count"] != "x" else 0
    plans = {}
    for row in census_rows:
        area = row["new_la_code"] or row["region_code"] or row["country_code"]
        if area in shipped_areas:
            plans[area, str(int(row["time_period"][:4]) + 1)] = int(row["ehcplans"])
    assert len(plans) == 13 * 7
    assert set(plans) == set(added)
    assert plans[HALTON, "2024"] == 1524
    assert {key: plans[key] - added[key] for key in plans if plans[key] != added[key]} == {("E92000001", "2024"): 3645}


def test_the_neighbours_are_the_ten_of_the_departments_tool_in_its_order(published, census_rows):
    new_code = {row["old_la_code"]: row["new_la_code"] for row in census_rows if row["new_la_code"]}
    names = {row["new_la_code"]: row["la_name"] for row in census_rows}
    sheet = openpyxl.load_workbook(published / "sn_may_2025.xlsx", read_only=True)["LA SN Groups"]
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    header = next(row for row in rows if "LA Name" in row)
    halton = next(row for row in rows if row[header.index("LA Name")] == "Halton")
    ten = [new_code[str(halton[header.index(f"SN{place}")])] for place in range(1, 11)]
    neighbours = load_programme(ROOT / "data" / "raw").neighbours_at(date(2025, 5, 1)).neighbours
    assert list(neighbours.areas) == ten
    assert {code: name.replace(".", "") for code, name in neighbours.areas.items()} == {
        code: names[code].replace(".", "") for code in ten
    }
