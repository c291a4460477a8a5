"""What is known of a child with a plan or on a roll: the groups by which every measure can be taken apart.

Each is a column of text, ``not known`` where the records do not say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import narwhals as nw

from dbv_analysis.inputs.records.store import day_of
from dbv_analysis.inputs.sen2 import derive
from dbv_analysis.inputs.sen2.derive import Modules
from dbv_analysis.model.sen2 import PLACED

# Topic of a breakdown -> the column that holds it.
GROUPS = {
    "Need": "need",
    "Phase": "phase",
    "Year group": "year_group",
    "Sex": "sex",
    "Ethnicity": "ethnicity",
    "Placement": "placed",
    "School": "school",
    "Free school meals": "fsm",
    "English as an additional language": "eal",
    "SEN provision": "sen_provision",
    "Programme": "programme",
}
NOT_KNOWN, NO_SCHOOL, NO_PLAN = "not known", "no school", "no plan"
PHASES = {"early years": (0, 3), "primary": (4, 10), "secondary": (11, 15), "post-16": (16, 25)}  # ages on 31 August
FIRST_YEAR = 5  # the age at which year 1 begins
PROVISIONS = {"E": "EHC plan", "K": "SEN support", "N": "No SEN"}
YES_OR_NO = {"Y": "yes", "N": "no"}
PLACED_AS = {column: name for name, columns in PLACED.items() for column in columns}
ELSEWHERE = "elsewhere"
PUPILS, JOINED = "pupils", "joined"  # the roll, and the schools that joined a programme


def phase(age: nw.Expr) -> nw.Expr:
    """The phase of education that goes with an age on 31 August."""
    found = nw.lit(NOT_KNOWN)
    for name, (first, last) in PHASES.items():
        found = nw.when((age >= first) & (age <= last)).then(nw.lit(name)).otherwise(found)
    return found


def year_group(age: nw.Expr) -> nw.Expr:
    """``Reception`` at 4, ``Year 1`` at 5, to ``Year 13``; ``before or after school`` at other ages."""
    found = nw.when(age >= 0).then(nw.lit("before or after school")).otherwise(nw.lit(NOT_KNOWN))
    for place in range(14):
        name = f"Year {place}" if place else "Reception"
        found = nw.when(age == FIRST_YEAR - 1 + place).then(nw.lit(name)).otherwise(found)
    return found


def known(column: str) -> nw.Expr:
    return nw.col(column).fill_null(NOT_KNOWN)


def of_plans(modules: Modules, day: date) -> nw.LazyFrame:
    """A row a request, with what the return, and a roll where there is one, tell of the child on a day.

    Columns: ``requeststableid``, ``persontableid``, ``placement``, ``age`` and those of ``GROUPS``. Free school meals
    and language are those of the roll's pupil of the same UPN; ``SEN provision`` is an EHC plan for everybody here.
    """
    people = modules["person"].select("persontableid", "upn", "sex", "ethnicity")
    frame = (
        modules["requests"]
        .select("requeststableid", "persontableid")
        .join(people, on="persontableid", how="left")
        .join(derive.ages(modules, day), on="persontableid", how="left")
        .join(derive.needs(modules), on="requeststableid", how="left")
        .join(derive.placed_at(modules, day), on="requeststableid", how="left")
        .with_columns(placement=nw.col("placement").fill_null(derive.UNKNOWN[0]))
    )
    frame = _with_roll(frame, modules)
    return frame.select(
        "requeststableid",
        "persontableid",
        "placement",
        "age",
        need=nw.col("need").fill_null(derive.NO_NEED),
        phase=phase(nw.col("age")),
        year_group=year_group(nw.col("age")),
        sex=known("sex"),
        ethnicity=known("ethnicity"),
        placed=derive.named("placement", PLACED_AS, ELSEWHERE),
        school=nw.col("urn").cast(nw.String).fill_null(NO_SCHOOL),
        fsm=derive.named("fsm", YES_OR_NO, NOT_KNOWN),
        eal=derive.named("eal", YES_OR_NO, NOT_KNOWN),
        sen_provision=nw.lit(PROVISIONS["E"]),
        programme=_programme(modules, nw.col("urn"), day),
    )


def _with_roll(frame: nw.LazyFrame, modules: Modules) -> nw.LazyFrame:
    """Free school meals and language by UPN; a pupil on two rolls has what either says yes to."""
    if PUPILS not in modules:
        return frame.with_columns(fsm=nw.lit(""), eal=nw.lit(""))
    told = modules[PUPILS].group_by("pupil").agg(nw.col("fsm").max(), nw.col("eal").max())
    return frame.join(told.rename({"pupil": "upn"}), on="upn", how="left")


def _placed_by_upn(modules: Modules, day: date) -> nw.LazyFrame:
    """The placement's group of everybody with a plan on a day, by UPN as ``pupil``; one row each."""
    upn = modules["person"].filter(~nw.col("upn").is_null()).select("persontableid", pupil="upn")
    there = derive.placements(modules, day).with_columns(placed=derive.named("placement", PLACED_AS, ELSEWHERE))
    return there.join(upn, on="persontableid", how="inner").group_by("pupil").agg(nw.col("placed").min())


