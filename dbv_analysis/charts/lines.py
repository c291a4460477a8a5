"""Lines: a measure over time, from result rows. Nothing is calculated here."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import pairwise

import pandas as pd

from dbv_analysis.charts import style
from dbv_analysis.charts.style import ACCENT, GREY, INK, PALETTE, SMALL, TEXT, WIDTH
from dbv_analysis.model.blocks import Figure, Table
from dbv_analysis.model.period import SNAPSHOT, Break
from dbv_analysis.model.units import is_missing
from dbv_analysis.model.wording import listed

INCHES = (WIDTH, 4.1)
PLOT = {"left": 0.095, "top": 0.98, "bottom": 0.13}  # the right edge follows from the labels at line ends
MOST_LINES = len(PALETTE)  # of the authority's own, each in a colour of its own
LABEL_GAP = 0.085  # of the chart's height, between two labels at line ends
MARK_ROOM = 0.13  # of the chart's height, for the words beside a vertical line
WIDEST_MARK = 14  # characters in a line of those words
LONGEST_STEP = timedelta(days=500)  # a longer step between two figures leaves a gap in the line


@dataclass(frozen=True)
class Series:
    """One line: its name and its result rows (``period_end``, ``period_label``, ``basis``, ``value``, ``symbol``)."""

    name: str
    rows: pd.DataFrame
    own: bool = False


def line_chart(
    series: list[Series],
    *,
    title: str,
    measure: str,
    write: Callable[[float], str],
    caption: list[str],
    start: date | None = None,
    breaks: tuple[Break, ...] = (),
) -> Figure:
    """One measure over time, a line a series, labelled at the line's end.

    Args:
        series: the lines; the authority's own is drawn in the accent colour, the rest in grey, unless
            several are its own, which then take the palette's colours in order.
        title: the active title, at most ten words or so.
        measure: what is measured, with its unit, for the alt text and the table's caption.
        write: a value as text.
        caption: lines on source, population and period.
        start: the programme's first day, marked where it is given.
        breaks: days on which what is counted changed; each is marked, and no line drawn across it unless it compares.

    Raises ValueError where figures of different bases would stand on one line (part of a year is never drawn with
    full years), and where more lines than there are colours are the authority's own.
    """
    series = [one for one in series if one.rows["value"].notna().any()]
    if not series:
        raise ValueError("no series has a value, so there is nothing to draw")
    if sum(one.own for one in series) > MOST_LINES:
        raise ValueError(f"at most {MOST_LINES} lines of the authority's own have a colour each")
    bases = {basis for one in series for basis in one.rows["basis"]}
    if len(bases) != 1:
        raise ValueError(f"figures of different bases do not share a chart: {listed(sorted(bases))}")
    periods = _periods(series)
    return style.as_block(
        partial(_draw, series, periods, write, start, breaks),
        INCHES[1],
        title=title,
        alt=_alt(series, measure, write, breaks),
        caption=[*caption, *_gaps(series)],
        table=_table(series, periods, measure, write),
    )


def _gaps(series: list[Series]) -> list[str]:
    """A line of caption for each stretch of the main series that has no figure."""
    rows = series[0].rows
    return [
        f"No figure between {before.period_label} and {after.period_label}."
        for before, after in pairwise(rows.itertuples())
        if after.period_end - before.period_end > LONGEST_STEP
    ]


def _periods(series: list[Series]) -> pd.DataFrame:
    every = pd.concat([one.rows[["period_end", "period_label", "basis"]] for one in series])
    return every.drop_duplicates(["period_end", "period_label"]).sort_values("period_end", ignore_index=True)


def _table(series: list[Series], periods: pd.DataFrame, measure: str, write: Callable[[float], str]) -> Table:
    rows = []
    for period in periods.itertuples():
        cells = [period.period_label]
        for one in series:
            at = one.rows[one.rows["period_end"] == period.period_end]
            cells.append("x" if at.empty else _cell(at.iloc[-1], write))
        rows.append(cells)
    return Table(measure, ["Period", *(one.name for one in series)], rows)


def _cell(row: pd.Series, write: Callable[[float], str]) -> str:
    return (row.get("symbol") or "x") if is_missing(row["value"]) else write(row["value"])


def _alt(series: list[Series], measure: str, write: Callable[[float], str], breaks: tuple[Break, ...]) -> str:
    sentences = [f"Line chart: {measure}."]
    for one in series:
        rows = one.rows[one.rows["value"].notna()]
        first, last = rows.iloc[0], rows.iloc[-1]
        if len(rows) == 1:
            sentences.append(f"{one.name}: {write(last['value'])} in {last['period_label']}.")
            continue
        before = rows.iloc[-2]
        between = "" if len(rows) == 2 else f", {write(before['value'])} in {before['period_label']}"
        sentences.append(
            f"{one.name}: {write(first['value'])} in {first['period_label']}{between}, "
            f"{write(last['value'])} in {last['period_label']}."
        )
    ends = [one.rows["period_end"] for one in series]
    inside = [stop for stop in breaks if any(min(end) < stop.on <= max(end) for end in ends)]
    for why, compares in dict.fromkeys((stop.why, stop.compares) for stop in inside):
        days = listed(f"{stop.on:%B %Y}" for stop in inside if stop.why == why)
        sentences.append(f"{'Marked' if compares else 'The lines break'} at {days}: {why}.")
    return " ".join(sentences)


def _draw(
    series: list[Series],
    periods: pd.DataFrame,
    write: Callable[[float], str],
    start: date | None,
    breaks: tuple[Break, ...],
) -> bytes:
    plt = style.pyplot()
    figure, axes = plt.subplots(figsize=INCHES, dpi=style.DPI, gridspec_kw=PLOT)
    several_own = sum(one.own for one in series) > 1
    ends = []
    for place, one in enumerate(series):
        colour = PALETTE[place] if several_own else ACCENT if one.own else GREY
        dashes = "-" if one.own else ("--", ":", "-.")[place % 3]
        for segment in _segments(one.rows, breaks):
            axes.plot(
                segment["period_end"],
                segment["value"],
                color=colour,
                linestyle=dashes,
                linewidth=2.6 if one.own else 1.8,
                marker="o",
                markersize=5 if one.own else 3.5,
            )
        last = one.rows[one.rows["value"].notna()].iloc[-1]
        ends.append((last["value"], f"{one.name} {write(last['value'])}", colour, one.own))
    axes.set_ylim(bottom=min(0, axes.get_ylim()[0]) if min(end[0] for end in ends) < 0 else 0)
    mark(axes, periods, start, breaks)
    label_ends(figure, axes, ends)
    axes.set_xticks(list(periods["period_end"]), [tick(period) for period in periods.itertuples()])
    ticks = style.ticks(*axes.get_ylim(), write)
    axes.set_yticks(list(ticks), list(ticks.values()))
    axes.tick_params(length=0, pad=7)
    return style.render_png(figure)


def _segments(rows: pd.DataFrame, breaks: tuple[Break, ...]) -> list[pd.DataFrame]:
    """The stretches of a line that may be joined: none across a break, a symbol or a missing year."""
    stretch, step = 0, []
    previous = None
    for row in rows.itertuples():
        apart = previous is not None and (
            is_missing(row.value)
            or is_missing(previous.value)
            or row.period_end - previous.period_end > LONGEST_STEP
            or any(stop.between(previous.period_end, row.period_end) for stop in breaks if not stop.compares)
        )
        stretch += apart
        step.append(stretch)
        previous = row
    return [part for _, part in rows.groupby(step)]


def mark(axes, periods: pd.DataFrame, start: date | None, breaks: tuple[Break, ...]) -> None:
    """Vertical lines where the series breaks and where the programme began, each with its words."""
    first, last = periods["period_end"].iloc[0], periods["period_end"].iloc[-1]
    inside = {stop.label: stop.on for stop in reversed(breaks) if first < stop.on <= last}  # its first day each
    marks = sorted((day, label) for label, day in inside.items())
    if start is not None and start > first:
        marks.append((start, "programme began"))
        last = max(last, start)
    # Room for the words above the lines, a row for each mark, so that neither hides a figure or the other.
    axes.set_ylim(top=axes.get_ylim()[1] * (1.05 + MARK_ROOM * len(marks)))
    for row, (day, words) in enumerate(marks):
        axes.axvline(day, color=INK, linewidth=1, linestyle=(0, (1, 2)))
        left = (day - first) < (last - first) * 0.4  # no room for words before it
        axes.annotate(
            textwrap.fill(words, WIDEST_MARK),
            (day, 0.99 - row * MARK_ROOM),
            xycoords=("data", "axes fraction"),
            xytext=(4 if left else -4, 0),
            textcoords="offset points",
            ha="left" if left else "right",
            va="top",
            fontsize=SMALL,
            color=INK,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )
    margin = (last - first) * 0.08 or timedelta(days=180)
    axes.set_xlim(first - margin, last + margin)


def label_ends(figure, axes, ends: list[tuple[float, str, str, bool]]) -> None:
    """Each line's name and last value at the right edge, moved apart where they would overlap."""
    bottom, top = axes.get_ylim()
    heights, labels = [], []
    for value, words, colour, own in sorted(ends):
        height = (value - bottom) / (top - bottom)
        if heights:
            height = max(height, heights[-1] + LABEL_GAP)
        heights.append(height)
        label = axes.annotate(
            words,
            (1.01, height),
            xycoords="axes fraction",
            ha="left",
            va="center",
            color=colour,
            fontweight="bold" if own else "normal",
            fontsize=TEXT,
        )
        labels.append(label)
    widest = max(label.get_window_extent().width for label in labels) / figure.bbox.width
    figure.subplots_adjust(right=max(0.4, 0.98 - widest))


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
