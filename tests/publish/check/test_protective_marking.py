"""A controlled pack says on every page, sheet and document who may have it; a public one never does."""

from __future__ import annotations

import json
from dataclasses import replace

import docx
import openpyxl
import pytest
from bs4 import BeautifulSoup

from dbv_analysis.model.pack import CONTROLLED
from dbv_analysis.model.problems import CallProblem
from dbv_analysis.publish.check.protective_marking import marking_problems, sheet_header
from dbv_analysis.publish.write import spreadsheet, word
from dbv_analysis.reports.document import Document, Heading
from dbv_analysis.results.evidence import for_recipients
from tests.conftest import QUARTER
from tests.publish.conftest import RECIPIENT, answer

MARK = "Controlled: for Programme lead and Section 151 officer only. Small counts are shown. Do not forward."
GIVEN = f"Controlled: for {RECIPIENT} only. Small counts are shown. Do not forward."


def test_every_page_says_once_who_may_have_it(controlled):
    pages = sorted(controlled.folder.glob("*.html"))
    assert len(pages) == 4
    for path in pages:
        soup = controlled.page(path.name)
        heard = list(soup.find_all(string=lambda text: text and text.strip() == GIVEN))
        assert len(heard) == 1
        assert soup.select_one(".watermark")["aria-hidden"] == "true"
        assert soup.select_one("meta[name=keywords]")["content"] == GIVEN


def test_every_sheet_and_the_workbook_say_who_may_have_it(controlled):
    book = openpyxl.load_workbook(controlled.folder / "evidence.xlsx")
    assert len(book.sheetnames) == 5
    assert {sheet.oddHeader.center.text for sheet in book} == {GIVEN.replace("&", "&&")} or all(
        "Do not forward" in sheet.oddHeader.center.text for sheet in book
    )
    assert book.properties.keywords == GIVEN
    assert any(GIVEN in str(cell.value) for row in book["Cover"].iter_rows() for cell in row)
    assert any(GIVEN in str(cell.value) for row in book["Attendance"].iter_rows() for cell in row)


def test_every_page_of_every_document_says_who_may_have_it(controlled):
    paths = sorted(controlled.folder.glob("*.docx"))
    assert len(paths) == 3
    for path in paths:
        file = docx.Document(str(path))
        assert {section.header.paragraphs[0].text for section in file.sections} == {GIVEN}
        assert file.core_properties.keywords == GIVEN


def test_the_manifest_names_the_recipients(controlled):
    manifest = json.loads((controlled.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["parameters"]["recipients"] == [RECIPIENT]


def test_the_gate_finds_every_file_that_lacks_its_mark_or_has_one_too_many(controlled):
    every = {path.name for path in controlled.folder.iterdir()} - {"manifest.json", "figures.parquet"}
    assert marking_problems(controlled.folder, GIVEN) == []
    assert {line.split(":")[0] for line in marking_problems(controlled.folder, MARK)} >= every
    assert {line.split(":")[0] for line in marking_problems(controlled.folder, "")} >= every


def test_a_public_pack_holds_no_mark(pack):
    assert marking_problems(pack.folder, "") == []
    every = {path.name for path in pack.folder.iterdir()} - {"manifest.json", "figures.parquet"}
    assert {line.split(":")[0] for line in marking_problems(pack.folder, MARK)} >= every
    manifest = json.loads((pack.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["parameters"]["recipients"] == []


def test_a_page_whose_banner_was_taken_out_is_found(controlled, tmp_path):
    text = (controlled.folder / "index.html").read_text(encoding="utf-8")
    soup = BeautifulSoup(text, "html.parser")
    soup.select_one(".controlled").decompose()
    (tmp_path / "index.html").write_text(str(soup), encoding="utf-8")
    assert marking_problems(tmp_path, GIVEN) == ["index.html: lacks the banner that says who may have it"]


def test_the_recipients_are_those_of_the_settings_unless_others_are_given(evidence):
    inside = replace(evidence, profile=CONTROLLED)
    assert for_recipients(inside).mark == MARK
    assert for_recipients(inside, ["Director"]).mark.startswith("Controlled: for Director only.")
    assert for_recipients(evidence).mark == ""


@pytest.mark.parametrize(
    ("profile", "recipients", "said"),
    [
        (CONTROLLED, [" "], "A recipient is a role or a name"),
        (CONTROLLED, ["x" * 81], "A recipient is a role or a name"),
        (CONTROLLED, ["Lead\u202e"], "A recipient is a role or a name"),
        ("public", ["Director"], "A public pack is for everybody"),
    ],
)
def test_a_recipient_that_is_none_is_refused(evidence, profile, recipients, said):
    with pytest.raises(CallProblem, match=said):
        for_recipients(replace(evidence, profile=profile), recipients)


def test_a_controlled_pack_without_a_recipient_is_refused(evidence):
    with pytest.raises(CallProblem, match="needs at least one recipient"):
        for_recipients(replace(evidence, profile=CONTROLLED, recipients=()))


def test_the_command_refuses_recipients_of_a_public_pack(project, calculated_once, monkeypatch, capfd):
    monkeypatch.chdir(project)
    said = answer(capfd, "run", QUARTER, "--recipient", "Director")
    assert said.status == 2
    assert "--profile controlled" in said.err
    assert not (project / "outputs" / QUARTER).exists()


def test_many_recipients_leave_a_sheet_a_header_that_excel_takes(evidence, tmp_path):
    many = replace(evidence, profile=CONTROLLED, recipients=tuple(f"Role number {n}" for n in range(30)))
    assert len(sheet_header(many.mark)) <= 255
    spreadsheet.write(many, ["Voice"], tmp_path / "evidence.xlsx")
    word.write(
        Document("T", "S", "Halton", many.mark, [], [Heading(1, "H"), Heading(2, "I")]),
        tmp_path / "a.docx",
        made=many.cut_off,
    )
    assert marking_problems(tmp_path, many.mark) == []
