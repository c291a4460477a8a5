"""What high needs cost: independent placements, transport, the block, and a place in a high dependency unit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import narwhals as nw

from dbv_analysis.model.metric import Count, Grouped, Mean, Total, Value, metric, own
from dbv_analysis.model.period import FULL_YEAR, PART_YEAR, SNAPSHOT
from dbv_analysis.model.units import COUNT, LOWER, NEITHER, PERCENT, POUNDS

REPORTS = "the authority's quarterly reports"
LEDGER = f"{REPORTS}; its ledger of placements and transport"
APPLICATION = "DBV grant application, December 2023"
S251 = "Section 251 return of the authority"
DESTINATION = {"Destination": "breakdown"}
DESTINATIONS = ("In borough", "Out of borough")
BOUNDS = {"Bound": "breakdown"}


def _reported(title: str, unit=COUNT, better: str = LOWER, source: str = REPORTS, **more):
    return metric(
        section="High needs spend", title=title, unit=unit, better=better, source=source, any_day=True, **more
    )


def _of_ledger(costs: nw.LazyFrame, kind: str, what: str, basis: Iterable[str] = (SNAPSHOT,)) -> nw.LazyFrame:
    """Rows of the ledger's sums: of the commitments of one day, unless of another basis."""
    return costs.filter(nw.col("kind") == kind, nw.col("what") == what, nw.col("basis").is_in(list(basis)))


def _of_inmss(costs: nw.LazyFrame, what: str) -> nw.LazyFrame:
    return _of_ledger(costs, "placement", what).filter(nw.col("provision") == "inmss")


def _guards(rows: Callable[[str], nw.LazyFrame]) -> dict[str, nw.LazyFrame]:
    """What hides money: how few children or providers are behind it, and what one of them makes up."""
    return {"behind": rows("fewest behind"), "largest": rows("largest pounds")}


@_reported("Independent and non-maintained special schools commissioned", better=NEITHER, source=LEDGER)
def inmss_schools_count(own_figures, costs) -> tuple[Total, Total]:
    """Independent and non-maintained special schools (INMSS) with which the authority has a placement, on one day."""
    return Total(own(own_figures, "inmss_schools_count")), Total(_of_inmss(costs, "providers"))


@_reported("Placements in independent and non-maintained special schools", source=LEDGER)
def inmss_placements_count(own_figures, costs) -> tuple[Count, Count]:
    """Children and young people placed in an INMSS on one day, as the authority commissions them.

    Another count than that of the SEN2 return in January, which follows the plan. From a ledger, a child with two
    placements is counted once.
    """
    return Count(own(own_figures, "inmss_placements_count")), Count(_of_inmss(costs, "children"))


@_reported("Average cost of a placement in an INMSS", POUNDS, source=LEDGER)
def inmss_unit_cost_average(own_figures, costs) -> tuple[Total, Mean]:
    """Average cost of a placement in an INMSS, £, as the authority reports it.

    The report gives neither the sum behind it nor whether it is a yearly cost; a year is assumed. From a ledger it is
    what the placements of one day cost in a year, divided by the children placed. Hidden where fewer placements or
    schools are behind it than the rule for money allows, or one makes up nearly all of it.
    """
    placements = own(own_figures, "inmss_placements_count")
    reported = Total(own(own_figures, "inmss_unit_cost_average"), behind=placements)
    yearly, children = _of_inmss(costs, "pounds a year"), _of_inmss(costs, "children")
    return reported, Mean(yearly, children, **_guards(lambda what: _of_inmss(costs, what)))


@_reported("Open searches for a placement")
def inmss_open_searches_count(own_figures) -> Count:
    """Children and young people for whom a placement in an INMSS is being looked for, on one day."""
    return Count(own(own_figures, "inmss_open_searches_count"))


