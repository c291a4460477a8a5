"""What every kind of chart beside the lines shares: its size, its type, and words that stand clear of each other."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from itertools import combinations

import pytest
from matplotlib.transforms import Bbox
from PIL import Image

from dbv_analysis.charts import (
    CSS_PIXELS,
    Bar,
    Cell,
    Range,
    Reference,
    Task,
    bar_chart,
    heat_map,
    range_chart,
    style,
    timeline,
)
from dbv_analysis.model.blocks import Figure
from dbv_analysis.model.units import COUNT, PERCENT, POUNDS

WORDS = {"title": "Places cost more", "measure": "Cost of a place, pounds", "caption": ["Source: a return."]}
SIXTY = "Speech, language and communication needs in our mainstream s"
QUARTERS = [f"{year} Q{quarter}" for year in ("2023-24", "2024-25") for quarter in (1, 2, 3, 4)]
PHASES = ["Co-design", "Implementation", "Pilot", "Sustain"]
TODAY = date(2024, 9, 26)
Words = tuple[str, float, Bbox]  # drawn words with their type size and their frame, in inches


def fifteen_bars() -> Figure:
    values = [0.06, 63_765, None, 120, 4_500.5]
    bars = [Bar(f"{place:02} {SIXTY}"[:60], values[place % 5], "c") for place in range(15)]
    return bar_chart(bars, write=lambda value: f"{value:,.2f}", **WORDS)


def bars_above_and_below_zero() -> Figure:
    bars = [
        Bar("High needs block", -22_100_000, note="the deficit at the end of the year"),
        Bar("Early years", 350_000),
        Bar("Central", 0),
    ]
    return bar_chart(bars, write=POUNDS.write, **WORDS)


def bars_of_two_values() -> Figure:
    bars = [
        Bar("Workforce", 369_180, beside=500_000),
        Bar("Data", 63_765, beside=20_000),
        Bar("Management", None, "x", beside=150_000),
        Bar("Refund", -40_000, beside=-10_000),
    ]
    return bar_chart(bars, write=POUNDS.write, own_name="Spent", beside_name="Profiled", **WORDS)


def ranges_near_and_far() -> Figure:
    ranges = [
        Range("Maintained special schools", 9_800, 31_250),
        Range("Independent and non-maintained special schools", 38_000, 214_700),
        Range("Resourced provision", 14_000, 14_000),
        Range("Post-16", None, None, "c"),
        Range("Refunds", -8_000, 9_000),
    ]
    return range_chart(ranges, write=POUNDS.write, reference=Reference("average cost of a place", 63_765), **WORDS)


def forty_tasks() -> Figure:
    statuses = ["Complete", "On track", "Slightly behind", "Behind"]
    tasks = [
        Task(
            f"Workstream {row // 10}: a long name that needs more than the one line that it would like to have",
            f"Task {row}: {SIXTY}",
            date(2023 + row // 20, row * 5 % 12 + 1, 1),
            date(2025, row * 7 % 12 + 1, 28) if row % 6 else None,
            statuses[row % 4],
        )
        for row in range(40)
    ]
    return timeline(tasks, today=TODAY, **WORDS)


def one_task_over_many_years() -> Figure:
    return timeline([Task("Plan", "All", date(2015, 7, 1), date(2031, 8, 31), "On track")], today=TODAY, **WORDS)


def one_task_in_one_quarter() -> Figure:
    return timeline([Task("Plan", "Open day", TODAY, TODAY, "Complete")], today=TODAY, **WORDS)


def phases_by_quarter() -> Figure:
    rows = [f"Element {row}: {SIXTY}" for row in range(9)]
    cells = [
        Cell(row, column, PHASES[(place + over) % 4], (place + over) % 4)
        for place, row in enumerate(rows)
        for over, column in enumerate(QUARTERS)
    ]
    return heat_map(cells, rows=rows, columns=QUARTERS, **WORDS)


def two_ratings() -> Figure:
    cells = [Cell("Workforce", "Workstream 1", "Low", 1), Cell("Finance", "Workstream 2", "High", 3)]
    return heat_map(cells, rows=["Workforce", "Finance"], columns=["Workstream 1", "Workstream 2"], **WORDS)


def one_bar() -> Figure:
    return bar_chart([Bar("Halton", 37.2)], write=PERCENT.write, **WORDS)


every_chart = pytest.mark.parametrize(
    "make",
    [
        one_bar,
        fifteen_bars,
        bars_above_and_below_zero,
        bars_of_two_values,
        ranges_near_and_far,
        forty_tasks,
        one_task_over_many_years,
        one_task_in_one_quarter,
        phases_by_quarter,
        two_ratings,
    ],
)


def opened(figure: Figure) -> Image.Image:
    return Image.open(io.BytesIO(figure.png)).convert("RGB")


def pixels_of(figure: Figure, colour: str, part: tuple[float, float] = (0, 1)) -> int:
    """How many pixels have the colour, in a part of the picture's height: (0.5, 1) is the lower half."""
    image = opened(figure)
    image = image.crop((0, round(part[0] * image.height), image.width, round(part[1] * image.height)))
    wanted = tuple(bytes.fromhex(colour[1:]))
    return sum(count for count, found in image.getcolors(image.width * image.height) if found == wanted)


