"""What a chart says in words and holds in its table, and where its lines stop."""

from __future__ import annotations

import struct
import warnings
from datetime import date

import pandas as pd
import pytest

from dbv_analysis import charts
from dbv_analysis.charts import Line, line_chart
from dbv_analysis.model.blocks import Figure
from dbv_analysis.model.period import FULL_YEAR, PART_YEAR, SNAPSHOT, Break, Period
from dbv_analysis.model.units import PERCENT
from tests.charts.drawing import plot_of

JANUARY = {year: Period.snapshot(date(year, 1, 18)) for year in range(2019, 2026)}
PERSONS = Break(date(2023, 1, 1), "the return changed from totals to persons")


def rows(values: dict[Period, float | str]) -> pd.DataFrame:
    """Result rows of one series, from its periods and their values or symbols."""
    periods = [(period.end, period.label, period.basis) for period in values]
    frame = pd.DataFrame(periods, columns=["period_end", "period_label", "basis"])
    symbols = [value if isinstance(value, str) else "" for value in values.values()]
    return frame.assign(value=pd.to_numeric(pd.Series(values.values()), errors="coerce"), symbol=symbols)


def januaries(values: dict[int, float | str]) -> pd.DataFrame:
    return rows({JANUARY[year]: value for year, value in values.items()})


def chart(*series: Line, **options) -> Figure:
    words = {"title": "Shares fell", "measure": "Plans in special schools, per cent", "caption": ["Source: a release."]}
    return line_chart(list(series), write=PERCENT.write, **words, **options)


def halton(values: dict[int, float | str], **options) -> Figure:
    """A chart of one series, the authority's own."""
    return chart(Line("Halton", januaries(values), own=True), **options)


@pytest.fixture(scope="module")
def drawn() -> Figure:
    """A chart of two series, of which the second lacks a year, across the break of 2023."""
    return chart(
        Line("Halton", januaries({2021: 47.6, 2022: 44.7, 2023: 40.6, 2024: 37.2}), own=True),
        Line("England", januaries({2021: 35.8, 2022: 34.8, 2024: 32.3})),
        start=date(2024, 4, 1),
        breaks=(PERSONS,),
    )


YEARS = {Period.academic_year(2021): 12.58, Period.academic_year(2022): 11.65}
WEEKS = {Period.parse("2024-09-01 to 2024-09-21"): 9.7}


@pytest.mark.parametrize(
    ("series", "bases"),
    [
        # part of a year is never drawn with full years, on one line or on two
        ([YEARS | WEEKS], f"{FULL_YEAR} and {PART_YEAR}"),
        ([YEARS, WEEKS], f"{FULL_YEAR} and {PART_YEAR}"),
        # nor is a count on one day
        ([YEARS | {JANUARY[2024]: 37.2}], f"{FULL_YEAR} and {SNAPSHOT}"),
    ],
)
def test_figures_of_different_bases_are_never_drawn_together(series, bases):
    with pytest.raises(ValueError, match=f"different bases.*{bases}"):
        chart(*(Line("Halton", rows(values), own=True) for values in series))


def test_the_alt_text_names_every_series_with_its_first_and_last_value_and_says_where_and_why_lines_break(drawn):
    assert drawn.alt.startswith("Line chart: Plans in special schools, per cent.")
    assert "Halton: 47.6% in January 2021, 40.6% in January 2023, 37.2% in January 2024." in drawn.alt
    assert "England: 35.8% in January 2021, 34.8% in January 2022, 32.3% in January 2024." in drawn.alt
    assert "The lines break at January 2023: the return changed from totals to persons." in drawn.alt
    assert "break" not in halton({2023: 40.6, 2024: 37.2}, breaks=(PERSONS,)).alt  # outside the years drawn


