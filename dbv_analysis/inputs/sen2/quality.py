"""Rules of data quality for the SEN2 return."""

from __future__ import annotations

from datetime import date, timedelta

import narwhals as nw

from dbv_analysis.inputs.records import fields
from dbv_analysis.inputs.records.quality import QUERY, Rule, repeated, rule, rule_of_codes
from dbv_analysis.inputs.sen2 import derive
from dbv_analysis.inputs.sen2.derive import Modules

OLDEST = 25  # the last age at which somebody may have a plan


@rule("namedplan", "StartDate", "ReceivedDate")
def plan_before_request(modules: Modules, reference: date) -> nw.LazyFrame:
    """A plan began before it was asked for."""
    assessments = modules["assessment"].select("assessmenttableid", "requeststableid")
    requests = modules["requests"].select("requeststableid", "receiveddate")
    plans = modules["namedplan"].join(assessments, on="assessmenttableid", how="inner")
    plans = plans.join(requests, on="requeststableid", how="inner")
    return plans.filter(nw.col("startdate") < nw.col("receiveddate"))


@rule("namedplan", "StartDate")
def plan_without_start(modules: Modules, reference: date) -> nw.LazyFrame:
    """A plan has no start date, so no count holds it."""
    return modules["namedplan"].filter(nw.col("startdate").is_null())


@rule("namedplan", "StartDate", "CeaseDate")
def ceased_before_start(modules: Modules, reference: date) -> nw.LazyFrame:
    """A plan ceased before it began."""
    return modules["namedplan"].filter(nw.col("ceasedate") < nw.col("startdate"))


@rule("namedplan", "StartDate")
def plan_after_the_return(modules: Modules, reference: date) -> nw.LazyFrame:
    """A plan begins after the day of the return."""
    return modules["namedplan"].filter(nw.col("startdate") > reference)


@rule("namedplan", "StartDate", "CeaseDate")
def two_open_plans(modules: Modules, reference: date) -> nw.LazyFrame:
    """Somebody has two plans on the day of the return; both are counted."""
    plans = repeated(derive.caseload(modules, reference), "persontableid").select("namedplantableid")
    return modules["namedplan"].join(plans, on="namedplantableid", how="inner")


@rule("requests", "ReceivedDate")
def request_without_date(modules: Modules, reference: date) -> nw.LazyFrame:
    """A request has no date on which it was received, so its time to a plan is not known."""
    return modules["requests"].filter(nw.col("receiveddate").is_null())


@rule("person", "PersonBirthDate")
def impossible_age(modules: Modules, reference: date) -> nw.LazyFrame:
    """Somebody is not yet born, or older than 25, on the day of the return."""
    oldest = date(reference.year - OLDEST - 1, 1, 1)
    born = nw.col("personbirthdate")
    return modules["person"].filter((born > reference) | (born < oldest))


@rule("person", "PersonBirthDate")
def no_birth_date(modules: Modules, reference: date) -> nw.LazyFrame:
    """Somebody has no birth date, so no count by age holds them."""
    return modules["person"].filter(nw.col("personbirthdate").is_null())


@rule("person", "UPN")
def duplicate_upn(modules: Modules, reference: date) -> nw.LazyFrame:
    """Several persons have one UPN."""
    return repeated(modules["person"].filter(~nw.col("upn").is_null()), "upn")


@rule("placementdetail", "EntryDate", "LeavingDate")
def left_before_entry(modules: Modules, reference: date) -> nw.LazyFrame:
    """A placement ended before it began."""
    return modules["placementdetail"].filter(nw.col("leavingdate") < nw.col("entrydate"))


@rule("placementdetail", "PlacementRank", "EntryDate", "LeavingDate")
def two_first_placements(modules: Modules, reference: date) -> nw.LazyFrame:
    """A plan has two open placements of rank 1; the one that the return gives first is counted."""
    is_open = derive.on_day("entrydate", "leavingdate", reference)
    return repeated(modules["placementdetail"].filter(nw.col("placementrank") == 1, is_open), "activeplanstableid")


@rule("placementdetail", "URN", severity=QUERY)
def unknown_establishment(modules: Modules, reference: date) -> nw.LazyFrame:
    """A placement's URN is not in the list of establishments, or is of a type that has no column in the release."""
    known = modules["establishments"].filter(~nw.col("kind").is_null()).select("urn")
    return modules["placementdetail"].filter(~nw.col("urn").is_null()).join(known, on="urn", how="anti")


@rule("activeplans", "SENtype", "SENtypeRank", severity=QUERY)
def no_primary_need(modules: Modules, reference: date) -> nw.LazyFrame:
    """A plan has no need of rank 1; it is counted as of unknown need."""
    first = modules["senneed"].filter(nw.col("sentyperank") == 1).select("activeplanstableid").unique()
    return modules["activeplans"].join(first, on="activeplanstableid", how="anti")


@rule("requests", "ReceivedDate", severity=QUERY)
def long_ago(modules: Modules, reference: date) -> nw.LazyFrame:
    """A request was received more than three years before the return, and is not marked as historical."""
    old = reference - timedelta(days=3 * 366)
    marked = nw.col("requestoutcome").is_null() | (nw.col("requestoutcome") != derive.HISTORICAL)
    return modules["requests"].filter(nw.col("receiveddate") < old, marked)


def _codes(module: str) -> Rule:
    """The codes of a module's fields, those of every year together."""
    every = [part for year in fields.years() for part in fields.modules(year) if part.name == module]
    columns = {field.column: field for part in every for field in part.fields if field.codes}
    codes = {column: field.codes for column, field in columns.items()}
    message = "A code is none of those that the guide lists."
    return rule_of_codes(module, codes, [field.name for field in columns.values()], message)


RULES = (
    plan_before_request,
    plan_without_start,
    ceased_before_start,
    plan_after_the_return,
    two_open_plans,
    request_without_date,
    impossible_age,
    no_birth_date,
    duplicate_upn,
    left_before_entry,
    two_first_placements,
    unknown_establishment,
    no_primary_need,
    long_ago,
    *map(_codes, ("requests", "assessment", "namedplan", "plandetail", "placementdetail", "senneed")),
)
