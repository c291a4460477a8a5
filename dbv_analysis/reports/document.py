"""What a report is made of, whatever file it becomes: a title, headings and the blocks under them."""

from __future__ import annotations

from dataclasses import dataclass, field

from dbv_analysis.model.blocks import Block

DEEPEST = 3
TO_BE_WRITTEN = "To be written:"


@dataclass(frozen=True)
class Heading:
    """A heading of a report, from level 1 to level 3. Raises ValueError where it has no words or no such level."""

    level: int
    title: str

    def __post_init__(self):
        if not 1 <= self.level <= DEEPEST:
            raise ValueError(f"a heading is of level 1 to {DEEPEST}, not {self.level}")
        if not self.title.strip():
            raise ValueError("a heading needs words")


@dataclass(frozen=True)
class Missing(Block):
    """A part that nobody has written yet, marked so that nobody overlooks it. ``what`` says what belongs there."""

    what: str
    template = "missing.html.j2"

    def text(self) -> str:
        return f"{TO_BE_WRITTEN} {self.what}"


@dataclass(frozen=True)
class Document:
    """A whole report, in the order in which it is read.

    ``subject`` stands at the foot of every page, ``author`` is an authority or a programme, and
    ``mark`` says who may have it, where not everybody may, and stands at the head of every page; ``about`` are the
    lines under the title. The structure is that of the headings alone: a block that
    is a page's first heading on the web stands as a sentence in large type here.
    """

    title: str
    subject: str
    author: str
    mark: str = ""
    about: list[str] = field(default_factory=list)
    parts: list[Heading | Block] = field(default_factory=list)
