"""A return that was filled in: what is read from it, and how every wrong cell is answered. All figures are made up."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from pandas.testing import assert_frame_equal

from dbv_analysis.inputs.load import load
from dbv_analysis.inputs.quarterly_return.read import SHEETS, read_return
from dbv_analysis.model.pack import PUBLIC
from dbv_analysis.model.source import sha256_of
from dbv_analysis.reports.new_quarter import start
from dbv_analysis.results.cache import assemble, store
from dbv_analysis.results.evidence import open_evidence
from tests.conftest import HALTON, ROOT
from tests.inputs.sources import only_problem, problems, put_source

QUARTER = "2024-25-Q3"
RELEASE = f"return-{QUARTER}"
NOTE = "made up for a test"

# What an authority reported before, a file each: a made-up report and a made-up application.
REPORT = {
    "own_figures": """
metric_id,breakdown,period,value,printed
inmss_placements_count,Total,2024-09-24,90,
suspensions_count,Total,2023-09-01 to 2024-03-31,700,
training_count,Team Teach: trainers,2024-09-26,0,
thrive_booked_percent,Total,2024-09-26,x,
""",
    "grant": """
period,workstream,line,measure,pounds,printed
quarter 2024-25-Q1,,All lines,spend,3000,
quarter 2024-25-Q2,,Room hire,projected,500,
quarter 2024-25-Q2,,Room hire,spend,400.5,
quarter 2024-25-Q2,,Room hire,spend to date,600,
quarter 2024-25-Q2,,All lines,spend,2000,
""",
    "phases": """
workstream,element,quarter,said_in,phase,status,printed,section,page
1,Thrive,2024-25-Q2,summary,Pilot,Ahead,,,
1,Thrive,2024-25-Q2,detail,Implementation,On track,,,
""",
}
APPLICATION = {
    "grant": """
period,workstream,line,measure,pounds,printed
quarter 2024-25-Q1,Behaviour,Officer,profile,1000,
quarter 2024-25-Q3,Behaviour,Officer,profile,1500,
quarter 2024-25-Q1,,All lines,profile,4000,
quarter 2024-25-Q3,,All lines,profile,5000,
""",
    "phases": """
workstream,element,quarter,said_in,phase,status,printed,section,page
1,Thrive,2024-25-Q3,plan,Sustain,,,,
2,Quality mark,2024-25-Q3,plan,Co-design,,,,
""",
    "risks": """
number,workstream,element,risk,impact,owner,rating,mitigation,review,review_printed,section,page
1,1,Thrive,Schools stay away,Less training,Head of service,M,More talks,2024-07,July 2024,,
2,2,Quality mark,Costs rise,Fewer schools,Head of service,L,A cheaper mark,2024-09,Sept 2024,,
""",
    "milestones": """
workstream,milestone,due,due_printed,done,section,page
1,Launch of pilot,2024-05,May 2024 -,,,
2,Launch of pilot,2024-06,June 2024,2024-06-12,,
""",
}


def put_in(raw: Path, release: str, published: str, tables: dict[str, str]) -> None:
    """Tables as CSV in a folder of their own, each with its source."""
    folder = raw / release
    folder.mkdir()
    for table, text in tables.items():
        file = folder / f"{table}.csv"
        file.write_text(text.lstrip(), encoding="utf-8")
        put_source(file, published, table=table, release=release, publisher="A council", title=release)


def small_project(root: Path) -> Path:
    """A project with a few made-up inputs: its folder of inputs."""
    raw = root / "data" / "raw"
    (raw / "narrative").mkdir(parents=True)
    shutil.copy(ROOT / "programme.toml", root)
    (raw / "narrative" / "template.md").write_text("<!-- What was done – in plain words. -->\n", encoding="utf-8")
    put_in(raw, "application", "2023-12-20", APPLICATION)
    put_in(raw, "report", "2024-09-26", REPORT)
    return raw


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project whose next quarter was begun: its folder, to be copied."""
    root = tmp_path_factory.mktemp("begun")
    start(QUARTER, small_project(root))
    return root


@pytest.fixture
def raw(begun: Path, tmp_path: Path) -> Path:
    """The inputs, an untouched return among them."""
    return shutil.copytree(begun, tmp_path / "project") / "data" / "raw"


