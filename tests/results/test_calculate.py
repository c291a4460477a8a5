"""From rows to figures, on tables small enough to check by eye."""

from __future__ import annotations

import narwhals as nw
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbv_analysis.model.columns import RESULT_COLUMNS, TOTAL
from dbv_analysis.model.metric import Count, Ratio, Total, Value
from dbv_analysis.model.pack import CONTROLLED
from dbv_analysis.model.settings import Disclosure
from dbv_analysis.model.units import COUNT, PERCENT, POUNDS, SYMBOLS
from tests.results.plans import (
    as_given,
    by_group,
    figures,
    in_school,
    metric,
    number,
    of_kind,
    only,
    pounds,
    pounds_each,
    pounds_on_pupils,
    share,
    table,
)
from tests.soak import examples

NO_NUMBER = (None, None, None)
HIDDEN = (*NO_NUMBER, "c")


@pytest.mark.parametrize(
    ("in_schools", "elsewhere", "expected"),
    [
        ("30", "10", (30, 40, 75, "")),
        ("0", "0", (0, 0, None, "z")),  # a share of nothing
        ("0", "40", (0, 40, 0, "")),  # a true nought
        ("5", "95", (5, 100, 5, "")),
        ("95", "5", (95, 100, 95, "")),
        ("100", "0", (100, 100, 100, "")),
        *((few, "96", HIDDEN) for few in "1234"),
        *(("96", few, HIDDEN) for few in "1234"),  # the complement would give it away
        *((few, "0", HIDDEN) for few in "1234"),
        *(("0", few, HIDDEN) for few in "1234"),  # the denominator itself is small
        *((symbol, "10", (*NO_NUMBER, symbol)) for symbol in SYMBOLS),
        *(("10", symbol, (*NO_NUMBER, symbol)) for symbol in SYMBOLS),
        *((symbol, symbol, (*NO_NUMBER, symbol)) for symbol in SYMBOLS),
        *((symbol, "0", (*NO_NUMBER, symbol)) for symbol in SYMBOLS),
    ],
)
def test_a_share_is_what_is_in_the_numerator_of_all_or_a_symbol(in_schools, elsewhere, expected):
    assert share(in_schools, elsewhere) == expected


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (("30", "10"), (40, None, 40, "")),
        (("3",), HIDDEN),
        (("0",), (0, None, 0, "")),
        (("5",), (5, None, 5, "")),
        *(((symbol, "10"), (*NO_NUMBER, symbol)) for symbol in SYMBOLS),
    ],
)
def test_a_count_adds_up_and_has_no_denominator(counts, expected):
    assert only(figures(table("\n".join(["count", *counts])), metric(number, COUNT))) == expected


def test_a_share_of_which_no_row_is_in_the_numerator_is_a_true_nought():
    assert only(figures(table("setting  count\nhome  40"))) == (0, 40, 0, "")


def test_each_area_and_each_period_has_a_figure_of_its_own():
    plans = table("""
        area   period      setting  count
        Here   2023-01-19  school   10
        Here   2023-01-19  home     10
        Here   2024-01-18  school   30
        Here   2024-01-18  home     10
        There  2024-01-18  school   50
        There  2024-01-18  home     50
    """)
    found = figures(plans)
    assert list(found.columns) == list(RESULT_COLUMNS)
    assert [tuple(row) for row in found[["area_name", "period_label", "value"]].to_numpy()] == [
        ("Here", "January 2023", 50),
        ("Here", "January 2024", 75),
        ("There", "January 2024", 50),
    ]


def test_records_and_published_counts_give_the_same_results():
    published = table("""
        setting  kind   count
        school   boys   7
        school   girls  6
        home     boys   8
        home     girls  9
    """)
    records = published.loc[published.index.repeat(published["count"].astype(int))].assign(count=1.0)
    metrics = [metric(in_school, by={"Kind": "kind"}), metric(number, COUNT, by={"Kind": "kind"})]
    assert len(records) == 30
    pd.testing.assert_frame_equal(figures(records, *metrics), figures(published, *metrics))


@pytest.mark.parametrize(
    ("stronger", "weaker"), [("c", "x"), ("x", "u"), ("u", "low"), ("low", "z"), ("c", "z"), ("x", "low")]
)
def test_of_two_symbols_the_stronger_stays(stronger, weaker):
    for first, second in [(stronger, weaker), (weaker, stronger)]:
        plans = table(f"setting  kind  count\nschool  boys  {first}\nhome  boys  {second}\nhome  girls  10")
        assert only(figures(plans))[2:] == (None, stronger)


def test_a_symbol_spoils_only_its_own_area():
    plans = table("""
        area   setting  count
        Here   school   x
        Here   home     10
        There  school   30
        There  home     10
    """)
    assert list(figures(plans)["symbol"]) == ["x", ""]


