"""The rule for small counts, a row of a small table at a time."""

from __future__ import annotations

import pandas as pd
import pytest

from dbv_analysis.model.pack import CONTROLLED, PUBLIC
from dbv_analysis.model.settings import Disclosure, NamedFigure
from dbv_analysis.results.count import GUARDS
from dbv_analysis.results.disclosure import hidden, released, shown
from tests.text_tables import read_table

RULE = Disclosure(threshold=5, money_threshold=3, money_share=0.9)
NONE = float("nan")
FIGURE = {
    **dict.fromkeys(GUARDS, NONE),
    **{"of_children": True, "over_children": True, "value": NONE, "times": NONE, "symbol": "", "printed": ""},
    **{"metric_id": "plans", "breakdown": "Total", "period_label": "2024", "area_code": "E06000006"},
}
COUNTS = read_table(
    """
    of_children  over_children  numerator  denominator  left_out  children  behind  largest  hidden
    yes          yes            0          20           -         -         -       -        no
    yes          yes            1          20           -         -         -       -        yes
    yes          yes            4          20           -         -         -       -        yes
    yes          yes            5          20           -         -         -       -        no
    yes          yes            15         20           -         -         -       -        no
    yes          yes            16         20           -         -         -       -        yes
    yes          yes            20         20           -         -         -       -        no
    yes          yes            0          4            -         -         -       -        yes
    yes          no             3          900          -         -         -       -        yes
    yes          no             9          3            -         -         -       -        no
    yes          no             96         99           -         -         -       -        no
    no           yes            3          900          -         -         -       -        no
    no           yes            900        3            -         -         -       -        yes
    no           yes            96         99           -         -         -       -        no
    no           no             3          4            -         -         -       -        no
    yes          yes            50         90           0         -         -       -        no
    yes          yes            50         90           1         -         -       -        yes
    yes          yes            50         90           4         -         -       -        yes
    yes          yes            50         90           5         -         -       -        no
    no           no             50         90           -         0         -       -        no
    no           no             50         90           -         1         -       -        yes
    no           no             50         90           -         4         -       -        yes
    no           no             50         90           -         5         -       -        no
    no           no             800        -            -         -         0       -        no
    no           no             800        -            -         -         1       -        yes
    no           no             800        -            -         -         2       -        yes
    no           no             800        -            -         -         3       -        no
    no           no             800        -            -         -         30      720      no
    no           no             800        -            -         -         30      721      yes
    no           no             0          -            -         -         0       0        no
    no           no             -          -            -         -         -       -        no
    """
)


def figures(text: str, **more: object) -> pd.DataFrame:
    return read_table(text, **FIGURE | more)


@pytest.mark.parametrize("profile", [PUBLIC, "Public", ""])
def test_the_rule_hides_what_it_says(profile):
    """A profile that is misspelt hides as the public one does."""
    table = COUNTS.assign(**{name: value for name, value in FIGURE.items() if name not in COUNTS})
    assert hidden(table, RULE, profile).tolist() == COUNTS["hidden"].tolist()


def test_the_controlled_profile_hides_nothing():
    table = COUNTS.assign(**{name: value for name, value in FIGURE.items() if name not in COUNTS})
    assert not hidden(table, RULE, CONTROLLED).any()


def test_the_settings_hide_further_figures_by_name():
    table = figures("""
        metric_id  breakdown  period_label  area_code  numerator  denominator
        plans      Total      January 2024  E06000006  700        -
        plans      Total      January 2024  E06000007  700        -
        plans      Total      January 2025  E06000006  700        -
        plans      EHC plan   January 2024  E06000006  700        -
        pupils     Total      January 2024  E06000006  700        -
        plans      Total      January 2024  E06000006  3          -
    """)
    named = {
        "metric": "plans",
        "period": "January 2024",
        "reason": "The return of 2025 gives it away.",
        "name": "Data officer",
    }
    here = NamedFigure(**named, area="E06000006")
    assert hidden(table, Disclosure(hidden=(here,)), PUBLIC).tolist() == [True, False, False, False, False, True]
    assert not hidden(table, Disclosure(hidden=(here,)), CONTROLLED).any()
    both = Disclosure(hidden=(here, NamedFigure(**named | {"metric": "pupils"})))
    assert hidden(table, both, PUBLIC).tolist() == [True, False, False, False, True, True]


def release(table: pd.DataFrame, profile: str = PUBLIC, **rule: int) -> list[tuple]:
    """Each row's numerator, denominator, value, symbol and printed text, None where there is no number."""
    rows = released(table, Disclosure(**rule), profile)
    rows = rows[["numerator", "denominator", "value", "symbol", "printed"]].astype(object)
    return list(rows.where(rows.notna(), None).itertuples(index=False, name=None))


def test_hidden_figures_leave_no_number_and_no_text_and_the_others_are_divided():
    table = figures("""
        numerator  denominator  value  times  symbol  printed  hidden
        30         40           -      100    -       -        no
        30         40           -      100    -       -        yes
        0          1            -      100    -       -        no
        1          1            -      1      -       -        no
        0          0            -      100    -       -        no
        7          0            -      1      -       -        no
        -          -            -      100    x       -        no
        30         -            -      -      -       -        no
        30         -            -      -      -       -        yes
        -          -            62.4   -      -       62.4 %   no
        -          -            62.4   -      -       62.4 %   yes
        -          -            62.4   -      u       62.4 %   no
        0          -            -      -      -       -        no
    """)
    assert release(table) == [
        (30, 40, 75, "", ""),
        (None, None, None, "c", ""),
        (0, 1, 0, "", ""),
        (1, 1, 1, "", ""),
        (0, 0, None, "z", ""),
        (7, 0, None, "z", ""),
        (None, None, None, "x", ""),
        (30, None, 30, "", ""),
        (None, None, None, "c", ""),
        (None, None, 62.4, "", "62.4 %"),
        (None, None, None, "c", ""),
        (None, None, None, "u", "62.4 %"),
        (0, None, 0, "", ""),
    ]


def test_counts_of_children_are_rounded_half_up_in_the_public_profile_alone():
    table = figures("""
        of_children  over_children  numerator  denominator  times  hidden
        yes          yes            22         48           100    no
        yes          yes            22.5       47.5         100    no
        yes          no             22         48           100    no
        no           yes            22         48           100    no
        no           no             22         48           100    no
        yes          yes            2          12           100    no
    """)
    rounded = [(20, 50), (25, 50), (20, 48), (22, 50), (22, 48), (0, 10)]
    assert [row[:3] for row in release(table, rounding=5)] == [
        (top, bottom, pytest.approx(100 * top / bottom)) for top, bottom in rounded
    ]
    as_counted = list(zip(table["numerator"], table["denominator"], strict=True))
    assert [row[:2] for row in release(table, CONTROLLED, rounding=5)] == as_counted
    assert [row[:2] for row in release(table)] == as_counted


@pytest.mark.parametrize(
    ("count", "public", "controlled"),
    [
        (0, "0", "0"),
        (0.5, "fewer than 5", "1"),
        (1, "fewer than 5", "1"),
        (4, "fewer than 5", "4"),
        (5, "5", "5"),
        (1524, "1,524", "1,524"),
    ],
)
def test_a_sentence_says_that_a_small_count_is_small(count, public, controlled):
    assert shown(count, RULE, PUBLIC) == shown(count, RULE, "Public") == public
    assert shown(count, RULE, CONTROLLED) == controlled
