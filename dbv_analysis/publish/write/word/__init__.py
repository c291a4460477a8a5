"""A report as an accessible Word document, written by python-docx with a template's styles."""

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
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph

from dbv_analysis.model import blocks
from dbv_analysis.model.blocks import Block, Figure, Table
from dbv_analysis.publish.write.reproducible_zip import without_times
from dbv_analysis.publish.write.word.table import Layout, add_table, layout
from dbv_analysis.publish.write.word.template import SHIPPED, Page, open_template, page_of, turn
from dbv_analysis.publish.write.word.text import add_caption, add_field, add_paragraph, add_run, as_text
from dbv_analysis.reports.document import TO_BE_WRITTEN, Document, Heading, Missing

LANGUAGE = "en-GB"
LONGEST_PROPERTY = 255  # characters; Word's own limit
TALLEST_PICTURE = Cm(18)


def write(document: Document, path: Path, *, made: date, template: Path = SHIPPED) -> None:
    """Write ``document`` to ``path`` with the styles of ``template``, replacing what was there.

    ``made`` is the day that the file names as its own, so the same document gives the same bytes.
    Raises DataProblems where the template is not fit, ValueError where a table's rows are not as long as
    its header, and python-docx's ``UnrecognizedImageError`` where a figure's picture is none.
    """
    file = open_template(template)
    page = page_of(file)
    _set_properties(file, document, made)
    _set_header_and_footer(file, document)
    add_paragraph(file, "Title", document.title)
    _add_paragraphs(file, "Subtitle", document.about)
    parts = list(_flat(document.parts))
    layouts = [layout(part, page) if isinstance(part, Table) else None for part in parts]
    numbers: Counter[str] = Counter()
    turned = False
    for part, plan, landscape in zip(parts, layouts, _landscape(parts, layouts), strict=True):
        if landscape is not turned:
            _new_page(file, landscape=landscape)
            turned = landscape
        _add(file, page, part, plan, numbers)
    written = io.BytesIO()
    file.save(written)
    path.write_bytes(without_times(written.getvalue()))


def _flat(parts: list[Heading | Block]) -> Iterator[Heading | Block]:
    """The parts without nesting: a chart is followed by its table, and key figures are a table."""
    for part in parts:
        match part:
            case blocks.Blocks():
                yield from _flat(part.parts)
            case Figure():
                yield part
                yield replace(part.table, caption=f"{part.table.caption} (the figures drawn above)")
            case blocks.KeyFigures():
                header = ["Figure", "What it is", "Against what", "How sure"]
                rows = [[figure.value, figure.what, figure.against, figure.sure] for figure in part.figures]
                yield Table("Key figures", header, rows, text_columns=4, notes=part.notes)
            case _:
                yield part


def _landscape(parts: list[Heading | Block], layouts: list[Layout | None]) -> list[bool]:
    """Whether each part stands on a sideways page: a wide table does, and the headings right before it."""
    landscape = [False]
    for part, plan in zip(reversed(parts), reversed(layouts), strict=True):
        landscape.append(landscape[-1] if isinstance(part, Heading) else plan is not None and plan.landscape)
    return landscape[:0:-1]


def _add(file: WordFile, page: Page, part: Heading | Block, plan: Layout | None, numbers: Counter[str]) -> None:
    match part:
        case Heading():
            add_paragraph(file, f"Heading {part.level}", part.title)
        case blocks.Headline():
            add_paragraph(file, "Answer", part.title)
            _add_paragraphs(file, "Note", part.about)
        case blocks.Paragraphs():
            _add_paragraphs(file, "List Bullet" if part.listed else "Normal", part.paragraphs)
        case blocks.Points():
            for name, text in part.points.items():
                add_paragraph(file, "List Bullet", text, lead=f"{name}: ")
        case blocks.Items():
            add_paragraph(file, "Normal", "", lead=part.heading)
            for item in part.items:
                text = " ".join(f"{name}: {text}" for name, text in item.parts.items())
                add_paragraph(file, "List Bullet", text, lead=f"{item.name}. ")
        case blocks.Links():
            _add_links(file, part)
        case Missing():
            add_paragraph(file, "Missing", f" {part.what}", lead=TO_BE_WRITTEN)
        case Table():
            numbers["Table"] += 1
            add_table(file, part, numbers["Table"], plan)
        case Figure():
            numbers["Figure"] += 1
            _add_figure(file, part, numbers["Figure"], Pt(page.upright))
        case _:
            _add_paragraphs(file, "Normal", part.text().splitlines())


def _add_paragraphs(file: WordFile, style: str, texts: list[str]) -> None:
    for text in texts:
        if text.strip():
            add_paragraph(file, style, text)


def _add_links(file: WordFile, links: blocks.Links) -> None:
    """The sections with their answers; a document that travels alone links to no file."""
    for link in links.links:
        sentences = [link.answer if link.answer.endswith((".", "!", "?")) else f"{link.answer}."]
        if not link.page:
            sentences.append("This pack was run without this section.")
        if link.measures:
            sentences.append(f"Measures: {'; '.join(link.measures)}.")
        add_paragraph(file, "List Bullet", " ".join(sentences), lead=f"{link.section}: ")


def _add_figure(file: WordFile, figure: Figure, number: int, widest: int) -> None:
    """A chart under its title, as wide as the text unless that makes it too tall."""
    add_paragraph(file, "Chart Title", figure.title)
    picture = file.add_paragraph(style="Picture").add_run().add_picture(io.BytesIO(figure.png), width=widest)
    if picture.height > TALLEST_PICTURE:
        picture.width, picture.height = TALLEST_PICTURE * picture.width // picture.height, TALLEST_PICTURE
    for name, text in {"name": f"Figure {number}", "title": figure.title, "descr": figure.alt}.items():
        picture._inline.docPr.set(name, as_text(text))
    add_caption(file, "Figure", number, figure.table.caption)
    _add_paragraphs(file, "Note", figure.caption)


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


def _set_header_and_footer(file: WordFile, document: Document) -> None:
    """The marking at the head of every page; at its foot the subject and ``Page 1 of 9``. The last line holds each."""
    header, footer = (part.paragraphs[-1].clear() for part in (file.sections[0].header, file.sections[0].footer))
    add_run(header, document.mark)
    add_run(footer, f"{document.subject}  ·  Page ")
    add_field(footer, "PAGE", 1)
    add_run(footer, " of ")
    add_field(footer, "NUMPAGES", 1)


def _set_properties(file: WordFile, document: Document, made: date) -> None:
    texts = {"title": document.title, "subject": document.subject, "keywords": document.mark, "comments": ""}
    texts |= {"author": document.author, "last_modified_by": document.author, "language": LANGUAGE}
    for name, text in texts.items():
        setattr(file.core_properties, name, as_text(text)[:LONGEST_PROPERTY])
    file.core_properties.created = file.core_properties.modified = datetime.combine(made, time())