def test_counts_are_hidden_after_they_are_added_up_and_before_they_are_divided():
    plans = table("""
        setting  kind   count
        school   boys   3
        school   girls  3
        home     boys   2
        home     girls  4
    """)
    assert only(figures(plans)) == (6, 12, 50, "")


def test_the_controlled_profile_shows_small_counts():
    assert share("3", "1", profile=CONTROLLED) == (3, 4, 75, "")


@pytest.mark.parametrize(("threshold", "expected"), [(3, (3, 100, 3, "")), (4, HIDDEN), (1, (3, 100, 3, ""))])
def test_the_threshold_is_the_rules(threshold, expected):
    assert share("3", "97", rule=Disclosure(threshold=threshold)) == expected


def test_a_breakdown_has_a_row_for_each_of_its_parts_beside_the_total():
    plans = table("""
        setting  kind   count
        school   boys   30
        home     boys   10
        school   girls  20
        home     girls  20
    """)
    found = figures(plans, metric(in_school, by={"Sex": "kind"}))
    assert [tuple(row) for row in found[["breakdown_topic", "breakdown", "numerator", "value"]].to_numpy()] == [
        ("Sex", TOTAL, 50, 62.5),
        ("Sex", "boys", 30, 75),
        ("Sex", "girls", 20, 50),
    ]


@pytest.mark.parametrize(
    ("by", "topic"),
    [({}, TOTAL), ({"Sex": "kind"}, "Sex"), ({"Sex": "kind", "Setting": "setting"}, TOTAL)],
    ids=["of no topic", "of one topic", "of two topics"],
)
def test_the_total_stands_under_the_topic_where_there_is_only_one(by, topic):
    plans = table("""
        setting  kind   count
        school   boys   30
        home     girls  20
    """)
    found = figures(plans, metric(number, COUNT, by=by))
    total = found[found["breakdown"] == TOTAL]
    assert [tuple(row) for row in total[["breakdown_topic", "value"]].to_numpy()] == [(topic, 50)]
    assert set(found["breakdown_topic"]) == {topic, *by}


def test_a_figure_that_already_is_what_it_should_be_stands_as_it_is():
    plans = table("""
        kind   count
        boys   12.5
        girls  u
    """)
    found = figures(plans, metric(as_given, by={"Sex": "kind"}))
    assert list(found["breakdown"]) == ["boys", "girls"]
    assert found["value"].iloc[0] == 12.5
    assert found["value"].isna().iloc[1]
    assert list(found["symbol"]) == ["", "u"]
    assert found[["numerator", "denominator"]].isna().all(axis=None)


def test_a_figure_whose_row_has_a_symbol_is_not_shown_though_it_could_be_worked_out():
    def worked_out(plans):
        """A figure beside a symbol."""
        return Value(plans, nw.lit(12.5))

    assert only(figures(table("count\nx"), metric(worked_out))) == (None, None, None, "x")


def test_a_share_that_is_exactly_half_way_is_printed_rounded_up_as_the_releases_do():
    _, _, value, _ = share("23", "57")  # 23 of 80 is 28.75
    assert PERCENT.write(value) == "28.8%"


def spent(near: str, far: str, define=pounds_on_pupils, **options) -> dict[str, float | str]:
    """What comes of two groups, each given as its pounds and its pupils, such as ``9000 for 40``."""
    rows = "\n".join(
        f"{place}  {kind}  {count}"
        for place, words in (("near", near), ("far", far))
        for kind, count in zip(("pounds", "pupils"), words.split(" for "), strict=True)
        if count != "nothing"
    )
    plans = table(f"setting  kind  count\n{rows}")
    return by_group(figures(plans, metric(define, POUNDS, by={"Place": "setting"}), **options))


