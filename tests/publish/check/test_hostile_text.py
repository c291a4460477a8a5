"""Text from outside that would like to be more than text: it arrives as text, or is refused where it comes in."""

from __future__ import annotations

import csv
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import docx
import openpyxl
import pytest
from bs4 import BeautifulSoup

from dbv_analysis.charts import style
from dbv_analysis.model.blocks import Blocks, Figure, Table
from dbv_analysis.model.text_checks import LONGEST
from dbv_analysis.pages import SectionPage
from dbv_analysis.publish.check.accessibility import page_problems
from dbv_analysis.publish.write import spreadsheet, word
from dbv_analysis.reports import compose, narrative_of
from dbv_analysis.reports.document import Document
from dbv_analysis.reports.new_quarter import start
from dbv_analysis.results.evidence import Evidence, open_evidence
from tests.conftest import QUARTER
from tests.publish.conftest import Said, answer, change_cell, copy_of_the_project, keep_few_areas

# Text that a browser, Word, Excel, matplotlib or markdown would take for something else.
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "=cmd|' /C calc'!A1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "{=1+1}",
    "**x** [a](javascript:alert(1)) | a | b |",
    "# h `code` ![x](http://a.example/b.png)",
    "http://a.example/b",
    "{{ 7 * 7 }} {% raw %} $$note$$",
    r"$\frac{x$ and $y^2$",
    "&amp; ' \" \\ %s {0}",
)
LONG = "long " * 2_000  # 10,000 characters
# Characters that nobody sees, or that turn a line about.
UNSEEN = ["\0", "\x07", "\x1b[31m", "\x7f", "\x85", "\u200b", "\u200f", "\u202e", "\u2028", "\u2066", "\ufeff"]

# Where text comes into the registers: the file, and the columns that pages and documents show.
WAYS_IN = {
    "risks": ("risk", "impact", "owner", "mitigation"),
    "milestones": ("milestone",),
    "tasks": ("task",),
    "voice": ("finding", "group"),
    "opportunities": ("opportunity", "rather_than"),
}
SOURCE = "risks.source.toml"


@dataclass(frozen=True)
class Spoilt:
    """Evidence that holds every hostile text, its data, and the texts that must be found again."""

    evidence: Evidence
    raw: Path
    planted: list[str]


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Spoilt:
    """A project with a hostile text in each place where text comes in, each place with another one."""
    root = copy_of_the_project(tmp_path_factory.mktemp("hostile"))
    raw = root / "data" / "raw"
    keep_few_areas(raw)
    application = raw / "grant-application-2023-12"
    for name, columns in WAYS_IN.items():
        path = application / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as stream:
            rows = len(list(csv.reader(stream)))
        for column in columns:
            for number, text in enumerate(HOSTILE[: rows - 1], start=2):
                change_cell(path, number, column, lambda _, text=text: text)
    for path, old, new in (
        (root / "programme.toml", 'name = "Delivering Better Value in SEND"', f"name = '{HOSTILE[0]}'"),
        (root / "programme.toml", 'E08000016 = "Barnsley"', f"E08000016 = '{HOSTILE[11]}'"),
        (raw / "dfe-ehc-plans-2025" / "placements.source.toml", 'title = "', 'title = "=1+1<b>'),
        (raw / "narrative" / f"{QUARTER}.md", "# Summary of progress\n", f"# Summary of progress\n\n{HOSTILE[1]}\n\n="),
    ):
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
    change_cell(application / "voice.csv", 10, "finding", lambda _: LONG)
    return Spoilt(open_evidence(QUARTER, raw), raw, [*HOSTILE, LONG.strip()])