@pytest.fixture
def book(raw: Path) -> Path:
    return raw / RELEASE / "return.xlsx"


def name_of(header: object) -> str:
    """A column as a message names it: its header without what stands before and behind."""
    return re.sub(r"^fill in: | \(.*\)$", "", str(header))


def place_of(page: Worksheet, column: str) -> int:
    return [name_of(cell.value) for cell in page[1]].index(column) + 1


def row_of(page: Worksheet, where: dict[str, str]) -> int:
    """The row whose cells are as ``where`` says; the first empty row for an empty line."""
    for number in range(2, page.max_row + 1):
        if all((page.cell(number, place_of(page, name)).value or "") == text for name, text in where.items()):
            return number
    raise LookupError(where)


def change(book: Path, edit: Callable[[openpyxl.Workbook], None]) -> None:
    opened = openpyxl.load_workbook(book)
    edit(opened)
    opened.save(book)


def fill(book: Path, sheet: str, where: dict[str, str], **cells: object) -> int:
    """Fill in cells of one row, as a person would, and note that they are made up. Returns the row's number."""
    opened = openpyxl.load_workbook(book)
    page = opened[sheet]
    number = row_of(page, where)
    for column, value in {**cells, "note": NOTE}.items():
        page.cell(number, place_of(page, column.replace("_to_", " to "))).value = value
    opened.save(book)
    return number


def placements(book: Path, **cells: object) -> int:
    return fill(book, "Figures", INMSS, **cells)


def returned(raw: Path, table: str) -> pd.DataFrame:
    """The rows of a table that come from the return."""
    rows = load(raw).tables[table]
    return rows[rows["release"] == RELEASE].reset_index(drop=True)


def one(raw: Path, table: str) -> pd.Series:
    rows = returned(raw, table)
    assert len(rows) == 1
    return rows.iloc[0]


def places(raw: Path) -> list[tuple[str, int | None, str | None]]:
    """Where each problem is: the file from its folder on, its row and its column."""
    folder = f"{(raw / RELEASE).as_posix()}/"
    return [(problem.file.removeprefix(folder), problem.row, problem.column) for problem in problems(raw)]


# Nothing filled in


def test_an_untouched_return_gives_no_rows_and_no_problem(book):
    assert read_return(book, "return.xlsx") == ({}, [])


def test_an_untouched_return_leaves_every_table_as_it_was(raw):
    with_return = load(raw).tables
    shutil.rmtree(raw / RELEASE)
    for name, frame in load(raw).tables.items():
        assert_frame_equal(with_return[name], frame)


def test_a_note_alone_reports_nothing(raw, book):
    placements(book)
    assert returned(raw, "own_figures").empty


def reference_cells(opened: openpyxl.Workbook) -> Iterator[openpyxl.cell.Cell]:
    """Every cell that is only there to be read."""
    for sheet in SHEETS:
        page = opened[sheet.name]
        for column in range(1, page.max_column + 1):
            name = name_of(page.cell(1, column).value)
            if name not in sheet.read:
                yield from (page.cell(number, column) for number in range(2, page.max_row + 1))


@pytest.mark.parametrize("instead", [999, "Behind", "H", "2024-12-31"])
def test_what_was_reported_last_never_becomes_a_figure(raw, book, instead):
    def overwrite(opened: openpyxl.Workbook) -> None:
        cells = list(reference_cells(opened))
        assert {cell.parent.title for cell in cells} == {sheet.name for sheet in SHEETS}
        for cell in cells:
            cell.value = instead

    placements(book, value=93, period="2024-12-31")
    before = load(raw).tables
    change(book, overwrite)
    for name, frame in load(raw).tables.items():
        assert_frame_equal(before[name], frame)


# What is filled in


