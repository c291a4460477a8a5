"""Grades: of numbers alone, and over made-up boroughs with and without an effect."""

from __future__ import annotations

from statistics import mean

import numpy as np
import pytest

from dbv_analysis.compare.grades import BETTER, BETTER_PLACEBO, MONITORING, SIGNAL, grade_of
from dbv_analysis.compare.intervals import Estimate, difference_in_differences, placebos_in_space
from dbv_analysis.model.units import HIGHER, LOWER, NEITHER

BOROUGHS, COMPARATORS, PLANS, SHARE, EARLIER = 2_000, 10, 1_200, 0.4, 3


def made_up(effect: float = 0.0) -> np.ndarray:
    """Changes in points, boroughs × areas (the borough first) × years (the last since the start), of seeded counts.

    Each year every area's share is 40% and noise of its own; ``effect`` is added to the borough's last year.
    """
    random = np.random.default_rng(20240401)
    shares = SHARE + random.normal(0, 0.015, (BOROUGHS, COMPARATORS + 1, EARLIER + 2))
    shares[:, 0, -1] += effect / 100
    return np.diff(100 * random.binomial(PLANS, shares) / PLANS, axis=2)


def graded(changes: np.ndarray, better: str = HIGHER) -> tuple[list[Estimate], list[str]]:
    estimates, grades = [], []
    for borough in changes:
        own, others = borough[0], borough[1:]
        did = difference_in_differences(own[-1], others[:, -1])
        in_time = own[:-1] - others[:, :-1].mean(axis=0)
        estimates.append(did)
        grades.append(grade_of(better, did, None, in_time.tolist(), placebos_in_space(others[:, -1].tolist())))
    return estimates, grades


def test_without_an_effect_19_of_20_intervals_cover_zero_and_few_boroughs_get_the_highest_grade():
    estimates, grades = graded(made_up())
    covered = sum(not one.excludes_zero for one in estimates) / BOROUGHS
    assert 0.93 <= covered <= 0.97
    assert grades.count(BETTER_PLACEBO) / BOROUGHS < 0.05
    assert (grades.count(BETTER) + grades.count(BETTER_PLACEBO)) / BOROUGHS < 0.05


def test_a_large_effect_that_was_planted_is_found_and_its_size_is_right():
    estimates, grades = graded(made_up(effect=15))
    assert grades.count(BETTER_PLACEBO) / BOROUGHS > 0.9
    assert mean(one.value for one in estimates) == pytest.approx(15, abs=0.3)
    assert sum(one.low <= 15 <= one.high for one in estimates) / BOROUGHS == pytest.approx(0.95, abs=0.02)


def test_an_effect_in_the_worse_direction_is_never_better():
    assert not {BETTER, BETTER_PLACEBO} & set(graded(made_up(effect=15)[:200], LOWER)[1])


def an_estimate(value: float, half: float) -> Estimate:
    return Estimate(value, value - half, value + half, 10, "made up")


def test_the_grade_rises_with_what_is_ruled_out():
    clear, vague = an_estimate(4, 1), an_estimate(1, 2)
    assert grade_of(HIGHER, vague, vague, [], []) == MONITORING
    assert grade_of(HIGHER, None, None, [], []) == MONITORING
    assert grade_of(HIGHER, vague, clear, [], []) == SIGNAL
    assert grade_of(HIGHER, clear, None, [], []) == BETTER
    assert grade_of(HIGHER, clear, None, [1, -2], [3, -9]) == BETTER_PLACEBO


@pytest.mark.parametrize(("in_time", "in_space"), [([1], [0]), ([1, -5], [0]), ([1, 2], [4.5]), ([1, 2], [])])
def test_one_placebo_as_large_or_too_few_of_them_keep_the_grade_down(in_time, in_space):
    assert grade_of(HIGHER, an_estimate(4, 1), None, in_time, in_space) == BETTER


def test_a_difference_the_worse_way_or_where_no_way_is_better_is_a_signal():
    assert grade_of(LOWER, an_estimate(4, 1), None, [0, 0], [0]) == SIGNAL
    assert grade_of(NEITHER, an_estimate(4, 1), None, [0, 0], [0]) == SIGNAL
    assert grade_of(LOWER, an_estimate(-4, 1), None, [0, 0], [9]) == BETTER_PLACEBO