def _carried(costs: nw.LazyFrame, what: str, to: str = "", basis: Iterable[str] = (SNAPSHOT,)) -> nw.LazyFrame:
    """Rows of transport: of everybody carried, or with ``to`` by destination, named as the reports name it."""
    rows = _of_ledger(costs, "transport", what, basis)
    if not to:
        return rows.filter(nw.col("provision") == "all")
    name = nw.when(nw.col("provision") == "in borough").then(nw.lit(DESTINATIONS[0])).otherwise(nw.lit(DESTINATIONS[1]))
    return rows.filter(nw.col("provision").is_in(["in borough", "out of borough"])).with_columns(breakdown=name)


@_reported("Pupils with SEND transport", by=DESTINATION, groups=DESTINATIONS, source=LEDGER)
def transport_pupils_count(own_figures, costs) -> tuple[Count, Grouped]:
    """Pupils for whom the authority pays SEND transport, to places in and out of the borough.

    From a ledger, a pupil carried to both is counted in each, and once in the total.
    """
    carried = Grouped(Count(_carried(costs, "children", "each")), Count(_carried(costs, "children")))
    return Count(own(own_figures, "transport_pupils_count")), carried


@_reported("Spend on SEND transport", POUNDS, by=DESTINATION, groups=DESTINATIONS, decimals=0, source=LEDGER)
def transport_spend(own_figures, costs) -> tuple[Total, Grouped]:
    """What the authority spends on SEND transport, £, in and out of the borough.

    The report does not say which period the spend is of; from a ledger it is the financial year to the ledger's day.
    SEND transport is normally charged to the general fund, not to the dedicated schools grant (recalled), so it stays
    out of the deficit.
    """

    def spent(to: str) -> Total:
        rows = partial(_carried, costs, to=to, basis=(PART_YEAR, FULL_YEAR))
        return Total(rows("pounds"), **_guards(rows))

    reported = Total(own(own_figures, "transport_spend"), behind=own(own_figures, "transport_pupils_count"))
    return reported, Grouped(spent("each"), spent(""))


@_reported("Average spend on SEND transport a pupil", POUNDS, by=DESTINATION, groups=(), decimals=2, source=LEDGER)
def transport_unit_cost_average(own_figures, costs) -> tuple[Mean, Grouped]:
    """Spend on SEND transport divided by the pupils for whom it is paid, £ a pupil, in and out of the borough.

    From a ledger it is what the journeys of one day cost in a year, divided by the pupils carried on it.
    """

    def yearly(to: str) -> Mean:
        rows = partial(_carried, costs, to=to)
        return Mean(rows("pounds a year"), rows("children"), **_guards(rows))

    reported = Mean(own(own_figures, "transport_spend"), own(own_figures, "transport_pupils_count"))
    return reported, Grouped(yearly("each"), yearly(""))


def _account(title: str, source: str):
    return metric(
        section="High needs spend", title=title, unit=POUNDS, better=NEITHER, source=source, by={"Line": "line"}
    )


def _lines(high_needs_funding: nw.LazyFrame, account: str) -> Value:
    return Value(high_needs_funding.filter(nw.col("account") == account), nw.col("pounds"))


@_account("High needs block", "DfE, Dedicated schools grant allocations")
def high_needs_block(high_needs_funding) -> Value:
    """The high needs block of the dedicated schools grant in the financial year, £.

    Before and after the DfE's deductions for places that it funds directly.
    """
    return _lines(high_needs_funding, "allocation")


@_account("High needs budget", S251)
def high_needs_budget(high_needs_funding) -> Value:
    """Planned high-needs spending by line of the Section 251 budget, £. It holds academy place funding."""
    return _lines(high_needs_funding, "budget")


@_account("High needs outturn", S251)
def high_needs_outturn(high_needs_funding) -> Value:
    """High-needs spending by line of the Section 251 outturn, £.

    It leaves out academy place funding, so it does not compare with the budget without adding that back.
    """
    return _lines(high_needs_funding, "outturn")


def _said_in_the_application(title: str, unit=POUNDS, **more):
    return metric(
        section="High needs spend", title=title, unit=unit, better=NEITHER, source=APPLICATION, any_day=True, **more
    )


@_said_in_the_application("Yearly funding of a high dependency unit", by=BOUNDS, groups=("Lowest", "Highest"))
def hdu_place_funding(own_figures) -> Total:
    """Place funding of one high dependency unit in a year, £, as early talks with schools put it: a range."""
    return Total(own(own_figures, "hdu_place_funding"), adds_up=False)


