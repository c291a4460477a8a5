"""What may be said of two figures side by side, on the shipped data."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path
from statistics import median

import pandas as pd
import pytest

from dbv_analysis.compare import before_programme, beside, change, middle
from dbv_analysis.evidence import Evidence, open_evidence
from dbv_analysis.periods import FULL_YEAR
from tests.conftest import HALTON, QUARTER

SPECIAL, STATE_SPECIAL = "placement_special_percent", "placement_state_special_percent"
INMSS, OVERALL = "placement_inmss_percent", "overall_absence_percent"
ENGLAND = "E92000001"


@pytest.fixture(scope="module")
def evidence(data: Path) -> Evidence:
    return open_evidence(QUARTER, data)


def at(evidence: Evidence, day: str) -> Evidence:
    return dataclasses.replace(evidence, cut_off=date.fromisoformat(day))


def with_value(evidence: Evidence, metric_id: str, period_label: str, value: float) -> Evidence:
    """The same evidence, but one of Halton's figures is another."""
    results = evidence.results.copy()
    chosen = (
        (results["metric_id"] == metric_id)
        & (results["area_code"] == HALTON)
        & (results["period_label"] == period_label)
    )
    assert chosen.sum() == 1
    results.loc[chosen, "value"] = value
    return dataclasses.replace(evidence, results=results)


def test_a_change_between_two_percentages_is_in_percentage_points(evidence):
    moved = change(evidence, SPECIAL)
    assert moved.difference == pytest.approx(100 * 567 / 1524 - 100 * 535 / 1319)
    assert moved.size == "3.4 percentage points"
    assert moved.verb == "fell"
    assert moved.in_words == "fell by 3.4 percentage points, from 40.6% in January 2023 to 37.2% in January 2024"


def test_a_change_between_two_counts_is_a_count(evidence):
    assert (
        change(evidence, "caseload_count").in_words
        == "rose by 205, from 1,319 in January 2023 to 1,524 in January 2024"
    )


def test_a_change_can_be_of_another_area_and_of_a_breakdown(evidence):
    assert change(evidence, SPECIAL, area=ENGLAND).later["area_name"] == "England"
    moved = change(evidence, OVERALL, breakdown="SEN support")
    assert set(moved.later[["breakdown", "period_label"]]) == {"SEN support", "2022/23"}


def test_no_change_is_read_across_the_year_in_which_the_return_changed(evidence):
    moved = change(at(evidence, "2023-12-01"), SPECIAL)
    assert (moved.earlier["period_label"], moved.later["period_label"]) == ("January 2022", "January 2023")
    assert moved.refusal == "between January 2022 and January 2023 the return changed from totals to persons"
    assert moved.in_words == f"cannot be compared: {moved.refusal}"
    with pytest.raises(ValueError, match="from totals to persons"):
        _ = moved.difference


@pytest.mark.parametrize("day", ["2022-12-01", "2024-09-26"])
def test_a_change_on_either_side_of_that_year_is_read(evidence, day):
    assert change(at(evidence, day), SPECIAL).refusal is None


def test_one_figure_is_no_change(evidence):
    assert change(at(evidence, "2019-12-01"), SPECIAL) is None
    assert change(at(evidence, "2019-01-01"), SPECIAL) is None


def test_figures_that_are_printed_alike_stayed(evidence):
    moved = change(with_value(evidence, INMSS, "January 2024", 8.21), INMSS)
    assert moved.verb == "stayed"
    assert moved.in_words == "stayed at 8.2%, from January 2023 to January 2024"


def test_figures_that_are_printed_otherwise_rose_or_fell(evidence):
    assert change(with_value(evidence, INMSS, "January 2024", 8.31), INMSS).verb == "rose"
    assert change(with_value(evidence, INMSS, "January 2024", 8.11), INMSS).verb == "fell"


def test_a_figure_that_is_not_shown_does_not_enter_a_change(evidence):
    moved = change(with_value(evidence, INMSS, "January 2024", float("nan")), INMSS)
    assert moved.later["period_label"] == "January 2023"


def test_a_change_is_between_full_years_alone(evidence):
    moved = change(evidence, OVERALL, breakdown="EHC plan")
    assert (moved.earlier["period_label"], moved.later["period_label"]) == ("2021/22", "2022/23")
    assert moved.size == "0.93 percentage points"


def test_the_middle_is_the_median_of_the_areas_that_have_a_figure(evidence):
    codes = evidence.neighbours.codes
    spread = middle(evidence, OVERALL, codes, "EHC plan")
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
    usual = middle(evidence, INMSS, codes)["value"].iloc[-1]
    worse = middle(with_value(evidence, INMSS, "January 2024", 99.0), INMSS, codes)["value"].iloc[-1]
    assert abs(worse - usual) < 1


