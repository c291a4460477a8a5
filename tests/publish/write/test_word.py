"""Word documents: what a screen reader finds in one, what a template changes, and what the gate refuses."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import docx
import pytest
from docx.document import Document as WordFile
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm
from lxml import etree
from PIL import Image

from dbv_analysis.model import blocks
from dbv_analysis.model.blocks import Figure, Headline, Link, Links, Table, paragraphs
from dbv_analysis.model.problems import DataProblems
from dbv_analysis.publish import run
from dbv_analysis.publish.check.documents import document_problems
from dbv_analysis.publish.write.word import write
from dbv_analysis.publish.write.word.template import NAME, SHIPPED, STYLES, open_template, page_of, template_for
from dbv_analysis.reports.document import Document, Heading, Missing
from tests.conftest import QUARTER

MADE = date(2024, 9, 26)
ALT = "Line chart: Halton 40.6% in January 2023, 37.2% in January 2024."


def png(width: int, height: int) -> bytes:
    """A white picture."""
    file = io.BytesIO()
    Image.new("L", (width, height), 255).save(file, "PNG")
    return file.getvalue()


SHARES = Table(
    "Plans in any special school, per cent",
    ["Period", "Halton", "England"],
    [["January 2023", "40.6%", "c"], ["January 2024", "37.2%", "32.3%"]],
    notes=["Source: a release."],
)
CHART = Figure("Plans fell to 37.2%", ALT, ["Source: a chart's release."], SHARES, lambda: png(140, 80), 140, 80)
WIDE = Table(
    "The risk register",
    ["Risk", "Likelihood", "Impact", "Score", "Mitigation", "Owner", "Review", "State"],
    [["R1", "High", "Medium", "12", "Commission a second provider. " * 15, "Programme board", "March 2025", "open"]],
    text_columns=8,
)
REPORT = Document(
    title="Report for Quarter 2, 2024-25",
    subject="Halton, Delivering Better Value in SEND",
    author="Halton Borough Council",
    about=["July to September 2024.", "Figures first published by 26 September 2024."],
    parts=[
        Heading(1, "Summary"),
        Headline("More children are in special schools", ["Halton"]),
        blocks.KeyFigures(
            [blocks.KeyFigure("37.2%", "of plans", "40.6% a year ago", "monitoring only")],
            ["Monitoring only: watched."],
        ),
        Links([Link("Deficit", "It grows", "deficit.html", ["the deficit", "the gap"]), Link("Voice", "Few.", None)]),
        blocks.Points({"Too early to tell": "2 of 3 measures."}),
        blocks.Items("What misleads", [blocks.Item("44.7%, 2023", {"Printed": "“44.7%”", "The data say": "32.4%"})]),
        Heading(1, "Placements"),
        Heading(2, "Special schools"),
        CHART,
        Heading(3, "Behind the chart"),
        blocks.Blocks(
            [
                paragraphs("One paragraph."),
                blocks.Blocks([blocks.Paragraphs(["First of a list", "Second of a list"], listed=True)]),
            ]
        ),
        Heading(2, "What the lead says"),
        Missing("what was done this quarter."),
    ],
)
Written = Callable[..., WordFile]
Spoil = Callable[[WordFile], object]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "report.docx"


@pytest.fixture
def written(path: Path) -> Written:
    """A function that writes a report, or parts of one, and reads the file back."""

    def write_and_read(*parts, template: Path = SHIPPED, **changes) -> WordFile:
        document = replace(REPORT, **({"parts": list(parts)} if parts else {}), **changes)
        write(document, path, made=MADE, template=template)
        return docx.Document(str(path))

    return write_and_read


def of_style(file: WordFile, style: str) -> list:
    """Every paragraph of a style, in order."""
    return [paragraph for paragraph in file.paragraphs if paragraph.style.name == style]


def styled(file: WordFile, style: str) -> list[str]:
    return [paragraph.text for paragraph in of_style(file, style)]


def bold(paragraph) -> list[str]:
    return [run.text for run in paragraph.runs if run.bold]


def cells(file: WordFile, table: int) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in file.tables[table].rows]


def shown(file: WordFile):
    """What a file says of its first picture."""
    return file.inline_shapes[0]._inline.docPr


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


# What stands in the document


def test_headings_keep_their_order_and_levels(written: Written):
    file = written()
    headings = [(each.style.name, each.text) for each in file.paragraphs]
    assert [heading for heading in headings if heading[0].startswith(("Title", "Heading"))] == [
        ("Title", "Report for Quarter 2, 2024-25"),
        ("Heading 1", "Summary"),
        ("Heading 1", "Placements"),
        ("Heading 2", "Special schools"),
        ("Heading 3", "Behind the chart"),
        ("Heading 2", "What the lead says"),
    ]
    assert styled(file, "Subtitle") == REPORT.about


@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_heading_of_each_level_stands_in_words_outline(written: Written, level: int):
    style = written().styles[f"Heading {level}"]
    assert style.element.xpath("w:pPr/w:outlineLvl/@w:val") == [str(level - 1)]
    assert style.paragraph_format.keep_with_next


@pytest.mark.parametrize(("level", "text"), [(0, "Words"), (4, "Words"), (1, " ")])
def test_a_heading_of_no_level_or_without_words_is_refused(level: int, text: str):
    with pytest.raises(ValueError, match="heading"):
        Heading(level, text)


def test_a_headline_is_a_sentence_and_no_heading(written: Written):
    file = written()
    assert styled(file, "Answer") == ["More children are in special schools"]
    assert "Halton" in styled(file, "Note")


def test_paragraphs_and_lists_within_blocks_are_found(written: Written):
    file = written()
    assert "One paragraph." in styled(file, "Normal")
    assert styled(file, "List Bullet")[-2:] == ["First of a list", "Second of a list"]
    assert file.styles["List Bullet"].element.xpath("w:pPr/w:numPr")


def test_a_block_of_another_kind_stands_as_its_text(written: Written):
    @dataclass(frozen=True)
    class Rhyme(blocks.Block):
        def text(self) -> str:
            return "First line\n\nSecond line"

    assert styled(written(Rhyme()), "Normal") == ["First line", "Second line"]


def test_sections_are_listed_with_their_answers_and_link_to_no_file(written: Written, path: Path):
    bullets = of_style(written(), "List Bullet")
    assert [bullet.text for bullet in bullets[:2]] == [
        "Deficit: It grows. Measures: the deficit; the gap.",
        "Voice: Few. This pack was run without this section.",
    ]
    assert bold(bullets[0]) == ["Deficit: "]
    assert not any(b"deficit.html" in part for part in parts_of(path).values())


def test_key_figures_are_a_table(written: Written):
    assert cells(written(), 0) == [
        ["Figure", "What it is", "Against what", "How sure"],
        ["37.2%", "of plans", "40.6% a year ago", "monitoring only"],
    ]


def test_points_and_items_are_bullets_that_begin_in_bold(written: Written):
    leads = {bullet.runs[0].text: bullet.text for bullet in of_style(written(), "List Bullet") if bullet.runs[0].bold}
    assert leads["Too early to tell: "] == "Too early to tell: 2 of 3 measures."
    assert leads["44.7%, 2023. "] == "44.7%, 2023. Printed: “44.7%” The data say: 32.4%"


def test_a_missing_part_is_marked_in_words_and_by_a_bar(written: Written):
    (missing,) = of_style(written(), "Missing")
    assert missing.text == "To be written: what was done this quarter."
    assert bold(missing) == ["To be written:"]
    assert missing.style.element.xpath("w:pPr/w:pBdr/w:left")
    missing = Missing("the <b>budget</b>")
    assert missing.html() == '<p class="missing"><strong>To be written:</strong> the &lt;b&gt;budget&lt;/b&gt;</p>'
    assert missing.text() == "To be written: the <b>budget</b>"


# Pictures


def test_a_picture_keeps_its_description_and_shape_and_is_as_wide_as_the_text(written: Written):
    file = written()
    assert (shown(file).get("descr"), shown(file).get("title")) == (ALT, "Plans fell to 37.2%")
    picture, section = file.inline_shapes[0], file.sections[0]
    text = section.page_width - section.left_margin - section.right_margin
    assert picture.width.cm == pytest.approx(text / 360_000, abs=0.01)
    assert picture.width / picture.height == pytest.approx(140 / 80, abs=0.001)


def test_a_tall_picture_fits_on_its_page(written: Written):
    picture = written(replace(CHART, draw=lambda: png(50, 200))).inline_shapes[0]
    assert picture.height.cm == pytest.approx(18, abs=0.01)
    assert picture.width / picture.height == pytest.approx(50 / 200, abs=0.001)


def test_a_chart_stands_between_its_title_and_its_figures(written: Written):
    content = [each.text if hasattr(each, "text") else "[table]" for each in written(CHART).iter_inner_content()]
    assert content[-8:] == [
        "Plans fell to 37.2%",
        "",
        "Figure 1: Plans in any special school, per cent",
        "Source: a chart's release.",
        "Table 1: Plans in any special school, per cent (the figures drawn above)",
        "[table]",
        "c: confidential: hidden because few children or providers are behind it.",
        "Source: a release.",
    ]


# Tables


def test_captions_are_numbered_by_fields_that_show_their_number(written: Written):
    file = written(SHARES, CHART, SHARES)
    assert [text.split(":")[0] for text in styled(file, "Caption")] == ["Table 1", "Figure 1", "Table 2", "Table 3"]
    fields = file.element.body.xpath(".//w:instrText/text()")
    assert [field.split()[:2] for field in fields] == [["SEQ", name] for name in ("Table", "Figure", "Table", "Table")]
    assert file.element.body.xpath(".//w:fldChar/@w:fldCharType") == ["begin", "separate", "end"] * 4


LONG = replace(SHARES, rows=SHARES.rows * 40)
TALL = Table("Words", ["Name", "Words"], [["One", "word " * 2000], ["Two", "word"]], text_columns=2)


@pytest.mark.parametrize(("table", "unsplit"), [(SHARES, [1, 1, 1]), (TALL, [1, 0, 1])], ids=["short", "tall"])
def test_only_the_first_row_is_a_header_and_a_row_taller_than_a_page_may_be_split(
    written: Written, table: Table, unsplit: list[int]
):
    rows = written(table).tables[0]._tbl.tr_lst
    assert [len(row.xpath("w:trPr/w:tblHeader")) for row in rows] == [1, 0, 0]
    assert [len(row.xpath("w:trPr/w:cantSplit")) for row in rows] == unsplit


def test_a_header_row_stands_with_the_row_after_it(written: Written):
    first, second, *_ = written(LONG).tables[0].rows
    assert all(cell.paragraphs[0].paragraph_format.keep_with_next for cell in first.cells)
    assert not any(cell.paragraphs[0].paragraph_format.keep_with_next for cell in second.cells)


def test_a_table_says_what_it_is_to_a_screen_reader_and_to_the_eye(written: Written):
    file = written(SHARES)
    (table,) = file.tables
    properties = table._tbl.tblPr
    assert properties.xpath("w:tblCaption/@w:val") == ["Plans in any special school, per cent"]
    assert properties.xpath("w:tblDescription/@w:val") == ["2 rows. Columns: Period; Halton; England."]
    assert properties.xpath("w:tblLook/@w:firstRow | w:tblLook/@w:firstColumn") == ["1", "1"]
    assert table._tbl.getprevious().xpath("string(w:pPr/w:pStyle/@w:val)") == "Caption"
    right = WD_ALIGN_PARAGRAPH.RIGHT
    assert [cell.paragraphs[0].alignment for cell in table.rows[1].cells] == [None, right, right]
    rules = file.styles[table.style.name].element.xpath("w:tblPr/w:tblBorders/*")
    assert [rule.tag for rule in rules] == [qn("w:top"), qn("w:bottom"), qn("w:insideH")]
    explained = "c: confidential: hidden because few children or providers are behind it."
    assert styled(file, "Note") == [explained, "Source: a release."]


def test_a_table_is_never_wider_than_the_text(written: Written):
    file = written(SHARES, WIDE, Table("Words", ["Name", "W" * 10_000], [["One", "word " * 500]], text_columns=2))
    for table, landscape in zip(file.tables, (False, True, False), strict=True):
        width = sum(column.width for column in table.columns)
        assert width <= (29.7 - 4.4 if landscape else 21.0 - 4.4) * 360_000 + 1000
        assert [cell.width for cell in table.rows[0].cells] == [column.width for column in table.columns]
        assert not table.autofit


def test_a_wide_table_stands_on_a_page_turned_sideways_with_its_heading(written: Written):
    around = Heading(1, "Before"), SHARES, Heading(1, "Risks"), Heading(2, "All"), WIDE, Heading(1, "After"), SHARES
    sections = written(*around).sections
    upright, sideways = WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE
    assert [section.orientation for section in sections] == [upright, sideways, upright]
    assert [section.page_width > section.page_height for section in sections] == [False, True, False]
    assert [next(section.iter_inner_content()).text for section in sections] == [REPORT.title, "Risks", "After"]


def test_no_empty_paragraph_is_read_out_between_pages_that_are_turned(written: Written):
    noted = replace(WIDE, notes=["Source: a release."])
    file = written(noted, paragraphs("After."), noted)
    assert len(file.sections) == 4
    assert all(paragraph.text for paragraph in file.paragraphs)


def test_a_turned_page_that_ends_in_a_table_is_not_followed_by_an_empty_one(written: Written):
    file = written(WIDE, Heading(1, "After"))
    carrier = next(paragraph for paragraph in file.paragraphs if not paragraph.text)
    assert carrier.style.font.size < file.styles["Normal"].font.size
    assert carrier.style.paragraph_format.space_after == 0


def test_many_narrow_columns_stay_on_an_upright_page(written: Written):
    narrow = Table("Shares", ["Area", *map(str, range(2016, 2025))], [["Halton", *["37.2%"] * 9]])
    assert [section.orientation for section in written(narrow).sections] == [WD_ORIENT.PORTRAIT]


def test_a_table_of_unequal_rows_is_refused(written: Written):
    with pytest.raises(ValueError, match="zip"):
        written(replace(SHARES, rows=[["January 2023", "40.6%"]]))


# The file


def test_the_document_is_in_british_english_and_in_arial(written: Written):
    file = written()
    assert file.core_properties.language == "en-GB"
    assert file.styles.element.xpath("w:docDefaults//w:lang/@w:val") == ["en-GB"]
    assert file.settings.element.xpath("w:themeFontLang/@w:val") == ["en-GB"]
    (fonts,) = file.styles.element.xpath("//w:rFonts")
    assert set(fonts.attrib.values()) == {"Arial"}
    assert not file.element.body.xpath(".//w:rFonts")


def test_word_opens_the_document_as_one_of_its_own_time(written: Written):
    settings = written().settings.element
    assert settings.xpath("w:compat/w:compatSetting[@w:name='compatibilityMode']/@w:val") == ["15"]


def test_the_properties_say_what_the_report_is(written: Written):
    properties = written().core_properties
    assert (properties.title, properties.subject) == (REPORT.title, REPORT.subject)
    assert properties.author == properties.last_modified_by == "Halton Borough Council"
    assert properties.comments == ""
    assert properties.created.replace(tzinfo=None) == properties.modified.replace(tzinfo=None) == datetime(2024, 9, 26)


@pytest.mark.parametrize("mark", ["", "Controlled: for one. Do not forward."])
def test_the_page_is_a4_its_head_holds_the_marking_alone_and_its_foot_counts_the_pages(written: Written, mark: str):
    section = written(mark=mark).sections[0]
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    assert [(each.style.name, each.text) for each in section.header.paragraphs] == [("Header", mark)]
    foot = section.footer.paragraphs[0]
    assert (foot.style.name, foot.text) == ("Footer", f"{REPORT.subject}  ·  Page 1 of 1")
    assert [code.strip() for code in foot._p.xpath(".//w:instrText/text()")] == ["PAGE", "NUMPAGES"]


def test_a_document_written_twice_is_the_same_to_the_byte_and_names_no_time(path: Path, monkeypatch):
    write(REPORT, path, made=MADE)
    before = path.read_bytes()
    monkeypatch.setattr("time.time", lambda: 1_900_000_000.0)  # what a zip takes its times from
    write(REPORT, path, made=MADE)
    assert path.read_bytes() == before
    with zipfile.ZipFile(path) as file:
        assert {part.date_time for part in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_every_part_of_the_file_can_be_read(path: Path):
    write(REPORT, path, made=MADE)
    parts = parts_of(path)
    assert "word/document.xml" in parts
    for name, data in parts.items():
        if name.endswith((".xml", ".rels")):
            etree.fromstring(data)
        else:
            assert data.startswith(b"\x89PNG"), name


HOSTILE = {
    "a script": '<script>alert("x")</script> & more',
    "a command for a spreadsheet": "=cmd|' /C calc'!A0",
    "a field": '{ INCLUDETEXT "secret.txt" }',
    "marks of writing direction": "\u202eabc\u202c \u200fdef",
    "signs outside the first plane": "𝟛 🙂",
    "blanks at both ends": "  between blanks  ",
    "ten thousand characters": "long " * 2000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_text_arrives_as_text(written: Written, text: str):
    file = written(
        Heading(1, text),
        Headline(text, [text]),
        paragraphs(text),
        Links([Link(text, text, None, [text])]),
        Missing(text),
        replace(CHART, title=text, alt=text, caption=[text]),
        Table(text, [text, text], [[text, text]], notes=[text]),
        **dict.fromkeys(("title", "subject", "author"), text),
    )
    for style in ("Title", "Heading 1", "Answer", "Normal", "Chart Title"):
        assert styled(file, style) == [text], style
    assert styled(file, "Note").count(text) == 3
    assert styled(file, "Missing") == [f"To be written: {text}"]
    assert cells(file, 1) == [[text] * 2] * 2
    assert shown(file).get("descr") == text
    assert file.core_properties.title == text[:255]
    assert len(file.element.body.xpath(".//w:instrText")) == 3  # of the captions, and no other field


@pytest.mark.parametrize("sign", ["\x00", "\x0b", "\x1f", "\ud800", "\ufffe", "\uffff"], ids=ascii)
def test_a_character_that_no_word_file_can_hold_leaves_a_mark(written: Written, sign: str):
    text = f"a{sign}b"
    chart = replace(CHART, title=text, alt=text)
    file = written(Heading(1, text), chart, Table(text, [text], [[text]]), title=text, subject=text)
    for style in ("Title", "Heading 1", "Chart Title"):
        assert styled(file, style) == ["a\ufffdb"], style
    assert file.tables[1].rows[1].cells[0].text == "a\ufffdb"
    assert shown(file).get("descr") == "a\ufffdb"
    assert file.core_properties.title == "a\ufffdb"


# The template


@pytest.fixture
def restyle(tmp_path: Path) -> Callable[[Spoil], Path]:
    """A function that changes the shipped template as an authority may, and gives the authority's own."""

    def change_and_choose(make: Spoil) -> Path:
        file = docx.Document(str(SHIPPED))
        make(file)
        file.save(str(tmp_path / NAME))
        return template_for(tmp_path)

    return change_and_choose


