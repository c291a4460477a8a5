"""What may be said of two figures side by side, on the shipped data."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path
from statistics import median

import pandas as pd
import pytest

from dbv_analysis.compare.change import (
    EVERYWHERE,
    SIMILAR,
    before_programme,
    change,
    comparators,
    elsewhere,
    like_for_like,
    middle,
    season,
)
from dbv_analysis.model.breaks import changes
from dbv_analysis.model.period import FULL_YEAR, Period, Quarter, why_not_comparable
from dbv_analysis.results.evidence import Evidence
from tests.altered import at, rows_of, with_results
from tests.conftest import HALTON, changed

SPECIAL, STATE_SPECIAL = "placement_special_percent", "placement_state_special_percent"
INMSS, OVERALL = "placement_inmss_percent", "overall_absence_percent"
SUSPENSIONS, PUPILS, AT_HOME = "suspension_rate", "EHC plan", "ehe_plans_count"
PLACED, REQUESTS, NEW_PLANS = "inmss_placements_count", "requests_count", "new_plans_count"
ENGLAND = "E92000001"


@pytest.fixture(scope="module")
def evidence(evidence: Evidence) -> Evidence:
    """What the shipped quarter's pack may use; what is worked out of it here goes when these tests have run."""
    return dataclasses.replace(evidence)


def with_value(evidence: Evidence, metric_id: str, period_label: str, value: float) -> Evidence:
    """The same evidence, but one of Halton's figures is another."""
    return changed(evidence, metric_id, period_label, value=value)


def test_a_change_between_two_percentages_is_in_percentage_points(evidence):
    moved = change(evidence.series(SPECIAL))
    assert moved.difference == pytest.approx(100 * 567 / 1524 - 100 * 535 / 1319)
    assert moved.size == "3.4 percentage points"
    assert moved.verb == "fell"
    assert moved.as_text == "fell by 3.4 percentage points, from 40.6% in January 2023 to 37.2% in January 2024"


def test_a_change_between_two_counts_is_a_count(evidence):
    assert (
        change(evidence.series("caseload_count")).as_text
        == "rose by 205, from 1,319 in January 2023 to 1,524 in January 2024"
    )


def test_a_change_can_be_of_another_area_and_of_a_breakdown(evidence):
    assert change(evidence.series(SPECIAL, area=ENGLAND)).later["area_name"] == "England"
    moved = change(evidence.series(OVERALL, "SEN support"))
    assert set(moved.later[["breakdown", "period_label"]]) == {"SEN support", "2022/23"}


def test_no_change_is_read_across_the_year_in_which_the_return_changed(evidence):
    moved = change(at(evidence, "2023-12-01").series(SPECIAL))
    assert (moved.earlier["period_label"], moved.later["period_label"]) == ("January 2022", "January 2023")
    assert moved.refusal == "between January 2022 and January 2023 the return changed from totals to persons"
    assert moved.as_text == f"cannot be compared: {moved.refusal}"
    with pytest.raises(ValueError, match="from totals to persons"):
        _ = moved.difference


@pytest.mark.parametrize("day", ["2022-12-01", "2024-09-26"])
def test_a_change_on_either_side_of_that_year_is_read(evidence, day):
    assert change(at(evidence, day).series(SPECIAL)).refusal is None


def test_one_figure_is_no_change(evidence):
    assert change(at(evidence, "2019-12-01").series(SPECIAL)) is None
    assert change(at(evidence, "2019-01-01").series(SPECIAL)) is None


def test_figures_that_are_printed_alike_stayed(evidence):
    moved = change(with_value(evidence, INMSS, "January 2024", 8.21).series(INMSS))
    assert moved.verb == "stayed"
    assert moved.as_text == "stayed at 8.2%, from January 2023 to January 2024"


def test_figures_that_are_printed_otherwise_rose_or_fell(evidence):
    assert change(with_value(evidence, INMSS, "January 2024", 8.31).series(INMSS)).verb == "rose"
    assert change(with_value(evidence, INMSS, "January 2024", 8.11).series(INMSS)).verb == "fell"


