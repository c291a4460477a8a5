"""From rows to figures, on tables small enough to check by eye."""

from __future__ import annotations

import re
from datetime import date

import narwhals as nw
import pandas as pd
import pytest

from dbv_analysis.calculate import calculate
from dbv_analysis.loaders import PROVENANCE
from dbv_analysis.periods import Period
from dbv_analysis.programme import Disclosure
from dbv_analysis.registry import Count, Metric, Ratio, Value, discover
from dbv_analysis.terms import CONTROLLED, COUNT, NEITHER, PERCENT, PUBLIC, RESULT_COLUMNS, SYMBOLS, TOTAL
from tests.conftest import HALTON

RULE = Disclosure(threshold=5)


def table(text: str) -> pd.DataFrame:
    """A table of ``plans`` as the loaders give it, from text: cells stand two spaces or more apart.

    A cell of ``count`` that is one of the symbols is a missing number with that symbol.
    """
    lines = [re.split(r"\s{2,}", line.strip()) for line in text.strip().splitlines()]
    frame = pd.DataFrame(lines[1:], columns=lines[0])
    defaults = {"area": "Here", "period": "2024-01-18", "setting": "school", "kind": "any"}
    frame = frame.assign(**{name: word for name, word in defaults.items() if name not in frame})
    periods = [Period.parse(words) for words in frame["period"]]
    frame = frame.assign(
        area_code=frame["area"].map({"Here": "E06000001", "There": "E06000002"}),
        area_name=frame["area"],
        geographic_level="Local authority",
        symbol=frame["count"].where(frame["count"].isin(SYMBOLS), ""),
        count=pd.to_numeric(frame["count"], errors="coerce").astype(float),
        period_label=[period.label for period in periods],
        period_start=[period.start for period in periods],
        period_end=[period.end for period in periods],
        basis=[period.basis for period in periods],
        as_at=[period.end for period in periods],
        source="A return",
        release="return-1",
        published=[period.end for period in periods],
    ).drop(columns="area")
    assert set(PROVENANCE) <= set(frame.columns)
    return frame


def in_school(plans):
    """Plans in a school, of all plans, %."""
    return Ratio(plans, nw.col("setting") == "school")


def number(plans):
    """Plans."""
    return Count(plans)


def as_given(plans):
    """A figure as it stands."""
    return Value(plans, nw.col("count"))


def metric(define, unit=PERCENT, by: dict[str, str] | None = None) -> Metric:
    return Metric(define.__name__, "Made up", "Made up", unit, NEITHER, "These tests", define, by or {}, (), 1)


def figures(plans: pd.DataFrame, *metrics: Metric, profile: str = PUBLIC, rule: Disclosure = RULE) -> pd.DataFrame:
    return calculate(metrics or [metric(in_school)], {"plans": plans}, rule, profile)


def only(results: pd.DataFrame) -> tuple:
    """The one row's numerator, denominator, value and symbol, None where there is no number."""
    assert len(results) == 1
    row = results[["numerator", "denominator", "value", "symbol"]].astype(object)
    return tuple(row.where(row.notna(), None).iloc[0])


def share(in_schools: str, elsewhere: str, **options) -> tuple:
    """What comes of two rows: plans in schools and plans elsewhere."""
    plans = table(f"setting  count\nschool  {in_schools}\nhome  {elsewhere}")
    return only(figures(plans, **options))


def test_a_share_is_what_is_in_the_numerator_of_all_that_is_counted():
    assert share("30", "10") == (30, 40, 75, "")


def test_a_count_adds_up_and_has_no_denominator():
    plans = table("""
        setting  count
        school   30
        home     10
    """)
    assert only(figures(plans, metric(number, COUNT))) == (40, None, 40, "")


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


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_a_symbol_among_the_rows_is_the_figures_symbol_and_never_nought(symbol):
    assert share(symbol, "10")[2:] == (None, symbol)
    assert share("10", symbol)[2:] == (None, symbol)


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_a_share_of_which_no_row_has_a_number_keeps_its_symbol(symbol):
    assert share(symbol, symbol)[2:] == (None, symbol)
    assert share(symbol, "0")[2:] == (None, symbol)


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_a_count_with_a_symbol_among_its_rows_is_that_symbol(symbol):
    plans = table(f"setting  count\nschool  {symbol}\nhome  10")
    assert only(figures(plans, metric(number, COUNT))) == (None, None, None, symbol)


def test_no_part_of_a_sum_stands_as_the_sum_where_a_row_has_no_number():
    numerator, denominator, _, _ = share("x", "10")
    assert (numerator, denominator) == (None, None)


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


def test_a_share_of_nothing_is_not_applicable():
    assert share("0", "0") == (0, 0, None, "z")


def test_none_in_the_numerator_is_a_true_nought():
    assert share("0", "40") == (0, 40, 0, "")
    plans = table("setting  count\nhome  40")
    assert only(figures(plans)) == (0, 40, 0, "")


