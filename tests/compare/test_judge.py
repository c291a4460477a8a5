"""Verdicts on the shipped evidence, recomputed slowly, and on evidence that was changed."""

from __future__ import annotations

import dataclasses
from datetime import date
from statistics import mean, stdev

import pytest
from scipy import stats

from dbv_analysis.compare.baseline import baseline, since_baseline
from dbv_analysis.compare.change import comparators
from dbv_analysis.compare.claims import overclaims
from dbv_analysis.compare.grades import BETTER_PLACEBO, GRADES, MONITORING, NOT_COMPARABLE, SIGNAL, TOO_FEW
from dbv_analysis.compare.judge import judge
from dbv_analysis.compare.rank import rank_of
from dbv_analysis.model.units import PERCENT, RATE
from dbv_analysis.results.evidence import Evidence
from tests.conftest import HALTON, changed

SPECIAL, MAINSTREAM, INMSS = "placement_special_percent", "placement_mainstream_percent", "placement_inmss_percent"
IN_TIME, HOME = "plans_20_weeks_percent", "ehe_plans_count"
JANUARY_2024, JANUARY_2025 = "January 2024", "January 2025"


@pytest.fixture(scope="module")
def later(evidence: Evidence) -> Evidence:
    """The same evidence when the first count after the programme began was out."""
    return dataclasses.replace(evidence, cut_off=date(2025, 7, 1))


def values(evidence: Evidence, metric_id: str, label: str, areas: list[str] | None = None) -> dict[str, float]:
    rows = evidence.rows(metric_id, areas)
    rows = rows[(rows["period_label"] == label) & rows["value"].notna()]
    return dict(zip(rows["area_code"], rows["value"], strict=True))


def test_at_the_shipped_cut_off_no_share_with_comparators_can_show_an_effect(evidence):
    judged = 0
    for metric in evidence.metrics.values():
        for breakdown in evidence.rows(metric.id)["breakdown"].unique():
            if metric.unit is PERCENT and comparators(evidence.series(metric.id, breakdown)):
                found = judge(evidence.series(metric.id, breakdown))
                assert (found.grade, found.since, found.estimate) == (MONITORING, None, None)
                judged += 1
    assert judged > 15
    assert judge(evidence.series(SPECIAL)).why == (
        "The newest figure is from January 2024, before the programme began in April 2024, "
        "so it cannot show what the programme did."
    )


def test_the_change_since_the_baseline_starts_before_the_programme_and_ends_after(later):
    assert baseline(later.series(INMSS))["period_label"] == JANUARY_2024
    since = since_baseline(later.series(INMSS))
    assert (since.earlier["period_label"], since.later["period_label"]) == (JANUARY_2024, JANUARY_2025)
    for metric_id in later.metrics:
        since = since_baseline(later.series(metric_id))
        assert since is None or since.earlier["period_end"] < later.start <= since.later["period_start"]


def test_a_year_that_the_programme_began_in_shows_nothing(later):
    """The year 2024 began three months before the programme."""
    found = judge(later.series(IN_TIME))
    assert (found.grade, found.since) == (MONITORING, None)
    assert "2024, part of which is from before the programme began in April 2024" in found.why


def test_a_forecast_is_no_figure(later):
    assert since_baseline(later.series("dsg_expenditure", "Target")) is None


@pytest.mark.parametrize("metric_id", [SPECIAL, MAINSTREAM, INMSS])
def test_the_estimate_and_the_placebos_are_what_a_slow_recomputation_gives(later, metric_id):
    codes = later.neighbours.codes

    def slowly(first: str, last: str) -> tuple[float, float, float]:
        before, after = values(later, metric_id, first, codes), values(later, metric_id, last, codes)
        others = [after[code] - before[code] for code in codes if code in before and code in after]
        own = values(later, metric_id, last)[HALTON] - values(later, metric_id, first)[HALTON]
        n = len(others)
        half = stats.t.ppf(0.975, n - 1) * stdev(others) * (1 + 1 / n) ** 0.5
        did = own - mean(others)
        return did, did - half, did + half

    found = judge(later.series(metric_id))
    assert found.grade == MONITORING
    assert found.estimate.areas == 10
    one = found.estimate
    assert (one.value, one.low, one.high) == pytest.approx(slowly(JANUARY_2024, JANUARY_2025))
    # From January 2022 to January 2023 the return changed: no placebo spans it.
    pairs = [(f"January {year}", f"January {year + 1}") for year in (2019, 2020, 2021, 2023)]
    assert [(p.value, p.low, p.high) for p in found.placebos] == [pytest.approx(slowly(*pair)) for pair in pairs]
    assert [p.of for p in found.placebos] == [" to ".join(pair) for pair in pairs]


