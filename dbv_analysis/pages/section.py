"""A section's page: the answer, the chart that shows it, how sure we are, and what counts."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from dbv_analysis.checks.printed import beside
from dbv_analysis.findings.promises import missing
from dbv_analysis.findings.sections import find
from dbv_analysis.model.blocks import Block, Blocks, Figure, Headline, Paragraphs, SectionHeading, Table, paragraphs
from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.period import format_day
from dbv_analysis.model.units import COUNT, SYMBOLS, is_missing
from dbv_analysis.model.wording import listed, upper_first
from dbv_analysis.pages import figures, provenance
from dbv_analysis.pages.balancing_measures import balancing_measures
from dbv_analysis.pages.grades import grades
from dbv_analysis.pages.heading import headline
from dbv_analysis.pages.project_lists import ProjectListPage, not_there
from dbv_analysis.pages.tabular import across, funding_table, now_and_before, printed_table
from dbv_analysis.results.evidence import Evidence, written
from dbv_analysis.results.series import ALL, Series


class SectionPage(ProjectListPage):
    """One section. Each method returns a block to display; the page remembers which metrics it has shown."""

    def __init__(self, section: str, evidence: Evidence):
        super().__init__(evidence)
        self.section = section
        self._shown: list[str] = []
        self._printed: list[str] = []

    def headline(self) -> Headline:
        """The answer, with the quarter and the cut-off."""
        return headline(self.evidence, self.section, find(self.section, self.evidence).headline)

    def trend(self, metric_id: str, breakdown: str = TOTAL) -> Figure | Paragraphs:
        """One measure over full years or census days: the authority against similar ones, region and country."""
        series = self._show(metric_id, breakdown)
        return figures.trend(series) or self._nothing(series)

    def season(self, metric_id: str, breakdown: str = TOTAL) -> Figure | Paragraphs:
        """One measure in the same term of every year: the authority against similar ones, region and country."""
        series = self._show(metric_id, breakdown)
        return figures.trend(series, terms=True) or self._nothing(series)

    def a_term(self, metric_id: str) -> Figure | Paragraphs:
        """The newest count of events and the one before it, each divided by the school terms that it covers."""
        series = self._show(metric_id)
        return figures.a_term(series) or self._nothing(series)

    def control(self, metric_id: str, breakdown: str = TOTAL) -> Figure | Paragraphs:
        """The authority's own series with the limits that its figures from before the programme set."""
        series = self._show(metric_id, breakdown)
        text = f"{series.metric.title}: too few figures from before the programme began for a chart with limits."
        return figures.control(series) or paragraphs(text)

    def paths(self, metric_id: str, first: str = "") -> Figure | Table | Paragraphs:
        """One measure with a line for each of its breakdowns; ``first`` is drawn in the accent colour.

        A table where there are more breakdowns than colours that can be told apart.
        """
        series = self._show(metric_id, ALL)
        if not series.whole["value"].notna().any():
            return self._nothing(series)
        return figures.paths(series, first) or self.breakdowns(metric_id)

    def bars(self, metric_id: str, topic: str = "") -> Figure | Paragraphs:
        """The newest figures of one measure, a bar a breakdown."""
        if metric_id not in self.evidence.metrics:
            return paragraphs(f"The programme has no measure {metric_id}.")
        series = self._show(metric_id, ALL)
        return figures.bars(series, topic) or self._nothing(series)

    def shares(self, *metric_ids: str, title: str) -> Figure | Paragraphs:
        """The newest figures of several measures of one unit, a bar a measure."""
        several = self._show_all(metric_id for metric_id in metric_ids if metric_id in self.evidence.metrics)
        if not several:
            return not_there(title)
        return figures.shares(several, title) or self._nothing(*several)

    def spent_and_planned(self, spent: str, planned: str) -> Figure | Paragraphs:
        """Spending beside what was planned, by quarter and to date."""
        both = self._show_all([spent, planned])
        return figures.spent_and_planned(*both) or self._nothing(*both)

    def unit_heading(self) -> SectionHeading:
        """The heading over the case for the unit that the programme plans."""
        unit = self.evidence.programme.unit
        return SectionHeading(upper_first(unit.one) if unit else "A planned unit")

    def unit_range(self, average: str = "inmss_unit_cost_average") -> Figure | Paragraphs:
        """The range of what a place in the planned unit costs, beside an average placement."""
        unit = self.evidence.programme.unit
        if unit is None:
            return paragraphs("The programme plans no unit.")
        both = self._show(unit.cost, ALL), self._show(average)
        return figures.unit_range(unit, *both) or self._nothing(*both)

    def unit_case(self, caption: str) -> Table | Paragraphs:
        """The planned unit's funding and places, and what a place costs and saves."""
        unit = self.evidence.programme.unit
        if unit is None:
            return paragraphs("There is no case to be made.")
        ids = unit.funding, unit.places, unit.cost, unit.saving, unit.claimed
        return self.now_and_before(*ids, caption=caption)

    def indicators(self, caption: str) -> Table | Paragraphs:
        """The measures that the workstreams report each quarter, now and before."""
        ids = self.evidence.programme.indicators
        return self.now_and_before(*ids, caption=caption) if ids else not_there(upper_first(caption))

    def table(self, *metric_ids: str, breakdown: str = TOTAL, caption: str) -> Table | Paragraphs:
        """Several measures of the authority side by side, a row a period; only full years and census days."""
        several = self._show_all(metric_ids, breakdown)
        rows = pd.concat([series.whole for series in several])
        if rows.empty:
            return paragraphs(f"{_titles(several)}: no figure by the cut-off.")
        names = {series.metric.id: series.metric.title for series in several}
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
        if rows["numerator"].isna().all() and (rows["symbol"] == "").any():
            return paragraphs(f"{caption}: the source gives the shares without the numbers behind them.")
        whole = rows[rows["metric_id"] == metric_ids[0]]
        rows = pd.concat([rows.assign(value=rows["numerator"]), whole.assign(value=whole["denominator"], metric_id=of)])
        names = {name: self.evidence.metrics[name].title for name in metric_ids} | {of: of}
        return across(
            f"{self.evidence.area}: {caption}",
            rows,
            names,
            "metric_id",
            lambda row: row["symbol"] or ("x" if is_missing(row["value"]) else COUNT.write(row["value"])),
        )

    def breakdowns(self, metric_id: str) -> Table | Paragraphs:
        """One measure of the authority, a column a breakdown, a row a period."""
        series = self._show(metric_id, ALL)
        return self._by_breakdown(series, series.whole, series.title)

    def terms(self, metric_id: str) -> Table | Paragraphs:
        """One measure of the authority, a row a term, a column a breakdown."""
        series = self._show(metric_id, ALL)
        return self._by_breakdown(series, series.parts, f"{series.title} by term")

    def _by_breakdown(self, series: Series, rows: pd.DataFrame, title: str) -> Table | Paragraphs:
        if rows.empty:
            return self._nothing(series)
        names = {name: name for name in rows["breakdown"].unique()}
        return across(f"{title}, {series.metric.unit.name}", rows, names, "breakdown", self.evidence.write)

    def quarters(self, metric_id: str) -> Table | Paragraphs:
        """One measure of the authority, a row a breakdown, a column a quarter and one for the time to date."""
        series = self._show(metric_id, ALL)
        rows = series.rows
        if rows.empty:
            return self._nothing(series)
        to_date = rows["period_label"].str.startswith("to ")
        newest = rows["period_end"] == rows.loc[to_date, "period_end"].max()
        rows = pd.concat([rows[~to_date], rows[to_date & newest]])
        return across(
            f"{series.title}, {series.metric.unit.name}",
            rows,
            {name: name for name in dict.fromkeys(rows["period_label"])},
            "period_label",
            self.evidence.write,
            by="breakdown",
            header=rows.iloc[0]["breakdown_topic"],
        )

    def parts_of_a_year(self, *metric_ids: str) -> Table | Paragraphs:
        """Figures of parts of a year, in a table of their own, as printed: never on a line with full years."""
        several = self._show_all(metric_ids, ALL)
        names = _titles(several)
        cells = []
        for series in several:
            for _, row in series.parts.iterrows():
                group = "" if row["breakdown"] == TOTAL else row["breakdown"]
                of = group if group and len(several) == 1 else ", ".join(filter(None, [series.title, group]))
                known = format_day(min(row["as_at"], row["published"]))
                cells.append([of, row["period_label"], written(series.metric, row), known])
        if not cells:
            return paragraphs(f"{names}: no figure of part of a year had been published by the cut-off.")
        units = listed(dict.fromkeys(series.metric.unit.name for series in several))
        sources = dict.fromkeys(source for series in several for source in series.parts["source"])
        return Table(
            f"{names}, {units}: parts of a year, not comparable with full years",
            ["Of", "Period", "Figure", "As at"],
            cells,
            text_columns=2,
            notes=[f"Source: {listed(sources)}."],
        )

    def now_and_before(self, *metric_ids: str, caption: str) -> Table | Paragraphs:
        """The newest figures of several measures, the ones before them, and the change where it can be fairly made."""
        several = self._show_all(metric_ids, ALL)
        return now_and_before(several, caption) or self._nothing(*several)

    def as_printed(self, *metric_ids: str) -> Table | Paragraphs:
        """Figures as the reports printed them, beside the published figure of the same measure and period."""
        self._printed += metric_ids
        claims = beside(self.evidence, list(metric_ids))
        if claims.empty:
            return paragraphs("No report prints a figure of this measure.")
        return printed_table(self.evidence, claims, "Figures as the reports printed them, beside the published ones")

    def funding_agreement(self) -> Table | Paragraphs:
        """Implied funding with what rounding allows, and whether the paths agree."""
        series = self._show("dsg_implied_funding", ALL)
        return funding_table(self.evidence) or self._nothing(series)

    def promised(self) -> Paragraphs:
        """What was promised of this section and is not reported, late, or was never defined."""
        if self.evidence.project_list("measures").empty:
            return paragraphs("What was promised is not known: no list of measures had been published by the cut-off.")
        words = missing(self.evidence, self.section)
        if not words:
            return paragraphs("Everything that was promised of this section has figures in time.")
        return Paragraphs(words, listed=True)

    def other_measures(self) -> Blocks:
        """Every measure of the section with figures that the page has not shown: a new one appears by itself."""
        parts: list[Block] = []
        once: list[str] = []
        for metric in self.evidence.in_section(self.section):
            if metric.id in self._shown:
                continue
            series = self.evidence.series(metric.id, ALL)
            totals = series.whole["breakdown"] == TOTAL
            if series.rows.empty:
                if not series.since.empty:
                    self._show(metric.id)  # so that it is defined, and told under "Published since"
            elif metric.any_day or (totals.all() and len(totals) < 2):
                once.append(metric.id)
            else:
                parts += self._plainly(series)
        if once:
            parts.append(self.now_and_before(*once, caption="Other measures"))
        return Blocks(parts)

    def _plainly(self, series: Series) -> list[Block]:
        """A metric that no cell names: its line, or its breakdowns, and parts of a year apart."""
        metric_id, totals = series.metric.id, series.whole["breakdown"] == TOTAL
        shown = [self.trend(metric_id) if totals.all() else self.breakdowns(metric_id)]
        if not series.parts.empty:
            shown.append(self.parts_of_a_year(metric_id))
        return shown

    def sureness(self) -> Paragraphs:
        """The grade, what else could explain the figures, and what would change our mind."""
        return Paragraphs(find(self.section, self.evidence).sure, listed=True)

    def grades(self) -> Block:
        """What can be said of each measure since the programme began, here and elsewhere, and how strongly."""
        return grades(self.evidence, self.section)

    def balancing_measures(self) -> Table | Paragraphs:
        """Where a cost or share here fell: timeliness, attendance, suspensions and appeals of the same children."""
        return balancing_measures(self.evidence, (self.section,))

    def definitions(self) -> Blocks:
        """What each measure on the page counts, its source, and what was assumed."""
        return provenance.definitions(self.evidence, self.section, self._shown, self._printed, self._lists)

    def published_since(self) -> Table | Paragraphs:
        """Figures that came out after the cut-off: for information, in no finding above."""
        return provenance.published_since(self.evidence, self._shown)

    def _nothing(self, *several: Series) -> Paragraphs:
        """Why there is nothing to draw: no figure yet, or only symbols."""
        symbols = {symbol for series in several for symbol in self.evidence.rows(series.metric.id)["symbol"] if symbol}
        if not symbols:
            return paragraphs(f"{_titles(several)}: no figure had been published by the cut-off.")
        meanings = listed(f"{symbol} ({SYMBOLS[symbol]})" for symbol in sorted(symbols))
        return paragraphs(f"{_titles(several)}: no number can be shown; the figures are {meanings}.")

    def _show(self, metric_id: str, breakdown: str | None = TOTAL) -> Series:
        """The figures of one measure, which the page's definitions explain from now on."""
        if metric_id not in self._shown:
            self._shown.append(metric_id)
        return self.evidence.series(metric_id, breakdown)

    def _show_all(self, metric_ids: Iterable[str], breakdown: str | None = TOTAL) -> list[Series]:
        return [self._show(metric_id, breakdown) for metric_id in metric_ids]


def _titles(several: Iterable[Series]) -> str:
    return listed(series.metric.title for series in several)
