"""A new metric is a function in one file: from it come its rows, catalogue entry, place in the pack, and own page."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import docx
import openpyxl
import pytest
from bs4 import BeautifulSoup

from tests.conftest import HALTON, QUARTER, ROOT, dbv
from tests.publish.conftest import OF_NEITHER_SECTION, keep_few_areas
from tests.shipped import METRICS

NEW_METRICS = '''

@metric(section="Placements", title="Plans in further education", unit=PERCENT, better=NEITHER, source="DfE, SEN2")
def placement_further_education_percent(placements) -> Ratio:
    """Plans placed in further education, of all plans on the census day, %."""
    further = ["general_fe_tertiary_colleges", "specialist_post_16_institutions", "ukrlp_provider"]
    return Ratio(placements, nw.col("placement").is_in(further))


@metric(section="Plans begun", title="New plans", unit=COUNT, better=NEITHER, source="DfE, SEN2")
def new_plans_tried_count(flows) -> Count:
    """EHC plans begun in the calendar year."""
    return Count(flows.filter(nw.col("flow") == "new plans"))
'''
FURTHER = {"general_fe_tertiary_colleges", "specialist_post_16_institutions", "ukrlp_provider"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with two functions more in one of its files; of the inputs what their sections show, of few areas."""
    root = tmp_path_factory.mktemp("new-metric")
    shutil.copy(ROOT / "programme.toml", root)
    ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for name in ("dbv_analysis", "notebooks", "data/raw"):
        shutil.copytree(ROOT / name, root / name, ignore=ignored)
    for name in OF_NEITHER_SECTION:
        shutil.rmtree(root / "data" / "raw" / name)
    keep_few_areas(root / "data" / "raw")
    with (root / "dbv_analysis" / "metrics" / "placements.py").open("a", encoding="utf-8") as module:
        module.write(NEW_METRICS)
    return root


def run_there(project: Path, *words: str) -> str:
    """What the copy of the package answers."""
    done = dbv(*words, cwd=project, PYTHONPATH=str(project))
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(project: Path) -> Path:
    """The pack with the section that has the new metric, and the section that is new."""
    words = ["run", QUARTER, "--only", "Placements", "--only", "Plans begun"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.publish.in_process", *words],
        cwd=project,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(project), str(ROOT)])},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return project / "outputs" / QUARTER


@pytest.fixture(scope="module")
def share() -> str:
    """The share in further education in January 2024, added up from the file itself."""
    with (ROOT / "data" / "raw" / "dfe-ehc-plans-2025" / "placements.csv").open(encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if (row["area_code"], row["period"]) == (HALTON, "2024-01-18")]
    part = sum(int(row["count"]) for row in rows if row["placement"] in FURTHER)
    return f"{100 * part / sum(int(row['count']) for row in rows):.1f}%"


def page(folder: Path, name: str) -> BeautifulSoup:
    return BeautifulSoup((folder / name).read_text(encoding="utf-8"), "html.parser")


def test_the_package_as_it_is_does_not_have_the_metric():
    assert "placement_further_education_percent" not in METRICS


def test_the_catalogue_has_the_new_metric(project: Path):
    told = {record["metric_id"]: record for record in json.loads(run_there(project, "metrics", "--format", "json"))}
    assert set(told) == {*METRICS, "placement_further_education_percent", "new_plans_tried_count"}
    assert told["placement_further_education_percent"]["section"] == "Placements"


@pytest.mark.usefixtures("folder")  # with the pack come the results, which the command then need not count again
def test_the_results_have_the_new_metric(project: Path, share: str):
    words = ["results", "--metric", "placement_further_education_percent", "--area", HALTON]
    (row,) = [line for line in run_there(project, *words).splitlines() if "January 2024" in line]
    assert share in row.split()


def test_the_sections_page_draws_the_new_metric_and_says_what_counts(folder: Path, share: str):
    placements = page(folder, "placements.html")
    (picture,) = [image for image in placements.find_all("img") if "Plans in further education" in image["alt"]]
    assert f"{share} in January 2024" in picture["alt"]
    rows = [" ".join(row.get_text(" ").split()) for row in placements.find_all("tr")]
    assert [
        row for row in rows if row.startswith("Plans in further education Plans placed in further education, of all")
    ]
    assert [row for row in rows if row.startswith("Plans in further education January 2025")]


def test_the_front_page_names_the_new_metric_under_its_section(folder: Path):
    link = page(folder, "index.html").main.find("a", href="placements.html")
    assert "plans in further education" in link.find_parent("li").get_text()


def test_the_workbook_holds_the_new_metric(folder: Path, share: str):
    sheet = openpyxl.load_workbook(folder / "evidence.xlsx")["Placements"]
    rows = [row for row in sheet.iter_rows(values_only=True) if row[0] == "Plans in further education"]
    (figure,) = [row[10] for row in rows if row[2:4] == ("Halton", "January 2024")]
    assert f"{figure:.1f}%" == share


def test_a_new_section_gets_a_page_in_the_order_of_every_other(folder: Path):
    begun = page(folder, "plans_begun.html")
    assert len(begun.find_all("h1")) == 1
    assert [tag.get_text() for tag in begun.main.find_all("h2")] == [
        "How sure are we",
        "Did the programme do it",
        "Promised, and not there yet",
        "What counts",
        "Published since",
    ]
    assert "New plans" in begun.find("figure").get_text()


def test_a_new_section_has_its_link_and_its_headline_on_the_front_page(folder: Path):
    front = page(folder, "index.html")
    link = front.main.find("a", href="plans_begun.html")
    assert link.get_text() == "Plans begun"
    assert page(folder, "plans_begun.html").h1.get_text() in link.find_parent("li").get_text()
    assert [name.get_text() for name in front.nav.find_all("a")] == [
        "Summary",
        "Placements",
        "Plans begun",
        "Reconciliation",
    ]


def test_a_new_section_has_its_sheet_in_the_workbook(folder: Path):
    assert openpyxl.load_workbook(folder / "evidence.xlsx").sheetnames[-2:] == ["Placements", "Plans begun"]


def test_a_new_section_stands_in_the_annual_impact_assessment_with_its_answer_and_its_chart(folder: Path):
    paragraphs = docx.Document(str(folder / "impact_assessment.docx")).paragraphs
    (start,) = [
        place for place, one in enumerate(paragraphs) if (one.style.name, one.text) == ("Heading 2", "Plans begun")
    ]
    following = [(one.style.name, one.text) for one in paragraphs[start + 1 : start + 3]]
    assert following[0] == ("Answer", page(folder, "plans_begun.html").h1.get_text())
    assert following[1][0] == "Chart Title"
    assert following[1][1].startswith("New plans ")


def test_a_new_section_has_its_row_among_what_was_promised(folder: Path):
    (table,) = [
        table for table in page(folder, "index.html").find_all("table") if "promise" in table.caption.get_text()
    ]
    rows = [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")]
    assert ["Plans begun", "0", "0", "0", "0"] in rows
