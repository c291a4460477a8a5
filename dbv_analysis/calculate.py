"""Metrics × tables × periods → the results table, in one place.

Counts are added up first, small ones hidden next, and only then is anything divided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import narwhals as nw
import pandas as pd

from dbv_analysis.disclosure import suppress
from dbv_analysis.programme import Disclosure
from dbv_analysis.registry import Count, Metric, Ratio, Value
from dbv_analysis.terms import RESULT_COLUMNS, RESULT_KEY, SYMBOLS, TOTAL

PLACE = ["area_code", "area_name", "geographic_level"]
PERIOD = ["period_label", "period_start", "period_end", "basis", "as_at", "source", "release", "published"]


def calculate(
    metrics: Iterable[Metric], tables: Mapping[str, pd.DataFrame], rule: Disclosure, profile: str
) -> pd.DataFrame:
    """Every figure of every metric, one a row, in the columns ``terms.RESULT_COLUMNS``.

    Args:
        metrics: what to calculate.
        tables: the validated tables, by name.
        rule: the authority's disclosure rule.
        profile: ``public`` or ``controlled``.

    Returns a frame sorted by metric, area, breakdown and period. ``value`` is in the metric's unit
    (per cent 0–100, money in £); where there is none, ``symbol`` says why.

    Raises ValueError where two rows have the same key: then a metric's filter lets two figures through.
    """
    frames = [_figures(metric, tables, rule, profile) for metric in metrics]
    results = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(RESULT_COLUMNS))
    repeated = results[results.duplicated(list(RESULT_KEY))]
    if not repeated.empty:
        raise ValueError(f"more than one figure for {', '.join(map(str, repeated.iloc[0][list(RESULT_KEY)]))}")
    return results.sort_values(
        ["metric_id", "area_code", "breakdown_topic", "breakdown", "period_end", "period_start", "release"],
        ignore_index=True,
    )


def _figures(metric: Metric, tables: Mapping[str, pd.DataFrame], rule: Disclosure, profile: str) -> pd.DataFrame:
    asked = metric.define(**{name: nw.from_native(tables[name]).lazy() for name in metric.tables})
    topics: list[tuple[str, str | None]] = list(metric.by.items())
    if isinstance(asked, Value):
        parts = [_as_they_stand(asked, topic, column) for topic, column in topics or [(TOTAL, None)]]
    else:
        parts = [_counted(asked, topic, column) for topic, column in [(TOTAL, None), *topics]]
        parts = [_divided(suppress(part, rule, profile), asked) for part in parts]
    figures = pd.concat(parts, ignore_index=True)
    return figures.assign(metric_id=metric.id, unit=metric.unit.name)[list(RESULT_COLUMNS)]


def _as_they_stand(asked: Value, topic: str, column: str | None) -> pd.DataFrame:
    frame = nw.to_native(asked.of.with_columns(value=asked.value).collect())
    return pd.DataFrame(
        {
            **{name: frame[name] for name in PLACE + PERIOD},
            "breakdown_topic": topic,
            "breakdown": frame[column] if column else TOTAL,
            "numerator": float("nan"),
            "denominator": float("nan"),
            "value": frame["value"].astype(float),
            "symbol": frame["symbol"],
            "printed": frame["printed"].fillna("") if "printed" in frame else "",
        }
    )


def _counted(asked: Count | Ratio, topic: str, column: str | None) -> pd.DataFrame:
    """Numerators and denominators by area, period and breakdown; a symbol in any row spoils its sum."""
    keys = PLACE + PERIOD + ([column] if column else [])
    of = asked.of.with_columns(spoilt=_rank(nw.col("symbol")))
    chosen = of.filter(asked.numerator) if isinstance(asked, Ratio) else of
    total = of.group_by(keys).agg(denominator=nw.col("count").sum(), spoilt=nw.col("spoilt").max())
    part = chosen.group_by(keys).agg(numerator=nw.col("count").sum(), spoilt_part=nw.col("spoilt").max())
    joined = total.join(part, on=keys, how="left")
    if isinstance(asked, Ratio) and asked.within is not None:
        joined = joined.join(asked.within.group_by(keys).agg(whole=nw.col("count").sum()), on=keys, how="left")
    frame = nw.to_native(joined.collect())
    ranks = frame[["spoilt", "spoilt_part"]].fillna(0).max(axis=1).astype(int)
    spoilt = ranks > 0
    return frame[PLACE + PERIOD].assign(
        breakdown_topic=topic,
        breakdown=frame[column] if column else TOTAL,
        numerator=frame["numerator"].fillna(0).astype(float).mask(spoilt),
        denominator=(frame["denominator"].astype(float).mask(spoilt) if isinstance(asked, Ratio) else float("nan")),
        left_out=(frame["whole"] - frame["denominator"]).astype(float) if "whole" in frame else float("nan"),
        symbol=ranks.map(dict(enumerate(["", *reversed(SYMBOLS)]))),
    )


def _rank(symbol: nw.Expr) -> nw.Expr:
    """0 for a number; else the higher, the stronger the symbol, so that the maximum of a sum wins."""
    rank = nw.lit(0)
    for place, name in enumerate(reversed(SYMBOLS), start=1):
        rank = nw.when(symbol == name).then(nw.lit(place)).otherwise(rank)
    return rank


def _divided(counts: pd.DataFrame, asked: Count | Ratio) -> pd.DataFrame:
    if isinstance(asked, Count):
        value = counts["numerator"]
    else:
        nothing = counts["denominator"] == 0
        # Multiplied first: 23 of 80 is 28.75 exactly, and prints as 28.8.
        value = counts["numerator"] * 100 / counts["denominator"].mask(nothing)
        counts = counts.assign(symbol=counts["symbol"].mask(nothing, "z"))
    return counts.assign(value=value.mask(counts["symbol"] != ""), printed="")
