"""Figures before anything is hidden, and the rows behind each, on small made-up tables."""

from __future__ import annotations

import dataclasses

import narwhals as nw
import pandas as pd
import pytest

from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.metric import Count, Grouped, Mean, Ratio, Total, Value
from dbv_analysis.model.pack import CONTROLLED, PUBLIC
from dbv_analysis.model.problems import CallProblem
from dbv_analysis.model.units import COUNT, PERCENT, POUNDS, RATE, SYMBOLS
from dbv_analysis.results.calculate import by_group, calculate
from dbv_analysis.results.count import FigureCounts, count_figures, rows_of, source_rows
from tests.results.plans import RULE, as_given, in_school, metric, number, of_kind, pounds_each, pounds_on_pupils, table

SUM = ("figure", "part", "atom", "count")
PLANS = """
    setting  kind   count
    school   boys   30
    home     boys   10
    school   girls  20
    away     girls  5
"""


def counted(text: str, *metrics) -> FigureCounts:
    return count_figures(metrics, {"plans": table(text)})


def tuples(frame: pd.DataFrame, *columns: str) -> list[tuple]:
    """Those columns, a row a tuple, None where there is no number."""
    chosen = frame[list(columns)].astype(object)
    return list(chosen.where(chosen.notna(), None).itertuples(index=False, name=None))


def rows(counts: FigureCounts, *columns: str) -> list[tuple]:
    return tuples(counts.figures, *columns)


def sources(counts: FigureCounts) -> list[tuple]:
    """Every figure's rows: the figure, the count that they make up, the number of each row and its count."""
    return sorted(tuples(counts.sums, *SUM))


def test_every_figure_has_its_counts_and_the_rows_that_it_was_counted_from():
    counts = counted(PLANS, metric(in_school, by={"Sex": "kind"}), metric(number, COUNT))
    assert rows(counts, "metric_id", "breakdown", "numerator", "denominator", "whole") == [
        ("in_school", TOTAL, 50, 65, True),
        ("in_school", "boys", 30, 40, False),
        ("in_school", "girls", 20, 25, False),
        ("number", TOTAL, 65, None, True),
    ]
    assert sources(counts) == sorted(
        [
            *((0, "denominator", atom, count) for atom, count in enumerate((30, 10, 20, 5))),
            *((3, "numerator", atom, count) for atom, count in enumerate((30, 10, 20, 5))),
            *((0, "numerator", 0, 30), (0, "numerator", 2, 20)),
            *((1, "denominator", 0, 30), (1, "denominator", 1, 10), (1, "numerator", 0, 30)),
            *((2, "denominator", 2, 20), (2, "denominator", 3, 5), (2, "numerator", 2, 20)),
        ]
    )
    assert list(counts.sums.index) == list(range(len(counts.sums)))
    assert counts.sums is counts.sums
    assert sources(counts) == sorted(
        source_rows(counts.parts)[["figure", "part", "atom", "count"]].itertuples(index=False, name=None)
    )


def test_rows_are_numbered_over_all_tables():
    def of_both(plans, others):
        """Plans in a school, of others."""
        return Ratio(others, plans.filter(nw.col("setting") == "school"))

    plans = table(PLANS)
    counts = count_figures([metric(of_both)], {"plans": plans, "others": plans})
    assert sources(counts) == [
        *((0, "denominator", atom, count) for atom, count in enumerate((30, 10, 20, 5), start=4)),
        *((0, "numerator", 0, 30), (0, "numerator", 2, 20)),
    ]
    assert list(counts.tables["plans"]["atom"]) == [0, 1, 2, 3]
    assert list(counts.tables["others"]["atom"]) == [4, 5, 6, 7]


