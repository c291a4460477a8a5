"""Grades and intervals exactly where they turn, and what an estimate says of itself."""

from __future__ import annotations

import pytest

from dbv_analysis.compare.change import Change, PerTerm
from dbv_analysis.compare.control_limits import Xmr
from dbv_analysis.compare.grades import BETTER, BETTER_PLACEBO, MONITORING, SIGNAL, grade_of
from dbv_analysis.compare.intervals import (
    Estimate,
    change_interval,
    difference_in_differences,
    placebos_in_space,
    ratio_interval,
)
from dbv_analysis.compare.judge import Verdict
from dbv_analysis.compare.rank import Rank
from dbv_analysis.model.units import HIGHER, LOWER, NEITHER


def about(value: float, half: float = 1.0) -> Estimate:
    return Estimate(value, value - half, value + half, 10, "made up")


@pytest.mark.parametrize(
    ("low", "high", "excludes"), [(-1, 1, False), (0, 1, False), (-1, 0, False), (0.1, 1, True), (-1, -0.1, True)]
)
def test_an_interval_holds_its_ends(low, high, excludes):
    assert Estimate(0.5, low, high, 10, "made up").excludes_zero is excludes
    assert Estimate(0.5, low + 1, high + 1, 10, "made up", no_effect=1).excludes_zero is excludes


@pytest.mark.parametrize(
    ("better", "did", "in_time", "in_space", "grade"),
    [
        (HIGHER, about(4), [3.9, -3.9], [3.9], BETTER_PLACEBO),
        (HIGHER, about(4), [4, 0], [0], BETTER),
        (HIGHER, about(4), [0, -4], [0], BETTER),
        (HIGHER, about(4), [0, 0], [4], BETTER),
        (HIGHER, about(4), [0, 0], [-9], BETTER_PLACEBO),
        (HIGHER, about(4), [0, 0], [], BETTER),
        (HIGHER, about(4), [0], [0], BETTER),
        (HIGHER, about(0.5, 0.1), [0, 0], [0], BETTER_PLACEBO),
        (HIGHER, about(-4), [0, 0], [0], SIGNAL),
        (LOWER, about(-4), [0, 0], [-3.9, 9], BETTER_PLACEBO),
        (LOWER, about(-4), [0, 0], [-4], BETTER),
        (LOWER, about(4), [0, 0], [0], SIGNAL),
        (NEITHER, about(4), [0, 0], [0], SIGNAL),
        (NEITHER, about(-4), [0, 0], [0], SIGNAL),
        (HIGHER, about(0.5), [0, 0], [0], MONITORING),
    ],
)
def test_a_grade_turns_where_a_placebo_is_as_large(better, did, in_time, in_space, grade):
    assert grade_of(better, did, None, in_time, in_space) == grade


def test_the_authoritys_own_interval_gives_a_signal_at_most():
    assert grade_of(HIGHER, None, about(4), [0, 0], [0]) == SIGNAL
    assert grade_of(HIGHER, about(0.5), about(4), [0, 0], [0]) == SIGNAL
    assert grade_of(HIGHER, None, about(0.5), [0, 0], [0]) == MONITORING


def test_an_estimate_says_what_it_is_of():
    difference = difference_in_differences(5, [-2, -1, 0, 1, 2])
    assert (difference.of, difference.areas, difference.no_effect) == ("change less the mean change of 5 areas", 5, 0)
    assert difference_in_differences(5, [-2, -1, 0, 1, 2], of="the year").of == "the year"
    share = change_interval(48, 80, 56, 70)
    assert (share.of, share.areas, share.no_effect) == ("difference of two shares, percentage points", 0, 0)
    ratio = ratio_interval(1, 1)
    assert (ratio.of, ratio.areas, ratio.no_effect, ratio.value) == ("ratio of two rates", 0, 1, 1)


def test_another_confidence_gives_another_interval():
    high = 5 + 2.132 * 2.5**0.5 * 1.2**0.5  # t(4) at 90%
    assert difference_in_differences(5, [-2, -1, 0, 1, 2], 0.9).high == pytest.approx(high, abs=0.002)
    for interval in (change_interval, ratio_interval):
        wide, narrow = interval(48, 80, 56, 70), interval(48, 80, 56, 70, confidence=0.5)
        assert wide.low < narrow.low < narrow.value < narrow.high < wide.high


def test_a_placebo_in_space_needs_another_area():
    assert placebos_in_space([]) == placebos_in_space([3.0]) == []
    assert placebos_in_space([3.0, 1.0]) == [2, -2]


@pytest.mark.parametrize("events", [(0, 3), (3, 0), (-1, 3)])
def test_a_ratio_needs_events(events):
    with pytest.raises(ValueError, match="events in both"):
        ratio_interval(*events)


@pytest.mark.parametrize("kind", [Change, PerTerm, Xmr, Estimate, Verdict, Rank])
def test_what_was_said_is_not_to_be_changed(kind):
    assert kind.__dataclass_params__.frozen
