"""A table in a Word document: its widths and size of type, its marks for screen readers, its notes."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from docx.document import Document as WordFile
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.table import Table as WordTable
from docx.table import _Row
from docx.text.paragraph import Paragraph

from dbv_analysis.model.blocks import LONGEST_NAME, Table
from dbv_analysis.publish.write.word.style import CELL_PADDING, LONG_SIDE, MARGIN, SHORT_SIDE, STYLES, TABLE_STYLE
from dbv_analysis.publish.write.word.text import add_caption, add_words, as_text

# Widths of Arial's characters, of the size of type; the rest are as wide as its figures.
NARROW, WIDE, OTHER = 0.32, 0.86, 0.57
CAPITAL, BOLD = 0.72, 1.1
LONGEST_WORD = 14  # of the size of type; a longer one is broken
SHORT_CELL = 18  # characters; a cell of no more, such as a date, stands on one line where it can
FEW_COLUMNS = 5  # a table of no more is never worth a page of its own
TALLEST_ROW = 8  # lines; a table of many columns with taller rows gets smaller type, or a wider page
UNSPLIT_ROW = 25  # lines; a taller row may be split over pages
KEPT_TOGETHER = 25  # lines; a table of no more stands on one page
WIDEST_STRETCH = 1.4
SIZES = {"Table Text": 1.0, "Table Text Small": 1.25}  # how many lines one line of it weighs


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


def layout(table: Table) -> Layout:
    """The best way of setting ``table``: upright where that can be read, then in larger type, then in fewer lines."""
    few = len(table.header) <= FEW_COLUMNS

    def faults(way: Layout) -> tuple[bool, float]:
        tall = not few and max(way.lines) > TALLEST_ROW
        return way.broken or tall, sum(way.lines) * SIZES[way.style]

    for landscape in (False, True):
        ways = [_way(table, landscape, style, short) for style in SIZES for short in (SHORT_CELL, 0)]
        best = min(ways, key=faults)
        if not faults(best)[0]:
            return best
    return best


def _way(table: Table, landscape: bool, style: str, short: int) -> Layout:
    """One way of setting ``table``; no cell of up to ``short`` characters is broken over lines."""
    room = ((LONG_SIDE if landscape else SHORT_SIDE) - 2 * MARGIN) / Pt(1)
    size = STYLES[style].size
    least, most = _bounds(table, size, short)
    widths = _widths(least, most, room)
    lines = [_lines(row, widths, size) for row in [table.header, *table.rows]]
    return Layout(landscape, style, widths, lines, broken=sum(least) > room)


def _bounds(table: Table, size: float, short: int) -> tuple[list[float], list[float]]:
    """The narrowest each column can be without breaking a word, and the widest it can use."""
    least, most = [], []
    for place, (name, *cells) in enumerate(zip(table.header, *table.rows, strict=True)):
        unbroken = LONGEST_NAME if place == 0 and table.short_names else short
        words = [_em(word) for cell in cells for word in ([cell] if len(cell) <= unbroken else _words(cell))]
        words += [_em(word) * BOLD for word in _words(name)]
        widest = max([_em(name) * BOLD, *map(_em, cells)])
        least.append(min(max(words), LONGEST_WORD) * size + 2 * CELL_PADDING.pt)
        most.append(widest * size + 2 * CELL_PADDING.pt)
    return least, most


def _words(cell: str) -> list[str]:
    """The parts that a line may end after."""
    return [word.rstrip() for word in re.split(r"(?<=[\s-])", cell)]


def _em(words: str) -> float:
    """About how wide ``words`` are, of the size of type."""
    return sum(
        NARROW
        if character in " .,:;!|'()[]/-fijlrtI"
        else WIDE
        if character in "mwMW%@—…"
        else CAPITAL
        if character.isupper()
        else OTHER
        for character in words
    )


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
        widths = [
            min(widest, max(narrowest, part * math.sqrt(widest))) for narrowest, widest in zip(least, most, strict=True)
        ]
        low, high = (part, high) if sum(widths) < room else (low, part)
    return widths


def _lines(row: list[str], widths: list[float], size: float) -> int:
    """About how many lines a row takes."""
    inside = [max(width - 2 * CELL_PADDING.pt, size) / size for width in widths]
    return max(_wrapped(cell, width) for cell, width in zip(row, inside, strict=True))


def _wrapped(cell: str, width: float) -> int:
    """About how many lines of ``width`` a cell takes."""
    lines, used = 1, 0.0
    for word in _words(cell):
        wide = _em(word)
        if used and used + NARROW + wide > width:
            lines, used = lines + 1, 0.0
        lines += max(0, math.ceil(wide / width) - 1)
        used += wide + NARROW * bool(used)
    return lines


def add_table(file: WordFile, table: Table, number: int, how: Layout) -> None:
    """Write ``table`` under its caption, and what explains it beneath."""
    add_caption(file, "Table", number, table.caption)
    every = [table.header, *table.rows]
    notes = [(f"{symbol}: ", f"{meaning}.") for symbol, meaning in table.symbols.items()]
    notes += [("", note) for note in table.notes]
    word = file.add_table(len(every), len(table.header), TABLE_STYLE)
    _describe(word, table, how)
    together = sum(how.lines) <= KEPT_TOGETHER
    for place, (row, cells) in enumerate(zip(word.rows, every, strict=True)):
        _mark(row, header=place == 0, whole=how.lines[place] <= UNSPLIT_ROW)
        more = place < len(every) - 1 or bool(notes)
        for column, (cell, words) in enumerate(zip(row.cells, cells, strict=True)):
            cell.width = Pt(how.widths[column])
            paragraph = cell.paragraphs[0]
            _set(paragraph, how.style, number=column >= table.text_columns)
            paragraph.paragraph_format.keep_with_next = (more and (together or place == 0)) or None
            add_words(paragraph, words, bold=place == 0)
    for place, (symbol, words) in enumerate(notes):
        paragraph = file.add_paragraph(style="Note")
        paragraph.paragraph_format.keep_with_next = place < len(notes) - 1 or None
        if symbol:
            add_words(paragraph, symbol, bold=True)
        add_words(paragraph, words)


def _set(paragraph: Paragraph, style: str, *, number: bool) -> None:
    paragraph.style = style
    if number:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _describe(word: WordTable, table: Table, how: Layout) -> None:
    """Fixed widths, and what a screen reader says before it reads the cells."""
    word.autofit = False
    for column, width in zip(word.columns, how.widths, strict=True):
        column.width = Pt(width)
    properties = word._tbl.tblPr
    size, look = properties.find(qn("w:tblW")), properties.find(qn("w:tblLook"))
    size.set(qn("w:type"), "dxa")
    size.set(qn("w:w"), str(sum(Pt(width).twips for width in how.widths)))
    look.attrib.clear()
    for name in ("firstRow", "firstColumn", "noHBand", "noVBand"):
        look.set(qn(f"w:{name}"), "1")
    look.set(qn("w:val"), "06A0")  # the same four, for readers of older files
    about = f"{len(table.rows)} rows. Columns: {'; '.join(table.header)}."
    for name, words in (("w:tblCaption", table.caption), ("w:tblDescription", about)):
        part = OxmlElement(name)
        part.set(qn("w:val"), as_text(words))
        properties.append(part)


def _mark(row: _Row, *, header: bool, whole: bool) -> None:
    """Say that a row is not split over pages, and that the first one stands again on each page."""
    properties = row._tr.get_or_add_trPr()
    if whole:
        properties.append(OxmlElement("w:cantSplit"))
    if header:
        properties.append(OxmlElement("w:tblHeader"))
