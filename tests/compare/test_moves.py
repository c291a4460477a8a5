"""Changes, seasons and comparators of a made-up authority, worked out by hand."""

from __future__ import annotations

import dataclasses
from datetime import date

import pandas as pd
import pytest

from dbv_analysis.compare.change import (
    EVERYWHERE,
    SIMILAR,
    before_programme,
    change,
    comparators,
    elsewhere,
    like_for_like,
    middle,
    per_term,
    season,
)
from dbv_analysis.model.period import Break
from dbv_analysis.model.units import COUNT, POUNDS, RATE
from tests.compare.made_up import CODES, NEIGHBOURS, ask, labels, made_up

JANUARIES = """
    period      value
    2022-01-20  40.0
    2023-01-19  38.5
    2024-01-18  42.25
"""
COUNTED_ANEW = Break(date(2023, 6, 1), "the return changed")


def test_a_change_is_the_newest_figure_less_the_one_before():
    moved = ask(change, made_up(JANUARIES))
    assert (labels(pd.DataFrame([moved.earlier, moved.later])), moved.refusal) == (
        ["January 2023", "January 2024"],
        None,
    )
    assert (moved.difference, moved.size, moved.verb) == (3.75, "3.8 percentage points", "rose")
    assert moved.as_text == "rose by 3.8 percentage points, from 38.5% in January 2023 to 42.3% in January 2024"
    fell = ask(change, made_up(JANUARIES.replace("42.25", "30.0")))
    assert (fell.difference, fell.verb) == (-8.5, "fell")
    assert fell.as_text == "fell by 8.5 percentage points, from 38.5% in January 2023 to 30.0% in January 2024"
    assert ask(change, made_up(JANUARIES.replace("42.25", "38.1"))).verb == "fell"


def test_what_is_printed_alike_stayed():
    moved = ask(change, made_up(JANUARIES.replace("42.25", "38.54")))
    assert (moved.verb, moved.as_text) == ("stayed", "stayed at 38.5%, from January 2023 to January 2024")
    assert ask(change, made_up(JANUARIES.replace("42.25", "38.54"), decimals=2)).verb == "rose"
    assert ask(change, made_up(JANUARIES.replace("42.25", "38.54"), decimals=2)).size == "0.04 percentage points"


def test_a_change_across_a_break_has_a_reason_and_no_difference():
    moved = ask(change, made_up(JANUARIES, breaks=(COUNTED_ANEW,)))
    assert moved.as_text == "cannot be compared: between January 2023 and January 2024 the return changed"
    with pytest.raises(ValueError, match="the return changed"):
        _ = moved.difference


def test_a_change_of_counting_that_compares_is_named_where_it_lies_between():
    still = dataclasses.replace(COUNTED_ANEW, compares=True)
    before = Break(date(2022, 6, 1), "schools reopened", compares=True)
    moved = ask(change, made_up(JANUARIES, breaks=(still, before)))
    assert moved.cautions == ["between the two, the return changed"]
    assert moved.as_text.endswith("in January 2024; between the two, the return changed")
    stayed = ask(change, made_up(JANUARIES.replace("42.25", "38.5"), breaks=(still,)))
    assert stayed.as_text == "stayed at 38.5%, from January 2023 to January 2024; between the two, the return changed"
    assert ask(change, made_up(JANUARIES)).cautions == []


def test_two_figures_make_a_change_and_one_does_not():
    two = made_up("period  value\n2023-01-19  38.5\n2024-01-18  40")
    assert ask(change, two).difference == 1.5
    assert ask(like_for_like, two).difference == 1.5
    one = made_up("period  value\n2023-01-19  -\n2024-01-18  40")
    assert ask(change, one) is ask(like_for_like, one) is None
    none = made_up("area  period  value\nN1  2024-01-18  40")
    assert ask(change, none) is ask(like_for_like, none) is ask(per_term, none) is None


def test_a_change_is_of_the_area_and_the_group_that_is_asked_for():
    evidence = made_up("""
        area  breakdown  period      value
        Own   Total      2023-01-19  1
        Own   Total      2024-01-18  3
        Own   EHC plan   2023-01-19  10
        Own   EHC plan   2024-01-18  15
        N1    Total      2023-01-19  100
        N1    Total      2024-01-18  90
    """)
    for function in (change, like_for_like):
        assert ask(function, evidence).difference == 2
        assert ask(function, evidence, breakdown="EHC plan").difference == 5
        assert ask(function, evidence, area=CODES["N1"]).difference == -10