def test_what_a_share_leaves_out_is_its_whole_less_its_denominator():
    def known(plans):
        """In a school, of those who are in one place or the other."""
        both = plans.filter(nw.col("setting") != "away")
        return Ratio(
            both, nw.col("setting") == "school", within=plans, children=plans.filter(nw.col("kind") == "girls")
        )

    counts = counted(PLANS, metric(known))
    assert rows(counts, "numerator", "denominator", "left_out", "children", "behind") == [(50, 60, 5, 25, None)]
    assert [row[:3] for row in sources(counts)] == [
        *((0, "children", atom) for atom in (2, 3)),
        *((0, "denominator", atom) for atom in (0, 1, 2)),
        *((0, "numerator", atom) for atom in (0, 2)),
        *((0, "within", atom) for atom in (0, 1, 2, 3)),
    ]


def largest(plans):
    """Pounds, with the largest sum of one pupil."""
    return Total(of_kind(plans, "pounds"), largest=of_kind(plans, "one"))


def value_behind(plans):
    """Pounds as they are given, with the pupils behind them."""
    return Value(of_kind(plans, "pounds"), nw.col("count"), nw.when(nw.col("setting") == "near").then(nw.lit(7)))


MONEY = """
    setting  kind    count
    near     pounds  900
    far      pounds  500
    near     pupils  30
    far      pupils  10
    near     one     100
    near     one     300
"""


@pytest.mark.parametrize(
    ("define", "unit", "numerator", "denominator", "of", "over", "share", "money", "times"),
    [
        (number, COUNT, 1740 + 100, None, True, False, False, False, None),
        (number, PERCENT, 1740 + 100, None, True, False, False, False, None),
        (pounds_on_pupils, POUNDS, 1400, None, False, False, False, True, None),
        (largest, POUNDS, 1400, None, False, False, False, True, None),
        (pounds_each, POUNDS, 1400, 40, False, True, False, False, 1),
        (in_school, PERCENT, 0, 1840, True, True, True, False, 100),
        (in_school, RATE, 0, 1840, True, True, False, False, 100),
    ],
)
def test_what_a_count_is_of(define, unit, numerator, denominator, of, over, share, money, times):
    counts = counted(MONEY, metric(define, unit))
    kinds = ("numerator", "denominator", "of_children", "over_children", "share", "money", "times", "unit")
    assert rows(counts, *kinds) == [(numerator, denominator, of, over, share, money, times, unit.name)]


def test_who_and_what_is_behind_money():
    assert rows(counted(MONEY, metric(pounds_on_pupils, POUNDS)), "behind", "largest") == [(40, None)]
    assert rows(counted(MONEY, metric(largest, POUNDS)), "behind", "largest") == [(None, 300)]
    by_place = counted(MONEY, metric(pounds_on_pupils, POUNDS, by={"Place": "setting"}))
    assert sorted(rows(by_place, "breakdown", "behind")) == [(TOTAL, 40), ("far", 10), ("near", 30)]


def test_figures_that_stand_as_they_are_have_no_counts_and_their_unknown_number_behind_is_taken_for_one():
    counts = counted(MONEY, metric(value_behind, POUNDS, by={"Place": "setting"}))
    columns = ("breakdown", "value", "behind", "whole", "of_children", "over_children", "share", "money", "times")
    assert rows(counts, *columns) == [
        ("near", 900, 7, False, False, False, False, True, None),
        ("far", 500, 1, False, False, False, False, True, None),
    ]
    assert counts.sums.empty
    assert rows(counted("count\n7", metric(as_given)), "breakdown", "value", "whole", "money") == [
        (TOTAL, 7, True, False)
    ]


@pytest.mark.parametrize(
    ("far", "symbols"),
    [("pounds  500", ["", ""]), ("pupils  10", ["", "x"]), ("pounds  c\nfar  pupils  9", ["c", "c"])],
)
def test_a_mean_of_which_only_the_number_is_known_is_not_available(far, symbols):
    text = f"setting  kind  count\nnear  pounds  900\nnear  pupils  30\nfar  {far}"
    counts = counted(text, metric(pounds_each, POUNDS, by={"Place": "setting"}))
    found = dict(rows(counts, "breakdown", "symbol"))
    assert [found[TOTAL], found.get("far", "")] == symbols
    assert found["near"] == ""


