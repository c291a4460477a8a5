"""The programme's lists at a pack's cut-off: tasks past their end, phases planned and reported, reviews due."""

from __future__ import annotations

import calendar
from datetime import date

import pandas as pd

from dbv_analysis.results.evidence import Evidence

DONE, PAST, UNDER_WAY, TO_COME, GOES_ON = "done", "past its end", "under way", "to come", "goes on"


def first_day(month: str) -> date | None:
    """The first day of a month written year-month; None where it is empty."""
    return date(int(month[:4]), int(month[5:]), 1) if month else None


def last_day(month: str) -> date | None:
    """The last day of a month written year-month; None where it is empty."""
    start = first_day(month)
    return start and start.replace(day=calendar.monthrange(start.year, start.month)[1])


def tasks(evidence: Evidence) -> pd.DataFrame:
    """The tasks of the implementation plan, with ``start``, ``end`` (dates or None) and ``state`` at the cut-off.

    A task whose last month is over and that no report calls done is past its end: the plan says only when it
    should have ended, so it may have been done unreported.
    """
    rows = evidence.project_list("tasks")
    rows = rows[rows["kind"] == "task"]
    return rows.assign(
        start=[first_day(month) for month in rows["starts"]],
        end=[last_day(month) for month in rows["ends"]],
        state=[_state(row, evidence.cut_off) for row in rows.itertuples()],
    )


def _state(row, day: date) -> str:
    if row.done and row.done <= day.isoformat():
        return DONE
    start, end = first_day(row.starts), last_day(row.ends)
    if end and end < day:
        return PAST
    if start is None or start <= day:
        return UNDER_WAY if end else GOES_ON
    return TO_COME


def milestones(evidence: Evidence) -> pd.DataFrame:
    """The milestones, with ``state`` at the cut-off: done, past its month, or to come."""
    rows = evidence.project_list("milestones")
    states = []
    for row in rows.itertuples():
        if row.done and row.done <= evidence.cut_off.isoformat():
            states.append(DONE)
        else:
            states.append(PAST if last_day(row.due) < evidence.cut_off else TO_COME)
    return rows.assign(state=states)


def phases(evidence: Evidence) -> pd.DataFrame:
    """Each element in the pack's quarter: the phase planned, and the phases and states that the report gives.

    Returns ``workstream``, ``element``, ``planned``, ``summary``, ``detail`` (phases), ``status_summary``,
    ``status_detail`` and ``agrees``: whether the report says the same twice. "" where nothing is said.
    """
    return evidence.cached(phases, lambda: _phases(evidence)).copy(deep=False)


def _phases(evidence: Evidence) -> pd.DataFrame:
    rows = evidence.project_list("phases")
    rows = rows[rows["quarter"] == str(evidence.quarter)]
    elements = []
    for element, statements in rows.groupby("element", sort=False):
        by_part = {row.said_in: row for row in statements.itertuples()}
        phase = {part: by_part[part].phase if part in by_part else "" for part in ("plan", "summary", "detail")}
        status = {part: by_part[part].status if part in by_part else "" for part in ("summary", "detail")}
        twice = "summary" in by_part and "detail" in by_part
        elements.append(
            {
                "workstream": statements.iloc[0]["workstream"],
                "element": element,
                "planned": phase["plan"],
                "summary": phase["summary"],
                "detail": phase["detail"],
                "status_summary": status["summary"],
                "status_detail": status["detail"],
                "agrees": not twice or (phase["summary"], status["summary"]) == (phase["detail"], status["detail"]),
            }
        )
    columns = ["workstream", "element", "planned", "summary", "detail", "status_summary", "status_detail", "agrees"]
    return pd.DataFrame(elements, columns=columns)


def risks(evidence: Evidence) -> pd.DataFrame:
    """The risks, with ``overdue``: whether the month of the review was over at the cut-off."""
    rows = evidence.project_list("risks")
    return rows.assign(overdue=[last_day(month) < evidence.cut_off for month in rows["review"]])
