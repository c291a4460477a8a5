"""Rules of data quality for a ledger of placements and transport."""

from __future__ import annotations

from datetime import date

import narwhals as nw

from dbv_analysis.inputs.commitments import derive
from dbv_analysis.inputs.commitments.read import LEDGER, PLACEMENT
from dbv_analysis.inputs.records.quality import QUERY, repeated, rule
from dbv_analysis.inputs.sen2.derive import Modules
from dbv_analysis.model.sen2 import PLACEMENTS

DEAR = 350_000  # pounds a year, assumed: more than a residential placement of 52 weeks mostly costs
WEEKS = 53  # that a year can touch


@rule(LEDGER, "starts", "ends")
def ends_before_starts(modules: Modules, reference: date) -> nw.LazyFrame:
    """A commitment ends before it starts, so it is counted on no day."""
    return modules[LEDGER].filter(nw.col("ends") < nw.col("starts"))


@rule(LEDGER, "pounds")
def no_cost(modules: Modules, reference: date) -> nw.LazyFrame:
    """A commitment costs nothing, or less than nothing."""
    return modules[LEDGER].filter(nw.col("pounds") <= 0)


@rule(LEDGER, "person", "kind", "starts", "ends", severity=QUERY)
def two_placements_on_a_day(modules: Modules, reference: date) -> nw.LazyFrame:
    """A child has two placements on the day of the ledger; both are paid for, and the child is counted once."""
    then = derive.commitments(modules[LEDGER], reference, reference).filter(nw.col("kind") == PLACEMENT)
    return repeated(then, "person")


@rule(LEDGER, "pounds", "per", severity=QUERY)
def dear_commitment(modules: Modules, reference: date) -> nw.LazyFrame:
    """A commitment costs more than £350,000 in a year: is it per week, per term or per year?"""
    return derive.a_year(modules[LEDGER]).filter(nw.col("pounds") > DEAR)


@rule(LEDGER, "provision")
def unknown_provision(modules: Modules, reference: date) -> nw.LazyFrame:
    """A provision is none that is known: a column of the SEN2 release, or in borough or out of borough."""
    placed = nw.col("kind") == PLACEMENT
    provision = nw.col("provision")
    known = (placed & provision.is_in(list(PLACEMENTS))) | (~placed & provision.is_in(list(derive.DESTINATIONS)))
    return modules[LEDGER].filter(provision.is_null() | ~known)


@rule(LEDGER, "urn", "provider", severity=QUERY)
def no_provider(modules: Modules, reference: date) -> nw.LazyFrame:
    """A placement names no provider, so the count of providers leaves it out."""
    unnamed = nw.col("urn").is_null() & nw.col("provider").is_null()
    return modules[LEDGER].filter(nw.col("kind") == PLACEMENT, unnamed)


@rule(LEDGER, "weeks")
def more_weeks_than_a_year(modules: Modules, reference: date) -> nw.LazyFrame:
    """A price is paid in more weeks than a year has, or in none."""
    return modules[LEDGER].filter((nw.col("weeks") > WEEKS) | (nw.col("weeks") < 1))


RULES = (
    ends_before_starts,
    no_cost,
    two_placements_on_a_day,
    dear_commitment,
    unknown_provision,
    no_provider,
    more_weeks_than_a_year,
)
