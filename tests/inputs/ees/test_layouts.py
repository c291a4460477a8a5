"""The layouts of the DfE's releases: of each year, with columns added, renamed, split or missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import dbv_analysis.inputs.ees.layouts as known
from dbv_analysis.inputs.ees import read as ees
from dbv_analysis.inputs.load import load
from dbv_analysis.model.period import Period
from dbv_analysis.model.problems import DataProblem
from dbv_analysis.model.tables import TABLES
from tests.conftest import HALTON, ROOT
from tests.inputs.ees.test_read import (
    AUTHORITY,
    HALTON_ROW,
    RELEASE,
    YEAR,
    absence,
    by_age,
    by_need,
    caseload,
    csv_of,
    requests,
    sidecar,
    timeliness,
    without,
    zipped,
)
from tests.inputs.sources import only_problem, problems_of


@pytest.fixture
def read(tmp_path: Path):
    """Reads a download: its tables and what it warns of."""

    def read(content: str | bytes, name: str = "release.csv") -> tuple[dict[str, pd.DataFrame], list[str]]:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return ees.read_release(path, name)

    return read


@pytest.fixture
def refused(read):
    def refused(content: str | bytes, name: str = "release.csv") -> list[DataProblem]:
        return problems_of(lambda: read(content, name))

    return refused


def rows(table: pd.DataFrame, *columns: str) -> list[tuple]:
    return [tuple(row) for row in table[list(columns)].to_numpy()]


@pytest.mark.parametrize("layout", known.known_layouts(), ids=lambda layout: layout.title)
def test_every_layout_says_how_it_is_known_and_no_other_is_taken_for_it(layout):
    assert all([layout.publication, layout.releases, layout.seen])
    assert bool(layout.parts) != bool(layout.unread)
    assert {part.table for part in layout.parts} <= set(TABLES)
    assert known.of_columns([*layout.needed, *layout.beside], layout.file) is layout


def test_a_layout_whose_words_were_not_seen_in_a_file_says_so():
    recalled = [layout.title for layout in known.known_layouts() if "recalled" in layout.seen]
    assert recalled == ["exc_characteristics.csv of Suspensions and permanent exclusions in England, 2024/25"]


# --- Education, health and care plans, 2022 to 2024


def of_year(year: str, **counts: str) -> dict[str, str]:
    return {**without(HALTON_ROW, "breakdown_topic", "breakdown"), **YEAR, "time_period": year, **counts}


def established(year: str, group: str = "Total", kind: str = "Total", **counts: str) -> dict[str, str]:
    return of_year(year, establishment_group=group, establishment_type=kind, **counts)


def managed(year: str, **changes: str) -> dict[str, str]:
    counts = {
        "inreq_ehc": "409",
        "assessments": "235",
        "new_all_ehc": "220",
        "discontinued_total": "79",
        "tot_inc_exc_ehc": "250",
        "inc_exc_20week_ehc": "156",
        "tot_no_exc_ehc": "242",
        "no_exc_20week_ehc": "155",
    }
    return of_year(year, **{**counts, **changes})


def test_the_files_of_2023_and_2024_give_plans_events_and_timeliness(read):
    tables, warnings = read(
        zipped(
            data__sen2_estab_caseload=csv_of(
                established("2024", ehcp_or_statement="Total", num_caseload="1524"),
                established("2024", ehcp_or_statement="EHC plan", num_caseload="9"),
                established("2024", "Mainstream school", ehcp_or_statement="Total", num_caseload="8"),
                established("2024", "Other types", "Other types", ehcp_or_statement="Total", num_caseload="7"),
            ),
            data__sen2_estab_new_plans=csv_of(
                established("2023", ehcp_or_statement="Total", num_new_plans="270"),
                established("2023", "NEET", ehcp_or_statement="Total", num_new_plans="1"),
            ),
            data__sen2_mi=csv_of(managed("2023")),
            data__sen2_age_caseload=csv_of(of_year("2024", age="Under 5", ehcp_or_statement="Total", num_caseload="1")),
        ),
        "release.zip",
    )
    assert set(tables) == {"caseload", "flows", "timeliness"}
    assert rows(tables["caseload"], "area_code", "period", "count") == [(HALTON, "2024-01-18", "1524")]
    assert set(rows(tables["flows"], "period", "flow", "count")) == {
        ("calendar year 2023", "requests", "409"),
        ("calendar year 2023", "new plans", "270"),
        ("calendar year 2023", "assessments", "235"),
        ("calendar year 2023", "assessments issued", "220"),
        ("calendar year 2023", "plans ceased", "79"),
    }
    assert set(rows(tables["timeliness"], "exceptions", "time_taken", "count")) == {
        ("included", "all", "250"),
        ("included", "within 20 weeks", "156"),
        ("excluded", "all", "242"),
        ("excluded", "within 20 weeks", "155"),
    }
    assert warnings == []


def test_years_with_statements_of_sen_are_left_out_and_counted_in_a_warning(read):
    content = csv_of(
        *(established(str(year), ehcp_or_statement="Total", num_caseload="1") for year in range(2010, 2025))
    )
    tables, warnings = read(content, "sen2_estab_caseload.csv")
    assert sorted(tables["caseload"]["period"].str[:4]) == [str(year) for year in range(2019, 2025)]
    (warning,) = warnings
    assert "9 rows from before 2019 are left out" in warning
    assert "statements of SEN" in warning


def test_plans_ceased_are_not_read_from_years_in_which_only_some_were_counted(read):
    flows = read(csv_of(managed("2021"), managed("2022")))[0]["flows"]
    ceased = flows[flows["flow"] == "plans ceased"]
    assert rows(ceased, "period", "count") == [("calendar year 2022", "79")]
    assert (flows["flow"] == "requests").sum() == 2


def test_the_files_of_2022_are_read_though_their_columns_are_quite_unlike_later_ones(read):
    mi = of_year("2021", InreqEHC="301", NewallEHC="150", TotIncExcEHC="140", IncExc20weekEHC="90", TotNoExcEHC="130")
    tables, warnings = read(
        zipped(
            data__sen2_estab_caseload=csv_of(
                established("2022", Total_all="1100", Total_ehc="1100", Total_st="z"),
                established("2022", "Special school", Total_all="500", Total_ehc="500", Total_st="z"),
            ),
            data__sen2_mi=csv_of({**mi, "NoExc20weekEHC": "88", "DismetEHC": "3"}),
        ),
        "release.zip",
    )
    assert rows(tables["caseload"], "period", "count") == [("2022-01-20", "1100")]
    assert set(rows(tables["flows"], "flow", "count")) == {("requests", "301"), ("assessments issued", "150")}
    assert set(tables["timeliness"]["count"]) == {"140", "90", "130", "88"}
    assert warnings == []


# --- columns added, renamed, split or missing


def test_new_columns_in_new_places_and_another_case_do_no_harm(read):
    row = {"a_new_one": "5", **timeliness(), "another": "word"}
    shouted = {name.upper(): cell for name, cell in reversed(row.items())}
    ours, theirs = (read(csv_of(one))[0]["timeliness"] for one in (timeliness(), shouted))
    assert rows(ours, "exceptions", "time_taken", "count") == rows(theirs, "exceptions", "time_taken", "count")


def test_the_rows_of_all_plans_are_found_whatever_the_release_calls_them(read):
    renamed = timeliness(breakdown_topic="All EHC plans", breakdown="All EHC plans")
    assert len(read(csv_of(renamed))[0]["timeliness"]) == len(read(csv_of(timeliness()))[0]["timeliness"]) == 8


@pytest.mark.parametrize(
    ("row", "column", "renamed", "file"),
    [
        (caseload(), "ehcplans", "ehc_plans_total", "caseload.csv"),
        (timeliness(), "plans_issued_den", "plans_issued_denominator", "timeliness_20_week.csv"),
        (by_need(), "number_semh", "semh_number", "sen_needs_all_plans.csv"),
        (managed("2023"), "inreq_ehc", "initial_requests_ehc", "sen2_mi.csv"),
        (requests(), "la_name", "local_authority_name", "requests.csv"),
    ],
)
def test_a_column_that_was_renamed_is_named_with_what_it_was_looked_for_in(refused, row, column, renamed, file):
    changed = {renamed if name == column else name: cell for name, cell in row.items()}
    (problem,) = refused(csv_of(changed))
    assert (problem.what, problem.row, problem.column) == (f'There is no column "{column}".', 1, column)
    assert file in problem.fix


def test_columns_that_a_layout_names_together_are_added_up_and_a_symbol_among_them_stands(read, monkeypatch):
    (layout,) = [one for one in known.known_layouts() if one.file == "caseload.csv"]
    parts = [
        replace(part, columns={**part.columns, "special_academy_free": ("special_one", "special_other")})
        if part.table == "placements"
        else part
        for part in layout.parts
    ]
    monkeypatch.setattr(known, "known_layouts", lambda: (replace(layout, parts=tuple(parts)),))
    halton = without(caseload(), "special_academy_free") | {"special_one": "4", "special_other": "3"}
    helens = {**halton, "new_la_code": "E08000013", "la_name": "St. Helens", "special_other": "x"}
    placements = read(csv_of(halton, helens))[0]["placements"]
    both = placements[placements["placement"] == "special_academy_free"]
    assert set(rows(both, "area_code", "count", "origin_column")) == {
        (HALTON, "7", "special_one + special_other"),
        ("E08000013", "x", "special_one + special_other"),
    }


def test_everything_that_is_wrong_with_a_zip_is_said_at_once(refused):
    problems = refused(
        zipped(
            data__caseload=csv_of(without(caseload(), "neet")),
            data__requests=csv_of(requests(time_identifier="Week 1")),
        ),
        "release.zip",
    )
    assert [(problem.file, problem.column) for problem in problems] == [
        ("release.zip/caseload.csv", "neet"),
        ("release.zip/requests.csv", None),
    ]


def test_a_further_file_of_a_release_is_named_and_the_others_are_read(read):
    transfers = without(caseload(), "ehcplans") | {"plans_moved": "3"}
    tables, warnings = read(zipped(data__caseload=csv_of(caseload()), data__moves=csv_of(transfers)), "release.zip")
    assert "caseload" in tables
    assert warnings == ["release.zip/moves.csv is not known here, and is not read."]


def test_every_file_of_the_release_of_2025_is_known(published):
    _, warnings = ees.read_release(published / RELEASE, RELEASE)
    assert warnings == []


# --- absence, suspensions and exclusions, attendance


def wide_absence(**changes: str) -> dict[str, str]:
    counts = {"enrolments": "700", "sess_possible": "200000", "sess_overall": "23000"}
    percents = {
        "sess_overall_percent": "11.649351",
        "sess_authorised_percent": "8.1",
        "sess_unauthorised_percent": "3.5",
        "enrolments_pa_10_exact_percent": "35.2",
        "enrolments_pa_50_exact_percent": "6.1",
    }
    row = without(HALTON_ROW, "breakdown_topic", "breakdown")
    identity = {**without(absence(), "indicator", "value"), **row}
    return {**identity, **counts, **percents, **changes}


def test_absence_is_read_as_the_release_has_it_with_a_column_for_each_measure(read):
    wide = read(csv_of(wide_absence()), "absence.csv")[0]["absence"]
    (long,) = rows(read(csv_of(absence()))[0]["absence"], "area_code", "period", "sen_provision", "measure", "percent")
    assert set(wide["measure"]) == {"overall", "authorised", "unauthorised", "persistent", "severe"}
    assert long in rows(wide, "area_code", "period", "sen_provision", "measure", "percent")


def test_no_sen_stands_under_two_topics_and_is_read_from_one(read):
    provision = wide_absence(breakdown="No SEN")
    need = wide_absence(breakdown="No SEN", breakdown_topic="SEN primary need", sess_overall_percent="11.7")
    table = read(csv_of(need, provision))[0]["absence"]
    assert rows(table[table["measure"] == "overall"], "sen_provision", "percent") == [("No SEN", "11.649351")]


def test_two_terms_of_absence_are_a_part_of_a_year(read):
    table = read(csv_of(wide_absence(time_identifier="Autumn and spring term")))[0]["absence"]
    period = Period.parse(table["period"].iloc[0])
    assert (period.basis, period.terms) == ("part_year", 2)


def test_suspensions_are_read_as_the_release_has_them(read):
    row = without(wide_absence(), "breakdown_topic", "breakdown")
    row |= {"characteristic_group": "SEN provision", "characteristic": "EHC plan", "time_identifier": "Autumn term"}
    table = read(csv_of({**row, "susp_rate": "7.52", "perm_excl_rate": "0.03", "headcount": "900"}))[0]["exclusions"]
    assert set(rows(table, "period", "measure", "rate")) == {
        ("autumn term 2022", "suspensions", "7.52"),
        ("autumn term 2022", "permanent exclusions", "0.03"),
    }


def test_attendance_of_a_year_to_date_is_known_and_says_why_it_is_not_read(published):
    (problem,) = problems_of(lambda: ees.read_release(published / "EES_ytd_data.csv", "EES_ytd_data.csv"))
    assert problem.what == "is known, and holds nothing that is read here."
    assert "calls a year to date a whole academic year without its last day" in problem.fix


WORDED = "Education, health and care plan"
# What a file holds, where it is refused, what is said, and a part of the fix.
REFUSED = {
    "a provision worded otherwise": (
        csv_of(wide_absence(), wide_absence(breakdown=WORDED)),
        (3, "breakdown", f'"{WORDED}" is not a SEN provision known here.'),
        "",
    ),
    "without the topic": (
        csv_of(wide_absence(breakdown_topic="SEN status")),
        (None, "breakdown_topic", "No row has “SEN provision” here."),
        "There are SEN status.",
    ),
    "not by SEN provision": (
        csv_of(without(wide_absence(), "breakdown_topic", "breakdown")),
        (None, None, "is known, and holds nothing that is read here."),
        "Absence by pupil characteristics",
    ),
    "nothing known": (
        "pupils,schools\n1,2\n",
        (None, None, "holds none of the tables that are known here."),
        "Its columns are pupils and schools.",
    ),
    "a column split in two": (
        csv_of(without(caseload(), "special_academy_free") | {"special_one": "4", "special_other": "3"}),
        (1, "special_academy_free", 'There is no column "special_academy_free".'),
        "From 2026 the release parts it in two: name both in layouts.toml",
    ),
    "a column misspelled": (
        csv_of(without(caseload(new_special_academy="4"), "special_la_maintained") | {"special_la_maintaned": "3"}),
        (1, "special_la_maintained", 'There is no column "special_la_maintained".'),
        'Did you mean "special_la_maintaned"?',
    ),
}


@pytest.mark.parametrize(("content", "place", "fix"), REFUSED.values(), ids=REFUSED)
def test_what_a_download_lacks_is_said_with_what_to_do(refused, content, place, fix):
    (problem,) = refused(content)
    assert (problem.row, problem.column, problem.what) == place
    assert fix in problem.fix


# --- cells


@pytest.mark.parametrize("cell", ["n/a", "-", "", "1,204", "<5"])
def test_a_cell_that_is_neither_a_number_nor_a_symbol_is_refused_with_its_place(tmp_path, cell):
    sidecar(tmp_path, csv_of(requests("409", time_period="2024"), requests(cell)))
    problem = only_problem(tmp_path)
    assert (problem.row, problem.column) == (3, "requests_received_in_year")
    assert problem.what in (f'"{cell}" is not a number.', "is empty.")


@pytest.mark.parametrize(
    ("cell", "symbol"), [("c", "c"), ("z", "z"), ("x", "x"), (":", "x"), ("~", "low"), ("k", "low"), ("low", "low")]
)
def test_a_symbol_is_a_value_of_its_own_and_never_nought(tmp_path, cell, symbol):
    sidecar(tmp_path, csv_of(requests(cell)))
    (row,) = load(tmp_path).tables["flows"].itertuples()
    assert row.symbol == symbol
    assert pd.isna(row.count)


def test_a_count_below_nought_is_refused_with_its_place(tmp_path):
    sidecar(tmp_path, csv_of(requests("409", time_period="2024"), requests("-12")))
    problem = only_problem(tmp_path)
    assert (problem.what, problem.row, problem.column) == ("-12 is below 0.", 3, "requests_received_in_year")


def test_an_age_is_still_read_from_a_file_in_which_an_authority_is_spelled_in_two_ways(read):
    first, second = ({**AUTHORITY, "la_name": name, "new_la_code": "E08000013"} for name in ("St. Helens", "St Helens"))
    tables, _ = read(csv_of(caseload(**first), by_age("age 9", "3", **second)))
    assert set(tables["plans_by_age"]["area_code"]) == set(tables["caseload"]["area_code"]) == {"E08000013"}


def test_a_level_is_read_in_any_case(read):
    table = read(csv_of(requests(geographic_level="Local Authority")))[0]["flows"]
    assert rows(table, "area_code", "geographic_level") == [(HALTON, "Local authority")]


def test_the_documentation_lists_every_layout_with_what_it_gives_and_how_it_is_known():
    lines = (ROOT / "docs" / "releases.md").read_text(encoding="utf-8").splitlines()
    listed = [line for line in lines if line.startswith("| `")]
    assert listed == [
        f"| `{one.file}` | {one.releases} | {', '.join(dict.fromkeys(part.table for part in one.parts)) or 'nothing: '}"
        f"{one.unread} | {one.seen} |"
        for one in known.known_layouts()
    ]
