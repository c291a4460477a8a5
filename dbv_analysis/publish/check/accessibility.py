"""What a page must be before it is published: accessible, self-contained, and free of scripts."""

from __future__ import annotations

import re
from itertools import pairwise

from bs4 import BeautifulSoup

PLACEHOLDER_ALT = "No description has been provided for this image"
SHORTEST_ALT = 20
FETCHING = ("src", "srcset", "poster", "background", "data", "ping", "manifest")
FETCHING_BY_HREF = ("image", "use", "feimage")


def page_problems(name: str, html: str) -> list[str]:
    """Everything about a page that keeps it from being published, one line each."""
    soup = BeautifulSoup(html, "html.parser")
    found = [
        *_document(soup),
        *_images(soup),
        *_tables(soup),
        *_connections(soup),
    ]
    return [f"{name}: {problem}" for problem in found]


def _document(soup: BeautifulSoup) -> list[str]:
    found = []
    if not (soup.html and soup.html.get("lang")):
        found.append("the page does not say its language")
    if not (soup.title and soup.title.get_text(strip=True)):
        found.append("the page has no title")
    if len(soup.find_all("h1")) != 1:
        found.append(f"the page has {len(soup.find_all('h1'))} first-level headings; it needs one")
    if len(soup.find_all("main")) != 1:
        found.append("the page needs one main landmark")
    levels = [int(heading.name[1]) for heading in soup.find_all(re.compile(r"^h[1-6]$"))]
    for before, after in pairwise(levels):
        if after > before + 1:
            found.append(f"a heading jumps from level {before} to level {after}")
    names = [tag["id"] for tag in soup.find_all(id=True)]
    found += [f"two elements are called #{name}" for name in sorted({name for name in names if names.count(name) > 1})]
    for link in soup.find_all("a", href=re.compile("^#")):
        if link["href"][1:] not in names:
            found.append(f"a link leads to {link['href']}, which is not on the page")
    return found


def _images(soup: BeautifulSoup) -> list[str]:
    found = []
    for image in soup.find_all("img"):
        alt = (image.get("alt") or "").strip()
        if PLACEHOLDER_ALT in alt or len(alt) < SHORTEST_ALT:
            found.append("a picture has no description (alt text)")
    return found


def _tables(soup: BeautifulSoup) -> list[str]:
    found = []
    for table in soup.find_all("table"):
        caption = table.find("caption")
        if caption is None or not caption.get_text(strip=True):
            found.append("a table has no caption")
        for header in table.find_all("th"):
            if not header.get("scope") or not header.get_text(strip=True):
                found.append("a table's header cell is empty or has no scope")
                break
        cells = [cell.get_text(strip=True).lower() for cell in table.find_all(["td", "th"])]
        if any(cell in ("", "nan", "none", "<na>", "nat") for cell in cells):
            found.append("a table has a cell without a figure, symbol or word")
    return found


def _connections(soup: BeautifulSoup) -> list[str]:
    """Anything that would run, or be fetched, when the page is opened."""
    found = []
    for tag in soup.find_all(["script", "iframe", "object", "embed", "link", "form", "base"]):
        found.append(f"the page holds a <{tag.name}>")
    for tag in soup.find_all(True):
        for attribute, value in tag.attrs.items():
            address = re.sub(r"\s", "", str(value)).lower()  # as browsers read it
            fetches = attribute in FETCHING or (tag.name in FETCHING_BY_HREF and attribute in ("href", "xlink:href"))
            if fetches and not address.startswith("data:"):
                found.append(f"<{tag.name}> fetches {str(value)[:60]}")
            if attribute == "http-equiv" and address == "refresh":
                found.append("the page sends its reader on")
            if attribute.startswith("on"):
                found.append(f"<{tag.name}> holds a script in {attribute}")
            if attribute in ("href", "xlink:href") and address.startswith("javascript:"):
                found.append("a link runs a script")
    styles = " ".join(
        [tag.get_text() for tag in soup.find_all("style")] + [t["style"] for t in soup.find_all(style=True)]
    )
    if re.search(r"url\((?!\s*['\"]?data:)|@import", styles, re.IGNORECASE):
        found.append("the style sheet fetches a file")
    return found
