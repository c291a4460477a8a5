"""What bars and ranges say in words and hold in their tables, and what stands where there is no value."""

from __future__ import annotations

import math

import pytest

from dbv_analysis.charts import Bar, Range, Reference, bar_chart, range_chart
from dbv_analysis.charts.style import ACCENT, GREY
from dbv_analysis.model.blocks import Figure
from dbv_analysis.model.units import PERCENT, POUNDS
from tests.charts.drawing import pixels_of

SHARE = "Plans in special schools, per cent"
COST = "Cost of a place, pounds"
TWO = {"own_name": "Spent", "beside_name": "Profiled"}


def bars(*rows: Bar, **options) -> Figure:
    return bar_chart(list(rows), title="Shares fell", measure=SHARE, write=PERCENT.write, caption=[], **options)


def ranges(*rows: Range, **options) -> Figure:
    return range_chart(list(rows), title="Places cost", measure=COST, write=POUNDS.write, caption=[], **options)


def test_a_few_bars_are_each_named_with_their_value_in_the_order_given():
    chart = bars(Bar("Halton", 37.2), Bar("England", 32.3, own=False), Bar("Wirral", 41.0), row_header="Area")
    assert chart.alt == f"Bar chart: {SHARE}. Halton: 37.2%. England: 32.3%. Wirral: 41.0%."
    assert chart.table.header == ["Area", "Value"]
    assert chart.table.rows == [["Halton", "37.2%"], ["England", "32.3%"], ["Wirral", "41.0%"]]


def test_the_alt_text_of_many_bars_gives_the_highest_the_lowest_and_how_many_have_no_value():
    alt = bars(*(Bar(f"Area {row}", float(row)) for row in range(1, 12)), Bar("Area 12", None, "c")).alt
    assert alt == f"Bar chart: {SHARE}. 12 bars. Highest: Area 11: 11.0%. Lowest: Area 1: 1.0%. 1 without a value."


@pytest.mark.parametrize("missing", [None, math.nan])
def test_a_bar_without_a_value_is_a_symbol_in_the_table_and_words_in_the_alt_text(missing):
    chart = bars(Bar("Halton", 37.2), Bar("Wirral", missing, "c"), Bar("Sefton", missing))
    assert chart.table.rows[1:] == [["Wirral", "c"], ["Sefton", "x"]]
    assert set(chart.table.symbols) == {"c", "x"}
    assert "Wirral: confidential. Sefton: not available." in chart.alt
    assert "0" not in chart.alt


@pytest.mark.parametrize(
    "chart",
    [
        bars(Bar("Halton", 37.2), Bar("Wirral", None, "c")),
        ranges(Range("Special", 9_800, 31_250), Range("Post-16", None, None, "c")),
    ],
)
def test_a_row_without_a_value_is_not_drawn(chart):
    assert pixels_of(chart, ACCENT, (0, 0.4))
    assert not pixels_of(chart, ACCENT, (0.5, 1))


def test_a_value_is_drawn_below_zero_as_well_as_above():
    below = bars(Bar("Halton", -37.2))
    assert below.table.rows == [["Halton", "−37.2%"]]
    assert pixels_of(below, ACCENT) > 10_000


def test_the_authority_is_in_the_accent_colour_and_others_in_grey():
    chart = bars(Bar("Halton", 37.2), Bar("England", 32.3, own=False))
    assert pixels_of(chart, ACCENT, (0, 0.4))
    assert not pixels_of(chart, ACCENT, (0.5, 0.8))
    assert pixels_of(chart, GREY, (0.5, 0.8)) > 10_000


def test_a_bar_is_as_long_as_its_value():
    half, whole = (bars(Bar("A", value), Bar("B", 80.0, own=False)) for value in (40.0, 80.0))
    assert pixels_of(whole, ACCENT) == pytest.approx(2 * pixels_of(half, ACCENT), rel=0.02)


def test_a_note_stands_in_the_table_and_bars_without_one_say_so():
    table = bars(Bar("Halton", 37.2, note="part of the year"), Bar("England", 32.3)).table
    assert table.header == ["Name", "Note", "Value"]
    assert table.rows == [["Halton", "part of the year", "37.2%"], ["England", "no note", "32.3%"]]
    assert table.text_columns == 2


def test_two_values_a_row_are_each_named_in_the_alt_text_and_the_table():
    rows = [Bar("Workforce", 61.0, beside=80.0), Bar("Data", 20.0), Bar("Office", None, beside=5.0)]
    chart = bars(*rows, **TWO)
    assert chart.table.header == ["Name", "Spent", "Profiled"]
    assert chart.table.rows == [["Workforce", "61.0%", "80.0%"], ["Data", "20.0%", "x"], ["Office", "x", "5.0%"]]
    assert "Workforce: Spent 61.0%, Profiled 80.0%. Data: Spent 20.0%, Profiled not available." in chart.alt


def test_what_a_value_is_held_against_is_outlined_and_not_filled():
    alone, filled = (bars(Bar("Workforce", value, beside=80.0), **TWO) for value in (1.0, 80.0))
    assert pixels_of(alone, ACCENT, (0.5, 1)) < pixels_of(filled, ACCENT, (0.5, 1)) / 20


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        ([], {}, "no bar has a value, so there is nothing to draw"),
        ([Bar("Halton", None, "c"), Bar("Wirral", math.nan)], {}, "no bar has a value, so there is nothing to draw"),
        ([Bar(" ", 1.0)], {}, "every bar needs a name"),
        ([Bar("Halton", 1.0, beside=2.0)], {}, "give beside_name"),
        ([Bar("Halton", 1.0)], {"beside_name": "Profiled"}, '"Profiled" names nothing'),
    ],
)
def test_bars_that_cannot_be_drawn_are_refused(rows, options, message):
    with pytest.raises(ValueError, match=message):
        bars(*rows, **options)


def test_ranges_are_named_with_both_ends_and_what_they_are_held_against():
    row = Range("Special", 9_800, 31_250)
    chart = ranges(row, reference=Reference("average cost", 63_765))
    assert chart.alt == f"Range chart: {COST}. Special: £9,800 to £31,250. A line marks the average cost: £63,765."
    assert chart.table.header == ["Name", "Lowest", "Highest"]
    assert chart.table.rows == [["Special", "£9,800", "£31,250"]]
    assert chart.table.notes == ["average cost: £63,765."]
    assert chart.png != ranges(row).png


def test_a_range_of_one_value_says_it_once_and_a_missing_end_is_a_symbol_and_never_zero():
    chart = ranges(Range("Resourced", 14_000, 14_000), Range("Post-16", None, None, "c"), Range("Other", None, 27_300))
    assert chart.table.rows == [["Resourced", "£14,000", "£14,000"], ["Post-16", "c", "c"], ["Other", "x", "£27,300"]]
    assert "Resourced: £14,000. Post-16: confidential. Other: not available to £27,300." in chart.alt


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "no range has a value, so there is nothing to draw"),
        ([Range("Special", None, math.nan)], "no range has a value, so there is nothing to draw"),
        ([Range("Special", 31_250, 9_800)], 'the lowest of "Special" is above its highest: 31250 and 9800'),
        ([Range("", 1, 2)], "every range needs a name"),
    ],
)
def test_ranges_that_cannot_be_drawn_are_refused(rows, message):
    with pytest.raises(ValueError, match=message):
        ranges(*rows)
