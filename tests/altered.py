"""The shipped evidence, altered for one test: another day, other figures, fewer lists."""

from __future__ import annotations

import csv
import dataclasses
import re
from datetime import date
from pathlib import Path

import pandas as pd

from dbv_analysis.model.metric import Metric
from dbv_analysis.model.pack import PUBLIC
from dbv_analysis.model.project_lists import PROJECT_LISTS
from dbv_analysis.results.calculate import calculate
from dbv_analysis.results.evidence import Evidence
from tests.conftest import HALTON

APPLICATION, REPORT = "grant-application-2023-12", "quarterly-report-2024-09"
# A number that is not there, as Python or pandas writes it; "None" alone, for a sentence may begin with it.
NO_NUMBER = re.compile(r"\b(?:NaN|nan|NaT)m?\b|\bNone\b(?! of )|<NA>")
HIDDEN = {"numerator": float("nan"), "denominator": float("nan"), "value": float("nan"), "symbol": "c"}


def rows_of(data: Path, document: str, name: str) -> list[dict[str, str]]:
    """The rows of an input file as they stand."""
    with (data / document / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def at(evidence: Evidence, day: str | date) -> Evidence:
    """The same evidence at another cut-off, one for all sections of a pack, as a run has it."""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return evidence.cached((at, day), lambda: dataclasses.replace(evidence, cut_off=day))


def with_results(evidence: Evidence, results: pd.DataFrame) -> Evidence:
    return dataclasses.replace(evidence, results=results)


def with_lists(evidence: Evidence, **lists: pd.DataFrame) -> Evidence:
    """The same evidence, but some lists are others."""
    return dataclasses.replace(evidence, lists={**evidence.lists, **lists})


def with_cells(evidence: Evidence, where: dict[str, object], **cells: object) -> Evidence:
    """The same evidence, but the result rows of which each column of ``where`` has its value have other cells."""
    results = evidence.results.copy()
    chosen = (results[list(where)] == pd.Series(where)).all(axis=1)
    assert chosen.any()
    results.loc[chosen, list(cells)] = list(cells.values())
    return with_results(evidence, results)


def hidden(evidence: Evidence, metric_id: str, period_label: str = "", area_code: str = HALTON) -> Evidence:
    """The same evidence, but an area's figures of one metric, or that of one period, are confidential."""
    where = {"metric_id": metric_id, "area_code": area_code, "period_label": period_label}
    return with_cells(evidence, {column: value for column, value in where.items() if value}, **HIDDEN)


def without(evidence: Evidence, *metric_ids: str) -> Evidence:
    """The same evidence, but with no figures of some metrics."""
    return with_results(evidence, evidence.results[~evidence.results["metric_id"].isin(metric_ids)])


def without_figures(evidence: Evidence, section: str | None = None) -> Evidence:
    """The same evidence, but with no figures of a section, or with none at all, calculated or printed."""

    def fewer() -> Evidence:
        gone = [metric.id for metric in evidence.metrics.values() if section in (None, metric.section)]
        printed = evidence.printed_figures
        return with_lists(without(evidence, *gone), printed_figures=printed[~printed["metric_id"].isin(gone)])

    return evidence.cached((without_figures, section), fewer)


def without_lists(evidence: Evidence) -> Evidence:
    """The same evidence, but every list that the programme keeps is empty."""
    empty = {name: evidence.lists[name].iloc[:0] for name in PROJECT_LISTS}
    return evidence.cached(without_lists, lambda: with_lists(evidence, **empty))


def recalculated(evidence: Evidence, metrics: list[Metric], tables: dict[str, pd.DataFrame]) -> Evidence:
    """The same evidence, but the figures of some metrics are those of other tables."""
    others = without(evidence, *(metric.id for metric in metrics)).results
    results = calculate(metrics, tables, evidence.programme.disclosure, PUBLIC)
    return with_results(evidence, pd.concat([others, results], ignore_index=True))


def reading(evidence: Evidence, table: str) -> list[Metric]:
    """The metrics that read a table."""
    return [metric for metric in evidence.metrics.values() if table in metric.tables]
