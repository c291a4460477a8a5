"""Bars: one value a row, or two of which one is what the other is held against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dbv_analysis.charts import style
from dbv_analysis.charts.canvas import GAP, MARGIN, Canvas, Names, height_of, wrapped
from dbv_analysis.charts.scale import AXIS, Scale
from dbv_analysis.charts.style import ACCENT, GREY, INK, SMALL, TEXT, WHITE, WIDTH, width_of
from dbv_analysis.model.blocks import Figure, Table
from dbv_analysis.model.units import SYMBOLS, is_missing

WIDEST_NAME = 3.0  # inches
BAR, BESIDE = 0.24, 0.38  # inches high
BETWEEN = 0.16  # inches between two rows' words
SEVERAL = 8  # bars that an alt text can name one by one


@dataclass(frozen=True)
class Bar:
    """A row: its name and its value, or the symbol that stands in place of one ("x" unless it says).

    ``own`` bars are the authority's, in the accent colour; others are grey. ``note`` stands under the name.
    ``beside`` is what the value is held against, drawn as an outline.
    """

    name: str
    value: float | None
    symbol: str = ""
    own: bool = True
    note: str = ""
    beside: float | None = None


def bar_chart(
    bars: list[Bar],
    *,
    title: str,
    measure: str,
    write: Callable[[float], str],
    caption: list[str],
    row_header: str = "Name",
    own_name: str = "Value",
    beside_name: str = "",
) -> Figure:
    """Horizontal bars from zero, one a row, in the order given, each with its value written at its end.

    Args:
        bars: the rows. One without a value shows its symbol in words, and no bar.
        title: the active title, at most ten words or so.
        measure: what is measured, with its unit, for the alt text and the table's caption.
        write: a value as text.
        caption: lines on source, population and period.
        row_header: what the names are names of, for the table.
        own_name: what ``value`` is, for the table and, where there are two values a row, the picture.
        beside_name: what ``beside`` is; given if and only if a row has one.

    Raises ValueError where there is nothing to draw, where a bar has no name, or where ``beside`` and
    its name do not come together.
    """
    _check(bars, beside_name)
    canvas = _draw(bars, write, own_name, beside_name)
    return style.as_block(
        canvas.png,
        canvas.height,
        title=title,
        alt=_alt(bars, measure, write, own_name, beside_name),
        caption=caption,
        table=_table(bars, measure, write, [row_header, own_name, beside_name]),
    )


def _check(bars: list[Bar], beside_name: str) -> None:
    if all(is_missing(value) for bar in bars for value in (bar.value, bar.beside)):
        raise ValueError("no bar has a value, so there is nothing to draw")
    if not all(bar.name.strip() for bar in bars):
        raise ValueError("every bar needs a name")
    if beside_name and all(is_missing(bar.beside) for bar in bars):
        raise ValueError(f'no bar has a second value, so "{beside_name}" names nothing')
    if not beside_name and not all(is_missing(bar.beside) for bar in bars):
        raise ValueError("a second value a row needs a name: give beside_name")


def _own(bar: Bar, write: Callable[[float], str]) -> str:
    return (bar.symbol or "x") if is_missing(bar.value) else write(bar.value)


def _beside(bar: Bar, write: Callable[[float], str]) -> str:
    return "x" if is_missing(bar.beside) else write(bar.beside)


def _table(bars: list[Bar], measure: str, write: Callable[[float], str], header: list[str]) -> Table:
    rows_name, own_name, beside_name = header
    noted = any(bar.note for bar in bars)
    rows = [
        [
            bar.name,
            *([bar.note or "no note"] if noted else []),
            _own(bar, write),
            *([_beside(bar, write)] if beside_name else []),
        ]
        for bar in bars
    ]
    names = [rows_name, *(["Note"] if noted else []), own_name, *([beside_name] if beside_name else [])]
    return Table(measure, names, rows, text_columns=2 if noted else 1)


def _alt(bars: list[Bar], measure: str, write: Callable[[float], str], own_name: str, beside_name: str) -> str:
    def said(bar: Bar) -> str:
        own, beside = (SYMBOLS.get(cell, cell).partition(":")[0] for cell in (_own(bar, write), _beside(bar, write)))
        return f"{bar.name}: {own_name} {own}, {beside_name} {beside}" if beside_name else f"{bar.name}: {own}"

    start = f"Bar chart: {measure}."
    if len(bars) <= SEVERAL:
        return " ".join([start, *(f"{said(bar)}." for bar in bars)])
    known = [bar for bar in bars if not is_missing(bar.value)]
    ends = []
    if known:
        highest, lowest = max(known, key=lambda bar: bar.value), min(known, key=lambda bar: bar.value)
        ends = [f"Highest: {said(highest)}.", f"Lowest: {said(lowest)}."]
    without = len(bars) - len(known)
    return " ".join([start, f"{len(bars)} bars.", *ends, *([f"{without} without a value."] if without else [])])


def _labels(bar: Bar, write: Callable[[float], str], two: bool) -> list[tuple[str, bool]]:
    """The words at a bar's end, each with whether it is bold."""
    own = (_own(bar, write), bar.own and not is_missing(bar.value))
    return [own, (_beside(bar, write), False)] if two else [own]


