"""What inputs name of the metrics, against the metrics that there are: the authority's own figures, and claims."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.metric import Metric
from dbv_analysis.model.problems import DataProblem, DataProblems
from dbv_analysis.model.units import COUNT, PERCENT
from dbv_analysis.model.wording import did_you_mean, listed

OWN_FIGURES = "own_figures"
# What a claim of each kind must name, so that it can be checked.
NAMED_BY_CLAIMS = {
    "change": ("metric_id", "breakdown", "earlier", "later"),
    "effect": ("metric_id", "breakdown", "earlier", "later", "topic"),
    "level": ("metric_id", "breakdown", "later", "against"),
    "gap": ("metric_id", "breakdown", "later"),
    "growth": ("metric_id", "breakdown", "later"),
    "state": ("topic",),
    "event": ("topic", "later"),
}


def check_own_figures(tables: Mapping[str, pd.DataFrame], metrics: Mapping[str, Metric], data: Path) -> None:
    """Raise DataProblems for every figure or claim that names a measure which is not known, or does not go with it."""
    problems = []
    for name in ("printed_figures", OWN_FIGURES):
        for row in tables[name].itertuples():
            problem = _figure_problem(row, metrics, own=name == OWN_FIGURES)
            if problem:
                column, what, fix = problem
                problems.append(DataProblem((data / row.file).as_posix(), what, fix, int(row.row), column))
    problems += [problem for row in tables["claims"].itertuples() for problem in _claim_problems(row, metrics, data)]
    if problems:
        raise DataProblems(problems)


def _claim_problems(row, metrics: Mapping[str, Metric], data: Path) -> list[DataProblem]:
    """What a claim lacks for its kind, and a metric that is not known."""
    file = (data / row.file).as_posix()
    fix = f'A claim of the kind "{row.kind}" needs it.'
    problems = [
        DataProblem(file, "is empty.", fix, int(row.row), name)
        for name in NAMED_BY_CLAIMS[row.kind]
        if not getattr(row, name)
    ]
    if row.metric_id and row.metric_id not in metrics:
        what, fix = _unknown_metric(row.metric_id, metrics)
        problems.append(DataProblem(file, what, fix, int(row.row), "metric_id"))
    return problems


def _unknown_metric(name: str, metrics: Mapping[str, Metric]) -> tuple[str, str]:
    return f'"{name}" is not a metric.', f"Use one that `dbv metrics` lists.{did_you_mean(name, metrics)}"


def _figure_problem(row, metrics: Mapping[str, Metric], own: bool) -> tuple[str, str, str] | None:
    """The column, what is wrong and what to do, where a figure does not go with its metric."""
    metric = metrics.get(row.metric_id)
    if metric is None:
        return "metric_id", *_unknown_metric(row.metric_id, metrics)
    if not own:
        return None
    if OWN_FIGURES not in metric.tables:
        return "metric_id", f"{metric.id} is not read from figures of the authority's own.", "Take the row out."
    allowed = metric.groups or (TOTAL,)
    if row.breakdown not in allowed:
        fix = f"Use {listed(allowed, 'or')}.{did_you_mean(row.breakdown, allowed)}"
        return "breakdown", f'"{row.breakdown}" is not a breakdown of {metric.id}.', fix
    if row.symbol:
        return None
    if metric.unit is COUNT and not (row.value >= 0 and float(row.value).is_integer()):
        return "value", f"{row.value:g} is not a count.", "Write a whole number of 0 or more."
    if metric.unit is PERCENT and row.value < 0:
        return "value", f"{row.value:g} is below 0.", "Check the figure."
    return None
