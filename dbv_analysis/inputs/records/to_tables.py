"""Records as the tables that the published figures fill: a row a plan, an event or an enrolment, and its ``count``.

A table of counts and a table of records are one shape, so one metric serves both. Beside the tables' own columns each
has those of ``characteristics.GROUPS``, by which any metric can be taken apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import narwhals as nw

from dbv_analysis.inputs.attendance import derive
from dbv_analysis.inputs.records import characteristics
from dbv_analysis.inputs.records.characteristics import GROUPS
from dbv_analysis.inputs.sen2 import derive as plans
from dbv_analysis.inputs.sen2.derive import Modules
from dbv_analysis.model.period import Period

ALL = "all"
OLDEST = 25  # the release counts nobody as older
SCHOOL_AGES = (5, 15)  # of whom the DfE's figures of absence are, on 31 August
SUSPENSION, PERMANENT = "suspensions", "permanent exclusions"


def of_return(modules: Modules, day: date, year: Period) -> dict[str, nw.LazyFrame]:
    """The tables of a SEN2 return: plans on ``day``, and the events of ``year``.

    ``caseload``, ``placements``, ``plans_by_need``, ``plans_by_age``, ``flows`` and ``timeliness``, as
    ``tables.published`` describes them, with ``count`` 1 in each row.
    """
    told = characteristics.of_plans(modules, day)
    there = plans.caseload(modules, day).select("requeststableid").join(told, on="requeststableid", how="left")
    ages = there.filter(~nw.col("age").is_null())
    aged = nw.when(nw.col("age") > OLDEST).then(nw.lit(OLDEST)).otherwise(nw.col("age"))
    flows = plans.flows(modules, year.start, year.end).join(told, on="requeststableid", how="left")
    on_the_day = {
        "caseload": there,
        "placements": there,
        "plans_by_need": nw.concat([there.with_columns(placement=nw.lit(ALL)), there]),
        "plans_by_age": ages.with_columns(age=aged.cast(nw.Int64).cast(nw.String)),
    }
    in_the_year = {"flows": flows, "timeliness": _timeliness(modules, told, year)}
    snapshot = Period.snapshot(day)
    return {name: _in(frame, snapshot) for name, frame in on_the_day.items()} | {
        name: _in(frame, year) for name, frame in in_the_year.items()
    }


def _timeliness(modules: Modules, told: nw.LazyFrame, year: Period) -> nw.LazyFrame:
    """Each plan issued, with exceptions and where none applied without; once as ``all`` and once in its time."""
    issued = plans.timeliness(modules, year.start, year.end)
    every = nw.concat([issued.with_columns(time_taken=nw.lit(ALL)), issued])
    without = every.filter(~nw.col("exception"))
    both = [every.with_columns(exceptions=nw.lit("included")), without.with_columns(exceptions=nw.lit("excluded"))]
    return nw.concat(both).join(told, on="requeststableid", how="left")


def of_registers(modules: Modules, period: Period) -> dict[str, nw.LazyFrame]:
    """The tables of attendance registers in a period: ``attendance``, and ``exclusion_counts``.

    ``attendance`` is of enrolments of pupils aged 5 to 15, and has for each a row of ``possible sessions``, of ``missed
    sessions``, of ``enrolments`` (1), and of ``persistent`` and ``severe`` absence (1 or 0). ``exclusion_counts`` is of
    everybody on the roll (``pupils``, 1), with a row a suspension and permanent exclusion where these are kept.
    """
    told = characteristics.of_pupils(modules, period.start)
    first, last = SCHOOL_AGES
    enrolled = derive.flagged(derive.enrolments(modules["marks"], period.start, period.end))
    counted = {"possible": "possible sessions", "missed": "missed sessions", "enrolments": "enrolments"}
    rows = enrolled.join(told, on=["pupil", "school"], how="inner").filter(
        nw.col("age") >= first, nw.col("age") <= last
    )
    groups = [column for column in GROUPS.values() if column != "school"]
    rows = rows.select("school_name", *groups, *counted, "persistent", "severe").rename(
        {"school_name": "school", **counted}
    )
    names = [*counted.values(), "persistent", "severe"]
    absent = rows.unpivot(names, index=[*groups, "school"], variable_name="what", value_name="count")
    return {
        "attendance": _in(absent, period, counted=True),
        "exclusion_counts": _in(_exclusions(modules, told, period, groups), period),
    }


def _exclusions(modules: Modules, told: nw.LazyFrame, period: Period, groups: list[str]) -> nw.LazyFrame:
    keep = [*groups, "school", "what"]
    parts = [told.drop("school").rename({"school_name": "school"}).with_columns(what=nw.lit("pupils")).select(*keep)]
    if "suspensions" in modules:
        within = modules["suspensions"].filter(nw.col("starts") >= period.start, nw.col("starts") <= period.end)
        kind = nw.when(nw.col("kind") == "permanent").then(nw.lit(PERMANENT)).otherwise(nw.lit(SUSPENSION))
        events = within.select("pupil", "school", what=kind).join(told, on=["pupil", "school"], how="left")
        known = {
            name: nw.col(name).fill_null(characteristics.NOT_KNOWN) for name in groups
        }  # a pupil who is on no roll counts too
        parts.append(events.with_columns(**known, school=nw.col("school").cast(nw.String)).select(*keep))
    return nw.concat(parts)


def _in(frame: nw.LazyFrame, period: Period, counted: bool = False) -> nw.LazyFrame:
    """A table with the columns that say which period it is of; ``counted`` where it has its ``count`` already."""
    count = {} if counted else {"count": nw.lit(1)}
    return frame.with_columns(**count, symbol=nw.lit(""), **_literals(period))


def _literals(period: Period) -> Mapping[str, nw.Expr]:
    return {
        "period": nw.lit(period.text),
        "period_label": nw.lit(period.label),
        "period_start": nw.lit(period.start),
        "period_end": nw.lit(period.end),
        "basis": nw.lit(period.basis),
    }