def test_a_large_improvement_put_into_the_shipped_evidence_gets_the_highest_grade(later):
    found = judge(changed(later, INMSS, JANUARY_2025, value=2.0, numerator=34).series(INMSS))
    assert found.grade == BETTER_PLACEBO
    assert found.estimate.high < 0
    assert "below the average change of 10 similar areas" in found.why


def test_a_share_that_is_better_by_chance_no_way_is_a_signal_at_most(later):
    assert judge(changed(later, SPECIAL, JANUARY_2025, value=10.0, numerator=171).series(SPECIAL)).grade == SIGNAL


def test_a_large_move_for_the_worse_is_a_signal_and_says_so(later):
    found = judge(changed(later, INMSS, JANUARY_2025, value=20.0, numerator=342).series(INMSS))
    assert found.grade == SIGNAL
    assert "the worse direction" in found.why


def test_figures_of_different_seasons_are_refused_with_the_reason(evidence):
    found = judge(evidence.series(HOME))
    assert found.grade == NOT_COMPARABLE
    assert "different times of the year" in found.why


def test_too_few_cases_are_too_few_to_tell(later):
    few = judge(changed(later, INMSS, JANUARY_2025, value=0.4, numerator=7).series(INMSS))
    assert (few.grade, few.estimate) == (TOO_FEW, None)
    assert "Only 7 cases" in few.why
    same = judge(changed(later, INMSS, JANUARY_2025, value=100 * 122 / 1524 + 0.01).series(INMSS))
    assert same.grade == TOO_FEW
    assert "0.07 percentage points, more than the whole change" in same.why


def test_a_rate_that_falls_to_nothing_is_too_few_though_its_cases_are_not_published(evidence):
    much_later = dataclasses.replace(evidence, cut_off=date(2026, 12, 1))
    found = judge(much_later.series("exclusion_rate", "EHC plan"))
    assert found.since.later["value"] == 0
    assert found.grade == TOO_FEW


def test_the_same_part_of_a_year_serves_where_no_whole_year_does(evidence):
    much_later = dataclasses.replace(evidence, cut_off=date(2026, 12, 1))
    since = since_baseline(much_later.series("suspension_rate", "EHC plan"))
    assert since.metric.unit is RATE
    assert (since.earlier["period_label"], since.later["period_label"]) == ("spring term 2024", "spring term 2025")


def test_a_place_among_similar_areas_is_what_sorting_gives(later):
    everyone = values(later, INMSS, JANUARY_2025, later.neighbours.codes) | values(later, INMSS, JANUARY_2025)
    found = rank_of(later.series(INMSS))
    assert found.of == len(everyone) == 11
    assert found.rank == sorted(everyone.values()).index(everyone[HALTON]) + 1 == 9
    assert found.quartile == 3
    assert rank_of(later.series(SPECIAL)).quartile is None
    assert rank_of(later.series("caseload_count")) is None


def test_areas_with_the_same_figure_share_the_better_place(later):
    best = min(values(later, INMSS, JANUARY_2025, later.neighbours.codes).values())
    found = rank_of(changed(later, INMSS, JANUARY_2025, value=best).series(INMSS))
    assert (found.rank, found.quartile) == (1, 1)
    assert found.text.startswith("joint number 1 of 11")


def test_a_verdict_is_worked_out_once(later):
    assert judge(later.series(INMSS)) is judge(later.series(INMSS))


def test_no_reason_claims_more_than_its_grade(evidence):
    for day in (date(2024, 9, 26), date(2025, 7, 1), date(2026, 12, 1)):
        known = dataclasses.replace(evidence, cut_off=day)
        for metric_id in known.metrics:
            for breakdown in known.rows(metric_id)["breakdown"].unique():
                found = judge(known.series(metric_id, breakdown))
                assert found.grade in GRADES
                assert overclaims(found.why, found.grade) == []
                assert found.why.endswith(".")
                assert "nan" not in found.why
