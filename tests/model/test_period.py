"""Periods and quarters: how they are written and read, and which may be set side by side."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbv_analysis.model.period import (
    FULL_YEAR,
    PART_YEAR,
    SNAPSHOT,
    Break,
    Period,
    Quarter,
    format_day,
    format_days,
    same_weeks,
    why_not_comparable,
)

PERSON_LEVEL = Break(date(2023, 1, 1), "the return changed from totals to persons")

years = st.integers(min_value=1900, max_value=2200)
days = st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 12, 31))


@st.composite
def quarters(draw) -> Quarter:
    first, number = draw(years), draw(st.integers(min_value=1, max_value=4))
    return Quarter(f"{first}-{(first + 1) % 100:02d}-Q{number}")


@pytest.mark.parametrize(
    ("text", "start", "end", "basis", "label"),
    [
        ("academic year 2022-23", date(2022, 9, 1), date(2023, 8, 31), FULL_YEAR, "2022/23"),
        ("academic year 2022/23", date(2022, 9, 1), date(2023, 8, 31), FULL_YEAR, "2022/23"),
        ("academic year 1999-00", date(1999, 9, 1), date(2000, 8, 31), FULL_YEAR, "1999/00"),
        ("financial year 2024-25", date(2024, 4, 1), date(2025, 3, 31), FULL_YEAR, "2024-25"),
        ("financial year 2024/25", date(2024, 4, 1), date(2025, 3, 31), FULL_YEAR, "2024-25"),
        ("calendar year 2023", date(2023, 1, 1), date(2023, 12, 31), FULL_YEAR, "2023"),
        ("autumn term 2023", date(2023, 9, 1), date(2023, 12, 31), PART_YEAR, "autumn term 2023"),
        ("spring term 2024", date(2024, 1, 1), date(2024, 3, 31), PART_YEAR, "spring term 2024"),
        ("summer term 2024", date(2024, 4, 1), date(2024, 8, 31), PART_YEAR, "summer term 2024"),
        ("quarter 2024-25-Q2", date(2024, 7, 1), date(2024, 9, 30), PART_YEAR, "2024-25-Q2"),
        ("quarter 2024-25-Q4", date(2025, 1, 1), date(2025, 3, 31), PART_YEAR, "2024-25-Q4"),
        ("2024-01-18", date(2024, 1, 18), date(2024, 1, 18), SNAPSHOT, "January 2024"),
        ("2024-02-29", date(2024, 2, 29), date(2024, 2, 29), SNAPSHOT, "February 2024"),
        ("2024-09-01 to 2024-09-21", date(2024, 9, 1), date(2024, 9, 21), PART_YEAR, "1 to 21 September 2024"),
        (
            "2023-09-01 to 2024-03-31",
            date(2023, 9, 1),
            date(2024, 3, 31),
            PART_YEAR,
            "1 September 2023 to 31 March 2024",
        ),
    ],
)
def test_every_way_to_write_a_period_is_read(text, start, end, basis, label):
    period = Period.parse(text)
    assert (period.start, period.end, period.basis, period.label) == (start, end, basis, label)


def test_a_period_is_read_whatever_white_space_is_in_it():
    assert Period.parse("  academic  year\t2022-23 ") == Period.parse("academic year 2022-23")


def test_an_academic_year_is_not_the_financial_year_of_the_same_numbers():
    assert Period.parse("academic year 2022-23") != Period.parse("financial year 2022-23")


NO_PERIOD = (
    "|2022-23|202223|Spr 24|school year 2022-23|winter term 2023|academic year 2022|2024-1-18|18/01/2024|"
    "calendar year 0000|academic year 9999-00"
)
NOT_FOLLOWING = "names two years that do not follow one another"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        *((text, f'"{text}" is not a period') for text in NO_PERIOD.split("|")),
        ("academic year 2022-24", NOT_FOLLOWING),
        ("financial year 2024-24", NOT_FOLLOWING),
        ("2024-09-21 to 2024-09-01", "ends before it starts"),
    ],
)
def test_what_is_not_a_period_is_named_and_answered_with_how_to_write_one(text, what):
    with pytest.raises(ValueError, match=r"Write it like one of: academic year 2022-23, .*2024-01-18") as caught:
        Period.parse(text)
    assert what in str(caught.value)


@pytest.mark.parametrize("text", ["2024-02-30", "2023-02-29", "2024-13-01 to 2024-13-02"])
def test_a_day_that_the_calendar_does_not_have_says_how_to_write_days(text):
    with pytest.raises(ValueError, match=r"is not a day\. Write days as year-month-day, such as 2024-01-18"):
        Period.parse(text)


def test_a_quarter_that_does_not_exist_says_how_to_write_one():
    with pytest.raises(ValueError, match=r'"2024-25-Q5" is not a quarter\. .* such as 2024-25-Q2'):
        Period.parse("quarter 2024-25-Q5")


@given(
    st.sampled_from(["academic year", "financial year"]),
    st.integers(min_value=1, max_value=9998),
    st.integers(min_value=0, max_value=3),
)
def test_two_years_are_read_exactly_where_the_second_follows_the_first(kind, first, later):
    text = f"{kind} {first:04d}-{(first + later) % 100:02d}"
    if later == 1:
        assert Period.parse(text).start.year == first
    else:
        with pytest.raises(ValueError, match="do not follow one another"):
            Period.parse(text)


@given(days)
def test_any_day_is_a_snapshot_that_starts_and_ends_on_it(day):
    period = Period.parse(day.isoformat())
    assert (period.start, period.end, period.basis) == (day, day, SNAPSHOT)


def terms_of(first: int) -> list[Period]:
    """The three terms of the academic year that begins in ``first``."""
    return [Period.term("autumn", first), Period.term("spring", first + 1), Period.term("summer", first + 1)]


@given(years)
def test_three_terms_tile_an_academic_year(first):
    year, (autumn, spring, summer) = Period.academic_year(first), terms_of(first)
    assert (year.start, year.end) == (autumn.start, summer.end)
    assert autumn.end + timedelta(days=1) == spring.start
    assert spring.end + timedelta(days=1) == summer.start


def test_days_are_written_as_a_reader_says_them():
    assert format_day(date(2024, 9, 6)) == "6 September 2024"
    assert format_days(date(2024, 9, 1), date(2024, 9, 21)) == "1 to 21 September 2024"
    assert format_days(date(2023, 9, 1), date(2024, 9, 21)) == "1 September 2023 to 21 September 2024"


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("2024-25-Q1", date(2024, 4, 1), date(2024, 6, 30)),
        ("2024-25-Q2", date(2024, 7, 1), date(2024, 9, 30)),
        ("2024-25-Q3", date(2024, 10, 1), date(2024, 12, 31)),
        ("2024-25-Q4", date(2025, 1, 1), date(2025, 3, 31)),
    ],
)
def test_a_quarter_is_of_the_financial_year(name, start, end):
    assert (Quarter(name).start, Quarter(name).end) == (start, end)


@pytest.mark.parametrize(
    ("name", "after"), [("2024-25-Q4", "2025-26-Q1"), ("1998-99-Q4", "1999-00-Q1"), ("2024-25-Q1", "2024-25-Q2")]
)
def test_the_quarter_after_the_last_is_the_first_of_the_next_year(name, after):
    assert Quarter(name).next == Quarter(after)


def test_a_quarter_is_written_as_it_was_named_and_has_a_title_for_readers():
    assert str(Quarter("2024-25-Q2")) == "2024-25-Q2"
    assert Quarter("2024-25-Q2").title == "Quarter 2, 2024-25 (July to September 2024)"
    assert Quarter("2024-25-Q4").title == "Quarter 4, 2024-25 (January to March 2025)"


@pytest.mark.parametrize(
    "name", ["2024-25-Q5", "2024-25-Q0", "2024-26-Q1", "2024-24-Q1", "2024-Q2", "24-25-Q2", "Q2", "2024-25-q2", ""]
)
def test_what_is_not_a_quarter_is_named_and_answered_with_how_to_write_one(name):
    with pytest.raises(ValueError, match="Write the financial year and Q1, Q2, Q3 or Q4, such as 2024-25-Q2") as caught:
        Quarter(name)
    assert f'"{name}" is not a quarter.' in str(caught.value)


@given(quarters())
def test_the_next_quarter_starts_on_the_day_after_this_one_ends(quarter):
    assert quarter.next.start == quarter.end + timedelta(days=1)


@given(years)
def test_four_quarters_tile_the_financial_year(first):
    year = Period.financial_year(first)
    quarter = Quarter(f"{year.label}-Q1")
    covered = []
    for _ in range(4):
        covered += [quarter.start + timedelta(days=day) for day in range((quarter.end - quarter.start).days + 1)]
        quarter = quarter.next
    assert covered == [year.start + timedelta(days=day) for day in range((year.end - year.start).days + 1)]


@given(quarters())
def test_a_quarter_read_as_a_period_has_the_same_days(quarter):
    period = Period.parse(f"quarter {quarter}")
    assert (period.start, period.end, period.basis) == (quarter.start, quarter.end, PART_YEAR)


def reason(earlier: str, later: str, *breaks: Break, any_day: bool = False) -> str | None:
    return why_not_comparable(Period.parse(earlier), Period.parse(later), breaks, any_day=any_day)


def pairs(table: str) -> pytest.MarkDecorator:
    """Run a test with each row of a small table: an earlier period, and a later one."""
    return pytest.mark.parametrize(("earlier", "later"), [row.split("|") for row in table.strip().splitlines()])


@pairs("""
    academic year 2021-22    | academic year 2022-23
    academic year 2018-19    | academic year 2022-23
    financial year 2023-24   | financial year 2024-25
    calendar year 2022       | calendar year 2023
    2023-01-19               | 2024-01-18
    autumn term 2022         | autumn term 2023
    quarter 2023-24-Q2       | quarter 2024-25-Q2
    quarter 2023-24-Q4       | quarter 2024-25-Q4
    2023-09-01 to 2023-09-21 | 2024-09-01 to 2024-09-21
    2022-09-01 to 2023-03-31 | 2023-09-01 to 2024-03-31
