"""Beginning a quarter: what is written, that nothing is filled in, and that nothing is ever overwritten."""

from __future__ import annotations

import difflib
import importlib
import shutil
import tomllib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from dbv_analysis.inputs.load import load
from dbv_analysis.inputs.quarterly_return.read import FIGURES, GRANT, MILESTONES, PHASES, RISKS, SHEETS
from dbv_analysis.model.metric import Metric
from dbv_analysis.model.period import Period
from dbv_analysis.model.problems import CallProblem
from dbv_analysis.model.project_lists import PHASES as KNOWN_PHASES
from dbv_analysis.model.project_lists import RATINGS, STATUSES
from dbv_analysis.model.settings import load_programme
from dbv_analysis.model.source import read_source
from dbv_analysis.model.tables import TABLES
from dbv_analysis.model.units import SYMBOLS
from dbv_analysis.reports.new_quarter import start
from tests.conftest import ROOT
from tests.inputs.quarterly_return.test_read import NOTE, fill, name_of, place_of, put_in, row_of, small_project
from tests.publish.conftest import Said, answer, contents
from tests.shipped import METRICS

QUARTER = "2024-25-Q3"
RETURN = Path("data", "raw", "return-2024-25-Q3", "return.xlsx")
SOURCE = RETURN.with_name("return.source.toml")
NARRATIVE = Path("data", "raw", "narrative", "2024-25-Q3.md")

Command = Callable[..., Said]


