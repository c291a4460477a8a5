"""What children, parents and professionals said."""

from __future__ import annotations

import narwhals as nw

from dbv_analysis.model.metric import Total, Value, metric, own
from dbv_analysis.model.units import COUNT, HIGHER, NEITHER, PERCENT

SOURCE = "the authority's surveys and case reviews: DBV grant application, and its quarterly reports"
GROUPS = ("Parents and carers", "Education professionals", "Children and young people")


def _voice(title: str, unit=PERCENT, better: str = HIGHER, **more):
    return metric(
        section="Voice", title=title, unit=unit, better=better, source=SOURCE, decimals=0, any_day=True, **more
    )


def _share(own_figures: nw.LazyFrame, metric_id: str) -> Value:
    return Value(own(own_figures, metric_id), nw.col("value"))


@_voice("Survey respondents", COUNT, by={"Group": "breakdown"}, groups=GROUPS)
def survey_respondents_count(own_figures) -> Total:
    """People who answered one of the surveys, by group. How many were asked is not printed."""
    return Total(own(own_figures, "survey_respondents_count"))


@_voice("Parents who find that social care helps")
def survey_social_care_percent(own_figures) -> Value:
    """Parents and carers of children in mainstream settings who agree that social care services help their child, %.

    Printed as “less than 30%”: the value is an upper bound. How many answered this question is not printed.
    """
    return _share(own_figures, "survey_social_care_percent")


@_voice("Professionals who find that CAMHS helps")
def survey_camhs_percent(own_figures) -> Value:
    """Education professionals who agree that child and adolescent mental health services (CAMHS) help, %.

    How many answered this question is not printed; 67 professionals answered the survey.
    """
    return _share(own_figures, "survey_camhs_percent")


@_voice("Plans after which goals were met")
def case_review_goals_percent(own_figures) -> Value:
    """Case reviews in which a plan and the child's journey led to goals and aspirations being met, %.

    How many cases were reviewed is not printed.
    """
    return _share(own_figures, "case_review_goals_percent")


@_voice("Reviewed cases that needed a plan", better=NEITHER)
def case_review_plan_needed_percent(own_figures) -> Value:
    """Case reviews in which a plan was found to be needed, %. How many cases were reviewed is not printed."""
    return _share(own_figures, "case_review_plan_needed_percent")
