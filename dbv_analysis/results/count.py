"""Count figures, before anything is hidden or divided, and keep which rows each was counted from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import narwhals as nw
import numpy as np
import pandas as pd

from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.metric import Count, Grouped, Mean, Metric, Ratio, Spec, Total, Value
from dbv_analysis.model.short_texts import short_texts
from dbv_analysis.model.units import PERCENT, SYMBOLS

AREA = ["area_code", "area_name", "geographic_level"]
PERIOD = ["period_label", "period_start", "period_end", "basis", "as_at", "source", "release", "published"]
ROW = ["area_code", "period_start", "period_end", "as_at", "release"]  # what tells the figures of one thing asked apart
ATOM = "atom"  # the number of a row, among those of all tables
# Which of a figure's two counts are of children.
GUARDED = {Count: ("numerator",), Total: (), Mean: ("denominator",), Ratio: ("numerator", "denominator")}
GUARDS = ("left_out", "children", "behind", "largest")
_RANKS = {symbol: rank for rank, symbol in enumerate(reversed(SYMBOLS), start=1)}


@dataclass(frozen=True)
class Part:
    """The figures of one thing that a metric asks for: of everybody, or of one breakdown's groups."""

    metric: Metric
    spec: Count | Total | Mean | Ratio | Value
    column: str | None
    figures: pd.DataFrame


@dataclass(frozen=True)
class FigureCounts:
    """Every figure of some metrics, as ``combine`` gives them, with what it was counted from.

    ``tables`` are the tables with a column ``atom`` that numbers the rows of all of them.
    """

    figures: pd.DataFrame
    parts: list[Part] = field(repr=False)
    tables: Mapping[str, pd.DataFrame] = field(repr=False)

    @cached_property
    def sums(self) -> pd.DataFrame:
        """The rows that each figure was counted from, as ``source_rows`` gives them."""
        return source_rows(self.parts)


@short_texts()
def count_figures(metrics: Iterable[Metric], tables: Mapping[str, pd.DataFrame]) -> FigureCounts:
    """Count every figure of every metric from validated tables."""
    numbered, first = {}, 0
    for name, frame in tables.items():
        numbered[name] = frame.assign(**{ATOM: np.arange(first, first + len(frame))})
        first += len(frame)
    counted = count_parts(metrics, numbered)
    return FigureCounts(combine(counted) if counted else pd.DataFrame(), counted, numbered)


def count_parts(metrics: Iterable[Metric], tables: Mapping[str, object]) -> list[Part]:
    """Every figure of every metric, as ``count_metric`` counts each.

    Args:
        metrics: what to calculate.
        tables: the tables by name, of any engine that narwhals knows.

    Each part's ``figures`` have ``AREA``, ``PERIOD``, ``breakdown_topic``, ``breakdown``, ``numerator``,
    ``denominator`` (missing for a plain count), ``value`` (of figures that stand as they are), ``symbol``, ``printed``,
    ``whole`` (whether it is of everybody) and, where they are known, ``GUARDS``: what a denominator leaves out of a
    larger whole, the children whom counts of something else are about, the children or providers whom money is about,
    and what one of them makes up of it.
    """
    return [part for metric in metrics for part in count_metric(metric, tables)]


def count_metric(metric: Metric, tables: Mapping[str, object]) -> list[Part]:
    """Every figure of one metric: a part for each thing that it asks for and each of its breakdowns."""
    return [part for spec in specs_of(metric, tables) for part in parts(metric, spec)]


def parts(
    metric: Metric, spec: Spec, topics: list[tuple[str, str | None]] | None = None, whole: str = ""
) -> list[Part]:
    """The figures of one thing asked, by the metric's own breakdowns unless ``topics`` are given."""
    if topics is None:
        topics = list(metric.by.items())
        # Where a measure is broken down in one way, its total is one of those figures.
        whole = topics[0][0] if len(topics) == 1 else TOTAL
    if isinstance(spec, Value):
        return [
            Part(metric, spec, column, _as_they_stand(spec, topic, column))
            for topic, column in topics or [(TOTAL, None)]
        ]
    of_all, groups = (spec.whole, spec.groups) if isinstance(spec, Grouped) else (spec, spec)
    by_group = [Part(metric, groups, column, _counted(groups, topic, column)) for topic, column in topics]
    if not getattr(groups, "adds_up", True):
        return by_group
    return [Part(metric, of_all, None, _counted(of_all, whole, None)), *by_group]


