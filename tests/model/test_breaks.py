"""The listed days: census days, and changes of what a series counts."""

from __future__ import annotations

from datetime import date

import pytest

from dbv_analysis.metrics import package_metrics
from dbv_analysis.model.breaks import SEN2_CENSUS, changes
from dbv_analysis.model.period import Period, why_not_comparable


@pytest.mark.parametrize("year", sorted(SEN2_CENSUS))
def test_the_census_is_on_the_third_thursday_of_january(year):
    day = SEN2_CENSUS[year]
    assert (day.year, day.month, day.isoweekday()) == (year, 1, 4)
    assert 15 <= day.day <= 21


@pytest.mark.parametrize("series", ["SEN2 counts", "SEN2 flows", "Absence", "Exclusions"])
def test_the_changes_of_a_series_come_in_the_order_of_their_days_and_say_why(series):
    found = changes(series)
    assert [one.on for one in found] == sorted(one.on for one in found)
    assert all(one.why and one.label and not one.why.endswith(".") for one in found)


def test_a_series_that_is_not_listed_is_refused_with_the_ones_that_are():
    with pytest.raises(ValueError, match=r"no change of .Swings., only of: Absence, Exclusions, SEN2 counts"):
        changes("Swings")


def test_every_listed_change_is_of_some_metric():
    used = {stop for metric in package_metrics().values() for stop in metric.breaks}
    listed = {stop for name in ("SEN2 counts", "SEN2 flows", "Absence", "Exclusions") for stop in changes(name)}
    assert used == listed


def test_a_change_of_codes_is_named_but_stops_no_comparison_and_the_pandemic_does():
    breaks = package_metrics()["overall_absence_percent"].breaks
    before, after = Period.academic_year(2023), Period.academic_year(2024)
    assert why_not_comparable(before, after, breaks) is None
    assert [stop.label for stop in breaks if stop.between(before.end, after.end)] == ["absence codes changed"]
    assert "pandemic" in why_not_comparable(Period.academic_year(2018), Period.academic_year(2020), breaks)


def test_the_year_before_the_codes_changed_is_recorded_with_the_old_ones():
    """They were in force from 19 August 2024, a day in the holidays of the year 2023/24."""
    breaks = package_metrics()["overall_absence_percent"].breaks
    assert not [stop for stop in breaks if stop.between(date(2023, 8, 31), date(2024, 8, 31))]
