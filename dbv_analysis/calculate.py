"""Metrics × tables × periods → the results table, in one place.

Counts are added up first, small ones hidden next, and only then is anything divided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import narwhals as nw
import pandas as pd

from dbv_analysis.disclosure import protect_groups, suppress
from dbv_analysis.programme import Disclosure
from dbv_analysis.registry import Asked, Count, Grouped, Mean, Metric, Ratio, Total, Value
from dbv_analysis.tables import no_rows
from dbv_analysis.terms import CONTROLLED, PERCENT, RESULT_COLUMNS, RESULT_KEY, SYMBOLS, TOTAL, CallProblem, listed
from dbv_analysis.texts import short_texts

PLACE = ["area_code", "area_name", "geographic_level"]
PERIOD = ["period_label", "period_start", "period_end", "basis", "as_at", "source", "release", "published"]
# Which of a figure's two counts are of children.
GUARDED = {Count: ("numerator",), Total: (), Mean: ("denominator",), Ratio: ("numerator", "denominator")}
DAYS = ["period_start", "period_end", "as_at", "published"]
_RANKS = {symbol: rank for rank, symbol in enumerate(reversed(SYMBOLS), start=1)}


@short_texts()
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


def by_group(
    metric: Metric,
    records: Mapping[str, nw.LazyFrame],
    groups: Mapping[str, str],
    about: Mapping[str, object],
    rule: Disclosure,
    profile: str,
) -> pd.DataFrame:
    """The figures of a metric from records, for each group and for all of them together.

    Args:
        metric: what to calculate.
        records: tables with a row a plan, an event or an enrolment, as ``records.as_tables`` gives them, of any engine.
        groups: topic of a breakdown -> the column that holds it; of several, every combination is a group, of none all.
        about: the area, ``as_at``, ``source``, ``release`` and ``published`` of the records.
        rule: the authority's disclosure rule.
        profile: ``public`` or ``controlled``.

    Returns rows of the results table, and ``of_children``: whether both counts of a share are of children, so that an
    interval can be given. Raises CallProblem where the metric counts nothing that is in the records.
    """
    topic, columns = " and ".join(groups) or TOTAL, list(groups.values())
    topics = [(topic, "group")] if columns else []
    group = nw.concat_str(*(nw.col(name) for name in columns), separator=", ") if columns else nw.lit(TOTAL)
    told = {name: nw.lit(value) for name, value in about.items()}
    tables = {name: no_rows(name) for name in metric.tables} | {
        name: frame.with_columns(group=group, **told) for name, frame in records.items() if name in metric.tables
    }
    asked = [one for one in _asked(metric, tables) if "group" in _counts_of(one).collect_schema().names()]
    if not asked:
        known = listed(sorted(records))
        raise CallProblem(f"{metric.id} is not counted from these records: they hold {known}.")
    of_children = metric.unit is PERCENT and all(isinstance(one, Ratio) and one.children is None for one in asked)
    figures = _together(metric, [part for one in asked for part in _parts(one, topics, topic, rule, profile)])
    days = {name: pd.to_datetime(figures[name]).dt.date for name in DAYS}
    return figures.assign(**days, of_children=of_children).sort_values("breakdown", ignore_index=True)


def _asked(metric: Metric, tables: Mapping[str, object]) -> list[Asked]:
    """What a metric counts in tables of any engine."""
    asked = metric.define(**{name: nw.from_native(tables[name]).lazy() for name in metric.tables})
    return list(asked) if isinstance(asked, tuple) else [asked]


def _counts_of(asked: Asked) -> nw.LazyFrame:
    """The rows that a figure is counted from."""
    if isinstance(asked, Grouped):
        return _counts_of(asked.groups)
    return asked.number if isinstance(asked, Mean) else asked.of


def _figures(metric: Metric, tables: Mapping[str, pd.DataFrame], rule: Disclosure, profile: str) -> pd.DataFrame:
    topics: list[tuple[str, str | None]] = list(metric.by.items())
    # Where a measure is broken down in one way, its total is one of those figures.
    whole = topics[0][0] if len(topics) == 1 else TOTAL
    return _together(
        metric, [part for one in _asked(metric, tables) for part in _parts(one, topics, whole, rule, profile)]
    )


def _together(metric: Metric, parts: list[pd.DataFrame]) -> pd.DataFrame:
    figures = pd.concat([part for part in parts if not part.empty] or parts[:1], ignore_index=True)
    return figures.assign(metric_id=metric.id, unit=metric.unit.name)[list(RESULT_COLUMNS)]


def _parts(
    asked: Asked, topics: list[tuple[str, str | None]], whole: str, rule: Disclosure, profile: str
) -> list[pd.DataFrame]:
    """The figures of one thing asked: of all, and of each breakdown."""
    if isinstance(asked, Value):
        return [_as_they_stand(asked, topic, column, rule, profile) for topic, column in topics or [(TOTAL, None)]]
    of_all = asked.whole if isinstance(asked, Grouped) else asked
    return [_divided(part, of_all) for part in _shown(asked, topics, whole, rule, profile)]


def _shown(
    asked: Count | Total | Mean | Ratio | Grouped,
    topics: list[tuple[str, str | None]],
    whole: str,
    rule: Disclosure,
    profile: str,
) -> list[pd.DataFrame]:
    """The counts of the whole and of each breakdown, small ones hidden, and with them what would give them away."""
    of_all, asked = (asked.whole, asked.groups) if isinstance(asked, Grouped) else (asked, asked)
    counts_no_children = getattr(asked, "children", None) is not None
    guarded = () if counts_no_children else GUARDED[type(asked)]
    groups = [suppress(_counted(asked, topic, column), rule, profile, guarded) for topic, column in topics]
    if not getattr(asked, "adds_up", True):
        return groups
    total = suppress(_counted(of_all, whole, None), rule, profile, guarded)
    return [total, *(protect_groups(part, PLACE + PERIOD, profile) for part in groups)]


def _as_they_stand(asked: Value, topic: str, column: str | None, rule: Disclosure, profile: str) -> pd.DataFrame:
    more = {} if asked.behind is None else {"behind": asked.behind}
    frame = asked.of.with_columns(value=asked.value, **more).collect().to_pandas()
    symbol = frame["symbol"]
    if "behind" in more and profile != CONTROLLED:
        few = frame["behind"].isna() | ((frame["behind"] > 0) & (frame["behind"] < rule.money_threshold))
        symbol = symbol.mask(few, "c")
    return pd.DataFrame(
        {
            **{name: frame[name] for name in PLACE + PERIOD},
            "breakdown_topic": topic,
            "breakdown": frame[column] if column else TOTAL,
            "numerator": float("nan"),
            "denominator": float("nan"),
            "value": frame["value"].astype(float).mask(symbol != ""),
            "symbol": symbol,
            "printed": frame["printed"].fillna("").mask(symbol == "c", "") if "printed" in frame else "",
        }
    )


def _counted(asked: Count | Total | Mean | Ratio, topic: str, column: str | None) -> pd.DataFrame:
    """Numerators and denominators by area, period and breakdown; a symbol in any row spoils its sum."""
    keys = PLACE + PERIOD + ([column] if column else [])
    if isinstance(asked, Mean):
        joined = _sum(asked.number, keys, "denominator").join(_sum(asked.total, keys, "numerator"), on=keys, how="left")
    elif isinstance(asked, Ratio):
        part = asked.of.filter(asked.numerator) if isinstance(asked.numerator, nw.Expr) else asked.numerator
        part = _sum(part, keys, "numerator")
        joined = _sum(asked.of, keys, "denominator").join(part, on=keys, how="left")
    else:
        joined = _sum(asked.of, keys, "numerator")
    # What the figure is a part of, and the children that it is about: a symbol among these hides the figure.
    within = getattr(asked, "within", None)
    about = {name: of for name in ("behind", "children") if (of := getattr(asked, name, None)) is not None}
    if within is not None:
        joined = joined.join(within.group_by(keys).agg(whole=nw.col("count").sum()), on=keys, how="left")
    for name, of in about.items():
        joined = joined.join(_sum(of, keys, name), on=keys, how="left")
    largest = getattr(asked, "largest", None)
    if largest is not None:
        joined = joined.join(largest.group_by(keys).agg(largest=nw.col("count").max()), on=keys, how="left")
    frame = joined.collect().to_pandas()
    ranks = frame[[name for name in frame if name.startswith("spoilt")]].fillna(0).max(axis=1).astype(int)
    numerator = frame["numerator"] if isinstance(asked, Mean) else frame["numerator"].fillna(0)
    ranks = ranks.mask(numerator.isna() & (ranks == 0), _RANKS["x"])  # a sum for which only the number is known
    spoilt = ranks > 0
    counts = frame[PLACE + PERIOD].assign(
        breakdown_topic=topic,
        breakdown=frame[column] if column else TOTAL,
        numerator=numerator.astype(float).mask(spoilt),
        denominator=(frame["denominator"].astype(float).mask(spoilt) if "denominator" in frame else float("nan")),
        symbol=ranks.map({rank: symbol for symbol, rank in {"": 0, **_RANKS}.items()}),
    )
    if within is not None:
        counts = counts.assign(left_out=(frame["whole"] - frame["denominator"]).astype(float))
    guards = [name for name in (*about, "largest") if name in frame]
    return counts.assign(**{name: frame[name].astype(float) for name in guards})


def _sum(of: nw.LazyFrame, keys: list[str], name: str) -> nw.LazyFrame:
    """The sum of ``count`` as ``name``, and the strongest symbol among its rows."""
    ranked = of.with_columns(spoilt=_rank(nw.col("symbol")))
    return ranked.group_by(keys).agg(nw.col("count").sum().alias(name), nw.col("spoilt").max().alias(f"spoilt_{name}"))


def _rank(symbol: nw.Expr) -> nw.Expr:
    """0 for a number; else the higher, the stronger the symbol, so that the maximum of a sum wins."""
    return symbol.replace_strict(_RANKS, default=0, return_dtype=nw.Int64)


def _divided(counts: pd.DataFrame, asked: Count | Total | Mean | Ratio) -> pd.DataFrame:
    if isinstance(asked, Count | Total):
        value = counts["numerator"]
    else:
        nothing = counts["denominator"] == 0
        # Multiplied first: 23 of 80 is 28.75 exactly, and prints as 28.8.
        value = counts["numerator"] * (100 if isinstance(asked, Ratio) else 1) / counts["denominator"].mask(nothing)
        counts = counts.assign(symbol=counts["symbol"].mask(nothing, "z"))
    return counts.assign(value=value.mask(counts["symbol"] != ""), printed="")
