"""A report as it is put together: headings, what people wrote, figures, and marks where something is missing."""

from __future__ import annotations

from collections.abc import Mapping

from dbv_analysis.model.blocks import Block, Blocks, Headline, Paragraphs
from dbv_analysis.pages import SectionPage, SummaryPage
from dbv_analysis.reports.document import Document, Heading, Missing
from dbv_analysis.results.evidence import Evidence

Narrative = Mapping[str, list[Block]]


class Draft:
    """Collects the parts of one report. ``wants`` says of each part of the narrative what it should tell."""

    def __init__(self, evidence: Evidence, narrative: Narrative, wants: Mapping[str, str]):
        self.evidence = evidence
        self.narrative = narrative
        self.wants = wants
        self.parts: list[Heading | Block] = []
        self._pages: dict[str, SectionPage] = {}

    def page(self, section: str) -> SectionPage:
        """The page of a section: a report's figures are the page's own."""
        return self._pages.setdefault(section, SectionPage(section, self.evidence))

    @property
    def summary(self) -> SummaryPage:
        return SummaryPage(self.evidence)

    def heading(self, level: int, title: str) -> None:
        self.parts.append(Heading(level, title))

    def add(self, *blocks: Block) -> None:
        for block in blocks:
            if isinstance(block, Blocks):
                self.add(*block.parts)
            elif isinstance(block, Headline):
                self.parts.append(Headline(block.title))
            elif not (isinstance(block, Paragraphs) and not block.paragraphs):
                self.parts.append(block)

    def add_narrative(self, part: str) -> None:
        """What people wrote for a part of the narrative, or a mark that says what is to be written."""
        self.add(*(self.narrative.get(part) or [Missing(f"{part}: {self.wants[part]}")]))

    def document(self, title: str, subject: str, about: list[str]) -> Document:
        evidence = self.evidence
        return Document(title, subject, author=evidence.area, mark=evidence.mark, about=about, parts=self.parts)
