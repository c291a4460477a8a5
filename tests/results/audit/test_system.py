"""What a reader knows, as a system of sums: each quantity and its atoms, on tables worked out by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from dbv_analysis.model.settings import Disclosure
from dbv_analysis.results.audit.system import NO_FIGURE, System, hide, system, width
from tests.text_tables import read_table

RULE = Disclosure(threshold=5)
NONE = float("nan")
FIGURE = {
    **{"metric_id": "plans", "area_name": "Here", "breakdown_topic": "Kind", "period_label": "January 2024"},
    **{"denominator": NONE, "hidden": False, "of_children": True, "over_children": False},
    **{"share": False, "money": False},
}
SHARE = {"of_children": True, "over_children": True, "share": True}
KINDS = """
    breakdown  numerator  hidden
    Total      10         no
    a          3          yes
    b          7          no
"""
BY_KIND = """
    figure  part       atom  count
    0       numerator  11    3
    0       numerator  12    7
    1       numerator  11    3
    2       numerator  12    7
"""
SHARES = """
    breakdown  numerator  denominator  hidden
    Total      30         40           no
    a          3          10           yes
    b          27         30           yes
"""
OF_SHARES = """
    figure  part         atom  count
    0       numerator    11    3
    0       numerator    13    27
    0       denominator  11    3
    0       denominator  12    7
    0       denominator  13    27
    0       denominator  14    3
    1       numerator    11    3
    1       denominator  11    3
    1       denominator  12    7
    2       numerator    13    27
    2       denominator  13    27
    2       denominator  14    3
