"""The one place in which XML and HTML are parsed: no entity is expanded, no document type loaded, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lxml import etree, html

from dbv_analysis.model.problems import DataProblem, DataProblems

SAFELY = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}


@contextmanager
def well_formed(shown: str, fix: str) -> Iterator[None]:
    """Raise DataProblems where XML that is parsed within is not well-formed; ``shown`` is the file's name."""
    try:
        yield
    except etree.XMLSyntaxError as error:
        what = f"is not well-formed XML (line {error.lineno or 0})."
        raise DataProblems([DataProblem(shown, what, fix)]) from None


def parse_xml(data: bytes, shown: str, fix: str = "Write the file again.") -> etree._Element:
    """The root of XML as a whole. Raises DataProblems where it is not well-formed."""
    with well_formed(shown, fix):
        return etree.fromstring(data, etree.XMLParser(**SAFELY))


def pull_parser(*tags: str) -> etree.XMLPullParser:
    """What XML is fed to a piece at a time: it gives each element of ``tags`` when it ends."""
    return etree.XMLPullParser(events=("end",), tag=tags, remove_comments=True, remove_pis=True, **SAFELY)


def has_document_type(element: etree._Element) -> bool:
    """Whether the document of an element declares a type, in which entities could be."""
    return bool(element.getroottree().docinfo.doctype)


def parse_html(page: str) -> etree._Element:
    """The root of a page, however well or badly it is written."""
    return html.document_fromstring(page, parser=html.HTMLParser(huge_tree=False, no_network=True))
