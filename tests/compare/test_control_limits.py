"""The individuals chart, against a published example."""

from __future__ import annotations

import dataclasses
from datetime import date
from itertools import pairwise

import pytest

from dbv_analysis.charts import control_chart
from dbv_analysis.compare.control_limits import control, xmr
from dbv_analysis.model.units import RATE
from dbv_analysis.results.evidence import Evidence

FLOW = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]


def test_the_limits_are_those_of_a_published_example():
    """Flow rates of the NIST/SEMATECH e-Handbook, 6.3.2.2: centre 50.81, limits 45.816 and 55.804."""
    found = xmr(FLOW, 10)
    assert (found.centre, found.lower, found.upper) == pytest.approx((50.81, 45.816, 55.804), abs=0.002)
    assert found.trial
    assert found.signals == ()


def test_a_point_outside_the_limits_and_a_run_of_eight_are_signals():
    assert xmr([*FLOW, 56.0, 50.0], 10).signals == (10,)
    assert xmr([*FLOW[:6], 50.0, *[51.0] * 8], 7).signals == tuple(range(7, 15))
    assert xmr([*FLOW[:6], 49.0, *[51.0] * 7], 7).signals == ()


def test_what_the_limits_come_from_is_no_signal_and_twelve_values_end_the_trial():
    steady = [10, 11, 10, 9] * 3
    assert xmr([*steady, 30], 12).signals == (12,)
    assert not xmr(steady, 12).trial
    assert xmr([10.0] * 8 + [11.0] * 8, 16).signals == ()
    with pytest.raises(ValueError, match="at least 2"):
        xmr([1.0], 1)


# A measure's own series


SUSPENSIONS, PUPILS = "suspension_rate", "EHC plan"


def test_the_series_of_a_measure_of_terms_is_its_terms_since_the_last_day_nothing_compares_across(evidence: Evidence):
    """Schools were open again from March 2021, so the first whole term is that summer's."""
    rows, limits = control(evidence.series(SUSPENSIONS, PUPILS))
    assert list(rows["period_label"])[:2] == ["summer term 2021", "autumn term 2021"]
    assert len(rows) == 7
    values = list(rows["value"])
    moves = [abs(b - a) for a, b in pairwise(values)]
    assert limits.centre == pytest.approx(sum(values) / 7)
    assert limits.upper - limits.centre == pytest.approx(2.66 * sum(moves) / 6)
    assert limits.trial


def test_the_limits_stay_locked_on_what_was_over_when_the_programme_began(evidence: Evidence):
    later = dataclasses.replace(evidence, cut_off=date(2026, 12, 1))
    rows, limits = control(later.series(SUSPENSIONS, PUPILS))
    before = rows[rows["period_end"] < later.start]["value"]
    assert limits.centre == pytest.approx(before.mean())
    assert len(rows) > len(before)


@pytest.mark.parametrize("metric_id", ["placement_special_percent", "inmss_unit_cost_average", "dsg_in_year_deficit"])
def test_a_series_with_too_short_a_past_has_no_limits(evidence: Evidence, metric_id: str):
    """A break leaves two counts of placements, a cost is known once, and forecasts are not what happened."""
    assert control(evidence.series(metric_id)) is None


def test_a_chart_says_in_words_and_in_its_table_what_it_draws(evidence: Evidence):
    rows, _ = control(evidence.series(SUSPENSIONS, PUPILS))
    odd = rows.assign(value=[4.0, 4.2, 3.9, 4.1, 4.0, 4.2, 9.0])
    figure = control_chart(
        odd,
        xmr(odd["value"].tolist(), 6),
        title="Suspensions",
        name="Halton",
        measure="Suspensions, rate",
        write=RATE.write,
        caption=[],
        start=evidence.start,
    )
    assert "upper trial limit" in figure.alt
    assert figure.alt.endswith("Departs: summer term 2023.")
    assert [row[-1] for row in figure.table.rows] == ["no"] * 6 + ["yes"]
    assert figure.png.startswith(b"\x89PNG")