def test_the_shipped_template_holds_every_style_that_is_used_and_no_other(written: Written):
    file = written(WIDE, *REPORT.parts)
    used = {*file.element.body.xpath(".//w:pStyle/@w:val | .//w:tblStyle/@w:val"), "Normal", "Header", "Footer"}
    ids = {file.styles[name].style_id for name in STYLES}
    assert used == ids == set(file.styles.element.xpath("w:style[@w:type='paragraph' or @w:customStyle]/@w:styleId"))
    assert {"Heading1", "Caption", "ListBullet", "Missing", "TableTextSmall"} <= used


def test_an_authoritys_template_gives_its_styles_page_and_header_and_nothing_else(
    written: Written, restyle, path: Path
):
    def make(file: WordFile) -> None:
        file.styles["Heading 1"].font.name = "Georgia"
        file.sections[0].left_margin = Cm(6)
        file.sections[0].header.paragraphs[0].insert_paragraph_before("Halton Borough Council")
        file.add_paragraph("A draft's text").add_run().add_picture(io.BytesIO(png(3, 3)))
        file.add_comment(file.paragraphs[0].runs, "A comment", author="A. Person")
        file.core_properties.category = file.core_properties.author = "A. Person"

    file = written(WIDE, CHART, template=restyle(make))
    assert file.styles["Heading 1"].font.name == "Georgia"
    assert sum(column.width for column in file.tables[0].columns) <= Cm(29.7 - 6 - 2.2) + 1000
    assert file.inline_shapes[0].width == pytest.approx(Cm(21 - 6 - 2.2), abs=1000)
    assert [each.text for each in file.sections[0].header.paragraphs] == ["Halton Borough Council", ""]
    assert len([name for name in parts_of(path) if name.startswith("word/media/")]) == 1
    for name, data in parts_of(path).items():
        assert not any(text in data for text in (b"draft's", b"A. Person", b"A comment")), name


