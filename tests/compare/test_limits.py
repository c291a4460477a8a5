"""Control limits worked out by hand, and which figures of a made-up authority's series they lock on."""

from __future__ import annotations

from datetime import date

import pytest

from dbv_analysis.compare.control_limits import control, xmr
from dbv_analysis.model.period import Break
from dbv_analysis.model.units import COUNT
from tests.compare.made_up import ask, labels, made_up, series

STEADY = [10.0, 12.0, 10.0, 12.0]  # centre 11, moving ranges of 2: limits 11 ± 5.32


def test_the_limits_are_the_mean_and_2_66_mean_moving_ranges():
    found = xmr([*STEADY, 11.0], 4)
    assert (found.centre, found.lower, found.upper) == pytest.approx((11, 5.68, 16.32))
    assert (found.trial, found.signals) == (True, ())
    uneven = xmr([4.0, 8.0, 6.0], 3)
    assert (uneven.centre, uneven.lower, uneven.upper) == pytest.approx((6, 6 - 2.66 * 3, 6 + 2.66 * 3))
    two = xmr([3.0, 5.0], 2)
    assert (two.centre, two.lower, two.upper) == pytest.approx((4, -1.32, 9.32))


@pytest.mark.parametrize(
    ("after", "signals"),
    [
        ([16.3], ()),
        ([16.33], (4,)),
        ([5.7], ()),
        ([5.67], (4,)),
        ([11, 17, 11, 5], (5, 7)),
        ([11, *[11.5] * 7], ()),
        ([11, *[11.5] * 8], tuple(range(5, 13))),
        ([11, *[10.5] * 8], tuple(range(5, 13))),
        ([11, *[11.5] * 10], tuple(range(5, 15))),
        ([11.5] * 7, tuple(range(4, 11))),
        ([11.5] * 6, ()),
        ([10.5, *[11.5] * 7, 10.5], ()),
        ([11, *[11.5] * 4, 11, *[11.5] * 4], ()),
        ([11, *[11.5] * 4, *[10.5] * 4], ()),
        ([11, *[11.5] * 8, 11, 11.5], tuple(range(5, 13))),
        ([11, *[11.5] * 8, 10.5, 17], (*range(5, 13), 14)),
    ],
)
def test_a_signal_is_outside_the_limits_or_in_a_run_of_eight_on_one_side(after, signals):
    """The last locked value, 12, is above the centre: so a run may begin with it."""
    assert xmr([*STEADY, *after], 4).signals == signals


def test_a_locked_value_is_no_signal():
    assert xmr([*STEADY * 3, 12.0, 30.0, 12.0], 13).signals == (13,)
    assert xmr([10.0] * 12 + [30.0], 13).signals == ()
    assert xmr([10.0] * 4, 3).signals == (), "a value on a limit is not outside"


@pytest.mark.parametrize(("locked", "trial"), [(2, True), (11, True), (12, False), (13, False)])
def test_twelve_locked_values_end_the_trial(locked, trial):
    assert xmr([float(number) for number in range(14)], locked).trial is trial


@pytest.mark.parametrize(("values", "locked"), [([1, 2, 3], 1), ([1, 2, 3], 0), ([1, 2, 3], 4), ([], 0)])
def test_limits_need_two_values_and_as_many_as_are_locked(values, locked):
    with pytest.raises(ValueError, match=rf"at least 2 locked values, .*: {locked} asked"):
        xmr(values, locked)


def test_the_limits_of_a_series_are_locked_on_what_was_over_when_the_programme_began():
    """Januaries of 2018 to 2025; the last is from after the start."""
    rows, limits = ask(control, made_up(series([10, 12, 10, 12, 10, 12, 11, 30], 2018)))
    assert labels(rows) == [f"January {year}" for year in range(2018, 2026)]
    assert list(rows.index) == list(range(8))
    assert limits == xmr([10, 12, 10, 12, 10, 12, 11, 30], 7)
    assert limits.signals == (7,)


@pytest.mark.parametrize(("first", "enough"), [(2018, True), (2019, True), (2020, False)])
def test_six_values_from_before_are_enough(first, enough):
    values = [float(year % 3) for year in range(first, 2026)]
    assert (ask(control, made_up(series(values, first))) is not None) is enough


def test_a_series_without_a_value_has_no_limits():
    assert ask(control, made_up("area  period  value\nN1  2024-01-18  3")) is None
    assert ask(control, made_up("period  value\n2024-01-18  -")) is None


@pytest.mark.parametrize(
    ("on", "compares", "first"),
    [
        (date(2017, 6, 1), False, "January 2018"),
        (date(2015, 1, 18), False, "January 2015"),
        (date(2015, 1, 19), False, "January 2016"),
        (date(2017, 6, 1), True, "January 2010"),
        (date(2025, 1, 18), True, "January 2010"),
        (date(2025, 1, 19), False, "January 2010"),
        (date(2030, 1, 1), False, "January 2010"),
    ],
)
def test_the_series_begins_after_the_last_day_across_which_nothing_compares(on, compares, first):
    stops = (Break(date(2009, 6, 1), "older"), Break(on, "the return changed", compares=compares))
    rows, _ = ask(control, made_up(series([float(n) for n in range(16)]), breaks=stops))
    assert rows["period_label"].iloc[0] == first


def test_a_break_on_the_newest_day_leaves_too_few():
    stop = Break(date(2025, 1, 18), "the return changed")
    assert ask(control, made_up(series([float(n) for n in range(16)]), breaks=(stop,))) is None


TERMS = [f"{term} term {year}" for year in range(2021, 2024) for term in ("spring", "summer", "autumn")]


def test_single_terms_are_a_series_where_they_are_more_than_whole_years():
    terms = "\n".join(f"{term}  {number}" for number, term in enumerate(TERMS))
    years = "\n".join(f"academic year {year}-{year - 1999}  90" for year in range(2014, 2023))
    assert labels(ask(control, made_up(f"period  value\n{terms}", COUNT))[0]) == TERMS
    more = "2021-09-01 to 2022-03-31  50\n2024-09-01 to 2024-09-21  4"
    assert labels(ask(control, made_up(f"period  value\n{terms}\n{more}", COUNT))[0]) == TERMS
    fewer = years.replace("academic year 2014-15  90\n", "")
    assert labels(ask(control, made_up(f"period  value\n{terms}\n{fewer}", COUNT))[0]) == TERMS
    longer = years + "\nacademic year 2023-24  90"
    assert len(ask(control, made_up(f"period  value\n{terms}\n{longer}", COUNT))[0]) == 10


def test_the_series_is_of_the_group_that_is_asked_for():
    text = series([10, 12, 10, 12, 10, 12, 11, 30], 2018, breakdown="a")
    assert ask(control, made_up(text)) is None
    assert len(ask(control, made_up(text), breakdown="a")[0]) == 8
