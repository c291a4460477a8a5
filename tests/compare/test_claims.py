"""What a text claims, and the grade that allows it."""

from __future__ import annotations

import pytest

from dbv_analysis.compare.claims import WORDS, overclaims
from dbv_analysis.compare.grades import BETTER, BETTER_PLACEBO, GRADES, MONITORING, NOT_COMPARABLE, SIGNAL, TOO_FEW

CLAIM = "The programme improved attendance."


@pytest.mark.parametrize("grade", [MONITORING, SIGNAL, NOT_COMPARABLE, TOO_FEW])
def test_a_claim_of_improvement_is_above_the_lower_grades(grade):
    assert overclaims(f"Figures follow. {CLAIM} More follows.", grade) == [CLAIM]


def test_each_grade_allows_its_words_and_no_more():
    cause = "Absence fell because of the programme."
    assert overclaims(f"{CLAIM} {cause}", BETTER) == [cause]
    assert overclaims(f"{CLAIM} {cause} Thanks to it, the impact is clear. It worked.", BETTER_PLACEBO) == []
    assert len(overclaims("It had an impact. It worked. Thanks to staff, absence fell.", BETTER)) == 3
    with pytest.raises(ValueError, match="no grade"):
        overclaims(CLAIM, "certain")


@pytest.mark.parametrize(
    "text",
    [
        "It is too early to say whether attendance improved.",
        "It is too early to say whether\nattendance improved.",
        "Nothing here shows an impact.",
        "Until January there is no improvement to speak of.",
        "Has attendance improved?",
        "That didn’t happen because of the programme.",
        "Parents said “It has improved. It worked.” in the survey.",
        "The Annual Impact Assessment is due in July.",
        "# Measuring impact\nFigures follow.",
        "Measuring impact\n\nFigures follow.",
        "## Impact\n\nFigures follow.",
        "The team worked with schools.",
    ],
)
def test_what_negates_asks_quotes_or_names_is_no_claim(text):
    assert overclaims(text, MONITORING) == []


@pytest.mark.parametrize(
    "text",
    [
        "# Attendance improved",
        "- Attendance improved\n- Nothing else is known",
        "No doubt the programme improved attendance.",
        "Outcomes were impacted by 3.4 points. Nothing else is known.",
        "The Annual Impact Assessment shows improvements.",
        "Parents said “yes”, and attendance improved.",
    ],
)
def test_a_claim_is_found_wherever_it_stands(text):
    assert len(overclaims(text, MONITORING)) == 1


def test_the_grades_are_in_order_and_only_the_two_best_allow_claims():
    assert set(WORDS) == {BETTER, BETTER_PLACEBO}
    assert GRADES.index(MONITORING) < GRADES.index(SIGNAL) < GRADES.index(BETTER) < GRADES.index(BETTER_PLACEBO)