def _programme(modules: Modules, school: nw.Expr, day: date) -> nw.Expr:
    """Whether a school had joined the programme by a day; ``not known`` where there is no list of those that have."""
    joined = joined_by(modules)
    if not joined.schools:
        return nw.lit(NOT_KNOWN)
    by_then = [number for number, joins in joined.schools.items() if joins <= day]
    return nw.when(school.is_in(by_then)).then(nw.lit(f"in {joined.name}")).otherwise(nw.lit(f"not in {joined.name}"))


@dataclass(frozen=True)
class Joined:
    """A programme that schools join: its name, and the day on which each joined, by the school's number."""

    name: str
    schools: dict[int, date]


def joined_by(modules: Modules) -> Joined:
    """The schools that joined a programme; a few dozen at most, so they are read."""
    if JOINED not in modules:
        return Joined("", {})
    rows = modules[JOINED].select("school", "joined", "programme").collect().to_pandas()
    return Joined(rows["programme"].max(), {int(row.school): day_of(row.joined) for row in rows.itertuples()})


def of_pupils(modules: Modules, day: date) -> nw.LazyFrame:
    """A row a pupil and school of the roll, with what it tells of the pupil on a day.

    Columns: ``pupil``, ``school`` (a number), ``age`` on the 31 August before and those of ``GROUPS``, with the school
    as ``school_name``. ``placed`` is that of the pupil's plan, where a return is among the modules.
    """
    frame = modules[PUPILS].with_columns(age=derive.age_on(nw.col("born"), day)).drop("row")
    if "person" in modules:
        placed = _placed_by_upn(modules, day)
        frame = frame.join(placed, on="pupil", how="left").with_columns(placed=nw.col("placed").fill_null(NO_PLAN))
    else:
        frame = frame.with_columns(placed=nw.lit(NOT_KNOWN))
    return frame.select(
        "pupil",
        "school",
        "age",
        need=derive.named("need", derive.NEED_NAMES, derive.NO_NEED),
        phase=phase(nw.col("age")),
        year_group=year_group(nw.col("age")),
        sex=known("sex"),
        ethnicity=known("ethnicity"),
        placed=nw.col("placed"),
        school_name=nw.col("school").cast(nw.String),
        fsm=derive.named("fsm", YES_OR_NO, NOT_KNOWN),
        eal=derive.named("eal", YES_OR_NO, NOT_KNOWN),
        sen_provision=derive.named("sen_provision", PROVISIONS, NOT_KNOWN),
        programme=_programme(modules, nw.col("school"), day),
    )