def test_a_share_of_something_else_than_children_guards_the_children_alone():
    def sessions(plans):
        """Sessions."""
        return Ratio(of_kind(plans, "pounds"), nw.col("setting") == "near", children=of_kind(plans, "pupils"))

    counts = counted(MONEY, metric(sessions))
    assert rows(counts, "of_children", "over_children", "share", "children") == [(False, False, True, 40)]


def groups_and_whole(plans):
    """Those trained, by kind, and all of them, who are fewer."""
    return Grouped(Count(of_kind(plans, "pupils")), Count(of_kind(plans, "pounds")))


def test_a_whole_that_is_counted_by_itself_stands_beside_its_groups():
    counts = counted(MONEY, metric(groups_and_whole, COUNT, by={"Place": "setting"}))
    figures = rows(counts, "breakdown", "numerator", "whole")
    assert figures[0] == (TOTAL, 1400, True)
    assert sorted(figures[1:]) == [("far", 10, False), ("near", 30, False)]
    plans = nw.from_native(table(MONEY)).lazy()
    assert sorted(rows_of(groups_and_whole(plans)).collect()["count"]) == [10, 30]
    assert sorted(rows_of(pounds_each(plans)).collect()["count"]) == [10, 30]
    assert sorted(rows_of(number(plans)).collect()["count"]) == sorted(table(MONEY)["count"])


def test_a_metric_of_one_topic_has_its_whole_under_it():
    counts = counted(PLANS, metric(number, COUNT, by={"Sex": "kind"}))
    assert set(rows(counts, "breakdown_topic")) == {("Sex",)}


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_a_symbol_among_the_rows_leaves_no_number(symbol):
    counts = counted(f"setting  count\nschool  {symbol}\nhome  10", metric(in_school), metric(number, COUNT))
    assert rows(counts, "numerator", "denominator", "symbol") == [(None, None, symbol)] * 2


def test_a_metric_of_two_topics_has_its_whole_under_neither():
    counts = counted(PLANS, metric(number, COUNT, by={"Sex": "kind", "Setting": "setting"}))
    figures = rows(counts, "breakdown_topic", "breakdown", "numerator")
    assert figures[0] == (TOTAL, TOTAL, 65)
    assert sorted(figures[1:]) == [
        *(("Setting", "away", 5), ("Setting", "home", 10), ("Setting", "school", 50)),
        *(("Sex", "boys", 40), ("Sex", "girls", 25)),
    ]


def test_parts_without_figures_leave_the_columns_of_the_others():
    counts = counted(PLANS, metric(pounds_on_pupils, POUNDS), metric(number, COUNT))
    assert rows(counts, "metric_id", "numerator", "behind", "largest") == [("number", 65, None, None)]
    assert counted(PLANS, metric(pounds_on_pupils, POUNDS)).figures.empty
    assert list(count_figures([], {}).figures.columns) == []


def test_what_was_counted_is_not_to_be_changed_nor_printed_in_full():
    counts = counted(PLANS, metric(number, COUNT))
    with pytest.raises(dataclasses.FrozenInstanceError):
        counts.figures = None
    with pytest.raises(dataclasses.FrozenInstanceError):
        counts.parts[0].column = None
    assert "parts=" not in repr(counts)
    assert "tables=" not in repr(counts)


ABOUT = {
    **{"area_code": "E06000001", "area_name": "Here", "geographic_level": "Local authority"},
    **{"as_at": "2024-01-18", "published": "2024-01-18", "source": "Records", "release": "r1"},
}
RECORDS = """
    setting  kind   count
    school   girls  6
    home     girls  9
    home     boys   8
    school   boys   7
"""