@pytest.mark.parametrize(("based_on", "size"), [("Heading 2", 14), ("Normal", 11)])
def test_a_size_of_type_that_a_style_leaves_open_is_that_of_the_style_below_it_or_the_documents(
    restyle, based_on: str, size: int
):
    def make(file: WordFile) -> None:
        style = file.styles["Table Text"]
        style.base_style, style.font.size, file.styles["Normal"].font.size = file.styles[based_on], None, None

    assert page_of(open_template(restyle(make))).sizes == {"Table Text": size, "Table Text Small": 9}


@pytest.mark.parametrize(("kind", "name"), [("paragraph", "Note"), ("paragraph", "Heading 2"), ("table", "Figures")])
def test_a_template_without_a_style_ends_the_run_before_it_begins_and_names_the_style(
    project: Path, kind: str, name: str
):
    file = docx.Document(str(SHIPPED))
    file.styles[name].delete()
    file.save(str(project / "data" / "raw" / NAME))
    with pytest.raises(DataProblems) as refused:
        run.run(QUARTER, project / "data" / "raw", project / "outputs")
    (problem,) = refused.value.problems
    assert problem.file.endswith("data/raw/template.docx")
    assert problem.what == f'has no {kind} style named "{name}".'
    assert "templates/template.docx" in problem.fix


