"""What the registers say at a cut-off: on the shipped lists, and on lists made up for one day."""

from __future__ import annotations

import calendar
import dataclasses
from datetime import date

import pandas as pd
import pytest

from dbv_analysis.findings.progress import (
    DONE,
    GOES_ON,
    PAST,
    TO_COME,
    UNDER_WAY,
    first_day,
    last_day,
    milestones,
    phases,
    risks,
    tasks,
)
from dbv_analysis.model.period import Quarter
from dbv_analysis.results.evidence import Evidence
from tests.altered import APPLICATION, REPORT, at, rows_of, with_lists
from tests.conftest import QUARTER


@pytest.fixture(scope="module")
def evidence(evidence: Evidence) -> Evidence:
    """What the shipped quarter's pack may use; what is worked out of it here goes when these tests have run."""
    return dataclasses.replace(evidence)


def with_entries(evidence: Evidence, name: str, *entries: dict[str, object]) -> Evidence:
    """The evidence, but a register that holds these entries alone, each like the first shipped one otherwise."""
    first = evidence.lists[name].iloc[0].to_dict()
    frame = pd.DataFrame([first | entry for entry in entries], columns=evidence.lists[name].columns)
    return with_lists(evidence, **{name: frame})


def over(month: str, day: date) -> bool:
    """Whether a month written year-month has ended before a day."""
    return bool(month) and month < f"{day:%Y-%m}"


@pytest.mark.parametrize(
    ("month", "first", "last"),
    [
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2025-02", date(2025, 2, 1), date(2025, 2, 28)),
        ("2024-12", date(2024, 12, 1), date(2024, 12, 31)),
        ("", None, None),
    ],
)
def test_a_month_has_a_first_and_a_last_day_and_no_month_has_none(month, first, last):
    assert (first_day(month), last_day(month)) == (first, last)


@pytest.mark.parametrize(
    ("starts", "ends", "day", "state"),
    [
        ("2024-05", "2024-07", "2024-04-30", TO_COME),
        ("2024-05", "2024-07", "2024-05-01", UNDER_WAY),
        ("2024-05", "2024-07", "2024-07-31", UNDER_WAY),
        ("2024-05", "2024-07", "2024-08-01", PAST),
        ("2024-05", "2024-05", "2024-05-31", UNDER_WAY),
        ("2024-05", "", "2024-04-30", TO_COME),
        ("2024-05", "", "2024-05-01", GOES_ON),
        ("2024-05", "", "2030-01-01", GOES_ON),
        ("", "2024-07", "2024-07-31", UNDER_WAY),
        ("", "2024-07", "2024-08-01", PAST),
        ("", "", "2024-08-01", GOES_ON),
    ],
)
def test_a_task_that_nobody_calls_done_is_past_its_end_once_its_last_month_is_over(evidence, starts, ends, day, state):
    entry = with_entries(evidence, "tasks", {"kind": "task", "starts": starts, "ends": ends, "done": ""})
    assert list(tasks(at(entry, day))["state"]) == [state]


@pytest.mark.parametrize(
    ("day", "state"), [("2024-05-15", UNDER_WAY), ("2024-08-14", PAST), ("2024-08-15", DONE), ("2024-12-01", DONE)]
)
def test_a_task_is_done_from_the_day_on_which_a_report_says_that_it_was(evidence, day, state):
    task = {"kind": "task", "starts": "2024-05", "ends": "2024-07", "done": "2024-08-15"}
    assert list(tasks(at(with_entries(evidence, "tasks", task), day))["state"]) == [state]


def test_a_task_may_be_done_before_its_time(evidence):
    task = {"kind": "task", "starts": "2025-05", "ends": "2025-07", "done": "2024-08-15"}
    assert list(tasks(with_entries(evidence, "tasks", task))["state"]) == [DONE]