INMSS = {"metric_id": "inmss_placements_count"}
DAY = "2024-12-31"
AT = date(2024, 12, 31)
RISK = {"number": "1", "rating": "H", "review": "2025-03", "risk": "Schools stay away", "mitigation": "More talks"}
RISK |= {"owner": "Head of service"}
PHASE = {"workstream": "1", "element": "Thrive", "quarter": QUARTER, "said_in": "detail", "phase": "Sustain"}
PHASE |= {"status": "Slightly behind", "published": AT}
MILESTONE = {"workstream": "1", "milestone": "Launch of pilot", "due": "2024-05", "due_printed": "May 2024 -"}
MILESTONE |= {"done": "2024-11-15"}
FIGURE = {"metric_id": "inmss_placements_count", "breakdown": "Total", "value": 93, "symbol": "", "area_code": HALTON}
FIGURE |= {"period_start": AT, "period_end": AT, "as_at": AT, "published": AT}
FIGURE |= {"source": f"Halton, Quarterly return, {QUARTER}"}
TERM = {"breakdown": "EHC plan", "period_start": date(2024, 9, 1), "period_end": AT}
NUMBERS = [(93, 93), (93.0, 93), ("93", 93), (" 93 ", 93), (0, 0), (64.1, 64.1), (0.1 + 0.2, 0.3), (1698456, 1698456)]
# A sheet, a row of it, what is filled in, and what the row of the table then holds.
FILLED_IN = [
    ("Figures", INMSS, {"value": 93, "period": DAY}, FIGURE),
    *(("Figures", INMSS, {"value": typed, "period": DAY}, {"value": value}) for typed, value in NUMBERS),
    *(
        ("Figures", INMSS, {"value": symbol, "period": DAY}, {"symbol": symbol, "value": None})
        for symbol in ("c", "x", "u", "low", "z")
    ),
    *(
        ("Figures", INMSS, {"value": 93, "period": typed}, {"period": DAY})
        for typed in (DAY, f" {DAY}", AT, datetime(2024, 12, 31))
    ),
    (
        "Figures",
        {"metric_id": "suspensions_count", "breakdown": "EHC plan"},
        {"value": 31, "period": "autumn term 2024"},
        TERM,
    ),
    ("Phases", {"element": "Thrive"}, {"phase": "Sustain", "status": "Slightly behind"}, PHASE),
    *(
        ("Risks", {"number": "1"}, {"rating": "H", "review": typed}, RISK)
        for typed in ("2025-03", date(2025, 3, 1), datetime(2025, 3, 31))
    ),
    ("Milestones", {"workstream": "1"}, {"done": "2024-11-15"}, MILESTONE),
]


@pytest.mark.parametrize(("sheet", "where", "cells", "expected"), FILLED_IN)
def test_what_is_filled_in_is_read_with_what_belongs_to_it_and_its_place(raw, book, sheet, where, cells, expected):
    number = fill(book, sheet, where, **cells)
    row = one(raw, next(known.table for known in SHEETS if known.name == sheet))
    assert {name: None if pd.isna(row[name]) else row[name] for name in expected} == expected
    assert (row["file"], row["row"]) == (f"{RELEASE}/return.xlsx, sheet {sheet}", number)


def test_a_number_that_excel_shows_as_pounds_is_that_number(raw, book):
    number = placements(book, value=1200, period="2024-12-31")
    change(book, lambda opened: setattr(opened["Figures"].cell(number, 5), "number_format", "£#,##0.00"))
    assert one(raw, "own_figures")["value"] == 1200


def test_a_figure_of_a_second_period_goes_into_a_row_of_its_own(raw, book):
    placements(book, value=93, period="2024-12-31")
    change(
        book,
        lambda opened: opened["Figures"].append(
            ["", "", "Total", "", 92, "2024-11-30", "", NOTE, "", "", "", "inmss_placements_count"]
        ),
    )
    assert returned(raw, "own_figures")[["period", "value"]].to_numpy().tolist() == [
        ["2024-12-31", 93],
        ["2024-11-30", 92],
    ]


def test_a_formula_counts_as_what_excel_saved_for_it(raw, book):
    number = placements(book, value="=90+3", period="2024-12-31")
    save_result(book, f"E{number}", "93")
    assert one(raw, "own_figures")["value"] == 93


def save_result(book: Path, cell: str, result: str) -> None:
    """Put a formula's result into the file, as Excel does when it saves one."""
    with zipfile.ZipFile(book) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    (name,) = [name for name, part in parts.items() if b"<f>" in part]
    text, number = re.subn(
        rf'(r="{cell}"[^>]*><f>[^<]*</f>)<v ?/?>(</v>)?', rf"\g<1><v>{result}</v>", parts[name].decode()
    )
    assert number == 1
    parts[name] = text.encode()
    with zipfile.ZipFile(book, "w") as whole:
        for part, content in parts.items():
            whole.writestr(part, content)


