"""The DSG high-needs deficit, as the grant application forecast it on three paths."""

from __future__ import annotations

import narwhals as nw

from dbv_analysis.model.metric import Value, metric
from dbv_analysis.model.units import LOWER, NEITHER, POUNDS

APPLICATION = "DBV grant application, scenario table"
BY_SCENARIO = {"Scenario": "scenario"}


def _measure(scenarios: nw.LazyFrame, name: str) -> nw.LazyFrame:
    return scenarios.filter(nw.col("measure") == name)


def _identity(scenarios: nw.LazyFrame) -> nw.LazyFrame:
    """Each path and year with its expenditure and the change in its cumulative deficit.

    The balance at the end of a year belongs to the year that ends on that day; the first year of a
    path has no change, because the balance before it is not printed.
    """
    path = ["area_code", "scenario", "release"]
    balances = _measure(scenarios, "cumulative deficit").select(
        *path,
        "period_end",
        change=nw.col("pounds").diff().over(*path, order_by="period_end"),
        years=nw.col("period_end").cast(nw.Datetime).dt.year().diff().over(*path, order_by="period_end"),
    )
    balances = balances.filter(nw.col("years") == 1)  # across a year that is not there, no change is known
    years = _measure(scenarios, "expenditure").drop("printed", strict=False)
    return years.join(balances, on=[*path, "period_end"], how="inner").filter(~nw.col("change").is_null())


@metric(
    section="Deficit",
    title="High needs expenditure",
    unit=POUNDS,
    better=NEITHER,
    source=APPLICATION,
    by=BY_SCENARIO,
)
def dsg_expenditure(scenarios) -> Value:
    """Forecast high-needs spending in the year, £, as printed (to £0.1m).

    Years are printed without their kind and read as financial years that end on 31 March.
    """
    return Value(_measure(scenarios, "expenditure"), nw.col("pounds"))


@metric(
    section="Deficit",
    title="Cumulative high needs deficit",
    unit=POUNDS,
    better=LOWER,
    source=APPLICATION,
    by=BY_SCENARIO,
)
def dsg_cumulative_deficit(scenarios) -> Value:
    """Forecast balance owed on the high-needs block at the end of the year, £, as printed (to £0.1m).

    Years are printed without their kind; the balance is read as that of 31 March of the year.
    """
    return Value(_measure(scenarios, "cumulative deficit"), nw.col("pounds"))


@metric(
    section="Deficit",
    title="In-year high needs deficit",
    unit=POUNDS,
    better=LOWER,
    source=f"Derived from the {APPLICATION}",
    by=BY_SCENARIO,
)
def dsg_in_year_deficit(scenarios) -> Value:
    """Deficit added in the year, £: cumulative deficit at its end less that of a year before.

    Each balance is printed to £0.1m, so the difference may be out by up to £0.1m.
    """
    return Value(_identity(scenarios), nw.col("change"))


@metric(
    section="Deficit",
    title="Funding implied by the forecasts",
    unit=POUNDS,
    better=NEITHER,
    source=f"Derived from the {APPLICATION}",
    by=BY_SCENARIO,
)
def dsg_implied_funding(scenarios) -> Value:
    """Funding that makes a path add up, £: expenditure less the in-year deficit.

    From deficit(t) = deficit(t − 1) + expenditure(t) − funding(t). Three printed figures enter, each
    to £0.1m, so the result may be out by up to £0.15m. Funding should not depend on the path.
    """
    return Value(_identity(scenarios), nw.col("pounds") - nw.col("change"))
