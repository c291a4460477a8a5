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

from dbv_analysis.loaders import ees, load
from dbv_analysis.loaders.tidy import ORIGIN, read_text
from dbv_analysis.programme import load_programme
from dbv_analysis.sen2 import PLACEMENTS
from dbv_analysis.sources import sha256_of
from dbv_analysis.tables import TABLES
from dbv_analysis.terms import DataProblem, DataProblems
from tests.conftest import HALTON, ROOT

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
    return {name: frame.drop(columns=list(ORIGIN)) for name, frame in ees.read_release(path, shown).items()}


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
        with pytest.raises(DataProblems) as caught:
            read_release(path, name)
        return caught.value.problems

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


def test_a_byte_order_mark_does_no_harm(read):
    assert_frame_equal(read(requests(), encoding="utf-8-sig")["flows"], read(requests())["flows"])


def test_the_case_of_column_names_does_not_matter(read):
    shouted = {name.upper() if "_" in name else name.title(): value for name, value in requests().items()}
    assert_frame_equal(read(shouted)["flows"], read(requests())["flows"])


def test_old_and_new_codes_may_stand_in_either_order(read):
    row = requests()
    other = {"old_la_code": row.pop("old_la_code"), "new_la_code": row.pop("new_la_code"), **row}
    assert_frame_equal(read(other)["flows"], read(requests())["flows"])


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
    (folder / "release.source.toml").write_text(
        f"""file = "release.csv"
format = "ees"
release = "a-release"
publisher = "Department for Education"
title = "A title"
published = 2025-06-26
retrieved = 2025-07-01
licence = "Open Government Licence v3.0"
sha256 = "{sha256_of(path)}"
""",
        encoding="utf-8",
    )


def test_a_wrong_figure_is_shown_where_it_stands_in_the_download(tmp_path):
    helens = {**AUTHORITY, "new_la_code": "E08000013", "la_name": "St. Helens"}
    sidecar(tmp_path, csv_of(caseload(), caseload(special_independent="-12", **helens), caseload(time_period="202425")))
    with pytest.raises(DataProblems) as caught:
        load(tmp_path)
    (problem,) = caught.value.problems
    assert (problem.row, problem.column) == (3, "special_independent")


@pytest.mark.parametrize(
    "content",
    [b"", b"no zip at all", zipped(data__requests="a\n1\n")[:60]],
    ids=["empty", "no zip at all", "cut short"],  # the time of packing is in the bytes
)
def test_a_zip_that_is_not_whole_is_to_be_downloaded_again(refused, content):
    assert refused(content, "release.zip") == [
        DataProblem("release.zip", "is not a whole zip file.", "Download it again.")
    ]


def test_a_zip_that_is_damaged_inside_is_to_be_downloaded_again(refused):
    content = bytearray(zipped(data__requests=csv_of(*[requests()] * 200)))
    content[80:86] = b"\xff" * 6
    (problem,) = refused(bytes(content), "release.zip")
    assert problem.fix == "Download it again."


def test_a_gzip_that_is_cut_short_is_to_be_downloaded_again(refused):
    whole = gzip.compress(csv_of(*[requests()] * 200).encode())
    (problem,) = refused(whole[: len(whole) // 2], "release.csv.gz")
    assert problem.fix == "Download it again."


@pytest.mark.parametrize("content", [b"", csv_of(requests(la_name="Montréal")).encode("latin-1")])
def test_a_csv_that_is_empty_or_not_in_utf_8_is_to_be_downloaded_again(refused, content):
    (problem,) = refused(content)
    assert (problem.what, problem.fix) == ("is not a CSV in UTF-8.", "Download it again.")


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


def test_every_count_column_that_is_missing_is_named(refused):
    content = csv_of(without(caseload(), "neet", "special_academy_free")).encode()
    found = refused(content)
    assert {(problem.row, problem.column, problem.what) for problem in found} == {
        (1, "neet", 'There is no column "neet".'),
        (1, "special_academy_free", 'There is no column "special_academy_free".'),
    }


@pytest.mark.parametrize(
    "column",
    [
        "time_period",
        "time_identifier",
        "country_name",
        "region_code",
        "region_name",
        "new_la_code",
        "la_name",
        "breakdown_topic",
        "breakdown",
    ],
)
def test_an_identifying_column_that_is_missing_is_named(refused, column):
    (problem,) = refused(csv_of(without(requests(), column)).encode())
    assert problem.column == column


def test_an_absence_download_without_its_values_is_refused_in_words(refused):
    (problem,) = refused(csv_of(without(absence(), "value")).encode())
    assert problem.column == "value"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"time_identifier": "Week 1"}, "Week 1 2023 is not a period known here."),
        ({"time_period": "202324"}, "Calendar year 202324 is not a period known here."),
        ({"time_identifier": "Academic year"}, "Academic year 2023 is not a period known here."),
    ],
)
def test_a_time_that_is_not_known_is_refused_in_words(refused, changes, words):
    (problem,) = refused(csv_of(requests(**changes)).encode())
    assert problem.what == words


def test_a_census_whose_day_is_not_known_says_where_to_add_it(refused):
    (problem,) = refused(csv_of(caseload(time_period="205051")).encode())
    assert problem.what == "The census day of 2051 is not known."
    assert "SEN2_CENSUS" in problem.fix


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


def test_the_shipped_extracts_of_the_release_are_not_fewer_than_three():
    assert {"placements", "flows", "timeliness"} <= set(SHIPPED)


@pytest.mark.parametrize("table", SHIPPED)
def test_a_shipped_extract_is_the_release_for_the_shipped_areas(release, shipped_areas, table):
    expected = release[table][release[table]["area_code"].isin(shipped_areas)].reset_index(drop=True)
    assert_frame_equal(read_text(EHC_PLANS / f"{table}.csv", table), expected, check_dtype=False)


def test_shipped_absence_is_the_release_for_every_authority(published, data):
    frame = read_release(published / ABSENCE, ABSENCE)["absence"]
    expected = frame[frame["measure"].isin(["overall", "persistent", "severe"])].reset_index(drop=True)
    shipped = read_text(data / "dfe-absence-by-sen" / "absence.csv", "absence.csv")
    assert_frame_equal(shipped, expected, check_dtype=False)


@pytest.mark.parametrize("sidecar", sorted((ROOT / "data" / "raw").glob("dfe-*/*.source.toml")), ids=lambda p: p.name)
def test_an_extract_names_the_very_download_it_was_written_from(published, sidecar):
    original = tomllib.loads(sidecar.read_text(encoding="utf-8"))["original"]
    assert sha256_of(published / original["file"]) == original["sha256"]


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