@pytest.fixture(scope="module", autouse=True)
def _coarse_pictures() -> Iterator[None]:
    """What is read here is text; its pictures only must not fail."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(style, "DPI", 30)
        yield


def flat(parts: list) -> Iterator:
    for part in parts:
        yield from flat(part.parts) if isinstance(part, Blocks) else [part]


@pytest.fixture(scope="module")
def documents(spoilt: Spoilt) -> dict:
    """The reports, and the pages on delivery and on voice as a document of their own."""
    evidence = spoilt.evidence
    delivery, voice = SectionPage("Delivery", evidence), SectionPage("Voice", evidence)
    columns = {name: name.title() for name in WAYS_IN["risks"]}
    parts = [
        *(delivery.headline(), delivery.phases_now(), delivery.phase_plan(), delivery.milestones()),
        *(delivery.risk_map(), delivery.project_list("risks", "Risks", columns), delivery.lines_and_opportunities()),
        *(delivery.plan_tasks(), delivery.definitions()),
        voice.project_list("voice", "Voice", {"group": "Who", "finding": "What"}),
    ]
    pages = Document(evidence.programme.programme.name, HOSTILE[2], HOSTILE[3], about=[HOSTILE[7]], parts=parts)
    narrative = narrative_of(QUARTER, evidence.lists["phases"], spoilt.raw)
    return {**compose(evidence, narrative), "pages": pages}


def test_a_page_shows_it_as_text(spoilt, documents):
    blocks = [part for document in documents.values() for part in flat(document.parts) if hasattr(part, "html")]
    parts = [part.html() for part in blocks if getattr(part, "template", "")]
    parts += [SectionPage("Voice", spoilt.evidence).headline().html()]
    page = "<!doctype html><html lang='en'><title>x</title><main><h1>x</h1>" + "".join(parts) + "</main></html>"
    harmful = ("holds a <", "fetches", "script", "sends its reader")
    assert [line for line in page_problems("a.html", page) if any(word in line for word in harmful)] == []
    soup = BeautifulSoup(page, "html.parser")
    assert soup.find_all(["script", "b"]) == []
    assert not [link for link in soup.find_all("a") if link.get("href", "").startswith(("http", "javascript"))]
    shown = " ".join(soup.get_text(" ").split())
    assert [text for text in spoilt.planted if text not in shown] == []


def test_an_alt_text_holds_it_as_text(documents):
    figures = [part for document in documents.values() for part in flat(document.parts) if isinstance(part, Figure)]
    assert figures
    for figure in figures:
        soup = BeautifulSoup(figure.html(), "html.parser")
        assert soup.img["alt"] == figure.alt
        assert set(soup.img.attrs) == {"src", "alt", "width", "height"}


def test_a_document_holds_it_as_text(spoilt, documents, tmp_path):
    shown = ""
    for name, document in documents.items():
        path = tmp_path / f"{name}.docx"
        word.write(document, path, made=spoilt.evidence.cut_off)
        body = docx.Document(str(path)).element.body
        shown += " ".join("".join(one.xpath(".//w:t/text()")) for one in body.xpath(".//w:p"))
        fields = {code.split()[0] for code in body.xpath(".//w:instrText/text()")}
        assert fields <= {"SEQ", "PAGE", "NUMPAGES"}
        with zipfile.ZipFile(path) as file:
            links = file.read("word/_rels/document.xml.rels").decode()
        assert "External" not in links
    assert [text for text in spoilt.planted if text not in shown] == []


def test_the_workbook_holds_it_as_text_and_never_as_a_formula_or_an_address(spoilt, tmp_path):
    path = tmp_path / "evidence.xlsx"
    spreadsheet.write(spoilt.evidence, ["Placements"], path)
    cells = [cell for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    shown = " ".join(str(cell.value) for cell in cells)
    assert "=1+1<b>" in shown
    assert HOSTILE[0] in shown
    with zipfile.ZipFile(path) as file:
        assert "External" not in "".join(file.read(name).decode() for name in file.namelist() if ".rels" in name)


def test_a_cell_that_begins_like_a_formula_stays_text_in_the_workbook_to_fill_in(project):
    raw = project / "data" / "raw"
    change_cell(raw / "grant-application-2023-12" / "risks.csv", 2, "risk", lambda _: HOSTILE[2])
    begun = start("2024-25-Q3", raw, "2024-12-31")
    book = openpyxl.load_workbook(next(path for path in begun.files if str(path).endswith("return.xlsx")))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert [cell.data_type for cell in cells if cell.value == HOSTILE[2]] == ["s"]
    assert "f" not in {cell.data_type for cell in cells}


def test_a_table_in_a_terminal_holds_it_as_text():
    text = Table("t", ["a"], [[text] for text in HOSTILE]).text()
    assert all(one in text for one in HOSTILE if len(one) < 60)


# Characters that nobody sees


@pytest.fixture
def few(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The inputs of a project of which only the application is left, which is quick to check."""
    raw = project / "data" / "raw"
    for folder in raw.iterdir():
        if folder.name not in ("grant-application-2023-12", "narrative"):
            shutil.rmtree(folder)
    monkeypatch.chdir(project)
    return raw


