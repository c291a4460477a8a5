"""Inputs: what is read, what is filled in, what is refused, and in which words."""

from __future__ import annotations

import csv
import re
import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from dbv_analysis.inputs.formats import FORMATS
from dbv_analysis.inputs.load import Inputs, load
from dbv_analysis.model.pack import SECTIONS
from dbv_analysis.model.problems import CallProblem
from dbv_analysis.model.project_lists import PROJECT_LISTS
from dbv_analysis.model.source import sha256_of
from dbv_analysis.model.tables import TABLES
from tests.conftest import HALTON, ROOT
from tests.inputs.sources import only_problem, problems, put_source

HEADER = "area_code,area_name,geographic_level,period,flow,count"
REQUESTS_2023 = "E06000006,Halton,Local authority,calendar year 2023,requests,383"
REQUESTS_2024 = "E06000006,Halton,Local authority,calendar year 2024,requests,409"
PLANS_2024 = "E06000006,Halton,Local authority,calendar year 2024,new plans,270"


@pytest.fixture
def raw(tmp_path: Path, data: Path) -> Path:
    """The inputs, of which only the flows are there, so that each load is quick."""
    raw = tmp_path / "project" / "data" / "raw"
    for path in data.rglob("flows.*"):
        copy = raw / path.relative_to(data)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    shutil.copy(ROOT / "programme.toml", tmp_path / "project")
    return raw


@pytest.fixture
def flows(raw: Path) -> Path:
    return next(raw.rglob("flows.csv"))


def write(file: Path, *rows: str, header: str = HEADER) -> None:
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


def replace(file: Path, text: str, instead: str) -> None:
    whole = file.read_text(encoding="utf-8")
    assert text in whole
    file.write_text(whole.replace(text, instead, 1), encoding="utf-8")


def row_of(file: Path, text: str) -> int:
    """The row that holds ``text``, as a spreadsheet numbers it."""
    return next(row for row, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1) if text in line)


def rows_in(file: Path) -> int:
    """How many rows a CSV holds below its header."""
    with file.open(encoding="utf-8", newline="") as stream:
        return len(list(csv.DictReader(stream)))


@pytest.fixture(scope="module")
def shipped(data: Path) -> Inputs:
    return load(data)


def test_the_shipped_inputs_are_read_without_a_warning_or_a_note(shipped):
    inputs = shipped
    assert inputs.warnings == []
    assert inputs.notes == []
    assert set(inputs.tables) == set(TABLES)
    # What only the records of persons fill is empty: none are shipped.
    empty = {name for name, frame in inputs.tables.items() if frame.empty}
    assert empty == {"attendance", "exclusion_counts", "costs"}


@pytest.mark.parametrize("name", TABLES)
def test_no_two_rows_of_a_release_share_a_key(tables, name):
    assert not tables[name].duplicated([*TABLES[name].key, "release"]).any()


@pytest.mark.parametrize("name", TABLES)
def test_every_row_holds_either_a_number_or_a_symbol(tables, name):
    frame = tables[name]
    assert (frame[TABLES[name].value].isna() == (frame["symbol"] != "")).all()


def test_a_row_knows_its_period_and_where_its_figure_came_from(tables):
    frame = tables["placements"]
    row = frame[(frame["area_code"] == HALTON) & (frame["period"] == "2024-01-18")].iloc[0]
    assert (row["period_label"], row["basis"]) == ("January 2024", "snapshot")
    assert row["period_start"] == row["period_end"] == row["as_at"] == date(2024, 1, 18)
    assert row["source"].startswith("Department for Education, Education, health and care plans")
    assert row["release"] == "ehc-plans-2025"


def test_a_figure_is_dated_by_its_first_publication_not_by_the_release_it_was_read_from(tables):
    frame = tables["placements"]
    published = dict(zip(frame["period"], frame["published"], strict=True))
    assert published["2024-01-18"] == date(2024, 6, 13)
    assert published["2025-01-16"] == date(2025, 6, 26)


def test_a_printed_year_keeps_its_label_beside_the_dates_it_was_read_as(tables):
    frame = tables["scenarios"]
    row = frame[(frame["measure"] == "expenditure") & (frame["period_printed"] == "2028")].iloc[0]
    assert row["period_label"] == "2028"
    assert (row["period_start"], row["period_end"]) == (date(2027, 4, 1), date(2028, 3, 31))


def test_a_forecast_is_as_at_the_day_it_was_made(tables):
    assert set(tables["scenarios"]["as_at"]) >= {date(2023, 12, 20)}
    assert tables["scenarios"]["as_at"].max() == date(2023, 12, 20)


def test_a_table_without_a_file_is_empty_but_has_its_columns(raw):
    placements = load(raw).tables["placements"]
    assert placements.empty
    assert {*TABLES["placements"].columns, "period_start", "release"} <= set(placements.columns)


