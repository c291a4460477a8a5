"""A page taken apart: its words as a reader and as a screen reader has them, comments, attributes, pictures, tables."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote

from lxml import etree

from dbv_analysis.model.markup import parse_html
from dbv_analysis.publish.check.leaks import images
from dbv_analysis.publish.check.leaks.content import AUTHOR, UNREADABLE, Content, Grid

ADDRESS = re.compile(r"data:([\w.+/-]*)((?:;[\w.=-]+)*),([^\"'\s)>]*)", re.IGNORECASE)
INLINE_NAMES = """a abbr b bdi bdo cite code data del dfn em font i ins kbd mark q s samp small span strong sub sup time
tspan u var wbr"""
INLINE = frozenset(INLINE_NAMES.split())


def extract(page: str, pieces: Content, within: str = "") -> None:
    """Add the pieces of a page or a part of one; ``within`` is where it stands."""
    addresses: list[tuple[int, re.Match[str]]] = []

    def set_aside(match: re.Match[str]) -> str:
        addresses.append((page.count("\n", 0, match.start()) + 1, match))
        return "data:"

    rest = ADDRESS.sub(set_aside, page)
    for line, match in addresses:
        _address(match, f"{within}line {line}", pieces)
    if not rest.strip():
        return
    _document(rest.replace("\0", "\ufffd"), pieces, within)


def _document(page: str, pieces: Content, within: str) -> None:
    root = parse_html(page)
    for event, element in etree.iterwalk(root, events=("start", "comment", "pi")):
        place = f"{within}line {element.sourceline}"
        if event != "start":
            pieces.add(place, element.text or "")
            continue
        _attributes(element, place, pieces)
        if element.tag not in INLINE:
            pieces.add(place, _own_words(element))
        if element.tag == "table":
            rows = [[_words(cell) for cell in row.iterchildren("td", "th")] for row in element.iter("tr")]
            pieces.grids.append(Grid(f"{within}table at line {element.sourceline}", rows))


def _attributes(element: etree._Element, place: str, pieces: Content) -> None:
    for name, value in element.attrib.items():
        pieces.add(place, value)
        if name == "name" and value.lower() in ("author", "creator", "dc.creator"):
            pieces.fact(AUTHOR, place, element.get("content", ""))


def _own_words(element: etree._Element) -> str:
    """The words of an element, those inside inline ones among them, which a reader sees as one run."""
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str) and child.tag in INLINE:
            parts.append(_own_words(child))
        elif isinstance(child.tag, str):
            parts.append("\t")
        parts.append(child.tail or "")
    return "".join(parts)


def _words(element: etree._Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _address(match: re.Match[str], place: str, pieces: Content) -> None:
    """What a ``data:`` address holds."""
    kind, options, held = match[1].lower(), match[2].lower(), unquote(match[3])
    try:
        data = base64.b64decode(held) if ";base64" in options else held.encode()
    except (binascii.Error, ValueError):
        pieces.fact(UNREADABLE, place)
        return
    if kind.startswith("image/") and "svg" not in kind:
        images.extract(data, f"picture at {place}", pieces)
    elif kind.startswith("font/"):
        return
    else:
        extract(data.decode("utf-8", "replace"), pieces, f"{place}, ")