def test_a_run_writes_its_reports_with_the_authoritys_template(restyle, tmp_path: Path, monkeypatch):
    template = restyle(lambda file: setattr(file.styles["Title"].font, "name", "Georgia"))
    monkeypatch.setattr(run, "compose", lambda *about: {"report": REPORT})
    plan = SimpleNamespace(evidence=SimpleNamespace(cut_off=MADE), narrative=None, template=template)
    run.write_reports(plan, tmp_path)
    assert docx.Document(str(tmp_path / "report.docx")).styles["Title"].font.name == "Georgia"


@pytest.mark.parametrize("content", [b"", b"{\\rtf1 Words}", b"PK\x05\x06" + b"\0" * 18], ids=["empty", "rtf", "zip"])
def test_a_template_that_is_no_word_document_is_refused(tmp_path: Path, content: bytes):
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(DataProblems, match="is not a Word document"):
        template_for(tmp_path)


# The gate


def first(file: WordFile, style: str):
    return of_style(file, style)[0]


def drop(element) -> None:
    element.getparent().remove(element)


def language(file: WordFile):
    return file.styles.element.xpath("w:docDefaults//w:lang")[0]


def header_mark(file: WordFile):
    return file.tables[1]._tbl.xpath(".//w:tblHeader")[0]


def say(file: WordFile, row: int, column: int, text: str) -> None:
    file.tables[1].rows[row].cells[column].text = text


