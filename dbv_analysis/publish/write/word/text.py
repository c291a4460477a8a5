"""Words, fields and captions in a Word document. All text from data goes in through ``as_text``."""

from __future__ import annotations

import re

from docx.blkcntnr import BlockItemContainer
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.text.paragraph import Paragraph

FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_text(words: str) -> str:
    """``words`` with a mark in place of each character that a Word file cannot hold."""
    return FORBIDDEN.sub("\ufffd", words)


def add_words(paragraph: Paragraph, words: str, *, bold: bool = False) -> None:
    run = paragraph.add_run(as_text(words))
    if bold:
        run.bold = True


def add_field(paragraph: Paragraph, instruction: str, shown: int) -> None:
    """A field that Word recalculates; ``shown`` stands there until it does."""
    code = OxmlElement("w:instrText")
    code.set(qn("xml:space"), "preserve")
    code.text = f" {instruction} "
    for part in (_limit("begin"), code, _limit("separate")):
        paragraph.add_run()._r.append(part)
    paragraph.add_run(str(shown))
    paragraph.add_run()._r.append(_limit("end"))


def _limit(kind: str) -> BaseOxmlElement:
    """Where a field begins, where what it shows begins, or where it ends."""
    limit = OxmlElement("w:fldChar")
    limit.set(qn("w:fldCharType"), kind)
    return limit


def add_caption(file: BlockItemContainer, label: str, number: int, words: str) -> None:
    """``Table 1: words``; Word renumbers where somebody puts another one in before."""
    paragraph = file.add_paragraph(style="Caption")
    add_words(paragraph, f"{label} ")
    add_field(paragraph, rf"SEQ {label} \* ARABIC", number)
    add_words(paragraph, f": {words}")