"""


def build(figures: str, sums: str, rule: Disclosure = RULE, relations=None, links=(), **more: object) -> System:
    of = read_table(sums).astype({"figure": int, "atom": int})
    return system(read_table(figures, **FIGURE | more), of, rule, relations, links)


def rows(known: System, *columns: str) -> list[tuple]:
    """Those columns of the quantities, None where nothing is known."""
    assert list(known.quantities.index) == list(range(known.sums.shape[0]))
    chosen = known.quantities[list(columns)].astype(object)
    return list(chosen.where(chosen.notna(), None).itertuples(index=False, name=None))


def atoms(known: System) -> list[tuple]:
    """The columns of the sums: in which quantities each atom is, in any order."""
    return sorted(tuple(column) for column in known.sums.toarray().T.astype(int).tolist())


@pytest.mark.parametrize(("threshold", "wide"), [(1, 1), (2, 1), (3, 1), (4, 2), (5, 3), (10, 8)])
def test_an_interval_is_as_wide_as_what_the_rule_hides(threshold, wide):
    assert width(Disclosure(threshold=threshold)) == wide


def test_counts_are_sums_of_atoms_and_at_least_1_where_they_are_hidden():
    known = build(KINDS, BY_KIND)
    assert rows(known, "figure", "part", "count", "shown", "hidden", "least", "needed", "slack") == [
        (0, "numerator", 10, True, False, 1, 3, 0),
        (1, "numerator", 3, False, True, 1, 3, 0),
        (2, "numerator", 7, True, False, 1, 3, 0),
    ]
    assert [row[0] for row in rows(known, "words")] == [
        "plans, Total, Here, January 2024",
        "plans, Kind a, Here, January 2024",
        "plans, Kind b, Here, January 2024",
    ]
    assert atoms(known) == [(1, 0, 1), (1, 1, 0)]


def test_a_share_has_two_counts_and_a_rest_and_a_small_one_of_the_three_is_the_secret():
    known = build(SHARES, OF_SHARES, **SHARE)
    assert rows(known, "figure", "part", "count", "shown", "least", "needed") == [
        (0, "numerator", 30, True, None, 0),
        (1, "numerator", 3, False, None, 3),
        (2, "numerator", 27, False, None, 0),
        (0, "denominator", 40, True, None, 0),
        (1, "denominator", 10, False, None, 0),
        (2, "denominator", 30, False, None, 0),
        (0, "rest", 10, False, 0, 0),
        (1, "rest", 7, False, 0, 0),
        (2, "rest", 3, False, 0, 3),
    ]
    assert atoms(known) == sorted(
        [
            (1, 1, 0, 1, 1, 0, 0, 0, 0),  # 3 of kind a in a school
            (0, 0, 0, 1, 1, 0, 1, 1, 0),  # 7 of kind a elsewhere
            (1, 0, 1, 1, 0, 1, 0, 0, 0),  # 27 of kind b in a school
            (0, 0, 0, 1, 0, 1, 1, 0, 1),  # 3 of kind b elsewhere
        ]
    )


@pytest.mark.parametrize(
    ("numerator", "denominator", "needed"),
    [
        (0, 40, (0, 0, 0)),
        (1, 40, (3, 0, 0)),
        (4, 40, (3, 0, 0)),
        (5, 40, (0, 0, 0)),
        (35, 40, (0, 0, 0)),
        (36, 40, (0, 0, 3)),
        (39, 40, (0, 0, 3)),
        (40, 40, (0, 0, 0)),
        (2, 4, (3, 3, 3)),
        (0, 4, (0, 3, 3)),
        (4, 4, (3, 3, 0)),
    ],
)
def test_what_is_secret_of_a_share(numerator, denominator, needed):
    text = f"breakdown  numerator  denominator  hidden\na  {numerator}  {denominator}  yes"
    none = pd.DataFrame({"figure": [], "part": [], "atom": [], "count": []})
    known = system(read_table(text, **FIGURE | SHARE), none, RULE)
    assert tuple(known.quantities["needed"]) == needed


@pytest.mark.parametrize(
    ("of", "over", "needed"),
    [(True, True, (3, 3, 3)), (True, False, (3, 0, 0)), (False, True, (0, 3, 0)), (False, False, (0, 0, 0))],
)
def test_only_counts_of_children_are_secrets(of, over, needed):
    text = "breakdown  numerator  denominator  hidden\na  2  4  yes"
    none = pd.DataFrame({"figure": [], "part": [], "atom": [], "count": []})
    more = {"of_children": of, "over_children": over, "share": True}
    known = system(read_table(text, **FIGURE | more), none, RULE)
    assert tuple(known.quantities["needed"]) == needed
    rounded = system(read_table(text, **FIGURE | more), none, Disclosure(threshold=5, rounding=5))
    assert tuple(rounded.quantities["slack"]) == (2.5 * of, 2.5 * over, 0)


def test_a_mean_has_no_rest():
    known = build("breakdown  numerator  denominator  hidden\na  900  4  yes", BY_KIND, over_children=True)
    assert rows(known, "part") == [("numerator",), ("denominator",)]


def test_what_is_behind_a_figure_is_never_shown():
    """Of 20 children 17 have a known place: 3 are left out, and are figure d. 4 children are behind figure b."""
    known = build(
        """
        breakdown  numerator  denominator  left_out  children  hidden  share
        a          9          17           3         -         yes     yes
        b          100        200          -         4         no      yes
        c          100        200          -         40        no      yes
        d          3          -            -         -         no      no
        """,
        """
        figure  part         atom  count
        0       within       1     9
        0       within       2     8
        0       within       3     3
        0       denominator  1     9
        0       denominator  2     8
        0       numerator    1     9
        1       children     4     4
        2       children     5     40
        3       numerator    3     3
        """,
        **SHARE,
    )
    parts = rows(known, "part", "count", "shown", "hidden", "least", "needed")
    behind = [row for row in parts if row[0] in ("left_out", "children")]
    assert behind == [
        ("left_out", 3, False, True, None, 3),
        ("children", 4, False, False, None, 3),
        ("children", 40, False, False, None, 0),
    ]
    sums = dict(zip(rows(known, "figure", "part"), known.sums.toarray().tolist(), strict=True))
    assert sums[0, "left_out"] == sums[3, "numerator"]
    assert sum(sums[0, "left_out"]) == sum(sums[0, "numerator"]) == 1
    assert [a + b for a, b in zip(sums[0, "numerator"], sums[0, "rest"], strict=True)] == sums[0, "denominator"]


def test_a_count_that_its_rows_do_not_add_up_to_is_an_atom_of_its_own():
    known = build(KINDS, BY_KIND.replace("2       numerator  12    7", "2       numerator  12    6"))
    assert atoms(known) == [(0, 0, 1), (1, 0, 0), (1, 1, 0)]
    assert atoms(build(KINDS, "figure  part  atom  count\n9  numerator  1  1")) == [(0, 0, 1), (0, 1, 0), (1, 0, 0)]


def test_money_must_stay_as_uncertain_as_its_own_share_says():
    text = "breakdown  numerator  hidden  money\na  800  yes  yes\nb  3  yes  no"
    known = build(text, BY_KIND, Disclosure(money_interval=0.25), of_children=False)
    assert rows(known, "count", "least", "needed") == [(800, None, 200), (3, None, 0)]


def test_what_is_no_secret_needs_no_interval():
    known = build(
        """
        breakdown  numerator  hidden  secret
        Total      10         no      yes
        a          3          yes     no
        b          7          no      yes
        """,
        BY_KIND,
    )
    assert rows(known, "hidden", "needed") == [(False, 3), (True, 0), (False, 3)]


def test_counts_are_known_to_half_of_the_base_that_they_are_rounded_to():
    known = build(KINDS, BY_KIND, Disclosure(threshold=5, rounding=10))
    assert rows(known, "count", "slack") == [(10, 5), (3, 5), (7, 5)]


def test_relations_are_quantities_that_are_0_or_no_less():
    relations = read_table("""
        relation  atom  factor  words              at_most
        7         11    1       kinds add up       no
        7         12    -1      kinds add up       no
        9         12    1       one of the others  yes
    """).astype({"relation": int, "atom": int})
    known = build(KINDS, BY_KIND, relations=relations)
    assert rows(known, "figure", "part", "count", "shown", "hidden", "least", "needed", "slack", "words")[3:] == [
        (NO_FIGURE, "relation", 0, True, False, None, 0, 0, "kinds add up"),
        (NO_FIGURE, "relation", 0, False, True, 0, 0, 0, "one of the others"),
    ]
    assert atoms(known) == [(1, 0, 1, -1, 1), (1, 1, 0, 1, 0)]
    link = ("kinds are all", {(0, "numerator"): 1.0, (1, "numerator"): -1.0, (2, "numerator"): -1.0})
    both = build(KINDS, BY_KIND, relations=relations, links=[link])
    assert [row[0] for row in rows(both, "words")][3:] == ["kinds add up", "one of the others", "kinds are all"]


def test_links_that_hold_are_kept_and_those_that_do_not_are_not_believed():
    links = [
        ("true", {(0, "numerator"): 1.0, (1, "numerator"): -1.0, (2, "numerator"): -1.0}),
        ("false", {(1, "numerator"): 1.0, (2, "numerator"): -1.0}),
        ("of a figure that is not there", {(9, "numerator"): 1.0}),
        ("of a part that is not there", {(0, "denominator"): 1.0}),
        ("true as well", {(2, "numerator"): 3.0, (1, "numerator"): -7.0}),
    ]
    known = build(KINDS, BY_KIND, links=links)
    assert rows(known, "figure", "shown", "hidden", "words")[3:] == [
        (NO_FIGURE, True, False, "true"),
        (NO_FIGURE, True, False, "true as well"),
    ]
    assert atoms(known) == [(1, 0, 1, 0, 3), (1, 1, 0, 0, -7)]


def test_the_counts_of_a_figure_that_is_hidden_as_well_are_hidden_together():
    known = build(SHARES, OF_SHARES, **SHARE)
    more = hide(known, 0)
    assert rows(more, "figure", "shown", "hidden") == [(figure, False, True) for figure, *_ in rows(known, "figure")]
    assert rows(known, "shown")[0] == (True,)
    other = hide(build(KINDS, BY_KIND), 2)
    assert rows(other, "shown", "hidden") == [(True, False), (False, True), (False, True)]