@contextmanager
def words_noted() -> Iterator[list[Words]]:
    """The words that the charts made within it draw."""
    seen = []

    def picture(figure, kept=style.render_png):
        for words in figure.axes[0].texts:
            frame = words.get_window_extent().transformed(figure.dpi_scale_trans.inverted())
            seen.append((words.get_text(), words.get_fontsize(), frame))
        return kept(figure)

    def as_block(draw, *size, kept=style.as_block, **words):
        figure = kept(draw, *size, **words)
        assert figure.png  # draws it
        return figure

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(style, "render_png", picture)
        patch.setattr(style, "as_block", as_block)
        yield seen


@pytest.fixture
def words_drawn() -> Iterator[Callable[[], list[Words]]]:
    """The words that the chart made after this has drawn."""
    with words_noted() as seen:
        yield lambda: seen


@cache
def drawn(make: Callable[[], Figure]) -> tuple[Figure, list[Words]]:
    """A chart with its picture, drawn once for all tests that look at it, and the words that it has drawn."""
    with words_noted() as seen:
        return make(), seen


@every_chart
def test_no_words_are_smaller_than_eleven_points(make):
    _, words = drawn(make)
    assert words
    assert min(size for _, size, _ in words) >= 11


@every_chart
def test_no_words_lie_on_other_words(make):
    _, words = drawn(make)
    slack = 0.02  # inches: a frame holds a little more than its letters
    for (one, _, first), (other, _, second) in combinations(words, 2):
        wide = min(first.x1, second.x1) - max(first.x0, second.x0)
        high = min(first.y1, second.y1) - max(first.y0, second.y0)
        assert wide < slack or high < slack, f"{one!r} lies on {other!r}"


@every_chart
def test_nothing_is_cut_off_at_the_edge(make):
    image = opened(drawn(make)[0])
    right, bottom = image.width - 1, image.height - 1
    for edge in ((0, 0, right, 1), (0, bottom, right, bottom + 1), (0, 0, 1, bottom), (right, 0, right + 1, bottom)):
        assert image.crop(edge).getcolors() == [(max(edge[2] - edge[0], edge[3] - edge[1]), (255, 255, 255))]


@every_chart
def test_a_chart_is_seven_inches_wide_and_fine_enough_for_print(make):
    figure, _ = drawn(make)
    image = opened(figure)
    assert figure.width == 7 * CSS_PIXELS
    assert image.width == 7 * style.DPI
    assert image.height / image.width == pytest.approx(figure.height / figure.width, rel=0.02)


@every_chart
def test_the_same_rows_give_the_same_bytes(make):
    assert make().png == drawn(make)[0].png


@every_chart
def test_no_cell_of_the_table_is_empty_and_none_is_a_number_that_is_not_there(make):
    table = drawn(make)[0].table
    assert table.caption == "Cost of a place, pounds"
    for row in table.rows:
        assert len(row) == len(table.header)
        assert all(cell.strip() for cell in row)
        assert not {"nan", "None", "NaT", "nan%", "£nan"} & set(row)


@every_chart
def test_a_chart_keeps_its_title_and_its_caption(make):
    figure, _ = drawn(make)
    assert (figure.title, figure.caption) == ("Places cost more", ["Source: a return."])


def test_more_rows_make_a_higher_chart():
    assert fifteen_bars().height > bars_above_and_below_zero().height > one_bar().height


def test_dollar_signs_in_a_name_are_words_and_not_a_formula(words_drawn):
    bar_chart([Bar("From $1 to $2", 1)], write=COUNT.write, **WORDS)
    assert "From $1 to $2" in [words for words, _, _ in words_drawn()]


def test_a_long_name_is_shortened_in_the_picture_and_whole_in_the_table(words_drawn):
    figure = bar_chart([Bar(f"{SIXTY} {SIXTY}", 1)], write=COUNT.write, **WORDS)
    assert any(words.endswith("…") for words, _, _ in words_drawn())
    assert figure.table.rows[0][0] == f"{SIXTY} {SIXTY}"


@pytest.mark.parametrize(
    ("highest", "unit", "said"),
    [
        (10, COUNT, ["0", "2", "4", "6", "8", "10"]),  # never 2.5, which as a count would say 3
        (2, COUNT, ["0", "1", "2"]),
        (0.25, PERCENT, ["0%", "0.1%", "0.2%"]),
        (20_000_000, POUNDS, ["£0", "£5m", "£10m", "£15m", "£20m"]),
    ],
)
def test_an_axis_says_only_round_values_and_none_twice(highest, unit, said):
    assert list(style.ticks(0, highest, unit.write).values()) == said


def test_an_axis_drops_zeros_after_the_point_but_not_within_a_number():
    assert [style.without_zeros(words) for words in ("10.0%", "£20.0m", "0.05", "1.50", "2,000")] == [
        "10%",
        "£20m",
        "0.05",
        "1.50",
        "2,000",
    ]
