"""Plans, placements, flows and timeliness from person-level records, on any day and in any window.

Every function takes the modules as lazy narwhals frames (``store.open_records``) and gives one, so that it runs on
pandas, Polars, DuckDB over Parquet and PySpark. Derivations are those of the SEN2 guide as the domain rules give them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import narwhals as nw

from dbv_analysis.model.packaged import read_toml
from dbv_analysis.model.sen2 import UNKNOWN

Modules = Mapping[str, nw.LazyFrame]
WITHIN, YEAR = 140, 364  # days: 20 and 52 weeks
ISSUED, HISTORICAL = "Y", "H"
NEED_NAMES = {
    "ASD": "Autistic spectrum disorder",
    "HI": "Hearing impairment",
    "MLD": "Moderate learning difficulty",
    "MSI": "Multi-sensory impairment",
    "OTH": "Other difficulty or disability",
    "DS": "Other difficulty or disability",  # from 2025 on; the release counts it there
    "PD": "Physical disability",
    "PMLD": "Profound and multiple learning difficulty",
    "SEMH": "Social, emotional and mental health",
    "SLCN": "Speech, language and communication needs",
    "SLD": "Severe learning difficulty",
    "SPLD": "Specific learning difficulty",
    "VI": "Vision impairment",
}
NO_NEED = "Need unknown"
INDICATORS = {"resourcedprovisionindicator": "resourced_provision", "senunitindicator": "senunit"}
UNITS = ("mainstream_la_maintained", "mainstream_academy", "mainstream_free_school")  # may have units and provision


def establishment_types() -> dict[str, str]:
    """The release's column of each type of establishment, by its name in GIAS."""
    return read_toml(__package__, "establishments.toml")["type"]


def settings() -> dict[str, str]:
    """The release's column of each code of ``SENsetting``, for a placement at no establishment."""
    return read_toml(__package__, "establishments.toml")["setting"]


def caseload(modules: Modules, day: date) -> nw.LazyFrame:
    """The plans maintained on a day: started by then and not ceased before it.

    Returns a row a plan: ``namedplantableid``, ``requeststableid``, ``persontableid``, ``startdate``.
    """
    open_then = modules["namedplan"].filter(nw.col("startdate") <= day, on_day("startdate", "ceasedate", day))
    return _with_person(modules, open_then).select("namedplantableid", "requeststableid", "persontableid", "startdate")


def _with_person(modules: Modules, plans: nw.LazyFrame) -> nw.LazyFrame:
    """Plans with the assessment, request and person that they belong to."""
    assessed = plans.drop("row").join(modules["assessment"].drop("row"), on="assessmenttableid", how="inner")
    return assessed.join(modules["requests"].drop("row"), on="requeststableid", how="inner")


def on_day(starts: str, ends: str, day: date) -> nw.Expr:
    """Whether a row runs on a day by its columns of days; one that is empty sets no bound."""
    started = nw.col(starts).is_null() | (nw.col(starts) <= day)
    return started & (nw.col(ends).is_null() | (nw.col(ends) >= day))


def placements(modules: Modules, day: date) -> nw.LazyFrame:
    """``caseload`` with each plan's ``placement``: the column of the SEN2 release that it stands in.

    A plan without an open placement, or at an establishment of a type that is not known, is unknown.
    """
    placed = caseload(modules, day).join(placed_at(modules, day).drop("urn"), on="requeststableid", how="left")
    return placed.with_columns(placement=nw.col("placement").fill_null(UNKNOWN[0]))


def placed_at(modules: Modules, day: date) -> nw.LazyFrame:
    """Where each request's child is placed on a day: ``requeststableid``, ``placement`` and ``urn``, if it has one.

    It is the open placement of lowest rank; of two of one rank, the one that the return gives first. Among the modules
    is ``establishments``, with ``urn`` and ``kind``, the column of its type. Requests without a placement have no row.
    """
    detail = modules["placementdetail"].filter(on_day("entrydate", "leavingdate", day))
    active = modules["activeplans"].select("activeplanstableid", "requeststableid")
    there = detail.join(active, on="activeplanstableid", how="inner").with_columns(
        order=nw.col("placementrank").fill_null(99) * 1_000_000_000 + nw.col("placementdetailtableid")
    )
    first = there.group_by("requeststableid").agg(order=nw.col("order").min())
    return (
        there.join(first, on=["requeststableid", "order"], how="inner")
        .join(modules["establishments"].select("urn", "kind"), on="urn", how="left")
        .select("requeststableid", "urn", placement=_column())
    )


