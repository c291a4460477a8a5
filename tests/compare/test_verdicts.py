"""Verdicts on a made-up authority beside five similar areas, whose changes since the start are −2, −1, 0, 1 and 2.

Their mean is 0 and their spread √2.5, so a difference has the interval ± 2.776 × √2.5 × √1.2 = 4.81.
"""

from __future__ import annotations

from datetime import date

import pytest

from dbv_analysis.compare.grades import BETTER, BETTER_PLACEBO, MONITORING, NOT_COMPARABLE, SIGNAL, TOO_FEW
from dbv_analysis.compare.judge import Verdict, judge
from dbv_analysis.model.period import Break
from dbv_analysis.model.units import COUNT, HIGHER, NEITHER, PERCENT, POUNDS, RATE
from tests.compare.made_up import ask, made_up

BEFORE, AFTER = ("2021-01-21", "2022-01-20", "2023-01-19", "2024-01-18"), "2025-01-16"
CHANGES = (-2, -1, 0, 1, 2)
FLAT = (30, 30, 30, 30)
FELL = "The figure fell by 10.0 percentage points, from 30.0% in January 2024 to 20.0% in January 2025"
ROSE = "The figure rose by 10.0 percentage points, from 30.0% in January 2024 to 40.0% in January 2025"

ZERO = "One of the two figures is zero, and from no cases a change cannot be told from chance."
FEW_CASES = " behind one of the two figures, too few to tell a change from chance."
LESS_THAN_ONE = ", more than the whole change, so it is too few to tell."
SHOWS_NOTHING = "so it cannot show what the programme did."


def verdict(own: tuple, changes: tuple = CHANGES, of: float = 1000, more: str = "", **metric: object) -> Verdict:
    """The verdict on the authority's counts of January, of ``of`` each; others stood at 30 until the start."""
    lines = ["area  period  value  numerator  denominator"]
    for day, value in zip((*BEFORE, AFTER), own, strict=True):
        counts = "-  -" if value == "-" or not of else f"{value * of / 100}  {of}"
        lines.append(f"Own  {day}  {value}  {counts}")
    for number, change in enumerate(changes, start=1):
        lines += [f"N{number}  {day}  30  -  -" for day in BEFORE]
        lines.append(f"N{number}  {AFTER}  {30 + change}  -  -")
    return ask(judge, made_up("\n".join(lines) + more, **metric))


def test_a_difference_larger_than_any_without_the_programme_gets_the_highest_grade():
    found = verdict((*FLAT, 20))
    assert (found.grade, found.estimate.value, found.estimate.areas) == (BETTER_PLACEBO, -10, 5)
    assert (found.estimate.low, found.estimate.high) == pytest.approx((-14.81, -5.19), abs=0.005)
    assert [(one.value, one.of) for one in found.placebos] == [
        (0, "January 2021 to January 2022"),
        (0, "January 2022 to January 2023"),
        (0, "January 2023 to January 2024"),
    ]
    assert (found.estimate.of, found.since.difference) == ("January 2024 to January 2025", -10)
    assert (found.rank.rank, found.rank.of) == (1, 6)
    assert found.why == (
        f"{FELL}; that is 10.0 percentage points below the average change of 5 similar areas (95% interval −14.8 to "
        "−5.2), a larger difference than in any of 3 earlier stretches or in any of those areas."
    )


def test_one_earlier_year_that_moved_as_far_keeps_the_grade_down():
    found = verdict((40, 30, 30, 30, 20))
    assert found.grade == BETTER
    few = "though other years or areas without the programme differ as much, or are too few."
    assert found.why.endswith(f"to −5.2), the better direction, {few}")
    assert verdict((20, 30, 30, 30, 20)).grade == BETTER
    assert verdict((39, 30, 30, 30, 20)).grade == BETTER_PLACEBO


