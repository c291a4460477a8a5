"""The results table as a quarter's pack may use it: what was known by its cut-off, what came out since."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, TypeVar

import pandas as pd

from dbv_analysis.metrics.declared import metrics_of
from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.metric import Metric
from dbv_analysis.model.pack import CONTROLLED, PROFILES, section_order
from dbv_analysis.model.period import FULL_YEAR, SNAPSHOT, Period, Quarter
from dbv_analysis.model.problems import CallProblem
from dbv_analysis.model.project_lists import PROJECT_LISTS
from dbv_analysis.model.settings import NeighbourSet, Programme, load_programme
from dbv_analysis.model.source import Source
from dbv_analysis.model.text_checks import unfit
from dbv_analysis.model.wording import listed
from dbv_analysis.results import cache
from dbv_analysis.results.series import Series

FIGURE = ["area_code", "breakdown_topic", "breakdown", "period_start", "period_end"]
LISTS = (*PROJECT_LISTS, "printed_figures", "own_figures", "grant", "scenarios")
Answer = TypeVar("Answer")
LONGEST_NAME = 80  # characters of a recipient
NEVER = 1_000_000  # days: more than lie between any two releases


class _Entry(NamedTuple):
    """A row to choose from: its rank among those of its metric, and its place in the metric's table."""

    rank: int
    place: int
    figure: tuple
    breakdown: str
    basis: str