def test_a_figure_that_is_not_shown_does_not_enter_a_change(evidence):
    moved = change(with_value(evidence, INMSS, "January 2024", float("nan")).series(INMSS))
    assert moved.later["period_label"] == "January 2023"


def test_a_change_is_between_full_years_alone(evidence):
    moved = change(evidence.series(OVERALL, "EHC plan"))
    assert (moved.earlier["period_label"], moved.later["period_label"]) == ("2021/22", "2022/23")
    assert moved.size == "0.93 percentage points"


def test_the_middle_is_the_median_of_the_areas_that_have_a_figure(evidence):
    codes = evidence.neighbours.codes
    spread = middle(evidence.series(OVERALL, "EHC plan"), codes)
    assert list(spread["period_label"]) == ["2018/19", "2020/21", "2021/22", "2022/23"]
    for row in spread.itertuples():
        values = [
            figure.value
            for figure in evidence.results.itertuples()
            if figure.metric_id == OVERALL
            and figure.area_code in codes
            and figure.breakdown == "EHC plan"
            and figure.period_label == row.period_label
        ]
        assert row.value == pytest.approx(median(values))
        assert (row.lowest, row.highest, row.areas) == (min(values), max(values), len(values))


def test_one_area_with_a_bad_return_does_not_move_the_middle_far(evidence):
    codes = [HALTON, *evidence.neighbours.codes]
    usual = middle(evidence.series(INMSS), codes)["value"].iloc[-1]
    worse = middle(with_value(evidence, INMSS, "January 2024", 99.0).series(INMSS), codes)["value"].iloc[-1]
    assert abs(worse - usual) < 1


def test_the_middle_knows_no_part_of_a_year_and_nothing_after_the_cut_off(evidence):
    spread = middle(evidence.series(OVERALL, "EHC plan"), [HALTON])
    assert "1 to 21 September 2024" in set(evidence.rows(OVERALL)["period_label"])
    assert set(spread["basis"]) == {FULL_YEAR}
    assert spread["period_label"].iloc[-1] == "2022/23"


def test_an_area_without_a_figure_is_not_counted(evidence):
    spread = middle(with_value(evidence, INMSS, "January 2024", float("nan")).series(INMSS), [HALTON, ENGLAND])
    assert list(spread["areas"])[-2:] == [2, 1]


def test_figures_of_areas_that_are_not_there_have_no_middle(evidence):
    assert middle(evidence.series(INMSS), ["E06999999"]).empty


def test_a_figure_is_from_before_the_programme_where_its_period_was_over_by_then(evidence):
    rows = at(evidence, "2026-12-01").rows(SPECIAL)
    assert {row["period_label"]: before_programme(evidence, row) for _, row in rows.tail(2).iterrows()} == {
        "January 2024": True,
        "January 2025": False,
    }


def test_a_year_that_ends_the_day_before_the_programme_begins_is_before_it(evidence):
    assert before_programme(evidence, pd.Series({"period_end": date(2024, 3, 31)}))
    assert not before_programme(evidence, pd.Series({"period_end": date(2024, 4, 1)}))


def test_the_three_weeks_of_september_never_enter_a_series_of_full_years(evidence):
    row = evidence.rows(OVERALL, breakdown="EHC plan").iloc[-1]
    assert (row["value"], row["period_label"]) == (9.7, "1 to 21 September 2024")
    later = at(evidence, "2026-12-01")
    for series in (
        later.whole(OVERALL, breakdown="EHC plan"),
        middle(later.series(OVERALL, "EHC plan"), [HALTON]),
        change(later.series(OVERALL, "EHC plan")).later.to_frame().T,
    ):
        assert 9.7 not in set(series["value"])
        assert "1 to 21 September 2024" not in set(series["period_label"])


@pytest.fixture(scope="module")
def suspended(data: Path) -> dict[tuple[str, str], float]:
    """Suspensions for each 100 pupils with plans, by area and term, as the file of the release gives them."""
    return {
        (row["area_code"], row["period"]): float(row["rate"])
        for row in rows_of(data, "dfe-exclusions-by-sen", "suspensions")
        if row["sen_provision"] == PUPILS and row["rate"] not in "cxuz"
    }