def test_a_grant_line_becomes_a_row_a_measure(raw, book):
    fill(book, "Grant", {"line": "Room hire"}, projected=500, spend=350.5, spend_to_date="x")
    fill(book, "Grant", {"line": "All lines"}, spend=2400)
    rows = returned(raw, "grant").set_index(["line", "measure"])
    assert rows["pounds"].dropna().to_dict() == {
        ("Room hire", "projected"): 500,
        ("Room hire", "spend"): 350.5,
        ("All lines", "spend"): 2400,
    }
    assert rows.loc[("Room hire", "spend to date"), "symbol"] == "x"
    assert set(rows["period"]) == {f"quarter {QUARTER}"}
    assert set(rows["file"]) == {f"{RELEASE}/return.xlsx, sheet Grant"}


def test_a_new_grant_line_goes_into_one_of_the_empty_rows(raw, book):
    fill(book, "Grant", {"line": ""}, workstream="Inclusion", line="Printing", spend=80)
    fill(book, "Grant", {"line": "All lines"}, spend=80)
    rows = returned(raw, "grant")
    assert set(zip(rows["line"], rows["workstream"], rows["pounds"], strict=True)) == {
        ("Printing", "Inclusion", 80),
        ("All lines", "", 80),
    }


def test_a_figure_given_for_every_row_gives_a_result_for_every_row(raw, book):
    asked = set()

    def give(opened: openpyxl.Workbook) -> None:
        page = opened["Figures"]
        for number in range(2, page.max_row + 1):
            page.cell(number, place_of(page, "value"), 40)
            page.cell(number, place_of(page, "period"), "2024-12-31")
            asked.add(tuple(page.cell(number, place_of(page, name)).value for name in ("metric_id", "breakdown")))

    change(book, give)
    results = assemble(raw, "controlled").results
    given = results[results["release"] == RELEASE]
    assert len(asked) > 30
    assert {key: set(rows["value"]) for key, rows in given.groupby(["metric_id", "breakdown"]) if key in asked} == {
        key: {40} for key in asked
    }


def test_a_correction_is_a_second_return_and_the_later_one_counts(raw, book):
    placements(book, value=93, period="2024-12-31")
    corrected = shutil.copytree(raw / RELEASE, raw / f"{RELEASE}-corrected")
    sidecar = corrected / "return.source.toml"
    text = sidecar.read_text(encoding="utf-8").replace(f'"{RELEASE}"', f'"{RELEASE}-corrected"')
    sidecar.write_text(text.replace("published = 2024-12-31", "published = 2025-02-10"), encoding="utf-8")
    placements(corrected / "return.xlsx", value=95, period="2024-12-31")

    store(assemble(raw, PUBLIC), raw, PUBLIC)

    def told(day: str) -> list[float]:
        return open_evidence(QUARTER, raw, as_at=day).rows("inmss_placements_count")["value"].tolist()

    assert told("2024-12-31") == [90, 93]
    assert told("2025-02-10") == [90, 95]


# What is wrong


ROWS = {
    "Figures": INMSS,
    "Grant": {"line": "All lines"},
    "Phases": {"element": "Thrive"},
    "Risks": {"number": "1"},
    "Milestones": {"workstream": "1"},
}
NO_TOTAL = 'is empty for "All lines", and lines of 2024-25-Q3 are filled in.'


