"""Absence from school, by SEN provision, as the DfE publishes it."""

from __future__ import annotations

import narwhals as nw

from dbv_analysis.model.breaks import changes
from dbv_analysis.model.metric import Ratio, Value, metric, own
from dbv_analysis.model.units import LOWER, PERCENT

RELEASE = "DfE, Pupil absence in schools in England, by SEN provision"
# For whom the authority's own reports give absence.
OWN_GROUPS = tuple(
    f"{provision}{group}" for provision in ("EHC plan", "SEN support") for group in ("", " and FSM", " and EAL")
)


REGISTERS = "the authority's attendance registers"


def _published(absence: nw.LazyFrame, measure: str) -> Value:
    return Value(absence.filter(nw.col("measure") == measure), nw.col("percent"))


def _what(attendance: nw.LazyFrame, name: str) -> nw.LazyFrame:
    return attendance.filter(nw.col("what") == name)


def _absence(title: str, **more):
    return metric(
        section="Attendance",
        title=title,
        unit=PERCENT,
        better=LOWER,
        source=f"{RELEASE}; {REGISTERS}",
        by={"SEN provision": "sen_provision"},
        breaks=changes("Absence"),
        decimals=2,
        **more,
    )


@_absence("Overall absence", groups=OWN_GROUPS)
def overall_absence_percent(absence, attendance, own_figures) -> tuple[Value, Ratio, Value]:
    """Sessions missed, authorised or not, of all possible sessions, %.

    Published as a percentage, without its counts; from registers with them. A session is half a school day; pupils
    aged 5 to 15.
    """
    counted = Ratio(
        _what(attendance, "possible sessions"),
        _what(attendance, "missed sessions"),
        children=_what(attendance, "enrolments"),
    )
    reported = own(own_figures, "overall_absence_percent", "sen_provision")
    return _published(absence, "overall"), counted, Value(reported, nw.col("value"))


@_absence("Persistent absence")
def persistent_absence_percent(absence, attendance) -> tuple[Value, Ratio]:
    """Enrolments that missed at least 10% of their own possible sessions, of all enrolments, %.

    Published as a percentage, without its counts; from registers with them. Part of a year is not comparable with a
    full one.
    """
    return _published(absence, "persistent"), Ratio(_what(attendance, "enrolments"), _what(attendance, "persistent"))


@_absence("Severe absence")
def severe_absence_percent(absence, attendance) -> tuple[Value, Ratio]:
    """Enrolments that missed at least 50% of their own possible sessions, of all enrolments, %.

    Published as a percentage, without its counts; from registers with them. They are counted among the persistently
    absent too.
    """
    return _published(absence, "severe"), Ratio(_what(attendance, "enrolments"), _what(attendance, "severe"))
