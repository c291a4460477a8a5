"""What a timeline says in words and holds in its table, and how it shows a status."""

from __future__ import annotations

import dataclasses
import re
from datetime import date

import pytest

from dbv_analysis.charts import Task, timeline
from dbv_analysis.charts.style import ACCENT
from dbv_analysis.model.blocks import Figure
from tests.charts.drawing import pixels_of, said, texts_of

TODAY = date(2024, 9, 26)
LEADS = Task("Workforce", "Recruit leads", date(2023, 11, 1), date(2024, 1, 31), "Complete")
PILOT = Task("Workforce", "Pilot", date(2024, 9, 1), date(2025, 3, 31), "On track")
REVIEW = Task("Places", "Review places", date(2024, 4, 1), None, "Behind")
UNDATED = Task("Places", "Evaluate", None, None, "Not started")


def drawn(*tasks: Task, today: date = TODAY, **options) -> Figure:
    words = {"title": "One in three is done", "measure": "The plan", "caption": ["Source: it."]}
    return timeline(list(tasks), today=today, **words, **options)


def test_the_alt_text_counts_the_tasks_and_those_that_are_over_in_all_and_by_group():
    assert drawn(LEADS, PILOT, REVIEW).alt == (
        "Timeline: The plan. "
        "3 tasks, 1 ends before 26 September 2024, first start 1 November 2023, last end 31 March 2025, 1 ongoing. "
        "Status: 1 Complete, 1 On track and 1 Behind. "
        "Workforce: 2 tasks, 1 ends before 26 September 2024, first start 1 November 2023, last end 31 March 2025. "
        "Places: 1 task, 0 end before 26 September 2024, first start 1 April 2024, 1 ongoing."
    )
    assert drawn(LEADS, PILOT).alt.count("2 tasks") == 1  # of one group it says it once


def test_a_task_that_ends_on_the_day_itself_is_not_over():
    ends = dataclasses.replace(PILOT, end=TODAY)
    assert "0 end before" in drawn(ends).alt
    assert "1 ends before" in drawn(ends, today=date(2024, 9, 27)).alt


def test_forty_tasks_are_not_named_one_by_one_in_the_alt_text():
    alt = drawn(*(dataclasses.replace(PILOT, name=f"Task {row}") for row in range(40))).alt
    assert "40 tasks" in alt
    assert "Task 7" not in alt


def test_the_table_holds_group_task_days_and_status_with_the_tasks_of_a_group_together():
    table = drawn(LEADS, REVIEW, PILOT, UNDATED).table
    assert table.header == ["Group", "Task", "From", "To", "Status"]
    assert table.rows == [
        ["Workforce", "Recruit leads", "1 November 2023", "31 January 2024", "Complete"],
        ["Workforce", "Pilot", "1 September 2024", "31 March 2025", "On track"],
        ["Places", "Review places", "1 April 2024", "ongoing", "Behind"],
        ["Places", "Evaluate", "not given", "not given", "Not started"],
    ]
    assert table.text_columns == 5


def test_phases_are_called_phases():
    chart = drawn(LEADS, PILOT, noun="phase", group_header="Element")
    assert chart.table.header[:2] == ["Element", "Phase"]
    assert "2 phases" in chart.alt


def test_the_picture_says_the_day_the_groups_the_statuses_and_the_quarters():
    chart = drawn(LEADS, PILOT, REVIEW)
    texts = said(chart)
    assert {"26 September 2024", "Workforce", "Places", "Complete", "On track", "Behind"} <= set(texts)
    assert texts.count("Workforce") == 1
    axis = [text for text in texts_of(chart) if re.fullmatch(r"Q\d|\d{4}-\d\d", text.text)]
    axis.sort(key=lambda text: (-round(text.frame.y0, 1), text.frame.x0))  # line by line, as it is read
    assert [text for text, _, _ in axis] == ["2023-24", "2024-25", "Q3", "Q4", "Q1", "Q2", "Q3", "Q4"]


def test_the_axis_names_months_where_there_is_room_and_holds_a_day_after_every_task():
    summer = Task("Workforce", "Pilot", date(2024, 7, 1), date(2024, 8, 31), "On track")
    assert {"Jul", "Aug", "Sep"} <= set(said(drawn(summer)))
    assert {"6 May 2025", "Q1"} <= set(said(drawn(LEADS, today=date(2025, 5, 6))))


def test_statuses_look_different_without_their_words_and_the_same_whatever_others_stand_with_them():
    order = ["Complete", "On track"]
    solid, hatched = (drawn(dataclasses.replace(PILOT, status=status), statuses=order) for status in order)
    assert pixels_of(solid, ACCENT) > 2 * pixels_of(hatched, ACCENT) > 0
    for chart in (hatched, drawn(PILOT, REVIEW, statuses=order)):
        assert pixels_of(chart, "#ADD1F1") > 1_000


def test_a_task_that_goes_on_is_drawn_unlike_one_that_ends_with_the_axis():
    ends = dataclasses.replace(REVIEW, end=date(2024, 9, 30))
    assert drawn(REVIEW).png != drawn(ends).png


def test_a_task_without_dates_has_no_bar():
    chart = drawn(LEADS, UNDATED)
    assert pixels_of(chart, ACCENT, (0.3, 0.7))
    assert not pixels_of(chart, ACCENT, (0.75, 1))


@pytest.mark.parametrize(
    ("tasks", "message"),
    [
        ([], "there is no task, so there is nothing to draw"),
        ([PILOT] * 41, "41 tasks are too many for one timeline: split them into charts of at most 40"),
        ([UNDATED], "no task has a date"),
        ([dataclasses.replace(PILOT, end=date(2024, 8, 31))], '"Pilot" ends before it starts'),
        ([dataclasses.replace(PILOT, start=None, end=date(2024, 8, 31))], '"Pilot" ends before it starts'),
        ([dataclasses.replace(PILOT, group=" ")], "needs a group, a name and a status"),
        ([dataclasses.replace(PILOT, name=" ")], "needs a group, a name and a status"),
        ([dataclasses.replace(PILOT, status=" ")], "needs a group, a name and a status"),
    ],
)
def test_tasks_that_cannot_be_drawn_are_refused(tasks, message):
    with pytest.raises(ValueError, match=message):
        drawn(*tasks)
