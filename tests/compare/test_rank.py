"""The place of a made-up authority among its similar areas."""

from __future__ import annotations

import pytest

from dbv_analysis.compare.rank import rank_of
from dbv_analysis.model.units import COUNT, HIGHER, LOWER, NEITHER, PERCENT, POUNDS, RATE
from tests.compare.made_up import ask, made_up


def ranked(own: float, others: list[object], better: str = LOWER, unit=PERCENT):
    rows = "\n".join(f"N{number}  2024-01-18  {value}" for number, value in enumerate(others, start=1))
    return ask(
        rank_of, made_up(f"area  period  value\nOwn  2024-01-18  {own}\nFar  2024-01-18  0\n{rows}", unit, better)
    )


@pytest.mark.parametrize(
    ("own", "better", "rank", "quartile", "tied"),
    [
        (10, LOWER, 1, 1, False),
        (10, HIGHER, 8, 4, False),
        (10, NEITHER, 8, None, False),
        (21, LOWER, 1, 1, False),
        (32, LOWER, 2, 1, False),
        (32, HIGHER, 7, 4, False),
        (43, LOWER, 3, 2, False),
        (54, LOWER, 4, 2, False),
        (65, LOWER, 5, 3, False),
        (65, HIGHER, 4, 2, False),
        (90, LOWER, 7, 4, False),
        (99, LOWER, 8, 4, False),
        (99, HIGHER, 1, 1, False),
        (99, NEITHER, 1, None, False),
        (40, LOWER, 2, 1, True),
        (40, HIGHER, 6, 3, True),
    ],
)
def test_a_place_counts_those_that_are_better(own, better, rank, quartile, tied):
    found = ranked(own, [30, 40, 50, 60, 70, 80, 95], better)
    assert (found.rank, found.of, found.quartile, found.value, found.period) == (rank, 8, quartile, own, "January 2024")
    end = "highest" if better == NEITHER else "best"
    joint = "joint " if tied else ""
    words = f"{joint}number {rank} of 8 with its similar areas, 1 being the {end}, in January 2024"
    assert found.text == words


def test_the_quartiles_of_six_areas():
    others = [20, 30, 40, 50, 60]
    assert [ranked(own, others).quartile for own in (15, 25, 35, 45, 55, 65)] == [1, 1, 2, 3, 3, 4]


def test_five_others_are_enough_and_four_are_not():
    assert ranked(10, [20, 30, 40, 50, 60]).of == 6
    assert ranked(10, [20, 30, 40, 50, "-"]) is None
    assert ranked(10, [20, 30, 40, 50]) is None
    assert ranked(10, [20, 30, 40, 50, 60], unit=RATE).of == 6
    assert ranked(10, [20, 30, 40, 50, 60], unit=COUNT) is None
    assert ranked(10, [20, 30, 40, 50, 60], unit=POUNDS) is None


def test_only_figures_of_the_same_period_count():
    others = "\n".join(f"N{number}  {day}  {number}" for number in range(1, 6) for day in ("2023-01-19", "2024-01-18"))
    newer = "\n".join(f"N{number}  2025-01-16  {number}" for number in range(1, 6))
    found = ask(rank_of, made_up(f"area  period  value\nOwn  2023-01-19  0\nOwn  2024-01-18  9\n{others}\n{newer}"))
    assert (found.rank, found.of) == (6, 6)
    same_end = "\n".join(f"N{number}  calendar year 2023  {number}" for number in range(1, 6))
    assert ask(rank_of, made_up(f"area  period  value\nOwn  2023-12-31  9\n{same_end}")) is None
    same_start = "\n".join(f"N{number}  2023-01-01  {number}" for number in range(1, 6))
    assert ask(rank_of, made_up(f"area  period  value\nOwn  calendar year 2023  9\n{same_start}")) is None
    assert ask(rank_of, made_up(f"area  period  value\n{others}")) is None


def test_a_place_is_of_the_group_that_is_asked_for():
    rows = "\n".join(
        f"N{number}  {name}  2024-01-18  {number * by}"
        for number in range(1, 6)
        for name, by in (("Total", 1), ("a", -1))
    )
    evidence = made_up(f"area  breakdown  period  value\nOwn  Total  2024-01-18  0\nOwn  a  2024-01-18  0\n{rows}")
    assert (ask(rank_of, evidence).rank, ask(rank_of, evidence, breakdown="a").rank) == (1, 6)
