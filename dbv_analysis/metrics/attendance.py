"""Absence from school, by SEN provision, as the DfE publishes it."""

from __future__ import annotations

import narwhals as nw

from dbv_analysis.dates import changes
from dbv_analysis.registry import Value, metric, own
from dbv_analysis.terms import LOWER, PERCENT

RELEASE = "DfE, Pupil absence in schools in England, by SEN provision"
# For whom the authority's own reports give absence.
OWN_GROUPS = tuple(
    f"{provision}{group}" for provision in ("EHC plan", "SEN support") for group in ("", " and FSM", " and EAL")
)


def _published(absence: nw.LazyFrame, measure: str) -> Value:
    return Value(absence.filter(nw.col("measure") == measure), nw.col("percent"))


def _absence(title: str, **more):
    return metric(
        section="Attendance",
        title=title,
        unit=PERCENT,
        better=LOWER,
        source=RELEASE,
        by={"SEN provision": "sen_provision"},
        breaks=changes("Absence"),
        decimals=2,
        **more,
    )


@_absence("Overall absence", groups=OWN_GROUPS)
def overall_absence_percent(absence, own_figures) -> tuple[Value, Value]:
    """Sessions missed, authorised or not, of all possible sessions, %.

    Published as a percentage, without its counts. A session is half a school day; pupils aged 5 to 15.
    """
    reported = own(own_figures, "overall_absence_percent", "sen_provision")
    return _published(absence, "overall"), Value(reported, nw.col("value"))


@_absence("Persistent absence")
def persistent_absence_percent(absence) -> Value:
    """Enrolments that missed at least 10% of their own possible sessions, of all enrolments, %.

    Published as a percentage, without its counts. Part of a year is not comparable with a full one.
    """
    return _published(absence, "persistent")


@_absence("Severe absence")
def severe_absence_percent(absence) -> Value:
    """Enrolments that missed at least 50% of their own possible sessions, of all enrolments, %.

    Published as a percentage, without its counts. They are counted among the persistently absent too.
    """
    return _published(absence, "severe")