@pytest.mark.parametrize(
    ("sheet", "cells", "column", "what", "fix"),
    [
        ("Figures", {"value": "£1,200", "period": DAY}, "value", '"£1,200" is not a number.', "such as 1200,"),
        ("Figures", {"value": "45%", "period": DAY}, "value", '"45%" is not a number.', "such as 45,"),
        ("Figures", {"value": "many", "period": DAY}, "value", '"many" is not a number.', "one of the symbols c"),
        ("Figures", {"value": date(2024, 5, 1), "period": DAY}, "value", '"2024-05-01" is not a number.', "digits"),
        ("Figures", {"value": True, "period": DAY}, "value", '"True" is not a number.', "digits"),
        ("Figures", {"value": "#N/A", "period": DAY}, "value", '"#N/A" is not a number.', "digits"),
        ("Figures", {"value": "=1+1", "period": DAY}, "value", "holds a formula whose result", "Type the figure"),
        ("Figures", {"value": 9, "period": "Dec 24"}, "period", '"Dec 24" is not a period.', "Write it like one of"),
        ("Figures", {"value": 9, "period": 2024}, "period", '"2024" is not a period.', "Write it like one of"),
        ("Figures", {"value": 9, "period": DAY, "metric_id": None}, "metric_id", "is empty.", "Fill it in."),
        ("Figures", {"value": 9}, "period", "is empty, and value is not.", "Fill it in, or empty value too"),
        ("Figures", {"period": DAY}, "value", "is empty, and period is not.", "not reported yet"),
        ("Grant", {"spend": "£42k"}, "spend", '"£42k" is not a number.', "digits"),
        ("Grant", {"spend": 5, "spend_to_date": "1,500"}, "spend to date", '"1,500" is not a number.', "as 1500,"),
        ("Grant", {"spend": 5, "quarter": "Q3"}, "quarter", '"Q3" is not a quarter.', "such as 2024-25-Q2"),
        ("Grant", {"spend": 5, "quarter": None}, "quarter", '"" is not a quarter.', "such as 2024-25-Q2"),
        ("Grant", {"spend": 5, "line": None}, "line", "is empty.", "Fill it in."),
        ("Grant", {"projected": 5}, "spend", NO_TOTAL, "that the ledger shows"),
        ("Phases", {"phase": "Pilot"}, "status", "is empty, and phase is not.", "Fill it in, or empty phase too"),
        ("Phases", {"status": "Ahead"}, "phase", "is empty, and status is not.", "Fill it in"),
        ("Phases", {"phase": "Pilots", "status": "Ahead"}, "phase", '"Pilots" is not known here.', 'mean "Pilot"?'),
        ("Phases", {"phase": "Pilot", "status": "Late"}, "status", '"Late" is not known here.', "Use Ahead, On track"),
        ("Phases", {"phase": "Pilot", "status": "Ahead", "element": None}, "element", "is empty.", "Fill it in."),
        ("Risks", {"rating": "High", "review": "2025-03"}, "rating", '"High" is not known here.', "Use L, M or H."),
        ("Risks", {"rating": "H", "review": "March"}, "review", '"March" is not a month.', "such as 2024-09"),
        ("Risks", {"rating": "H"}, "review", "is empty, and rating is not.", "Fill it in"),
        ("Risks", {"review": "2025-03"}, "rating", "is empty, and review is not.", "Fill it in"),
        ("Milestones", {"done": "15/11/2024"}, "done", '"15/11/2024" is not a day.', "such as 2024-09-26"),
        ("Milestones", {"done": "2024-11-15", "due": "May"}, "due", '"May" is not a month.', "such as 2024-09"),
    ],
)
def test_a_wrong_cell_is_answered_with_its_place_and_its_mend(raw, book, sheet, cells, column, what, fix):
    number = fill(book, sheet, ROWS[sheet], **cells)
    found = [problem for problem in problems(raw) if problem.what != NO_TOTAL or what == NO_TOTAL]
    (problem,) = found
    assert problem.file == f"{book.as_posix()}, sheet {sheet}"
    assert (problem.row, problem.column) == (number, column)
    assert problem.what.startswith(what)
    assert fix in problem.fix


def test_lines_without_their_total_are_a_problem_of_the_row_that_it_belongs_in(raw, book):
    fill(book, "Grant", {"line": "Room hire"}, spend=5)
    problem = only_problem(raw)
    assert (problem.row, problem.column, problem.what) == (2, "spend", NO_TOTAL)
    assert openpyxl.load_workbook(book)["Grant"]["C2"].value == "All lines"


def test_per_cent_as_excel_keeps_it_is_not_taken_for_a_fraction(raw, book):
    number = placements(book, value=0.45, period="2024-12-31")
    change(book, lambda opened: setattr(opened["Figures"].cell(number, 5), "number_format", "0%"))
    assert only_problem(raw).what == '"45%" is not a number.'


