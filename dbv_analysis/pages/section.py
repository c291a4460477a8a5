"""A section's page: the answer, the chart that shows it, how sure we are, and what counts."""

from __future__ import annotations

import pandas as pd

from dbv_analysis.blocks import Block, Blocks, Figure, Headline, Paragraphs, Table, paragraphs
from dbv_analysis.charts import Series, line_chart
from dbv_analysis.compare import beside, change, comparators
from dbv_analysis.evidence import Evidence
from dbv_analysis.findings import find
from dbv_analysis.pages import provenance
from dbv_analysis.pages.heading import headline
from dbv_analysis.pages.tabular import across, printed_table
from dbv_analysis.periods import PART_YEAR, day_in_words
from dbv_analysis.registry import Metric
from dbv_analysis.scenarios import funding_agreement
from dbv_analysis.terms import COUNT, POUNDS, SYMBOLS, TOTAL, listed


class SectionPage:
    """One section. Each method returns a block to display; the page remembers which metrics it has shown."""

    def __init__(self, section: str, evidence: Evidence):
        self.section = section
        self.evidence = evidence
        self._shown: list[str] = []
        self._printed: list[str] = []

    def headline(self) -> Headline:
        """The answer, with the quarter and the cut-off."""
        return headline(self.evidence, self.section, find(self.section, self.evidence).headline)

    def trend(self, metric_id: str, breakdown: str = TOTAL) -> Figure | Paragraphs:
        """One measure over full years or census days: the authority against similar ones, region and country."""
        metric = self._show(metric_id)
        series = [
            Series(self.evidence.area, self.evidence.whole(metric_id, breakdown=breakdown), own=True),
            *(Series(name, rows) for name, rows in comparators(self.evidence, metric_id, breakdown).items()),
        ]
        series = [one for one in series if one.rows["value"].notna().any()]
        if not series:
            return self._nothing(metric)
        of = "" if breakdown == TOTAL else f", {breakdown}"
        return line_chart(
            series,
            title=self._active_title(metric, breakdown),
            measure=f"{metric.title}{of}, {metric.unit.name}",
            write=metric.write,
            caption=[*provenance.caption(self.evidence, metric), *provenance.comparator_notes(self.evidence, series)],
            start=self.evidence.start,
            breaks=metric.breaks,
        )

    def paths(self, metric_id: str, first: str = "") -> Figure | Paragraphs:
        """One measure with a line for each of its breakdowns; ``first`` is drawn in the accent colour."""
        metric = self._show(metric_id)
        rows = self.evidence.whole(metric_id)
        if not rows["value"].notna().any():
            return self._nothing(metric)
        numbers = rows[rows["value"].notna()]
        last = numbers[numbers["period_end"] == numbers["period_end"].max()].sort_values("value")
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
            caption=provenance.caption(self.evidence, metric),
            start=self.evidence.start,
            breaks=metric.breaks,
        )

    def table(self, *metric_ids: str, breakdown: str = TOTAL, caption: str) -> Table | Paragraphs:
        """Several measures of the authority side by side, a row a period; only full years and census days."""
        metrics = [self._show(metric_id) for metric_id in metric_ids]
        rows = pd.concat([self.evidence.whole(metric.id, breakdown=breakdown) for metric in metrics])
        if rows.empty:
            return paragraphs(f"{listed(metric.title for metric in metrics)}: no figure by the cut-off.")
        names = {metric.id: metric.title for metric in metrics}
        return across(f"{self.evidence.area}: {caption}", rows, names, "metric_id", self.evidence.write)

    def counts(self, *metric_ids: str, of: str, caption: str) -> Table | Paragraphs:
        """The numbers behind shares of one whole: each numerator, and the denominator as the last column.

        Args:
            metric_ids: shares with the same denominator.
            of: what the denominator counts, as the last column's header.
            caption: what the table shows.
        """
        rows = pd.concat([self.evidence.whole(metric_id, breakdown=TOTAL) for metric_id in metric_ids])
        if rows.empty:
            return paragraphs(f"{caption}: no figure by the cut-off.")
        whole = rows[rows["metric_id"] == metric_ids[0]]
        rows = pd.concat(
            [
                rows.assign(value=rows["numerator"]),
                whole.assign(value=whole["denominator"], metric_id=of),
            ]
        )
        names = {name: self.evidence.metrics[name].title for name in metric_ids} | {of: of}
        return across(
            f"{self.evidence.area}: {caption}",
            rows,
            names,
            "metric_id",
            lambda row: row["symbol"] or COUNT.write(row["value"]),
        )

    def breakdowns(self, metric_id: str) -> Table | Paragraphs:
        """One measure of the authority, a column a breakdown, a row a period."""
        metric = self._show(metric_id)
        rows = self.evidence.whole(metric_id)
        if rows.empty:
            return self._nothing(metric)
        names = {name: name for name in rows["breakdown"].unique()}
        return across(f"{metric.title}, {metric.unit.name}", rows, names, "breakdown", self.evidence.write)

    def parts_of_a_year(self, metric_id: str) -> Table | Paragraphs:
        """Figures of parts of a year, in a table of their own, as printed: never on a line with full years."""
        metric = self._show(metric_id)
        rows = self.evidence.rows(metric_id, basis=PART_YEAR)
        if rows.empty:
            return paragraphs("No figure of part of a year had been published by the cut-off.")
        cells = [
            [row["breakdown"], row["period_label"], _as_printed(metric, row), day_in_words(row["as_at"])]
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
        self._printed += metric_ids
        claims = beside(self.evidence, list(metric_ids))
        if claims.empty:
            return paragraphs("No report prints a figure of this measure.")
        return printed_table(self.evidence, claims, "Figures as the reports printed them, beside the published ones")

    def funding_agreement(self) -> Table | Paragraphs:
        """Implied funding with what rounding allows, and whether the paths agree."""
        metric = self._show("dsg_implied_funding")
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
        if not rows:
            return self._nothing(metric)
        return Table(
            "Funding implied by each path, and what rounding allows",
            ["Year as printed", "Path", "Implied funding", "Rounding allows", "Agrees with another path"],
            rows,
            text_columns=2,
        )

    def other_measures(self) -> Blocks:
        """Every measure of the section that the page has not shown: a new metric appears here by itself."""
        parts: list[Block] = []
        for metric in self.evidence.in_section(self.section):
            if metric.id not in self._shown:
                parts += self._plainly(metric.id)
        return Blocks(parts)

    def _plainly(self, metric_id: str) -> list[Block]:
        """A metric that no cell names: its line, or its breakdowns, and parts of a year apart."""
        rows = self.evidence.whole(metric_id)
        shown = [self.trend(metric_id) if set(rows["breakdown"]) <= {TOTAL} else self.breakdowns(metric_id)]
        if not self.evidence.rows(metric_id, basis=PART_YEAR).empty:
            shown.append(self.parts_of_a_year(metric_id))
        return shown

    def sureness(self) -> Paragraphs:
        """The grade, what else could explain the figures, and what would change our mind."""
        return Paragraphs(find(self.section, self.evidence).sure, listed=True)

    def definitions(self) -> Blocks:
        """What each measure on the page counts, its source, and what was assumed."""
        return provenance.definitions(self.evidence, self._shown, self._printed)

    def published_since(self) -> Table | Paragraphs:
        """Figures that came out after the cut-off: for information, in no finding above."""
        return provenance.published_since(self.evidence, self._shown)

    def _nothing(self, metric: Metric) -> Paragraphs:
        """Why there is nothing to draw: no figure yet, or only symbols."""
        symbols = sorted(set(self.evidence.whole(metric.id)["symbol"]) - {""})
        if not symbols:
            return paragraphs(f"{metric.title}: no figure had been published by the cut-off.")
        meanings = listed(f"{symbol} ({SYMBOLS[symbol]})" for symbol in symbols)
        return paragraphs(f"{metric.title}: no number can be shown; the figures are {meanings}.")

    def _show(self, metric_id: str) -> Metric:
        if metric_id not in self._shown:
            self._shown.append(metric_id)
        return self.evidence.metrics[metric_id]

    def _active_title(self, metric: Metric, breakdown: str) -> str:
        moved = change(self.evidence, metric.id, breakdown=breakdown)
        of = "" if breakdown == TOTAL else f", {breakdown},"
        if moved and not moved.refusal:
            word = "stayed at" if moved.verb == "stayed" else f"{moved.verb} to"
            return f"{metric.title}{of} {word} {metric.write(moved.later['value'])}"
        newest = self.evidence.whole(metric.id, breakdown=breakdown)
        if newest.empty:
            return metric.title
        return f"{metric.title}{of} {self.evidence.write(newest.iloc[-1])} in {newest.iloc[-1]['period_label']}"


def _as_printed(metric: Metric, row: pd.Series) -> str:
    """A figure of a document with the decimals that the document gives it."""
    return row["symbol"] or (f"{row['printed']}%" if row["printed"] else metric.write(row["value"]))