def test_the_table_holds_each_value_drawn_and_x_where_there_is_none(drawn):
    assert drawn.table.caption == "Plans in special schools, per cent"
    assert drawn.table.header == ["Period", "Halton", "England"]
    assert drawn.table.rows == [
        ["January 2021", "47.6%", "35.8%"],
        ["January 2022", "44.7%", "34.8%"],
        ["January 2023", "40.6%", "x"],
        ["January 2024", "37.2%", "32.3%"],
    ]
    assert set(drawn.table.symbols) == {"x"}


def test_a_hidden_value_stands_in_the_table_as_its_symbol_and_nowhere_as_a_number():
    hidden = halton({2022: 8.8, 2023: "c", 2024: 8.0, 2025: "c"})
    assert [row[1] for row in hidden.table.rows] == ["8.8%", "c", "8.0%", "c"]
    assert "Halton: 8.8% in January 2022, 8.0% in January 2024." in hidden.alt
    assert "nan" not in hidden.text().lower()


def test_a_series_without_any_value_is_left_out():
    nowhere = Line("Nowhere", januaries({2023: "x"}))
    alone = chart(Line("Halton", januaries({2023: 40.6, 2024: 37.2}), own=True), nowhere)
    assert alone.table.header == ["Period", "Halton"]
    assert "Nowhere" not in alone.alt
    with pytest.raises(ValueError, match="no series has a value, so there is nothing to draw"):
        chart(nowhere)


def test_a_series_of_one_value_is_named_with_it_and_drawn_without_a_warning_that_a_page_would_show():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        chart = halton({2024: 37.2})
        assert chart.png
    assert "Halton: 37.2% in January 2024." in chart.alt
    assert chart.table.rows == [["January 2024", "37.2%"]]


@pytest.mark.parametrize(
    ("values", "breaks", "stretches"),
    [
        # a line is joined from year to year, but not across a break, a missing year or a hidden value
        ({2021: 1.0, 2022: 2.0, 2023: 3.0}, (), [[2021, 2022, 2023]]),
        ({2021: 1.0, 2022: 2.0, 2023: 3.0, 2024: 4.0}, (PERSONS,), [[2021, 2022], [2023, 2024]]),
        ({2019: 1.0, 2021: 2.0, 2022: 3.0}, (), [[2019], [2021, 2022]]),
        ({2021: 1.0, 2022: 2.0, 2023: "c", 2024: 4.0, 2025: 5.0}, (), [[2021, 2022], [2023], [2024, 2025]]),
    ],
)
def test_a_line_stops_where_values_do_not_join(values, breaks, stretches):
    axes = plot_of(halton(values, breaks=breaks)).axes[0]
    assert [[day.year for day in line.get_xdata()] for line in axes.lines] == stretches


def test_a_gap_in_the_main_series_is_told_in_the_caption(drawn):
    years = {Period.academic_year(year): value for year, value in {2018: 8.6, 2020: 18.99, 2021: 12.58}.items()}
    with_gap = chart(Line("Halton", rows(years), own=True))
    assert with_gap.caption == ["Source: a release.", "No figure between 2018/19 and 2020/21."]
    assert drawn.caption == ["Source: a release."]


def test_the_picture_is_a_png_of_the_size_that_it_says(drawn):
    assert drawn.png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", drawn.png[16:24])
    assert (width, height) == tuple(round(inches * charts.DPI) for inches in charts.INCHES)
    assert (drawn.width, drawn.height) == tuple(round(inches * charts.CSS_PIXELS) for inches in charts.INCHES)
    assert width > drawn.width, "too coarse for print"


def test_the_same_rows_give_the_same_picture_byte_for_byte_and_others_another():
    values = {2022: 44.7, 2023: 40.6, 2024: 37.2}
    assert halton(values).png == halton(values).png
    others = [halton(values | {2024: 47.2}), halton(values, start=date(2024, 4, 1)), halton(values, breaks=(PERSONS,))]
    assert len({chart.png for chart in [halton(values), *others]}) == 4