def grouped(define, groups: dict[str, str], text: str = RECORDS, unit=PERCENT, profile: str = PUBLIC) -> pd.DataFrame:
    frame = nw.from_native(table(text).drop(columns=list(ABOUT))).lazy()
    records = {"caseload": frame, "others": frame}
    return by_group(metric(define, unit), records, groups, ABOUT, RULE, profile)


def in_a_school(caseload):
    """Plans in a school, of all plans, %."""
    return Ratio(caseload, nw.col("setting") == "school")


def plans(caseload):
    """Plans."""
    return Count(caseload)


def test_records_are_counted_by_any_group_and_in_all():
    found = grouped(in_a_school, {"Sex": "kind"})
    assert list(
        found[["breakdown_topic", "breakdown", "numerator", "denominator"]].itertuples(index=False, name=None)
    ) == [
        ("Sex", TOTAL, 13, 30),
        ("Sex", "boys", 7, 15),
        ("Sex", "girls", 6, 15),
    ]
    assert list(found.index) == [0, 1, 2]
    assert found["of_children"].all()
    assert {str(day) for day in found["published"]} == {"2024-01-18"}
    both = grouped(plans, {"Sex": "kind", "Place": "setting"}, unit=COUNT)
    assert not both["of_children"].any()
    assert dict(zip(both["breakdown"], both["value"], strict=True)) == {
        TOTAL: 30, "boys, home": 8, "boys, school": 7, "girls, home": 9, "girls, school": 6,
    }  # fmt: skip
    assert set(both["breakdown_topic"]) == {"Sex and Place"}
    alone = grouped(plans, {}, unit=COUNT)
    assert tuples(alone, "breakdown_topic", "breakdown", "value") == [(TOTAL, TOTAL, 30)]


def test_groups_of_records_are_hidden_with_what_gives_them_away():
    few = RECORDS.replace("boys   8", "boys   3").replace("boys   7", "boys   0") + "    home     other  12\n"
    found = grouped(plans, {"Sex": "kind"}, few, COUNT)
    assert dict(zip(found["breakdown"], found["symbol"], strict=True)) == {
        TOTAL: "",
        "boys": "c",
        "girls": "",
        "other": "c",
    }
    assert set(grouped(plans, {"Sex": "kind"}, few, COUNT, CONTROLLED)["symbol"]) == {""}


def test_whether_both_counts_of_a_share_are_of_children():
    def sessions(caseload):
        """Sessions."""
        return Ratio(caseload, nw.col("setting") == "school", children=caseload)

    def mean(caseload):
        """A mean."""
        return Mean(caseload, caseload)

    assert not grouped(sessions, {"Sex": "kind"})["of_children"].any()
    assert not grouped(mean, {"Sex": "kind"})["of_children"].any()
    assert not grouped(in_a_school, {"Sex": "kind"}, unit=RATE)["of_children"].any()


def test_a_metric_that_counts_nothing_of_the_records_says_what_they_hold():
    def of_placements(placements):
        """Placements."""
        return Count(placements)

    with pytest.raises(CallProblem, match=r"of_placements is not counted from .*: they hold caseload and others"):
        grouped(of_placements, {"Sex": "kind"})


def test_the_first_of_several_figures_of_one_key_is_named_and_results_are_numbered_in_their_order():
    text = "kind  count\nboys  12\ngirls  13"
    two = table("period  count\n2023-01-19  1\n2024-01-18  2\n2023-01-19  3\n2024-01-18  4")
    with pytest.raises(ValueError, match=r"more than one figure for as_given, E06000001, .*2023-01-19"):
        calculate([metric(as_given)], {"plans": two}, RULE, PUBLIC)
    found = calculate([metric(number, COUNT, by={"Sex": "kind"})], {"plans": table(text)}, RULE, PUBLIC)
    assert list(found.index) == [0, 1, 2]
    assert calculate([], {"plans": table(text)}, RULE, PUBLIC).empty