TERMS = """
    period            value
    autumn term 2021  8.0
    spring term 2022  7.0
    summer term 2022  6.0
    autumn term 2022  9.5
"""


def test_like_is_set_beside_like_and_the_newest_that_compares_counts():
    moved = ask(like_for_like, made_up(TERMS))
    assert labels(pd.DataFrame([moved.earlier, moved.later])) == ["autumn term 2021", "autumn term 2022"]
    assert moved.difference == 1.5
    assert ask(change, made_up(TERMS)) is None, "no full years"
    refused = ask(like_for_like, made_up(TERMS.replace("autumn term 2021  8.0", "autumn term 2021  -")))
    assert refused.refusal == "summer term 2022 and autumn term 2022 are different parts of a year"
    both = ask(like_for_like, made_up(JANUARIES))
    assert both.earlier["period_label"] == "January 2023"


def test_the_same_weeks_of_two_years_are_said_to_be_adjusted():
    moved = ask(like_for_like, made_up("period  value\n2023-09-03 to 2023-09-23  8.1\n2024-09-01 to 2024-09-21  9.7"))
    assert moved.cautions == ["adjusted: the same weeks of the two years, not the same days"]


@pytest.mark.parametrize(
    ("year", "term", "before", "now", "moved"),
    [
        (300, 150, "100", "150", "50% more"),
        (300, 50, "100.0", "50.0", "50% fewer"),
        (297, 120, "99.0", "120.0", "21% more"),
        (300, 102.9, "100", "103", "about as many"),
        (300, 103, "100", "103", "3% more"),
        (300, 97.1, "100.0", "97.1", "about as many"),
        (300, 97, "100.0", "97.0", "3% fewer"),
        (300, 104, "100", "104", "4% more"),
        (300, 100, "100", "100", "about as many"),
    ],
)
def test_totals_of_other_lengths_are_compared_by_the_term(year, term, before, now, moved):
    evidence = made_up(f"period  value\nacademic year 2022-23  {year}\nautumn term 2023  {term}", COUNT)
    expected = f"{now} a term in autumn term 2023 against {before} a term in 2022/23, {moved}"
    assert ask(per_term, evidence).as_text == expected


def test_two_terms_are_two():
    evidence = made_up("period  value\n2023-09-01 to 2024-03-31  300\nsummer term 2024  300", COUNT)
    before = "150 a term from 1 September 2023 to 31 March 2024"
    assert ask(per_term, evidence).as_text == f"300 a term in summer term 2024 against {before}, 100% more"
    newest = made_up("period  value\nsummer term 2023  100\n2023-09-01 to 2024-03-31  300", COUNT)
    after = "150 a term from 1 September 2023 to 31 March 2024"
    assert ask(per_term, newest).as_text == f"{after} against 100 a term in summer term 2023, 50% more"


@pytest.mark.parametrize(
    "rows",
    [
        "2023-01-19  5\n2024-01-18  6",
        "autumn term 2023  150",
        "academic year 2022-23  300\nsummer term 2023  150",
        "academic year 2022-23  0\nautumn term 2023  150",
        "2022-09-01 to 2022-09-21  300\nautumn term 2023  150",
    ],
    ids=["counts on a day", "one figure", "one within the other", "nothing before", "weeks"],
)
def test_there_is_no_rate_a_term_of_anything_else(rows):
    assert ask(per_term, made_up(f"period  value\n{rows}", COUNT)) is None


def test_the_newest_of_the_earlier_totals_is_set_beside_the_newest():
    found = ask(per_term, made_up("""
        period                 value
        academic year 2020-21  600
        academic year 2021-22  300
        summer term 2022       80
        academic year 2022-23  0
        autumn term 2023       -
        academic year 2023-24  330
        2024-09-01 to 2024-09-05  3
    """, COUNT))  # fmt: skip
    assert found is None, "the year before had none"
    found = ask(per_term, made_up(TERMS.replace("9.5", "12.0"), COUNT))
    assert (found.rates, found.percent) == ((6, 12), 100)