def specs_of(metric: Metric, tables: Mapping[str, object]) -> list[Spec]:
    """What a metric counts in tables of any engine."""
    specs = metric.define(**{name: nw.from_native(tables[name]).lazy() for name in metric.tables})
    return list(specs) if isinstance(specs, tuple) else [specs]


def rows_of(spec: Spec) -> nw.LazyFrame:
    """The rows that a figure is counted from."""
    if isinstance(spec, Grouped):
        return rows_of(spec.groups)
    return spec.number if isinstance(spec, Mean) else spec.of


def combine(parts: list[Part]) -> pd.DataFrame:
    """The figures of all parts in one frame, numbered in their order, with what they are counts of.

    ``metric_id``, ``unit``, ``times`` (what a quotient is multiplied by, missing where nothing is divided),
    ``of_children`` and ``over_children`` (whether numerator and denominator count children), ``share`` (whether the
    numerator is a part of the denominator), ``money`` (children or providers are behind the numerator).
    """
    frames = [_described(part) for part in parts if not part.figures.empty] or [_described(part) for part in parts[:1]]
    figures = pd.concat(frames, ignore_index=True)
    return figures.assign(**{name: float("nan") for name in GUARDS if name not in figures})


def _described(part: Part) -> pd.DataFrame:
    metric, spec = part.metric, part.spec
    counts_no_children = isinstance(spec, Value) or getattr(spec, "children", None) is not None
    guarded = () if counts_no_children else GUARDED[type(spec)]
    return part.figures.assign(
        metric_id=metric.id,
        unit=metric.unit.name,
        # Multiplied before it is divided: 23 of 80 is 28.75 exactly, and prints as 28.8.
        times={Ratio: 100.0, Mean: 1.0}.get(type(spec), float("nan")),
        of_children="numerator" in guarded,
        over_children="denominator" in guarded,
        share=isinstance(spec, Ratio) and metric.unit is PERCENT,
        money=any(getattr(spec, name, None) is not None for name in ("behind", "largest")),
    )


def source_rows(parts: list[Part]) -> pd.DataFrame:
    """The rows that the figures of ``combine(parts)`` were counted from: ``figure``, ``part``, ``atom``, ``count``.

    The tables need a column ``atom`` that numbers their rows. Rows that a metric makes of others have none, and are
    left out, as are figures that stand as they are.
    """
    number, frames = 0, [pd.DataFrame(columns=["figure", "part", ATOM, "count"])]
    for part in parts:
        key = [*ROW, *([part.column] if part.column else [])]
        named = part.figures.assign(**({part.column: part.figures["breakdown"]} if part.column else {}))
        figures = named[key].assign(figure=range(number, number + len(named)))
        number += len(named)
        for name, rows in _rows_behind(part.spec).items():
            if ATOM in rows.collect_schema().names():
                rows_of_figure = rows.select(*key, ATOM, "count").collect().to_pandas()
                frames.append(rows_of_figure.merge(figures, on=key)[["figure", ATOM, "count"]].assign(part=name))
    return pd.concat(frames, ignore_index=True).dropna()


def _rows_behind(spec: Count | Total | Mean | Ratio | Value) -> dict[str, nw.LazyFrame]:
    """The rows of each of a figure's counts, by the name of the count; ``within`` is what a denominator is part of."""
    if isinstance(spec, Value):
        return {}
    if isinstance(spec, Mean):
        return {"numerator": spec.total, "denominator": spec.number}
    if not isinstance(spec, Ratio):
        return {"numerator": spec.of}
    counts = {
        "numerator": _numerator(spec),
        "denominator": spec.of,
        "within": spec.within,
        "children": spec.children,
    }
    return {name: rows for name, rows in counts.items() if rows is not None}