def _draw(bars: list[Bar], write: Callable[[float], str], own_name: str, beside_name: str) -> Canvas:
    """The chart, laid out."""
    two = bool(beside_name)
    mixed = len({bar.own for bar in bars}) > 1
    names = Names.fit([bar.name for bar in bars], WIDEST_NAME, [mixed and bar.own for bar in bars])
    notes = [wrapped(bar.note, WIDEST_NAME, size=SMALL, most=2) for bar in bars]
    column = max(names.width, *(width_of(line, SMALL) for note in notes for line in note), 0.0)
    scale_left = MARGIN + column + 1.5 * GAP

    labels = [_labels(bar, write, two) for bar in bars]
    ends = [[v for v in (bar.value, bar.beside) if not is_missing(v)] or [0.0] for bar in bars]
    widths = [GAP + max(width_of(words, TEXT, bold) for words, bold in label) for label in labels]
    after = [(max(end), wide) for end, wide in zip(ends, widths, strict=True) if max(end) >= 0]
    before = [(min(end), wide) for end, wide in zip(ends, widths, strict=True) if max(end) < 0]
    every = [(value, 0.0) for end in ends for value in end]
    scale = Scale.fit(scale_left, WIDTH - MARGIN, [*before, *every], [*after, *every])

    words = [names.height(row) + height_of(len(note), SMALL) for row, note in enumerate(notes)]
    thickness = BESIDE if two else BAR
    rows = [max(high, thickness, height_of(2) if two else 0) + BETWEEN for high in words]
    top = MARGIN + (2 * height_of(1) + GAP if two else 0)
    height = top + sum(rows) + AXIS
    canvas = Canvas(height)
    scale.draw(canvas, top, top + sum(rows), write)
    if two:
        _draw_key(canvas, own_name, beside_name)
    for row, bar in enumerate(bars):
        middle = top + sum(rows[:row]) + rows[row] / 2
        name_middle = middle - height_of(len(notes[row]), SMALL) / 2
        canvas.write(MARGIN, name_middle, names.lines[row], size=names.size, bold=names.bold[row])
        canvas.write(MARGIN, middle + names.height(row) / 2, notes[row], size=SMALL, colour=GREY)
        _draw_bar(canvas, scale, bar, middle)
        backwards = max(ends[row]) < 0
        x = scale.at(min(ends[row])) - GAP if backwards else scale.at(max(ends[row])) + GAP
        for place, (said, bold) in enumerate(labels[row]):
            y = middle + (place - (len(labels[row]) - 1) / 2) * height_of(1)
            canvas.write(x, y, [said], bold=bold, ha="right" if backwards else "left", clear=True)
    return canvas


def _draw_bar(canvas: Canvas, scale: Scale, bar: Bar, middle: float) -> None:
    for value, thickness, face, edge in (
        (bar.beside, BESIDE, WHITE, INK),
        (bar.value, BAR, ACCENT if bar.own else GREY, "none"),
    ):
        if not is_missing(value):
            canvas.box(scale.zero, scale.at(value), middle - thickness / 2, middle + thickness / 2, face, edge)


def _draw_key(canvas: Canvas, own_name: str, beside_name: str) -> None:
    """Which bar is which: a filled and an outlined one, each with its name, in the type of its values."""
    for place, (words, bold, thickness, face, edge) in enumerate(
        ((own_name, True, BAR, ACCENT, "none"), (beside_name, False, BESIDE, WHITE, INK))
    ):
        middle = MARGIN + (place + 0.5) * height_of(1)
        half = thickness * 0.45 / 2
        canvas.box(MARGIN, MARGIN + 0.4, middle - half, middle + half, face, edge)
        canvas.write(MARGIN + 0.4 + GAP, middle, wrapped(words, 5.5, bold=bold, most=1), bold=bold)