@dataclass(frozen=True)
class Evidence:
    """Results, and what a page must know to quote from them.

    ``results`` holds everything; ``rows`` divides it at ``cut_off``. ``lists`` holds the tables that are shown as
    they are, by name: the registers, and the printed figures.
    """

    results: pd.DataFrame
    lists: dict[str, pd.DataFrame]
    sources: list[Source]
    metrics: dict[str, Metric]
    programme: Programme
    quarter: Quarter
    cut_off: date
    profile: str
    recipients: tuple[str, ...] = ()

    @property
    def area(self) -> str:
        """The authority's name, as a sentence uses it."""
        return self.programme.area.name

    @property
    def mark(self) -> str:
        """What every page of a controlled pack says of who may have it; empty in the public profile."""
        if self.profile != CONTROLLED:
            return ""
        return f"Controlled: for {listed(self.recipients)} only. Small counts are shown. Do not forward."

    @property
    def start(self) -> date:
        """The day on which the programme began."""
        return self.programme.programme.start

    @property
    def printed_figures(self) -> pd.DataFrame:
        """Every figure as a report printed it, whenever that was."""
        return self.lists["printed_figures"]

    def project_list(self, name: str) -> pd.DataFrame:
        """The entries of a register, each as it was last given by the cut-off, in their order."""
        return self.cached(("register", name), lambda: self._register(name)).copy()

    def _register(self, name: str) -> pd.DataFrame:
        entries = self.lists[name]
        entries = entries[entries["published"] <= self.cut_off]
        key = list(PROJECT_LISTS[name])
        newest = entries.sort_values("published", kind="stable").drop_duplicates(key, keep="last")
        return newest.set_index(key).loc[entries.drop_duplicates(key).set_index(key).index].reset_index()

    @property
    def neighbours(self) -> NeighbourSet:
        return self.programme.neighbours_at(self.cut_off)

    @property
    def sections(self) -> list[str]:
        return section_order(metric.section for metric in self.metrics.values())

    def in_section(self, section: str) -> list[Metric]:
        return [metric for metric in self.metrics.values() if metric.section == section]

    def series(self, metric_id: str, breakdown: str | None = TOTAL, area: str = "") -> Series:
        """One metric and breakdown over time: the authority's own unless ``area``, a code, is given.

        ``breakdown`` is ``ALL`` for the figures of every breakdown.
        """
        area = area or self.programme.area.code
        key = (Series, metric_id, breakdown, area)
        return self.cached(key, lambda: Series(self, self.metrics[metric_id], breakdown, area))

    def rows(
        self,
        metric_id: str,
        areas: Iterable[str] | None = None,
        breakdown: str | None = None,
        basis: str | None = None,
        since: bool = False,
    ) -> pd.DataFrame:
        """Rows of one metric that were published by the cut-off, or with ``since`` those that were not.

        ``areas`` are codes, the authority's own unless given. Sorted by period. Where several releases
        give a figure, the newest that was out by the cut-off counts, or else the first after it.
        """
        query = (metric_id, None if areas is None else tuple(areas), breakdown, basis, since)
        return self.cached(query, lambda: self._rows(*query)).copy(deep=False)  # pandas copies what is written to

    def _rows(
        self, metric_id: str, areas: tuple[str, ...] | None, breakdown: str | None, basis: str | None, since: bool
    ) -> pd.DataFrame:
        frame, entries = self.cached(("in order", metric_id, since), lambda: self._in_order(metric_id, since))
        codes = [self.programme.area.code] if areas is None else dict.fromkeys(areas)
        chosen = [
            entry
            for area in codes
            for entry in entries.get(area, ())
            if breakdown in (None, entry.breakdown) and basis in (None, entry.basis)
        ]
        preferred: dict[tuple, int] = {}
        for entry in sorted(chosen, key=lambda entry: entry.rank):
            preferred.setdefault(entry.figure, entry.place)
        return frame.iloc[list(preferred.values())].reset_index(drop=True)

    def _in_order(self, metric_id: str, since: bool) -> tuple[pd.DataFrame, dict[str, list[_Entry]]]:
        """One metric's rows; and by area those to choose from, by period, of each figure the preferred release first.

        Sorted once, for a page asks for many parts of one metric; in plain Python, which is quick where rows are few.
        """
        frame = self.results.iloc[self._places.get(metric_id, [])]
        figures = list(zip(*(frame[name].to_numpy(object) for name in FIGURE), strict=True))
        days, releases, bases = (frame[name].to_numpy(object) for name in ("published", "release", "basis"))
        known = {figure for figure, day in zip(figures, days, strict=True) if day <= self.cut_off}
        if since:  # a figure that was out before is not news, though a later release gives it again
            indices = [place for place, figure in enumerate(figures) if figure not in known]
        else:
            indices = [place for place, day in enumerate(days) if day <= self.cut_off]

        def order(index: int) -> tuple:
            _, _, breakdown, start, end = figures[index]
            return end, start, breakdown, self._preferences.get(releases[index], math.inf)

        entries: dict[str, list[_Entry]] = {}
        for rank, place in enumerate(sorted(indices, key=order)):
            area, _, breakdown, *_ = figures[place]
            entries.setdefault(area, []).append(_Entry(rank, place, figures[place], breakdown, bases[place]))
        return frame, entries

    def cached(self, query: Hashable, work_out: Callable[[], Answer]) -> Answer:
        """What ``work_out`` gives, worked out once for each query: a report asks again what a page asked."""
        if query not in self._answers:
            self._answers[query] = work_out()
        return self._answers[query]

    @cached_property
    def _answers(self) -> dict:
        """Every answer so far, by its query."""
        return {}

    @cached_property
    def _places(self) -> dict[str, Sequence[int]]:
        """Where the rows of each metric stand in the results."""
        return self.results.groupby("metric_id").indices

    @cached_property
    def authorities(self) -> list[str]:
        """The codes of every local authority that has a figure."""
        level = self.results["geographic_level"]
        return list(self.results.loc[level == "Local authority", "area_code"].unique())

    @cached_property
    def _preferences(self) -> dict[str, int]:
        """Each release's distance in days from the cut-off; any that was out by then goes before any that was not."""
        return {
            source.release: (self.cut_off - source.published).days
            if source.published <= self.cut_off
            else NEVER + (source.published - self.cut_off).days
            for source in self.sources
        }

    def whole(self, metric_id: str, areas: Iterable[str] | None = None, breakdown: str | None = None) -> pd.DataFrame:
        """Those of ``rows`` that are of a full year or a count on one day: parts of a year are left out."""
        query = (metric_id, None if areas is None else tuple(areas), breakdown)
        return self.cached(("whole", query), lambda: self._whole(*query)).copy(deep=False)

    def _whole(self, metric_id: str, areas: tuple[str, ...] | None, breakdown: str | None) -> pd.DataFrame:
        rows = self.rows(metric_id, areas, breakdown)
        return rows[rows["basis"].isin([FULL_YEAR, SNAPSHOT])]

    def write(self, row: pd.Series) -> str:
        """A row's figure as a page prints it: the number in its unit, or the symbol."""
        return row["symbol"] or self.metrics[row["metric_id"]].write(row["value"])


