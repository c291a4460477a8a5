"""What high needs cost: independent placements, transport, and the block."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import narwhals as nw

from dbv_analysis.model.metric import Count, Grouped, Mean, Total, Value, metric, own
from dbv_analysis.model.period import FULL_YEAR, PART_YEAR, SNAPSHOT
from dbv_analysis.model.units import COUNT, LOWER, NEITHER, POUNDS

REPORTS = "the authority's quarterly reports"
LEDGER = f"{REPORTS}; its ledger of placements and transport"
S251 = "Section 251 return of the authority"
DESTINATION = {"Destination": "breakdown"}
DESTINATIONS = ("In borough", "Out of borough")


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