def test_problems_of_all_sheets_are_told_at_once(raw, book):
    figure = placements(book, value="many", period="2024")
    half = fill(book, "Figures", {"metric_id": "hdu_placements_count"}, value=4)
    line = fill(book, "Grant", {"line": "Room hire"}, spend="£5")
    total = row_of(openpyxl.load_workbook(book)["Grant"], ROWS["Grant"])
    phase = fill(book, "Phases", ROWS["Phases"], phase="Pilot")
    risk = fill(book, "Risks", ROWS["Risks"], rating="X", review="soon")
    milestone = fill(book, "Milestones", ROWS["Milestones"], done="soon")
    assert places(raw) == [
        ("return.xlsx, sheet Figures", figure, "period"),
        ("return.xlsx, sheet Figures", figure, "value"),
        ("return.xlsx, sheet Figures", half, "period"),
        ("return.xlsx, sheet Grant", total, "spend"),
        ("return.xlsx, sheet Grant", line, "spend"),
        ("return.xlsx, sheet Milestones", milestone, "done"),
        ("return.xlsx, sheet Phases", phase, "status"),
        ("return.xlsx, sheet Risks", risk, "rating"),
        ("return.xlsx, sheet Risks", risk, "review"),
    ]


def test_a_row_half_filled_in_is_answered_with_all_that_is_wrong_in_it(raw, book):
    fill(book, "Figures", {"metric_id": "hdu_placements_count"}, value="some")
    fill(book, "Figures", {"metric_id": "hdu_settings_count"}, value="=1+1")
    fill(book, "Phases", ROWS["Phases"], phase="Pilots")
    found = [(problem.column, problem.what.partition(",")[0]) for problem in problems(raw)]
    assert found == [
        ("period", "is empty"),
        ("value", "holds a formula whose result was not saved."),
        ("period", "is empty"),
        ("value", '"some" is not a number.'),
        ("phase", '"Pilots" is not known here.'),
        ("status", "is empty"),
    ]


def test_a_problem_reads_as_one_sentence_with_sheet_row_and_column(raw, book):
    number = placements(book, value="45%", period="2024-12-31")
    assert f'return.xlsx, sheet Figures, row {number}, column value: "45%" is not a number. Write only' in str(
        only_problem(raw)
    )


@pytest.mark.parametrize(("period", "again"), [("2024-12-31", "2024-12-31"), ("autumn term 2024", "autumn  term 2024")])
def test_one_figure_given_twice_is_named_by_the_rows_as_excel_numbers_them(raw, book, period, again):
    first = placements(book, value=93, period=period)

    def repeat(opened: openpyxl.Workbook) -> None:
        opened["Figures"].append(["", "", "Total", "", 94, again, "", NOTE, "", "", "", "inmss_placements_count"])

    change(book, repeat)
    last = openpyxl.load_workbook(book)["Figures"].max_row
    problem = only_problem(raw)
    assert (problem.row, problem.column) == (last, "metric_id + breakdown + period")
    assert problem.what == f"repeats row {first}: inmss_placements_count, Total, {period}."


def test_a_grant_line_given_twice_is_named(raw, book):
    fill(book, "Grant", ROWS["Grant"], spend=5)
    number = fill(book, "Grant", {"line": "Room hire"}, line="All lines", spend=6)
    problem = only_problem(raw)
    assert (problem.row, problem.what.partition(":")[0]) == (number, "repeats row 2")


def test_lines_without_the_row_of_their_total_are_a_problem_of_the_sheet(raw, book):
    fill(book, "Grant", {"line": "Room hire"}, spend=5)
    change(book, lambda opened: opened["Grant"].delete_rows(row_of(opened["Grant"], ROWS["Grant"])))
    problem = only_problem(raw)
    assert (problem.file, problem.row, problem.column) == (f"{book.as_posix()}, sheet Grant", None, "spend")


def test_a_sheet_with_another_name_is_answered_with_the_one_that_was_meant(raw, book):
    change(book, lambda opened: setattr(opened["Grant"], "title", "Grants"))
    extra, missing = problems(raw)
    assert (extra.file, extra.what) == (book.as_posix(), 'has a sheet "Grants", which would not be read.')
    assert extra.fix.endswith("the name that it had: Grant.")
    assert (missing.what, missing.fix.rpartition(".")[2]) == ('has no sheet "Grant".', ' Did you mean "Grants"?')


