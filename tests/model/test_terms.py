"""Units and symbols, the words of sentences, and how a problem reads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbv_analysis.model.pack import section_order
from dbv_analysis.model.problems import DataProblem, DataProblems
from dbv_analysis.model.units import COUNT, PERCENT, POUNDS, RATE, SYMBOLS, SYMBOLS_READ, UNITS, is_missing
from dbv_analysis.model.wording import did_you_mean, listed, lower_first, slug

PROVISION = ["mainstream", "special"]


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        (PERCENT, 8.2, "8.2%"),
        (PERCENT, 35, "35.0%"),
        (PERCENT, 0, "0.0%"),
        (COUNT, 1524, "1,524"),
        (COUNT, 0, "0"),
        (POUNDS, 63_765, "£63,765"),
        (POUNDS, 3977.65, "£3,978"),
        (POUNDS, 22_100_000, "£22.1m"),
        (POUNDS, 1_698_456, "£1.7m"),
        (RATE, 12.07, "12.07"),
        (RATE, 7.5, "7.50"),
        # Below zero: a minus sign before all else, and none where it rounds to zero.
        (PERCENT, -1.25, "−1.3%"),
        (COUNT, -12, "−12"),
        (POUNDS, -500, "−£500"),
        (POUNDS, -22_100_000, "−£22.1m"),
        (PERCENT, -0.04, "0.0%"),
        # A half is rounded up, away from zero, as the releases do, and not to the even digit as Python does.
        (PERCENT, 11.65, "11.7%"),
        (PERCENT, 8.45, "8.5%"),
        (PERCENT, 0.25, "0.3%"),
        (PERCENT, 1.15, "1.2%"),
        (COUNT, -2.5, "−3"),
        (PERCENT, 11.649999, "11.6%"),
    ],
)
def test_a_value_is_written_in_its_unit(unit, value, text):
    assert unit.write(value) == text


def test_python_itself_rounds_a_half_to_the_even_digit():
    assert f"{8.45:.1f}%" == "8.4%"


def test_the_decimals_asked_for_go_before_the_units_own():
    assert PERCENT.write(7.204, 2) == "7.20%"
    assert PERCENT.write(35.0, 0) == "35%"


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        (COUNT, -32, "32"),
        (POUNDS, -2_900_000, "£2.9m"),
        (RATE, -4.72, "4.72"),
        (PERCENT, -0.35, "0.4 percentage points"),  # never per cent
        (PERCENT, 3.4, "3.4 percentage points"),
    ],
)
def test_a_difference_is_written_without_its_sign(unit, value, text):
    assert unit.write_difference(value) == text


def test_every_unit_is_found_by_its_name():
    assert UNITS["per cent"] is PERCENT
    assert UNITS["rate per 100 pupils"] is RATE
    assert all(unit.name == name for name, unit in UNITS.items())


@given(st.integers(min_value=-10_000, max_value=10_000))
def test_a_percentage_that_has_one_decimal_is_written_as_it_is(tenths):
    text = PERCENT.write(tenths / 10)
    assert float(text.replace("−", "-").replace(",", "").removesuffix("%")) == tenths / 10


def test_symbols_are_the_five_that_are_written_and_confidential_is_the_strongest():
    assert list(SYMBOLS) == ["c", "x", "u", "low", "z"]
    assert all(SYMBOLS[written] for written in SYMBOLS_READ.values())


@pytest.mark.parametrize(("read", "written"), [("k", "low"), ("~", "low"), (":", "x"), ("c", "c"), ("low", "low")])
def test_an_obsolete_symbol_is_read_as_the_one_that_is_written_today(read, written):
    assert SYMBOLS_READ[read] == written


@pytest.mark.parametrize(
    ("word", "known", "suggestion"),
    [
        ("Mainsteam", PROVISION, ' Did you mean "mainstream"?'),
        ("ehc PLAN", ["EHC plan", "SEN support"], ' Did you mean "EHC plan"?'),
        ("giraffe", PROVISION, ""),
        (None, PROVISION, ""),
    ],
)
def test_a_near_miss_is_answered_with_the_word_that_was_meant_whatever_the_case(word, known, suggestion):
    assert did_you_mean(word, known) == suggestion


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], ""),
        (["Deficit"], "Deficit"),
        (["Deficit", "Placements"], "Deficit and Placements"),
        (["Deficit", "Placements", "Attendance"], "Deficit, Placements and Attendance"),
        ((word for word in ("a", "b")), "a and b"),
    ],
)
def test_words_are_listed_as_in_a_sentence(words, sentence):
    assert listed(words) == sentence


def test_a_choice_is_listed_with_or():
    assert listed(("Q1", "Q2", "Q3"), "or") == "Q1, Q2 or Q3"


@pytest.mark.parametrize(
    ("sections", "order"),
    [
        ("Zoo Attendance Alpha Deficit Placements", "Deficit Placements Attendance Alpha Zoo"),
        ("Placements Deficit Placements", "Deficit Placements"),
    ],
)
def test_sections_stand_once_in_the_order_of_the_pack_and_new_ones_follow_by_name(sections, order):
    assert section_order(sections.split()) == order.split()


@pytest.mark.parametrize(
    ("title", "inside"),
    [
        ("Plans in mainstream", "plans in mainstream"),
        ("EHC plans in mainstream", "EHC plans in mainstream"),
        ("A plan", "a plan"),
        ("20 weeks", "20 weeks"),
        ("X", "x"),
    ],
)
def test_a_title_inside_a_sentence_starts_small_unless_it_starts_with_an_abbreviation(title, inside):
    assert lower_first(title) == inside


def test_a_section_makes_a_file_name():
    assert slug("High needs spend") == "high_needs_spend"


@pytest.mark.parametrize(
    ("value", "missing"), [(None, True), (float("nan"), True), (0, False), (0.0, False), ("", False), ("c", False)]
)
def test_nothing_is_missing_and_zero_and_text_are_not(value, missing):
    assert is_missing(value) == missing


def test_a_problem_is_one_line_that_says_where_what_and_how_to_mend_it():
    problem = DataProblem("flows.csv", '"many" is not a number.', "Write only digits.", row=7, column="count")
    assert str(problem) == 'flows.csv, row 7, column count: "many" is not a number. Write only digits.'


def test_problems_stand_by_file_and_then_by_row():
    problems = [DataProblem("b.csv", "is empty.", "Fill it in.", row=row) for row in (10, 9)]
    problems.append(DataProblem("a.csv", "is missing.", "Put it back."))
    assert str(DataProblems(problems)).splitlines() == [
        "a.csv: is missing. Put it back.",
        "b.csv, row 9: is empty. Fill it in.",
        "b.csv, row 10: is empty. Fill it in.",
    ]
