"""Bars: one value a row, or two of which one is what the other is held against."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from dbv_analysis.charts import style
from dbv_analysis.charts.rows import Rows, label
from dbv_analysis.charts.style import ACCENT, GREY, INK, SMALL, WHITE
from dbv_analysis.charts.text import Write, cell, fit_names, height_of, spoken, wrap
from dbv_analysis.model.blocks import Figure, Table
from dbv_analysis.model.units import is_missing

WIDEST_NAME = 3.0  # inches
BAR, APART = 0.24, 0.03  # inches: a bar's height, and the gap between two of one row
BETWEEN = 0.18  # inches between two rows
KEY, WIDEST_KEY = 0.6, 5.5  # inches: the height of the key to two bars a row, and the width of each name in it
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
    write: Write,
    caption: list[str],
    row_header: str = "Name",
    own_name: str = "Value",
    beside_name: str = "",
) -> Figure:
    """Horizontal bars from zero, one a row, in the order given, each with its value written beside it.

    Args:
        bars: the rows. One without a value shows its symbol, and no bar.
        row_header: what the names are names of, for the table.
        own_name: what ``value`` is, for the table and, where there are two values a row, the picture.
        beside_name: what ``beside`` is; given if and only if a row has one.

    Raises ValueError where there is nothing to draw, where a bar has no name, or where ``beside`` and
    its name do not come together.
    """
    _check(bars, beside_name)
    values = {own_name: [cell(bar.value, bar.symbol, write) for bar in bars]}
    if beside_name:
        values[beside_name] = [cell(bar.beside, "", write) for bar in bars]
    rows = _rows(bars, len(values))
    noted = any(bar.note for bar in bars)
    columns = [[bar.name for bar in bars], *([[bar.note or "no note" for bar in bars]] if noted else [])]
    return style.as_block(
        partial(_draw, bars, rows, values),
        rows.height,
        title=title,
        alt=_alt(bars, measure, values),
        caption=caption,
        table=Table(
            measure,
            [row_header, *(["Note"] if noted else []), *values],
            [list(row) for row in zip(*columns, *values.values(), strict=True)],
            text_columns=len(columns),
        ),
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


def _alt(bars: list[Bar], measure: str, values: dict[str, list[str]]) -> str:
    if len(values) > 1:
        texts = [[f"{name} {spoken(text)}" for text in cells] for name, cells in values.items()]
    else:
        texts = [[spoken(text) for text in cells] for cells in values.values()]
    sentences = [f"{bar.name}: {', '.join(row)}." for bar, *row in zip(bars, *texts, strict=True)]
    start = f"Bar chart: {measure}."
    if len(bars) <= SEVERAL:
        return " ".join([start, *sentences])
    known = [row for row, bar in enumerate(bars) if not is_missing(bar.value)]
    ends = []
    if known:
        highest, lowest = (pick(known, key=lambda row: bars[row].value) for pick in (max, min))
        ends = [f"Highest: {sentences[highest]}", f"Lowest: {sentences[lowest]}"]
    without = [f"{len(bars) - len(known)} without a value."] if len(known) < len(bars) else []
    return " ".join([start, f"{len(bars)} bars.", *ends, *without])


def _rows(bars: list[Bar], values: int) -> Rows:
    """The rows, with room for so many values each."""
    names, size = fit_names([bar.name for bar in bars], WIDEST_NAME)
    notes = [wrap(bar.note, WIDEST_NAME, SMALL, most=2) for bar in bars]
    texts = [height_of(name, size) + height_of(note, SMALL) for name, note in zip(names, notes, strict=True)]
    heights = [max(text, values * (BAR + APART)) + BETWEEN for text in texts]
    return Rows(names, size, heights, notes=notes, around=KEY if values > 1 else 0)


def _draw(bars: list[Bar], rows: Rows, values: dict[str, list[str]]) -> bytes:
    figure, axes = rows.subplots()
    own, *beside = values.values()
    shift = (BAR + APART) / 2 if beside else 0
    colours = [ACCENT if bar.own else GREY for bar in bars]
    key = [_draw_series(axes, rows, [bar.value for bar in bars], own, -shift, color=colours)]
    for text, bar in zip(axes.texts, bars, strict=True):
        text.set_fontweight("bold" if bar.own and not is_missing(bar.value) else "normal")
    if beside:
        key.append(_draw_series(axes, rows, [bar.beside for bar in bars], beside[0], shift, color=WHITE, edgecolor=INK))
        names = [wrap(name, WIDEST_KEY, most=1) for name in values]
        figure.legend(key, names, loc="outside upper left", borderaxespad=0.5, borderpad=0)
    lowest, highest = axes.dataLim.intervalx
    axes.set_xlim(lowest, highest if lowest < highest else 1)
    axes.axvline(0, color=INK, linewidth=1.1, zorder=4, clip_on=False)
    return style.render_png(figure)


def _draw_series(axes, rows: Rows, values: list[float | None], texts: list[str], shift: float, **look: object):
    """A bar a row, ``shift`` inches under its middle; its text stands after it, or after zero where it is negative."""
    lengths = [0 if is_missing(value) else value for value in values]
    centres = [middle + shift for middle in rows.middles]
    for length, centre, text in zip(lengths, centres, texts, strict=True):
        label(axes, max(length, 0), centre, text)
    return axes.barh(centres, lengths, BAR, linewidth=1.3, zorder=3, clip_on=False, **look)