def _column() -> nw.Expr:
    """The release's column of a placement, from its establishment's kind or else its setting."""
    kind, setting = nw.col("kind"), nw.col("sensetting")
    placed = nw.when(~nw.col("ukprn").is_null()).then(nw.lit("ukrlp_provider")).otherwise(nw.lit(UNKNOWN[0]))
    for code, column in settings().items():
        placed = nw.when(setting == code).then(nw.lit(column)).otherwise(placed)
    placed = nw.when(~nw.col("urn").is_null()).then(kind.fill_null(UNKNOWN[0])).otherwise(placed)
    for unit in UNITS:
        for indicator, ending in INDICATORS.items():
            is_in = (kind == unit) & (nw.col(indicator) == "1")
            placed = nw.when(is_in).then(nw.lit(f"{unit}_{ending}")).otherwise(placed)
    return placed


def needs(modules: Modules) -> nw.LazyFrame:
    """The primary need of each request with an active plan: ``requeststableid`` and ``need``, by its name."""
    active = modules["activeplans"].select("activeplanstableid", "requeststableid")
    first = modules["senneed"].filter(nw.col("sentyperank") == 1)
    primary = first.group_by("activeplanstableid").agg(sentype=nw.col("sentype").min())
    of_requests = primary.join(active, on="activeplanstableid", how="inner")
    return of_requests.select("requeststableid", need=named("sentype", NEED_NAMES, NO_NEED))


def ages(modules: Modules, day: date) -> nw.LazyFrame:
    """Each person's age in whole years on the 31 August before ``day``: ``persontableid`` and ``age``.

    Assumed: the release gives ages at the start of the academic year.
    """
    born = nw.col("personbirthdate")
    return modules["person"].filter(~born.is_null()).select("persontableid", age=age_on(born, day))


def named(column: str, names: Mapping[str, str], other: str) -> nw.Expr:
    """The names of codes; ``other`` for a cell that holds none of them, or nothing."""
    return nw.col(column).fill_null("").replace_strict(dict(names), default=other, return_dtype=nw.String)


def age_on(born: nw.Expr, day: date) -> nw.Expr:
    """The age in whole years on the 31 August before a day."""
    year = day.year if day.month >= 9 else day.year - 1
    return year - born.dt.year() - (born.dt.month() > 8).cast(nw.Int64)


def flows(modules: Modules, start: date, end: date) -> nw.LazyFrame:
    """Events of a window of days: a row an event, with its ``flow``, and the ``requeststableid`` that it belongs to.

    Historical requests and assessments, which were not made in the years of the return, are left out.
    """

    def within(column: str) -> nw.Expr:
        return nw.col(column).is_between(start, end)

    made = nw.col("requestoutcome").is_null() | (nw.col("requestoutcome") != HISTORICAL)
    decided = nw.col("assessmentoutcome").is_null() | (nw.col("assessmentoutcome") != HISTORICAL)
    assessments = modules["assessment"].filter(within("assessmentoutcomedate"), decided)
    plans = _with_person(modules, modules["namedplan"])
    parts = {
        "requests": modules["requests"].filter(within("receiveddate"), made),
        "assessments": assessments,
        "assessments issued": assessments.filter(nw.col("assessmentoutcome") == ISSUED),
        "new plans": plans.filter(within("startdate")),
        "plans ceased": plans.filter(within("ceasedate")),
    }
    return nw.concat([part.select("requeststableid", flow=nw.lit(name)) for name, part in parts.items()])


def timeliness(modules: Modules, start: date, end: date) -> nw.LazyFrame:
    """Plans issued in a window from assessments with no mediation or tribunal, each with the time that it took.

    Returns ``requeststableid``, ``time_taken`` from request to plan, and ``exception``: whether one to the 20-week
    limit applied. Plans whose request has no date are left out.
    """
    started, received = nw.col("startdate"), nw.col("receiveddate")
    none = [nw.col(name).is_null() | (nw.col(name) == "0") for name in ("assessmentmediation", "assessmenttribunal")]
    plans = _with_person(modules, modules["namedplan"])
    issued = plans.filter(started.is_between(start, end), ~received.is_null(), *none)
    taken = nw.lit("over 52 weeks")
    for days, name in ((YEAR, "20 to 52 weeks"), (WITHIN, "within 20 weeks")):
        taken = nw.when(started <= received.dt.offset_by(f"{days}d")).then(nw.lit(name)).otherwise(taken)
    exception = (nw.col("week20") == "1").fill_null(False)
    return issued.select("requeststableid", time_taken=taken, exception=exception)
