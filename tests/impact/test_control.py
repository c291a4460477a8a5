"""The individuals chart, against a published example."""

from __future__ import annotations

import pytest

from dbv_analysis.impact.control import xmr

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
