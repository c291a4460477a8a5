"""The board summary: about one printed side, in the order in which a board member asks."""

from __future__ import annotations

from functools import cached_property

from dbv_analysis.compare.change import EVERYWHERE, SIMILAR, change, elsewhere
from dbv_analysis.compare.grades import MEANS
from dbv_analysis.findings import Findings
from dbv_analysis.findings.pack_summary import answer, summarise
from dbv_analysis.findings.promises import STATUSES, measure_status
from dbv_analysis.findings.sections import find
from dbv_analysis.model.blocks import Headline, KeyFigures, Link, Links, Paragraphs, Points, Table, paragraphs
from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.pack import REPORTS, section_of
from dbv_analysis.model.units import COUNT
from dbv_analysis.model.wording import listed, lower_first, upper_first
from dbv_analysis.pages.balancing_measures import balancing_measures
from dbv_analysis.pages.heading import headline
from dbv_analysis.pages.reconciliation import RECONCILIATION, in_short, wrong
from dbv_analysis.results.evidence import Evidence

SUMMARY = "Board summary"
HEADLINES = (
    ("placement_special_percent", TOTAL),
    ("placement_mainstream_percent", TOTAL),
    ("placement_inmss_percent", TOTAL),
    ("overall_absence_percent", "EHC plan"),
    ("persistent_absence_percent", "EHC plan"),
)


class SummaryPage:
    """The pack's front page. Each method returns a block to display."""

    def __init__(self, evidence: Evidence):
        self.evidence = evidence

    @cached_property
    def _findings(self) -> dict[str, Findings]:
        """What each section says."""
        return {name: find(name, self.evidence) for name in self.evidence.sections}

    def answer(self) -> Headline:
        """The answer over all sections, with what the quarter's own report called the quarter."""
        settings = self.evidence.programme.quarters.get(str(self.evidence.quarter))
        label = settings.printed_label if settings else ""
        called = [f"The report for this quarter calls it “{label}”."] if label else []
        revised = "Some are read from later releases, which may have revised them; each page names its sources."
        return headline(self.evidence, SUMMARY, answer(self.evidence), revised, *called)

    def summary(self) -> Points:
        """Four lines: what was better than elsewhere, what was not, what cannot be told, and what to correct."""
        return Points({**summarise(self.evidence), "To correct in the last reports": f"{in_short(self.evidence)}."})

    def key_figures(self) -> KeyFigures | Paragraphs:
        """At most four headline figures."""
        order = sorted(self._findings, key=lambda name: section_of(name).key_figures)
        figures = [figure for name in order for figure in self._findings[name].key_figures]
        if not figures:
            return paragraphs("No headline figure had been published by the cut-off.")
        used = dict.fromkeys(figure.sure for figure in figures[:4] if figure.sure in MEANS)
        return KeyFigures(figures[:4], [f"{grade.capitalize()}: {MEANS[grade]}." for grade in used])

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
                    section_of(name).page if name in names else None,
                    [lower_first(metric.title) for metric in evidence.in_section(name)],
                )
                for name in evidence.sections
            ]
        )

    def reports(self) -> Links:
        """The reports that are due, as Word documents beside the pages."""
        return Links([Link(title, "Word document.", f"{name}.docx") for name, title in REPORTS.items()])

    def here_and_elsewhere(self) -> Table | Paragraphs:
        """The headline shares and rates beside the same figures elsewhere, over the same time."""
        evidence = self.evidence
        country = evidence.programme.country.name
        names = [evidence.area, SIMILAR, country]
        rows, stood_in = [], []
        for metric_id, breakdown in HEADLINES:
            moved = change(evidence.series(metric_id, breakdown)) if metric_id in evidence.metrics else None
            if moved is None or moved.refusal:
                continue
            moves = elsewhere(moved)
            moves[evidence.area] = (moved.earlier["value"], moved.later["value"])
            title = moved.series.title
            if EVERYWHERE in moves:
                moves[country] = moves[EVERYWHERE]
                stood_in.append(lower_first(title))
            cells = {name: " → ".join(moved.metric.write(value) for value in ends) for name, ends in moves.items()}
            period = f"{moved.earlier['period_label']} to {moved.later['period_label']}"
            rows.append([f"{title}, {period}", *(cells.get(name, "x") for name in names)])
        if not rows:
            return paragraphs("No two figures may be compared yet.")
        notes = [f"{SIMILAR}: the middle of the {evidence.neighbours.neighbours.name}."]
        if stood_in:
            notes.append(f"For {listed(stood_in)} the middle of all authorities stands in for {country}.")
        caption = "How the headline measures moved, here and elsewhere"
        return Table(caption, ["Measure", *names], rows, notes=notes)

    def balancing_measures(self) -> Table | Paragraphs:
        """Where a cost or share fell: timeliness, attendance, suspensions and appeals of the same children."""
        return balancing_measures(self.evidence)

    def not_yet(self) -> Paragraphs:
        """What cannot be told yet, and when."""
        sentences = [line for findings in self._findings.values() for line in findings.not_yet]
        return Paragraphs(sentences, listed=True) if sentences else paragraphs("Nothing is waiting for figures.")

    def promised(self) -> Table:
        """How many of the promised measures are reported, late, not yet reported or never defined, by section."""
        measures = measure_status(self.evidence)
        statuses = list(STATUSES)
        rows = []
        for section in self.evidence.sections:
            own = measures.loc[measures["section_of_pack"] == section, "status"]
            rows.append([section, *(COUNT.write((own == status).sum()) for status in statuses)])
        rows.append(["All sections", *(COUNT.write((measures["status"] == status).sum()) for status in statuses)])
        return Table(
            "Measures that the documents promise, by where they stand",
            ["Section", *(status.capitalize() for status in statuses)],
            rows,
            notes=["Measures that both workstreams promise are counted twice. Each section names its own."],
        )

    def corrections(self) -> Paragraphs:
        """What the reports printed that would mislead a reader: as printed, and what the data say."""
        items = wrong(self.evidence)
        grave = [f"{item.first.what}: printed “{item.first.printed}”. {item.how}" for item in items if item.misleads]
        if not grave:
            return paragraphs(f"{upper_first(in_short(self.evidence))}.")
        rest = len(items) - len(grave)
        more = [f"And {rest} that should be put right; the page {RECONCILIATION} has every one."] if rest else []
        return Paragraphs([*grave, *more], listed=True)

    def reconciliation(self) -> Links:
        """The page that holds every printed figure and claim."""
        text = upper_first(in_short(self.evidence))
        return Links([Link(RECONCILIATION, f"{text}.", section_of(RECONCILIATION).page)])

    def decisions(self) -> Paragraphs:
        """What the board should settle."""
        sentences = [line for findings in self._findings.values() for line in findings.decide]
        return (
            Paragraphs(sentences, listed=True) if sentences else paragraphs("Nothing is put to the board this quarter.")
        )