def _numerator(ratio: Ratio) -> nw.LazyFrame:
    return ratio.of.filter(ratio.numerator) if isinstance(ratio.numerator, nw.Expr) else ratio.numerator


def _as_they_stand(values: Value, topic: str, column: str | None) -> pd.DataFrame:
    guards = {} if values.behind is None else {"behind": values.behind}
    frame = values.of.with_columns(value=values.value, **guards).collect().to_pandas()
    figures = pd.DataFrame(
        {
            **{name: frame[name] for name in AREA + PERIOD},
            "breakdown_topic": topic,
            "breakdown": frame[column] if column else TOTAL,
            "numerator": float("nan"),
            "denominator": float("nan"),
            "value": frame["value"].astype(float),
            "symbol": frame["symbol"],
            "printed": frame["printed"].fillna("") if "printed" in frame else "",
            "whole": column is None,
        }
    )
    if "behind" in guards:  # where their number is not known, it may be small
        figures = figures.assign(behind=frame["behind"].astype(float).fillna(1))
    return figures


def _counted(spec: Count | Total | Mean | Ratio, topic: str, column: str | None) -> pd.DataFrame:
    """Numerators and denominators by area, period and breakdown; a symbol in any row spoils its sum."""
    keys = AREA + PERIOD + ([column] if column else [])
    if isinstance(spec, Mean):
        joined = _sum(spec.number, keys, "denominator").join(_sum(spec.total, keys, "numerator"), on=keys, how="left")
    elif isinstance(spec, Ratio):
        part = _sum(_numerator(spec), keys, "numerator")
        joined = _sum(spec.of, keys, "denominator").join(part, on=keys, how="left")
    else:
        joined = _sum(spec.of, keys, "numerator")
    # What the figure is a part of, and the children that it is about: a symbol among these hides the figure.
    within = getattr(spec, "within", None)
    beside = {name: of for name in ("behind", "children") if (of := getattr(spec, name, None)) is not None}
    if within is not None:
        joined = joined.join(within.group_by(keys).agg(whole=nw.col("count").sum()), on=keys, how="left")
    for name, of in beside.items():
        joined = joined.join(_sum(of, keys, name), on=keys, how="left")
    largest = getattr(spec, "largest", None)
    if largest is not None:
        joined = joined.join(largest.group_by(keys).agg(largest=nw.col("count").max()), on=keys, how="left")
    frame = joined.collect().to_pandas()
    ranks = frame[[name for name in frame if name.startswith("spoilt")]].fillna(0).max(axis=1).astype(int)
    numerator = frame["numerator"] if isinstance(spec, Mean) else frame["numerator"].fillna(0)
    ranks = ranks.mask(numerator.isna() & (ranks == 0), _RANKS["x"])  # a sum for which only the number is known
    spoilt = ranks > 0
    counts = frame[AREA + PERIOD].assign(
        breakdown_topic=topic,
        breakdown=frame[column] if column else TOTAL,
        numerator=numerator.astype(float).mask(spoilt),
        denominator=(frame["denominator"].astype(float).mask(spoilt) if "denominator" in frame else float("nan")),
        value=float("nan"),
        symbol=ranks.map({rank: symbol for symbol, rank in {"": 0, **_RANKS}.items()}),
        printed="",
        whole=column is None,
    )
    if within is not None:
        counts = counts.assign(left_out=(frame["whole"] - frame["denominator"]).astype(float))
    guards = [name for name in (*beside, "largest") if name in frame]
    return counts.assign(**{name: frame[name].astype(float) for name in guards})


def _sum(of: nw.LazyFrame, keys: list[str], name: str) -> nw.LazyFrame:
    """The sum of ``count`` as ``name``, and the strongest symbol among its rows."""
    ranked = of.with_columns(spoilt=_rank(nw.col("symbol")))
    return ranked.group_by(keys).agg(nw.col("count").sum().alias(name), nw.col("spoilt").max().alias(f"spoilt_{name}"))


def _rank(symbol: nw.Expr) -> nw.Expr:
    """0 for a number; else the higher, the stronger the symbol, so that the maximum of a sum wins."""
    return symbol.replace_strict(_RANKS, default=0, return_dtype=nw.Int64)
