"""Lines: a measure over time, from result rows. Nothing is calculated here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import accumulate, pairwise

import pandas as pd

from dbv_analysis.charts import style
from dbv_analysis.charts.style import ACCENT, GREY, PALETTE, SMALL, TEXT, WIDTH
from dbv_analysis.charts.text import Write, cell, wrap
from dbv_analysis.model.blocks import Figure, Table
from dbv_analysis.model.period import SNAPSHOT, Break
from dbv_analysis.model.units import is_missing
from dbv_analysis.model.wording import listed

INCHES = (WIDTH, 4.1)
MOST_LINES = len(PALETTE)  # of the authority's own, each in a colour of its own
WIDEST_END = 2.2  # inches, of a label at a line's end
LABEL_LINE = 0.085  # of the axes' height, for each line of such a label
MARK_GAP = 0.065  # of the axes' height, between the texts of two upright lines
LONGEST_STEP = timedelta(days=500)  # a longer step between two figures leaves a gap in the line


@dataclass(frozen=True)
class Line:
    """One line: its name and its result rows (``period_end``, ``period_label``, ``basis``, ``value``, ``symbol``)."""

    name: str
    rows: pd.DataFrame
    own: bool = False


def line_chart(
    series: list[Line],
    *,
    title: str,
    measure: str,
    write: Write,
    caption: list[str],
    start: date | None = None,
    breaks: tuple[Break, ...] = (),
) -> Figure:
    """One measure over time, a line a series, labelled at the line's end.

    Args:
        series: the lines; the authority's own is drawn in the accent colour, the rest in grey, unless
            several are its own, which then take the palette's colours in order.
        start: the programme's first day, marked where it is given.
        breaks: days on which what is counted changed; each is marked, and no line drawn across it unless it compares.

    Raises ValueError where figures of different bases would stand on one line (part of a year is never drawn with
    full years), and where more lines than there are colours are the authority's own.
    """
    series = [line for line in series if line.rows["value"].notna().any()]
    if not series:
        raise ValueError("no series has a value, so there is nothing to draw")
    if sum(line.own for line in series) > MOST_LINES:
        raise ValueError(f"at most {MOST_LINES} lines of the authority's own have a colour each")
    bases = {basis for line in series for basis in line.rows["basis"]}
    if len(bases) != 1:
        raise ValueError(f"figures of different bases do not share a chart: {listed(sorted(bases))}")
    every = pd.concat([line.rows[["period_end", "period_label", "basis"]] for line in series])
    periods = every.drop_duplicates(["period_end", "period_label"]).sort_values("period_end", ignore_index=True)
    return style.as_block(
        partial(_draw, series, periods, write, start, breaks),
        INCHES[1],
        title=title,
        alt=_alt(series, measure, write, breaks),
        caption=[*caption, *_gaps(series)],
        table=_table(series, periods, measure, write),
    )


def _gaps(series: list[Line]) -> list[str]:
    """A line of caption for each stretch of the main series that has no figure."""
    return [
        f"No figure between {before.period_label} and {after.period_label}."
        for before, after in pairwise(series[0].rows.itertuples())
        if after.period_end - before.period_end > LONGEST_STEP
    ]


def _table(series: list[Line], periods: pd.DataFrame, measure: str, write: Write) -> Table:
    columns = [
        {row.period_end: cell(row.value, getattr(row, "symbol", ""), write) for row in line.rows.itertuples()}
        for line in series
    ]
    rows = [
        [period.period_label, *(column.get(period.period_end, "x") for column in columns)]
        for period in periods.itertuples()
    ]
    return Table(measure, ["Period", *(line.name for line in series)], rows)


def _alt(series: list[Line], measure: str, write: Write, breaks: tuple[Break, ...]) -> str:
    sentences = [f"Line chart: {measure}."]
    for line in series:
        rows = list(line.rows[line.rows["value"].notna()].itertuples())
        shown = dict.fromkeys([0, max(len(rows) - 2, 0), len(rows) - 1])  # the first, the last but one and the last
        texts = [f"{write(rows[row].value)} in {rows[row].period_label}" for row in shown]
        sentences.append(f"{line.name}: {', '.join(texts)}.")
    days = [line.rows["period_end"] for line in series]
    inside = [stop for stop in breaks if any(min(ends) < stop.on <= max(ends) for ends in days)]
    for why, compares in dict.fromkeys((stop.why, stop.compares) for stop in inside):
        months = listed(f"{stop.on:%B %Y}" for stop in inside if stop.why == why)
        sentences.append(f"{'Marked' if compares else 'The lines break'} at {months}: {why}.")
    return " ".join(sentences)


def _draw(
    series: list[Line], periods: pd.DataFrame, write: Write, start: date | None, breaks: tuple[Break, ...]
) -> bytes:
    figure, axes = style.pyplot().subplots(figsize=INCHES, dpi=style.DPI)
    several_own = sum(line.own for line in series) > 1
    ends = []
    for number, line in enumerate(series):
        colour = PALETTE[number] if several_own else ACCENT if line.own else GREY
        dashes = "-" if line.own else ("--", ":", "-.")[number % 3]
        width, dot = (2.6, 5) if line.own else (1.8, 3.5)
        for part in _segments(line.rows, breaks):
            axes.plot("period_end", "value", data=part, color=colour, ls=dashes, lw=width, marker="o", markersize=dot)
        last = line.rows["value"].dropna().iloc[-1]
        ends.append((last, f"{line.name} {write(last)}", colour, line.own))
    axes.set_ylim(bottom=min(0, axes.get_ylim()[0]) if min(ends)[0] < 0 else 0)
    mark_days(axes, periods, start, breaks)
    label_values(axes, ends, write)
    axes.set_xticks(list(periods["period_end"]), [tick(period) for period in periods.itertuples()])
    return style.render_png(figure)


def _segments(rows: pd.DataFrame, breaks: tuple[Break, ...]) -> list[pd.DataFrame]:
    """The stretches of a line that may be joined: none across a break, a symbol or a missing year."""
    apart = [
        is_missing(before.value)
        or is_missing(after.value)
        or after.period_end - before.period_end > LONGEST_STEP
        or any(stop.between(before.period_end, after.period_end) for stop in breaks if not stop.compares)
        for before, after in pairwise(rows.itertuples())
    ]
    return [part for _, part in rows.groupby(list(accumulate(apart, initial=0)))]


def mark_days(axes, periods: pd.DataFrame, start: date | None, breaks: tuple[Break, ...]) -> None:
    """Upright lines where the series breaks and where the programme began, each with its text above the axes.

    A text ends at its line, and a later one stands higher, so that none crosses a line or another text.
    """
    first, last = periods["period_end"].iloc[0], periods["period_end"].iloc[-1]
    inside = {stop.label: stop.on for stop in reversed(breaks) if first < stop.on <= last}  # its first day each
    marks = [(day, text) for text, day in inside.items()]
    if start is not None and start > first:
        marks.append((start, "programme began"))
        last = max(last, start)
    line = {"arrowstyle": "-", "linestyle": (0, (1, 2)), "relpos": (1, 0), "shrinkA": 0, "shrinkB": 0}
    where = ("data", "axes fraction")
    for row, (day, text) in enumerate(sorted(marks)):
        top = (day, 1.02 + row * MARK_GAP)
        axes.annotate(text, (day, 0), top, where, where, line, ha="right", va="bottom", size=SMALL)
    margin = (last - first) * 0.08 or timedelta(days=180)
    axes.set_xlim(first - margin, last + margin)


def label_values(axes, ends: list[tuple[float, str, str, bool]], write: Write) -> None:
    """Round values along the axis, and each line's name and last value at its right, moved apart if they overlap."""
    bottom, top = axes.get_ylim()
    ends = [(value, wrap(text, WIDEST_END, bold=own), colour, own) for value, text, colour, own in sorted(ends)]
    halves = [LABEL_LINE * (text.count("\n") + 1) / 2 for _, text, _, _ in ends]
    heights = [(end[0] - bottom) / (top - bottom) for end in ends]
    for row in range(1, len(ends)):
        heights[row] = max(heights[row], heights[row - 1] + halves[row - 1] + halves[row])
    highest = 1.0 + halves[-1]
    for row in reversed(range(len(ends))):
        heights[row] = min(heights[row], highest - halves[row])
        highest = heights[row] - halves[row]
    for (_, text, colour, own), height in zip(ends, heights, strict=True):
        look = {"color": colour, "weight": "bold" if own else "normal", "size": TEXT}
        axes.annotate(text, (1.01, height), xycoords="axes fraction", va="center", **look)
    ticks = style.ticks(bottom, top, write)
    axes.set_yticks(list(ticks), list(ticks.values()))
    axes.tick_params(length=0, pad=7)


def tick(period) -> str:
    """A period under the axis, on two lines."""
    if period.basis == SNAPSHOT and period.period_label == f"{period.period_end:%B %Y}":
        return f"{period.period_end:%b}\n{period.period_end:%Y}"
    if "/" in period.period_label:  # an academic year, on two lines so that seven fit
        return period.period_label.replace("/", "\n/")
    if " term " in period.period_label:  # “summer term 2023”: the year tells the terms of one season apart
        season, year = period.period_label.split(" term ")
        return f"{season}\n{year}"
    return period.period_label