def test_a_missing_folder_is_a_wrong_call(tmp_path):
    with pytest.raises(CallProblem, match=r"There is no folder .*nowhere\. Name the folder of the inputs with --data"):
        load(tmp_path / "nowhere")


def test_a_folder_without_inputs_says_what_to_put_in(tmp_path):
    problem = only_problem(tmp_path)
    assert problem.what == "holds no inputs."
    assert ".source.toml" in problem.fix


PLAIN = {"1,234": "1234", "£1234": "1234", "12.5%": "12.5", "1 234": "1234", "-£12": "-12"}
MAY_STAND = r"only digits, such as [\d.]+, or one of the symbols c, x, u, low or z"
FLOWS = "requests, new plans, assessments, assessments issued or plans ceased"
# What stands in place of a right line, its column, what is said of it, and a pattern of the fix.
WRONG_LINES = [
    *((("409", cell), "count", f'"{cell}" is not a number.', MAY_STAND) for cell in ("many", "n/a", "-", "NaN", "inf")),
    *(
        (("409", f'"{cell}"'), "count", f'"{cell}" is not a number.', f"such as {plain},")
        for cell, plain in PLAIN.items()
    ),
    (("409", ""), "count", "is empty.", MAY_STAND),
    (("409", "-12"), "count", "-12 is below 0.", "heck the figure"),
    (("409", "12.5"), "count", "12.5 is not a whole number.", "heck the figure"),
    (("requests", "New plan"), "flow", '"New plan" is not known here.', rf'^Use {FLOWS}\. Did you mean "new plans"\?$'),
    (("calendar year 2024", "2024"), "period", '"2024" is not a period.', "calendar year 2023"),
    *(
        ((HALTON, code), "area_code", f'"{code}" is not an area code.', HALTON)
        for code in ("876", "E0600006", "Halton", "")
    ),
    (("Halton", ""), "area_name", "is empty.", r"^Fill it in\.$"),
    (
        (REQUESTS_2024, REQUESTS_2023.replace("383", "384")),
        "area_code + period + flow",
        "repeats row 2: E06000006, calendar year 2023, requests.",
        r"^Keep one of the two rows\.$",
    ),
    (("409", "409,9"), None, "has more cells than the header.", "quotation marks"),
]


@pytest.mark.parametrize(("instead", "column", "what", "fix"), WRONG_LINES)
def test_a_wrong_line_is_answered_with_its_place_and_how_to_correct_it(raw, flows, instead, column, what, fix):
    write(flows, REQUESTS_2023, REQUESTS_2024.replace(*instead), PLANS_2024)
    problem = only_problem(raw)
    assert (problem.row, problem.column) == (3, column)
    assert problem.what == what
    assert re.search(fix, problem.fix)


def test_a_missing_column_is_answered_with_the_column_that_was_meant(raw, flows):
    write(flows, REQUESTS_2023, header=HEADER.replace("count", "counts"))
    problem = only_problem(raw)
    assert (problem.row, problem.column, problem.what) == (1, "count", 'There is no column "count".')
    assert 'Did you mean "counts"?' in problem.fix
    assert "area_code, area_name, geographic_level, period, flow and counts" in problem.fix


@pytest.mark.parametrize("missing", [["flow"], ["area_code", "area_name", "geographic_level"]])
def test_every_column_that_is_missing_is_named(raw, flows, missing):
    cells = dict(zip(HEADER.split(","), REQUESTS_2023.split(","), strict=True))
    left = {name: cell for name, cell in cells.items() if name not in missing}
    write(flows, ",".join(left.values()), header=",".join(left))
    named = [(problem.row, problem.column, problem.what) for problem in problems(raw)]
    assert named == [(1, name, f'There is no column "{name}".') for name in missing]


@pytest.mark.parametrize("row", [2, 4])
def test_a_row_with_a_cell_too_many_is_named(raw, flows, row):
    rows = [REQUESTS_2023, REQUESTS_2024, PLANS_2024]
    rows[row - 2] += ",9"
    write(flows, *rows)
    problem = only_problem(raw)
    assert (problem.row, problem.what) == (row, "has more cells than the header.")
    assert "quotation marks" in problem.fix


def test_the_order_of_columns_and_space_around_names_do_not_matter(raw, flows):
    header = "count , flow,period,geographic_level,area_name, area_code"
    write(flows, "383,requests,calendar year 2023,Local authority,Halton,E06000006", header=header)
    assert load(raw).tables["flows"]["count"].tolist() == [383]


def test_a_percentage_above_a_hundred_is_refused(project):
    raw = project / "data" / "raw"
    for folder in raw.iterdir():
        if folder.name != "quarterly-report-2024-09":
            shutil.rmtree(folder)
    absence = next(raw.rglob("absence.csv"))
    row = row_of(absence, "Spr 24,13.1")
    replace(absence, "Spr 24,13.1", "Spr 24,140")
    problem = only_problem(raw)
    assert (problem.row, problem.column, problem.what) == (row, "percent", "140 is above 100.")
    assert problem.fix == "Check the figure and its unit."


