"""No page, report or sheet of a pack claims more of the programme than the grades of its measures allow."""

from __future__ import annotations

import dataclasses
import re
from datetime import date
from functools import partial
from pathlib import Path

import docx
import openpyxl
import pytest
from bs4 import BeautifulSoup

from dbv_analysis.compare.claims import overclaims
from dbv_analysis.compare.grades import GRADES
from dbv_analysis.compare.judge import judge
from dbv_analysis.model.blocks import Figure
from dbv_analysis.pages.reconciliation import RECONCILIATION, ReconciliationPage
from dbv_analysis.pages.section import SectionPage
from dbv_analysis.pages.summary import SUMMARY, SummaryPage
from dbv_analysis.results.evidence import Evidence
from tests.pages.test_pages import read_through
from tests.publish.conftest import REPORTS, SECTIONS

PAGES = ["index.html", *SECTIONS.values(), "reconciliation.html"]
LATER = "2025-07-01"  # the first count since the programme began was out
PAGE_OF = {SUMMARY: SummaryPage, RECONCILIATION: ReconciliationPage}
PASSAGES = ["p", "li", "td", "th", "h1", "h2", "h3", "caption", "dt", "dd", "figcaption", "summary", "title"]
NAMED_SO = re.compile(r"risk \d+'s impact")  # a column of the risk register


def passages(page: BeautifulSoup) -> list[str]:
    """Every passage of a page that holds no other, and what its pictures are said to show."""
    found = [tag for tag in page.find_all(PASSAGES) if not tag.find(PASSAGES)]
    return [" ".join(tag.get_text(" ").split()) for tag in found] + [image["alt"] for image in page.find_all("img")]


def written(path: Path) -> list[str]:
    """Every paragraph and cell of a Word document."""
    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [*(paragraph.text for paragraph in document.paragraphs), *cells]


def best(evidence: Evidence) -> str:
    """The best grade that any measure has: what any sentence of the pack may claim at most."""
    found = {
        judge(evidence.series(metric_id, breakdown)).grade
        for metric_id in evidence.metrics
        for breakdown in evidence.rows(metric_id)["breakdown"].unique()
    }
    return max(found, key=GRADES.index)


def claimed(words: list[str], grade: str) -> list[str]:
    return [claim for one in words for claim in overclaims(NAMED_SO.sub("", one), grade)]


def test_at_the_shipped_cut_off_no_grade_allows_a_claim(evidence):
    assert best(evidence) == "monitoring only"


@pytest.mark.parametrize("name", PAGES)
def test_no_page_claims_more_than_the_grades_allow(pack, evidence, name):
    words = passages(pack.page(name))
    assert len(words) > 20
    assert claimed(words, best(evidence)) == []


@pytest.fixture(scope="module")
def later(evidence: Evidence) -> Evidence:
    """What is known on a later day."""
    return dataclasses.replace(evidence, cut_off=date.fromisoformat(LATER))


@pytest.mark.parametrize("section", [*SECTIONS, SUMMARY, RECONCILIATION])
def test_nor_once_a_count_since_the_programme_began_is_out(later, section, monkeypatch):
    """Read as the notebooks lay the pages out, not as a pack, and without pictures: what is read is words."""
    monkeypatch.setattr(Figure, "png", property(lambda figure: b""))
    page = PAGE_OF.get(section, partial(SectionPage, section))(later)
    words = BeautifulSoup("".join(block.html() for block in read_through(section, page)), "html.parser")
    assert best(later) == "signal"
    assert claimed(passages(words), "signal") == []


@pytest.mark.parametrize("name", REPORTS)
def test_no_report_claims_more_than_the_grades_allow(pack, evidence, name):
    words = written(pack.folder / name)
    assert len(words) > 20
    assert claimed(words, best(evidence)) == []


def test_no_cell_of_the_workbook_claims_more_than_the_grades_allow(pack, evidence):
    book = openpyxl.load_workbook(pack.folder / "evidence.xlsx")
    words = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert claimed([word for word in words if isinstance(word, str)], best(evidence)) == []


def test_a_claim_that_is_put_into_a_page_is_found(pack, evidence):
    page = pack.page("placements.html")
    page.main.append(BeautifulSoup("<p>Attendance improved because of the programme.</p>", "html.parser"))
    assert claimed(passages(page), best(evidence)) == ["Attendance improved because of the programme."]
