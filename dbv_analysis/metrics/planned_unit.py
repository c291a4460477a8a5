"""The case for a unit that the programme plans: what a place in it would cost, beside an independent placement."""

from __future__ import annotations

from collections.abc import Callable

import narwhals as nw

from dbv_analysis.metrics.high_needs_spend import REPORTS
from dbv_analysis.model.authority import Measure, PlannedUnit
from dbv_analysis.model.metric import Metric, Value, own
from dbv_analysis.model.units import NEITHER, POUNDS

SECTION = "High needs spend"


def unit_measures(unit: PlannedUnit, application: str) -> list[Measure]:
    """What the application says of the unit: its funding and places, each as a range, and the saving."""

    def measure(id: str, title: str, definition: str, **more) -> Measure:
        return Measure(id=id, section=SECTION, title=title, definition=definition, source=application, **more)

    def bounds(*groups: str) -> dict:
        return {"topic": "Bound", "groups": groups, "adds_up": False}

    return [
        measure(
            unit.funding,
            f"Yearly funding of {unit.one}",
            f"Place funding of one {unit.name} in a year, £, as early talks with schools put it: a range.",
            unit=POUNDS.name,
            **bounds("Lowest", "Highest"),
        ),
        measure(
            unit.places,
            f"Young people in {unit.one}",
            f"Places of one {unit.name}, number: a range. Places, not children.",
            **bounds("Fewest", "Most"),
        ),
        measure(
            unit.claimed,
            f"Saving claimed for {unit.one}",
            "What the application expects to save a child in a unit, £, beside an INMSS place and its transport.",
            unit=POUNDS.name,
        ),
    ]


def unit_metrics(unit: PlannedUnit, application: str) -> list[Metric]:
    """What a place in the unit would cost, and how much less that is than an average placement."""

    def metric(id: str, title: str, source: str, topic: str, column: str, define: Callable) -> Metric:
        return Metric(
            id=id,
            section=SECTION,
            title=title,
            unit=POUNDS,
            better=NEITHER,
            source=source,
            define=define,
            by={topic: column},
            breaks=(),
            decimals=None,
            any_day=True,
        )

    title = f"What a {unit.place} costs less than one in an INMSS"
    source = f"Derived from the {application}, and {REPORTS}"
    return [
        metric(unit.cost, f"Cost of a place in {unit.one}", application, "Bound", "breakdown", _PlaceCost(unit)),
        metric(unit.saving, title, source, "Comparison", "comparison", _Saving(unit)),
    ]


class _PlaceCost:
    """Counts the cost of a place. An object and no function within one, so that it can be pickled."""

    def __init__(self, unit: PlannedUnit):
        self.unit = unit
        self.__doc__ = (
            f"Yearly cost of one place in {unit.one}, £: the lowest funding over the most places, and the reverse.\n\n"
            "Derived from the ranges of the application; the full cost is still to be settled with a host school."
        )

    def __call__(self, own_figures: nw.LazyFrame) -> Value:
        funding = own(own_figures, self.unit.funding).drop("printed", strict=False)
        ends = [
            _with(funding.filter(nw.col("breakdown") == bound), own_figures, self.unit.places, places, "places")
            for bound, places in (("Lowest", "Most"), ("Highest", "Fewest"))
        ]
        return Value(nw.concat(ends), nw.col("count") / nw.col("places"))


class _Saving:
    """Average INMSS placement less one place in a unit, £ a year, without transport and with transport out of borough.

    The least and the most follow from the range of a place's cost. Averages of all needs stand in for those of the
    children whom a unit would take, and transport is normally not charged to the deficit.
    """

    def __init__(self, unit: PlannedUnit):
        self.unit = unit

    def __call__(self, own_figures: nw.LazyFrame) -> tuple[Value, ...]:
        average = own(own_figures, "inmss_unit_cost_average").drop("printed", strict=False)
        average = _with(average, own_figures, "inmss_placements_count", "Total", "placed")
        parts = []
        for least_or_most, funding, places in (("least", "Highest", "Fewest"), ("most", "Lowest", "Most")):
            rows = _with(average, own_figures, self.unit.funding, funding, "funding")
            rows = _with(rows, own_figures, self.unit.places, places, "places")
            rows = rows.with_columns(less=nw.col("count") - nw.col("funding") / nw.col("places"))
            carried = _with(rows, own_figures, "transport_spend", "Out of borough", "spend")
            carried = _with(carried, own_figures, "transport_pupils_count", "Out of borough", "pupils")
            less = nw.col("less") + nw.col("spend") / nw.col("pupils")
            for kind, of, value, behind in (
                ("without transport", rows, nw.col("less"), nw.col("placed")),
                ("with transport", carried, less, nw.min_horizontal("placed", "pupils")),
            ):
                named = of.with_columns(comparison=nw.lit(f"{kind}, {least_or_most}"))
                parts.append(Value(named, value, behind))
        return tuple(parts)


def _with(rows: nw.LazyFrame, own_figures: nw.LazyFrame, metric_id: str, breakdown: str, column: str) -> nw.LazyFrame:
    """Rows with, as ``column``, the newest figure of a metric that was out when each was told; those without drop out.

    Where that figure has no number, neither has the row.
    """
    figures = own(own_figures, metric_id).filter(nw.col("breakdown") == breakdown)
    figures = figures.select("area_code", nw.col("count").alias(column), told="published", day="period_end")
    known = rows.join(figures, on="area_code", how="inner").filter(nw.col("told") <= nw.col("published"))
    row = ["area_code", "release", "period_end", "breakdown"]
    known = known.with_columns(newest=nw.col("told").max().over(*row)).filter(nw.col("told") == nw.col("newest"))
    known = known.with_columns(last=nw.col("day").max().over(*row)).filter(nw.col("day") == nw.col("last"))
    unknown = nw.col(column).is_null() & (nw.col("symbol") == "")
    symbol = nw.when(unknown).then(nw.lit("x")).otherwise(nw.col("symbol"))
    return known.with_columns(symbol=symbol).drop("told", "day", "newest", "last")