def test_a_row_that_repeats_twice_is_named_twice(raw, flows):
    write(flows, REQUESTS_2023, REQUESTS_2023, REQUESTS_2023)
    assert [(problem.row, problem.what[:14]) for problem in problems(raw)] == [
        (3, "repeats row 2:"),
        (4, "repeats row 2:"),
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [("calendar year 2023", "calendar  year 2023"), ("academic year 2022-23", "academic year 2022/23")],
)
def test_one_period_written_two_ways_is_still_one_period(raw, flows, one, other):
    rows = [REQUESTS_2023.replace("calendar year 2023", period) for period in (one, other)]
    write(flows, *rows)
    assert only_problem(raw).what.startswith("repeats row 2")


def test_two_files_of_one_release_may_not_give_the_same_row(raw, flows):
    again = raw / "again"
    again.mkdir()
    for file in (flows, flows.with_name("flows.source.toml")):
        shutil.copy(file, again)
    (problem,) = problems(raw)
    assert f"gives {rows_in(flows)} rows that" in problem.what
    assert "Take one of the two files out" in problem.fix


def test_two_releases_may_give_the_same_row(raw, flows):
    again = raw / "again"
    again.mkdir()
    for file in (flows, flows.with_name("flows.source.toml")):
        shutil.copy(file, again)
    replace(again / "flows.source.toml", 'release = "ehc-plans-2025"', 'release = "ehc-plans-2024"')
    assert len(load(raw).tables["flows"]) == 2 * rows_in(flows)


def test_a_file_that_is_not_in_utf_8_says_where_and_how_to_save_it(raw, flows):
    rows = [HEADER, REQUESTS_2023, REQUESTS_2024.replace("Halton", "Haltoné")]
    flows.write_bytes("\n".join(rows).encode("latin-1"))
    problem = only_problem(raw)
    assert (problem.row, problem.what) == (3, "is not in UTF-8.")
    assert "CSV UTF-8" in problem.fix


def test_a_byte_order_mark_does_no_harm(raw, flows):
    flows.write_bytes(("\n".join([HEADER, REQUESTS_2023])).encode("utf-8-sig"))
    assert load(raw).tables["flows"]["area_code"].tolist() == [HALTON]


@pytest.mark.parametrize("content", ["", f"{HEADER}\n"], ids=["no header", "header only"])
def test_a_file_without_rows_is_empty(raw, flows, content):
    flows.write_text(content, encoding="utf-8")
    problem = only_problem(raw)
    assert problem.what == "is empty."
    assert problem.file.endswith("dfe-ehc-plans-2025/flows.csv")


def test_a_comma_too_many_at_the_end_of_every_row_is_refused_in_words(raw, flows):
    write(flows, f"{REQUESTS_2023},", f"{REQUESTS_2024},")
    assert "more cells than the header" in problems(raw)[0].what


def test_a_row_with_cells_too_few_is_named(raw, flows):
    write(flows, REQUESTS_2023, "E06000006,Halton,Local authority,calendar year 2024")
    found = problems(raw)
    assert {(problem.row, problem.column) for problem in found} == {(3, "flow"), (3, "count")}


def test_a_quotation_mark_that_is_not_closed_is_not_taken_for_a_cell_too_many(raw, flows):
    write(flows, REQUESTS_2023, REQUESTS_2024.replace("Halton", '"Halton'), PLANS_2024)
    problem = only_problem(raw)
    assert "quotation mark" in problem.what


def test_text_with_a_comma_in_quotation_marks_is_one_cell(raw, flows):
    write(flows, REQUESTS_2023.replace("Halton", '"Halton, Borough of"'))
    assert load(raw).tables["flows"]["area_name"].tolist() == ["Halton, Borough of"]


def test_a_data_file_without_a_source_is_refused(raw, flows):
    flows.with_name("flows.source.toml").unlink()
    problem = only_problem(raw)
    assert problem.file.endswith("dfe-ehc-plans-2025/flows.csv")
    assert problem.what == "has no flows.source.toml beside it."
    assert "who published the file, when, and under which licence" in problem.fix


def test_a_file_of_another_kind_may_not_hide_behind_the_source_of_its_namesake(raw, flows):
    shutil.copy(flows, flows.with_suffix(".xlsx"))
    problem = only_problem(raw)
    assert problem.file.endswith("flows.xlsx")


@pytest.mark.parametrize("name", ["~$flows.xlsx", ".flows.csv"])
def test_what_a_spreadsheet_leaves_beside_an_open_file_is_passed_over(raw, flows, name):
    flows.with_name(name).write_text("a lock", encoding="utf-8")
    assert len(load(raw).tables["flows"]) == rows_in(flows)


def test_a_source_without_its_file_is_refused(raw, flows):
    flows.unlink()
    problem = only_problem(raw)
    assert problem.file.endswith("dfe-ehc-plans-2025/flows.csv")
    assert problem.what == "is missing."
    assert problem.fix == "Put it back, or take out flows.source.toml if it is no longer used."