@pytest.mark.parametrize(
    ("edit", "what", "fix"),
    [
        (
            lambda opened: opened.copy_worksheet(opened["Figures"]),
            'has a sheet "Figures Copy", which would not be read.',
            "",
        ),
        (
            lambda opened: setattr(opened["Figures"]["F1"], "value", "fill in: periods"),
            'There is no column "period".',
            'Put its header back. Did you mean "periods"?',
        ),
        (
            lambda opened: setattr(opened["Figures"]["M1"], "value", "value"),
            'There is more than one column "value".',
            "",
        ),
    ],
    ids=["a sheet more", "a header changed", "a column twice"],
)
def test_sheets_and_columns_other_than_those_of_a_return_are_refused(raw, book, edit, what, fix):
    change(book, edit)
    problem = only_problem(raw)
    assert problem.what == what
    assert problem.fix == (fix or problem.fix)


def test_the_sheet_that_explains_may_be_taken_out(raw, book):
    change(book, lambda opened: opened.remove(opened["Read me"]))
    assert load(raw).tables["own_figures"]["release"].unique().tolist() == ["report"]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_every_column_that_is_gone_is_missed(raw, book, sheet):
    def take_out(opened: openpyxl.Workbook) -> None:
        for name in sheet.read:
            opened[sheet.name].delete_cols(place_of(opened[sheet.name], name))

    change(book, take_out)
    assert sorted((problem.row, problem.column, problem.what) for problem in problems(raw)) == sorted(
        (1, name, f'There is no column "{name}".') for name in sheet.read
    )


def test_columns_may_stand_in_another_order(raw, book):
    def to_the_end(opened: openpyxl.Workbook) -> None:
        page = opened["Figures"]
        for row in page.iter_rows():
            page.cell(row[0].row, 13, row[4].value)
        page.delete_cols(5)

    placements(book, value=93, period="2024-12-31")
    change(book, to_the_end)
    assert one(raw, "own_figures")["value"] == 93


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "is protected by a password"),
        (b"", "cannot be opened as a workbook"),
        (b"a text of some other kind", "cannot be opened as a workbook"),
        (0.5, "cannot be opened as a workbook"),
        (0.99, "cannot be opened as a workbook"),
    ],
    ids=["a password", "empty", "another kind", "cut in half", "cut short"],
)
def test_a_file_that_cannot_be_opened_is_refused_in_words(raw, book, content, what):
    whole = book.read_bytes()
    book.write_bytes(whole[: int(len(whole) * content)] if isinstance(content, float) else content)
    problem = only_problem(raw)
    assert problem.file == book.as_posix()
    assert problem.what.startswith(what)
    assert "Open it in Excel" in problem.fix


def test_a_workbook_of_some_other_kind_lacks_every_sheet(raw, book):
    openpyxl.Workbook().save(book)
    assert [problem.what for problem in problems(raw)] == [
        'has a sheet "Sheet", which would not be read.',
        *sorted(f'has no sheet "{sheet.name}".' for sheet in SHEETS),
    ]


# Sealed or not


def test_an_unsealed_return_is_a_note_with_the_line_to_add_and_no_warning(raw, book):
    inputs = load(raw)
    assert inputs.warnings == []
    (note,) = inputs.notes
    assert note.endswith(f'return.source.toml: sha256 = "{sha256_of(book)}"')


def test_a_sealed_return_is_watched_like_any_other_file(raw, book):
    sidecar = book.with_name("return.source.toml")
    seal = load(raw).notes[0].rpartition("toml: ")[2]
    sidecar.write_text(f"{sidecar.read_text(encoding='utf-8')}{seal}\n", encoding="utf-8")
    assert (load(raw).notes, load(raw).warnings) == ([], [])
    placements(book, value=93, period="2024-12-31")
    assert "return.xlsx has changed since return.source.toml was written." in load(raw).warnings[0]


@pytest.mark.parametrize("form", ["", 'format = "tidy"\n', 'format = "ees"\n'])
def test_any_other_source_must_be_sealed(raw, form):
    sidecar = raw / "report" / "grant.source.toml"
    text = re.sub(r"sha256 = .*\n", form, sidecar.read_text(encoding="utf-8"))
    sidecar.write_text(text, encoding="utf-8")
    problem = only_problem(raw)
    assert (problem.what, problem.fix) == ("sha256 is missing.", "Add it.")