def test_a_character_that_nobody_sees_is_named_with_its_place_and_not_repeated(few, capfd):
    risks = few / "grant-application-2023-12" / "risks.csv"
    for number, character in enumerate(UNSEEN[1:], start=2):  # a CSV reader ends a cell at NUL itself
        change_cell(risks, number, "risk", lambda text, character=character: f"{text[:3]}{character}{text[3:]}")
    said: Said = answer(capfd, "check")
    assert said.status == 1
    for number, character in enumerate(UNSEEN[1:], start=2):
        what = f"row {number}, column risk: holds a character that is not seen (U+{ord(character[0]):04X}), at place 4."
        assert what in said.err
    assert not [character for character in UNSEEN if character in said.err + said.out]


def test_a_cell_longer_than_a_workbook_can_hold_is_named_with_its_place(few, capfd):
    risks = few / "grant-application-2023-12" / "risks.csv"
    change_cell(risks, 3, "risk", lambda text: "x" * (LONGEST + 1))
    said = answer(capfd, "check")
    assert said.status == 1
    assert "row 3, column risk: holds 32,768 characters, and a cell can hold 32,767. Shorten it." in said.err


@pytest.mark.parametrize("character", ["\\u0000", "\\u001b[2J", "\\u202e", "\\u200b"])
@pytest.mark.parametrize("file", ["programme.toml", f"data/raw/grant-application-2023-12/{SOURCE}"])
def test_settings_and_sources_are_refused_with_it(file, character, few, capfd):
    path = few.parent.parent / file
    setting = 'publisher = "' if SOURCE in file else 'name = "Delivering'
    text = path.read_text(encoding="utf-8")
    assert setting in text
    path.write_text(text.replace(setting, f"{setting}{character}", 1), encoding="utf-8")
    said = answer(capfd, "check")
    assert said.status == 1
    assert "holds a character that is not seen" in said.err
    assert Path(file).name in said.err


def test_a_narrative_is_refused_with_it(few, capfd):
    path = few / "narrative" / f"{QUARTER}.md"
    path.write_text(path.read_text(encoding="utf-8").replace("July 2024", "July\u202e 2024", 1), encoding="utf-8")
    said = answer(capfd, "check")
    assert said.status == 1
    assert f"{QUARTER}.md, row 5: holds a character that is not seen (U+202E), at place 7." in said.err


def test_a_terminal_only_shows_what_a_message_holds(capfd):
    said = answer(capfd, "run", "\x1b[2J2024-25-Q2")
    assert said.status == 2
    assert "\x1b" not in said.err + said.out


# Names that would lead out of the folders


@pytest.mark.parametrize("quarter", ["../../x", "/etc/passwd", "2024-25-Q2/../../x", "2024-25-Q2\0", "..", "C:\\x"])
@pytest.mark.parametrize("command", ["run", "new-quarter"])
def test_a_quarter_cannot_lead_out_of_its_folder(command, quarter, few, capfd):
    before = set(few.parent.parent.rglob("*"))
    said = answer(capfd, command, quarter)
    assert said.status == 2
    assert "is not a quarter" in said.err
    assert set(few.parent.parent.rglob("*")) == before


@pytest.mark.parametrize("name", ["../risks.csv", "/etc/passwd", "..", "a\\\\b.csv", "sub/risks.csv", "\\u0000"])
def test_a_source_cannot_name_a_file_outside_its_folder(name, few, capfd):
    path = few / "grant-application-2023-12" / SOURCE
    path.write_text(
        path.read_text(encoding="utf-8").replace('file = "risks.csv"', f'file = "{name}"'), encoding="utf-8"
    )
    said = answer(capfd, "check")
    assert said.status == 1
    assert "Traceback" not in said.err


def test_an_area_that_is_a_path_is_no_area(few, capfd):
    said = answer(capfd, "results", "--area", "../../x")
    assert said.status == 2
    assert 'No result has area_code "../../x"' in said.err