@pytest.mark.parametrize("key", ["publisher", "title", "licence", "release", "published", "retrieved", "sha256"])
def test_a_source_that_lacks_a_setting_is_named_with_it(raw, flows, key):
    sidecar = flows.with_name("flows.source.toml")
    whole = sidecar.read_text(encoding="utf-8")
    sidecar.write_text(re.sub(rf"^{key} = .*\n", "", whole, count=1, flags=re.MULTILINE), encoding="utf-8")
    problem = only_problem(raw)
    assert problem.file.endswith("flows.source.toml")
    assert (problem.what, problem.fix) == (f"{key} is missing.", "Add it.")


@pytest.mark.parametrize(
    ("line", "instead", "words"),
    [
        ("publisher =", "editor =", "editor is not a known setting."),
        ("published = 2025-06-26", 'published = "June"', "published holds 'June'"),
        ('table = "flows"', 'table = "flow"', 'table = "flow" is not a table.'),
        ('table = "flows"', 'format = "csv"', "format holds 'csv'"),
        ('"calendar year 2019"', '"2019"', "first_published:"),
        ("title = ", "title ", "is not valid TOML"),
    ],
)
def test_a_source_that_is_wrong_is_named_with_what_is_wrong(raw, flows, line, instead, words):
    replace(flows.with_name("flows.source.toml"), line, instead)
    found = problems(raw)
    assert all(problem.file.endswith("flows.source.toml") for problem in found)
    assert any(words in problem.what for problem in found)


def test_a_source_that_names_a_file_outside_the_inputs_is_refused_in_words(raw, flows, tmp_path):
    elsewhere = shutil.move(flows, tmp_path / "flows.csv")
    replace(flows.with_name("flows.source.toml"), 'file = "flows.csv"', f'file = "{Path(elsewhere).as_posix()}"')
    assert "flows" in only_problem(raw).file


def test_a_table_name_is_answered_with_the_one_that_was_meant(raw, flows):
    replace(flows.with_name("flows.source.toml"), 'table = "flows"', 'table = "flow"')
    assert 'Did you mean "flows"?' in only_problem(raw).fix


def test_a_file_that_has_changed_is_a_warning_with_its_new_fingerprint(raw, flows):
    write(flows, REQUESTS_2023)
    inputs = load(raw)
    (warning,) = inputs.warnings
    assert "flows.csv has changed since flows.source.toml was written." in warning
    assert sha256_of(flows) in warning
    assert inputs.tables["flows"]["count"].tolist() == [383]


def test_a_changed_file_whose_new_fingerprint_is_written_down_is_no_warning(raw, flows):
    before = sha256_of(flows)
    write(flows, REQUESTS_2023)
    replace(flows.with_name("flows.source.toml"), before, sha256_of(flows))
    assert load(raw).warnings == []


def test_all_problems_of_all_files_are_seen_at_once(project):
    raw = project / "data" / "raw"
    shutil.rmtree(raw / "dfe-absence-by-sen")
    flows, placements = raw / "dfe-ehc-plans-2025" / "flows.csv", raw / "dfe-ehc-plans-2025" / "placements.csv"
    timeliness, scenarios = flows.with_name("timeliness.csv"), raw / "grant-application-2023-12" / "scenarios.csv"
    report = raw / "quarterly-report-2024-09"
    issued_2019 = row_of(flows, "Barnsley,Local authority,calendar year 2019,assessments issued,")
    replace(flows, "assessments issued,202", 'assessments issued,"1,202"')
    last = len(flows.read_text(encoding="utf-8").splitlines())
    replace(flows, flows.read_text(encoding="utf-8").splitlines()[last - 1], "E06000006,Halton,LA,2024,requests,409")
    replace(placements, "ap_pru_academy,10", "ap_pru_acadamy,10")
    target_2028 = row_of(scenarios, "2028-03-31,Target")
    replace(scenarios, "2028-03-31,Target", "31/03/2028,Target")
    replace(timeliness, "time_taken", "time_needed")
    (report / "absence.source.toml").unlink()
    (report / "printed_figures.csv").unlink()

    told = problems(raw)
    found = [
        (problem.file.removeprefix(raw.as_posix() + "/"), problem.row, problem.column, problem.what) for problem in told
    ]
    assert found == [
        ("dfe-ehc-plans-2025/flows.csv", issued_2019, "count", '"1,202" is not a number.'),
        ("dfe-ehc-plans-2025/flows.csv", last, "geographic_level", '"LA" is not known here.'),
        ("dfe-ehc-plans-2025/flows.csv", last, "period", '"2024" is not a period.'),
        ("dfe-ehc-plans-2025/placements.csv", 2, "placement", '"ap_pru_acadamy" is not known here.'),
        ("dfe-ehc-plans-2025/timeliness.csv", 1, "time_taken", 'There is no column "time_taken".'),
        ("grant-application-2023-12/scenarios.csv", target_2028, "period", '"31/03/2028" is not a period.'),
        ("quarterly-report-2024-09/absence.csv", None, None, "has no absence.source.toml beside it."),
        ("quarterly-report-2024-09/printed_figures.csv", None, None, "is missing."),
    ]
    assert all(problem.fix for problem in told)