def with_later(evidence: Evidence, metric_id: str, day: str, value: float, **to: object) -> Evidence:
    """The evidence of a later day, on which a report gives one of Halton's measures anew, for that day."""
    when = date.fromisoformat(day)
    row = evidence.results[(evidence.results["metric_id"] == metric_id) & (evidence.results["area_code"] == HALTON)]
    days = dict.fromkeys(["period_start", "period_end", "as_at", "published"], when)
    cells = {"period_label": f"{when:%B %Y}", "basis": "snapshot", "release": day, "value": value, "symbol": ""}
    row = row.tail(1).assign(**days, **{**cells, **to})
    source = evidence.sources[0].model_copy(update={"release": day, "published": when})
    return dataclasses.replace(
        evidence,
        cut_off=max(when, evidence.cut_off),
        results=pd.concat([evidence.results, row], ignore_index=True),
        sources=[*evidence.sources, source],
    )


@pytest.mark.parametrize(
    ("day", "before", "now"),
    [
        ("2023-11-30", "autumn term 2021", "autumn term 2022"),
        ("2024-04-18", "spring term 2022", "spring term 2023"),
        ("2024-09-26", "summer term 2022", "summer term 2023"),
        ("2026-12-01", "spring term 2024", "spring term 2025"),
    ],
)
def test_a_term_is_set_beside_the_same_term_of_the_year_before(evidence, suspended, day, before, now):
    moved = like_for_like(at(evidence, day).series(SUSPENSIONS, PUPILS))
    assert (moved.earlier["period_label"], moved.later["period_label"]) == (before, now)
    assert moved.refusal is None
    assert moved.difference == pytest.approx(suspended[HALTON, now] - suspended[HALTON, before])


def test_no_term_is_set_beside_the_same_term_while_schools_were_closed(evidence):
    """In August 2022 the newest term was the summer of 2021; that of 2020 lies before the schools opened again."""
    moved = like_for_like(at(evidence, "2022-08-01").series(SUSPENSIONS, PUPILS))
    assert moved.later["period_label"] == "summer term 2021"
    assert moved.earlier["period_label"] == "spring term 2021"
    assert moved.refusal == "spring term 2021 and summer term 2021 are different parts of a year"
    early, late = (Period.term("summer", year) for year in (2020, 2021))
    assert why_not_comparable(early, late, evidence.metrics[SUSPENSIONS].breaks) == (
        "between summer term 2020 and summer term 2021 schools were closed to most pupils for part of the time"
    )


def test_a_full_year_is_set_beside_the_full_year_before_it(evidence):
    moved, same = like_for_like(evidence.series(REQUESTS)), change(evidence.series(REQUESTS))
    assert moved.as_text == same.as_text == "rose by 26, from 383 in 2022 to 409 in 2023"


def test_a_count_of_any_day_is_set_beside_the_count_before_it_whatever_the_month(evidence):
    moved = like_for_like(with_later(evidence, PLACED, "2025-01-20", 130.0).series(PLACED))
    assert moved.as_text == "rose by 4, from 126 in September 2024 to 130 in January 2025"


def test_a_count_that_follows_the_school_year_is_not_set_beside_another_season(evidence):
    moved = like_for_like(evidence.series(AT_HOME))
    assert moved.refusal == "January 2024 and September 2024 are at different times of the year"
    assert (moved.earlier["value"], moved.later["value"]) == (10, 8)


def test_what_does_not_compare_is_passed_over_for_the_newest_that_does(evidence):
    moved = like_for_like(with_later(evidence, AT_HOME, "2025-01-24", 9.0).series(AT_HOME))
    assert moved.as_text == "fell by 1, from 10 in January 2024 to 9 in January 2025"


def test_a_quarter_of_spending_is_set_beside_the_quarter_before_it_and_not_beside_the_sum_to_date(evidence):
    moved = like_for_like(evidence.series("grant_spend"))
    assert (moved.earlier["period_label"], moved.later["period_label"]) == ("2024-25-Q1", "2024-25-Q2")
    assert moved.difference == 42_940 - 326_240


