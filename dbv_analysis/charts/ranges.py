"""Ranges: from the lowest to the highest of each row, against a value that all are held against."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from dbv_analysis.charts import style
from dbv_analysis.charts.rows import CLEAR, Rows, label, mark
from dbv_analysis.charts.style import ACCENT, INK, width_of
from dbv_analysis.charts.text import Write, cell, fit_names, height_of, spoken, wrap
from dbv_analysis.model.blocks import Figure, Table
from dbv_analysis.model.units import is_missing

WIDEST_NAME = 2.6  # inches
BAR = 0.18  # inches high
BETWEEN = 0.2  # inches between two rows
WIDEST_REFERENCE = 3.6  # inches
APART = 0.14  # inches between a range or a dot and its text


@dataclass(frozen=True)
class Range:
    """A row: its name, its lowest and its highest value; ``symbol`` stands in place of one that is missing."""

    name: str
    lowest: float | None
    highest: float | None
    symbol: str = ""

    @property
    def known(self) -> list[float]:
        """Its ends that have a value."""
        return [end for end in (self.lowest, self.highest) if not is_missing(end)]


@dataclass(frozen=True)
class Reference:
    """One value that every range is held against, and what it is: ``average cost of a place``."""

    name: str
    value: float


def range_chart(
    ranges: list[Range],
    *,
    title: str,
    measure: str,
    write: Write,
    caption: list[str],
    reference: Reference | None = None,
    row_header: str = "Name",
) -> Figure:
    """Horizontal ranges, one a row, in the order given, with both ends written beside them; the scale holds zero.

    Args:
        ranges: the rows. A range of one value, or with one end missing, is a dot; one without either end
            shows its symbol.
        reference: a value drawn as an upright line with its name.
        row_header: what the names are names of, for the table.

    Raises ValueError where there is nothing to draw, where a range has no name, or where its lowest is
    above its highest.
    """
    if not any(row.known for row in ranges):
        raise ValueError("no range has a value, so there is nothing to draw")
    for row in ranges:
        if not row.name.strip():
            raise ValueError("every range needs a name")
        if row.known != sorted(row.known):
            raise ValueError(f'the lowest of "{row.name}" is above its highest: {row.lowest} and {row.highest}')
    cells = [[cell(end, row.symbol, write) for end in (row.lowest, row.highest)] for row in ranges]
    sentences = [f"Range chart: {measure}."]
    for row, ends in zip(ranges, cells, strict=True):
        sentences.append(f"{row.name}: {' to '.join(dict.fromkeys(map(spoken, ends)))}.")
    if reference:
        sentences.append(f"A line marks the {reference.name}: {write(reference.value)}.")
    names, size = fit_names([row.name for row in ranges], WIDEST_NAME)
    heights = [max(height_of(name, size), BAR) + BETWEEN for name in names]
    above = wrap(f"{reference.name} {write(reference.value)}", WIDEST_REFERENCE, bold=True) if reference else ""
    rows = Rows(names, size, heights, around=height_of(above))
    return style.as_block(
        partial(_draw, ranges, cells, rows, (reference.value, above) if reference else None),
        rows.height,
        title=title,
        alt=" ".join(sentences),
        caption=caption,
        table=Table(
            measure,
            [row_header, "Lowest", "Highest"],
            [[row.name, *ends] for row, ends in zip(ranges, cells, strict=True)],
            notes=[f"{reference.name}: {write(reference.value)}."] if reference else [],
        ),
    )


def _draw(ranges: list[Range], cells: list[list[str]], rows: Rows, line: tuple[float, str] | None) -> bytes:
    """The ranges, and an upright ``line`` at a value, with its text."""
    figure, axes = rows.subplots()
    values = [0, *(value for row in ranges for value in row.known), *([line[0]] if line else [])]
    first, last = min(values), max(values) if any(values) else 1
    inches = (rows.plot_width - APART - max(width_of(text) for ends in cells for text in ends)) / (last - first)
    axes.set_xlim(first, last)
    axes.axvline(0, color=INK, linewidth=1.1, zorder=4, clip_on=False)
    if line:
        mark(axes, *line)
    for ends, texts, middle in zip((row.known for row in ranges), cells, rows.middles, strict=True):
        lowest, highest = min(ends, default=0), max(ends, default=0)
        if lowest < highest:
            axes.barh(middle, highest - lowest, BAR, left=lowest, color=ACCENT, zorder=3)
        elif ends:
            axes.plot(lowest, middle, "o", markersize=9, color=ACCENT, zorder=3, clip_on=False)
        before, *after = dict.fromkeys(texts)
        room = (lowest - (0 if lowest >= 0 else first)) * inches  # before the range, but not across zero
        if lowest < highest and after and room > width_of(before) + APART:
            label(axes, lowest, middle, before, -APART, bbox=CLEAR)
            label(axes, highest, middle, *after, APART, bbox=CLEAR)
        else:
            label(axes, highest, middle, " to ".join([before, *after]), APART, bbox=CLEAR)
    return style.render_png(figure)
