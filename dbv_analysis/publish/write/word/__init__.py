"""A report → an accessible Word document, written by python-docx."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

from docx.document import Document as WordFile
from docx.enum.section import WD_SECTION
from docx.oxml.ns import qn
from docx.shared import Cm, Length
from docx.text.paragraph import Paragraph

from dbv_analysis.model.blocks import (
    Block,
    Blocks,
    Figure,
    Headline,
    Items,
    KeyFigures,
    Links,
    Paragraphs,
    Points,
    Table,
)
from dbv_analysis.publish.write.reproducible_zip import without_times
from dbv_analysis.publish.write.word.style import LANGUAGE, MARGIN, SHORT_SIDE, new_file, turn
from dbv_analysis.publish.write.word.table import Layout, add_table, layout
from dbv_analysis.publish.write.word.text import add_caption, add_field, add_words, as_text
from dbv_analysis.reports.document import TO_BE_WRITTEN, Document, Heading, Missing

LONGEST_PROPERTY = 255  # characters; Word's own limit
TALLEST_PICTURE = Cm(18)
Piece = tuple[Heading | Block, Layout | None]


def write(document: Document, path: Path, *, made: date) -> None:
    """Write ``document`` to ``path``, replacing what was there.

    ``made`` is the day that the file names as its own, so the same document gives the same bytes.
    Raises ValueError where a table's rows are not as long as its header, and python-docx's
    ``UnrecognizedImageError`` where a figure's picture is none.
    """
    file = new_file()
    _name(file, document, made)
    file.add_paragraph(as_text(document.title), style="Title")
    for words in document.about:
        file.add_paragraph(as_text(words), style="Subtitle")
    numbers: Counter[str] = Counter()
    upright = True
    pieces = _pieces(document.parts)
    for (part, how), landscape in zip(pieces, _sideways(pieces), strict=True):
        if landscape is upright:
            _new_page(file, landscape=landscape)
            upright = not landscape
        _add(file, part, how, numbers)
    _foot(file, document.subject)
    if document.mark:
        add_words(file.sections[0].header.paragraphs[0], document.mark, bold=True)
    written = io.BytesIO()
    file.save(written)
    path.write_bytes(without_times(written.getvalue()))


def _pieces(parts: list[Heading | Block]) -> list[Piece]:
    """Every part on its own, and for each table how it is set."""
    return [(part, layout(part) if isinstance(part, Table) else None) for part in _flat(parts)]


def _flat(parts: list[Heading | Block]) -> Iterator[Heading | Block]:
    """The parts without nesting: a chart is followed by its table, and key figures are a table."""
    for part in parts:
        match part:
            case Blocks():
                yield from _flat(part.parts)
            case Figure():
                yield part
                yield replace(part.table, caption=f"{part.table.caption} (the figures drawn above)")
            case KeyFigures():
                header = ["Figure", "What it is", "Against what", "How sure"]
                rows = [[one.value, one.what, one.against, one.sure] for one in part.figures]
                yield Table("Key figures", header, rows, text_columns=4, notes=part.notes)
            case _:
                yield part


def _sideways(pieces: list[Piece]) -> list[bool]:
    """Whether each piece stands on a sideways page: a wide table does, and the headings right before it."""
    found: list[bool] = []
    for part, how in reversed(pieces):
        follows = isinstance(part, Heading) and bool(found) and found[-1]
        found.append(follows or (how is not None and how.landscape))
    return found[::-1]


def _add(file: WordFile, part: Heading | Block, how: Layout | None, numbers: Counter[str]) -> None:
    match part:
        case Heading():
            file.add_paragraph(as_text(part.title), style=f"Heading {part.level}")
        case Headline():
            file.add_paragraph(as_text(part.title), style="Answer")
            _paragraphs(file, part.about, "Note")
        case Paragraphs():
            _paragraphs(file, part.paragraphs, "List Bullet" if part.listed else "Normal")
        case Points():
            for name, words in part.points.items():
                _with_bold(file, "List Bullet", f"{name}: ", words)
        case Items():
            _with_bold(file, "Normal", part.heading, "")
            for item in part.items:
                said = " ".join(f"{name}: {words}" for name, words in item.parts.items())
                _with_bold(file, "List Bullet", f"{item.name}. ", said)
        case Links():
            _links(file, part)
        case Missing():
            _with_bold(file, "Missing", TO_BE_WRITTEN, f" {part.what}")
        case Table():
            numbers["Table"] += 1
            add_table(file, part, numbers["Table"], how)
        case Figure():
            numbers["Figure"] += 1
            _figure(file, part, numbers["Figure"])
        case _:
            _paragraphs(file, part.text().splitlines(), "Normal")


def _paragraphs(file: WordFile, words: list[str], style: str) -> None:
    for one in words:
        if one.strip():
            file.add_paragraph(as_text(one), style=style)


def _with_bold(file: WordFile, style: str, first: str, rest: str) -> Paragraph:
    paragraph = file.add_paragraph(style=style)
    add_words(paragraph, first, bold=True)
    add_words(paragraph, rest)
    return paragraph


def _links(file: WordFile, links: Links) -> None:
    """The sections with their answers; a document that travels alone links to no file."""
    for link in links.links:
        sentences = [link.answer if link.answer.endswith((".", "!", "?")) else f"{link.answer}."]
        if not link.page:
            sentences.append("This pack was run without this section.")
        if link.measures:
            sentences.append(f"Measures: {'; '.join(link.measures)}.")
        _with_bold(file, "List Bullet", f"{link.section}: ", " ".join(sentences))


def _figure(file: WordFile, figure: Figure, number: int) -> None:
    file.add_paragraph(as_text(figure.title), style="Chart Title")
    picture = file.add_paragraph(style="Picture").add_run().add_picture(io.BytesIO(figure.png))
    width = Length(min(SHORT_SIDE - 2 * MARGIN, TALLEST_PICTURE * picture.width // picture.height))
    picture.height, picture.width = Length(width * picture.height // picture.width), width
    shown = picture._inline.docPr
    shown.set("name", f"Figure {number}")
    shown.set("title", as_text(figure.title))
    shown.set("descr", as_text(figure.alt))
    add_caption(file, "Figure", number, figure.table.caption)
    _paragraphs(file, figure.caption, "Note")


def _new_page(file: WordFile, *, landscape: bool) -> None:
    """Begin a page that is turned, or turned back."""
    before = file.element.body[-2]
    turn(file.add_section(WD_SECTION.NEW_PAGE), landscape=landscape)
    carrier = file.element.body[-2]
    if before.tag == qn("w:p"):  # the last paragraph can carry the break itself, so no empty one is read out
        before.get_or_add_pPr()._insert_sectPr(carrier.pPr.sectPr)
        file.element.body.remove(carrier)
    else:
        Paragraph(carrier, file._body).style = "Footer"  # small, so that it does not flow onto a page of its own


def _foot(file: WordFile, subject: str) -> None:
    """The subject and ``Page 1 of 9`` at the foot of every page."""
    paragraph = file.sections[0].footer.paragraphs[0]
    add_words(paragraph, f"{subject}  ·  Page ")
    add_field(paragraph, "PAGE", 1)
    add_words(paragraph, " of ")
    add_field(paragraph, "NUMPAGES", 1)


def _name(file: WordFile, document: Document, made: date) -> None:
    properties = file.core_properties
    properties.title = as_text(document.title)[:LONGEST_PROPERTY]
    properties.subject = as_text(document.subject)[:LONGEST_PROPERTY]
    properties.author = properties.last_modified_by = as_text(document.author)[:LONGEST_PROPERTY]
    properties.language = LANGUAGE
    properties.comments = ""
    properties.keywords = as_text(document.mark)[:LONGEST_PROPERTY]
    properties.created = properties.modified = datetime.combine(made, time())
