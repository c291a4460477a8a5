"""What a reader knows of tables whose rows add up, and of one figure in several releases and periods."""

from __future__ import annotations

import pandas as pd

from dbv_analysis.results.audit.sums import links, relations
from tests.text_tables import read_table

WHERE = {"area_code": "E06000001", "period_start": "p", "period_end": "p", "release": "r1"}


def known(**tables: str) -> list[tuple]:
    """Every relation: its words, whether it is of a part alone, and its atoms with their factors."""
    frames, first = {}, 0
    for name, text in tables.items():
        frame = read_table(text, **WHERE)
        frames[name] = frame.assign(atom=range(first, first + len(frame)))
        first += len(frame)
    found = relations(frames)
    assert list(found.columns) == ["relation", "atom", "factor", "words", "at_most"]
    return [
        (rows["words"].iloc[0], bool(rows["at_most"].iloc[0]), dict(zip(rows["atom"], rows["factor"], strict=True)))
        for _, rows in found.groupby("relation")
    ]


def test_rows_of_one_place_and_time_that_add_up_are_a_relation():
    plans = "area_code  count\nhere  10\nthere  8\nelsewhere  5"
    placements = "area_code  count\nhere  3\nhere  7\nthere  8\nelsewhere  4"
    assert known(caseload=plans, placements=placements) == [
        ("plans by placement", False, {0: 1.0, 3: -1.0, 4: -1.0}),
        ("plans by placement", False, {1: 1.0, 5: -1.0}),
    ]


def test_each_way_in_which_the_tables_add_up_is_a_relation_of_its_own():
    by_need = "need  placement  count\nA  all  6\nB  all  4\nA  mainstream  5\nA  special  1\nB  special  4"
    found = known(
        caseload="count\n10",
        placements="placement  count\nmainstream  5\nspecial  5",
        plans_by_need=by_need,
        plans_by_age="count\n4\n6",
    )
    assert found == [
        ("plans by placement", False, {0: 1.0, 1: -1.0, 2: -1.0}),
        ("plans by primary need", False, {0: 1.0, 3: -1.0, 4: -1.0}),
        ("plans by age", False, {0: 1.0, 8: -1.0, 9: -1.0}),
        ("plans of a primary need by placement", False, {3: 1.0, 5: -1.0, 6: -1.0}),
        ("plans of a primary need by placement", False, {4: 1.0, 7: -1.0}),
        ("plans in a placement by primary need", False, {1: 1.0, 5: -1.0}),
        ("plans in a placement by primary need", False, {2: 1.0, 6: -1.0, 7: -1.0}),
    ]


def test_rows_without_a_number_and_tables_that_are_not_there_say_nothing():
    assert known(caseload="count\n10", placements="count\n3\n-") == []
    assert known(caseload="count\n10") == known() == known(caseload="count\n10", placements="count") == []
    assert known(caseload="area_code  count\nhere  0", placements="area_code  count\nthere  0") == []


def test_a_part_may_be_less_than_its_whole_and_not_more():
    rows = "what  sen_provision  count\n"
    kinds = "persistent  a  {}\nsevere  a  {}\npersistent  b  9\nsevere  b  9"
    fewer = [("severe absence", True, {0: 1.0, 1: -1.0}), ("severe absence", True, {2: 1.0, 3: -1.0})]
    assert known(attendance=rows + kinds.format(5, 4)) == fewer
    assert known(attendance=rows + kinds.format(4, 5)) == fewer[1:]


def linked(text: str) -> list[tuple]:
    found = links(read_table(text, **{"metric_id": "m", "area_code": "a", "breakdown_topic": "T", "breakdown": "T",
                                      "denominator": float("nan"), "basis": "part_year"}))  # fmt: skip
    return sorted(((words, dict(terms)) for words, terms in found), key=str)


def test_one_figure_of_two_releases_is_one_and_only_hidden_ones_are_asked_about():
    same = "the same figure in another release"
    text = """
        area_code  period_start  period_end  numerator  denominator  hidden
        a          2024-01-18    2024-01-18  3          9            yes
        a          2024-01-18    2024-01-18  3          8            no
        a          2025-01-18    2025-01-18  3          9            no
        b          2024-01-18    2024-01-18  3          9            no
        b          2024-01-18    2024-01-18  3          9            no
    """
    assert linked(text) == [(same, {(0, "numerator"): 1.0, (1, "numerator"): -1.0})]


def test_periods_that_follow_one_another_make_up_a_third_in_every_way():
    text = """
        period_start  period_end  numerator  basis      hidden
        2024-04-01    2024-06-30  3          part_year  yes
        2024-07-01    2024-09-30  9          part_year  no
        2024-04-01    2024-09-30  12         part_year  no
        2024-10-01    2025-03-31  20         part_year  no
        2024-04-01    2025-03-31  32         full_year  no
        2024-07-02    2024-09-30  9          part_year  no
        2024-07-01    2024-07-01  1          snapshot   no
    """
    following = "periods that follow one another"
    assert linked(text) == [
        (following, {(2, "numerator"): 1.0, (0, "numerator"): -1.0, (1, "numerator"): -1.0}),
        (following, {(4, "numerator"): 1.0, (0, "numerator"): -1.0, (1, "numerator"): -1.0, (3, "numerator"): -1.0}),
        (following, {(4, "numerator"): 1.0, (2, "numerator"): -1.0, (3, "numerator"): -1.0}),
    ]


def test_a_figure_that_is_not_hidden_anywhere_is_not_linked():
    assert linked("period_start  period_end  numerator  hidden\n2024-01-18  2024-01-18  3  no") == []
    assert isinstance(relations({}), pd.DataFrame)