SYMBOLS = {symbol: symbol for symbol in ("c", "z", "x", "low", "u")}
SYMBOLS |= {"k": "low", "~": "low", ":": "x", "C": "c", " x ": "x"}


@pytest.mark.parametrize(("written", "symbol"), SYMBOLS.items())
def test_a_symbol_stays_a_symbol_and_never_becomes_a_number(raw, flows, written, symbol):
    write(flows, REQUESTS_2023, REQUESTS_2024.replace("409", written))
    row = load(raw).tables["flows"].iloc[1]
    assert row["symbol"] == symbol
    assert pd.isna(row["count"])


def test_a_true_zero_stays_zero_and_has_no_symbol(raw, flows):
    write(flows, REQUESTS_2023.replace("383", "0"))
    row = load(raw).tables["flows"].iloc[0]
    assert (row["count"], row["symbol"]) == (0, "")


def inputs_of(frame: pd.DataFrame, table: str, suffix: str, folder: Path, more: str = "") -> Path:
    """A folder of inputs that holds one table, in the form that ``suffix`` names, with its source.

    ``more`` are further lines of the source.
    """
    folder = folder / suffix.removeprefix(".")
    folder.mkdir()
    file = folder / f"{table}{suffix}"
    {".csv": frame.to_csv, ".xlsx": frame.to_excel, ".parquet": frame.to_parquet}[suffix](file, index=False)
    return put_source(file, table=table, more=more)


@pytest.fixture
def counts() -> pd.DataFrame:
    rows = [row.split(",") for row in (REQUESTS_2023, REQUESTS_2024, PLANS_2024)]
    return pd.DataFrame(rows, columns=HEADER.split(",")).assign(count=["383", "c", "0"])


@pytest.fixture
def percentages() -> pd.DataFrame:
    place = {"area_code": HALTON, "area_name": "Halton", "geographic_level": "Local authority"}
    rows = [("EHC plan", 11.649351), ("SEN support", 9.0), ("No SEN", 6.25)]
    return pd.DataFrame(
        {**place, "period": "academic year 2022-23", "sen_provision": group, "measure": "overall", "percent": percent}
        for group, percent in rows
    )


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet"])
@pytest.mark.parametrize(
    ("rows", "table", "column", "read"),
    [
        ("counts", "flows", "symbol", ["", "c", ""]),
        ("percentages", "absence", "percent", [11.649351, 9.0, 6.25]),
    ],
)
def test_a_table_is_the_same_in_every_form(request, tmp_path, suffix, rows, table, column, read):
    frame = request.getfixturevalue(rows)
    plain, other = (load(inputs_of(frame, table, form, tmp_path)) for form in (".csv", suffix))
    assert set(other.tables[table]["file"]) == {f"{table}{suffix}"}
    assert_frame_equal(other.tables[table].drop(columns="file"), plain.tables[table].drop(columns="file"))
    assert other.warnings == []
    assert plain.tables[table][column].tolist() == read


def test_a_sheet_may_hold_numbers_and_symbols_in_one_column(counts, tmp_path):
    mixed = counts.assign(count=pd.Series([383, "c", 0], dtype=object))
    frame = load(inputs_of(mixed, "flows", ".xlsx", tmp_path)).tables["flows"]
    assert frame["count"].tolist()[::2] == [383, 0]
    assert frame["symbol"].tolist() == ["", "c", ""]


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet"])
def test_an_empty_cell_is_empty_in_every_form(counts, tmp_path, suffix):
    problem = only_problem(inputs_of(counts.assign(count=["383", None, "0"]), "flows", suffix, tmp_path))
    assert (problem.row, problem.column, problem.what) == (3, "count", "is empty.")


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet"])
def test_a_day_that_became_a_date_cell_is_read_as_that_day(counts, tmp_path, suffix):
    day = counts.assign(period=pd.Timestamp(2024, 1, 18), flow=["requests", "new plans", "assessments"])
    assert set(load(inputs_of(day, "flows", suffix, tmp_path)).tables["flows"]["period"]) == {"2024-01-18"}


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet"])
@pytest.mark.parametrize("share", [0.0, 0.5], ids=["not that form", "cut short"])
def test_a_file_that_cannot_be_opened_is_refused_in_words(counts, tmp_path, suffix, share):
    folder = inputs_of(counts, "flows", suffix, tmp_path)
    file = folder / f"flows{suffix}"
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)] or b"a text of some other kind")
    problem = only_problem(folder)
    assert problem.file.endswith(file.name)
    assert "cannot be read as a table" in problem.what
    assert problem.fix == "Save it again as CSV UTF-8."


