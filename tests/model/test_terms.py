from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbv_analysis.model.pack import section_order
from dbv_analysis.model.problems import DataProblem, DataProblems
from dbv_analysis.model.units import COUNT, PERCENT, POUNDS, RATE, SYMBOLS, SYMBOLS_READ, UNITS, is_missing
from dbv_analysis.model.wording import did_you_mean, listed, lower_first, slug


@pytest.mark.parametrize(
    ("unit", "value", "words"),
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
    ],
)
def test_a_value_is_written_in_its_unit(unit, value, words):
    assert unit.write(value) == words


@pytest.mark.parametrize(
    ("unit", "value", "words"),
    [
        (PERCENT, -1.25, "−1.3%"),
        (COUNT, -12, "−12"),
        (POUNDS, -500, "−£500"),
        (POUNDS, -22_100_000, "−£22.1m"),
    ],
)
def test_a_value_below_zero_has_a_minus_sign_before_all_else(unit, value, words):
    assert unit.write(value) == words


def test_what_rounds_to_zero_has_no_minus_sign():
    assert PERCENT.write(-0.04) == "0.0%"


@pytest.mark.parametrize(("value", "words"), [(11.65, "11.7%"), (8.45, "8.5%"), (0.25, "0.3%"), (1.15, "1.2%")])
def test_a_half_is_rounded_up_as_the_releases_do(value, words):
    assert PERCENT.write(value) == words


def test_a_half_is_not_rounded_to_the_even_digit_as_python_does():
    assert f"{8.45:.1f}%" == "8.4%"
    assert PERCENT.write(8.45) == "8.5%"


def test_a_half_below_zero_is_rounded_away_from_zero():
    assert COUNT.write(-2.5) == "−3"


def test_a_figure_just_below_the_half_is_rounded_down():
    assert PERCENT.write(11.649999) == "11.6%"


def test_the_decimals_asked_for_go_before_the_units_own():
    assert PERCENT.write(7.204, 2) == "7.20%"
    assert PERCENT.write(35.0, 0) == "35%"


def test_percentages_differ_by_percentage_points_never_by_per_cent():
    assert PERCENT.write_difference(3.4) == "3.4 percentage points"
    assert "%" not in PERCENT.write_difference(3.4)


@pytest.mark.parametrize(
    ("unit", "value", "words"),
    [
        (COUNT, -32, "32"),
        (POUNDS, -2_900_000, "£2.9m"),
        (RATE, -4.72, "4.72"),
        (PERCENT, -0.35, "0.4 percentage points"),
    ],
)
def test_a_difference_is_written_without_its_sign(unit, value, words):
    assert unit.write_difference(value) == words


def test_every_unit_is_found_by_its_name():
    assert UNITS["per cent"] is PERCENT
    assert UNITS["rate per 100 pupils"] is RATE
    assert all(unit.name == name for name, unit in UNITS.items())


@given(st.integers(min_value=-10_000, max_value=10_000))
def test_a_percentage_that_has_one_decimal_is_written_as_it_is(tenths):
    words = PERCENT.write(tenths / 10)
    assert float(words.replace("−", "-").replace(",", "").removesuffix("%")) == tenths / 10


def test_symbols_are_the_five_that_are_written_and_confidential_is_the_strongest():
    assert list(SYMBOLS) == ["c", "x", "u", "low", "z"]


@pytest.mark.parametrize(("read", "written"), [("k", "low"), ("~", "low"), (":", "x"), ("c", "c"), ("low", "low")])
def test_an_obsolete_symbol_is_read_as_the_one_that_is_written_today(read, written):
    assert SYMBOLS_READ[read] == written


def test_every_symbol_that_is_read_becomes_one_that_is_explained():
    assert all(SYMBOLS[written] for written in SYMBOLS_READ.values())


def test_a_near_miss_is_answered_with_the_word_that_was_meant():
    assert did_you_mean("Mainsteam", ["mainstream", "special"]) == ' Did you mean "mainstream"?'


def test_the_case_of_letters_does_not_hide_the_word_that_was_meant():
    assert did_you_mean("ehc PLAN", ["EHC plan", "SEN support"]) == ' Did you mean "EHC plan"?'


def test_nothing_is_suggested_where_no_word_is_near():
    assert did_you_mean("giraffe", ["mainstream", "special"]) == ""


def test_something_that_is_not_a_word_gets_no_suggestion():
    assert did_you_mean(None, ["mainstream", "special"]) == ""


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], ""),
        (["Deficit"], "Deficit"),
        (["Deficit", "Placements"], "Deficit and Placements"),
        (["Deficit", "Placements", "Attendance"], "Deficit, Placements and Attendance"),
    ],
)
def test_words_are_listed_as_in_a_sentence(words, sentence):
    assert listed(words) == sentence


def test_a_choice_is_listed_with_or():
    assert listed(("Q1", "Q2", "Q3"), "or") == "Q1, Q2 or Q3"


def test_words_that_come_one_by_one_are_listed_too():
    assert listed(word for word in ("a", "b")) == "a and b"


def test_sections_stand_in_the_order_of_the_pack_and_new_ones_follow_by_name():
    assert section_order(["Zoo", "Attendance", "Alpha", "Deficit", "Placements"]) == [
        "Deficit",
        "Placements",
        "Attendance",
        "Alpha",
        "Zoo",
    ]


def test_a_section_that_many_metrics_name_stands_once():
    assert section_order(["Placements", "Deficit", "Placements"]) == ["Deficit", "Placements"]


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


@pytest.mark.parametrize("value", [None, float("nan")])
def test_nothing_is_missing(value):
    assert is_missing(value)


@pytest.mark.parametrize("value", [0, 0.0, "", "c"])
def test_zero_and_text_are_not_missing(value):
    assert not is_missing(value)


def test_a_problem_is_one_line_that_says_where_what_and_how_to_mend_it():
    problem = DataProblem("flows.csv", '"many" is not a number.', "Write only digits.", row=7, column="count")
    assert str(problem) == 'flows.csv, row 7, column count: "many" is not a number. Write only digits.'


def test_problems_stand_by_file_and_then_by_row():
    found = [
        DataProblem("b.csv", "is empty.", "Fill it in.", row=10),
        DataProblem("b.csv", "is empty.", "Fill it in.", row=9),
        DataProblem("a.csv", "is missing.", "Put it back."),
    ]
    assert str(DataProblems(found)).splitlines() == [
        "a.csv: is missing. Put it back.",
        "b.csv, row 9: is empty. Fill it in.",
        "b.csv, row 10: is empty. Fill it in.",
    ]