HIDDEN = (None, None, None, "c")


@pytest.mark.parametrize("few", ["1", "2", "3", "4"])
def test_a_small_count_hides_itself_its_whole_and_the_share(few):
    assert share(few, "96") == HIDDEN
    assert share("96", few) == HIDDEN, "the complement would give it away"
    assert share(few, "0") == HIDDEN
    assert share("0", few) == HIDDEN, "the denominator itself is small"


def test_a_small_count_is_hidden_where_it_stands_alone():
    assert only(figures(table("count\n3"), metric(number, COUNT))) == HIDDEN
    assert only(figures(table("count\n0"), metric(number, COUNT))) == (0, None, 0, "")
    assert only(figures(table("count\n5"), metric(number, COUNT))) == (5, None, 5, "")


def test_counts_are_hidden_after_they_are_added_up_and_before_they_are_divided():
    plans = table("""
        setting  kind   count
        school   boys   3
        school   girls  3
        home     boys   2
        home     girls  4
    """)
    assert only(figures(plans)) == (6, 12, 50, "")


def test_five_and_nought_are_shown():
    assert share("5", "95") == (5, 100, 5, "")
    assert share("95", "5") == (95, 100, 95, "")
    assert share("100", "0") == (100, 100, 100, "")


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
        ("Sex", "boys", 30, 75),
        ("Sex", "girls", 20, 50),
        (TOTAL, TOTAL, 50, 62.5),
    ]


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


def test_two_figures_of_one_key_are_refused_by_name():
    plans = table("""
        kind   count
        boys   12.5
        girls  13.5
    """)
    with pytest.raises(ValueError, match=r"more than one figure for as_given, E06000001"):
        figures(plans, metric(as_given))


def test_tables_without_rows_give_no_figures():
    plans = table("count\n10").iloc[0:0]
    found = figures(plans, metric(in_school, by={"Sex": "kind"}), metric(number, COUNT), metric(as_given))
    assert found.empty
    assert list(found.columns) == list(RESULT_COLUMNS)


def test_a_share_that_is_exactly_half_way_is_printed_rounded_up_as_the_releases_do():
    _, _, value, _ = share("23", "57")  # 23 of 80 is 28.75
    assert PERCENT.write(value) == "28.8%"


@pytest.mark.parametrize("library", ["pyarrow", "polars", "duckdb"])
def test_a_metric_counts_the_same_on_every_kind_of_frame(library):
    engine = pytest.importorskip(library)
    plans = table("""
        setting  count
        school   30
        school   12
        home     10
    """)[["setting", "count"]]
    if library == "pyarrow":
        other = nw.from_native(engine.table({name: plans[name].to_list() for name in plans})).lazy()
    elif library == "polars":
        other = nw.from_native(engine.DataFrame(plans.to_dict("list"))).lazy()
    else:
        other = nw.from_native(engine.sql("select * from plans"))
    assert counts(in_school(other)) == counts(in_school(nw.from_native(plans).lazy())) == (42, 52)


def counts(asked: Ratio) -> tuple[float, float]:
    """The numerator and the denominator of a frame of any library."""
    parts = [frame.select(nw.col("count").sum()).collect() for frame in (asked.of.filter(asked.numerator), asked.of)]
    return tuple(float(part["count"][0]) for part in parts)


def test_no_change_is_read_across_a_year_that_is_not_there(tables):
    scenarios = tables["scenarios"]
    gap = scenarios[~((scenarios["measure"] == "cumulative deficit") & (scenarios["period_printed"] == "2025"))]
    metrics = [discover()["dsg_in_year_deficit"]]
    rows = calculate(metrics, {**tables, "scenarios": gap}, Disclosure(), PUBLIC)
    assert sorted(rows["period_label"].unique()) == ["2024", "2027", "2028"]


def test_a_share_is_hidden_where_two_wholes_would_give_away_a_small_count(tables):
    """Of 100 plans 3 have no known placement: the share of the 97 beside that of the 100 would say so."""
    one = tables["placements"].iloc[[0]].assign(area_code=HALTON, period_start=date(2024, 1, 18), symbol="")
    plans = pd.concat(
        [
            one.assign(placement="mainstream_academy", count=50.0),
            one.assign(placement="special_academy_free", count=47.0),
            one.assign(placement="placement_unknown", count=3.0),
        ]
    )
    wanted = [discover()[name] for name in ("placement_special_percent", "placement_special_known_percent")]
    rows = calculate(wanted, {**tables, "placements": plans}, Disclosure(), PUBLIC).set_index("metric_id")
    assert rows.loc["placement_special_percent", "value"] == 47
    assert rows.loc["placement_special_known_percent", "symbol"] == "c"
    assert pd.isna(rows.loc["placement_special_known_percent", "value"])
