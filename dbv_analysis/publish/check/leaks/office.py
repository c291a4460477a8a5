"""A workbook or a Word document taken apart: every part of the file, whether a program shows it or not."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from dbv_analysis.model.markup import has_document_type, parse_xml
from dbv_analysis.model.problems import DataProblems
from dbv_analysis.publish.check.leaks import images
from dbv_analysis.publish.check.leaks.content import ACTIVE, AUTHOR, EMBEDDED, UNREADABLE, Content, Grid
from dbv_analysis.publish.write.spreadsheet import COLUMNS

LARGEST_PART, LARGEST_FILE = 50_000_000, 200_000_000  # bytes unpacked
MOST_PARTS = 5_000
RUNS = ("p", "si", "is")  # elements whose words, over however many runs, are read as one
AUTHORS = ("creator", "lastModifiedBy", "Manager", "Company", "author", "userName")
FORMULAS = ("f", "oleLink", "ddeLink", "webPr", "dbPr")
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".tiff", ".tif", ".bmp")
MARKUP = (".xml", ".rels", ".vml")


def extract(path: Path, pieces: Content) -> None:
    """Add the pieces of every part. Raises ``zipfile.BadZipFile`` or ``ValueError`` where it is none, or a bomb."""
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_FILE:
            raise ValueError
        pieces.add("the file's comment", archive.comment.decode("utf-8", "replace"))
        found: dict[str, etree._Element] = {}
        for part in parts:
            name = part.filename
            pieces.add("the parts' names", name)
            with archive.open(part) as stream:
                data = stream.read(LARGEST_PART + 1)
            if len(data) > LARGEST_PART:
                raise ValueError
            if name.endswith("vbaProject.bin") or "/externalLinks/" in name or name.endswith("/connections.xml"):
                pieces.fact(ACTIVE, f"part {name}")
            if name.lower().endswith(PICTURES):
                images.extract(data, f"part {name}", pieces)
            elif name.lower().endswith(MARKUP):
                found[name] = _parsed(data, name, pieces)
            elif not name.endswith("/"):
                pieces.fact(EMBEDDED, f"part {name}")
    _parts({name: root for name, root in found.items() if root is not None}, pieces)


def _parsed(data: bytes, name: str, pieces: Content) -> etree._Element | None:
    """A part's markup; no entity of it is followed."""
    try:
        root = parse_xml(data, name)
    except DataProblems:
        pieces.fact(UNREADABLE, f"part {name}")
        return None
    if has_document_type(root):
        pieces.fact(ACTIVE, f"part {name}")
        return None
    return root


def _parts(found: dict[str, etree._Element], pieces: Content) -> None:
    sheets = _sheets(found)
    shared = ["".join(text.text or "" for text in one.iter("{*}t")) for one in found.get("xl/sharedStrings.xml", [])]
    for name, root in found.items():
        _markup(root, f"part {name}", pieces, cells=name not in sheets)
        if name in sheets:
            rows = list(_rows(root, shared))
            place = f"sheet {sheets[name]}"
            own = any([str(cell) for cell in row] == list(COLUMNS.values()) for _, row in rows[:10])
            pieces.grids.append(Grid(place, [row for _, row in rows], own))
            for number, row in rows:
                pieces.add(f"{place}, row {number}", "\t".join(row))
    for number, table in enumerate(found.get("word/document.xml", etree.Element("none")).iter("{*}tbl"), start=1):
        rows = [[" ".join(_words(cell).split()) for cell in row.iterchildren("{*}tc")] for row in table.iter("{*}tr")]
        pieces.grids.append(Grid(f"table {number}", rows))


def _markup(root: etree._Element, place: str, pieces: Content, cells: bool) -> None:
    """The words and attributes of a part; those of a sheet's ``cells`` are read row by row instead."""
    attributes: set[str] = set()
    for element in root.iter():
        if not isinstance(element.tag, str):  # a comment or an instruction to a program
            pieces.add(place, element.text or "")
            continue
        name = etree.QName(element).localname
        if not cells and name in ("c", "v", "row", "is", "t"):
            continue
        if (name in FORMULAS and root.tag.endswith("}worksheet")) or name in ("oleLink", "ddeLink"):
            pieces.fact(ACTIVE, place)
        if name == "instrText" and (element.text or "").split()[:1] not in (["PAGE"], ["NUMPAGES"], ["SEQ"], ["TOC"]):
            pieces.fact(ACTIVE, place)
        _authors(element, name, place, pieces)
        attributes.update(element.attrib.values())
        if element.get("TargetMode") == "External" and not element.get("Type", "").endswith("/hyperlink"):
            pieces.fact(ACTIVE, place)
        if name in RUNS:
            pieces.add(place, _words(element))
        elif not _in_run(element):
            pieces.add(place, element.text or "")
    for value in sorted(attributes):
        pieces.add(place, value)


def _authors(element: etree._Element, name: str, place: str, pieces: Content) -> None:
    if name in AUTHORS:
        pieces.fact(AUTHOR, place, element.text or "")
    for key, value in element.attrib.items():
        if etree.QName(key).localname in ("author", "userName"):
            pieces.fact(AUTHOR, place, value)


def _in_run(element: etree._Element) -> bool:
    return any(etree.QName(one).localname in RUNS for one in element.iterancestors())


def _words(element: etree._Element) -> str:
    """The words of a paragraph: deleted ones and fields' instructions too; a tab or break is a blank."""
    return "".join(
        " " if etree.QName(one).localname in ("tab", "br", "cr") else one.text or ""
        for one in element.iter()
        if isinstance(one.tag, str)
    )


def _sheets(found: dict[str, etree._Element]) -> dict[str, str]:
    """The names of a workbook's sheets, hidden ones too, by the parts that hold them."""
    book, links = found.get("xl/workbook.xml"), found.get("xl/_rels/workbook.xml.rels")
    if book is None or links is None:
        return {}
    targets = {link.get("Id"): posixpath.join("xl", link.get("Target", "").lstrip("/")) for link in links}
    key = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    named = {targets.get(sheet.get(key)): sheet.get("name", "") for sheet in book.iter("{*}sheet")}
    return {part.replace("xl/xl/", "xl/"): name for part, name in named.items() if part}


def _rows(root: etree._Element, shared: list[str]) -> Iterator[tuple[str, list[str]]]:
    """A sheet's rows with their numbers, each cell as text."""
    for number, row in enumerate(root.iter("{*}row"), start=1):
        yield row.get("r", str(number)), [_cell(cell, shared) for cell in row.iterchildren("{*}c")]


def _cell(cell: etree._Element, shared: list[str]) -> str:
    if cell.get("t") == "inlineStr":
        return "".join(text.text or "" for text in cell.iter("{*}t"))
    value = cell.findtext("{*}v") or ""
    if cell.get("t") == "s":
        return shared[int(value)] if value.isdigit() and int(value) < len(shared) else ""
    return value