def end_with(*paragraphs: tuple[str, str]) -> Spoil:
    return lambda file: [file.add_paragraph(text, style=style) for style, text in paragraphs]


def change(of: str, **values: str) -> Spoil:
    """Change the first paragraph of a style: its text, or its style."""
    return lambda file: [setattr(first(file, of), name, value) for name, value in values.items()]


JUMP = change("Heading 2", style="Heading 3")
# What the gate says, and the ways of spoiling a document of which it says so.
UNFIT: dict[str, list[Spoil]] = {
    "does not say its language": [lambda file: drop(language(file)), lambda file: language(file).set(qn("w:val"), "")],
    "properties have no title": [lambda file: setattr(file.core_properties, "title", " ")],
    "0 paragraphs of the style Title": [lambda file: drop(first(file, "Title")._p), change("Title", text=" ")],
    "2 paragraphs of the style Title": [end_with(("Title", "Another"))],
    "jumps from level 1 to level 3": [JUMP],
    "jumps from the title to level 2": [change("Heading 1", style="Heading 2")],
    'nothing stands under the heading "What the lead says"': [
        lambda file: drop(first(file, "Missing")._p),
        change("Missing", text="  "),
    ],
    'nothing stands under the heading "Nothing here"': [
        lambda file: first(file, "Heading 1").insert_paragraph_before("Nothing here", style="Heading 1"),
        end_with(("Heading 3", "Nothing here"), ("Heading 1", "Next"), ("Normal", "Words.")),
    ],
    "a heading has no words": [change("Heading 3", text=" ")],
    "no description (alt text)": [
        lambda file: shown(file).attrib.pop("descr"),
        lambda file: shown(file).set("descr", "A chart with a line".ljust(30)),
    ],
    "first row is not marked as its header": [
        lambda file: drop(header_mark(file)),
        lambda file: header_mark(file).set(qn("w:val"), "0"),
    ],
    "a table has no caption": [
        lambda file: drop(file.tables[1]._tbl.getprevious()),
        change("Caption", style="Normal"),
        change("Caption", text=""),
    ],
    "cell without a figure, symbol or word": [
        lambda file: say(file, 0, 0, ""),
        *(partial(say, row=1, column=1, text=text) for text in ("", " ", "nan", "NaN", "None", "<NA>", "NaT")),
    ],
}