""")
def test_like_periods_are_compared(earlier, later):
    assert reason(earlier, later) is None


FULL_OR_PART = "{later} is part of a year and 2022/23 is a full academic year"
DIFFERENT_PARTS = "{earlier} and {later} are different parts of a year"


@pytest.mark.parametrize(
    ("earlier", "later", "why"),
    [
        ("academic year 2022-23", "spring term 2024", FULL_OR_PART),
        ("academic year 2022-23", "2024-09-01 to 2024-09-21", FULL_OR_PART),
        ("academic year 2022-23", "quarter 2024-25-Q2", FULL_OR_PART),
        ("academic year 2022-23", "2023-09-01 to 2024-07-31", FULL_OR_PART),
        (
            "academic year 2021-22",
            "financial year 2022-23",
            "2022-23 is a full financial year and 2021/22 is a full academic year",
        ),
        ("calendar year 2023", "2024-01-18", "January 2024 is a count on one day and 2023 is a full calendar year"),
        ("2024-01-18", "2024-09-19", "January 2024 and September 2024 are at different times of the year"),
        ("quarter 2024-25-Q1", "quarter 2024-25-Q2", "2024-25-Q1 and 2024-25-Q2 are different parts of a year"),
        ("spring term 2024", "2024-09-01 to 2024-09-21", DIFFERENT_PARTS),
        ("autumn term 2023", "spring term 2024", DIFFERENT_PARTS),
    ],
)
def test_periods_of_different_kinds_are_refused_for_what_sets_them_apart(earlier, later, why):
    labels = {"earlier": Period.parse(earlier).label, "later": Period.parse(later).label}
    assert reason(earlier, later) == why.format(**labels)


def test_part_of_a_year_is_not_compared_with_a_full_year_that_follows():
    assert "part of a year" in reason("spring term 2024", "academic year 2024-25")


@pairs("""
    academic year 2022-23    | 2023-09-01 to 2024-08-31
    2023-09-01 to 2023-09-21 | 2024-09-01 to 2024-12-31
    2023-09-01 to 2023-09-21 | 2024-09-02 to 2024-09-21
    2023-09-01 to 2023-09-21 | 2024-09-01 to 2025-09-21
