"""Word documents: what a screen reader finds in one, and what the gate refuses."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import docx
import pytest
from docx.document import Document as WordFile
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from lxml import etree

from dbv_analysis.model.blocks import (
    Block,
    Blocks,
    Figure,
    Headline,
    Item,
    Items,
    KeyFigure,
    KeyFigures,
    Link,
    Links,
    Paragraphs,
    Points,
    Table,
    paragraphs,
)
from dbv_analysis.publish.check.documents import document_problems
from dbv_analysis.publish.write.word import write
from dbv_analysis.reports.document import Document, Heading, Missing

MADE = date(2024, 9, 26)
ALT = "Line chart: Halton 40.6% in January 2023, 37.2% in January 2024."


def png(width: int, height: int) -> bytes:
    """A white picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\xff" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


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
        KeyFigures(
            [KeyFigure("37.2%", "of plans", "40.6% a year ago", "monitoring only")], ["Monitoring only: watched."]
        ),
        Links([Link("Deficit", "It grows", "deficit.html", ["the deficit", "the gap"]), Link("Voice", "Few.", None)]),
        Points({"Too early to tell": "2 of 3 measures."}),
        Items("What misleads", [Item("44.7%, 2023", {"Printed": "“44.7%”", "The data say": "32.4%"})]),
        Heading(1, "Placements"),
        Heading(2, "Special schools"),
        CHART,
        Heading(3, "Behind the chart"),
        Blocks(
            [paragraphs("One paragraph."), Blocks([Paragraphs(["First of a list", "Second of a list"], listed=True)])]
        ),
        Heading(2, "What the lead says"),
        Missing("what was done this quarter."),
    ],
)


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., WordFile]:
    """A function that writes a report, or parts of one, and reads the file back."""

    def write_and_read(*parts, **changes) -> WordFile:
        path = tmp_path / "report.docx"
        write(replace(REPORT, **({"parts": list(parts)} if parts else {}), **changes), path, made=MADE)
        return docx.Document(str(path))

    return write_and_read


def styled(file: WordFile, style: str) -> list[str]:
    """The words of every paragraph of a style, in order."""
    return [paragraph.text for paragraph in file.paragraphs if paragraph.style.name == style]


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


# What stands in the document


def test_headings_keep_their_order_and_levels(written):
    headings = [
        (paragraph.style.name, paragraph.text)
        for paragraph in written().paragraphs
        if paragraph.style.name.startswith(("Title", "Heading"))
    ]
    assert headings == [
        ("Title", "Report for Quarter 2, 2024-25"),
        ("Heading 1", "Summary"),
        ("Heading 1", "Placements"),
        ("Heading 2", "Special schools"),
        ("Heading 3", "Behind the chart"),
        ("Heading 2", "What the lead says"),
    ]


@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_heading_of_each_level_stands_in_words_outline(written, level: int):
    style = written().styles[f"Heading {level}"]
    assert style.element.xpath("w:pPr/w:outlineLvl/@w:val") == [str(level - 1)]
    assert style.paragraph_format.keep_with_next


@pytest.mark.parametrize(("level", "words"), [(0, "Words"), (4, "Words"), (1, " ")])
def test_a_heading_of_no_level_or_without_words_is_refused(level: int, words: str):
    with pytest.raises(ValueError, match="heading"):
        Heading(level, words)


def test_what_the_report_is_of_stands_under_its_title(written):
    assert styled(written(), "Subtitle") == REPORT.about


def test_a_headline_is_a_sentence_and_no_heading(written):
    file = written()
    assert styled(file, "Answer") == ["More children are in special schools"]
    assert "Halton" in styled(file, "Note")


def test_paragraphs_and_lists_within_blocks_are_found(written):
    file = written()
    assert "One paragraph." in styled(file, "Normal")
    assert styled(file, "List Bullet")[-2:] == ["First of a list", "Second of a list"]
    assert file.styles["List Bullet"].element.xpath("w:pPr/w:numPr")


def test_a_block_of_another_kind_stands_as_its_text(written):
    @dataclass(frozen=True)
    class Rhyme(Block):
        def text(self) -> str:
            return "First line\n\nSecond line"

    assert styled(written(Rhyme()), "Normal") == ["First line", "Second line"]


