"""What a notebook calls: one page of a pack, a heading, a sentence and a figure at a time.

    page = open_page("Placements", quarter, data, profile, as_at)
    page.headline()
    page.trend("placement_special_percent")
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from dbv_analysis.blocks import Block, Blocks, Figure, Headline, KeyFigures, Link, Links, Paragraphs, Table, paragraphs
from dbv_analysis.charts import Series, line_chart
from dbv_analysis.compare import beside, change, middle
from dbv_analysis.evidence import Evidence, open_evidence
from dbv_analysis.findings import find, lower_first
from dbv_analysis.findings.summary import answer, corrections
from dbv_analysis.periods import FULL_YEAR, PART_YEAR, SNAPSHOT, day_in_words
from dbv_analysis.registry import Metric
from dbv_analysis.scenarios import funding_agreement
from dbv_analysis.terms import CONTROLLED, POUNDS, TOTAL, listed, slug

SUMMARY = "Board summary"
WHOLE = [FULL_YEAR, SNAPSHOT]


def open_page(section: str, quarter: str, data: str | Path, profile: str = "public", as_at: str | date = "") -> Page:
    """The page of one section (or of the board summary) for a quarter.

    Args:
        section: a section's name, or ``Board summary``.
        quarter: such as ``2024-25-Q2``.
        data: the folder of the inputs.
        profile: ``public`` or ``controlled``.
        as_at: the cut-off, ``year-month-day``; the quarter's own where empty.
    """
    return Page(section, open_evidence(quarter, data, profile, as_at))


class Page:
    """One page. Each method returns a block to display; the page remembers which metrics it has shown."""

    def __init__(self, section: str, evidence: Evidence):
        self.section = section
        self.evidence = evidence
        self._shown: list[str] = []

    # Every section page

    def headline(self) -> Headline:
        """The answer, with the quarter and the cut-off."""
        return self._headline(find(self.section, self.evidence).headline)

    def _headline(self, words: str) -> Headline:
        evidence = self.evidence
        about = [
            f"{evidence.area} · {evidence.programme.programme.name} · {self.section}",
            f"{evidence.quarter.title}. Figures published by {day_in_words(evidence.cut_off)}.",
        ]
        if evidence.profile == CONTROLLED:
            about.append("Controlled: small counts are shown. For use inside the authority; not for publication.")
        return Headline(words, about)

    def trend(self, metric_id: str, breakdown: str = TOTAL) -> Figure | Paragraphs:
        """One measure over full years or census days: the authority against similar ones, region and country."""
        metric = self._show(metric_id)
        series = [Series(self.evidence.area, self._whole(metric_id, breakdown), own=True), *self._others(metric_id, breakdown)]
        series = [one for one in series if one.rows["value"].notna().any()]
        if not series:
            return paragraphs(f"{metric.title}: no figure had been published by the cut-off.")
        of = "" if breakdown == TOTAL else f", {breakdown}"
        return line_chart(
            series,
            title=self._active_title(metric, breakdown),
            measure=f"{metric.title}{of}, {metric.unit.name}",
            write=metric.write,
            caption=self._caption([metric]),
            start=self.evidence.start,
            breaks=metric.breaks,
        )

    def paths(self, metric_id: str, first: str = "") -> Figure | Paragraphs:
        """One measure with a line for each of its breakdowns; ``first`` is drawn in the accent colour."""
        metric = self._show(metric_id)
        rows = self._whole(metric_id)
        if rows.empty:
            return paragraphs(f"{metric.title}: no figure had been published by the cut-off.")
        last = rows[rows["period_end"] == rows["period_end"].max()].sort_values("value")
        lowest, highest = last.iloc[0], last.iloc[-1]
        names = sorted(rows["breakdown"].unique(), key=lambda name: (name != first, name))
        return line_chart(
            [Series(name, rows[rows["breakdown"] == name], own=True) for name in names],
            title=(
                f"{metric.title} by {last.iloc[0]['period_label']}: "
                f"{metric.write(lowest['value'])} to {metric.write(highest['value'])}"
            ),
            measure=f"{metric.title}, {metric.unit.name}",
            write=metric.write,
            caption=self._caption([metric]),
            start=self.evidence.start,
            breaks=metric.breaks,
        )

    def table(self, *metric_ids: str, breakdown: str = TOTAL, caption: str = "") -> Table | Paragraphs:
        """Several measures of the authority side by side, a row a period; only full years and census days."""
        metrics = [self._show(metric_id) for metric_id in metric_ids]
        rows = pd.concat([self._whole(metric.id, breakdown) for metric in metrics])
        if rows.empty:
            return paragraphs(f"{listed(metric.title for metric in metrics)}: no figure by the cut-off.")
        of = "" if breakdown == TOTAL else f", {breakdown}"
        return self._across(caption or f"{self.evidence.area}{of}", rows, {m.id: m.title for m in metrics}, "metric_id")

    def breakdowns(self, metric_id: str) -> Table | Paragraphs:
        """One measure of the authority, a column a breakdown, a row a period."""
        metric = self._show(metric_id)
        rows = self._whole(metric_id)
        if rows.empty:
            return paragraphs(f"{metric.title}: no figure had been published by the cut-off.")
        names = {name: name for name in rows["breakdown"].unique()}
        return self._across(f"{metric.title}, {metric.unit.name}", rows, names, "breakdown")

    def parts_of_a_year(self, metric_id: str) -> Table | Paragraphs:
        """Figures of parts of a year, in a table of their own, as printed: never on a line with full years."""
        metric = self._show(metric_id)
        rows = self.evidence.rows(metric_id, basis=PART_YEAR)
        if rows.empty:
            return paragraphs("No figure of part of a year had been published by the cut-off.")
        cells = [
            [row["breakdown"], row["period_label"], self._as_first_written(metric, row), day_in_words(row["as_at"])]
            for _, row in rows.iterrows()
        ]
        return Table(
            f"{metric.title}, {metric.unit.name}: parts of a year, not comparable with full years",
            ["Pupils", "Period", "Figure", "As at"],
            cells,
            text_columns=2,
            notes=[f"Source: {listed(rows['source'].unique())}."],
        )

    def as_printed(self, *metric_ids: str) -> Table | Paragraphs:
        """Figures as the reports printed them, beside the published figure of the same measure and period."""
        claims = beside(self.evidence, list(metric_ids))
        if claims.empty:
            return paragraphs("Neither document prints a figure of this measure.")
        return _printed_table(self.evidence, claims, "Figures as the reports printed them, beside the published ones")

    def funding_agreement(self) -> Table:
        """Implied funding with what rounding allows, and whether the paths agree."""
        self._show("dsg_implied_funding")
        rows = [
            [
                row.period_label,
                row.breakdown,
                POUNDS.write(row.value),
                f"£{row.lowest / 1e6:.2f}m to £{row.highest / 1e6:.2f}m",
                "yes" if row.agrees else "no",
            ]
            for row in funding_agreement(self.evidence).itertuples()
        ]
        return Table(
            "Funding implied by each path, and what rounding allows",
            ["Year as printed", "Path", "Implied funding", "Rounding allows", "Agrees with another path"],
            rows,
            text_columns=2,
        )

    def other_measures(self) -> Blocks | Paragraphs:
        """Every measure of the section that the page has not shown: a new metric appears here by itself."""
        parts: list[Block] = []
        for metric in self.evidence.in_section(self.section):
            if metric.id not in self._shown:
                rows = self._whole(metric.id)
                plain = set(rows["breakdown"]) <= {TOTAL}
                parts.append(self.trend(metric.id) if plain else self.breakdowns(metric.id))
        return Blocks(parts) if parts else paragraphs("All measures of this section are above.")

    def sureness(self) -> Paragraphs:
        """The grade, what else could explain the figures, and what would change our mind."""
        return Paragraphs(find(self.section, self.evidence).sure, listed=True)

    def definitions(self) -> Blocks:
        """What each measure on the page counts, its source, and what was assumed."""
        evidence = self.evidence
        metrics = [evidence.metrics[name] for name in self._shown]
        table = Table(
            "What counts",
            ["Measure", "Definition", "Source"],
            [[metric.title, f"{metric.definition} {metric.notes}".strip(), metric.source] for metric in metrics],
            text_columns=3,
        )
        releases = {row for metric in metrics for row in evidence.rows(metric.id)["release"].unique()}
        lines = []
        for source in self._sources(releases):
            lines.append(
                f"{source.publisher}, {source.title}; published {day_in_words(source.published)}; {source.licence}."
            )
            lines += [f"Assumed: {words}" for words in source.assumptions] + source.notes
        neighbours = evidence.neighbours
        if any(not evidence.rows(metric.id, areas=neighbours.codes).empty for metric in metrics):
            late = (
                " This set is dated after the cut-off; the one in force then was not at hand."
                if neighbours.later_than_cut_off
                else ""
            )
            names = listed(neighbours.neighbours.areas.values())
            lines.append(
                f"Similar authorities are the {neighbours.neighbours.name} of {neighbours.neighbours.source}: "
                f"{names}.{late}"
            )
        return Blocks([table, Paragraphs(lines, listed=True)])

    def published_since(self) -> Table | Paragraphs:
        """The authority's figures that came out after the cut-off: for information, in no finding above."""
        evidence = self.evidence
        rows = [
            [
                evidence.metrics[row["metric_id"]].title
                + ("" if row["breakdown"] == TOTAL else f", {row['breakdown']}"),
                row["period_label"],
                evidence.write(row),
                day_in_words(row["published"]),
            ]
            for name in self._shown
            for _, row in evidence.rows(name, since=True).iterrows()
        ]
        if not rows:
            return paragraphs("Nothing on this page has been published since the cut-off.")
        return Table(
            f"Published since {day_in_words(evidence.cut_off)}: not used above",
            ["Measure", "Period", "Figure", "First published"],
            rows,
            text_columns=2,
        )

    # The board summary

    def answer(self) -> Headline:
        """The summary's h1."""
        return self._headline(answer(self.evidence))

    def key_figures(self) -> KeyFigures | Paragraphs:
        """At most four headline figures."""
        every = [figure for name in self.evidence.sections for figure in find(name, self.evidence).key_figures]
        return KeyFigures(every[:4]) if every else paragraphs("No headline figure had been published by the cut-off.")

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
                    find(name, evidence).headline,
                    f"{slug(name)}.html" if name in names else None,
                    [self._in_brief(metric) for metric in evidence.in_section(name)],
                )
                for name in evidence.sections
            ]
        )

    def not_yet(self) -> Paragraphs:
        """What cannot be told yet, and when."""
        words = [line for name in self.evidence.sections for line in find(name, self.evidence).not_yet]
        return Paragraphs(words, listed=True) if words else paragraphs("Nothing is waiting for figures.")

    def corrections(self) -> Table | Paragraphs:
        """What the reports printed that the published figures do not bear out."""
        wrong = corrections(self.evidence)
        if wrong.empty:
            return paragraphs("Every printed figure that can be checked agrees with the published one.")
        return _printed_table(self.evidence, wrong, "Printed figures that do not hold")

    def decisions(self) -> Paragraphs:
        """What the board should settle."""
        words = [line for name in self.evidence.sections for line in find(name, self.evidence).decide]
        return Paragraphs(words, listed=True) if words else paragraphs("Nothing is put to the board this quarter.")

    # What the methods above share

    def _show(self, metric_id: str) -> Metric:
        if metric_id not in self._shown:
            self._shown.append(metric_id)
        return self.evidence.metrics[metric_id]

    def _whole(self, metric_id: str, breakdown: str | None = None) -> pd.DataFrame:
        rows = self.evidence.rows(metric_id, breakdown=breakdown)
        return rows[rows["basis"].isin(WHOLE)]

    def _others(self, metric_id: str, breakdown: str) -> list[Series]:
        """Comparators: the middle of similar authorities, the region, and the country."""
        evidence, programme = self.evidence, self.evidence.programme
        similar = middle(evidence, metric_id, evidence.neighbours.codes, breakdown)
        comparators = [Series("Similar areas", similar)] if evidence.metrics[metric_id].unit.name != "count" else []
        for area in (programme.region, programme.country):
            rows = evidence.rows(metric_id, areas=[area.code], breakdown=breakdown)
            rows = rows[rows["basis"].isin(WHOLE)]
            if not rows.empty and evidence.metrics[metric_id].unit.name != "count":
                comparators.append(Series(area.name, rows))
        return comparators

    def _active_title(self, metric: Metric, breakdown: str) -> str:
        moved = change(self.evidence, metric.id, breakdown=breakdown)
        of = "" if breakdown == TOTAL else f", {breakdown},"
        if moved and not moved.refusal:
            word = "stayed at" if moved.verb == "stayed" else f"{moved.verb} to"
            return f"{metric.title}{of} {word} {metric.write(moved.later['value'])}"
        newest = self._whole(metric.id, breakdown)
        if newest.empty:
            return metric.title
        return f"{metric.title}{of} {self.evidence.write(newest.iloc[-1])} in {newest.iloc[-1]['period_label']}"

    def _caption(self, metrics: list[Metric]) -> list[str]:
        """Source with its day, population and, where it is told, how the comparators were made."""
        evidence = self.evidence
        rows = pd.concat([self._whole(metric.id) for metric in metrics])
        sources = [
            f"{source.publisher}, {source.title} ({day_in_words(source.published)})"
            for source in self._sources(set(rows["release"]))
        ]
        lines = [f"Source: {'; '.join(sources)}.", *(metric.definition for metric in metrics)]
        if any(source.published > evidence.cut_off for source in self._sources(set(rows["release"]))):
            lines.insert(1, f"The newest figure here was first published on {day_in_words(rows['published'].max())}.")
        codes = evidence.neighbours.codes
        if any(not evidence.rows(metric.id, areas=codes).empty and metric.unit.name != "count" for metric in metrics):
            lines.append(f"Similar areas: the middle of {len(codes)} statistical neighbours.")
        return lines

    def _sources(self, releases: set[str]):
        """Each release once, though several files may come from it."""
        by_release = {}
        for source in self.evidence.sources:
            if source.release in releases:
                by_release.setdefault(source.release, source)
        return list(by_release.values())

    def _across(self, caption: str, rows: pd.DataFrame, names: dict[str, str], column: str) -> Table:
        """Rows as a table: a row a period, a column for each of ``names``."""
        periods = rows.drop_duplicates(["period_end", "period_label"]).sort_values("period_end")
        cells = []
        for period in periods.itertuples():
            at = rows[rows["period_end"] == period.period_end]
            line = [period.period_label]
            for name in names:
                found = at[at[column] == name]
                line.append("x" if found.empty else self.evidence.write(found.iloc[-1]))
            cells.append(line)
        return Table(caption, ["Period", *names.values()], cells)

    def _as_first_written(self, metric: Metric, row: pd.Series) -> str:
        return row["symbol"] or (f"{row['printed']}%" if row["printed"] else metric.write(row["value"]))

    def _in_brief(self, metric: Metric) -> str:
        newest = self._whole(metric.id)
        if newest.empty:
            return f"{lower_first(metric.title)} (no figure yet)"
        row = newest.iloc[-1]
        if row["breakdown"] != TOTAL:
            return lower_first(metric.title)
        return f"{lower_first(metric.title)} {self.evidence.write(row)}, {row['period_label']}"


def _printed_table(evidence: Evidence, claims: pd.DataFrame, caption: str) -> Table:
    rows = []
    for claim in claims.to_dict("records"):
        title = evidence.metrics[claim["metric_id"]].title
        if claim["agrees"] is None or pd.isna(claim["agrees"]):
            verdict = "nothing published to check it against"
        elif claim["agrees"]:
            verdict = "agrees"
        elif claim["matches"]:
            verdict = f"does not agree; it is the figure of {claim['matches']}"
        else:
            verdict = "does not agree"
        rows.append(
            [
                claim["label_printed"],
                claim["period_printed"],
                claim["area_name"],
                f"{title}, {claim['period_label']}",
                verdict,
                claim["printed"],
                claim["published"] or "x",
            ]
        )
    return Table(
        caption,
        ["Label printed", "Period printed", "Area", "Read as", "Verdict", "Printed", "Published"],
        rows,
        text_columns=5,
    )