def during(row: pd.Series) -> str:
    """When a figure is from, as a sentence goes on: ``in 2022/23``, ``from 1 to 21 September 2024``."""
    label = row["period_label"]
    if label.startswith("to "):
        return f"by {label.removeprefix('to ')}"
    return f"from {label}" if label[:1].isdigit() and " to " in label else f"in {label}"


def written(metric: Metric, row: pd.Series) -> str:
    """A figure as a page prints it, with as many decimals as its own document gives it."""
    if row["symbol"]:
        return row["symbol"]
    if not row["printed"]:
        return metric.write(row["value"])
    decimals = re.search(r"\d\.(\d+)", row["printed"])
    return metric.unit.write(row["value"], len(decimals[1]) if decimals else 0)


def period_of(row: Mapping) -> Period:
    """A result row's period. Its kind follows from its dates, which the tables keep distinct."""
    length = {(9, 1): "academic year", (4, 1): "financial year", (1, 1): "calendar year"}
    start = row["period_start"]
    kind = length.get((start.month, start.day), "") if row["basis"] == "full_year" else row["basis"]
    return Period(start, row["period_end"], row["basis"], kind, row["period_label"])


def for_recipients(evidence: Evidence, recipients: Sequence[str] = ()) -> Evidence:
    """The evidence of a pack that ``recipients`` may have, where given, and not those of ``programme.toml``.

    Raises CallProblem where a controlled pack has none, a public one has some, or one is no name.
    """
    if evidence.profile != CONTROLLED:
        if recipients:
            raise CallProblem("A public pack is for everybody: use --recipient only with --profile controlled.")
        return evidence
    names = tuple(name.strip() for name in recipients) or evidence.recipients
    if not names:
        raise CallProblem(
            "A controlled pack needs at least one recipient. Name each with --recipient, or set "
            '[disclosure] controlled_recipients = ["Programme lead"] in programme.toml.'
        )
    if not all(0 < len(name) <= LONGEST_NAME and unfit(name) is None for name in names):
        raise CallProblem(
            f"A recipient is a role or a name of 1 to {LONGEST_NAME} characters, all of them seen. Type it again."
        )
    return replace(evidence, recipients=names)


def open_evidence(quarter: str, data: str | Path, profile: str = "public", as_at: str | date = "") -> Evidence:
    """The evidence for a quarter, from kept results where they are still good.

    Args:
        quarter: such as ``2024-25-Q2``.
        data: the folder of the inputs.
        profile: ``public`` or ``controlled``.
        as_at: the cut-off, ``year-month-day``; the quarter's own in ``programme.toml`` where empty.

    Raises CallProblem where the quarter or the day is not one, DataProblems where inputs are wrong.
    """
    data = Path(data)
    if profile not in PROFILES:
        raise CallProblem(f'There is no profile "{profile}". Use {listed(PROFILES, "or")}.')
    try:
        chosen = Quarter(quarter)
        day = date.fromisoformat(as_at) if isinstance(as_at, str) and as_at else as_at
    except ValueError as error:
        raise CallProblem(str(error)) from None
    programme = load_programme(data)
    stored = cache.stored_tables(data, ["results", *LISTS], cache.digest(data, profile))
    if stored is None:
        assembled = cache.assemble(data, profile)
        stored = {"results": assembled.results, **{name: assembled.tables[name] for name in LISTS}}
    return Evidence(
        results=stored.pop("results"),
        lists=stored,
        sources=cache.sources(data),
        metrics=metrics_of(programme),
        programme=programme,
        quarter=chosen,
        cut_off=day or programme.cut_off(chosen),
        profile=profile,
        recipients=tuple(programme.disclosure.controlled_recipients),
    )
