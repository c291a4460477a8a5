"""The gate for Word documents: what one must be before it is published."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from zipfile import BadZipFile

import docx
from docx.document import Document as WordFile
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from dbv_analysis.publish.check.accessibility import SHORTEST_ALT

EMPTY = ("", "nan", "none", "<na>", "nat")
UNREADABLE = (PackageNotFoundError, BadZipFile, KeyError, ValueError, SyntaxError)  # the last: broken XML
HEADING = re.compile(r"^Heading ([1-9])$")


def document_problems(path: Path) -> list[str]:
    """Everything about a Word document that keeps it from being published, one line each.

    Looks at the document's body, not at headers, footers, text boxes or comments.
    """
    try:
        file = docx.Document(str(path))
    except UNREADABLE:
        return [f"{path.name}: the file is not a Word document"]
    found = [*_document(file), *_headings(file), *_pictures(file), *_tables(file)]
    return [f"{path.name}: {problem}" for problem in found]


def _document(file: WordFile) -> list[str]:
    found = []
    languages = file.styles.element.xpath("w:docDefaults//w:lang/@w:val")
    if not any(language.strip() for language in languages):
        found.append("the document does not say its language")
    if not file.core_properties.title.strip():
        found.append("the document's properties have no title")
    titles = [one for one in file.paragraphs if one.style.name == "Title" and one.text.strip()]
    if len(titles) != 1:
        found.append(f"the document has {len(titles)} paragraphs of the style Title; it needs one")
    return found


def _headings(file: WordFile) -> list[str]:
    """Levels that jump, and headings with nothing under them. A level below directly after is something."""
    found = []
    parts = [_level_and_words(one) for one in file.iter_inner_content()]
    parts = [part for part in parts if part is not None]
    levels = [0, *(level for level, _ in parts if level)]
    for before, after in pairwise(levels):
        if after > before + 1:
            found.append(f"a heading jumps from {f'level {before}' if before else 'the title'} to level {after}")
    for (level, words), (following, _) in pairwise([*parts, (1, "")]):
        if level and not words:
            found.append("a heading has no words")
        if level and 0 < following <= level:
            found.append(f'nothing stands under the heading "{words}"')
    return found


def _level_and_words(part: Paragraph | Table) -> tuple[int, str] | None:
    """A heading's level and words; level 0 for content; None for an empty paragraph."""
    if isinstance(part, Table):
        return 0, ""
    if heading := HEADING.match(part.style.name):
        return int(heading[1]), part.text.strip()
    return (0, "") if part.text.strip() or part._p.xpath(".//w:drawing") else None


def _pictures(file: WordFile) -> list[str]:
    return [
        "a picture has no description (alt text)"
        for picture in file.element.body.xpath(".//wp:docPr")
        if len((picture.get("descr") or "").strip()) < SHORTEST_ALT
    ]


def _tables(file: WordFile) -> list[str]:
    found = []
    for table in file.element.body.xpath(".//w:tbl"):
        before = next((one for one in table.itersiblings(preceding=True) if one.tag in (qn("w:p"), qn("w:tbl"))), None)
        caption = Paragraph(before, file._body) if before is not None and before.tag == qn("w:p") else None
        if caption is None or caption.style.name != "Caption" or not caption.text.strip():
            found.append("a table has no caption")
        marks = table.xpath("(./w:tr)[1]/w:trPr/w:tblHeader")
        if not marks or marks[0].get(qn("w:val")) in ("0", "false", "off"):
            found.append("a table's first row is not marked as its header")
        cells = ["".join(cell.xpath(".//w:t/text()")).strip().lower() for cell in table.xpath("./w:tr/w:tc")]
        if any(cell in EMPTY for cell in cells):
            found.append("a table has a cell without a figure, symbol or word")
    return found
