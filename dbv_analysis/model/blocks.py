"""What a page is made of: headings, paragraphs, lists, tables, charts.

Each block is HTML in a browser and in JupyterLab, and plain text in a terminal, a test or a diff.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property

import jinja2

from dbv_analysis.model.units import SYMBOLS

WIDEST_TEXT = 64  # characters of a column in plain text
LONGEST_FIGURE = 40  # characters of a cell that is set as a figure
LONGEST_NAME = 24  # characters of a row name that is not broken over lines


@cache
def templates() -> jinja2.Environment:
    """The project's own templates; every value is escaped."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("dbv_analysis"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )


@dataclass(frozen=True)
class Block:
    """A part of a page. ``template`` names the file that draws it; the fields are its values."""

    template = ""

    def html(self) -> str:
        return templates().get_template(self.template).render(block=self)

    def text(self) -> str:
        raise TypeError(f"{type(self).__name__} has no text")

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": self.text()}


@dataclass(frozen=True)
class Headline(Block):
    """The page's h1: the answer, and under it what the page is of."""

    title: str
    about: list[str] = field(default_factory=list)
    template = "headline.html.j2"

    def text(self) -> str:
        return "\n".join([f"# {self.title}", *self.about])


@dataclass(frozen=True)
class SectionHeading(Block):
    """A page's second-level heading that follows from the settings; others stand in the notebooks."""

    title: str
    template = "heading.html.j2"

    def text(self) -> str:
        return f"## {self.title}"


@dataclass(frozen=True)
class Paragraphs(Block):
    """Plain paragraphs, or a list where ``listed``."""

    paragraphs: list[str]
    listed: bool = False
    template = "paragraphs.html.j2"

    def text(self) -> str:
        return "\n".join(f"- {paragraph}" if self.listed else paragraph for paragraph in self.paragraphs)


@dataclass(frozen=True)
class Points(Block):
    """A short list, each point under a word or two in bold."""

    points: dict[str, str]
    template = "points.html.j2"

    def text(self) -> str:
        return "\n".join(f"- {name}: {sentence}" for name, sentence in self.points.items())


@dataclass(frozen=True)
class KeyFigure:
    """A number in large type: what it is of, what it is set against, and how sure it is."""

    value: str
    what: str
    against: str
    sure: str


@dataclass(frozen=True)
class KeyFigures(Block):
    """At most four headline figures, side by side, and what their grades mean."""

    figures: list[KeyFigure]
    notes: list[str] = field(default_factory=list)
    template = "key_figures.html.j2"

    def text(self) -> str:
        return "\n".join([*(f"{f.value} {f.what}; {f.against}; {f.sure}" for f in self.figures), *self.notes])


@dataclass(frozen=True)
class Link:
    """A page of the pack: what it answers, where it is, and what else it measures."""

    section: str
    answer: str
    page: str | None
    measures: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Links(Block):
    """The sections of a pack, each with its answer."""

    links: list[Link]
    template = "links.html.j2"

    def text(self) -> str:
        return "\n".join(f"- {link.section}: {link.answer} ({link.page or 'not in this pack'})" for link in self.links)


@dataclass(frozen=True)
class Table(Block):
    """A table with its caption. The first column names each row; columns after ``text_columns`` hold figures.

    A cell that is one of the symbols is explained beneath.
    """

    caption: str
    header: list[str]
    rows: list[list[str]]
    text_columns: int = 1
    notes: list[str] = field(default_factory=list)
    template = "table.html.j2"

    @property
    def short_names(self) -> bool:
        """Whether the rows' names are short enough to stand on one line each."""
        return all(len(row[0]) <= LONGEST_NAME for row in self.rows)

    @staticmethod
    def is_long(cell: str) -> bool:
        """Whether a cell among figures holds a sentence, which is broken over lines and not set as a figure."""
        return len(cell) > LONGEST_FIGURE

    @property
    def symbols(self) -> dict[str, str]:
        """The symbols that stand in the table, with their meanings."""
        used = {cell for row in self.rows for cell in row}
        return {symbol: meaning for symbol, meaning in SYMBOLS.items() if symbol in used}

    def text(self) -> str:
        lines_of_cells = [self.header, *self.rows]
        widths = [max(len(row[index]) for row in lines_of_cells) for index in range(len(self.header))]
        if max(widths) > WIDEST_TEXT:  # in columns it could not be read: a line a row
            lines = [" | ".join(row) for row in lines_of_cells]
        else:
            lines = [self._in_columns(row, widths) for row in lines_of_cells]
        symbols = [f"{symbol} = {meaning}" for symbol, meaning in self.symbols.items()]
        return "\n".join([self.caption, *lines, *symbols, *self.notes])

    def _in_columns(self, row: list[str], widths: list[int]) -> str:
        """A row with words to the left and figures to the right."""
        cells = [
            cell.ljust(width) if index < self.text_columns else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return "  ".join(cells).rstrip()


@dataclass(frozen=True)
class Figure(Block):
    """A chart: its picture, what it shows in words, its caption, and the table of what it draws."""

    title: str
    alt: str
    caption: list[str]
    table: Table
    draw: Callable[[], bytes]
    width: int
    height: int
    template = "figure.html.j2"

    @cached_property
    def png(self) -> bytes:
        """The picture, drawn when it is first asked for: whoever reads only the words does not wait for it."""
        return self.draw()

    @property
    def data_uri(self) -> str:
        return f"data:image/png;base64,{base64.b64encode(self.png).decode()}"

    def text(self) -> str:
        return "\n".join([f"[chart] {self.title}", self.alt, *self.caption, self.table.text()])


@dataclass(frozen=True)
class Blocks(Block):
    """Several blocks, one after another."""

    parts: list[Block]

    def html(self) -> str:
        return "\n".join(part.html() for part in self.parts)

    def text(self) -> str:
        return "\n\n".join(part.text() for part in self.parts)


@dataclass(frozen=True)
class Item:
    """Something with a name and several things said of it, each under a word of its own."""

    name: str
    parts: dict[str, str]


@dataclass(frozen=True)
class Items(Block):
    """Items one after another under a heading: what would be a table if its cells were not sentences."""

    heading: str
    items: list[Item]
    template = "items.html.j2"

    def text(self) -> str:
        lines = [f"### {self.heading}"]
        for item in self.items:
            lines += [f"- {item.name}", *(f"  {name}: {sentence}" for name, sentence in item.parts.items())]
        return "\n".join(lines)


def paragraphs(text: str | Iterable[str]) -> Paragraphs:
    return Paragraphs([text] if isinstance(text, str) else list(text))
