"""A made-up authority's evidence of one metric, from a small table, and the one way in which these tests ask of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pandas as pd

from dbv_analysis.model.authority import Workstream
from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.metric import Metric
from dbv_analysis.model.pack import PUBLIC
from dbv_analysis.model.period import Break, Period, Quarter
from dbv_analysis.model.settings import Area, Neighbours, Programme, ProgrammeDates, QuarterSettings
from dbv_analysis.model.units import LOWER, PERCENT, Unit
from dbv_analysis.results.evidence import Evidence
from tests.text_tables import read_table

METRIC = "measure"
START = date(2024, 4, 1)
NEIGHBOURS = {f"E0800000{number}": f"N{number}" for number in range(1, 8)}
CODES = {"Own": "E06000001", "Region": "E12000001", "Country": "E92000001", "Far": "E09000001"} | {
    name: code for code, name in NEIGHBOURS.items()
}
PROGRAMME = Programme(
    programme=ProgrammeDates(name="A programme", start=START),
    area=Area(code=CODES["Own"], name="Own"),
    region=Area(code=CODES["Region"], name="Region", geographic_level="Regional"),
    country=Area(code=CODES["Country"], name="Country", geographic_level="National"),
    neighbours=[Neighbours(name="A model", dated=date(2020, 1, 1), source="These tests", areas=NEIGHBOURS)],
    quarters={"2024-25-Q2": QuarterSettings(cut_off=date(2026, 12, 31))},
    workstreams=[Workstream(number="1", title="A workstream")],
)
ROW = {
    **{"area": "Own", "breakdown": "Total", "breakdown_topic": "Total", "numerator": float("nan")},
    **{"denominator": float("nan"), "symbol": "", "printed": "", "release": "r1", "source": "A return"},
}


def made_up(
    text: str,
    unit: Unit = PERCENT,
    better: str = LOWER,
    breaks: tuple[Break, ...] = (),
    decimals: int | None = None,
    any_day: bool = False,
    start: date = START,
) -> Evidence:
    """Evidence of one metric: a row of ``text`` is a figure of an ``area`` and a ``period`` as the tables write it.

    A figure came out on the last day of its period, unless the table says when it was ``published``.
    """
    frame = read_table(text, **ROW)
    periods = [Period.parse(period) for period in frame["period"]]
    levels = {"Region": "Regional", "Country": "National"}
    results = frame.assign(
        metric_id=METRIC,
        area_code=frame["area"].map(CODES),
        area_name=frame["area"],
        geographic_level=[levels.get(area, "Local authority") for area in frame["area"]],
        unit=unit.name,
        basis=[period.basis for period in periods],
        period_label=[period.label for period in periods],
        period_start=[period.start for period in periods],
        period_end=[period.end for period in periods],
        as_at=[period.end for period in periods],
    )
    if "published" not in frame:
        results = results.assign(published=results["period_end"])
    metric = Metric(
        METRIC, "Section", "Measure", unit, better, "Tests", lambda: None, {}, breaks, decimals, any_day=any_day
    )
    programme = PROGRAMME.model_copy(update={"programme": ProgrammeDates(name="A programme", start=start)})
    return Evidence(
        results=results,
        lists={},
        sources=[],
        metrics={METRIC: metric},
        programme=programme,
        quarter=Quarter("2024-25-Q2"),
        cut_off=date(2026, 12, 31),
        profile=PUBLIC,
    )


def ask(
    function: Callable, evidence: Evidence, *more: object, breakdown: str = TOTAL, area: str = "", **named: object
) -> object:
    """What a function of ``compare`` says of a series of the metric of made-up evidence."""
    return function(evidence.series(METRIC, breakdown, area), *more, **named)


def labels(rows: pd.DataFrame) -> list[str]:
    return list(rows["period_label"])


def series(values: list[float], first: int = 2010, area: str = "Own", **columns: object) -> str:
    """The text of one area's counts on a day of January, a year a value, from the first."""
    names = "  ".join(["area", "period", "value", *columns])
    more = "".join(f"  {value}" for value in columns.values())
    return "\n".join([names, *(f"{area}  {first + place}-01-18  {value}{more}" for place, value in enumerate(values))])
