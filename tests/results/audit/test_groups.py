"""What groups of one whole are counted from, where the rows themselves are out of reach."""

from __future__ import annotations

from dbv_analysis.results.audit.groups import sums
from tests.text_tables import read_table

GROUPS = """
    area   group  whole  share  numerator  denominator
    Here   all    yes    no     10         -
    Here   a      no     no     3          -
    Here   b      no     no     7          -
    There  all    yes    no     5          -
    There  a      no     no     5          -
"""


def atoms(text: str, key: tuple[str, ...] = ("area",)) -> dict[tuple, dict[str, float]]:
    """Each figure's atoms and their counts, by figure and part."""
    found = sums(read_table(text), key)
    assert list(found.index) == list(range(len(found)))
    by_part: dict[tuple, dict[str, float]] = {}
    for row in found.itertuples():
        by_part.setdefault((int(row.figure), row.part), {})[row.atom] = row.count
    return by_part


def test_a_whole_has_the_atoms_of_its_own_groups():
    assert atoms(GROUPS) == {
        (0, "numerator"): {"of 1": 3, "of 2": 7},
        (1, "numerator"): {"of 1": 3},
        (2, "numerator"): {"of 2": 7},
        (3, "numerator"): {"of 4": 5},
        (4, "numerator"): {"of 4": 5},
    }


def test_a_share_is_its_numerator_and_the_rest_and_a_mean_is_not():
    assert atoms("""
        area  whole  share  numerator  denominator
        Here  no     yes    3          10
        Here  no     no     900        10
        Here  yes    yes    3          20
    """) == {
        (0, "numerator"): {"of 0": 3},
        (0, "denominator"): {"of 0": 3, "rest 0": 7},
        (1, "numerator"): {"of 1": 900},
        (1, "denominator"): {"rest 1": 10},
        (2, "numerator"): {"of 0": 3, "of 1": 900},
        (2, "denominator"): {"of 0": 3, "rest 0": 7, "rest 1": 10},
    }


def test_there_is_no_whole_of_groups_that_do_not_add_up_and_no_group_of_a_whole_alone():
    assert atoms("area  whole  share  numerator  denominator\nHere  no  no  3  -\nHere  no  no  4  -") == {
        (0, "numerator"): {"of 0": 3},
        (1, "numerator"): {"of 1": 4},
    }
    assert atoms("area  whole  share  numerator  denominator\nHere  yes  no  3  -") == {}
