"""Made-up tables of plans as the loaders give them, from text, and metrics of them."""

from __future__ import annotations

import narwhals as nw
import pandas as pd

from dbv_analysis.model.metric import Count, Mean, Metric, Ratio, Total, Value
from dbv_analysis.model.pack import PUBLIC
from dbv_analysis.model.period import Period
from dbv_analysis.model.settings import Disclosure
from dbv_analysis.model.tables import PROVENANCE
from dbv_analysis.model.units import NEITHER, PERCENT, SYMBOLS
from dbv_analysis.results.calculate import calculate
from tests.text_tables import cells

RULE = Disclosure(threshold=5, money_threshold=3)


def table(text: str) -> pd.DataFrame:
    """A table of ``plans`` as the loaders give it, from text: cells stand two spaces or more apart.

    A cell of ``count`` that is one of the symbols is a missing number with that symbol.
    """
    lines = cells(text)
    frame = pd.DataFrame(lines[1:], columns=lines[0])
    defaults = {"area": "Here", "period": "2024-01-18", "setting": "school", "kind": "any"}
    frame = frame.assign(**{name: word for name, word in defaults.items() if name not in frame})
    periods = [Period.parse(words) for words in frame["period"]]
    frame = frame.assign(
        area_code=frame["area"].map({"Here": "E06000001", "There": "E06000002"}),
        area_name=frame["area"],
        geographic_level="Local authority",
        symbol=frame["count"].where(frame["count"].isin(SYMBOLS), ""),
        count=pd.to_numeric(frame["count"], errors="coerce").astype(float),
        period_label=[period.label for period in periods],
        period_start=[period.start for period in periods],
        period_end=[period.end for period in periods],
        basis=[period.basis for period in periods],
        as_at=[period.end for period in periods],
        source="A return",
        release="return-1",
        published=[period.end for period in periods],
        file="return.csv",
        row=range(2, len(frame) + 2),
    ).drop(columns="area")
    assert set(PROVENANCE) <= set(frame.columns)
    return frame


def in_school(plans):
    """Plans in a school, of all plans, %."""
    return Ratio(plans, nw.col("setting") == "school")


def number(plans):
    """Plans."""
    return Count(plans)


def as_given(plans):
    """A figure as it stands."""
    return Value(plans, nw.col("count"))


def pounds(plans):
    """Pounds, whoever they are spent on."""
    return Total(of_kind(plans, "pounds"))


def pounds_on_pupils(plans):
    """Pounds, with the pupils whom they are spent on."""
    return Total(of_kind(plans, "pounds"), behind=of_kind(plans, "pupils"))


def pounds_each(plans):
    """Pounds a pupil."""
    return Mean(of_kind(plans, "pounds"), of_kind(plans, "pupils"))


def of_kind(plans, kind: str):
    return plans.filter(nw.col("kind") == kind)


def metric(define, unit=PERCENT, by: dict[str, str] | None = None) -> Metric:
    return Metric(define.__name__, "Made up", "Made up", unit, NEITHER, "These tests", define, by or {}, (), 1)


def figures(plans: pd.DataFrame, *metrics: Metric, profile: str = PUBLIC, rule: Disclosure = RULE) -> pd.DataFrame:
    return calculate(metrics or [metric(in_school)], {"plans": plans}, rule, profile)


def only(results: pd.DataFrame) -> tuple:
    """The one row's numerator, denominator, value and symbol, None where there is no number."""
    assert len(results) == 1
    row = results[["numerator", "denominator", "value", "symbol"]].astype(object)
    return tuple(row.where(row.notna(), None).iloc[0])


def share(in_schools: str, elsewhere: str, **options) -> tuple:
    """What comes of two rows: plans in schools and plans elsewhere."""
    plans = table(f"setting  count\nschool  {in_schools}\nhome  {elsewhere}")
    return only(figures(plans, **options))


def by_group(results: pd.DataFrame, column: str = "value") -> dict[str, float | str]:
    """Each group's figure, or the symbol in its place."""
    return {row["breakdown"]: row["symbol"] or row[column] for row in results.to_dict("records")}
