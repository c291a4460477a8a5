"""How far a change may be chance: against the library, published examples and hand-worked sums."""

from __future__ import annotations

import math
from statistics import mean, stdev

import pytest
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep
from statsmodels.stats.rates import confint_poisson_2indep

from dbv_analysis.compare.intervals import (
    change_interval,
    difference_in_differences,
    placebos_in_space,
    ratio_interval,
    share_interval,
)

OTHERS = [1.0, -0.5, 0.2, 0.7, -1.1, 0.4]


@pytest.mark.parametrize(
    ("number", "of", "low", "high"),
    [(81, 263, 25.53, 36.62), (15, 148, 6.24, 16.05), (0, 20, 0.0, 16.11), (1, 29, 0.61, 17.18)],
)
def test_a_share_has_the_score_interval_that_newcombe_published(number, of, low, high):
    """Newcombe 1998, Statistics in Medicine 17: 857-872, table I, method 3."""
    assert [round(float(end), 2) for end in share_interval(number, of)] == [low, high]


def test_shares_of_nothing_have_no_interval_and_other_confidence_another():
    low, high = share_interval([1, 0], [29, 0])
    assert float(share_interval(1, 1)[1]) == pytest.approx(100)
    assert (math.isnan(low[1]), math.isnan(high[1]), round(float(low[0]), 2)) == (True, True, 0.61)
    narrower = [float(end) for end in share_interval(1, 29, confidence=0.5)]
    assert low[0] < narrower[0] < narrower[1] < high[0]


def test_the_difference_of_two_shares_has_the_interval_that_newcombe_published():
    """Newcombe 1998, Statistics in Medicine 17: 56 of 70 against 48 of 80, method 10."""
    found = change_interval(earlier_n=48, earlier_of=80, later_n=56, later_of=70)
    assert found.value == pytest.approx(20.0)
    assert (round(found.low, 2), round(found.high, 2)) == (5.24, 33.39)
    assert found.excludes_zero


def test_the_difference_of_two_shares_is_later_less_earlier_as_the_library_has_it():
    low, high = confint_proportions_2indep(140, 1712, 122, 1524, method="newcomb", compare="diff")
    found = change_interval(122, 1524, 140, 1712)
    assert (found.low, found.high) == pytest.approx((100 * low, 100 * high))
    assert not found.excludes_zero


def test_the_hybrid_score_interval_is_wilsons_limits_put_together():
    def wilson(n: int, of: int) -> tuple[float, float]:
        z, p = 1.959963984540054, n / of
        middle, half = p + z * z / (2 * of), z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
        return (middle - half) / (1 + z * z / of), (middle + half) / (1 + z * z / of)

    (l1, u1), (l2, u2) = wilson(56, 70), wilson(48, 80)
    p1, p2 = 56 / 70, 48 / 80
    low = p1 - p2 - math.sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2)
    high = p1 - p2 + math.sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2)
    found = change_interval(48, 80, 56, 70)
    assert (found.low, found.high) == pytest.approx((100 * low, 100 * high))


def test_the_ratio_of_two_rates_has_the_librarys_score_interval():
    found = ratio_interval(15, 41, 19_017, 28_010)
    low, high = confint_poisson_2indep(41, 28_010, 15, 19_017, method="score", compare="ratio")
    assert found.value == pytest.approx(41 / 28_010 / (15 / 19_017))
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.excludes_zero


def test_at_its_limits_a_ratio_of_rates_is_just_as_far_from_the_counts_as_95_per_cent_allows():
    """41 cases in 28,010 person-years against 15 in 19,017: the score statistic, worked by hand, is ±1.96."""
    found, exposure = ratio_interval(15, 41, 19_017, 28_010), 28_010 / 19_017
    scores = [(41 - 15 * exposure * r) / math.sqrt((41 + 15) * exposure * r) for r in (found.low, found.high)]
    assert scores == pytest.approx([1.95996, -1.95996], abs=1e-4)


def test_a_ratio_of_one_is_no_effect():
    assert not ratio_interval(100, 100).excludes_zero
    with pytest.raises(ValueError, match="events in both"):
        ratio_interval(0, 3)


def test_a_difference_in_differences_is_a_t_prediction_interval():
    found = difference_in_differences(3.0, OTHERS)
    n = len(OTHERS)
    half = stats.t.ppf(0.975, n - 1) * stdev(OTHERS) * math.sqrt(1 + 1 / n)
    assert found.areas == n
    assert found.value == pytest.approx(3.0 - mean(OTHERS))
    assert (found.low, found.high) == pytest.approx((found.value - half, found.value + half))


def test_a_difference_in_differences_worked_by_hand():
    """Changes −2 −1 0 1 2: mean 0, s √2.5, t(4) 2.776; 2.776 × 1.5811 × √1.2 = 4.809."""
    found = difference_in_differences(5, [-2, -1, 0, 1, 2])
    assert (found.value, round(found.low, 2), round(found.high, 2)) == (5, 0.19, 9.81)


def test_fewer_than_five_comparators_give_no_estimate():
    assert difference_in_differences(3.0, [1, 2, 3, 4]) is None
    assert difference_in_differences(3.0, [1, 2, 3, 4, 5]) is not None


def test_a_placebo_in_space_leaves_its_own_area_out_of_the_mean():
    slowly = [one - mean(OTHERS[:place] + OTHERS[place + 1 :]) for place, one in enumerate(OTHERS)]
    assert placebos_in_space(OTHERS) == pytest.approx(slowly)