def test_sections_are_listed_with_their_answers_and_link_to_no_file(written, tmp_path: Path):
    file = written()
    assert styled(file, "List Bullet")[:2] == [
        "Deficit: It grows. Measures: the deficit; the gap.",
        "Voice: Few. This pack was run without this section.",
    ]
    deficit = next(one for one in file.paragraphs if one.text.startswith("Deficit"))
    assert [run.text for run in deficit.runs if run.bold] == ["Deficit: "]
    assert not any(b"deficit.html" in part for part in parts_of(tmp_path / "report.docx").values())


def test_key_figures_are_a_table(written):
    rows = [[cell.text for cell in row.cells] for row in written().tables[0].rows]
    assert rows == [
        ["Figure", "What it is", "Against what", "How sure"],
        ["37.2%", "of plans", "40.6% a year ago", "monitoring only"],
    ]


def test_points_and_items_are_bullets_that_begin_in_bold(written):
    bullets = [one for one in written().paragraphs if one.style.name == "List Bullet"]
    found = {one.runs[0].text: one.text for one in bullets if one.runs[0].bold}
    assert found["Too early to tell: "] == "Too early to tell: 2 of 3 measures."
    assert found["44.7%, 2023. "] == "44.7%, 2023. Printed: “44.7%” The data say: 32.4%"


def test_a_missing_part_is_marked_in_words_and_by_a_bar(written):
    file = written()
    missing = next(one for one in file.paragraphs if one.style.name == "Missing")
    assert missing.text == "To be written: what was done this quarter."
    assert [run.text for run in missing.runs if run.bold] == ["To be written:"]
    assert missing.style.element.xpath("w:pPr/w:pBdr/w:left")


def test_a_missing_part_is_marked_in_html_and_in_text_too():
    missing = Missing("the <b>budget</b>")
    assert missing.html() == '<p class="missing"><strong>To be written:</strong> the &lt;b&gt;budget&lt;/b&gt;</p>'
    assert missing.text() == "To be written: the <b>budget</b>"


# Pictures


def test_a_pictures_description_survives(written):
    shown = written().inline_shapes[0]._inline.docPr
    assert shown.get("descr") == ALT
    assert shown.get("title") == "Plans fell to 37.2%"


def test_a_picture_is_as_wide_as_the_text_and_keeps_its_shape(written):
    file = written()
    picture, section = file.inline_shapes[0], file.sections[0]
    text = section.page_width - section.left_margin - section.right_margin
    assert picture.width.cm == pytest.approx(text / 360_000, abs=0.01)
    assert picture.width / picture.height == pytest.approx(140 / 80, abs=0.001)


def test_a_tall_picture_fits_on_its_page(written):
    picture = written(replace(CHART, draw=lambda: png(50, 200))).inline_shapes[0]
    assert picture.height.cm == pytest.approx(18, abs=0.01)
    assert picture.width / picture.height == pytest.approx(50 / 200, abs=0.001)