@pytest.mark.parametrize(
    ("define", "rows", "options", "expected"),
    [
        (pounds, "pounds  3", {}, (3, None, 3, "")),  # money is shown however little it is
        *((pounds, f"pounds  {symbol}\npounds  10", {}, (*NO_NUMBER, symbol)) for symbol in SYMBOLS),
        *((pounds_on_pupils, f"pounds  5000\npupils  {few}", {}, HIDDEN) for few in (1, 2)),
        *((pounds_on_pupils, f"pounds  5000\npupils  {number}", {}, (5000, None, 5000, "")) for number in (0, 3, 40)),
        *((pounds_on_pupils, f"pounds  5000\npupils  {symbol}", {}, (*NO_NUMBER, symbol)) for symbol in SYMBOLS),
        (pounds_on_pupils, "pounds  5000\npupils  10", {"rule": Disclosure(threshold=50)}, (5000, None, 5000, "")),
        (pounds_on_pupils, "pounds  5000\npupils  10", {"rule": Disclosure(threshold=1, money_threshold=11)}, HIDDEN),
        (pounds_each, "pounds  9000\npounds  5000\npupils  30\npupils  10", {}, (14000, 40, 350, "")),
        (pounds_each, "pounds  3\npupils  40", {}, (3, 40, 0.075, "")),
        (pounds_each, "pounds  3\npupils  4", {}, HIDDEN),
        (pounds_each, "pounds  3\npupils  4", {"profile": CONTROLLED}, (3, 4, 0.75, "")),
        (pounds_each, "pounds  10\npupils  8", {}, (10, 8, 1.25, "")),  # no share: nobody is the 2 between £10 and 8
        (pounds_each, "pounds  0\npupils  0", {}, (0, 0, None, "z")),
        *((pounds_each, f"pounds  5000\npupils  {symbol}", {}, (*NO_NUMBER, symbol)) for symbol in SYMBOLS),
        *((pounds_each, f"pounds  {symbol}\npupils  10", {}, (*NO_NUMBER, symbol)) for symbol in SYMBOLS),
        *((pounds_each, f"pounds  {symbol}\npupils  {symbol}", {}, (*NO_NUMBER, symbol)) for symbol in SYMBOLS),
    ],
)
def test_money_and_means_have_a_rule_of_their_own(define, rows, options, expected):
    """Money with few pupils behind it is hidden, and a mean over few pupils; the threshold of each is its own."""
    assert only(figures(table(f"kind  count\n{rows}"), metric(define, POUNDS), **options)) == expected


@pytest.mark.parametrize(
    ("define", "near", "far", "expected"),
    [
        (pounds_on_pupils, "9000 for 40", "5000 for 2", {"near": "c", "far": "c", TOTAL: 14000}),
        (pounds_on_pupils, "9000 for 40", "5000 for 3", {"near": 9000, "far": 5000, TOTAL: 14000}),
        (pounds_each, "9000 for 30", "5000 for 10", {"near": 300, "far": 500, TOTAL: 350}),
        (pounds_each, "9000 for 90", "5000 for 10", {"near": 100, "far": 500, TOTAL: 140}),  # not the mean of the means
        (pounds_each, "9000 for 40", "5000 for 4", {"near": "c", "far": "c", TOTAL: pytest.approx(14000 / 44)}),
        (pounds_each, "9000 for 30", "nothing for 10", {"near": 300, "far": "x", TOTAL: 225}),
        (pounds_each, "9000 for 30", "5000 for nothing", {"near": 300, TOTAL: pytest.approx(14000 / 30)}),
        (pounds_each, "9000 for 30", "5000 for c", {"near": 300, "far": "c", TOTAL: "c"}),
    ],
)
def test_money_and_means_of_two_groups_and_of_both(define, near, far, expected):
    assert spent(near, far, define) == expected


def test_the_controlled_profile_hides_no_money():
    assert spent("9000 for 40", "5000 for 2", profile=CONTROLLED) == {"near": 9000, "far": 5000, TOTAL: 14000}


@pytest.mark.parametrize(
    ("kind", "rows", "expected"),
    [
        (Count, "those trained  14\ntrainers among them  8", {"those trained": 14, "trainers among them": 8}),
        (Total, "those trained  14\ntrainers among them  8", {"those trained": 14, "trainers among them": 8}),
        (Count, "Total  1857\nEHC plan  300", {TOTAL: 1857, "EHC plan": 300}),
        (Count, "boys  3\ngirls  40\nyoungest  7", {"boys": "c", "girls": 40, "youngest": 7}),
    ],
    ids=["children", "money", "a total is given", "one is hidden"],
)
def test_groups_that_do_not_add_up_have_no_total_made_for_them_and_hide_no_other(kind, rows, expected):
    def separate(plans):
        """Groups that overlap."""
        return kind(plans, adds_up=False)

    found = figures(table(f"kind  count\n{rows}"), metric(separate, COUNT, by={"Group": "kind"}))
    assert by_group(found) == expected
    assert set(found["breakdown_topic"]) == {"Group"}


def several(plans):
    """Published plans in school, a reported share, and the pounds of the return, in one measure."""
    reported = plans.filter(nw.col("kind") == "reported")
    return (
        Ratio(of_kind(plans, "any"), nw.col("setting") == "school"),
        Value(reported, nw.col("count")),
        Total(of_kind(plans, "pounds")),
    )


