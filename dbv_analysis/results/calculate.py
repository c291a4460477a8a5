"""Metrics × tables × periods → the results table, in one place.

Counts are added up first, small ones and what would give them away hidden next, and only then is anything divided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import narwhals as nw
import pandas as pd

from dbv_analysis.model.columns import RESULT_COLUMNS, RESULT_KEY, TOTAL
from dbv_analysis.model.metric import Metric, Ratio
from dbv_analysis.model.problems import CallProblem
from dbv_analysis.model.settings import Disclosure
from dbv_analysis.model.short_texts import short_texts
from dbv_analysis.model.tables import no_rows
from dbv_analysis.model.units import PERCENT
from dbv_analysis.model.wording import listed
from dbv_analysis.results.audit import sums as known
from dbv_analysis.results.audit.groups import sums
from dbv_analysis.results.audit.protect import protect
from dbv_analysis.results.audit.system import system
from dbv_analysis.results.count import AREA, PERIOD, FigureCounts, combine, count_figures, parts, rows_of, specs_of
from dbv_analysis.results.disclosure import hidden, released

DAYS = ["period_start", "period_end", "as_at", "published"]
ORDER = ["metric_id", "area_code", "breakdown_topic", "breakdown", "period_end", "period_start", "release"]


def calculate(
    metrics: Iterable[Metric], tables: Mapping[str, pd.DataFrame], rule: Disclosure, profile: str
) -> pd.DataFrame:
    """Every figure of every metric, one a row, in the columns ``model.columns.RESULT_COLUMNS``.

    Args:
        metrics: what to calculate.
        tables: the validated tables, by name.
        rule: the authority's disclosure rule.
        profile: ``public`` or ``controlled``.

    Returns a frame sorted by metric, area, breakdown and period. ``value`` is in the metric's unit
    (per cent 0–100, money in £); where there is none, ``symbol`` says why.

    Raises ValueError where two rows have the same key: then a metric's filter lets two figures through.
    """
    return results_of(count_figures(metrics, tables), rule, profile)


@short_texts()
def results_of(counts: FigureCounts, rule: Disclosure, profile: str) -> pd.DataFrame:
    """The results table of figures that are counted: as ``calculate`` gives it."""
    if not counts.parts:
        return pd.DataFrame(columns=list(RESULT_COLUMNS))
    figures = counts.figures
    figures = figures.assign(hidden=hidden(figures, rule, profile))
    if figures["hidden"].any():
        reader = system(figures, counts.sums, rule, known.relations(counts.tables), known.links(figures))
        figures["hidden"] = protect(figures, reader)
    results = released(figures, rule, profile)[list(RESULT_COLUMNS)]
    repeated = results[results.duplicated(list(RESULT_KEY))]
    if not repeated.empty:
        raise ValueError(f"more than one figure for {', '.join(map(str, repeated.iloc[0][list(RESULT_KEY)]))}")
    return results.sort_values(ORDER, ignore_index=True)


def by_group(
    metric: Metric,
    records: Mapping[str, nw.LazyFrame],
    groups: Mapping[str, str],
    provenance: Mapping[str, object],
    rule: Disclosure,
    profile: str,
) -> pd.DataFrame:
    """The figures of a metric from records, for each group and for all of them together.

    Args:
        metric: what to calculate.
        records: tables with a row a plan, an event or an enrolment, as ``records.to_tables`` gives them, of any engine.
        groups: topic of a breakdown -> the column that holds it; of several, every combination is a group, of none all.
        provenance: the area, ``as_at``, ``source``, ``release`` and ``published`` of the records.
        rule: the authority's disclosure rule.
        profile: ``public`` or ``controlled``.

    Returns rows of the results table, and ``of_children``: whether both counts of a share are of children, so that an
    interval can be given. Raises CallProblem where the metric counts nothing that is in the records.
    """
    topic, columns = " and ".join(groups) or TOTAL, list(groups.values())
    topics = [(topic, "group")] if columns else []
    group = nw.concat_str(*(nw.col(name) for name in columns), separator=", ") if columns else nw.lit(TOTAL)
    constants = {name: nw.lit(value) for name, value in provenance.items()}
    tables = {name: no_rows(name) for name in metric.tables} | {
        name: frame.with_columns(group=group, **constants) for name, frame in records.items() if name in metric.tables
    }
    specs = [spec for spec in specs_of(metric, tables) if "group" in rows_of(spec).collect_schema().names()]
    if not specs:
        known_tables = listed(sorted(records))
        raise CallProblem(f"{metric.id} is not counted from these records: they hold {known_tables}.")
    of_children = metric.unit is PERCENT and all(isinstance(spec, Ratio) and spec.children is None for spec in specs)
    figures = pd.concat(
        [hide_groups(combine(parts(metric, spec, topics, topic)), AREA + PERIOD, rule, profile) for spec in specs],
        ignore_index=True,
    )[list(RESULT_COLUMNS)]
    days = {name: pd.to_datetime(figures[name]).dt.date for name in DAYS}
    return figures.assign(**days, of_children=of_children).sort_values("breakdown", ignore_index=True)


def hide_groups(figures: pd.DataFrame, key: list[str], rule: Disclosure, profile: str) -> pd.DataFrame:
    """The figures of one thing, of groups and of everybody, as they may go out; ``key`` is what groups of one share."""
    figures = figures.assign(hidden=hidden(figures, rule, profile))
    if figures["hidden"].any():
        figures["hidden"] = protect(figures, system(figures, sums(figures, key), rule))
    return released(figures, rule, profile)
