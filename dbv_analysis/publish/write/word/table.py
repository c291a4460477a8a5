"""A table in a Word document: its widths and size of type, its marks for screen readers, its notes."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import product

from docx.document import Document as WordFile
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.table import Table as WordTable

from dbv_analysis.model.blocks import LONGEST_NAME, Table
from dbv_analysis.publish.write.word.template import TABLE_STYLE, TABLE_TEXT, Page
from dbv_analysis.publish.write.word.text import add_caption, add_paragraph, add_run, as_text

# Widths of Arial's characters, of the size of type; the rest are as wide as its figures.
WIDTHS = dict.fromkeys(" .,:;!|'()[]/-fijlrtI", 0.32) | dict.fromkeys("mwMW%@—…", 0.86)
SPACE, CAPITAL, OTHER, BOLD = 0.32, 0.72, 0.57, 1.1
PADDING = 4  # points on either side of a cell's text
LONGEST_WORD = 14  # of the size of type; a longer one is broken
SHORT_CELL = 18  # characters; a cell of no more, such as a date, stands on one line where it can
FEW_COLUMNS = 5  # a table of no more is never worth a page of its own
TALLEST_ROW = 8  # lines; a table of many columns with taller rows gets smaller type, or a wider page
UNSPLIT_ROW = 25  # lines; a taller row may be split over pages
KEPT_TOGETHER = 25  # lines; a table of no more stands on one page
WIDEST_STRETCH = 1.4
WEIGHTS = dict(zip(TABLE_TEXT, (1.0, 1.25), strict=True))  # how many lines one line of it weighs


@dataclass(frozen=True)
class Layout:
    """How a table is set: its style of text, the widths of its columns in points, and the lines of each row.

    ``broken`` says that there is no room for its longest words.
    """

    landscape: bool
    style: str
    widths: list[float]
    lines: list[int]
    broken: bool


def layout(table: Table, page: Page) -> Layout:
    """The best way of setting ``table``: upright where that can be read, then in larger type, then in fewer lines."""

    def faults(way: Layout) -> tuple[bool, float]:
        tall = len(table.header) > FEW_COLUMNS and max(way.lines) > TALLEST_ROW
        return way.broken or tall, sum(way.lines) * WEIGHTS[way.style]

    for landscape in (False, True):
        ways = [_way(table, page, landscape, style, short) for style, short in product(TABLE_TEXT, (SHORT_CELL, 0))]
        best = min(ways, key=faults)
        if not faults(best)[0]:
            return best
    return best


def _way(table: Table, page: Page, landscape: bool, style: str, short: int) -> Layout:
    """One way of setting ``table``; no cell of up to ``short`` characters is broken over lines."""
    room, size = page.sideways if landscape else page.upright, page.sizes[style]
    least, most = [], []  # the narrowest each column can be without breaking a word, and the widest it can use
    for index, (name, *cells) in enumerate(zip(table.header, *table.rows, strict=True)):
        unbroken = LONGEST_NAME if index == 0 and table.short_names else short
        words = [_em(word) for cell in cells for word in ([cell] if len(cell) <= unbroken else _words(cell))]
        words += [_em(word) * BOLD for word in _words(name)]
        least.append(min(max(words), LONGEST_WORD) * size + 2 * PADDING)
        most.append(max([_em(name) * BOLD, *map(_em, cells)]) * size + 2 * PADDING)
    widths = _widths(least, most, room)
    inside = [max(width - 2 * PADDING, size) / size for width in widths]
    lines = [max(map(_lines, row, inside)) for row in [table.header, *table.rows]]
    return Layout(landscape, style, widths, lines, broken=sum(least) > room)


def _words(cell: str) -> list[str]:
    """The parts that a line may end after."""
    return [word.rstrip() for word in re.split(r"(?<=[\s-])", cell)]


def _em(text: str) -> float:
    """About how wide ``text`` is, of the size of type."""
    return sum(WIDTHS.get(character, CAPITAL if character.isupper() else OTHER) for character in text)


def _widths(least: list[float], most: list[float], room: float) -> list[float]:
    """Widths of columns that fill ``room``, or less of it where the table is small."""
    if sum(most) <= room:
        stretch = min(room / sum(most), WIDEST_STRETCH)
        return [width * stretch for width in most]
    if sum(least) >= room:
        return [width * room / sum(least) for width in least]
    # By the root of what each could use: short columns come near to it, long ones share the rest.
    low, high = 0.0, max(most)
    for _ in range(50):
        part = (low + high) / 2
        widths = [min(wide, max(narrow, part * math.sqrt(wide))) for narrow, wide in zip(least, most, strict=True)]
        low, high = (part, high) if sum(widths) < room else (low, part)
    return widths


def _lines(cell: str, width: float) -> int:
    """About how many lines of ``width`` a cell takes."""
    lines, used = 1, 0.0
    for word in _words(cell):
        wide = _em(word)
        if used and used + SPACE + wide > width:
            lines, used = lines + 1, 0.0
        lines += max(0, math.ceil(wide / width) - 1)
        used += wide + SPACE * bool(used)
    return lines


def add_table(file: WordFile, table: Table, number: int, plan: Layout) -> None:
    """Write ``table`` under its caption, and what explains it beneath."""
    add_caption(file, "Table", number, table.caption)
    rows = [table.header, *table.rows]
    notes = [(f"{symbol}: ", f"{meaning}.") for symbol, meaning in table.symbols.items()]
    notes += [("", note) for note in table.notes]
    word = file.add_table(len(rows), len(table.header), TABLE_STYLE)
    _describe(word, table, plan.widths)
    together = sum(plan.lines) <= KEPT_TOGETHER
    for index, (row, texts) in enumerate(zip(word.rows, rows, strict=True)):
        properties = row._tr.get_or_add_trPr()
        if plan.lines[index] <= UNSPLIT_ROW:
            properties.append(OxmlElement("w:cantSplit"))
        if index == 0:
            properties.append(OxmlElement("w:tblHeader"))  # stands again on each page
        followed = index < len(rows) - 1 or bool(notes)
        for column, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            cell.width = Pt(plan.widths[column])
            paragraph = cell.paragraphs[0]
            paragraph.style = plan.style
            if column >= table.text_columns:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            paragraph.paragraph_format.keep_with_next = (followed and (together or index == 0)) or None
            add_run(paragraph, text, bold=index == 0)
    for index, (symbol, text) in enumerate(notes, start=1):
        paragraph = add_paragraph(file, "Note", text, lead=symbol)
        paragraph.paragraph_format.keep_with_next = index < len(notes) or None


def _describe(word: WordTable, table: Table, widths: list[float]) -> None:
    """Fixed widths, and what a screen reader says before it reads the cells."""
    word.autofit = False
    for column, width in zip(word.columns, widths, strict=True):
        column.width = Pt(width)
    properties = word._tbl.tblPr
    size = properties.find(qn("w:tblW"))
    size.set(qn("w:type"), "dxa")
    size.set(qn("w:w"), str(sum(Pt(width).twips for width in widths)))
    columns = f"{len(table.rows)} rows. Columns: {'; '.join(table.header)}."
    for name, text in (("w:tblCaption", table.caption), ("w:tblDescription", columns)):
        properties.append(OxmlElement(name, {qn("w:val"): as_text(text)}))
