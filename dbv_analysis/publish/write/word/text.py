"""Text, fields and captions in a Word document. All text from data goes in through ``as_text``."""

from __future__ import annotations

import re

from docx.blkcntnr import BlockItemContainer
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_text(text: str) -> str:
    """``text`` with a mark in place of each character that a Word file cannot hold."""
    return FORBIDDEN.sub("\ufffd", text)


def add_run(paragraph: Paragraph, text: str, *, bold: bool = False) -> None:
    if text:
        run = paragraph.add_run(as_text(text))
        if bold:
            run.bold = True


def add_paragraph(file: BlockItemContainer, style: str, text: str, *, lead: str = "") -> Paragraph:
    """A paragraph that begins with ``lead`` in bold."""
    paragraph = file.add_paragraph(style=style)
    add_run(paragraph, lead, bold=True)
    add_run(paragraph, text)
    return paragraph


def add_field(paragraph: Paragraph, instruction: str, shown: int) -> None:
    """A field that Word recalculates; ``shown`` stands there until it does."""
    code = OxmlElement("w:instrText", {qn("xml:space"): "preserve"})
    code.text = f" {instruction} "
    limits = [OxmlElement("w:fldChar", {qn("w:fldCharType"): kind}) for kind in ("begin", "separate", "end")]
    for element in (limits[0], code, limits[1]):
        paragraph.add_run()._r.append(element)
    paragraph.add_run(str(shown))
    paragraph.add_run()._r.append(limits[2])


def add_caption(file: BlockItemContainer, label: str, number: int, text: str) -> None:
    """``Table 1: text``; Word renumbers where somebody puts another one in before."""
    paragraph = add_paragraph(file, "Caption", f"{label} ")
    add_field(paragraph, rf"SEQ {label} \* ARABIC", number)
    add_run(paragraph, f": {text}")