def test_a_season_is_the_part_of_the_year_that_is_newest():
    evidence = made_up("""
        area  period            value
        Own   summer term 2021  6.0
        Own   autumn term 2021  8.0
        Own   spring term 2022  7.0
        Own   autumn term 2022  9.5
        Own   spring term 2023  -
        N1    autumn term 2021  1.0
        N1    spring term 2022  2.0
        N1    autumn term 2022  -
    """)
    assert labels(ask(season, evidence)) == ["autumn term 2021", "autumn term 2022"]
    assert list(ask(season, evidence, [CODES["N1"]])["value"].fillna(-1)) == [1, -1]
    assert ask(season, evidence, breakdown="EHC plan").empty
    assert ask(season, made_up("area  period  value\nN1  2024-01-18  40"), [CODES["N1"]]).empty
    years = made_up("period  value\nacademic year 2021-22  5\nautumn term 2022  8\nacademic year 2022-23  6")
    assert labels(ask(season, years)) == ["2021/22", "2022/23"]


AREAS = """
    area     period            value
    Own      2023-01-19        12
    Own      2024-01-18        9
    N1       2023-01-19        10
    N1       2024-01-18        4
    N2       2023-01-19        20
    N2       2024-01-18        5
    N3       2023-01-19        60
    N3       2024-01-18        -
    N1       autumn term 2023  99
    Far      2023-01-19        30
    Far      2024-01-18        31
    Region   2023-01-19        15
    Region   2024-01-18        16
    Country  2023-01-19        -
    Country  2024-01-18        17
"""


def test_the_middle_of_several_areas_is_their_median():
    rows = ask(middle, made_up(AREAS), list(NEIGHBOURS))
    assert [tuple(row) for row in rows[["period_label", "value", "lowest", "highest", "areas"]].to_numpy()] == [
        ("January 2023", 20, 10, 60, 3),
        ("January 2024", 4.5, 4, 5, 2),
    ]
    assert list(rows.columns) == [
        "period_label",
        "period_start",
        "period_end",
        "basis",
        "value",
        "lowest",
        "highest",
        "areas",
    ]
    terms = made_up(TERMS + "    spring term 2023  -\n" + "    autumn term 2023  3")
    assert labels(ask(middle, terms, [CODES["Own"]], terms=True)) == [
        f"autumn term {year}" for year in (2021, 2022, 2023)
    ]
    assert ask(middle, terms, [CODES["Own"]]).empty


def test_comparators_are_similar_areas_the_region_and_the_country():
    found = ask(comparators, made_up(AREAS))
    assert {name: list(rows["value"].dropna()) for name, rows in found.items()} == {
        SIMILAR: [20, 4.5],
        "Region": [15, 16],
        "Country": [17],
    }
    without = "\n".join(line for line in AREAS.splitlines() if "Country" not in line)
    found = ask(comparators, made_up(without, RATE))
    assert {name: list(rows["value"]) for name, rows in found.items()} == {
        SIMILAR: [20, 4.5],
        "Region": [15, 16],
        EVERYWHERE: [20, 7],  # the medians of 12, 10, 20, 60 and 30, and of 9, 4, 5 and 31
    }
    assert set(ask(comparators, made_up("area  period  value\nOwn  2024-01-18  3\nRegion  2024-01-18  -"))) == {
        EVERYWHERE
    }
    assert ask(comparators, made_up(AREAS, COUNT)) == ask(comparators, made_up(AREAS, POUNDS)) == {}
    terms = made_up(
        "area  period  value\nOwn  autumn term 2023  3\nN1  autumn term 2023  4\nN1  academic year 2022-23  8"
    )
    assert [list(rows["value"]) for rows in ask(comparators, terms, terms=True).values()] == [[4], [3.5]]
    assert [list(rows["value"]) for rows in ask(comparators, terms).values()] == [[8], [8]]


def test_elsewhere_is_what_others_had_at_both_ends_of_a_change():
    evidence = made_up(AREAS)
    assert elsewhere(ask(change, evidence)) == {SIMILAR: (20, 4.5), "Region": (15, 16)}
    terms = made_up("""
        area    period            value
        Own     autumn term 2021  8.0
        Own     autumn term 2022  9.5
        Region  autumn term 2021  4.0
        Region  autumn term 2022  5.0
    """)
    assert elsewhere(ask(like_for_like, terms))["Region"] == (4, 5)


def test_a_figure_is_from_before_the_programme_where_it_ends_by_the_day_before():
    evidence = made_up(JANUARIES)
    days = {date(2024, 3, 31): True, date(2024, 4, 1): False, date(2024, 4, 2): False}
    assert {day: before_programme(evidence, pd.Series({"period_end": day})) for day in days} == days
