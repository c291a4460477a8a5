"""What a heat map says in words and holds in its table, and that its words can be read on its colours."""

from __future__ import annotations

import pytest

from dbv_analysis.charts import Cell, heat_map
from dbv_analysis.charts.heat_maps import LEVELS, text_colour
from dbv_analysis.model.blocks import Figure
from tests.charts.drawing import pixels_of, said

ROWS, COLUMNS = ["Workforce", "Finance"], ["Workstream 1", "Workstream 2"]
LOW = Cell("Workforce", "Workstream 1", "Low", 1)
HIGH = Cell("Finance", "Workstream 2", "High", 3)


def drawn(*cells: Cell, rows=ROWS, columns=COLUMNS, **options) -> Figure:
    words = {"title": "One risk is high", "measure": "Risks, by rating", "caption": ["Source: a register."]}
    return heat_map(list(cells), rows=rows, columns=columns, **words, **options)


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
    assert drawn(LOW, empty="no risk").table.rows[1] == ["Finance", "no risk", "no risk"]


def test_the_alt_text_gives_the_size_the_counts_and_the_darkest_cells():
    assert drawn(LOW, HIGH).alt == (
        "Heat map: Risks, by rating. 2 rows by 2 columns, 2 of 4 cells filled. 1 Low and 1 High. "
        "Darkest: Finance, Workstream 2 (High)."
    )


def test_the_alt_text_of_many_dark_cells_names_eight_and_counts_the_rest():
    rows = [f"Risk {row}" for row in range(10)]
    alt = drawn(*(Cell(row, "All", "High", 3) for row in rows), rows=rows, columns=["All"]).alt
    assert "10 rows by 1 column, 10 of 10 cells filled. 10 High." in alt
    assert "Risk 7, All (High); 2 more." in alt


def test_the_words_stand_in_the_cells_and_a_cell_that_is_not_given_is_blank():
    assert {"Workforce", "Finance", *COLUMNS, "Low", "High"} == set(said(drawn(LOW, HIGH)))
    assert pixels_of(drawn(LOW, HIGH), LEVELS[3]) > 10_000
    assert pixels_of(drawn(LOW), LEVELS[3]) == 0


def test_a_long_word_is_broken_with_a_hyphen():
    columns = [f"Quarter {number}" for number in range(8)]
    cells = [Cell("Workforce", column, "Implementation", 2) for column in columns]
    lines = [line for text in said(drawn(*cells, columns=columns)) for line in text.splitlines()]
    assert "Implementation" not in lines
    assert "Imple-" in lines


@pytest.mark.parametrize(
    ("cells", "options", "message"),
    [
        ([], {}, "no cell is given, so there is nothing to draw"),
        ([Cell("Elsewhere", "Workstream 1", "Low", 1)], {}, "outside the rows and columns given"),
        ([Cell("Finance", "Elsewhere", "Low", 1)], {}, "outside the rows and columns given"),
        ([LOW, LOW], {}, 'the cell at "Workforce" and "Workstream 1" is given twice'),
        ([Cell("Finance", "Workstream 1", "", 1)], {}, "has no words"),
        # a rating is not taken for the symbol of a number that rounds to zero
        ([Cell("Workforce", "Workstream 1", "low", 1)], {}, 'write "Low" for a rating'),
        *(([Cell("Finance", "Workstream 1", "Low", level)], {}, "a level is 0, 1, 2 or 3") for level in (-1, 4, 1.5)),
        ([HIGH], {"rows": ["Finance", "Finance"]}, "every row needs a name of its own"),
        ([HIGH], {"rows": ["Finance", ""]}, "every row needs a name of its own"),
    ],
)
def test_a_matrix_that_cannot_be_drawn_is_refused(cells, options, message):
    with pytest.raises(ValueError, match=message):
        drawn(*cells, **options)
