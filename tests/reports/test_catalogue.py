"""The pages of metrics and of promised measures in docs/: as they are written, and what they hold."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pytest

from dbv_analysis.findings.promises import NOT_YET, REPORTED, measure_status
from dbv_analysis.reports.catalogue import completeness, measures_as_markdown
from tests.conftest import QUARTER, ROOT
from tests.shipped import keep

DOCS = ROOT / "docs"
COLUMNS = 6


@pytest.fixture(scope="module")
def promised(evidence) -> pd.DataFrame:
    return measure_status(evidence)


@pytest.fixture(scope="module")
def rows(promised) -> list[list[str]]:
    """The cells of the table's rows, without its header."""
    lines = [line for line in measures_as_markdown(promised, QUARTER).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


def test_the_page_of_measures_in_docs_is_that_of_the_data(promised):
    written = (DOCS / "measures.md").read_text(encoding="utf-8")
    assert written == measures_as_markdown(promised, QUARTER), "run `make catalogue`"


def test_every_promised_measure_is_in_the_table_with_its_section_and_status(promised, rows):
    assert {len(row) for row in rows} == {COLUMNS}
    for measure in promised.itertuples():
        shown_by = " ".join(f"`{name}`" for name in measure.shown_by.split()) or "nothing"
        found = [
            row[3] for row in rows if (row[1], row[2], row[5]) == (measure.measure_printed, shown_by, measure.status)
        ]
        assert measure.section_of_pack in found, measure.number


def test_what_both_workstreams_promise_in_the_same_words_is_one_row(rows):
    leads = [row for row in rows if row[1] == "Lead practitioner identification and appointment."]
    assert [row[0] for row in leads] == ["Grant application: Short term indicators"]
    uptake = [row[0] for row in rows if row[1] == "School/ setting uptake of training offer"]
    first = "Grant application: Short term indicators, workstream"
    assert uptake == [f"{first} 1", f"{first} 2"]


def test_a_row_names_the_data_behind_it_or_says_that_there_is_none_yet(rows):
    data = {row[1]: (row[4], row[5]) for row in rows}
    assert data["SEND Transport spend"] == ("DBV quarterly report to the DfE", REPORTED)
    assert data["Placement into MSS"] == ("Education, health and care plans", REPORTED)
    assert data["Request for Statutory assessment SEMH"] == ("none yet", NOT_YET)


def test_a_bar_in_a_measure_does_not_end_its_cell(promised):
    table = measures_as_markdown(promised.head(1).assign(measure_printed="spend | to date"), QUARTER)
    assert r"| spend \| to date |" in table


def test_the_page_of_measures_counts_them_and_where_nothing_is_promised_it_says_so(promised):
    assert completeness(promised).splitlines()[0] in measures_as_markdown(promised, QUARTER)
    assert "0 measures: nothing is promised." in measures_as_markdown(promised.head(0), QUARTER)


def test_where_nothing_is_promised_that_is_said(promised):
    assert completeness(promised.head(0)) == "0 measures: nothing is promised."


def test_where_everything_is_reported_nothing_is_listed(promised):
    reported = promised[promised["status"] == REPORTED]
    assert completeness(reported) == f"{len(reported)} measures: {len(reported)} reported."


def written_by_the_module(project, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dbv_analysis.reports.catalogue", *words],
        cwd=project,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )


def test_the_module_writes_the_pages_of_metrics_and_of_measures_as_shipped_and_nothing_else(project, tables, results):
    keep(project, tables, results)
    docs = project / "docs"
    docs.mkdir()
    before = set(project.rglob("*"))
    done = written_by_the_module(project, QUARTER)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert set(project.rglob("*")) - before == {docs / "measures.md", docs / "metrics.md"}
    for name in ("measures.md", "metrics.md"):
        assert (docs / name).read_bytes() == (DOCS / name).read_bytes().replace(b"\r\n", b"\n")


def test_the_module_says_what_is_wrong_with_a_call_and_writes_nothing(project):
    before = {path: path.stat().st_mtime_ns for path in project.rglob("*")}
    for words in ((), ("2024-25-Q5",)):
        done = written_by_the_module(project, *words)
        assert done.returncode != 0
        assert "such as 2024-25-Q2" in done.stderr
        assert "Traceback" not in done.stderr
    assert {path: path.stat().st_mtime_ns for path in project.rglob("*")} == before
