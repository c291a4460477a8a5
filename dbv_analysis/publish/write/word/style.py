"""How a Word document looks: its page, its styles, its language. Nothing of its content."""

from __future__ import annotations

from dataclasses import dataclass

import docx
from docx.document import Document as WordFile
from docx.enum.section import WD_ORIENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.section import Section
from docx.shared import Cm, Pt
from docx.styles import BabelFish

LANGUAGE = "en-GB"
FONT = "Arial"
INK, ACCENT, RULE, SHADE = "0B0C0C", "12436D", "B1B4B6", "F3F2F1"
SHORT_SIDE, LONG_SIDE, MARGIN = Cm(21.0), Cm(29.7), Cm(2.2)
LINE = 300  # 1.25 lines, in 240ths
TABLE_STYLE = "Figures"
CELL_PADDING = Pt(4)
# Of the file that python-docx starts from, what is of no use here: a blank page's picture, another program's name.
UNUSED = ("/thumbnail", "/extended-properties", "/customXml", "/stylesWithEffects")


@dataclass(frozen=True)
class Look:
    """A paragraph style. Sizes and spaces are in points; ``more`` are its further paragraph properties, as XML."""

    size: float
    before: float = 0
    after: float = 0
    bold: bool = False
    colour: str = INK
    keep_with_next: bool = False
    line: int = LINE
    more: str = ""
    indent: int = 0
    level: int = 0

    def xml(self, name: str) -> str:
        """The style's XML; Word wants the properties in this order."""
        normal, heading = name == "Normal", bool(self.level)
        kind = 'w:default="1" ' if normal else 'w:customStyle="1" ' if name in OWN else ""
        based = "" if normal else '<w:basedOn w:val="Normal"/>'
        following = '<w:next w:val="Normal"/>' if heading else ""
        keep = "<w:keepNext/><w:keepLines/>" if self.keep_with_next else ""
        indent = f'<w:ind w:left="{self.indent * 20}"/>' if self.indent else ""
        outline = f'<w:outlineLvl w:val="{self.level - 1}"/>' if heading else ""
        bold = "<w:b/><w:bCs/>" if self.bold else ""
        return (
            f'<w:style {nsdecls("w")} w:type="paragraph" {kind}w:styleId="{name.replace(" ", "")}">'
            f'<w:name w:val="{BabelFish.ui2internal(name)}"/>{based}{following}<w:qFormat/>'
            f"<w:pPr>{keep}{self.more}"
            f'<w:spacing w:before="{self.before * 20:.0f}" w:after="{self.after * 20:.0f}" '
            f'w:line="{self.line}" w:lineRule="auto"/>{indent}{outline}</w:pPr>'
            f'<w:rPr>{bold}<w:color w:val="{self.colour}"/>'
            f'<w:sz w:val="{self.size * 2:.0f}"/><w:szCs w:val="{self.size * 2:.0f}"/></w:rPr></w:style>'
        )


OWN = ("Answer", "Chart Title", "Picture", "Table Text", "Table Text Small", "Note", "Missing")  # Word has the others
BULLET = '<w:numPr><w:numId w:val="1"/></w:numPr>'
BAR = (
    f'<w:pBdr><w:left w:val="single" w:sz="36" w:space="8" w:color="{INK}"/></w:pBdr>'
    f'<w:shd w:val="clear" w:color="auto" w:fill="{SHADE}"/>'
)
STYLES = {
    "Normal": Look(11, before=4, after=4),
    "Title": Look(24, after=6, bold=True, colour=ACCENT, keep_with_next=True, line=260),
    "Subtitle": Look(12, after=2),
    "Heading 1": Look(18, before=24, after=6, bold=True, colour=ACCENT, keep_with_next=True, line=260, level=1),
    "Heading 2": Look(14, before=18, after=4, bold=True, colour=ACCENT, keep_with_next=True, line=260, level=2),
    "Heading 3": Look(12, before=12, after=4, bold=True, colour=ACCENT, keep_with_next=True, line=260, level=3),
    "Answer": Look(14, before=4, after=4, bold=True, keep_with_next=True, line=280),
    "List Bullet": Look(11, before=4, after=2, more=BULLET),
    "Chart Title": Look(12, before=14, after=4, bold=True, keep_with_next=True, line=260),
    "Picture": Look(11, keep_with_next=True, line=240),
    "Caption": Look(10.5, before=12, after=4, bold=True, keep_with_next=True, line=260),
    "Table Text": Look(10, line=260),
    "Table Text Small": Look(9, line=250),
    "Note": Look(9.5, before=4, after=1, line=260),
    "Missing": Look(11, before=10, after=10, more=BAR, indent=12),
    "Footer": Look(9, line=240),
}