def test_a_measure_of_several_kinds_has_the_figures_of_each():
    plans = table("""
        period      setting  kind      count
        2023-01-19  school   any       30
        2023-01-19  home     any       10
        2024-01-18  school   reported  62.4
        2025-01-16  school   pounds    3
    """)
    found = figures(plans, metric(several)).astype(object)
    shown = found.where(found.notna(), None)[["period_label", "numerator", "denominator", "value", "breakdown"]]
    assert [tuple(row) for row in shown.to_numpy()] == [
        ("January 2023", 30, 40, 75, TOTAL),
        ("January 2024", None, None, 62.4, TOTAL),
        ("January 2025", 3, None, 3, TOTAL),
    ]


@pytest.mark.parametrize("define", [as_given, several])
def test_two_figures_of_one_key_are_refused_by_name(define):
    plans = table("setting  kind  count\nschool  any  30\nschool  reported  62.4")
    with pytest.raises(ValueError, match=rf"more than one figure for {define.__name__}, E06000001"):
        figures(plans, metric(define))


def test_each_kind_of_a_measure_is_hidden_by_its_own_rule():
    plans = table("""
        period      setting  kind      count
        2023-01-19  school   any       3
        2023-01-19  home     any       90
        2024-01-18  school   reported  3
        2025-01-16  school   pounds    3
    """)
    found = figures(plans, metric(several))
    assert [row["symbol"] or row["value"] for row in found.to_dict("records")] == ["c", 3, 3]


def grouped(*counts: str) -> pd.DataFrame:
    return table("kind  count\n" + "\n".join(f"group {place}  {count}" for place, count in enumerate(counts)))


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (("3", "40", "7", "0"), ["c", 40, "c", 0]),
        (("3", "4", "40", "7"), ["c", "c", 40, 7]),
        (("30", "40", "7", "0"), [30, 40, 7, 0]),
        (("3", "0", "0", "40"), ["c", 0, 0, "c"]),
    ],
    ids=["one is few", "two are few", "none is few", "noughts beside it"],
)
def test_beside_a_single_hidden_group_the_smallest_that_is_not_nought_is_hidden(counts, expected):
    found = by_group(figures(grouped(*counts), metric(number, COUNT, by={"Group": "kind"})))
    assert found.pop(TOTAL) == sum(map(int, counts))
    assert [found[f"group {place}"] for place in range(len(counts))] == expected


def test_a_second_group_is_hidden_only_where_the_first_is():
    plans = table("""
        area   period      kind   count
        Here   2023-01-19  boys   3
        Here   2023-01-19  girls  40
        Here   2024-01-18  boys   30
        Here   2024-01-18  girls  40
        There  2023-01-19  boys   30
        There  2023-01-19  girls  40
    """)
    found = figures(plans, metric(number, COUNT, by={"Sex": "kind"}))
    hidden = found[found["symbol"] == "c"]
    assert set(zip(hidden["area_name"], hidden["period_label"], strict=True)) == {("Here", "January 2023")}
    assert sorted(hidden["breakdown"]) == ["boys", "girls"]


def test_of_shares_the_group_with_the_fewest_plans_is_hidden_second():
    plans = table("""
        setting  kind    count
        school   first   3
        home     first   60
        school   second  10
        home     second  90
        school   third   40
        home     third   30
    """)
    found = by_group(figures(plans, metric(in_school, by={"Group": "kind"})))
    assert found == {"first": "c", "second": 10, "third": "c", TOTAL: pytest.approx(100 * 53 / 233)}


@settings(deadline=None, max_examples=examples(12, 40))
@given(counts=st.lists(st.integers(0, 12), min_size=1, max_size=5))
def test_no_single_hidden_group_can_be_worked_out_from_the_total_and_the_others(counts):
    found = by_group(figures(grouped(*map(str, counts)), metric(number, COUNT, by={"Group": "kind"})))
    total = found.pop(TOTAL)
    groups = sum(count > 0 for count in counts)
    # Each hidden group is at least 1: so three of 5 in all are 1 to 3 each, which is narrower than 1 to 4.
    assert total == ("c" if 0 < sum(counts) < 5 or (groups and sum(counts) - groups < 3) else sum(counts))
    shown = [figure for figure in found.values() if figure != "c"]
    assert not any(0 < figure < 5 for figure in shown)
    assert total == "c" or len(found) - len(shown) != 1


def test_tables_without_rows_give_no_figures_of_any_kind():
    kinds = [metric(define, POUNDS, by={"Place": "setting"}) for define in (pounds, pounds_on_pupils, pounds_each)]
    shares = metric(in_school, by={"Sex": "kind"})
    for wanted in ([shares, metric(number, COUNT), metric(as_given)], [*kinds, metric(several)]):
        found = figures(table("count\n10").iloc[0:0], *wanted)
        assert found.empty
        assert list(found.columns) == list(RESULT_COLUMNS)