def test_the_same_weeks_of_last_year_are_set_beside_and_the_change_says_that_it_is_adjusted(evidence):
    """1 to 21 September 2024 are a Sunday and a Saturday, as 3 and 23 September 2023 are."""
    rows = evidence.results
    ours = rows[(rows["metric_id"] == OVERALL) & (rows["period_label"] == "1 to 21 September 2024")]
    before = Period.parse("2023-09-03 to 2023-09-23")
    to = {"period_label": before.label, "period_start": before.start, "period_end": before.end, "value": 8.1}
    both = pd.concat([rows, ours.assign(**to)]).sort_values("period_end", kind="stable", ignore_index=True)
    odd = with_results(evidence, both)
    moved = like_for_like(odd.series(OVERALL, PUPILS))
    assert moved.difference == pytest.approx(1.6)
    assert "; adjusted: the same weeks of the two years, not the same days; " in moved.as_text


def test_a_change_of_codes_between_two_figures_is_named_with_their_change(evidence):
    moved = change(at(evidence, "2026-12-01").series(OVERALL, PUPILS))
    assert (moved.earlier["period_label"], moved.later["period_label"]) == ("2023/24", "2024/25")
    assert "; between the two, schools began to record absence with a changed set of codes" in moved.as_text
    assert "codes" not in change(evidence.series(OVERALL, PUPILS)).as_text


def test_a_hidden_figure_is_passed_over_like_for_like(evidence):
    hidden = with_later(evidence, PLACED, "2025-01-20", float("nan"), symbol="c")
    assert like_for_like(hidden.series(PLACED)) is None
    again = with_later(hidden, PLACED, "2025-04-20", 131.0)
    assert like_for_like(again.series(PLACED)).earlier["period_label"] == "September 2024"


def test_one_figure_or_none_is_no_move_like_for_like(evidence):
    assert like_for_like(evidence.series(PLACED)) is None
    assert like_for_like(evidence.series("hdu_placements_count")) is None
    assert like_for_like(at(evidence, "2019-01-01").series(SUSPENSIONS, PUPILS)) is None


def test_a_move_like_for_like_can_be_of_another_area(evidence, suspended):
    area = evidence.neighbours.codes[0]
    moved = like_for_like(evidence.series(SUSPENSIONS, PUPILS, area=area))
    assert moved.difference == pytest.approx(suspended[area, "summer term 2023"] - suspended[area, "summer term 2022"])


@pytest.mark.parametrize(
    ("day", "term"), [("2024-09-26", "summer"), ("2023-12-01", "autumn"), ("2024-05-01", "spring")]
)
def test_a_season_is_the_term_of_the_authoritys_own_newest_figure_in_every_year(evidence, suspended, day, term):
    then = at(evidence, day)
    rows = season(then.series(SUSPENSIONS, PUPILS))
    out = then.rows(SUSPENSIONS, breakdown=PUPILS)["period_label"]
    assert list(rows["period_label"]) == [label for label in out if label.startswith(term)]
    assert list(rows["value"]) == [suspended[HALTON, label] for label in rows["period_label"]]
    assert len(rows) >= 3


def test_the_season_of_other_areas_is_that_of_the_authority(evidence):
    """In a year of its own a neighbour's newest term may be another; the authority's decides."""
    own = (evidence.results["area_code"] == HALTON) & (evidence.results["period_label"] == "summer term 2023")
    behind = with_results(evidence, evidence.results[~own])
    labels = set(season(behind.series(SUSPENSIONS, PUPILS), evidence.neighbours.codes)["period_label"])
    assert labels == {f"spring term {year}" for year in range(2020, 2024)}


def test_a_measure_of_full_years_has_its_full_years_for_a_season(evidence):
    assert list(season(evidence.series(SUSPENSIONS))["period_label"]) == ["2021/22", "2022/23"]


def test_without_a_figure_of_the_authoritys_own_there_is_no_season(evidence):
    results = evidence.results
    bare = with_results(evidence, results[results["area_code"] != HALTON])
    assert season(bare.series(SUSPENSIONS, PUPILS), bare.neighbours.codes).empty
    assert season(evidence.series(SUSPENSIONS, PUPILS), [ENGLAND]).empty