def test_a_name_in_capitals_is_read_like_any_other(counts, tmp_path):
    folder = inputs_of(counts, "flows", ".csv", tmp_path)
    (folder / "flows.csv").rename(folder / "flows.CSV")
    replace(folder / "flows.source.toml", "flows.csv", "flows.CSV")
    assert load(folder).tables["flows"]["symbol"].tolist() == ["", "c", ""]


def of_own(table: str, **cells: str) -> pd.DataFrame:
    """One row of a table of the authority's own, every column filled in that may not be left out, without an area."""
    rows = {
        "own_figures": {
            "metric_id": "inmss_schools_count",
            "breakdown": "Total",
            "period": "2024-09-24",
            "value": "35",
            "label_printed": "",
            "period_printed": "",
            "printed": "35",
            "section": "",
            "page": "",
        },
        "grant": {
            "period": "quarter 2024-25-Q2",
            "workstream": "",
            "line": "Room hire",
            "measure": "spend",
            "pounds": "300",
            "line_printed": "",
            "printed": "£300",
            "section": "",
            "page": "",
        },
    }
    return pd.DataFrame([{**rows[table], **cells}])


HALTONS = (HALTON, "Halton", "Local authority")


def area_of(frame: pd.DataFrame) -> set[tuple[str, str, str]]:
    return set(frame[["area_code", "area_name", "geographic_level"]].itertuples(index=False, name=None))


@pytest.mark.parametrize("table", ["own_figures", "grant"])
def test_a_table_of_the_authoritys_own_need_not_say_whose_it_is(tmp_path, table):
    frame = load(inputs_of(of_own(table), table, ".csv", tmp_path)).tables[table]
    assert area_of(frame) == {HALTONS}


@pytest.mark.parametrize("table", ["own_figures", "grant"])
def test_an_area_that_is_given_is_kept(tmp_path, table):
    other = {"area_code": "E08000013", "area_name": "St. Helens", "geographic_level": "Local authority"}
    frame = load(inputs_of(of_own(table, **other), table, ".csv", tmp_path)).tables[table]
    assert area_of(frame) == {tuple(other.values())}


def test_an_area_that_is_given_but_left_empty_is_not_guessed(tmp_path):
    frame = of_own("own_figures", area_code="", area_name="", geographic_level="")
    found = problems(inputs_of(frame, "own_figures", ".csv", tmp_path))
    assert [(problem.row, problem.column) for problem in found] == [
        (2, "area_code"),
        (2, "area_name"),
        (2, "geographic_level"),
    ]


@pytest.mark.parametrize("table", ["own_figures", "grant"])
def test_a_table_that_is_no_register_must_say_its_period(tmp_path, table):
    problem = only_problem(inputs_of(of_own(table).drop(columns="period"), table, ".csv", tmp_path))
    assert (problem.row, problem.column, problem.what) == (1, "period", 'There is no column "period".')


@pytest.fixture(scope="module")
def entries(data) -> dict[str, pd.DataFrame]:
    """The shipped registers of the application, as they stand in their files: text, first two rows."""
    folder = data / "grant-application-2023-12"
    return {
        name: pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False).head(2) for name in PROJECT_LISTS
    }


NO_COUNT = sorted(set(PROJECT_LISTS) - {"capital_places"})


@pytest.mark.parametrize("name", PROJECT_LISTS)
def test_a_register_need_not_say_whose_it_is_or_its_day(entries, tmp_path, name):
    assert not {"area_code", "area_name", "geographic_level", "period"} & set(entries[name].columns)
    frame = load(inputs_of(entries[name], name, ".csv", tmp_path)).tables[name]
    assert area_of(frame) == {HALTONS}
    assert set(frame["period"]) == {"2025-06-26"}
    assert set(frame["period_start"]) == set(frame["period_end"]) == {date(2025, 6, 26)}
    assert set(frame["basis"]) == {"snapshot"}


@pytest.mark.parametrize("name", NO_COUNT)
def test_each_entry_of_a_register_counts_once(entries, tmp_path, name):
    assert "count" not in entries[name].columns
    frame = load(inputs_of(entries[name], name, ".csv", tmp_path)).tables[name]
    assert frame["count"].tolist() == [1, 1]
    assert frame["symbol"].tolist() == ["", ""]


def test_the_day_of_a_register_is_the_one_that_its_source_says_it_stands_for(entries, tmp_path):
    folder = inputs_of(entries["risks"], "risks", ".csv", tmp_path, "as_at = 2025-03-31")
    frame = load(folder).tables["risks"]
    assert set(frame["period"]) == {"2025-03-31"}
    assert set(frame["as_at"]) == {date(2025, 3, 31)}
    assert set(frame["published"]) == {date(2025, 6, 26)}


