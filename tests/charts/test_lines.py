"""What a chart says in words and holds in its table, and where its lines stop."""

from __future__ import annotations

import struct
import warnings
from datetime import date

import pandas as pd
import pytest

from dbv_analysis import charts
from dbv_analysis.charts import Series, line_chart, lines
from dbv_analysis.model.period import FULL_YEAR, PART_YEAR, SNAPSHOT, Break, Period
from dbv_analysis.model.units import PERCENT

JANUARY = {year: Period.snapshot(date(year, 1, 18)) for year in range(2019, 2026)}
PERSONS = Break(date(2023, 1, 1), "the return changed from totals to persons")
C = "c"


def rows(values: dict[Period, float | str]) -> pd.DataFrame:
    """Result rows of one series, from its periods and their values or symbols."""
    return pd.DataFrame(
        [
            {
                "period_end": period.end,
                "period_label": period.label,
                "basis": period.basis,
                "value": float("nan") if isinstance(value, str) else value,
                "symbol": value if isinstance(value, str) else "",
            }
            for period, value in values.items()
        ]
    )


def januaries(values: dict[int, float | str]) -> pd.DataFrame:
    return rows({JANUARY[year]: value for year, value in values.items()})


def chart(*series: Series, **options):
    return line_chart(
        list(series),
        title="Shares fell",
        measure="Plans in special schools, per cent",
        write=PERCENT.write,
        caption=["Source: a release."],
        **options,
    )


def stretches(values: dict[int, float | str], breaks: tuple[Break, ...] = ()) -> list[list[int]]:
    """The years that a line joins, stretch by stretch."""
    return [[day.year for day in part["period_end"]] for part in lines._segments(januaries(values), breaks)]


@pytest.fixture(scope="module")
def drawn():
    """A chart of two series, of which the second lacks a year, across the break of 2023."""
    return chart(
        Series("Halton", januaries({2021: 47.6, 2022: 44.7, 2023: 40.6, 2024: 37.2}), own=True),
        Series("England", januaries({2021: 35.8, 2022: 34.8, 2024: 32.3})),
        start=date(2024, 4, 1),
        breaks=(PERSONS,),
    )


def test_part_of_a_year_is_never_drawn_with_full_years():
    years = {Period.academic_year(2021): 12.58, Period.academic_year(2022): 11.65}
    weeks = {Period.parse("2024-09-01 to 2024-09-21"): 9.7}
    with pytest.raises(ValueError, match=f"different bases.*{FULL_YEAR} and {PART_YEAR}"):
        chart(Series("Halton", rows(years | weeks), own=True))
    with pytest.raises(ValueError, match="different bases"):
        chart(Series("Halton", rows(years), own=True), Series("September", rows(weeks)))


def test_a_count_on_one_day_is_not_drawn_with_full_years_either():
    with pytest.raises(ValueError, match=f"{FULL_YEAR} and {SNAPSHOT}"):
        chart(Series("Plans", rows({Period.academic_year(2022): 11.65, JANUARY[2024]: 37.2}), own=True))


def test_the_alt_text_names_every_series_with_its_first_and_last_value(drawn):
    assert drawn.alt.startswith("Line chart: Plans in special schools, per cent.")
    assert "Halton: 47.6% in January 2021, 40.6% in January 2023, 37.2% in January 2024." in drawn.alt
    assert "England: 35.8% in January 2021, 34.8% in January 2022, 32.3% in January 2024." in drawn.alt


def test_the_alt_text_says_where_the_lines_break_and_why(drawn):
    assert "The lines break at January 2023: the return changed from totals to persons." in drawn.alt


def test_a_break_outside_the_years_drawn_is_not_mentioned():
    assert "break" not in chart(Series("Halton", januaries({2023: 40.6, 2024: 37.2}), own=True), breaks=(PERSONS,)).alt


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
    hidden = chart(Series("Halton", januaries({2022: 8.8, 2023: C, 2024: 8.0, 2025: C}), own=True))
    assert [row[1] for row in hidden.table.rows] == ["8.8%", "c", "8.0%", "c"]
    assert "Halton: 8.8% in January 2022, 8.0% in January 2024." in hidden.alt
    assert "nan" not in hidden.text().lower()


def test_a_series_without_any_value_is_left_out():
    alone = chart(
        Series("Halton", januaries({2023: 40.6, 2024: 37.2}), own=True), Series("Nowhere", januaries({2023: "x"}))
    )
    assert alone.table.header == ["Period", "Halton"]
    assert "Nowhere" not in alone.alt


def test_a_series_of_one_value_is_named_with_it():
    assert "Halton: 37.2% in January 2024." in one_value().alt


def test_a_series_of_one_value_is_drawn_without_a_warning_that_a_page_would_show():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert one_value().table.rows == [["January 2024", "37.2%"]]


def one_value():
    return chart(Series("Halton", januaries({2024: 37.2}), own=True))


def test_a_line_is_joined_from_year_to_year():
    assert stretches({2021: 1.0, 2022: 2.0, 2023: 3.0}) == [[2021, 2022, 2023]]


def test_no_line_is_drawn_across_a_break():
    assert stretches({2021: 1.0, 2022: 2.0, 2023: 3.0, 2024: 4.0}, (PERSONS,)) == [[2021, 2022], [2023, 2024]]


def test_no_line_is_drawn_across_a_missing_year():
    assert stretches({2019: 1.0, 2021: 2.0, 2022: 3.0}) == [[2019], [2021, 2022]]


def test_no_line_is_drawn_across_a_hidden_value():
    parts = stretches({2021: 1.0, 2022: 2.0, 2023: C, 2024: 4.0, 2025: 5.0})
    assert [2021, 2022] in parts
    assert [2024, 2025] in parts
    assert not any({2022, 2024} <= set(part) for part in parts)


def test_a_gap_in_the_main_series_is_told_in_the_caption():
    years = {Period.academic_year(year): value for year, value in {2018: 8.6, 2020: 18.99, 2021: 12.58}.items()}
    told = chart(Series("Halton", rows(years), own=True)).caption
    assert told == ["Source: a release.", "No figure between 2018/19 and 2020/21."]


def test_a_series_without_a_gap_has_no_such_line(drawn):
    assert drawn.caption == ["Source: a release."]


def test_the_picture_is_a_png_of_the_size_that_it_says(drawn):
    assert drawn.png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", drawn.png[16:24])
    assert (width, height) == tuple(round(inches * charts.DPI) for inches in charts.INCHES)
    assert (drawn.width, drawn.height) == tuple(round(inches * charts.CSS_PIXELS) for inches in charts.INCHES)
    assert width > drawn.width, "too coarse for print"


def test_the_same_rows_give_the_same_picture_byte_for_byte():
    series = Series("Halton", januaries({2023: 40.6, 2024: 37.2}), own=True)
    assert chart(series).png == chart(series).png


def test_other_rows_give_another_picture():
    first, second = (
        chart(Series("Halton", januaries({2023: 40.6, 2024: value}), own=True)).png for value in (37.2, 47.2)
    )
    assert first != second


def test_the_break_and_the_start_are_in_the_picture():
    series = Series("Halton", januaries({2022: 44.7, 2023: 40.6, 2024: 37.2}), own=True)
    pictures = {
        chart(series).png,
        chart(series, start=date(2024, 4, 1)).png,
        chart(series, breaks=(PERSONS,)).png,
    }
    assert len(pictures) == 3


def test_lines_without_any_value_are_refused():
    with pytest.raises(ValueError, match="no series has a value, so there is nothing to draw"):
        chart(Series("Nowhere", januaries({2023: "x"})))
