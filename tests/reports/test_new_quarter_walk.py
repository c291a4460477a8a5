"""The whole walk of a new quarter, as docs/new-quarter.md tells it, on made-up figures: a pack with two quarters."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import docx
import openpyxl
import pytest
from bs4 import BeautifulSoup

from tests.publish.conftest import UNCHECKED, copy_of_the_project, keep_few_areas, run_here

QUARTER = "2024-25-Q3"
MADE_UP = "made up for a test; nobody reported it"
# metric, breakdown -> value. All made up.
FIGURES = {
    ("inmss_placements_count", "Total"): 131,
    ("inmss_unit_cost_average", "Total"): 64000,
    ("transport_pupils_count", "In borough"): 430,
    ("transport_pupils_count", "Out of borough"): 100,
    ("transport_spend", "In borough"): 1720000,
    ("transport_spend", "Out of borough"): 1100000,
    ("thrive_engaged_percent", "Total"): 80.1,
    ("thrive_booked_percent", "Total"): 57.1,
    ("training_count", "Thrive: staff registrations"): 600,
}
GRANT = {"All lines": 60000, "Data Analyst": 9240, "DBV Lead": 15000}
NARRATIVE = "Made up for a test: the work went on."


def rows(sheet) -> Iterator[dict]:
    """The rows of a sheet, each a mapping from header to cell."""
    header = [cell.value for cell in sheet[1]]
    for line in sheet.iter_rows(min_row=2):
        yield dict(zip(header, line, strict=True))


def fill_in(path: Path) -> None:
    """Fill in a return as an analyst would, with made-up figures that say so."""
    workbook = openpyxl.load_workbook(path)
    for row in rows(workbook["Figures"]):
        value = FIGURES.get((row["metric_id"].value, row["breakdown"].value))
        if value is not None:
            row["fill in: value"].value = value
            row["fill in: period"].value = row["suggested period"].value
            row["note (not read)"].value = MADE_UP
    for row in rows(workbook["Grant"]):
        if row["line"].value in GRANT:
            row["fill in: spend (£)"].value = GRANT[row["line"].value]
            row["note (not read)"].value = MADE_UP
    for row in rows(workbook["Phases"]):
        if row["element"].value == "Thrive":
            row["fill in: phase"].value, row["fill in: status"].value = "Implementation", "On track"
    for row in rows(workbook["Risks"]):
        if row["number"].value == "2":
            row["fill in: rating"].value, row["fill in: review (month)"].value = "H", "2025-04"
    for row in rows(workbook["Milestones"]):
        if (row["workstream"].value, row["milestone"].value) == ("1", "Service announcement"):
            row["fill in: done (day)"].value = "2024-10-01"
    workbook.save(path)


def write_narrative(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("# Thrive\n", f"# Thrive\n\n{NARRATIVE}\n"), encoding="utf-8")


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which the next quarter was begun, filled in, checked and run."""
    root = copy_of_the_project(tmp_path_factory.mktemp("walk"))
    keep_few_areas(root / "data" / "raw")
    begun = run_here(root, "new-quarter", QUARTER, "--cut-off", "2025-01-31")
    assert begun.status == 0, begun.err
    fill_in(root / "data" / "raw" / f"return-{QUARTER}" / "return.xlsx")
    write_narrative(root / "data" / "raw" / "narrative" / f"{QUARTER}.md")
    for words in (("check",), ("run", QUARTER)):
        done = run_here(root, *words, without=UNCHECKED)
        assert done.status == 0, done.err
    return root


@pytest.fixture(scope="module")
def results(walked: Path) -> list[dict]:
    done = run_here(walked, "results", "--quarter", QUARTER, "--format", "json")
    assert done.status == 0, done.err
    return json.loads(done.out)


def page(walked: Path, name: str) -> BeautifulSoup:
    return BeautifulSoup((walked / "outputs" / QUARTER / name).read_text(encoding="utf-8"), "html.parser")