def test_a_report_that_calls_a_task_done_does_so_from_its_own_day_on(evidence):
    """The plan is out first; the report gives the task again, with the day on which it was done."""
    plan = {"kind": "task", "starts": "2024-05", "ends": "2024-07", "done": "", "published": date(2023, 12, 20)}
    both = with_entries(evidence, "tasks", plan, plan | {"done": "2024-08-15", "published": date(2025, 1, 24)})
    assert list(tasks(at(both, "2025-01-23"))["state"]) == [PAST]
    assert list(tasks(at(both, "2025-01-24"))["state"]) == [DONE]


def test_phases_of_a_plan_are_not_among_its_tasks(evidence, data):
    plan = rows_of(data, APPLICATION, "tasks")
    assert {row["kind"] for row in plan} == {"phase", "task"}
    assert len(tasks(evidence)) == sum(row["kind"] == "task" for row in plan)


def test_the_shipped_tasks_are_past_their_end_as_their_months_say(evidence, data):
    plan = [row for row in rows_of(data, APPLICATION, "tasks") if row["kind"] == "task"]
    expected = [(row["plan"], row["number"]) for row in plan if over(row["ends"], evidence.cut_off)]
    rows = tasks(evidence)
    past = rows[rows["state"] == PAST]
    assert list(zip(past["plan"], past["number"], strict=True)) == expected
    assert not any(row["done"] for row in plan)
    assert (len(rows), len(expected)) == (145, 68)


def test_a_tasks_days_are_the_first_of_its_first_month_and_the_last_of_its_last(evidence, data):
    plan = [row for row in rows_of(data, APPLICATION, "tasks") if row["kind"] == "task"]
    for row, task in zip(plan, tasks(evidence).itertuples(), strict=True):
        assert (task.start is None, task.end is None) == (not row["starts"], not row["ends"])
        if row["starts"]:
            assert task.start.isoformat() == f"{row['starts']}-01"
        if row["ends"]:
            year, month = map(int, row["ends"].split("-"))
            assert task.end == date(year, month, calendar.monthrange(year, month)[1])


@pytest.mark.parametrize(
    ("done", "day", "state"),
    [
        ("", "2024-07-31", TO_COME),
        ("", "2024-08-01", PAST),
        ("2024-06-10", "2024-06-09", TO_COME),
        ("2024-06-10", "2024-06-10", DONE),
        ("2024-09-10", "2024-08-01", PAST),
        ("2024-09-10", "2024-09-10", DONE),
    ],
)
def test_a_milestone_is_done_past_its_month_or_to_come(evidence, done, day, state):
    entry = with_entries(evidence, "milestones", {"due": "2024-07", "done": done})
    assert list(milestones(at(entry, day))["state"]) == [state]


def test_the_shipped_milestones_are_past_their_month_one_after_another(evidence, data):
    due = [row["due"] for row in rows_of(data, APPLICATION, "milestones")]
    for day in ("2024-04-30", "2024-05-01", "2024-06-30", "2024-07-01", "2024-08-01"):
        states = list(milestones(at(evidence, day))["state"])
        assert states == [PAST if over(month, date.fromisoformat(day)) else TO_COME for month in due]
    assert states == [PAST] * 10


@pytest.mark.parametrize(("day", "overdue"), [("2024-07-01", False), ("2024-07-31", False), ("2024-08-01", True)])
def test_a_review_is_overdue_once_its_month_is_over(evidence, day, overdue):
    entry = with_entries(evidence, "risks", {"review": "2024-07"})
    assert list(risks(at(entry, day))["overdue"]) == [overdue]


def test_the_shipped_reviews_are_overdue_as_their_months_say(evidence, data):
    expected = [over(row["review"], evidence.cut_off) for row in rows_of(data, APPLICATION, "risks")]
    assert list(risks(evidence)["overdue"]) == expected
    assert (len(expected), sum(expected)) == (13, 10)


def test_a_review_that_was_put_off_in_a_later_register_is_overdue_no_more(evidence):
    risk = {"number": "9", "review": "2024-03", "published": date(2023, 12, 20)}
    both = with_entries(evidence, "risks", risk, risk | {"review": "2025-06", "published": date(2025, 1, 24)})
    assert list(risks(at(both, "2025-01-23"))["overdue"]) == [True]
    assert list(risks(at(both, "2025-01-24"))["overdue"]) == [False]


