"""A section's page: the answer, the chart that shows it, how sure we are, and what counts."""

from __future__ import annotations

import pandas as pd

from dbv_analysis.checks.printed import beside
from dbv_analysis.findings import find
from dbv_analysis.findings.promises import missing
from dbv_analysis.model.blocks import Block, Blocks, Figure, Headline, Paragraphs, Table, paragraphs
from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.metric import Metric
from dbv_analysis.model.period import PART_YEAR, format_day
from dbv_analysis.model.units import COUNT, SYMBOLS, is_missing
from dbv_analysis.model.wording import listed
from dbv_analysis.pages import figures, project_lists, provenance
from dbv_analysis.pages.balancing_measures import balancing_measures
from dbv_analysis.pages.grades import grades
from dbv_analysis.pages.heading import headline
from dbv_analysis.pages.tabular import across, funding_table, now_and_before, printed_table
from dbv_analysis.results.evidence import Evidence, written


class SectionPage:
    """One section. Each method returns a block to display; the page remembers which metrics it has shown."""

    def __init__(self, section: str, evidence: Evidence):
        self.section = section
        self.evidence = evidence
        self._shown: list[str] = []
        self._printed: list[str] = []
        self._registers: list[str] = []

    def headline(self) -> Headline:
        """The answer, with the quarter and the cut-off."""
        return headline(self.evidence, self.section, find(self.section, self.evidence).headline)

    def trend(self, metric_id: str, breakdown: str = TOTAL) -> Figure | Paragraphs:
        """One measure over full years or census days: the authority against similar ones, region and country."""
        metric = self._show(metric_id)
        return figures.trend(self.evidence, metric, breakdown) or self._nothing(metric)

    def season(self, metric_id: str, breakdown: str = TOTAL) -> Figure | Paragraphs:
        """One measure in the same term of every year: the authority against similar ones, region and country."""
        metric = self._show(metric_id)
        return figures.trend(self.evidence, metric, breakdown, terms=True) or self._nothing(metric)

    def a_term(self, metric_id: str) -> Figure | Paragraphs:
        """The newest count of events and the one before it, each divided by the school terms that it covers."""
        metric = self._show(metric_id)
        return figures.a_term(self.evidence, metric) or self._nothing(metric)

    def control(self, metric_id: str, breakdown: str = TOTAL) -> Figure | Paragraphs:
        """The authority's own series with the limits that its figures from before the programme set."""
        metric = self._show(metric_id)
        words = f"{metric.title}: too few figures from before the programme began for a chart with limits."
        return figures.control(self.evidence, metric, breakdown) or paragraphs(words)

    def paths(self, metric_id: str, first: str = "") -> Figure | Paragraphs:
        """One measure with a line for each of its breakdowns; ``first`` is drawn in the accent colour.

        A table where there are more breakdowns than colours that can be told apart.
        """
        metric = self._show(metric_id)
        if not self.evidence.whole(metric_id)["value"].notna().any():
            return self._nothing(metric)
        return figures.paths(self.evidence, metric, first) or self.breakdowns(metric_id)

    def bars(self, metric_id: str, topic: str = "") -> Figure | Paragraphs:
        """The newest figures of one measure, a bar a breakdown."""
        metric = self._show(metric_id)
        return figures.bars(self.evidence, metric, topic) or self._nothing(metric)

    def shares(self, *metric_ids: str, title: str) -> Figure | Paragraphs:
        """The newest figures of several measures of one unit, a bar a measure."""
        metrics = [self._show(metric_id) for metric_id in metric_ids]
        return figures.shares(self.evidence, metrics, title) or self._nothing(*metrics)

    def spent_and_planned(self, spent: str, planned: str) -> Figure | Paragraphs:
        """Spending beside what was planned, by quarter and to date."""
        metrics = self._show(spent), self._show(planned)
        return figures.spent_and_planned(self.evidence, *metrics) or self._nothing(*metrics)

    def unit_range(self, cost: str, average: str) -> Figure | Paragraphs:
        """The range of what a place in a high dependency unit costs, beside an average placement."""
        metrics = self._show(cost), self._show(average)
        return figures.unit_range(self.evidence, *metrics) or self._nothing(*metrics)

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
        if rows["numerator"].isna().all() and (rows["symbol"] == "").any():
            return paragraphs(f"{caption}: the source gives the shares without the numbers behind them.")
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
            lambda row: row["symbol"] or ("x" if is_missing(row["value"]) else COUNT.write(row["value"])),
        )

    def breakdowns(self, metric_id: str) -> Table | Paragraphs:
        """One measure of the authority, a column a breakdown, a row a period."""
        metric = self._show(metric_id)
        rows = self.evidence.whole(metric_id)
        if rows.empty:
            return self._nothing(metric)
        names = {name: name for name in rows["breakdown"].unique()}
        return across(f"{metric.title}, {metric.unit.name}", rows, names, "breakdown", self.evidence.write)

    def quarters(self, metric_id: str) -> Table | Paragraphs:
        """One measure of the authority, a row a breakdown, a column a quarter and one for the time to date."""
        metric = self._show(metric_id)
        rows = self.evidence.rows(metric_id)
        if rows.empty:
            return self._nothing(metric)
        to_date = rows["period_label"].str.startswith("to ")
        rows = pd.concat(
            [rows[~to_date], rows[to_date & (rows["period_end"] == rows.loc[to_date, "period_end"].max())]]
        )
        names = dict.fromkeys(rows["period_label"])
        return across(
            f"{metric.title}, {metric.unit.name}",
            rows,
            {name: name for name in names},
            "period_label",
            self.evidence.write,
            by="breakdown",
            header=rows.iloc[0]["breakdown_topic"],
        )

    def terms(self, metric_id: str) -> Table | Paragraphs:
        """One measure of the authority, a row a term, a column a breakdown."""
        metric = self._show(metric_id)
        rows = self.evidence.rows(metric_id, basis=PART_YEAR)
        if rows.empty:
            return self._nothing(metric)
        names = {name: name for name in rows["breakdown"].unique()}
        return across(f"{metric.title} by term, {metric.unit.name}", rows, names, "breakdown", self.evidence.write)

    def parts_of_a_year(self, *metric_ids: str) -> Table | Paragraphs:
        """Figures of parts of a year, in a table of their own, as printed: never on a line with full years."""
        metrics = [self._show(metric_id) for metric_id in metric_ids]
        rows = pd.concat([self.evidence.rows(metric.id, basis=PART_YEAR) for metric in metrics])
        names = listed(metric.title for metric in metrics)
        if rows.empty:
            return paragraphs(f"{names}: no figure of part of a year had been published by the cut-off.")
        cells = []
        for _, row in rows.iterrows():
            metric = self.evidence.metrics[row["metric_id"]]
            group = "" if row["breakdown"] == TOTAL else row["breakdown"]
            what = group if group and len(metrics) == 1 else ", ".join(filter(None, [metric.title, group]))
            known = format_day(min(row["as_at"], row["published"]))
            cells.append([what, row["period_label"], written(metric, row), known])
        units = listed(dict.fromkeys(metric.unit.name for metric in metrics))
        return Table(
            f"{names}, {units}: parts of a year, not comparable with full years",
            ["Of", "Period", "Figure", "As at"],
            cells,
            text_columns=2,
            notes=[f"Source: {listed(rows['source'].unique())}."],
        )

    def now_and_before(self, *metric_ids: str, caption: str) -> Table | Paragraphs:
        """The newest figures of several measures, the ones before them, and the change where it can be fairly made."""
        metrics = [self._show(metric_id) for metric_id in metric_ids]
        return now_and_before(self.evidence, metrics, caption) or self._nothing(*metrics)

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
        return funding_table(self.evidence) or self._nothing(metric)

    def project_list(self, name: str, caption: str, columns: dict[str, str], **where: str) -> Table | Paragraphs:
        """A list that the programme keeps, as it stood at the cut-off: ``columns`` and the words that head them."""
        self._list(name)
        return project_lists.project_list(self.evidence, name, caption, columns, where) or _not_there(caption)

    def phases_now(self) -> Figure | Paragraphs:
        """Each element's phase in this quarter: planned, and as the report says it twice."""
        self._list("phases")
        return project_lists.phases_now(self.evidence) or _not_there("Phases of this quarter")

    def phase_plan(self) -> Figure | Paragraphs:
        """The phases planned for every quarter."""
        self._list("phases")
        return project_lists.phase_plan(self.evidence) or _not_there("Phases planned")

    def risk_map(self) -> Figure | Paragraphs:
        """The risks by element and rating, with their reviews."""
        self._list("risks")
        return project_lists.risk_map(self.evidence) or _not_there("The risk register")

    def plan_phases(self) -> Figure | Paragraphs:
        """The phases of the implementation plan as a timeline."""
        self._list("tasks")
        return project_lists.plan_phases(self.evidence) or _not_there("The implementation plan")

    def plan_tasks(self) -> Blocks | Paragraphs:
        """The tasks of each plan as a timeline, a chart a plan."""
        self._list("tasks")
        plans = self.evidence.project_list("tasks")["plan"].unique()
        drawn = [project_lists.plan_tasks(self.evidence, plan) for plan in plans]
        drawn = [figure for figure in drawn if figure]
        return Blocks(drawn) if drawn else _not_there("The tasks of the implementation plan")

    def milestones(self) -> Table | Paragraphs:
        """The milestones, each with its state at the cut-off."""
        self._list("milestones")
        return project_lists.milestone_table(self.evidence) or _not_there("The milestones")

    def lines_and_opportunities(self) -> Table | Paragraphs:
        """Which grant lines serve each of the opportunities."""
        self._list("opportunities")
        self._list("grant_lines")
        return project_lists.lines_and_opportunities(self.evidence) or _not_there("The opportunities")

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
            rows = self.evidence.whole(metric.id)
            if self.evidence.rows(metric.id).empty:
                if not self.evidence.rows(metric.id, since=True).empty:
                    self._show(metric.id)  # so that it is defined, and told under "Published since"
                continue
            if metric.any_day or (len(rows[rows["breakdown"] == TOTAL]) < 2 and set(rows["breakdown"]) <= {TOTAL}):
                once.append(metric.id)
            else:
                parts += self._plainly(metric.id)
        if once:
            parts.append(self.now_and_before(*once, caption="Other measures"))
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

    def grades(self) -> Block:
        """What can be said of each measure since the programme began, here and elsewhere, and how strongly."""
        return grades(self.evidence, self.section)

    def balancing_measures(self) -> Table | Paragraphs:
        """Where a cost or share here fell: timeliness, attendance, suspensions and appeals of the same children."""
        return balancing_measures(self.evidence, (self.section,))

    def definitions(self) -> Blocks:
        """What each measure on the page counts, its source, and what was assumed."""
        return provenance.definitions(self.evidence, self.section, self._shown, self._printed, self._registers)

    def published_since(self) -> Table | Paragraphs:
        """Figures that came out after the cut-off: for information, in no finding above."""
        return provenance.published_since(self.evidence, self._shown)

    def _nothing(self, *metrics: Metric) -> Paragraphs:
        """Why there is nothing to draw: no figure yet, or only symbols."""
        names = listed(metric.title for metric in metrics)
        symbols = {symbol for metric in metrics for symbol in self.evidence.rows(metric.id)["symbol"]} - {""}
        if not symbols:
            return paragraphs(f"{names}: no figure had been published by the cut-off.")
        meanings = listed(f"{symbol} ({SYMBOLS[symbol]})" for symbol in sorted(symbols))
        return paragraphs(f"{names}: no number can be shown; the figures are {meanings}.")

    def _show(self, metric_id: str) -> Metric:
        if metric_id not in self._shown:
            self._shown.append(metric_id)
        return self.evidence.metrics[metric_id]

    def _list(self, name: str) -> None:
        if name not in self._registers:
            self._registers.append(name)


def _not_there(what: str) -> Paragraphs:
    return paragraphs(f"{what}: nothing had been published by the cut-off.")