@pytest.fixture
def spoilt(written: Written, path: Path) -> Callable[[Spoil], list[str]]:
    """A function that spoils a good document, and gives what the gate says of it."""

    def spoil_and_check(spoil: Spoil) -> list[str]:
        file = written()
        spoil(file)
        file.save(str(path))
        return document_problems(path)

    return spoil_and_check


def test_a_good_document_passes(spoilt):
    assert spoilt(lambda file: None) == []


@pytest.mark.parametrize(("said", "spoil"), [(said, spoil) for said, spoils in UNFIT.items() for spoil in spoils])
def test_the_gate_refuses_a_document_and_says_why(spoilt, said: str, spoil: Spoil):
    problems = spoilt(spoil)
    assert len(problems) == 1, problems
    assert problems[0].startswith("report.docx: ")
    assert said in problems[0]


def test_the_gate_tells_everything_at_once(spoilt):
    assert len(spoilt(lambda file: (drop(language(file)), shown(file).attrib.pop("descr"), JUMP(file)))) == 3


@pytest.mark.parametrize("text", ["none of 12", "x", "0", "–"])
def test_the_gate_lets_a_cell_pass_that_says(spoilt, text: str):
    assert spoilt(lambda file: say(file, 1, 1, text)) == []


def without_the_end(path: Path) -> None:
    """A document whose text is broken off."""
    write(REPORT, path, made=MADE)
    parts = parts_of(path)
    with zipfile.ZipFile(path, "w") as file:
        for name, data in parts.items():
            file.writestr(name, data[:-20] if name == "word/document.xml" else data)


NO_DOCUMENT: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "html": lambda path: path.write_bytes(b"<html></html>"),
    "zip": lambda path: path.write_bytes(b"PK\x05\x06" + b"\0" * 18),
    "broken": without_the_end,
}


@pytest.mark.parametrize("make", NO_DOCUMENT.values(), ids=NO_DOCUMENT)
def test_the_gate_refuses_a_file_that_is_no_document(path: Path, make: Callable[[Path], object]):
    make(path)
    assert document_problems(path) == ["report.docx: the file is not a Word document"]