def test_terms_elsewhere_are_the_medians_of_the_same_two_terms(evidence, suspended):
    moved = like_for_like(evidence.series(SUSPENSIONS, PUPILS))
    found = elsewhere(moved)
    everywhere = {area for area, _ in suspended}
    for name, areas in ((SIMILAR, evidence.neighbours.codes), (EVERYWHERE, everywhere)):
        for end, term in enumerate(("summer term 2022", "summer term 2023")):
            values = [suspended[area, term] for area in areas if (area, term) in suspended]
            assert found[name][end] == pytest.approx(median(values))
    assert set(found) == {SIMILAR, EVERYWHERE}


def test_the_middle_of_terms_is_of_one_season_alone(evidence):
    spread = middle(evidence.series(SUSPENSIONS, PUPILS), evidence.neighbours.codes, terms=True)
    assert list(spread["period_label"]) == [f"summer term {year}" for year in range(2020, 2024)]
    assert middle(evidence.series(SUSPENSIONS, PUPILS), evidence.neighbours.codes).empty


@pytest.mark.parametrize("metric_id", [REQUESTS, "high_needs_block", PLACED])
def test_a_count_and_a_sum_of_money_stand_beside_no_other_place(evidence, metric_id):
    assert comparators(evidence.series(metric_id)) == {}
    assert comparators(evidence.series(metric_id), terms=True) == {}


@pytest.mark.parametrize(
    ("period", "terms"),
    [
        (Period.parse("academic year 2022-23"), 3),
        (Period.parse("2023-09-01 to 2024-03-31"), 2),
        (Period.parse("2024-01-01 to 2024-08-31"), 2),
        (Period.parse("autumn term 2023"), 1),
        (Period.parse("spring term 2024"), 1),
        (Period.parse("summer term 2024"), 1),
        (Period.parse("2023-09-01 to 2024-03-30"), None),
        (Period.parse("2023-09-02 to 2024-03-31"), None),
        (Period.parse("2024-09-01 to 2024-09-21"), None),
        (Period.parse("calendar year 2023"), None),
        (Period.parse("financial year 2023-24"), None),
        (Period.parse("2022-09-01 to 2024-08-31"), None),
        (Period.parse("2024-01-18"), None),
    ],
    ids=lambda value: value.label if isinstance(value, Period) else None,
)
def test_a_period_knows_of_how_many_school_terms_it_is_made(period, terms):
    assert period.terms == terms


def test_what_does_not_follow_the_school_year_compares_on_any_two_days_and_in_any_two_quarters():
    september, january = Period.parse("2024-09-24"), Period.parse("2025-01-20")
    assert why_not_comparable(september, january)
    assert why_not_comparable(september, january, any_day=True) is None
    second, third = Quarter("2024-25-Q2").period, Quarter("2024-25-Q3").period
    assert why_not_comparable(second, third)
    assert why_not_comparable(second, third, any_day=True) is None


def test_even_what_does_not_follow_the_school_year_needs_equal_lengths_and_one_kind_of_period():
    quarter, half = Quarter("2024-25-Q2").period, Period.parse("2024-04-01 to 2024-09-30")
    assert why_not_comparable(quarter, half, any_day=True) == (
        "2024-25-Q2 and 1 April 2024 to 30 September 2024 are not equally long"
    )
    day, year = Period.parse("2024-09-24"), Period.parse("financial year 2024-25")
    assert (
        why_not_comparable(day, quarter, any_day=True)
        == "2024-25-Q2 is part of a year and September 2024 is a count on one day"
    )
    assert (
        why_not_comparable(day, year, any_day=True)
        == "2024-25 is a full financial year and September 2024 is a count on one day"
    )
    academic = Period.parse("academic year 2023-24")
    assert why_not_comparable(academic, year, any_day=True) == (
        "2024-25 is a full financial year and 2023/24 is a full academic year"
    )


def test_even_what_does_not_follow_the_school_year_is_not_compared_across_a_break():
    before, after = Period.parse("2021-10-01"), Period.parse("2022-03-01")
    refusal = why_not_comparable(before, after, changes("SEN2 flows"), any_day=True)
    assert refusal == "between October 2021 and March 2022 the return changed from totals to persons"