def test_each_element_has_the_phase_planned_and_what_the_report_says_of_it_twice(evidence, data):
    planned = {row["element"]: row for row in rows_of(data, APPLICATION, "phases") if row["quarter"] == QUARTER}
    said = {(row["element"], row["said_in"]): row for row in rows_of(data, REPORT, "phases")}
    rows = phases(evidence)
    assert list(rows["element"]) == list(planned)
    for row in rows.itertuples():
        summary, detail = said[row.element, "summary"], said[row.element, "detail"]
        assert (row.planned, row.summary, row.detail) == (
            planned[row.element]["phase"],
            summary["phase"],
            detail["phase"],
        )
        assert (row.status_summary, row.status_detail) == (summary["status"], detail["status"])
        assert row.workstream == planned[row.element]["workstream"]
        assert row.agrees == ((summary["phase"], summary["status"]) == (detail["phase"], detail["status"]))


def test_the_report_contradicts_itself_on_the_ebsna_pathway_and_on_the_quality_mark(evidence):
    rows = phases(evidence)
    assert list(rows.loc[~rows["agrees"], "element"]) == ["EBSNA Pathway", "Inclusion Quality Mark"]


def test_an_element_of_which_the_report_speaks_once_does_not_contradict_itself(evidence):
    lists = evidence.lists["phases"]
    once = lists[~((lists["element"] == "EBSNA Pathway") & (lists["said_in"] == "detail"))]
    rows = phases(with_lists(evidence, phases=once))
    row = rows[rows["element"] == "EBSNA Pathway"].iloc[0]
    assert (row["summary"], row["detail"], row["status_detail"]) == ("Implementation", "", "")
    assert row["agrees"]


def test_the_same_phase_with_another_status_is_a_contradiction_and_so_is_another_phase(evidence):
    told = {"element": "Thrive", "quarter": QUARTER, "phase": "Pilot", "status": "On track", "said_in": "summary"}
    for change in ({"status": "Behind"}, {"phase": "Sustain"}):
        both = with_entries(evidence, "phases", told, told | {"said_in": "detail"} | change)
        assert list(phases(both)["agrees"]) == [False]
    same = with_entries(evidence, "phases", told, told | {"said_in": "detail"})
    assert list(phases(same)["agrees"]) == [True]


def test_before_the_report_is_out_an_element_has_its_planned_phase_alone(evidence):
    rows = phases(at(evidence, "2024-09-25"))
    assert set(rows["planned"]) <= {"Co-design", "Implementation", "Pilot"}
    assert len(rows) == 9
    for column in ("summary", "detail", "status_summary", "status_detail"):
        assert set(rows[column]) == {""}
    assert rows["agrees"].all()


def test_the_phases_are_those_of_the_packs_own_quarter(evidence, data):
    third = dataclasses.replace(evidence, quarter=Quarter("2024-25-Q3"))
    rows = phases(third)
    planned = [row["phase"] for row in rows_of(data, APPLICATION, "phases") if row["quarter"] == "2024-25-Q3"]
    assert list(rows["planned"]) == planned
    assert set(rows["detail"]) == {""}
    assert phases(dataclasses.replace(evidence, quarter=Quarter("2026-27-Q1"))).empty


@pytest.mark.parametrize(
    ("name", "entries", "columns"),
    [
        ("tasks", tasks, {"state", "start", "end", "plan"}),
        ("milestones", milestones, {"state", "due"}),
        ("risks", risks, {"overdue", "review"}),
        ("phases", phases, {"planned", "summary", "detail", "status_detail", "agrees"}),
    ],
)
def test_a_list_without_entries_has_its_columns_and_no_row(evidence, name, entries, columns):
    empty = with_lists(evidence, **{name: evidence.lists[name].iloc[:0]})
    for none in (empty, at(evidence, "2019-01-01")):
        rows = entries(none)
        assert rows.empty
        assert columns <= set(rows.columns)
