"""What a heat map says in words and holds in its table, and that its words can be read on its colours."""

from __future__ import annotations

import pytest

from dbv_analysis.charts import Cell, heat_map
from dbv_analysis.charts.heat_maps import LEVELS, text_colour
from tests.charts.test_pictures import (
    pixels_of,
    words_drawn,  # noqa: F401
)

ROWS, COLUMNS = ["Workforce", "Finance"], ["Workstream 1", "Workstream 2"]
LOW = Cell("Workforce", "Workstream 1", "Low", 1)
HIGH = Cell("Finance", "Workstream 2", "High", 3)


def drawn(*cells: Cell, rows=ROWS, columns=COLUMNS, **options):
    return heat_map(
        list(cells),
        rows=rows,
        columns=columns,
        title="One risk is high",
        measure="Risks, by rating",
        caption=["Source: a register."],
        **options,
    )


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    parts = [value / 255 for value in bytes.fromhex(colour[1:])]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_words_can_be_read_on_every_level(level):
    dark, light = sorted([luminance(text_colour(level)), luminance(LEVELS[level])])
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_a_higher_level_is_darker():
    lights = [luminance(colour) for colour in LEVELS]
    assert lights == sorted(lights, reverse=True)
    assert len(set(lights)) == 4


def test_the_table_is_the_matrix_and_an_empty_cell_says_so():
    table = drawn(LOW, HIGH, row_header="Element").table
    assert table.header == ["Element", "Workstream 1", "Workstream 2"]
    assert table.rows == [["Workforce", "Low", "none"], ["Finance", "none", "High"]]
    assert table.text_columns == 3
    assert not table.symbols


def test_another_word_may_stand_for_an_empty_cell():
    assert drawn(LOW, empty="no risk").table.rows[1] == ["Finance", "no risk", "no risk"]


def test_the_alt_text_gives_the_size_the_counts_and_the_darkest_cells():
    assert drawn(LOW, HIGH).alt == (
        "Heat map: Risks, by rating. 2 rows by 2 columns, 2 of 4 cells filled. 1 Low and 1 High. "
        "Darkest: Finance, Workstream 2 (High)."
    )


def test_the_alt_text_of_many_dark_cells_names_eight_and_counts_the_rest():
    rows = [f"Risk {place}" for place in range(10)]
    alt = drawn(*(Cell(row, "All", "High", 3) for row in rows), rows=rows, columns=["All"]).alt
    assert "10 rows by 1 column, 10 of 10 cells filled. 10 High." in alt
    assert "Risk 7, All (High); 2 more." in alt


def test_the_words_stand_in_the_cells(words_drawn):  # noqa: F811
    drawn(LOW, HIGH)
    assert {"Workforce", "Finance", *COLUMNS, "Low", "High"} == {words for words, _, _ in words_drawn()}


def test_a_cell_that_is_not_given_is_blank():
    assert pixels_of(drawn(LOW, HIGH), LEVELS[3]) > 10_000
    assert pixels_of(drawn(LOW), LEVELS[3]) == 0


def test_a_long_word_is_broken_with_a_hyphen(words_drawn):  # noqa: F811
    columns = [f"Quarter {place}" for place in range(8)]
    drawn(*(Cell("Workforce", column, "Implementation", 2) for column in columns), columns=columns)
    said = [words for words, _, _ in words_drawn()]
    assert "Implementation" not in said
    assert "Imple-" in said


def test_no_cell_is_refused():
    with pytest.raises(ValueError, match="no cell is given, so there is nothing to draw"):
        drawn()


@pytest.mark.parametrize("cell", [Cell("Elsewhere", "Workstream 1", "Low", 1), Cell("Finance", "Elsewhere", "Low", 1)])
def test_a_cell_outside_the_matrix_is_refused(cell):
    with pytest.raises(ValueError, match="outside the rows and columns given"):
        drawn(cell)


def test_two_cells_in_one_place_are_refused():
    with pytest.raises(ValueError, match='the cell at "Workforce" and "Workstream 1" is given twice'):
        drawn(LOW, Cell("Workforce", "Workstream 1", "High", 3))


def test_a_cell_without_words_is_refused():
    with pytest.raises(ValueError, match="has no words"):
        drawn(Cell("Finance", "Workstream 1", "", 1))


def test_a_rating_is_not_taken_for_the_symbol_of_a_number_that_rounds_to_zero():
    with pytest.raises(ValueError, match='write "Low" for a rating'):
        drawn(Cell("Workforce", "Workstream 1", "low", 1))


@pytest.mark.parametrize("level", [-1, 4, 1.5])
def test_a_level_other_than_0_to_3_is_refused(level):
    with pytest.raises(ValueError, match="a level is 0, 1, 2 or 3"):
        drawn(Cell("Finance", "Workstream 1", "Low", level))


@pytest.mark.parametrize("rows", [["Finance", "Finance"], ["Finance", ""]])
def test_rows_need_names_of_their_own(rows):
    with pytest.raises(ValueError, match="every row needs a name of its own"):
        drawn(HIGH, rows=rows)