def _table_style() -> str:
    """Thin rules between rows, a stronger one under the header; no vertical lines, no shading."""
    strong = f'w:val="single" w:sz="8" w:space="0" w:color="{INK}"'
    thin = f'w:val="single" w:sz="4" w:space="0" w:color="{RULE}"'
    sides = f'w:w="{CELL_PADDING.twips}" w:type="dxa"'
    return (
        f'<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="{TABLE_STYLE}">'
        f'<w:name w:val="{TABLE_STYLE}"/><w:basedOn w:val="TableNormal"/><w:qFormat/><w:tblPr>'
        f"<w:tblBorders><w:top {strong}/><w:bottom {strong}/><w:insideH {thin}/></w:tblBorders>"
        f'<w:tblCellMar><w:top w:w="50" w:type="dxa"/><w:left {sides}/><w:bottom w:w="50" w:type="dxa"/>'
        f"<w:right {sides}/></w:tblCellMar></w:tblPr>"
        '<w:tblStylePr w:type="firstRow"><w:rPr><w:b/><w:bCs/></w:rPr>'
        f"<w:tcPr><w:tcBorders><w:bottom {strong}/></w:tcBorders></w:tcPr></w:tblStylePr></w:style>"
    )


def new_file() -> WordFile:
    """An empty A4 file with the project's styles and no others."""
    file = docx.Document()
    _drop_unused(file)
    _set_styles(file)
    _set_settings(file)
    section = file.sections[0]
    turn(section, landscape=False)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN
    section.header_distance = section.footer_distance = Cm(1.1)
    return file


def turn(section: Section, *, landscape: bool) -> None:
    """Set a section upright or sideways."""
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width = LONG_SIDE if landscape else SHORT_SIDE
    section.page_height = SHORT_SIDE if landscape else LONG_SIDE


def _drop_unused(file: WordFile) -> None:
    for rels in (file.part.rels, file.part.package.rels):
        for key in [key for key, rel in rels.items() if rel.reltype.endswith(UNUSED)]:
            del rels[key]


def _set_styles(file: WordFile) -> None:
    """Only styles that a document uses, so that whoever edits it is offered no others."""
    styles = file.styles.element
    for style in list(styles.iterchildren(qn("w:style"))):
        if style.get(qn("w:default")) != "1" or style.get(qn("w:type")) == "paragraph":
            styles.remove(style)
    for name, look in STYLES.items():
        styles.append(parse_xml(look.xml(name)))
    styles.append(parse_xml(_table_style()))
    character = styles.find(".//" + qn("w:rPrDefault")).find(qn("w:rPr"))
    fonts, language = character.find(qn("w:rFonts")), character.find(qn("w:lang"))
    fonts.attrib.clear()  # the theme's fonts would win over a named one
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), FONT)
    language.set(qn("w:val"), LANGUAGE)
    numbering = file.part.numbering_part.element
    bullets = numbering.num_having_numId(1)
    for one in list(numbering):
        if one is not bullets and one.get(qn("w:abstractNumId")) != str(bullets.abstractNumId.val):
            numbering.remove(one)


def _set_settings(file: WordFile) -> None:
    settings = file.settings.element
    settings.find(qn("w:themeFontLang")).set(qn("w:val"), LANGUAGE)
    settings.find(qn("w:zoom")).set(qn("w:percent"), "100")
    for setting in settings.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")  # else Word opens the file as one of an older version
