"""Records as the tables that the published figures fill: a row a plan, an event or an enrolment, and its ``count``.

A table of counts and a table of records are one shape, so one metric serves both. Beside the tables' own columns each
has those of ``characteristics.GROUPS``, by which any metric can be taken apart.
"""

from __future__ import annotations

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
    known = characteristics.of_plans(modules, day)
    caseload = plans.caseload(modules, day).select("requeststableid").join(known, on="requeststableid", how="left")
    age = nw.when(nw.col("age") > OLDEST).then(nw.lit(OLDEST)).otherwise(nw.col("age"))
    flows = plans.flows(modules, year.start, year.end).join(known, on="requeststableid", how="left")
    snapshot = Period.snapshot(day)
    return {
        "caseload": _in(caseload, snapshot),
        "placements": _in(caseload, snapshot),
        "plans_by_need": _in(nw.concat([caseload.with_columns(placement=nw.lit(ALL)), caseload]), snapshot),
        "plans_by_age": _in(
            caseload.filter(~nw.col("age").is_null()).with_columns(age=age.cast(nw.Int64).cast(nw.String)), snapshot
        ),
        "flows": _in(flows, year),
        "timeliness": _in(_timeliness(modules, known, year), year),
    }


def _timeliness(modules: Modules, known: nw.LazyFrame, year: Period) -> nw.LazyFrame:
    """Each plan issued, with exceptions and where none applied without; once as ``all`` and once in its time."""
    issued = plans.timeliness(modules, year.start, year.end)
    every = nw.concat([issued.with_columns(time_taken=nw.lit(ALL)), issued])
    without = every.filter(~nw.col("exception"))
    both = [every.with_columns(exceptions=nw.lit("included")), without.with_columns(exceptions=nw.lit("excluded"))]
    return nw.concat(both).join(known, on="requeststableid", how="left")


def of_registers(modules: Modules, period: Period) -> dict[str, nw.LazyFrame]:
    """The tables of attendance registers in a period: ``attendance``, and ``exclusion_counts``.

    ``attendance`` is of enrolments of pupils aged 5 to 15, and has for each a row of ``possible sessions``, of ``missed
    sessions``, of ``enrolments`` (1), and of ``persistent`` and ``severe`` absence (1 or 0). ``exclusion_counts`` is of
    everybody on the roll (``pupils``, 1), with a row a suspension and permanent exclusion where these are kept.
    """
    known = characteristics.of_pupils(modules, period.start)
    enrolled = derive.flagged(derive.enrolments(modules["marks"], period.start, period.end))
    rows = enrolled.join(known, on=["pupil", "school"], how="inner").filter(nw.col("age").is_between(*SCHOOL_AGES))
    groups = [column for column in GROUPS.values() if column != "school"]
    called = {"possible": "possible sessions", "missed": "missed sessions", "enrolments": "enrolments"}
    names = {"school_name": "school", **called}
    rows = rows.select(*groups, *names, "persistent", "severe").rename(names)
    counts = [*called.values(), "persistent", "severe"]
    absent = rows.unpivot(counts, index=[*groups, "school"], variable_name="what", value_name="count")
    exclusions = _exclusions(modules, known, period, groups)
    return {"attendance": _in(absent, period, nw.col("count")), "exclusion_counts": _in(exclusions, period)}


def _exclusions(modules: Modules, known: nw.LazyFrame, period: Period, groups: list[str]) -> nw.LazyFrame:
    columns = [*groups, "school", "what"]
    pupils = known.drop("school").rename({"school_name": "school"}).with_columns(what=nw.lit("pupils"))
    if "suspensions" not in modules:
        return pupils.select(*columns)
    within = modules["suspensions"].filter(nw.col("starts").is_between(period.start, period.end))
    kind = nw.when(nw.col("kind") == "permanent").then(nw.lit(PERMANENT)).otherwise(nw.lit(SUSPENSION))
    events = within.select("pupil", "school", what=kind).join(known, on=["pupil", "school"], how="left")
    # A pupil who is on no roll counts too.
    filled = {name: characteristics.known(name) for name in groups}
    events = events.with_columns(**filled, school=nw.col("school").cast(nw.String))
    return nw.concat([pupils.select(*columns), events.select(*columns)])


def _in(frame: nw.LazyFrame, period: Period, count: nw.Expr | None = None) -> nw.LazyFrame:
    """A table with its ``count``, 1 in each row where none is given, and the columns that say which period it is of."""
    return frame.with_columns(
        count=nw.lit(1) if count is None else count,
        symbol=nw.lit(""),
        period=nw.lit(period.text),
        period_label=nw.lit(period.label),
        period_start=nw.lit(period.start),
        period_end=nw.lit(period.end),
        basis=nw.lit(period.basis),
    )
