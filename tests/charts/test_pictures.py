"""What every kind of chart shares: its size, its type, and text that stands clear of other text and of the edges."""

from __future__ import annotations

from datetime import date
from functools import cache
from itertools import combinations

import pytest

from dbv_analysis.charts import (
    CSS_PIXELS,
    Bar,
    Cell,
    Line,
    Range,
    Reference,
    Task,
    bar_chart,
    control_chart,
    heat_map,
    line_chart,
    range_chart,
    style,
    timeline,
)
from dbv_analysis.compare.control_limits import xmr
from dbv_analysis.model.blocks import Figure
from dbv_analysis.model.period import Break
from dbv_analysis.model.units import COUNT, PERCENT, POUNDS
from tests.charts.drawing import Drawn, opened, said, texts_of
from tests.charts.test_lines import januaries

WORDS = {"title": "Places cost more", "measure": "Cost of a place, pounds", "caption": ["Source: a return."]}
SIXTY = "Speech, language and communication needs in our mainstream s"
TWO_RANGES = [Range("Special", 9_800, 31_250), Range("Mainstream", 1_000, 2_000)]
PROGRAMME, TODAY = date(2024, 4, 1), date(2024, 9, 26)


def bars(*rows: Bar, write=POUNDS.write, **names: str) -> Figure:
    return bar_chart(list(rows), write=write, **names, **WORDS)


def ranges(reference: Reference, *rows: Range) -> Figure:
    return range_chart(list(rows), write=POUNDS.write, reference=reference, **WORDS)


def tasks(*rows: Task, today: date = TODAY) -> Figure:
    return timeline(list(rows), today=today, **WORDS)


