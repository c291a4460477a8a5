"""The template of the Word reports: how they look, and nothing of their content."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import docx
from docx.document import Document as WordFile
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.section import Section
from docx.shared import Pt
from docx.styles.style import ParagraphStyle

import dbv_analysis
from dbv_analysis.model.problems import DataProblem, DataProblems
from dbv_analysis.publish.check.documents import UNREADABLE

NAME = "template.docx"
SHIPPED = Path(dbv_analysis.__file__).parent / "templates" / NAME
TABLE_STYLE = "Figures"
TABLE_TEXT = ("Table Text", "Table Text Small")  # the larger one first
HEADINGS = ("Title", "Subtitle", "Heading 1", "Heading 2", "Heading 3", "Answer")
OTHERS = ("Normal", "List Bullet", "Chart Title", "Picture", "Caption", "Note", "Missing", "Header", "Footer")
STYLES = dict.fromkeys((*HEADINGS, *OTHERS, *TABLE_TEXT), WD_STYLE_TYPE.PARAGRAPH) | {TABLE_STYLE: WD_STYLE_TYPE.TABLE}
# What of a template goes into a report: not its text, pictures of it, comments, properties or macros.
KEPT = ("styles", "settings", "numbering", "theme", "header", "footer", "footnotes", "endnotes")


@dataclass(frozen=True)
class Page:
    """The room on a template's page, in points: how wide the text is, upright and sideways, and the sizes of type."""

    upright: float
    sideways: float
    sizes: dict[str, float]


def template_for(data: Path) -> Path:
    """The authority's own template in the folder of the inputs, or the shipped one where there is none.

    Raises DataProblems where the authority's own is not fit.
    """
    own = data / NAME
    if not own.is_file():
        return SHIPPED
    open_template(own)
    return own


def open_template(path: Path) -> WordFile:
    """An empty file with the styles, page, header and footer of a template.

    Raises DataProblems where the template is not a Word document, or lacks a style that the reports use.
    """
    try:
        file = docx.Document(str(path))
    except UNREADABLE:
        _refuse(path, ["is not a Word document."], "Save it in Word as a Word document (.docx).")
    held = {(style.name, style.type) for style in file.styles}
    missing = [
        f'has no {kind.name.lower()} style named "{name}".' for name, kind in STYLES.items() if (name, kind) not in held
    ]
    if missing:
        _refuse(path, missing, f"Add it in Word, or begin from the shipped templates/{NAME} once more.")
    for part in list(file.element.body)[:-1]:
        file.element.body.remove(part)
    for relationships, kept in ((file.part.rels, KEPT), (file.part.package.rels, ("officeDocument",))):
        for key in [key for key, each in relationships.items() if each.reltype.rpartition("/")[2] not in kept]:
            del relationships[key]
    return file


def _refuse(path: Path, problems: list[str], fix: str) -> NoReturn:
    raise DataProblems([DataProblem(path.as_posix(), problem, fix) for problem in problems]) from None


def page_of(file: WordFile) -> Page:
    """The room on the first page of a file."""
    section = file.sections[0]
    short, long = sorted((section.page_width, section.page_height))
    margins = section.left_margin + section.right_margin
    sizes = {name: _size(file.styles[name]) for name in TABLE_TEXT}
    return Page((short - margins) / Pt(1), (long - margins) / Pt(1), sizes)


def _size(style: ParagraphStyle) -> float:
    """A style's size of type in points, its own or that of the style that it is based on."""
    while style is not None:
        if style.font.size:
            return style.font.size.pt
        last, style = style, style.base_style
    default = last.element.getparent().xpath("w:docDefaults//w:sz/@w:val")
    return int(default[0]) / 2 if default else 10


def turn(section: Section, *, landscape: bool) -> None:
    """Set a section upright or sideways."""
    short, long = sorted((section.page_width, section.page_height))
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (long, short) if landscape else (short, long)