def lines(soup: BeautifulSoup, caption: str) -> list[list[str]]:
    """The rows of the table whose caption ends so."""
    (table,) = [table for table in soup.find_all("table") if table.caption.get_text().endswith(caption)]
    return [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")]


def figure(results: list[dict], metric_id: str, breakdown: str, period_end: str) -> float:
    (row,) = [
        row
        for row in results
        if (row["metric_id"], row["breakdown"], row["period_end"]) == (metric_id, breakdown, period_end)
    ]
    return row["value"]


def test_both_quarters_stand_in_the_results(results):
    assert figure(results, "inmss_placements_count", "Total", "2024-09-24") == 126
    assert figure(results, "inmss_placements_count", "Total", "2024-12-31") == 131


def test_what_the_return_gives_the_parts_of_is_worked_out(results):
    assert figure(results, "transport_pupils_count", "Total", "2024-12-31") == 530
    assert figure(results, "transport_unit_cost_average", "Total", "2024-12-31") == pytest.approx(2820000 / 530)


def test_the_page_shows_both_quarters_and_their_change(walked):
    told = {line[0]: line for line in lines(page(walked, "high_needs_spend.html"), "special schools (INMSS)")}
    placements = told["Placements in independent and non-maintained special schools"]
    assert placements[1:] == ["December 2024", "131", "126 (September 2024)", "up 5"]
    cost = told["Average cost of a placement in an INMSS"]
    assert cost[1:] == ["December 2024", "£64,000", "£63,765 (September 2024)", "up £235"]


def test_a_figure_that_did_not_move_is_said_to_be_as_before(walked):
    told = {line[0]: line for line in lines(page(walked, "delivery.html"), "training and people")}
    assert told["Schools with Thrive training booked"][-1] == "as before"
    assert told["Schools engaged with Thrive"][-1] == "up 7.3 percentage points"


def test_a_figure_that_was_not_reported_again_keeps_the_period_that_it_is_from(walked):
    told = {line[0]: line for line in lines(page(walked, "high_needs_spend.html"), "special schools (INMSS)")}
    assert told["Open searches for a placement"][1:3] == ["September 2024", "20"]


def test_the_grant_is_added_up_across_the_reports(results, walked):
    spent = [row for row in results if (row["metric_id"], row["breakdown"]) == ("grant_spend", "Total")]
    to_date = {row["period_label"]: row["value"] for row in spent}
    assert to_date["to the end of 2024-25-Q3"] == 326240 + 42940 + 60000
    assert "£429,180 of £750,000 profiled" in page(walked, "grant.html").h1.get_text()


def test_the_new_quarters_phases_risks_and_milestones_are_the_newest(walked):
    delivery = page(walked, "delivery.html")
    assert ["Thrive", "Implementation", "On track, implementation"] in [
        [cell for cell in line if cell != "not reported"]
        for line in lines(delivery, f"Phase of each element, {QUARTER}")
    ]
    assert [line for line in lines(delivery, "number, month of review") if "2 (2025-04)" in " ".join(line)]
    assert ["Service announcement", "1", "April 2024", "done"] in lines(delivery, f"Milestones on {day(walked)}")


def day(walked: Path) -> str:
    assert "cut_off = 2025-01-31" in (walked / "programme.toml").read_text(encoding="utf-8")
    return f"{date(2025, 1, 31):%d %B %Y}"


def test_the_return_to_the_dfe_holds_the_new_narrative_and_marks_what_is_not_written(walked):
    report = docx.Document(str(walked / "outputs" / QUARTER / "dfe_return.docx"))
    told = [paragraph.text for paragraph in report.paragraphs]
    assert NARRATIVE in told
    assert [words for words in told if words.startswith("To be written:")]


def test_what_the_analyst_noted_is_on_no_page(walked):
    folder = walked / "outputs" / QUARTER
    assert not [path.name for path in folder.glob("*.html") if MADE_UP in path.read_text(encoding="utf-8")]


def test_the_old_quarter_still_says_what_it_said(walked):
    done = run_here(walked, "results", "--quarter", "2024-25-Q2", "--metric", "grant_spend", "--format", "json")
    labels = {row["period_label"] for row in json.loads(done.out)}
    assert labels == {"2024-25-Q1", "2024-25-Q2", "to the end of 2024-25-Q2"}
