"""A synthetic SEN2 return as XML, written a person at a time."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lxml import etree

from dbv_analysis.inputs.records import fields
from dbv_analysis.synth.people import Row
from dbv_analysis.synth.totals import Totals


def write(path: Path, people: Iterable[Row], wanted: Totals) -> None:
    """Write the return; the root's name, ``Message``, is recalled."""
    elements = {module.name: module.element for module in fields.modules(wanted.reference.year)}
    with path.open("wb") as stream, etree.xmlfile(stream, encoding="utf-8") as file:
        file.write_declaration()
        with file.element("Message"):
            file.write("\n", _header(wanted), "\n")
            with file.element("Persons"):
                for person in people:
                    file.write("\n", _element(person, elements))


def _header(wanted: Totals):
    header = etree.Element("Header")
    details = etree.SubElement(header, "CollectionDetails")
    for name, text in (("Collection", "SEN2"), ("Year", wanted.reference.year), ("ReferenceDate", wanted.reference)):
        etree.SubElement(details, name).text = str(text)
    source = etree.SubElement(header, "Source")
    parts = (("SourceLevel", "L"), ("LEA", wanted.lea), ("SoftwareCode", "dbv-analysis"), ("Release", "synthetic"))
    for name, text in (*parts, ("SerialNo", "1")):
        etree.SubElement(source, name).text = text
    return header


def _element(row: Row, elements: dict[str, str]):
    element = etree.Element(elements[row.module])
    for name, value in row.cells.items():
        etree.SubElement(element, name).text = str(value)
    for inner in row.rows:
        element.append(_element(inner, elements))
    return element