def test_a_day_and_a_count_that_a_register_gives_are_kept(entries, tmp_path):
    given = entries["capital_places"].assign(count=["24", "x"], period="2024-01-31")
    frame = load(inputs_of(given, "capital_places", ".csv", tmp_path)).tables["capital_places"]
    assert frame["period"].tolist() == ["2024-01-31", "2024-01-31"]
    assert frame["symbol"].tolist() == ["", "x"]
    assert frame["count"].iloc[0] == 24
    assert pd.isna(frame["count"].iloc[1])


@pytest.mark.parametrize("name", PROJECT_LISTS)
def test_an_entry_that_is_given_twice_names_both_rows(entries, tmp_path, name):
    twice = pd.concat([entries[name], entries[name].head(1)])
    problem = only_problem(inputs_of(twice, name, ".csv", tmp_path))
    key = list(PROJECT_LISTS[name])
    assert (problem.row, problem.column) == (4, " + ".join(key))
    assert problem.what == f"repeats row 2: {', '.join(entries[name].iloc[0][key])}."


def test_a_later_file_may_give_an_entry_again(entries, tmp_path):
    inputs_of(entries["milestones"], "milestones", ".csv", tmp_path, "as_at = 2025-03-31")
    later = inputs_of(entries["milestones"], "milestones", ".parquet", tmp_path)
    replace(later / "milestones.source.toml", 'release = "a-release"', 'release = "a-later-one"')
    assert len(load(tmp_path).tables["milestones"]) == 4


MONTH = "Write it as year-month, such as 2024-09."
DAY = "Write it as year-month-day, such as 2024-09-26."
DIGITS = "Write only digits, or leave the cell empty."
# Register, column, a cell that is wrong there, and the words for it. Each register stands here at least once.
WRONG_CELLS = [
    (
        "measures",
        "document",
        "a leaflet",
        '"a leaflet" is not known here.',
        "Use grant application or quarterly report.",
    ),
    ("measures", "every", "month", '"month" is not known here.', "Use quarter, term, year or once."),
    ("measures", "section_of_pack", "Grants", '"Grants" is not known here.', 'Did you mean "Grant"?'),
    ("phases", "phase", "Pilots", '"Pilots" is not known here.', 'Did you mean "Pilot"?'),
    (
        "phases",
        "status",
        "Late",
        '"Late" is not known here.',
        "Use Ahead, On track, Slightly behind, Behind or Complete.",
    ),
    ("phases", "quarter", "2024-25-Q5", '"2024-25-Q5" is not a quarter.', "such as 2024-25-Q2"),
    ("tasks", "starts", "March 24", '"March 24" is not a month.', MONTH),
    ("tasks", "ends", "2024-13", '"2024-13" is not a month.', MONTH),
    ("tasks", "ends", "2024-05-31", '"2024-05-31" is not a month.', MONTH),
    ("tasks", "done", "2024-05", '"2024-05" is not a day.', DAY),
    ("tasks", "kind", "step", '"step" is not known here.', "Use phase or task."),
    ("milestones", "due", "", '"" is not a month.', MONTH),
    ("milestones", "due", "Apr 24", '"Apr 24" is not a month.', MONTH),
    ("milestones", "done", "26/09/2024", '"26/09/2024" is not a day.', DAY),
    ("milestones", "done", "2024-09-32", '"2024-09-32" is not a day.', DAY),
    ("risks", "rating", "Low", '"Low" is not known here.', "Use L, M or H."),
    ("risks", "review", "Sept 2024", '"Sept 2024" is not a month.', MONTH),
    ("risks", "owner", "", "is empty.", "Fill it in."),
    ("capital_places", "expected", "Dec 2023", '"Dec 2023" is not a month.', MONTH),
    ("capital_places", "count", "about 24", '"about 24" is not a number.', "Write only digits"),
    ("capital_places", "school", "", "is empty.", "Fill it in."),
    ("opportunities", "rather_than", "", "is empty.", "Fill it in."),
    ("grant_lines", "opportunities", "", "is empty.", "Fill it in."),
    ("engagement", "held", "maybe", '"maybe" is not known here.', "Use planned or held."),
    ("voice", "respondents", "about 270", '"about 270" is not a whole number.', DIGITS),
    (
        "claims",
        "kind",
        "guess",
        '"guess" is not known here.',
        "Use change, level, gap, growth, effect, state or event.",
    ),
    ("claims", "later", "Aug 23", '"Aug 23" is not a period.', "Write it like one of"),
    ("claims", "earlier", "last year", '"last year" is not a period.', "Write it like one of"),
    ("claims", "against", "England", '"England" is not an area code.', "Use the nine characters of the GSS code"),
    ("claims", "says", "", "is empty.", "Fill it in."),
    ("voice", "kind", "poll", '"poll" is not known here.', "Use survey, case review, workshop or conference."),
]


def test_a_wrong_cell_of_every_register_is_tried():
    assert {name for name, *_ in WRONG_CELLS} == set(PROJECT_LISTS)


