"""Suspensions, permanent exclusions, and home education with a plan. All pupils and those with plans are kept apart."""

from __future__ import annotations

import narwhals as nw

from dbv_analysis.model.breaks import changes
from dbv_analysis.model.metric import Count, Ratio, Value, metric, own
from dbv_analysis.model.units import COUNT, LOWER, RATE

RELEASE = "DfE, Suspensions and permanent exclusions in England"
REPORTS = "the authority's quarterly reports"
RECORDS = "the authority's records of suspensions"
PUPILS = {"SEN provision": "sen_provision"}
GROUPS = ("Total", "EHC plan", "SEN support")


def _rate(title: str, decimals: int):
    return metric(
        section="Exclusions",
        title=title,
        unit=RATE,
        better=LOWER,
        source=f"{RELEASE}; {RECORDS}",
        by=PUPILS,
        decimals=decimals,
        breaks=changes("Exclusions"),
    )


def _number(title: str):
    source = f"{REPORTS}; {RECORDS}"
    return metric(section="Exclusions", title=title, unit=COUNT, better=LOWER, source=source, by=PUPILS, groups=GROUPS)


def _measure(exclusions: nw.LazyFrame, name: str) -> Value:
    return Value(exclusions.filter(nw.col("measure") == name), nw.col("rate"))


def _what(exclusion_counts: nw.LazyFrame, name: str) -> nw.LazyFrame:
    return exclusion_counts.filter(nw.col("what") == name)


def _of_pupils(exclusion_counts: nw.LazyFrame, name: str) -> Ratio:
    """Events for each 100 pupils on the roll."""
    return Ratio(_what(exclusion_counts, "pupils"), _what(exclusion_counts, name))


@_number("Suspensions")
def suspensions_count(own_figures, exclusion_counts) -> tuple[Count, Count]:
    """Suspensions from the authority's schools, as it reports them; Total is all pupils.

    It counts events: a pupil suspended twice counts twice. Two terms do not compare with a year of three.
    """
    reported = Count(own(own_figures, "suspensions_count", "sen_provision"), adds_up=False)
    return reported, Count(_what(exclusion_counts, "suspensions"))


@_rate("Suspensions per 100 pupils", 2)
def suspension_rate(exclusions, exclusion_counts) -> tuple[Value, Ratio]:
    """Suspensions in the period for each 100 pupils of the group; Total is all pupils.

    It counts events, so it may exceed 100 and is not a percentage of pupils. A term's rate does not compare with a
    year's. Published without the counts behind it; from records with them.
    """
    return _measure(exclusions, "suspensions"), _of_pupils(exclusion_counts, "suspensions")


@_number("Permanent exclusions")
def exclusions_count(own_figures, exclusion_counts) -> tuple[Count, Count]:
    """Permanent exclusions from the authority's schools, as it reports them; Total is all pupils.

    Two terms do not compare with a year of three.
    """
    reported = Count(own(own_figures, "exclusions_count", "sen_provision"), adds_up=False)
    return reported, Count(_what(exclusion_counts, "permanent exclusions"))


@_rate("Permanent exclusions per 100 pupils", 3)
def exclusion_rate(exclusions, exclusion_counts) -> tuple[Value, Ratio]:
    """Permanent exclusions in the period for each 100 pupils of the group; Total is all pupils.

    For pupils with EHC plans a rate of 0.1 is about one child, so it cannot show a trend. A term's rate does not
    compare with a year's. Published without the counts behind it; from records with them.
    """
    return _measure(exclusions, "permanent exclusions"), _of_pupils(exclusion_counts, "permanent exclusions")


@metric(
    section="Exclusions",
    title="Home education with a plan",
    unit=COUNT,
    better=LOWER,
    source=f"DfE, Education, health and care plans (SEN2), caseload by placement; {REPORTS}",
)
def ehe_plans_count(placements, own_figures) -> tuple[Count, Count]:
    """Children and young people with an EHC plan who are educated at home by their parents' choice, on one day."""
    at_home = placements.filter(nw.col("placement") == "elective_home_education")
    return Count(at_home), Count(own(own_figures, "ehe_plans_count"))
