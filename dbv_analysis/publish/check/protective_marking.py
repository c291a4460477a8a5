"""The mark of a controlled pack: who may have it, on every page, sheet and document; and none on a public one."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from bs4 import BeautifulSoup

from dbv_analysis.model.markup import parse_xml
from dbv_analysis.model.problems import PublishingRefused

MARKED = "Controlled: for "  # how every mark begins
BANNER, WATERMARK = "controlled", "watermark"
LONGEST_HEADER = 255  # characters of a sheet's header; Excel's own limit
LONG = f"{MARKED}the recipients named on the cover only. Small counts are shown. Do not forward."


def sheet_header(mark: str) -> str:
    """The mark as a sheet's header, in the middle; an ampersand begins a command there, so it stands twice."""
    header = "&C" + mark.replace("&", "&&")
    return header if len(header) <= LONGEST_HEADER else f"&C{LONG}"


def require_marking(folder: Path, mark: str) -> None:
    """Raise PublishingRefused where a file of ``folder`` lacks ``mark``, or has one though ``mark`` is empty."""
    found = marking_problems(folder, mark)
    if found:
        raise PublishingRefused("\n".join(found))


def marking_problems(folder: Path, mark: str) -> list[str]:
    """What is wrong with the marks of a pack's files, one line each.

    Args:
        folder: of finished files.
        mark: what a controlled pack says; empty for a public one, which may hold no mark at all.
    """
    found = []
    for path in sorted(folder.iterdir()):
        look = {".html": _on_page, ".xlsx": _in_workbook, ".docx": _in_document}.get(path.suffix)
        found += [f"{path.name}: {problem}" for problem in (look(path, mark) if look else [])]
    return found


def _on_page(path: Path, mark: str) -> list[str]:
    page = re.sub(r"data:[^\"')]*", "data:", path.read_text(encoding="utf-8"))
    soup = BeautifulSoup(page, "lxml")
    banners = [one.get_text(strip=True) for one in soup.select(f".{BANNER}")]
    if not mark:
        return ["holds the mark of a controlled pack"] if banners or soup.select(f".{WATERMARK}") else []
    found = [] if banners == [mark] else ["lacks the banner that says who may have it"]
    marks = soup.select(f".{WATERMARK}")
    return found if len(marks) == 1 and marks[0].get("aria-hidden") == "true" else [*found, "lacks the watermark"]


def _in_workbook(path: Path, mark: str) -> list[str]:
    with zipfile.ZipFile(path) as file:
        sheets = [file.read(name) for name in file.namelist() if name.startswith("xl/worksheets/sheet")]
        core = _text(file, "docProps/core.xml")
    headers = [" ".join(parse_xml(sheet, path.name).xpath("//*[local-name()='oddHeader']/text()")) for sheet in sheets]
    if not mark:
        return ["holds the mark of a controlled pack"] if any(MARKED in one for one in [*headers, core]) else []
    found = [] if all(one == sheet_header(mark) for one in headers) else ["has a sheet without the mark in its header"]
    return found if mark in core else [*found, "lacks the mark among its properties"]


def _in_document(path: Path, mark: str) -> list[str]:
    with zipfile.ZipFile(path) as file:
        headers = [_text(file, name) for name in file.namelist() if name.startswith("word/header")]
        body = parse_xml(file.read("word/document.xml"), path.name)
        core = _text(file, "docProps/core.xml")
    if not mark:
        return ["holds the mark of a controlled pack"] if any(MARKED in one for one in [*headers, core]) else []
    first = body.xpath("(//*[local-name()='sectPr'])[1]/*[local-name()='headerReference']")
    later = body.xpath("(//*[local-name()='sectPr'])[position()>1]/*[local-name()='headerReference']")
    good = first and not later and [one.strip() for one in headers] == [mark]
    found = [] if good else ["has a page without the mark in its header"]
    return found if mark[:255] in core else [*found, "lacks the mark among its properties"]


def _text(file: zipfile.ZipFile, name: str) -> str:
    return "".join(parse_xml(file.read(name), name).itertext())