def forty_tasks() -> Figure:
    statuses = ["Complete", "On track", "Slightly behind", "Behind"]
    group = "a long name that needs more than the one line that it would like to have"
    rows = []
    for row in range(40):
        start = date(2023 + row // 20, row * 5 % 12 + 1, 1)
        end = date(2025, row * 7 % 12 + 1, 28) if row % 6 else None
        rows.append(Task(f"Workstream {row // 10}: {group}", f"Task {row}: {SIXTY}", start, end, statuses[row % 4]))
    return tasks(*rows)


def phases_by_quarter() -> Figure:
    phases = ["Co-design", "Implementation", "Pilot", "Sustain"]
    rows = [f"Element {row}: {SIXTY}" for row in range(9)]
    columns = [f"{year} Q{quarter}" for year in ("2023-24", "2024-25") for quarter in (1, 2, 3, 4)]
    levels = {(row, column): (x + y) % 4 for y, row in enumerate(rows) for x, column in enumerate(columns)}
    cells = [Cell(*where, phases[level], level) for where, level in levels.items()]
    return heat_map(cells, rows=rows, columns=columns, **WORDS)


def six_lines_that_end_together() -> Figure:
    series = [
        Line(f"Area {line} {SIXTY[: 9 * line]}", januaries(dict.fromkeys(range(2019, 2026), 5 + line / 100)))
        for line in range(6)
    ]
    breaks = (Break(date(2021, 1, 1), "one reason", label="pandemic year"), Break(date(2023, 1, 1), "another"))
    return line_chart(series, write=PERCENT.write, start=PROGRAMME, breaks=breaks, **WORDS)


def control_limits() -> Figure:
    rows = januaries({2019: 4.0, 2020: 4.2, 2021: 3.9, 2022: 4.1, 2023: 4.0, 2024: 9.0})
    rows["period_start"] = rows["period_end"]
    limits = xmr(rows["value"].tolist(), 5)
    return control_chart(rows, limits, name="Halton", write=PERCENT.write, start=PROGRAMME, **WORDS)


CHARTS = {
    "one bar": lambda: bars(Bar("Halton", 37.2), write=PERCENT.write),
    "one bar of zero": lambda: bars(Bar("Halton", 0)),
    "fifteen bars": lambda: bars(
        *(Bar(f"{row:02} {SIXTY}"[:60], [0.06, 63_765, None, 120, 4_500.5][row % 5], "c") for row in range(15)),
        write=lambda value: f"{value:,.2f}",
    ),
    "bars above and below zero": lambda: bars(
        Bar("High needs block", -22_100_000, note="the deficit at the end of the year"),
        Bar("Early years", 350_000),
        Bar("Central", 0),
    ),
    "bars of two values": lambda: bars(
        Bar("Workforce", 369_180, beside=500_000),
        Bar("Data", 63_765, beside=20_000),
        Bar("Management", None, "x", beside=150_000),
        Bar("Refund", -40_000, beside=-10_000),
        own_name="Spent",
        beside_name="Profiled",
    ),
    "bars without spaces in their names": lambda: bars(
        Bar("W" * 60, 1, note="M" * 90), Bar("iii", 3), write=lambda value: f"{value:,.6f} of everything"
    ),
    "ranges near and far": lambda: ranges(
        Reference("average cost of a place", 63_765),
        Range("Maintained special schools", 9_800, 31_250),
        Range("Independent and non-maintained special schools", 38_000, 214_700),
        Range("Resourced provision", 14_000, 14_000),
        Range("Post-16", None, None, "c"),
        Range("Refunds", -8_000, 9_000),
    ),
    "ranges against a low value": lambda: ranges(Reference(f"average cost: {SIXTY}", 100), *TWO_RANGES),
    "ranges against a high value": lambda: ranges(Reference(f"average cost: {SIXTY}", 70_000), *TWO_RANGES),
    "forty tasks": forty_tasks,
    "one task over many years": lambda: tasks(Task("Plan", "All", date(2015, 7, 1), date(2031, 8, 31), "On track")),
    "one task in one quarter": lambda: tasks(Task("Plan", "Open day", TODAY, TODAY, "Complete")),
    "tasks without days": lambda: tasks(
        Task("Plan", "Review", None, None, "Behind"), Task("Plan", "All", PROGRAMME, None, SIXTY[:30]), today=PROGRAMME
    ),
    "phases by quarter": phases_by_quarter,
    "two ratings": lambda: heat_map(
        [Cell("Workforce", "Workstream 1", "Low", 1), Cell("Finance", "Workstream 2", "High", 3)],
        rows=["Workforce", "Finance"],
        columns=["Workstream 1", "Workstream 2"],
        **WORDS,
    ),
    "six lines that end together": six_lines_that_end_together,
    "control limits": control_limits,
}
every_chart = pytest.mark.parametrize("name", CHARTS)


@cache
def drawn(name: str) -> tuple[Figure, list[Drawn]]:
    """A chart, drawn once for all tests that look at it, and the texts of its picture."""
    figure = CHARTS[name]()
    return figure, texts_of(figure)


@every_chart
def test_no_words_are_smaller_than_eleven_points(name):
    _, texts = drawn(name)
    assert texts
    assert min(size for _, size, _ in texts) >= 11


@every_chart
def test_no_words_lie_on_other_words(name):
    _, texts = drawn(name)
    slack = 0.02  # inches: a frame holds a little more than its letters
    for (text, _, first), (other, _, second) in combinations(texts, 2):
        wide = min(first.x1, second.x1) - max(first.x0, second.x0)
        high = min(first.y1, second.y1) - max(first.y0, second.y0)
        assert wide < slack or high < slack, f"{text!r} lies on {other!r}"


@every_chart
def test_nothing_is_cut_off_at_the_edge(name):
    figure, texts = drawn(name)
    image = opened(figure)
    right, bottom = image.width - 1, image.height - 1
    for edge in ((0, 0, right, 1), (0, bottom, right, bottom + 1), (0, 0, 1, bottom), (right, 0, right + 1, bottom)):
        assert image.crop(edge).getcolors() == [(max(edge[2] - edge[0], edge[3] - edge[1]), (255, 255, 255))]
    for text, _, frame in texts:
        assert 0 < frame.x0 < frame.x1 < figure.width / CSS_PIXELS, text
        assert 0 < frame.y0 < frame.y1 < figure.height / CSS_PIXELS, text


@every_chart
def test_a_chart_keeps_its_title_and_its_caption_and_is_seven_inches_wide_and_fine_enough_for_print(name):
    figure, _ = drawn(name)
    assert (figure.title, figure.caption) == ("Places cost more", ["Source: a return."])
    image = opened(figure)
    assert figure.width == 7 * CSS_PIXELS
    assert image.width == 7 * style.DPI
    assert image.height / image.width == pytest.approx(figure.height / figure.width, rel=0.02)


@every_chart
def test_the_same_rows_give_the_same_bytes(name):
    assert CHARTS[name]().png == drawn(name)[0].png


@every_chart
def test_no_cell_of_the_table_is_empty_and_none_is_a_number_that_is_not_there(name):
    table = drawn(name)[0].table
    assert table.caption == "Cost of a place, pounds"
    for row in table.rows:
        assert len(row) == len(table.header)
        assert all(cell.strip() for cell in row)
        assert not {"nan", "None", "NaT", "nan%", "£nan"} & set(row)


def test_more_rows_make_a_higher_chart():
    fifteen, three, one = (CHARTS[name]() for name in ("fifteen bars", "bars above and below zero", "one bar"))
    assert fifteen.height > three.height > one.height


def test_a_name_is_shortened_in_the_picture_and_whole_in_the_table_and_its_dollar_signs_are_no_formula():
    figure = bars(Bar(f"{SIXTY} {SIXTY}", 1), Bar("From $1 to $2", 1))
    assert any(text.endswith("…") for text in said(figure))
    assert "From $1 to $2" in said(figure)
    assert figure.table.rows[0][0] == f"{SIXTY} {SIXTY}"


@pytest.mark.parametrize(
    ("highest", "unit", "values"),
    [
        (10, COUNT, ["0", "2", "4", "6", "8", "10"]),  # never 2.5, which as a count would say 3
        (2, COUNT, ["0", "1", "2"]),
        (0.25, PERCENT, ["0%", "0.1%", "0.2%"]),
        (20_000_000, POUNDS, ["£0", "£5m", "£10m", "£15m", "£20m"]),
    ],
)
def test_an_axis_says_only_round_values_and_none_twice(highest, unit, values):
    assert list(style.ticks(0, highest, unit.write).values()) == values


def test_an_axis_drops_zeros_after_the_point_but_not_within_a_number():
    written = ("10.0%", "£20.0m", "0.05", "1.50", "2,000")
    assert [style.without_zeros(text) for text in written] == ["10%", "£20m", "0.05", "1.50", "2,000"]
