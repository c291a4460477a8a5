"""For any figure in place of a printed one, a check finds it wrong exactly where plain arithmetic does."""

from __future__ import annotations

import dataclasses
import math
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dbv_analysis.checks import AGREES, CHECKS, DISAGREES, ROUNDING
from dbv_analysis.results.evidence import Evidence
from tests.checks.test_checks import ENGLAND, MENDED, PLANTED, found, with_cells, with_result
from tests.conftest import HALTON
from tests.soak import examples

MAINSTREAM, JANUARY = "placement_mainstream_percent", {"area_code": HALTON, "period_label": "January 2024"}
TOLD = "“Placement into Maintained Mainstream Schools (MMS)”, Halton, 2024"

a_few = settings(
    max_examples=examples(5, 12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def verdicts(evidence: Evidence, check: str, what: str) -> set[str]:
    results = CHECKS[check].find(dataclasses.replace(evidence))
    return {result.verdict for result in results if what in result.what}


def test_every_check_is_held_by_a_figure_that_is_mended_or_one_that_is_planted():
    held = {check for check, *_ in (*MENDED, *PLANTED)}
    assert held == set(CHECKS)


@a_few
@given(tenths=st.integers(0, 1000))
def test_a_printed_share_agrees_where_the_published_one_rounds_to_it_and_is_cut_off_where_it_floors(evidence, tenths):
    printed = tenths / 10
    rows = evidence.whole(MAINSTREAM)
    holds = rows.loc[rows["period_label"] == "January 2024", "value"].iloc[0]
    odd = with_cells(
        evidence,
        "printed_figures",
        {"metric_id": MAINSTREAM, "period_printed": "2024"},
        value=printed,
        printed=f"{printed:.1f}%",
    )
    if f"{holds:.1f}" == f"{printed:.1f}":
        expected = AGREES
    else:
        expected = ROUNDING if math.floor(holds * 10) == tenths else DISAGREES
    assert verdicts(odd, "published_figure", TOLD) == {expected}


@a_few
@given(pounds=st.integers(-1_000_000, 1_000_000))
def test_a_path_disagrees_where_its_implied_funding_is_further_from_every_other_than_rounding_allows(evidence, pounds):
    rows = evidence.rows("dsg_implied_funding")
    rows = rows[rows["period_label"] == "2026"].set_index("breakdown")["value"]
    value = rows["Target"] + pounds
    odd = with_result(
        evidence,
        {"metric_id": "dsg_implied_funding", "breakdown": "Target", "period_label": "2026"},
        value=value,
    )
    apart = min(abs(value - rows[path]) for path in ("Stretch", "Unmitigated"))
    assert (verdicts(odd, "deficit_identity", "Target path, 2026") == {DISAGREES}) == (apart > 300_000)


@a_few
@given(pounds=st.integers(0, 60_000))
def test_lines_add_up_exactly_where_their_sum_is_the_total(evidence, pounds):
    odd = with_cells(evidence, "grant", {"line": "Room hire", "measure": "spend"}, pounds=float(pounds))
    grant = odd.lists["grant"]
    grant = grant[(grant["measure"] == "spend") & (grant["period_label"] == "2024-25-Q2")]
    lines, total = grant[grant["line"] != "All lines"], grant[grant["line"] == "All lines"]
    expected = AGREES if sum(lines["pounds"]) == total["pounds"].iloc[0] else DISAGREES
    assert verdicts(odd, "lines_and_total", "Lines of 2024-25-Q2") == {expected}
    assert verdicts(odd, "not_itemised", "2024-25-Q2") == {expected}


@a_few
@given(here=st.integers(0, 2000), there=st.integers(0, 2000))
def test_a_gain_was_larger_elsewhere_exactly_where_the_difference_in_differences_is_above_zero(evidence, here, there):
    """Suspensions, where lower is better: from 12.07 here and 15.72 in England."""
    rate = {"metric_id": "suspension_rate", "breakdown": "EHC plan"}
    odd = with_cells(evidence, "printed_figures", {**rate, "area_code": HALTON, "printed": "7.35%"}, value=here / 100)
    odd = with_cells(odd, "printed_figures", {**rate, "area_code": ENGLAND, "printed": "7.93"}, value=there / 100)
    apart = (here - 1207) - (there - 1572)
    if apart != 0:
        expected = DISAGREES if apart > 0 else AGREES
        assert verdicts(odd, "opposite_elsewhere", "Suspensions of pupils with plans") == {expected}


@a_few
@given(hundredths=st.integers(0, 100))
def test_a_change_of_less_than_two_children_is_too_few(evidence, hundredths):
    rate = {"metric_id": "exclusion_rate", "area_code": HALTON, "printed": "0.13%"}
    odd = with_cells(evidence, "printed_figures", rate, value=hundredths / 100)
    children = abs(0.06 - hundredths / 100) / 100 * 1524
    expected = DISAGREES if children < 2 else AGREES
    assert verdicts(odd, "too_few", "Permanent exclusions") == {expected}


@a_few
@given(first=st.integers(0, 364), second=st.integers(0, 364))
def test_two_counts_on_a_day_compare_exactly_where_they_are_of_one_month_and_one_way_of_counting(
    evidence, first, second
):
    """From 2023 on, so that no change of the return lies between."""
    earlier, later = date(2023, 1, 1) + timedelta(first), date(2024, 1, 1) + timedelta(second)
    odd = with_cells(
        evidence, "claims", {"metric_id": MAINSTREAM}, earlier=earlier.isoformat(), later=later.isoformat()
    )
    expected = AGREES if earlier.month == later.month else DISAGREES
    assert verdicts(odd, "unlike_periods", "maintained mainstream") == {expected}


@a_few
@given(count=st.integers(1, 900))
def test_a_share_and_its_number_go_apart_exactly_where_one_rises_and_the_other_falls(evidence, count):
    """483 of 1,319 plans were in mainstream schools in January 2023, and the share rose."""
    rows = evidence.whole(MAINSTREAM).set_index("period_label")
    before = rows.loc["January 2023", "numerator"]
    odd = with_result(evidence, {"metric_id": MAINSTREAM, **JANUARY}, numerator=float(count))
    expected = DISAGREES if count < before else AGREES
    assert verdicts(odd, "share_and_number", "maintained mainstream") == {expected}


@a_few
@given(pounds=st.integers(1, 99_999))
def test_an_amount_is_out_by_a_thousand_exactly_where_its_letter_makes_it_more_than_its_quarter(evidence, pounds):
    where = {"line": "Room hire", "measure": "spend"}
    plain = with_cells(evidence, "grant", where, printed=f"£{pounds:,}", pounds=float(pounds))
    read_right = with_cells(evidence, "grant", where, printed=f"£{pounds:,}k", pounds=float(pounds))
    read_by_the_letter = with_cells(evidence, "grant", where, printed=f"£{pounds:,}k", pounds=float(1000 * pounds))
    what = "Room hire, spend, 2024-25-Q2"
    assert bool(found(plain, "unit_scale", what=what)) == (pounds > 42_940)
    assert found(read_right, "unit_scale", what=what)
    assert bool(found(read_by_the_letter, "unit_scale", what=what)) == (pounds * 1000 > 42_940)


@pytest.mark.parametrize("growth", [f"{n / 10:.1f}" for n in range(250, 262)])
def test_a_growth_agrees_where_it_rounds_to_the_printed_one(evidence, growth):
    """215 new plans in 2022, 270 in 2023: 25.58%."""
    odd = with_cells(evidence, "claims", {"kind": "growth"}, printed=f"{growth}% increase")
    expected = {"25.6": AGREES, "25.5": ROUNDING}.get(growth, DISAGREES)
    assert verdicts(odd, "growth", "New plans") == {expected}