def test_no_change_here_beside_worse_elsewhere_is_said_so():
    found = verdict((*FLAT, 30.01), changes=(8, 9, 10, 11, 12), of=100_000)
    assert found.grade == BETTER_PLACEBO
    found = verdict((20, 30, 30, 30, 30.2), changes=(8, 9, 10, 11, 12), of=100_000)
    assert found.grade == BETTER
    assert "), it did not get better here, but worse elsewhere, though other years" in found.why
    found = verdict((20, 30, 30, 30, 29.8), changes=(-8, -9, -10, -11, -12), of=100_000, better=HIGHER)
    assert found.grade == BETTER
    assert "), it did not get better here, but worse elsewhere, though other years" in found.why
    found = verdict((20, 30, 30, 30, 40), better=HIGHER)
    assert "above the average change of 5 similar areas" in found.why
    assert "), the better direction, though other years" in found.why


@pytest.mark.parametrize(("better", "end"), [(HIGHER, "the worse direction"), (NEITHER, "and no direction is better")])
def test_a_difference_that_is_not_better_is_a_signal(better, end):
    found = verdict((*FLAT, 20), better=better)
    assert (found.grade, found.why.endswith(f"(95% interval −14.8 to −5.2), {end}.")) == (SIGNAL, True)


def test_a_difference_that_others_have_among_themselves_is_none():
    found = verdict((*FLAT, 33), of=100)
    assert (found.grade, found.estimate.excludes_zero) == (MONITORING, False)
    assert found.why == (
        "The figure rose by 3.0 percentage points, from 30.0% in January 2024 to 33.0% in January 2025; that is 3.0 "
        "percentage points above the average change of 5 similar areas (95% interval −1.8 to 7.8), no more than those "
        "areas differ among themselves."
    )
    found = verdict((*FLAT, 33), of=10_000)
    assert found.grade == SIGNAL
    assert found.why.endswith(
        ": more than chance alone explains, but no more than those areas differ among themselves."
    )
    assert verdict((*FLAT, 33), of=0).grade == MONITORING


@pytest.mark.parametrize(
    ("changes", "lacking"),
    [(CHANGES[:4], "only 4 similar areas have both figures"), ((), "no similar area has both figures")],
)
def test_too_few_similar_areas_give_no_difference(changes, lacking):
    found = verdict((*FLAT, 40), changes)
    assert (found.grade, found.estimate, found.placebos) == (SIGNAL, None, ())
    assert found.why == f"{ROSE}, more than chance alone explains; {lacking}."
    found = verdict((*FLAT, 40), changes, of=100)
    assert (found.grade, found.why) == (MONITORING, f"{ROSE}, no more than chance alone explains; {lacking}.")
    found = verdict((*FLAT, 40), changes, of=0)
    assert (found.grade, found.why) == (MONITORING, f"{ROSE}; {lacking}, and how far chance moves it is not known.")


def test_a_change_of_counting_between_the_two_is_refused():
    found = verdict((*FLAT, 20), breaks=(Break(date(2024, 6, 1), "the return changed"),))
    assert (found.grade, found.estimate, found.placebos) == (NOT_COMPARABLE, None, ())
    assert found.why == (
        "The figures from before and after the programme began cannot be compared: between January 2024 and January "
        "2025 the return changed."
    )
    earlier = verdict((*FLAT, 20), breaks=(Break(date(2021, 6, 1), "the return changed"),))
    assert [one.of[:12] for one in earlier.placebos] == ["January 2022", "January 2023"]


@pytest.mark.parametrize(
    ("own", "of", "unit", "why"),
    [
        ((*FLAT, 0), 1000, PERCENT, ZERO),
        ((30, 30, 30, 0, 20), 1000, RATE, ZERO),
        ((*FLAT, 9), 100, PERCENT, "Only 9 cases are" + FEW_CASES),
        ((30, 30, 30, 3, 30), 100, PERCENT, "Only 3 cases are" + FEW_CASES),
        ((*FLAT, 30.9), 100, PERCENT, "One case more or fewer makes 1.00 percentage points" + LESS_THAN_ONE),
        ((*FLAT, 30.4), 200, RATE, "One case more or fewer makes 0.50" + LESS_THAN_ONE),
    ],
)
def test_few_cases_are_too_few(own, of, unit, why):
    found = verdict(own, of=of, unit=unit)
    assert (found.grade, found.estimate, found.why) == (TOO_FEW, None, why)