""")
def test_windows_of_different_days_are_not_compared(earlier, later):
    assert reason(earlier, later) is not None


@pytest.mark.parametrize("school_year", range(2019, 2026))
def test_the_same_school_weeks_of_two_years_compare_though_their_days_differ(school_year):
    """The three weeks that begin on the first Monday of September."""
    starts = [
        next(d for d in (date(y, 9, 1) + timedelta(n) for n in range(7)) if d.weekday() == 0)
        for y in (school_year, school_year + 1)
    ]
    earlier, later = (Period.window(start, start + timedelta(days=18)) for start in starts)
    if starts[0].isocalendar().week == starts[1].isocalendar().week:
        assert why_not_comparable(earlier, later) is None
        assert same_weeks(earlier, later)
    else:
        assert "different parts of a year" in why_not_comparable(earlier, later)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2023-09-04 to 2023-09-22", "2024-09-09 to 2024-09-27"),  # a week later
        ("2023-09-04 to 2023-09-22", "2024-09-02 to 2024-09-21"),  # a day longer
        ("2024-09-02 to 2024-09-05", "2024-09-03 to 2024-09-06"),  # of one year
        ("2023-09-01 to 2023-09-21", "2024-09-01 to 2024-09-21"),  # the same days
        ("2023-09-04", "2024-09-02"),  # counts on a day
    ],
)
def test_what_is_not_the_same_weeks_of_two_years_is_not_taken_for_them(earlier, later):
    assert not same_weeks(Period.parse(earlier), Period.parse(later))


EARLY = Break(date(2015, 1, 1), "the plans were new")


@pytest.mark.parametrize(
    ("earlier", "later", "breaks"),
    [
        ("2022-01-20", "2023-01-19", [PERSON_LEVEL]),
        ("calendar year 2022", "calendar year 2023", [PERSON_LEVEL]),
        ("academic year 2021-22", "academic year 2022-23", [PERSON_LEVEL]),  # inside the later period
        ("2022-01-20", "2023-01-19", [EARLY, PERSON_LEVEL]),
    ],
)
def test_figures_on_two_sides_of_any_break_are_not_compared(earlier, later, breaks):
    first, second = Period.parse(earlier).label, Period.parse(later).label
    assert reason(earlier, later, *breaks) == f"between {first} and {second} {PERSON_LEVEL.why}"


def test_figures_on_one_side_of_a_break_are_compared():
    assert reason("2023-01-19", "2024-01-18", PERSON_LEVEL) is None
    assert reason("calendar year 2021", "calendar year 2022", PERSON_LEVEL) is None


@given(days, days)
def test_two_snapshots_are_compared_exactly_where_they_are_in_one_month_of_the_year(first, second):
    earlier, later = Period.snapshot(min(first, second)), Period.snapshot(max(first, second))
    assert (why_not_comparable(earlier, later) is None) == (first.month == second.month)


TERMS = {
    1: "autumn term 2023|spring term 2024|summer term 2024|2023-09-01 to 2023-12-31",
    2: "2023-09-01 to 2024-03-31|2024-01-01 to 2024-08-31",
    3: "academic year 2023-24|2023-09-01 to 2024-08-31",
    None: "2024-09-01 to 2024-09-21|2023-09-02 to 2023-12-31|2023-09-01 to 2024-03-30|2023-10-01 to 2024-03-31|"
    "2022-09-01 to 2024-08-31|2023-01-01 to 2023-12-31|calendar year 2023|financial year 2023-24|quarter 2024-25-Q1|"
    "quarter 2024-25-Q2|2024-01-18|2023-09-01|2024-08-31",
}


@pytest.mark.parametrize(("text", "number"), [(text, n) for n, texts in TERMS.items() for text in texts.split("|")])
def test_a_period_that_is_made_of_whole_terms_of_one_school_year_says_how_many(text, number):
    assert Period.parse(text).terms == number


@given(years, st.integers(min_value=0, max_value=2), st.integers(min_value=1, max_value=3))
def test_terms_that_follow_one_another_in_a_year_are_counted(first, skipped, number):
    chosen = terms_of(first)[skipped : skipped + number]
    assert Period.window(chosen[0].start, chosen[-1].end).terms == len(chosen)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2024-01-18", 1),
        ("2024-09-01 to 2024-09-21", 21),
        ("quarter 2024-25-Q1", 91),
        ("quarter 2024-25-Q2", 92),
        ("quarter 2024-25-Q4", 90),
        ("calendar year 2023", 365),
        ("calendar year 2024", 366),
        ("academic year 2023-24", 366),
    ],
)
def test_the_days_of_a_period_hold_its_first_and_its_last(text, number):
    assert Period.parse(text).days == number


@given(days, days)
def test_a_window_has_as_many_days_as_lie_between_its_ends_and_one_more(first, second):
    start, end = min(first, second), max(first, second)
    assert Period.window(start, end).days == (end - start).days + 1


AS_WRITTEN = (
    "academic year 2022-23|financial year 2024-25|calendar year 2023|autumn term 2023|quarter 2024-25-Q2|2024-01-18|"
    "2024-09-01 to 2024-09-21"
)


@pytest.mark.parametrize("text", AS_WRITTEN.split("|"))
def test_a_period_is_written_as_it_is_read(text):
    assert Period.parse(text).text == text
    assert Period.parse(Period.parse(text).text) == Period.parse(text)


any_day = partial(reason, any_day=True)


@pairs("""
    2024-09-24               | 2024-12-31
    2023-12-20               | 2024-09-26
    quarter 2024-25-Q1       | quarter 2024-25-Q2
    quarter 2024-25-Q2       | quarter 2024-25-Q4
    2024-04-01 to 2024-09-30 | 2024-10-01 to 2025-03-31