@_said_in_the_application("Young people in a high dependency unit", COUNT, by=BOUNDS, groups=("Fewest", "Most"))
def hdu_places_count(own_figures) -> Total:
    """Places of one high dependency unit, number: a range. Places, not children."""
    return Total(own(own_figures, "hdu_places_count"), adds_up=False)


@_said_in_the_application("Saving claimed for a high dependency unit")
def hdu_saving_claimed(own_figures) -> Total:
    """What the application expects to save a child in a unit, £, beside an INMSS place and its transport."""
    return Total(own(own_figures, "hdu_saving_claimed"))


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


def _place_cost(own_figures: nw.LazyFrame) -> nw.LazyFrame:
    """The least and the most that one place of a unit can cost, in rows of the funding's own."""
    funding = own(own_figures, "hdu_place_funding").drop("printed", strict=False)
    ends = [
        _with(funding.filter(nw.col("breakdown") == bound), own_figures, "hdu_places_count", places, "places")
        for bound, places in (("Lowest", "Most"), ("Highest", "Fewest"))
    ]
    return nw.concat(ends).with_columns(cost=nw.col("count") / nw.col("places"))


@_said_in_the_application("Cost of a place in a high dependency unit", by=BOUNDS)
def hdu_place_cost(own_figures) -> Value:
    """Yearly cost of one place in a high dependency unit, £: the lowest funding over the most places, and the reverse.

    Derived from the ranges of the application; the full cost is still to be settled with a host school.
    """
    return Value(_place_cost(own_figures), nw.col("cost"))


@metric(
    section="High needs spend",
    title="What a high dependency place costs less than one in an INMSS",
    unit=POUNDS,
    better=NEITHER,
    source=f"Derived from the {APPLICATION}, and {REPORTS}",
    by={"Comparison": "comparison"},
    any_day=True,
)
def hdu_saving(own_figures) -> tuple[Value, ...]:
    """Average INMSS placement less one place in a unit, £ a year, without transport and with transport out of borough.

    The least and the most follow from the range of a place's cost. Averages of all needs stand in for those of the
    children whom a unit would take, and transport is normally not charged to the deficit.
    """
    average = own(own_figures, "inmss_unit_cost_average").drop("printed", strict=False)
    average = _with(average, own_figures, "inmss_placements_count", "Total", "placed")
    parts = []
    for least_or_most, funding, places in (("least", "Highest", "Fewest"), ("most", "Lowest", "Most")):
        rows = _with(average, own_figures, "hdu_place_funding", funding, "funding")
        rows = _with(rows, own_figures, "hdu_places_count", places, "places")
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


@_said_in_the_application("High needs capital allocation")
def capital_allocation(own_figures) -> Total:
    """The DfE's high needs capital grant to the authority, £, as the application gives it."""
    return Total(own(own_figures, "capital_allocation"))


@_said_in_the_application("Growth of high needs spending since 2020", PERCENT)
def high_needs_growth_percent(own_figures) -> Value:
    """Growth of spending from the high needs block since the financial year that ended in 2020, %, as diagnosed."""
    return Value(own(own_figures, "high_needs_growth_percent"), nw.col("value"))


@_said_in_the_application("Share of spending in the three largest provisions", PERCENT)
def high_needs_three_settings_percent(own_figures) -> Value:
    """Maintained special, independent and mainstream settings' share of high-needs spending, %, as diagnosed."""
    return Value(own(own_figures, "high_needs_three_settings_percent"), nw.col("value"))


@_said_in_the_application("Plans begun in an INMSS at 11 to 14 for SEMH", PERCENT)
def inmss_semh_starts_percent(own_figures) -> Value:
    """Share of plans begun in an INMSS by children aged 11 to 14 that are for SEMH, %, as diagnosed.

    The application leaves open of what exactly it is a share.
    """
    return Value(own(own_figures, "inmss_semh_starts_percent"), nw.col("value"))