@pytest.mark.parametrize(
    ("own", "of", "unit"),
    [
        ((*FLAT, 10), 100, PERCENT),
        ((*FLAT, 31), 100, PERCENT),
        ((*FLAT, 0), 0, POUNDS),
        ((*FLAT, 30.1), 0, PERCENT),
        ((*FLAT, 30.4), 100, POUNDS),
        ((*FLAT, 30.4), 100, COUNT),
    ],
)
def test_as_many_as_that_are_enough(own, of, unit):
    assert verdict(own, of=of, unit=unit).grade != TOO_FEW


def counted(earlier: float, later: float, unit=COUNT, **more: object) -> Verdict:
    rows = f"2024-01-18  {earlier}  {earlier}\n2025-01-16  {later}  {later}"
    return ask(judge, made_up(f"period  value  numerator\n{rows}", unit, **more))


def test_a_count_is_judged_by_its_own_chance_alone():
    """100 to 150: the score interval of the ratio excludes 1; 100 to 110 does not."""
    found = counted(100, 150)
    assert (found.grade, found.estimate) == (SIGNAL, None)
    assert found.why == (
        "The figure rose by 50, from 100 in January 2024 to 150 in January 2025, more than chance alone explains; "
        "places of other sizes do not compare."
    )
    assert counted(100, 110).grade == MONITORING
    assert counted(100, 110).why.endswith(", no more than chance alone explains; places of other sizes do not compare.")
    assert counted(100, 150, POUNDS).why == (
        "The figure rose by £50, from £100 in January 2024 to £150 in January 2025; places of other sizes do not "
        "compare, and how far chance moves it is not known."
    )


def test_a_rate_is_judged_by_its_events_and_their_number_of_pupils():
    def rate(later: int) -> Verdict:
        rows = f"2024-01-18  10.0  100  1000\n2025-01-16  {later / 20}  {later}  2000"
        return ask(judge, made_up(f"period  value  numerator  denominator\n{rows}", RATE))

    assert rate(200 + 90).grade == SIGNAL
    assert rate(200 + 10).grade == MONITORING
    none = "2024-01-18  10.0  100  -\n2025-01-16  20.0  200  -"
    assert ask(judge, made_up(f"period  value  numerator  denominator\n{none}", RATE)).grade == MONITORING


@pytest.mark.parametrize(
    ("unit", "earlier", "later", "known"),
    [
        (PERCENT, "30.0  30  100", "100.0  100  100", True),
        (PERCENT, "30.0  30  100", "101.0  101  100", False),
        (PERCENT, "30.0  30  -", "40.0  40  -", False),
        (PERCENT, "30.0  -  100", "40.0  -  100", False),
        (PERCENT, "30.0  -  100", "40.0  40  100", False),
        (POUNDS, "30.0  30  100", "40.0  40  100", False),
        (RATE, "30.0  30  100", "40.0  40  -", False),
        (RATE, "30.0  30  100", "40.0  -  100", False),
        (RATE, "1500.0  15  1", "2000.0  20  1", True),
        (COUNT, "30.0  30  -", "40.0  -  -", False),
    ],
)
def test_the_authoritys_own_chance_is_known_where_both_counts_are(unit, earlier, later, known):
    """A share of 1 of 1, or a rate of one pupil, is too few before it comes to this."""
    text = f"period  value  numerator  denominator\n2024-01-18  {earlier}\n2025-01-16  {later}"
    found = ask(judge, made_up(text, unit))
    assert found.grade in (MONITORING, SIGNAL)
    assert ("chance moves it is not known" not in found.why) is known