@pytest.fixture(scope="module", autouse=True)
def _calculated_once() -> Iterator[None]:
    """The figures known before are calculated once from the same tables: most tests begin with the same project."""
    known: dict[tuple, pd.DataFrame] = {}
    sheets = importlib.import_module(
        "dbv_analysis.reports.new_quarter.sheets"
    )  # the package has a function of that name
    calculate = sheets.calculate

    def calculated(asked: list[Metric], tables: dict[str, pd.DataFrame], *about: object) -> pd.DataFrame:
        read = sorted({name for one in asked for name in one.tables})
        key = (*(one.id for one in asked), *(tables[name].to_csv() for name in read), *map(str, about))
        if key not in known:
            known[key] = calculate(asked, tables, *about)
        return known[key].copy()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheets, "calculate", calculated)
        yield


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small project, in which no quarter was begun."""
    root = tmp_path / "project"
    small_project(root)
    return root


@pytest.fixture
def command(root: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """The command, run in the project without a process of its own."""
    monkeypatch.chdir(root)
    return lambda *words: answer(capfd, *words)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    """The return that a small project begins its next quarter with."""
    root = tmp_path_factory.mktemp("begun")
    start(QUARTER, small_project(root))
    return openpyxl.load_workbook(root / RETURN)


def cells(page: Worksheet, where: dict[str, str]) -> dict[str, object]:
    """The cells of one row by column, the empty ones left out."""
    number = row_of(page, where)
    row = {name_of(cell.value): page.cell(number, cell.column).value for cell in page[1]}
    return {name: value for name, value in row.items() if value is not None}


# What is written


def test_a_return_its_source_a_narrative_and_a_quarter_are_written_and_named(command, root):
    before = contents(root)
    status, out, err = command("new-quarter", QUARTER)
    assert status == 0
    written = {name for name, content in contents(root).items() if before.get(name) != content}
    assert written == {RETURN.as_posix(), SOURCE.as_posix(), NARRATIVE.as_posix(), "programme.toml"}
    named = {Path(line).resolve().relative_to(root.resolve()).as_posix() for line in out.splitlines()}
    assert named == written
    assert f"dbv run {QUARTER}" in err


def test_the_source_says_whose_return_it_is_and_leaves_it_unsealed(command, root):
    command("new-quarter", QUARTER, "--cut-off", "2025-01-31")
    source = read_source(root / SOURCE, "return.source.toml")
    assert source.model_dump(exclude_defaults=True) == {
        "file": "return.xlsx",
        "format": "return",
        "release": f"return-{QUARTER}",
        "publisher": "Halton",
        "title": f"Quarterly return, {QUARTER}",
        "published": date(2025, 1, 31),
        "retrieved": date(2025, 1, 31),
        "licence": "© Halton",
    }


def test_the_narrative_is_the_template_byte_for_byte(command, root):
    command("new-quarter", QUARTER)
    assert (root / NARRATIVE).read_bytes() == (root / NARRATIVE).with_name("template.md").read_bytes()


def added(before: str, after: str) -> list[str]:
    """The lines that were added; nothing else may have changed."""
    changes = [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-?"]
    assert all(line.startswith("+ ") for line in changes), changes
    return [line[2:] for line in changes]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_settings_gain_the_quarter_and_keep_all_else_to_the_last_comment(command, root, line_end):
    settings = root / "programme.toml"
    before = (ROOT / "programme.toml").read_text(encoding="utf-8")
    settings.write_bytes(before.replace("\n", line_end).encode())
    command("new-quarter", QUARTER, "--cut-off", "2025-01-31")
    after = settings.read_bytes().decode()
    assert after.count("\n") == after.count(line_end)
    assert sorted(added(before, after)) == ["", f'[quarters."{QUARTER}"]', "cut_off = 2025-01-31"]


def test_a_comment_stays_with_the_table_that_it_stands_above(command, root):
    command("new-quarter", QUARTER)
    lines = (root / "programme.toml").read_text(encoding="utf-8").splitlines()
    entry, rule = lines.index(f'[quarters."{QUARTER}"]'), lines.index("[disclosure]")
    assert lines[rule - 1].startswith("# ")
    assert [line for line in lines[entry + 1 : rule] if not line.startswith("#")] == ["cut_off = 2024-12-31", ""]


def test_one_quarter_after_another_may_be_begun(command, root):
    for quarter in (QUARTER, "2024-25-Q4", "2025-26-Q1"):
        assert command("new-quarter", quarter).status == 0
    quarters = tomllib.loads((root / "programme.toml").read_text(encoding="utf-8"))["quarters"]
    assert {name: entry["cut_off"] for name, entry in quarters.items() if name != "2024-25-Q2"} == {
        QUARTER: date(2024, 12, 31),
        "2024-25-Q4": date(2025, 3, 31),
        "2025-26-Q1": date(2025, 6, 30),
    }


def test_the_cut_off_is_the_quarters_last_day_and_the_command_says_where_to_change_it(command, root):
    err = command("new-quarter", QUARTER).err
    assert "The cut-off is 2024-12-31, the last day of the quarter." in err
    assert "cut_off in programme.toml" in err
    assert "published in return.source.toml" in err
    assert load_programme(root / "data" / "raw").quarters[QUARTER].cut_off == date(2024, 12, 31)


def test_a_cut_off_that_was_given_is_not_explained(command):
    assert "last day of the quarter" not in command("new-quarter", QUARTER, "--cut-off", "2025-01-31").err


def test_a_quarter_that_the_settings_know_keeps_its_cut_off(command, root):
    settings = root / "programme.toml"
    text = settings.read_text(encoding="utf-8") + f'\n[quarters."{QUARTER}"]\ncut_off = 2025-01-20\n'
    settings.write_text(text, encoding="utf-8")
    status, out, err = command("new-quarter", QUARTER)
    assert (status, "programme.toml" in out, "last day" in err) == (0, False, False)
    assert settings.read_text(encoding="utf-8") == text
    assert read_source(root / SOURCE, "").published == date(2025, 1, 20)


# What is refused


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["2024-25-Q5"], '"2024-25-Q5" is not a quarter.'),
        (["2024-26-Q1"], '"2024-26-Q1" is not a quarter.'),
        (["Q3"], "such as 2024-25-Q2"),
        ([QUARTER, "--cut-off", "31/01/2025"], '"31/01/2025" is not a day: write it like 2025-01-31.'),
        ([QUARTER, "--cut-off", "2024-09-30"], "is before 2024-25-Q3 begins (2024-10-01)"),
        ([QUARTER, "--data", "nowhere"], "There is no folder nowhere."),
        (["2024-25-Q2", "--cut-off", "2024-10-31"], "the cut-off of 2024-25-Q2 is 2024-09-26"),
        ([], "Missing argument 'QUARTER'"),
    ],
    ids=" ".join,
)
def test_a_wrong_call_ends_with_2_says_what_to_do_and_writes_nothing(command, root, words, said):
    before = contents(root)
    status, out, err = command("new-quarter", *words)
    assert (status, out) == (2, "")
    assert said in err
    assert "Traceback" not in err
    assert contents(root) == before


@pytest.mark.parametrize("there", [[RETURN], [SOURCE], [NARRATIVE], [RETURN, SOURCE, NARRATIVE]], ids=str)
def test_what_is_there_already_is_named_and_nothing_is_written(command, root, there):
    for path in there:
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text("kept", encoding="utf-8")
    before = contents(root)
    status, out, err = command("new-quarter", QUARTER)
    assert (status, out) == (2, "")
    assert all(str(path) in err for path in there)
    assert "nothing was written" in err
    assert contents(root) == before


def test_a_second_call_changes_nothing(command, root):
    command("new-quarter", QUARTER)
    before = contents(root)
    assert command("new-quarter", QUARTER).status == 2
    assert contents(root) == before


def test_a_missing_template_is_named_and_nothing_is_written(command, root):
    template = (root / NARRATIVE).with_name("template.md")
    template.unlink()
    before = contents(root)
    status, _, err = command("new-quarter", QUARTER)
    assert status == 2
    assert f"There is no {template.relative_to(root)}" in err
    assert contents(root) == before


def test_inputs_with_problems_come_first(command, root):
    grant = root / "data" / "raw" / "report" / "grant.csv"
    grant.write_text(grant.read_text(encoding="utf-8").replace("3000", "3,000"), encoding="utf-8")
    before = contents(root)
    status, out, err = command("new-quarter", QUARTER)
    assert (status, out) == (1, "")
    assert "grant.csv, row 2" in err
    assert contents(root) == before


def test_settings_that_cannot_be_added_to_are_left_alone(command, root):
    settings = root / "programme.toml"
    text = settings.read_text(encoding="utf-8")
    table = text[text.index("[quarters.") : text.index("# The public profile")]
    inline = 'quarters = {"2024-25-Q2" = {cut_off = 2024-09-26}}\n'
    settings.write_text(inline + text.replace(table, ""), encoding="utf-8")
    before = contents(root)
    status, _, err = command("new-quarter", QUARTER)
    assert status == 2
    assert f'[quarters."{QUARTER}"], cut_off = 2024-12-31' in err
    assert contents(root) == before


@pytest.mark.parametrize("fails", [1, 2, 3, 4])
def test_a_write_that_fails_leaves_nothing_behind(root, monkeypatch, fails):
    before, folders = contents(root), sorted(path for path in root.rglob("*") if path.is_dir())
    replace, calls = Path.replace, []

    def full(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == fails:
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        start(QUARTER, root / "data" / "raw")
    assert contents(root) == before
    assert sorted(path for path in root.rglob("*") if path.is_dir()) == folders


# The workbook


def test_the_sheets_are_those_that_are_read_and_one_that_explains(book):
    assert book.sheetnames == ["Read me", *(sheet.name for sheet in SHEETS)]


# Each sheet, its table, the columns that name a row, those that are filled in, and those that no two rows may share.
READ = {
    "Figures": ("own_figures", "breakdown metric_id", "value period", "metric_id breakdown period"),
    "Grant": ("grant", "quarter workstream line", "projected spend spend_to_date", "quarter line"),
    "Phases": ("phases", "quarter workstream element", "phase status", "quarter element"),
    "Risks": ("risks", "number workstream element risk impact mitigation owner", "rating review", "number"),
    "Milestones": ("milestones", "workstream milestone due due_printed", "done", "workstream milestone"),
}


def test_what_is_read_of_each_sheet_is_what_its_table_needs():
    told = {}
    for sheet in SHEETS:
        columns = (sheet.names, sheet.fill, sheet.key)
        told[sheet.name] = (sheet.table, *(" ".join(name.replace(" ", "_") for name in names) for names in columns))
        assert TABLES[sheet.table].sheet is sheet
        if sheet is GRANT:
            measures = TABLES["grant"].schema.to_schema().columns["measure"].checks[0].statistics["allowed_values"]
            assert set(sheet.fill) < set(measures)
        else:
            assert set(sheet.read) <= set(TABLES[sheet.table].columns)
    assert told == READ
    assert [sheet.whole for sheet in SHEETS] == [sheet is not GRANT for sheet in SHEETS]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_nothing_is_filled_in(book, sheet):
    page = book[sheet.name]
    assert page.max_row > 1
    for column in (*sheet.fill, "note"):
        place = place_of(page, column)
        assert {page.cell(number, place).value for number in range(2, page.max_row + 1)} == {None}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_the_header_says_in_words_what_to_fill_in(book, sheet):
    headers = [cell.value for cell in book[sheet.name][1]]
    assert all(headers)
    assert [name_of(header) for header in headers if header.startswith("fill in: ")] == list(sheet.fill)
    others = {name_of(header) for header in headers} - {*sheet.read, "note"}
    told = {"section", "measure", "unit", "suggested period"}
    assert all(name.startswith(("last ", "planned ")) for name in others - told)


def test_every_sheet_can_be_read_printed_and_changed(book):
    for page in book:
        assert page.freeze_panes == "A2"
        assert page.print_title_rows == "$1:$1"
        assert page.page_setup.fitToWidth == 1
        assert not page.merged_cells.ranges
        assert not page.protection.sheet


def allowed(page: Worksheet, column: str) -> openpyxl.worksheet.datavalidation.DataValidation:
    """What Excel lets a person type into a column, on every row that has one."""
    first = page.cell(2, place_of(page, column)).coordinate
    (rule,) = [rule for rule in page.data_validations.dataValidation if first in rule.sqref]
    assert page.cell(page.max_row, place_of(page, column)).coordinate in rule.sqref
    return rule


@pytest.mark.parametrize(
    ("sheet", "column", "words"),
    [(PHASES, "phase", KNOWN_PHASES), (PHASES, "status", STATUSES), (RISKS, "rating", tuple(RATINGS))],
    ids=["phase", "status", "rating"],
)
def test_a_list_offers_the_words_that_are_read(book, sheet, column, words):
    rule = allowed(book[sheet.name], column)
    assert (rule.type, rule.formula1, rule.showErrorMessage) == ("list", f'"{",".join(words)}"', True)


@pytest.mark.parametrize(
    ("sheet", "column"), [(FIGURES, "value"), (GRANT, "projected"), (GRANT, "spend"), (GRANT, "spend to date")], ids=str
)
def test_excel_refuses_what_is_neither_a_number_nor_a_symbol(book, sheet, column):
    rule = allowed(book[sheet.name], column)
    assert (rule.type, rule.showErrorMessage) == ("custom", True)
    assert "ISNUMBER" in rule.formula1
    assert all(f'="{symbol}"' in rule.formula1 for symbol in SYMBOLS)


def test_a_period_may_be_the_one_suggested_or_another(book):
    page = book["Figures"]
    rule = allowed(page, "period")
    suggested = page.cell(2, place_of(page, "suggested period")).column_letter
    assert (rule.type, rule.formula1, rule.showErrorMessage) == ("list", f"${suggested}2", False)


@pytest.mark.parametrize(("sheet", "column"), [(FIGURES, "period"), (RISKS, "review"), (MILESTONES, "done")], ids=str)
def test_excel_makes_no_date_of_a_day_or_a_month(book, sheet, column):
    page = book[sheet.name]
    place = page.cell(2, place_of(page, column))
    assert place.number_format == "@"
    assert page.column_dimensions[place.column_letter].number_format == "@"


def test_the_first_sheet_explains_every_column_symbol_and_measure(book):
    told = [row[0].value for row in book["Read me"].iter_rows(min_row=2)]
    for sheet in SHEETS:
        assert {f"{sheet.name}: {cell.value}" for cell in book[sheet.name][1]} <= set(told)
    assert {f"symbol {symbol}" for symbol in SYMBOLS} <= set(told)
    measures = {row[1].value for row in book["Figures"].iter_rows(min_row=2)}
    assert {f"measure: {measure}" for measure in measures} <= set(told)
    assert all(row[1].value for row in book["Read me"].iter_rows(min_row=2))


def asked_for(page: Worksheet) -> set[tuple[str, str]]:
    places = place_of(page, "metric_id"), place_of(page, "breakdown")
    return {tuple(page.cell(number, place).value for place in places) for number in range(2, page.max_row + 1)}


def test_each_breakdown_of_a_reported_measure_has_a_row_of_its_own(book):
    asked = asked_for(book["Figures"])
    assert len(asked) == book["Figures"].max_row - 1
    suspensions = {breakdown for name, breakdown in asked if name == "suspensions_count"}
    assert suspensions == {"Total", "EHC plan", "SEN support"}
    metrics = METRICS
    assert all(breakdown in (metrics[name].groups or ("Total",)) for name, breakdown in asked)


@pytest.mark.parametrize("name", ["enabler_score", "survey_respondents_count", "hdu_saving_claimed"])
def test_what_only_the_application_says_is_not_asked_again(book, name):
    assert "own_figures" in METRICS[name].tables
    assert name not in {metric for metric, _ in asked_for(book["Figures"])}


@pytest.mark.parametrize("name", ["transport_unit_cost_average", "hdu_saving"])
def test_what_is_calculated_from_other_figures_is_not_asked(book, name):
    assert "own_figures" in METRICS[name].tables
    assert name not in {metric for metric, _ in asked_for(book["Figures"])}


def test_whatever_the_shipped_reports_gave_is_asked_again(book, tables):
    own = tables["own_figures"]
    reported = own[own["release"].str.contains("quarterly-report")]
    assert not reported.empty
    assert set(zip(reported["metric_id"], reported["breakdown"], strict=True)) <= asked_for(book["Figures"])


# What was known before


def test_a_figure_stands_beside_the_newest_one_known(book):
    page = book["Figures"]
    row = cells(page, {"metric_id": "inmss_placements_count"})
    assert (row["last value"], row["last period"], row["last as at"]) == (90, "2024-09-24", "2024-09-24")
    row = cells(page, {"metric_id": "training_count", "breakdown": "Team Teach: trainers"})
    assert row["last value"] == 0
    assert cells(page, {"metric_id": "thrive_booked_percent"})["last value"] == "x"
    assert "last value" not in cells(page, {"metric_id": "hdu_placements_count"})


@pytest.mark.parametrize(
    ("where", "period"),
    [
        ({"metric_id": "inmss_placements_count"}, "2024-12-31"),
        ({"metric_id": "requests_count"}, "calendar year 2024"),
        ({"metric_id": "suspensions_count", "breakdown": "Total"}, None),
        ({"metric_id": "suspensions_count", "breakdown": "EHC plan"}, None),
    ],
    ids=["one day", "a calendar year", "other days last time", "never reported"],
)
def test_a_period_is_suggested_where_it_is_plain(book, where, period):
    assert cells(book["Figures"], where).get("suggested period") == period


def test_in_the_middle_of_a_year_the_suggestion_runs_from_january_to_the_cut_off(root):
    start("2025-26-Q2", root / "data" / "raw", "2025-09-19")
    page = openpyxl.load_workbook(root / "data" / "raw" / "return-2025-26-Q2" / "return.xlsx")["Figures"]
    assert cells(page, {"metric_id": "requests_count"})["suggested period"] == "2025-01-01 to 2025-09-19"
    assert cells(page, {"metric_id": "inmss_placements_count"})["suggested period"] == "2025-09-19"


def test_every_suggestion_can_be_read(book):
    page = book["Figures"]
    place = place_of(page, "suggested period")
    suggested = [page.cell(number, place).value for number in range(2, page.max_row + 1)]
    assert any(suggested)
    assert all(Period.parse(period).text == period for period in suggested if period)


def test_the_grant_begins_with_the_total_and_ends_with_rows_for_new_lines(book):
    page = book["Grant"]
    lines = [row[place_of(page, "line") - 1].value for row in page.iter_rows(min_row=2)]
    assert lines == ["All lines", "Room hire", "Officer", None, None, None, None, None]
    quarters = {row[place_of(page, "quarter") - 1].value for row in page.iter_rows(min_row=2)}
    assert quarters == {QUARTER}
    total = {"quarter": QUARTER, "line": "All lines", "planned profile": 5000, "last quarter": "2024-25-Q2"}
    assert cells(page, {"line": "All lines"}) == {**total, "last spend": 2000}
    assert cells(page, {"line": "Room hire"}) == {
        "quarter": QUARTER,
        "line": "Room hire",
        "last quarter": "2024-25-Q2",
        "last projected": 500,
        "last spend": 400.5,
        "last spend to date": 600,
    }
    assert cells(page, {"line": "Officer"})["planned profile"] == 1500


def test_an_element_stands_beside_its_plan_and_what_was_said_of_it_in_detail(book):
    page = book["Phases"]
    assert cells(page, {"element": "Thrive"}) == {
        "quarter": QUARTER,
        "workstream": "1",
        "element": "Thrive",
        "planned phase": "Sustain",
        "last quarter": "2024-25-Q2",
        "last phase": "Implementation",
        "last status": "On track",
    }
    assert cells(page, {"element": "Quality mark"})["planned phase"] == "Co-design"


def test_risks_and_milestones_stand_beside_what_was_said_last(book):
    risk = cells(book["Risks"], {"number": "2"})
    assert (risk["last rating"], risk["last review"], risk["last as at"]) == ("L", "2024-09", "2023-12-20")
    assert cells(book["Milestones"], {"workstream": "2"})["last done"] == "2024-06-12"


def test_what_came_out_after_the_cut_off_is_not_shown(root):
    later = {"own_figures": "metric_id,breakdown,period,value\ninmss_placements_count,Total,2025-01-10,120\n"}
    put_in(root / "data" / "raw", "later", "2025-01-15", later)
    start(QUARTER, root / "data" / "raw")
    page = openpyxl.load_workbook(root / RETURN)["Figures"]
    assert cells(page, {"metric_id": "inmss_placements_count"})["last value"] == 90


def test_the_next_quarter_shows_what_this_return_said(root):
    raw = root / "data" / "raw"
    start(QUARTER, raw)
    fill(root / RETURN, "Figures", {"metric_id": "inmss_placements_count"}, value=93, period="2024-12-31")
    fill(root / RETURN, "Grant", {"line": "All lines"}, spend=2400)
    fill(root / RETURN, "Phases", {"element": "Thrive"}, phase="Sustain", status="Behind")
    fill(root / RETURN, "Risks", {"number": "2"}, rating="H", review="2025-03")
    fill(root / RETURN, "Milestones", {"workstream": "1"}, done="2024-11-15")
    start("2024-25-Q4", raw)
    book = openpyxl.load_workbook(raw / "return-2024-25-Q4" / "return.xlsx")
    assert cells(book["Figures"], {"metric_id": "inmss_placements_count"})["last value"] == 93
    line = cells(book["Grant"], {"line": "All lines"})
    assert (line["last quarter"], line["last spend"]) == (QUARTER, 2400)
    assert cells(book["Phases"], {"element": "Thrive"})["last status"] == "Behind"
    assert cells(book["Risks"], {"number": "2"})["last rating"] == "H"
    assert cells(book["Milestones"], {"workstream": "1"})["last done"] == "2024-11-15"


def test_an_authority_without_any_inputs_can_begin_too(root):
    raw = root / "data" / "raw"
    for name in ("application", "report"):
        shutil.rmtree(raw / name)
    start(QUARTER, raw)
    book = openpyxl.load_workbook(root / RETURN)
    assert cells(book["Grant"], {"line": "All lines"}) == {"quarter": QUARTER, "line": "All lines"}
    assert book["Phases"].max_row == book["Risks"].max_row == 1
    assert load(raw).tables["own_figures"].empty


# From the return to the results


def test_an_untouched_return_passes_the_check_with_a_note_on_how_to_seal_it(command):
    before = command("check")
    command("new-quarter", QUARTER)
    status, out, err = command("check")
    assert (before.status, before.err, status) == (0, "", 0)
    assert out.partition(" files, ")[2] == before.out.partition(" files, ")[2]
    assert err.count("\n") == 1
    assert "Warning" not in err
    assert 'sha256 = "' in err


def test_a_figure_in_the_return_is_in_the_results_of_its_quarter(command, root):
    command("new-quarter", QUARTER)
    number = fill(root / RETURN, "Figures", {"metric_id": "thrive_booked_percent"}, value=61.5, period="2024-12-31")
    note = openpyxl.load_workbook(root / RETURN)["Figures"].cell(number, 8).value
    assert note == NOTE
    said = command("results", "--metric", "thrive_booked_percent", "--quarter", QUARTER)
    assert said.status == 0
    (line,) = [line for line in said.out.splitlines() if f"return-{QUARTER}" in line]
    assert "61.5%" in line
    assert "2024-12-31" in line
    assert NOTE not in said.out


@pytest.mark.parametrize(
    ("cells", "column", "what"),
    [
        ({"value": 4.5}, "value", "4.5 is not a count."),
        ({"value": 4, "breakdown": "Half"}, "breakdown", '"Half" is not a breakdown of inmss_placements_count.'),
        ({"value": 4, "metric_id": "inmss_places"}, "metric_id", '"inmss_places" is not a metric.'),
    ],
    ids=["a fraction", "a breakdown", "a measure"],
)
def test_a_figure_that_does_not_go_with_its_measure_is_named_by_sheet_and_row(command, root, cells, column, what):
    command("new-quarter", QUARTER)
    where = {"metric_id": "inmss_placements_count"}
    number = fill(root / RETURN, "Figures", where, period="2024-12-31", **cells)
    status, _, err = command("check")
    assert status == 1
    assert f"{RETURN.as_posix()}, sheet Figures, row {number}, column {column}: {what}" in err


def test_starting_a_quarter_that_is_not_one_is_a_wrong_call_in_python_too(root):
    with pytest.raises(CallProblem, match="is not a quarter"):
        start("2024", root / "data" / "raw")
