"""The workbook of a pack, opened as a reader opens it and held against the results."""

from __future__ import annotations

from datetime import date

import openpyxl
import pandas as pd
import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from dbv_analysis.model.settings import load_programme
from dbv_analysis.model.units import SYMBOLS
from dbv_analysis.publish.write import spreadsheet
from dbv_analysis.results.evidence import open_evidence
from tests.conftest import QUARTER, ROOT
from tests.publish.conftest import SECTIONS as PAGES
from tests.publish.conftest import Run
from tests.shipped import METRICS

CUT_OFF = date(2024, 9, 26)
SECTIONS = list(PAGES)
HEADER = [
    *("Measure", "Breakdown", "Area", "Period", "From", "To", "Basis", "As at", "Numerator", "Denominator", "Figure"),
    *("Unit", "As printed", "Source", "First published"),
]

every_section = pytest.mark.parametrize("section", SECTIONS)


@pytest.fixture(scope="module")
def book(pack: Run) -> Workbook:
    return openpyxl.load_workbook(pack.folder / "evidence.xlsx")


def table_on(sheet: Worksheet) -> list[list[object]]:
    """The rows of the one table of a sheet, its header first."""
    assert len(sheet.tables) == 1
    (table,) = sheet.tables.values()
    return [[cell.value for cell in row] for row in sheet[table.ref]]


def frame_of(sheet: Worksheet) -> pd.DataFrame:
    header, *body = table_on(sheet)
    return pd.DataFrame(body, columns=header)


def expected_rows(results: pd.DataFrame, section: str) -> pd.DataFrame:
    """What the sheet must hold: the authority, its neighbours, region and country, as known by the cut-off."""
    programme = load_programme(ROOT / "data" / "raw")
    areas = [programme.area.code, programme.region.code, programme.country.code, *programme.neighbours[0].areas]
    metrics = {metric.id: metric.title for metric in METRICS.values() if metric.section == section}
    chosen = (
        results["metric_id"].isin(list(metrics)) & results["area_code"].isin(areas) & (results["published"] <= CUT_OFF)
    )
    rows = results[chosen]
    return rows.assign(title=rows["metric_id"].map(metrics))


def test_it_has_a_cover_contents_notes_and_a_sheet_a_section_and_the_contents_name_every_section(book):
    assert book.sheetnames == ["Cover", "Contents", "Notes", *SECTIONS]
    _, *body = table_on(book["Contents"])
    assert [row[0] for row in body] == SECTIONS


def test_the_cover_says_whose_figures_these_are_and_until_when(book):
    told = " ".join(str(cell.value) for row in book["Cover"].rows for cell in row if cell.value)
    for words in ("Halton", "Delivering Better Value in SEND", "2024-25-Q2", "26 September 2024", "Counts from 1 to 4"):
        assert words in told


def test_the_notes_explain_every_symbol_beside_it(book):
    _, *body = table_on(book["Notes"])
    for symbol, meaning in SYMBOLS.items():
        row = next(row for row in body if any(meaning in str(cell) for cell in row))
        assert symbol in " ".join(str(cell).replace(meaning, "") for cell in row).split(), row


def test_the_notes_name_every_release_with_its_licence(book, results):
    told = " ".join(str(cell.value) for row in book["Notes"].rows for cell in row)
    for release in results["release"].unique():
        assert release in told
    assert "Open Government Licence v3.0" in told
    assert "© Halton Borough Council" in told


@every_section
def test_a_section_is_one_table_with_one_header_row(book, section):
    sheet = book[section]
    (table,) = sheet.tables.values()
    first, last = table.ref.split(":")
    assert table.headerRowCount == 1
    assert last == f"{openpyxl.utils.get_column_letter(sheet.max_column)}{sheet.max_row}"
    assert sheet[first].column == 1
    header, *body = table_on(sheet)
    assert header == HEADER
    assert body


@every_section
def test_a_section_has_no_merged_and_no_blank_cell_and_above_its_table_words_in_the_first_column_alone(book, section):
    sheet = book[section]
    assert not sheet.merged_cells.ranges
    for row in table_on(sheet):
        for cell in row:
            assert cell is not None
            assert str(cell).strip().lower() not in ("", "nan", "none", "nat", "<na>", "inf"), row
    (table,) = sheet.tables.values()
    for row in sheet.iter_rows(max_row=sheet[table.ref][0][0].row - 1, values_only=True):
        assert row[0]
        assert not any(row[1:])


@every_section
def test_a_figure_is_the_result_and_a_missing_one_its_symbol(book, results, section):
    key = ["title", "breakdown", "area_name", "period_start", "period_end"]
    expected = {
        tuple(str(row[name]) for name in key): row["value"] if row["symbol"] == "" else row["symbol"]
        for row in expected_rows(results, section).to_dict("records")
    }
    shown = {
        tuple(row[name] for name in ("Measure", "Breakdown", "Area", "From", "To")): row["Figure"]
        for row in frame_of(book[section]).to_dict("records")
    }
    assert expected
    assert set(shown) == set(expected)
    for place, figure in expected.items():
        assert shown[place] == (figure if isinstance(figure, str) else pytest.approx(figure, rel=1e-12)), place


@every_section
def test_every_row_is_there_once_out_by_the_cut_off_and_a_number_is_a_number_and_not_text(book, results, section):
    shown = frame_of(book[section])
    assert len(shown) == len(expected_rows(results, section))
    assert not shown.duplicated(["Measure", "Breakdown", "Area", "From", "To"]).any()
    for name in ("Numerator", "Denominator", "Figure"):
        for cell in shown[name]:
            assert isinstance(cell, (int, float)) or cell in SYMBOLS, cell
    assert shown["First published"].map(date.fromisoformat).max() <= CUT_OFF


def test_the_counts_behind_a_share_are_there(book):
    shown = frame_of(book["Placements"])
    row = shown[
        (shown["Measure"] == "Plans in any special school")
        & (shown["Area"] == "Halton")
        & (shown["Period"] == "January 2024")
    ].iloc[0]
    assert (row["Numerator"], row["Denominator"]) == (567, 1524)
    assert row["Figure"] == pytest.approx(100 * 567 / 1524)


def test_a_forecast_keeps_its_printed_text(book):
    shown = frame_of(book["Deficit"])
    spent = shown[(shown["Measure"] == "High needs expenditure") & (shown["Breakdown"] == "Target")]
    assert list(spent["As printed"])[:2] == ["£ 26.1m", "£ 28.4m"]


def test_no_cell_is_a_formula(book):
    for sheet in book:
        for row in sheet.rows:
            assert not [cell.coordinate for cell in row if cell.data_type == "f"]


@pytest.mark.parametrize(
    ("day", "sheets"),
    [
        ("2023-06-30", ["Plans", "Placements", "Attendance", "Exclusions"]),  # before the application
        ("2018-01-01", []),
    ],
)
def test_a_section_without_a_figure_by_the_cut_off_has_no_sheet_and_the_cover_says_so(
    data, tmp_path, calculated_once, day, sheets
):
    evidence = open_evidence(QUARTER, data, as_at=day)
    spreadsheet.write(evidence, evidence.sections, tmp_path / "early.xlsx")
    book = openpyxl.load_workbook(tmp_path / "early.xlsx")
    assert book.sheetnames == ["Cover", "Contents", "Notes", *(sheets or ["No figures"])]
    cover = [str(cell.value) for row in book["Cover"].iter_rows() for cell in row]
    without = [text.partition(": no figure")[0] for text in cover if ": no figure had been published by" in text]
    assert without == [section for section in SECTIONS if section not in sheets]