def test_the_middle_knows_no_part_of_a_year_and_nothing_after_the_cut_off(evidence):
    spread = middle(evidence, OVERALL, [HALTON], "EHC plan")
    assert "1 to 21 September 2024" in set(evidence.rows(OVERALL)["period_label"])
    assert set(spread["basis"]) == {FULL_YEAR}
    assert spread["period_label"].iloc[-1] == "2022/23"


def test_an_area_without_a_figure_is_not_counted(evidence):
    spread = middle(with_value(evidence, INMSS, "January 2024", float("nan")), INMSS, [HALTON, ENGLAND])
    assert list(spread["areas"])[-2:] == [2, 1]


def test_figures_of_areas_that_are_not_there_have_no_middle(evidence):
    assert middle(evidence, INMSS, ["E06999999"]).empty


def test_a_figure_is_from_before_the_programme_where_its_period_was_over_by_then(evidence):
    rows = at(evidence, "2026-12-01").rows(SPECIAL)
    assert {row["period_label"]: before_programme(evidence, row) for _, row in rows.tail(2).iterrows()} == {
        "January 2024": True,
        "January 2025": False,
    }


def test_a_year_that_ends_the_day_before_the_programme_begins_is_before_it(evidence):
    assert before_programme(evidence, pd.Series({"period_end": date(2024, 3, 31)}))
    assert not before_programme(evidence, pd.Series({"period_end": date(2024, 4, 1)}))


def claim(claims: pd.DataFrame, printed: str, period_printed: str) -> pd.Series:
    found = claims[(claims["printed"] == printed) & (claims["period_printed"] == period_printed)]
    assert len(found) == 1
    return found.iloc[0]


def test_447_per_cent_in_maintained_special_schools_is_the_share_of_any_special_school_a_year_before(evidence):
    said = claim(beside(evidence, [STATE_SPECIAL]), "44.7 %", "2023")
    assert not said["agrees"]
    assert said["published"] == "32.4%"
    assert said["matches"] == "plans in any special school in January 2022"


def test_372_per_cent_in_maintained_special_schools_is_the_share_of_any_special_school(evidence):
    said = claim(beside(evidence, [STATE_SPECIAL]), "37.2%", "2024")
    assert not said["agrees"]
    assert said["published"] == "29.2%"
    assert said["matches"] == "plans in any special school in January 2024"


def test_a_printed_figure_is_held_against_the_published_one_at_the_precision_printed(evidence):
    claims = beside(evidence, [OVERALL])
    said = claims[(claims["printed"] == "11.6") & (claims["breakdown"] == "EHC plan")].iloc[0]
    assert said["agrees"]
    assert said["published"] == "11.65%"
    assert said["matches"] == ""


def test_a_printed_figure_without_a_published_one_is_neither_right_nor_wrong(evidence):
    said = claim(beside(evidence, [INMSS]), "7.20%", "As of 19th September 2024")
    assert pd.isna(said["agrees"])
    assert said["published"] == ""


def test_a_figure_that_is_printed_twice_is_held_against_once(evidence):
    claims = beside(evidence, [INMSS, STATE_SPECIAL, "placement_mainstream_percent"])
    both = evidence.printed_figures[evidence.printed_figures["label_printed"] == "Halton formal position"]
    assert len(both) == 2
    assert (claims["label_printed"] == "Halton formal position").sum() == 1


def test_a_dash_in_a_report_is_no_claim(evidence):
    assert "-" in set(evidence.printed_figures["printed"])
    assert "-" not in set(beside(evidence, list(evidence.metrics))["printed"])


def test_a_claim_made_after_the_cut_off_is_not_known_yet(evidence):
    claims = beside(at(evidence, "2024-01-31"), [INMSS])
    assert set(claims["printed"]) == {"9%", "5%"}


def test_the_three_weeks_of_september_never_enter_a_series_of_full_years(evidence):
    row = evidence.rows(OVERALL, breakdown="EHC plan").iloc[-1]
    assert (row["value"], row["period_label"]) == (9.7, "1 to 21 September 2024")
    later = at(evidence, "2026-12-01")
    for series in (
        later.whole(OVERALL, breakdown="EHC plan"),
        middle(later, OVERALL, [HALTON], "EHC plan"),
        change(later, OVERALL, breakdown="EHC plan").later.to_frame().T,
    ):
        assert 9.7 not in set(series["value"])
        assert "1 to 21 September 2024" not in set(series["period_label"])