def test_the_interval_of_a_share_is_of_its_own_counts():
    """15 of 30 to 150 of 200 is more than chance; 15 of 30 to 19 of 30 is not."""
    few = "period  value  numerator  denominator\n2024-01-18  50.0  15  30\n2025-01-16  {}"
    assert ask(judge, made_up(few.format("75.0  150  200"))).grade == SIGNAL
    assert ask(judge, made_up(few.format("63.33  19  30"))).grade == MONITORING
    assert ask(judge, made_up(few.format("60.0  300  500"))).grade == MONITORING, "30 at first are too few to tell"


def test_a_difference_of_less_than_one_point_is_above_and_a_small_one_is_better():
    found = verdict((20, 30, 30, 30, 30.5), changes=(-0.2, -0.1, 0, 0.1, 0.2), of=100_000, better=HIGHER)
    assert "that is 0.5 percentage points above the average change" in found.why
    assert "), the better direction, though" in found.why


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ("2024-01-18  -", "No figure of what happened is known yet, so nothing can be said of what the programme did."),
        (
            "2023-01-19  3\n2024-01-18  4",
            f"The newest figure is from January 2024, before the programme began in April 2024, {SHOWS_NOTHING}",
        ),
        (
            "academic year 2022-23  3\nacademic year 2023-24  4",
            "The newest figure is from 2023/24, part of which is from before the programme began in April 2024, "
            + SHOWS_NOTHING,
        ),
        *(
            (
                f"{day}  4",
                f"The newest figure is from {label}, and none from before April 2024, when the programme began, is "
                "like it: nothing can be compared.",
            )
            for day, label in (("2025-01-16", "January 2025"), ("2024-04-01", "April 2024"))
        ),
    ],
)
def test_without_figures_from_before_and_after_nothing_is_said(rows, why):
    found = ask(judge, made_up(f"period  value\n{rows}"))
    assert (found.grade, found.why, found.since, found.estimate, found.placebos) == (MONITORING, why, None, None, ())


def test_the_same_terms_of_two_years_are_judged_beside_the_same_terms_elsewhere():
    def lines(area: str, last: float) -> list[str]:
        before = [f"{area}  {term} term {year}  30" for term in ("autumn", "spring") for year in (2021, 2022, 2023)]
        return [*before, f"{area}  autumn term 2024  {last}"]

    rows = lines("Own", 20) + [line for number in range(1, 6) for line in lines(f"N{number}", 27 + number)]
    found = ask(judge, made_up("\n".join(["area  period  value", *rows])))
    assert found.estimate.of == "autumn term 2023 to autumn term 2024"
    assert (found.estimate.value, found.estimate.areas, len(found.placebos)) == (-10, 5, 2)
    assert found.grade == BETTER_PLACEBO


def test_earlier_stretches_are_as_long_to_within_a_fortnight():
    """Census days of a year and of two; 14 days more or fewer are as long, 15 are not."""
    days = {"2020-01-02": 0, "2020-12-31": 1, "2021-12-16": 1, "2022-12-30": 1, "2024-01-18": 1, "2025-01-16": 1}
    areas = ("Own", *(f"N{number}" for number in range(1, 6)))
    rows = [f"{area}  {day}  30" for area in areas for day in days]
    found = ask(judge, made_up("\n".join(["area  period  value", *rows]), any_day=True, decimals=2))
    assert found.since.refusal is None
    # From the baseline to the newest lie 364 days; the others are 364, 350, 379 and 384 days apart.
    assert [one.of for one in found.placebos] == ["January 2020 to December 2020", "December 2020 to December 2021"]


def test_a_verdict_is_reached_once():
    evidence = made_up("period  value\n2024-01-18  3\n2025-01-16  4")
    assert ask(judge, evidence) is ask(judge, evidence)
