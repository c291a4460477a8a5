"""Printed figures beside the published figures of the same measure, area and period, on the shipped data."""

from __future__ import annotations

import dataclasses
from datetime import date

import pandas as pd
import pytest

from dbv_analysis.checks.printed import beside
from dbv_analysis.results.evidence import Evidence

SPECIAL, STATE_SPECIAL = "placement_special_percent", "placement_state_special_percent"
INMSS, OVERALL = "placement_inmss_percent", "overall_absence_percent"
SUSPENSIONS, PUPILS, AT_HOME = "suspension_rate", "EHC plan", "ehe_plans_count"
PLACED, REQUESTS, NEW_PLANS = "inmss_placements_count", "requests_count", "new_plans_count"
ENGLAND = "E92000001"


def at(evidence: Evidence, day: str) -> Evidence:
    return dataclasses.replace(evidence, cut_off=date.fromisoformat(day))


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


@pytest.mark.parametrize(("metric_id", "printed", "year"), [(NEW_PLANS, "270", 2023), (REQUESTS, "409", 2023)])
def test_a_count_printed_under_a_year_without_a_figure_names_the_year_whose_it_is(evidence, metric_id, printed, year):
    said = claim(beside(evidence, [metric_id]), printed, "2024")
    assert (said["published"], said["period_label"]) == ("", "2024")
    assert pd.isna(said["agrees"])
    title = evidence.metrics[metric_id].title.lower()
    assert said["matches"] == f"{title} in {year}"
    then = evidence.rows(metric_id)
    assert list(then.loc[then["period_label"] == str(year), "value"]) == [float(printed)]


def test_a_count_printed_under_the_year_after_its_own_does_not_agree_and_names_it(evidence):
    said = claim(beside(evidence, [REQUESTS]), "383", "2023")
    assert not said["agrees"]
    assert not pd.isna(said["agrees"])
    assert (said["published"], said["matches"]) == ("409", "requests for assessment in 2022")


def with_claim(evidence: Evidence, printed: str, /, **to: object) -> Evidence:
    """The evidence, but for what a report prints in place of ``printed``."""
    claims = evidence.printed_figures.copy()
    claims.loc[claims["printed"] == printed, list(to)] = list(to.values())
    return dataclasses.replace(evidence, lists={**evidence.lists, "printed_figures": claims})


def test_a_count_that_is_of_no_year_has_no_verdict_and_names_none(evidence):
    odd = with_claim(evidence, "270", printed="271", value=271.0)
    said = claim(beside(odd, [NEW_PLANS]), "271", "2024")
    assert pd.isna(said["agrees"])
    assert (said["published"], said["matches"]) == ("", "")


def test_a_count_is_not_looked_for_among_other_measures_where_nothing_is_published_for_its_year(evidence):
    """As many plans may have ceased in some year as a report calls new; that says nothing of new plans."""
    other = next(iter(evidence.rows("plans_ceased_count")["value"]))
    odd = with_claim(evidence, "270", printed=f"{other:.0f}", value=other)
    said = claim(beside(odd, [NEW_PLANS]), f"{other:.0f}", "2024")
    assert said["matches"] == ""


def test_a_rate_printed_for_a_year_without_a_figure_is_not_said_to_be_another_years(evidence):
    rate = evidence.rows(SUSPENSIONS, breakdown=PUPILS).iloc[-1]
    odd = with_claim(evidence, "7.35%", printed=f"{rate['value']:.2f}%", value=rate["value"])
    claims = beside(odd, [SUSPENSIONS])
    assert (claims["printed"] == f"{rate['value']:.2f}%").any()
    assert set(claims["matches"]) == {""}


def test_a_whole_percentage_that_does_not_agree_is_not_said_to_be_another_years(evidence):
    """Some year rounds to almost any whole percentage."""
    said = claim(beside(evidence, [OVERALL]), "13%", "2022/23 academic year")
    assert not said["agrees"]
    assert said["matches"] == ""
    others = evidence.whole(OVERALL, breakdown=PUPILS)["value"]
    assert 13 in {round(value) for value in others}


def test_sums_of_money_agree_to_the_pound_and_averages_to_the_penny(evidence):
    claims = beside(evidence, ["transport_spend", "transport_unit_cost_average", "grant_spend"])
    assert set(claims["printed"]) == {"£3,977.65", "£11,047.50", "£5,415.36", "£2,902,634", "£369,180"}
    assert claims["agrees"].all()
    assert list(claims["published"]) == list(claims["printed"])


def test_a_figure_printed_without_a_year_is_called_wrong_only_where_it_holds_for_no_year(evidence):
    every = beside(evidence, list(evidence.metrics))
    undated = every[every["period_printed"].eq("not stated") & every["agrees"].eq(False)]
    wrong = [claim for claim in undated.to_dict("records") if not claim["matches"]]
    assert {"50.7%", "91.2%"} <= {claim["printed"] for claim in wrong}
    for claim in wrong:
        areas = evidence.results.loc[evidence.results["area_name"] == claim["area_name"], "area_code"].unique()
        rows = evidence.rows(claim["metric_id"], areas=list(areas), breakdown=claim["breakdown"])
        decimals = len(claim["printed"].partition(".")[2].rstrip("% "))
        assert claim["printed"] not in {f"{value:.{decimals}f}%" for value in rows["value"]}