""")
def test_what_does_not_follow_the_school_year_is_compared_on_any_two_days_or_quarters(earlier, later):
    assert any_day(earlier, later) is None
    assert reason(earlier, later) is not None


def test_parts_of_a_year_that_are_not_equally_long_are_not_compared_even_so():
    why = any_day("quarter 2024-25-Q1", "2024-04-01 to 2024-09-30")
    assert why == "2024-25-Q1 and 1 April 2024 to 30 September 2024 are not equally long"


def test_parts_of_a_year_may_differ_by_three_days_and_no_more():
    assert any_day("2024-04-01 to 2024-06-30", "2024-07-01 to 2024-10-02") is None
    assert any_day("2024-04-01 to 2024-06-30", "2024-07-01 to 2024-10-03") is not None
    assert any_day("2024-07-01 to 2024-10-03", "2024-04-01 to 2024-06-30") is not None


def test_a_break_stops_what_does_not_follow_the_school_year_too():
    why = any_day("2022-09-24", "2023-12-31", PERSON_LEVEL)
    assert why == "between September 2022 and December 2023 the return changed from totals to persons"


@pairs("""
    quarter 2024-25-Q1    | 2024-09-24
    academic year 2022-23 | 2023-09-01 to 2024-03-31
    academic year 2022-23 | financial year 2023-24
    2024-09-24            | calendar year 2024
""")
def test_periods_of_different_kinds_are_never_compared(earlier, later):
    assert any_day(earlier, later) is not None
    assert any_day(earlier, later) == reason(earlier, later)


def test_full_years_of_one_kind_are_compared_whether_or_not_they_follow_the_school_year():
    assert any_day("financial year 2023-24", "financial year 2024-25") is None


@given(days, days)
def test_any_two_days_are_compared_where_the_season_does_not_matter(first, second):
    earlier, later = Period.snapshot(min(first, second)), Period.snapshot(max(first, second))
    assert why_not_comparable(earlier, later, any_day=True) is None