@pytest.mark.parametrize(("name", "column", "cell", "what", "fix"), WRONG_CELLS)
def test_a_wrong_cell_of_a_register_is_named_in_words_of_its_own(entries, tmp_path, name, column, cell, what, fix):
    spoilt = entries[name].copy()
    spoilt.loc[1, column] = cell
    problem = only_problem(inputs_of(spoilt, name, ".csv", tmp_path))
    assert problem.file.endswith(f"{name}.csv")
    assert (problem.row, problem.column, problem.what) == (3, column, what)
    assert fix in problem.fix


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("tasks", "ends"),
        ("tasks", "done"),
        ("milestones", "done"),
        ("capital_places", "expected"),
        ("voice", "respondents"),
    ],
)
def test_what_a_register_does_not_know_yet_may_be_left_empty(entries, tmp_path, name, column):
    frame = load(inputs_of(entries[name].assign(**{column: ""}), name, ".csv", tmp_path)).tables[name]
    assert frame[column].tolist() == ["", ""]


@pytest.mark.parametrize("name", PROJECT_LISTS)
def test_a_column_that_a_register_lacks_is_named(entries, tmp_path, name):
    column = PROJECT_LISTS[name][0]
    found = problems(inputs_of(entries[name].drop(columns=column), name, ".csv", tmp_path))
    assert [(problem.row, problem.column, problem.what) for problem in found] == [
        (1, column, f'There is no column "{column}".')
    ]


@pytest.mark.parametrize("name", TABLES)
def test_every_row_names_the_file_and_the_row_that_its_figure_stands_in(tables, data, name):
    """The cell in that place is looked up again, in the file as it lies there."""
    frame, column = tables[name], TABLES[name].value
    files = {}
    for row in frame.to_dict("records"):
        if row["file"] not in files:
            with (data / row["file"]).open(encoding="utf-8", newline="") as stream:
                files[row["file"]] = list(csv.DictReader(stream))
        cells = files[row["file"]][row["row"] - 2]
        assert {key: cells[key] for key in TABLES[name].key if key in cells and key != "period"} == {
            key: row[key] for key in TABLES[name].key if key in cells and key != "period"
        }
        if column in cells:
            assert cells[column] == row["symbol"] or float(cells[column]) == row[column]
    assert sum(map(len, files.values())) == len(frame)


def test_a_row_of_a_file_in_a_folder_is_named_from_the_folder_of_the_inputs_on(tables):
    assert set(tables["own_figures"]["file"]) == {
        "grant-application-2023-12/own_figures.csv",
        "quarterly-report-2024-09/own_figures.csv",
    }


ABOUT = """
[about]
"Grant" = ["The first thing.", "The second thing."]
"Plans" = ["Another."]
"""


def test_what_a_source_says_about_one_section_is_kept_apart_from_what_holds_for_all(tmp_path):
    folder = inputs_of(of_own("grant"), "grant", ".csv", tmp_path, f'assumptions = ["For all."]\n{ABOUT}')
    (source,) = load(folder).sources
    assert source.assumptions == ["For all."]
    assert source.about == {"Grant": ["The first thing.", "The second thing."], "Plans": ["Another."]}


def test_a_source_need_say_nothing_about_a_section(tmp_path):
    (source,) = load(inputs_of(of_own("grant"), "grant", ".csv", tmp_path)).sources
    assert (source.about, source.assumptions) == ({}, [])


def test_what_is_said_about_a_section_is_a_list_of_sentences(tmp_path):
    folder = inputs_of(of_own("grant"), "grant", ".csv", tmp_path, '[about]\n"Grant" = "One sentence."')
    problem = only_problem(folder)
    assert problem.file.endswith("grant.source.toml")
    assert problem.what.startswith("about.Grant holds 'One sentence.'")


def test_the_shipped_sources_speak_about_sections_that_there_are(shipped):
    sources = shipped.sources
    sections = {section for source in sources for section in source.about}
    assert sections
    assert sections <= set(SECTIONS)
    assert all(sentence.strip() for source in sources for words in source.about.values() for sentence in words)


def test_each_format_is_listed_with_whether_it_is_about_persons_and_then_with_its_rules():
    persons = {"sen2", "register", "ledger"}
    assert set(FORMATS) == {"tidy", "ees", "return", "dsg", "s251", *persons}
    assert {name for name, form in FORMATS.items() if form.persons} == persons
    assert {name for name, form in FORMATS.items() if form.rules} == persons
    assert {name for name, form in FORMATS.items() if form.queried} == {"tidy", *persons}
    ids = [rule.id for form in FORMATS.values() for rule in form.rules]
    assert len(ids) == len(set(ids))


def test_a_format_that_is_none_is_answered_with_those_that_there_are(raw, flows):
    replace(flows.with_name("flows.source.toml"), 'table = "flows"', 'format = "led"')
    what = only_problem(raw).what
    assert all(name in what for name in FORMATS)
