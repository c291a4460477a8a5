"""From a request for an assessment to a plan, and who has plans."""

from __future__ import annotations

import narwhals as nw

from dbv_analysis.model.breaks import changes
from dbv_analysis.model.metric import Count, Ratio, Value, metric, own
from dbv_analysis.model.units import COUNT, HIGHER, LOWER, NEITHER, PERCENT, Unit

RELEASE = "DfE, Education, health and care plans (SEN2)"
REPORTS = "the authority's quarterly reports"
ON_A_DAY, IN_A_YEAR = changes("SEN2 counts"), changes("SEN2 flows")


def _plans(title: str, unit: Unit = COUNT, better: str = NEITHER, source: str = f"{RELEASE}; {REPORTS}"):
    return metric(section="Plans", title=title, unit=unit, better=better, source=source, breaks=IN_A_YEAR)


def _flow(flows: nw.LazyFrame, name: str) -> nw.LazyFrame:
    return flows.filter(nw.col("flow") == name)


def _within_20_weeks(timeliness: nw.LazyFrame, exceptions: str) -> Ratio:
    taken = timeliness.filter(nw.col("exceptions") == exceptions)
    return Ratio(taken.filter(nw.col("time_taken") == "all"), taken.filter(nw.col("time_taken") == "within 20 weeks"))


@_plans("Requests for assessment", better=LOWER)
def requests_count(flows, own_figures) -> tuple[Count, Count]:
    """Requests for an EHC needs assessment received in the calendar year.

    Fewer is what the programme aims for; fewer requests are better only if needs are met without a plan.
    """
    return Count(_flow(flows, "requests")), Count(own(own_figures, "requests_count"))


@_plans("Requests for assessment, SEMH", better=LOWER, source=REPORTS)
def requests_semh_count(own_figures) -> Count:
    """Requests for an EHC needs assessment where social, emotional and mental health is the main need.

    The application promises it (workstream 1); the DfE's release does not give requests by need.
    """
    return Count(own(own_figures, "requests_semh_count"))


@_plans("New plans", better=LOWER)
def new_plans_count(flows, own_figures) -> tuple[Count, Count]:
    """EHC plans begun in the calendar year. Another count than assessments that led to a plan."""
    return Count(_flow(flows, "new plans")), Count(own(own_figures, "new_plans_count"))


@_plans("Assessments that led to a plan", PERCENT)
def assessments_agreed_percent(flows, own_figures) -> tuple[Ratio, Value]:
    """Assessments after which a plan was agreed, of all assessments of the calendar year, %.

    Withdrawn and undecided assessments are in the denominator. Figures of the authority's own are as reported,
    without the counts behind them.
    """
    issued, every = _flow(flows, "assessments issued"), _flow(flows, "assessments")
    return Ratio(every, issued), Value(own(own_figures, "assessments_agreed_percent"), nw.col("value"))


@_plans("Plans issued within 20 weeks, all", PERCENT, HIGHER)
def plans_20_weeks_percent(timeliness, own_figures) -> tuple[Ratio, Value]:
    """Plans issued within 20 weeks of the request, of all plans issued in the calendar year, %.

    From assessments with no mediation or tribunal; plans for which an exception to the limit applied are in both
    counts (SEND Regulations 2014, reg. 13(2)). Figures of the authority's own are as reported, without counts.
    """
    reported = Value(own(own_figures, "plans_20_weeks_percent"), nw.col("value"))
    return _within_20_weeks(timeliness, "included"), reported


@_plans("Plans issued within 20 weeks, without exceptions", PERCENT, HIGHER)
def plans_20_weeks_excl_exceptions_percent(timeliness, own_figures) -> tuple[Ratio, Value]:
    """Plans issued within 20 weeks of the request, of plans issued to which no exception applied, %.

    Exceptions (SEND Regulations 2014, reg. 13(3)) leave both counts. From assessments with no mediation or tribunal.
    """
    reported = Value(own(own_figures, "plans_20_weeks_excl_exceptions_percent"), nw.col("value"))
    return _within_20_weeks(timeliness, "excluded"), reported


@_plans("Plans ceased", source=RELEASE)
def plans_ceased_count(flows) -> Count:
    """EHC plans that the authority ceased to maintain in the calendar year, for any reason."""
    return Count(_flow(flows, "plans ceased"))


@metric(
    section="Plans",
    title="Plans by primary need",
    unit=COUNT,
    source=RELEASE,
    by={"Need": "need"},
    breaks=ON_A_DAY,
)
def plans_by_need_count(plans_by_need) -> Count:
    """EHC plans on the census day by primary need: the need that stands first in the plan."""
    return Count(plans_by_need.filter(nw.col("placement") == "all"))


@metric(
    section="Plans",
    title="Plans by age",
    unit=COUNT,
    source=RELEASE,
    by={"Age": "age_group"},
    breaks=ON_A_DAY,
)
def plans_by_age_count(plans_by_age) -> Count:
    """EHC plans on the census day by the child's or young person's age, in groups that follow the phases of education.

    Under 5: early years; 5 to 10: primary; 11 to 15: secondary; 16 to 19: post-16; 20 to 25.
    """
    years = nw.col("age").cast(nw.Int64)
    group = nw.lit("20 to 25")
    for below, name in ((20, "16 to 19"), (16, "11 to 15"), (11, "5 to 10"), (5, "Under 5")):
        group = nw.when(years < below).then(nw.lit(name)).otherwise(group)
    return Count(plans_by_age.with_columns(age_group=group))
