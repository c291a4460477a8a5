"""What requests, new plans and timeliness show, by calendar year, and the part of a year that a report prints."""

from __future__ import annotations

from dbv_analysis.compare.change import Change, change, with_value
from dbv_analysis.compare.judge import judge
from dbv_analysis.findings import NO_EARLIER, Findings, format_others, graded, reported_parts
from dbv_analysis.model.blocks import KeyFigure
from dbv_analysis.model.period import PART_YEAR
from dbv_analysis.model.wording import lower_first
from dbv_analysis.results.evidence import Evidence, written

REQUESTS, NEW_PLANS = "requests_count", "new_plans_count"
IN_TIME, WITHOUT_EXCEPTIONS = "plans_20_weeks_percent", "plans_20_weeks_excl_exceptions_percent"
AGREED = "assessments_agreed_percent"


def find(evidence: Evidence) -> Findings | None:
    requests, new, in_time = (change(evidence.series(name)) for name in (REQUESTS, NEW_PLANS, IN_TIME))
    if not requests or not new:
        return None
    parts = reported_parts(evidence, IN_TIME, WITHOUT_EXCEPTIONS, AGREED)
    return Findings(
        headline=_headline(requests, new, in_time),
        sure=[
            *graded(evidence.series(IN_TIME)),
            *[f"{moved.metric.title} {moved.as_text}." for moved in (requests, new, in_time) if moved],
            *(format_others(in_time) if in_time and not in_time.refusal else []),
            *parts,
            "The release counts calendar years, so no figure is of the programme's own financial years.",
            f"What would change our mind: {_next_year(evidence, new)}, set beside similar authorities.",
        ],
        key_figures=_key_figures(evidence, in_time),
        not_yet=[f"Whether fewer requests and quicker plans follow the programme: {_next_year(evidence, new)}."],
    )


def _headline(requests: Change, new: Change, in_time: Change | None) -> str:
    year = new.later["period_label"]
    text = f"{_count(requests, 'requests for an assessment')} and {_count(new, 'new plans')} in {year}"
    if in_time and in_time.later["period_end"] == new.later["period_end"]:
        text += f"; {in_time.metric.write(in_time.later['value'])} of plans were issued within 20 weeks"
        if not in_time.refusal:
            text += f" ({in_time.metric.write(in_time.earlier['value'])} the year before)"
    return text


def _count(moved: Change, what: str) -> str:
    now = moved.metric.write(moved.later["value"])
    if moved.refusal:
        return f"{now} {what}"
    if moved.verb == "stayed":
        return f"{now} {what} (as many as the year before)"
    return f"{now} {what} ({moved.size} {'more' if moved.difference > 0 else 'fewer'})"


def _key_figures(evidence: Evidence, in_time: Change | None) -> list[KeyFigure]:
    """The newest share of plans issued in time: of part of a year where a report has it, with nothing beside it."""
    rows = evidence.rows(WITHOUT_EXCEPTIONS)
    rows = with_value(rows)
    if rows.empty:
        return []
    newest = rows.iloc[-1]
    metric = evidence.metrics[WITHOUT_EXCEPTIONS]
    years = evidence.whole(WITHOUT_EXCEPTIONS)
    before = years[years["value"].notna() & (years["period_end"] < newest["period_start"])]
    part = newest["basis"] == PART_YEAR
    moved = None if part else change(evidence.series(WITHOUT_EXCEPTIONS))
    if moved and moved.refusal:
        against = "not comparable with the year before"
    elif before.empty:
        against = NO_EARLIER
    else:
        against = f"{metric.write(before.iloc[-1]['value'])} in {before.iloc[-1]['period_label']}"
    return [
        KeyFigure(
            written(metric, newest),
            f"{lower_first(metric.title)}, {newest['period_label']}",
            against,
            "part of a year: not comparable yet" if part else judge(evidence.series(WITHOUT_EXCEPTIONS)).grade,
        )
    ]


def _next_year(evidence: Evidence, moved: Change) -> str:
    """The first calendar year that lies wholly after the programme's start, or the one after the newest."""
    first = evidence.start.year + (evidence.start.month > 1)
    year = max(first, moved.later["period_end"].year + 1)
    return f"the figures of {year}, published in June {year + 1}"
