"""The board summary: about one printed side, in the order in which a board member asks."""

from __future__ import annotations

from dbv_analysis.blocks import Headline, KeyFigures, Link, Links, Paragraphs, paragraphs
from dbv_analysis.evidence import Evidence
from dbv_analysis.findings import find
from dbv_analysis.findings.whole_pack import answer, corrections
from dbv_analysis.pages.heading import headline
from dbv_analysis.terms import lower_first, slug

SUMMARY = "Board summary"
GRADES = ["Monitoring only: the figure is watched; nothing yet tests whether the programme moved it."]


class SummaryPage:
    """The pack's front page. Each method returns a block to display."""

    def __init__(self, evidence: Evidence):
        self.evidence = evidence
        self._findings = {name: find(name, evidence) for name in evidence.sections}

    def answer(self) -> Headline:
        """The answer over all sections, with what the quarter's own report called the quarter."""
        settings = self.evidence.programme.quarters.get(str(self.evidence.quarter))
        label = settings.printed_label if settings else ""
        called = [f"The report for this quarter calls it “{label}”."] if label else []
        return headline(self.evidence, SUMMARY, answer(self.evidence), *called)

    def key_figures(self) -> KeyFigures | Paragraphs:
        """At most four headline figures."""
        every = [figure for found in self._findings.values() for figure in found.key_figures]
        return (
            KeyFigures(every[:4], GRADES)
            if every
            else paragraphs("No headline figure had been published by the cut-off.")
        )

    def sections(self, held: str = "") -> Links:
        """Each section with its answer, linked where the pack holds it.

        ``held`` names the sections whose pages are in the pack, comma-separated; all where empty.
        """
        evidence = self.evidence
        names = [name.strip() for name in held.split(",")] if held else evidence.sections
        return Links(
            [
                Link(
                    name,
                    self._findings[name].headline,
                    f"{slug(name)}.html" if name in names else None,
                    [lower_first(metric.title) for metric in evidence.in_section(name)],
                )
                for name in evidence.sections
            ]
        )

    def not_yet(self) -> Paragraphs:
        """What cannot be told yet, and when."""
        words = [line for found in self._findings.values() for line in found.not_yet]
        return Paragraphs(words, listed=True) if words else paragraphs("Nothing is waiting for figures.")

    def corrections(self) -> Paragraphs:
        """What the reports printed that the published figures do not bear out: printed → what holds, and why."""
        wrong = corrections(self.evidence)
        if wrong.empty:
            return paragraphs("Every printed figure that can be checked agrees with the published one.")
        metrics = self.evidence.metrics
        return Paragraphs(
            [
                f"“{claim['label_printed']}”, {_year_printed(claim)}: printed {claim['printed']} → "
                f"{claim['published']} ({lower_first(metrics[claim['metric_id']].title)}, {claim['period_label']}). "
                + (f"The printed figure is that of {claim['matches']}." if claim["matches"] else "")
                for claim in wrong.to_dict("records")
            ],
            listed=True,
        )

    def decisions(self) -> Paragraphs:
        """What the board should settle."""
        words = [line for found in self._findings.values() for line in found.decide]
        return Paragraphs(words, listed=True) if words else paragraphs("Nothing is put to the board this quarter.")


def _year_printed(claim: dict) -> str:
    return "no year printed" if claim["period_printed"] == "not stated" else claim["period_printed"]