def test_a_chart_stands_between_its_title_and_its_figures(written):
    words = [one.text if hasattr(one, "text") else "[table]" for one in written(CHART).iter_inner_content()]
    assert words[-8:] == [
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


def test_captions_are_numbered_by_fields_that_show_their_number(written):
    file = written(SHARES, CHART, SHARES)
    assert [words.split(":")[0] for words in styled(file, "Caption")] == ["Table 1", "Figure 1", "Table 2", "Table 3"]
    fields = file.element.body.xpath(".//w:instrText/text()")
    assert [field.split()[:2] for field in fields] == [["SEQ", name] for name in ("Table", "Figure", "Table", "Table")]
    limits = file.element.body.xpath(".//w:fldChar/@w:fldCharType")
    assert limits == ["begin", "separate", "end"] * 4


def test_a_caption_stands_right_above_its_table(written):
    table = written(SHARES).tables[0]
    before = table._tbl.getprevious()
    assert before.xpath("string(w:pPr/w:pStyle/@w:val)") == "Caption"


def test_only_the_first_row_is_marked_as_a_header(written):
    rows = written(SHARES).tables[0]._tbl.tr_lst
    assert [len(row.xpath("w:trPr/w:tblHeader")) for row in rows] == [1, 0, 0]
    assert [len(row.xpath("w:trPr/w:cantSplit")) for row in rows] == [1, 1, 1]


def test_a_header_row_stands_with_the_row_after_it(written):
    long = replace(SHARES, rows=SHARES.rows * 40)
    first, second, *_ = written(long).tables[0].rows
    assert all(cell.paragraphs[0].paragraph_format.keep_with_next for cell in first.cells)
    assert not any(cell.paragraphs[0].paragraph_format.keep_with_next for cell in second.cells)


def test_a_row_taller_than_a_page_may_be_split(written):
    tall = Table("Words", ["Name", "Words"], [["One", "word " * 2000], ["Two", "word"]], text_columns=2)
    rows = written(tall).tables[0]._tbl.tr_lst
    assert [len(row.xpath("w:trPr/w:cantSplit")) for row in rows] == [1, 0, 1]


def test_a_table_says_what_it_is_to_a_screen_reader(written):
    properties = written(SHARES).tables[0]._tbl.tblPr
    assert properties.xpath("w:tblCaption/@w:val") == ["Plans in any special school, per cent"]
    assert properties.xpath("w:tblDescription/@w:val") == ["2 rows. Columns: Period; Halton; England."]
    assert properties.xpath("w:tblLook/@w:firstRow | w:tblLook/@w:firstColumn") == ["1", "1"]


def test_figures_stand_to_the_right_and_words_to_the_left(written):
    cells = written(SHARES).tables[0].rows[1].cells
    right = WD_ALIGN_PARAGRAPH.RIGHT
    assert [cell.paragraphs[0].alignment for cell in cells] == [None, right, right]


def test_a_table_has_horizontal_rules_only(written):
    file = written(SHARES)
    rules = file.styles[file.tables[0].style.name].element.xpath("w:tblPr/w:tblBorders/*")
    assert [rule.tag for rule in rules] == [qn("w:top"), qn("w:bottom"), qn("w:insideH")]


def test_symbols_in_a_table_are_explained_beneath_and_others_are_not(written):
    notes = styled(written(SHARES), "Note")
    assert notes == ["c: confidential: hidden because few children or providers are behind it.", "Source: a release."]


def test_a_table_is_never_wider_than_the_text(written):
    file = written(SHARES, WIDE, Table("Words", ["Name", "W" * 10_000], [["One", "word " * 500]], text_columns=2))
    for table, landscape in zip(file.tables, (False, True, False), strict=True):
        width = sum(column.width for column in table.columns)
        assert width <= (29.7 - 4.4 if landscape else 21.0 - 4.4) * 360_000 + 1000
        assert [cell.width for cell in table.rows[0].cells] == [column.width for column in table.columns]
        assert not table.autofit


def test_a_wide_table_stands_on_a_page_turned_sideways_with_its_heading(written):
    file = written(
        Heading(1, "Before"), SHARES, Heading(1, "Risks"), Heading(2, "All"), WIDE, Heading(1, "After"), SHARES
    )
    sections = file.sections
    assert [section.orientation for section in sections] == [
        WD_ORIENT.PORTRAIT,
        WD_ORIENT.LANDSCAPE,
        WD_ORIENT.PORTRAIT,
    ]
    assert [section.page_width > section.page_height for section in sections] == [False, True, False]
    first_words = [next(section.iter_inner_content()).text for section in sections]
    assert first_words == [REPORT.title, "Risks", "After"]


def test_no_empty_paragraph_is_read_out_between_pages_that_are_turned(written):
    noted = replace(WIDE, notes=["Source: a release."])
    file = written(noted, paragraphs("After."), noted)
    assert len(file.sections) == 4
    assert all(paragraph.text for paragraph in file.paragraphs)


def test_a_turned_page_that_ends_in_a_table_is_not_followed_by_an_empty_one(written):
    file = written(WIDE, Heading(1, "After"))
    carrier = next(one for one in file.paragraphs if not one.text)
    assert carrier.style.font.size < file.styles["Normal"].font.size
    assert carrier.style.paragraph_format.space_after == 0


def test_many_narrow_columns_stay_on_an_upright_page(written):
    narrow = Table("Shares", ["Area", *map(str, range(2016, 2025))], [["Halton", *["37.2%"] * 9]])
    file = written(narrow)
    assert [section.orientation for section in file.sections] == [WD_ORIENT.PORTRAIT]


def test_a_table_of_unequal_rows_is_refused(written):
    with pytest.raises(ValueError, match="zip"):
        written(replace(SHARES, rows=[["January 2023", "40.6%"]]))


# The file


def test_the_document_is_in_british_english(written):
    file = written()
    assert file.core_properties.language == "en-GB"
    assert file.styles.element.xpath("w:docDefaults//w:lang/@w:val") == ["en-GB"]
    assert file.settings.element.xpath("w:themeFontLang/@w:val") == ["en-GB"]


def test_every_word_is_in_arial(written):
    file = written()
    fonts = file.styles.element.xpath("//w:rFonts")
    assert len(fonts) == 1
    assert set(fonts[0].attrib.values()) == {"Arial"}
    assert not file.element.body.xpath(".//w:rFonts")


def test_word_opens_the_document_as_one_of_its_own_time(written):
    settings = written().settings.element
    assert settings.xpath("w:compat/w:compatSetting[@w:name='compatibilityMode']/@w:val") == ["15"]


def test_the_properties_say_what_the_report_is(written):
    properties = written().core_properties
    assert (properties.title, properties.subject) == (REPORT.title, REPORT.subject)
    assert properties.author == properties.last_modified_by == "Halton Borough Council"
    assert properties.comments == ""
    assert properties.created.replace(tzinfo=None) == properties.modified.replace(tzinfo=None) == datetime(2024, 9, 26)


def test_the_page_is_a4_and_its_foot_counts_the_pages(written):
    file = written()
    section = file.sections[0]
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    foot = section.footer.paragraphs[0]
    assert foot.text == f"{REPORT.subject}  ·  Page 1 of 1"
    assert [code.strip() for code in foot._p.xpath(".//w:instrText/text()")] == ["PAGE", "NUMPAGES"]


def test_a_document_written_twice_is_the_same_to_the_byte(tmp_path: Path, monkeypatch):
    first, second = tmp_path / "first.docx", tmp_path / "second.docx"
    write(REPORT, first, made=MADE)
    monkeypatch.setattr("time.time", lambda: 1_900_000_000.0)  # what a zip takes its times from
    write(REPORT, second, made=MADE)
    assert first.read_bytes() == second.read_bytes()


def test_no_part_of_the_file_names_the_time_of_writing(tmp_path: Path):
    path = tmp_path / "report.docx"
    write(REPORT, path, made=MADE)
    with zipfile.ZipFile(path) as file:
        assert {part.date_time for part in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_every_style_that_is_used_is_defined(written):
    file = written(WIDE, *REPORT.parts)
    used = set(file.element.body.xpath(".//w:pStyle/@w:val | .//w:tblStyle/@w:val"))
    assert used <= set(file.styles.element.xpath("w:style/@w:styleId"))
    assert {"Heading1", "Caption", "ListBullet", "Missing", "TableTextSmall"} <= used


HOSTILE = {
    "a script": '<script>alert("x")</script> & more',
    "a command for a spreadsheet": "=cmd|' /C calc'!A0",
    "a field": '{ INCLUDETEXT "secret.txt" }',
    "marks of writing direction": "\u202eabc\u202c \u200fdef",
    "signs outside the first plane": "𝟛 🙂",
    "blanks at both ends": "  between blanks  ",
    "ten thousand characters": "long " * 2000,
}


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_text_arrives_as_text(written, words: str):
    file = written(
        Heading(1, words),
        Headline(words, [words]),
        paragraphs(words),
        Links([Link(words, words, None, [words])]),
        Missing(words),
        replace(CHART, title=words, alt=words, caption=[words]),
        Table(words, [words, words], [[words, words]], notes=[words]),
        title=words,
        subject=words,
        author=words,
    )
    for style in ("Title", "Heading 1", "Answer", "Normal", "Chart Title"):
        assert styled(file, style) == [words], style
    assert styled(file, "Note").count(words) == 3
    assert styled(file, "Missing") == [f"To be written: {words}"]
    assert [cell.text for row in file.tables[1].rows for cell in row.cells] == [words] * 4
    assert file.inline_shapes[0]._inline.docPr.get("descr") == words
    assert file.core_properties.title == words[:255]
    assert len(file.element.body.xpath(".//w:instrText")) == 3  # of the captions, and no other field


@pytest.mark.parametrize("sign", ["\x00", "\x0b", "\x1f", "\ud800", "\ufffe", "\uffff"], ids=ascii)
def test_a_character_that_no_word_file_can_hold_leaves_a_mark(written, sign: str):
    words = f"a{sign}b"
    chart = replace(CHART, title=words, alt=words)
    file = written(Heading(1, words), chart, Table(words, [words], [[words]]), title=words, subject=words)
    for style in ("Title", "Heading 1", "Chart Title"):
        assert styled(file, style) == ["a\ufffdb"], style
    assert file.tables[1].rows[1].cells[0].text == "a\ufffdb"
    assert file.inline_shapes[0]._inline.docPr.get("descr") == "a\ufffdb"
    assert file.core_properties.title == "a\ufffdb"


def test_every_part_of_the_file_can_be_read(tmp_path: Path):
    path = tmp_path / "report.docx"
    write(REPORT, path, made=MADE)
    parts = parts_of(path)
    assert "word/document.xml" in parts
    for name, data in parts.items():
        if name.endswith((".xml", ".rels")):
            etree.fromstring(data)
        else:
            assert data.startswith(b"\x89PNG"), name


# The gate


def first(file: WordFile, style: str):
    return next(one for one in file.paragraphs if one.style.name == style)


def drop(element) -> None:
    element.getparent().remove(element)


def drop_language(file: WordFile) -> None:
    drop(file.styles.element.xpath("w:docDefaults//w:lang")[0])


def empty_language(file: WordFile) -> None:
    file.styles.element.xpath("w:docDefaults//w:lang")[0].set(qn("w:val"), "")


def no_title_in_properties(file: WordFile) -> None:
    file.core_properties.title = " "


def no_title(file: WordFile) -> None:
    drop(first(file, "Title")._p)


def empty_title(file: WordFile) -> None:
    first(file, "Title").text = " "


def two_titles(file: WordFile) -> None:
    file.add_paragraph("Another", style="Title")


def jump(file: WordFile) -> None:
    first(file, "Heading 2").style = "Heading 3"


def jump_at_the_start(file: WordFile) -> None:
    first(file, "Heading 1").style = "Heading 2"


def empty_last_heading(file: WordFile) -> None:
    drop(first(file, "Missing")._p)


def empty_last_heading_before_blanks(file: WordFile) -> None:
    first(file, "Missing").text = "  "


def heading_before_its_equal(file: WordFile) -> None:
    first(file, "Heading 1").insert_paragraph_before("Nothing here", style="Heading 1")


def heading_before_a_higher_one(file: WordFile) -> None:
    file.add_paragraph("Nothing here", style="Heading 3")
    file.add_paragraph("Next", style="Heading 1")
    file.add_paragraph("Words.")


def heading_without_words(file: WordFile) -> None:
    first(file, "Heading 3").text = " "


def no_alt(file: WordFile) -> None:
    del file.inline_shapes[0]._inline.docPr.attrib["descr"]


def short_alt(file: WordFile) -> None:
    file.inline_shapes[0]._inline.docPr.set("descr", "A chart with a line".ljust(30))


def no_header_row(file: WordFile) -> None:
    drop(file.tables[1]._tbl.xpath(".//w:tblHeader")[0])


def header_row_off(file: WordFile) -> None:
    file.tables[1]._tbl.xpath(".//w:tblHeader")[0].set(qn("w:val"), "0")


def no_caption(file: WordFile) -> None:
    drop(file.tables[1]._tbl.getprevious())


def caption_of_another_style(file: WordFile) -> None:
    first(file, "Caption").style = "Normal"


def empty_caption(file: WordFile) -> None:
    first(file, "Caption").text = ""


def cell(words: str) -> Callable[[WordFile], None]:
    def spoil(file: WordFile) -> None:
        file.tables[1].rows[1].cells[1].text = words

    return spoil


def empty_header_cell(file: WordFile) -> None:
    file.tables[1].rows[0].cells[0].text = ""


UNFIT: dict[str, tuple[Callable[[WordFile], None], str]] = {
    "no language": (drop_language, "does not say its language"),
    "an empty language": (empty_language, "does not say its language"),
    "no title in its properties": (no_title_in_properties, "properties have no title"),
    "no title": (no_title, "0 paragraphs of the style Title"),
    "an empty title": (empty_title, "0 paragraphs of the style Title"),
    "two titles": (two_titles, "2 paragraphs of the style Title"),
    "a heading that jumps": (jump, "jumps from level 1 to level 3"),
    "a first heading of the second level": (jump_at_the_start, "jumps from the title to level 2"),
    "nothing under the last heading": (empty_last_heading, 'nothing stands under the heading "What the lead says"'),
    "blanks under the last heading": (empty_last_heading_before_blanks, 'under the heading "What the lead says"'),
    "nothing before an equal heading": (heading_before_its_equal, 'nothing stands under the heading "Nothing here"'),
    "nothing before a higher heading": (heading_before_a_higher_one, 'under the heading "Nothing here"'),
    "a heading without words": (heading_without_words, "a heading has no words"),
    "a picture without description": (no_alt, "no description (alt text)"),
    "a picture with a short description": (short_alt, "no description (alt text)"),
    "a table without header row": (no_header_row, "first row is not marked as its header"),
    "a table with its header mark turned off": (header_row_off, "first row is not marked as its header"),
    "a table without caption": (no_caption, "a table has no caption"),
    "a caption that is a plain paragraph": (caption_of_another_style, "a table has no caption"),
    "an empty caption": (empty_caption, "a table has no caption"),
    "an empty header cell": (empty_header_cell, "cell without a figure, symbol or word"),
    **{
        f"a cell that says {words!r}": (cell(words), "cell without a figure, symbol or word")
        for words in ("", " ", "nan", "NaN", "None", "<NA>", "NaT")
    },
}


@pytest.fixture
def spoilt(tmp_path: Path) -> Callable[[Callable[[WordFile], None]], list[str]]:
    """A function that spoils a good document, and gives what the gate says of it."""

    def spoil_and_check(spoil: Callable[[WordFile], None]) -> list[str]:
        path = tmp_path / "report.docx"
        write(REPORT, path, made=MADE)
        file = docx.Document(str(path))
        spoil(file)
        file.save(str(path))
        return document_problems(path)

    return spoil_and_check


def test_a_good_document_passes(spoilt):
    assert spoilt(lambda file: None) == []


@pytest.mark.parametrize(("spoil", "said"), UNFIT.values(), ids=UNFIT)
def test_the_gate_refuses_a_document_with(spoilt, spoil: Callable[[WordFile], None], said: str):
    problems = spoilt(spoil)
    assert len(problems) == 1, problems
    assert problems[0].startswith("report.docx: ")
    assert said in problems[0]


def test_the_gate_tells_everything_at_once(spoilt):
    def spoil(file: WordFile) -> None:
        drop_language(file)
        no_alt(file)
        jump(file)

    assert len(spoilt(spoil)) == 3


@pytest.mark.parametrize("words", ["none of 12", "x", "0", "–"])
def test_the_gate_lets_a_cell_pass_that_says(spoilt, words: str):
    assert spoilt(cell(words)) == []


@pytest.mark.parametrize("content", [b"", b"<html></html>", b"PK\x05\x06" + b"\0" * 18], ids=["empty", "html", "zip"])
def test_the_gate_refuses_a_file_that_is_no_document(tmp_path: Path, content: bytes):
    path = tmp_path / "report.docx"
    path.write_bytes(content)
    assert document_problems(path) == ["report.docx: the file is not a Word document"]


def test_the_gate_refuses_a_document_whose_text_is_broken(tmp_path: Path):
    path = tmp_path / "report.docx"
    write(REPORT, path, made=MADE)
    parts = parts_of(path)
    with zipfile.ZipFile(path, "w") as file:
        for name, data in parts.items():
            file.writestr(name, data[:-20] if name == "word/document.xml" else data)
    assert document_problems(path) == ["report.docx: the file is not a Word document"]
