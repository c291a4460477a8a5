"""Ranges: from the lowest to the highest of each row, against a value that all are held against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dbv_analysis.charts import style
from dbv_analysis.charts.canvas import GAP, MARGIN, Canvas, Names, height_of, place_label, wrapped
from dbv_analysis.charts.scale import AXIS, Scale
from dbv_analysis.charts.style import ACCENT, TEXT, WIDTH, width_of
from dbv_analysis.model.blocks import Figure, Table
from dbv_analysis.model.units import SYMBOLS, is_missing

WIDEST_NAME = 2.6  # inches
BAR = 0.18  # inches high
BETWEEN = 0.2  # inches between two rows' words
WIDEST_REFERENCE = 4.2  # inches
APART = 0.14  # inches between a range or a dot and its words


@dataclass(frozen=True)
class Range:
    """A row: its name, its lowest and its highest value; ``symbol`` stands in place of one that is missing."""

    name: str
    lowest: float | None
    highest: float | None
    symbol: str = ""


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
    write: Callable[[float], str],
    caption: list[str],
    reference: Reference | None = None,
    row_header: str = "Name",
) -> Figure:
    """Horizontal ranges, one a row, in the order given, with both ends written beside them; the scale holds zero.

    Args:
        ranges: the rows. A range of one value, or with one end missing, is a dot; one without either end
            shows its symbol.
        title: the active title, at most ten words or so.
        measure: what is measured, with its unit, for the alt text and the table's caption.
        write: a value as text.
        caption: lines on source, population and period.
        reference: a value drawn as an upright line with its name.
        row_header: what the names are names of, for the table.

    Raises ValueError where there is nothing to draw, where a range has no name, or where its lowest is
    above its highest.
    """
    if all(is_missing(end) for one in ranges for end in (one.lowest, one.highest)):
        raise ValueError("no range has a value, so there is nothing to draw")
    for one in ranges:
        if not one.name.strip():
            raise ValueError("every range needs a name")
        if len(_known(one)) == 2 and one.lowest > one.highest:
            raise ValueError(f'the lowest of "{one.name}" is above its highest: {one.lowest} and {one.highest}')
    canvas = _draw(ranges, write, reference)
    return style.as_block(
        canvas.png,
        canvas.height,
        title=title,
        alt=_alt(ranges, measure, write, reference),
        caption=caption,
        table=Table(
            measure,
            [row_header, "Lowest", "Highest"],
            [[one.name, _cell(one, one.lowest, write), _cell(one, one.highest, write)] for one in ranges],
            notes=[f"{reference.name}: {write(reference.value)}."] if reference else [],
        ),
    )


def _known(one: Range) -> list[float]:
    return [end for end in (one.lowest, one.highest) if not is_missing(end)]


def _cell(one: Range, end: float | None, write: Callable[[float], str]) -> str:
    return (one.symbol or "x") if is_missing(end) else write(end)


def _alt(ranges: list[Range], measure: str, write: Callable[[float], str], reference: Reference | None) -> str:
    sentences = [f"Range chart: {measure}."]
    for one in ranges:
        symbol = one.symbol or "x"
        missing = SYMBOLS.get(symbol, symbol).partition(":")[0]
        ends = [missing if is_missing(end) else write(end) for end in (one.lowest, one.highest)]
        sentences.append(f"{one.name}: {' to '.join(dict.fromkeys(ends))}.")
    if reference:
        sentences.append(f"A line marks the {reference.name}: {write(reference.value)}.")
    return " ".join(sentences)


def _labels(one: Range, write: Callable[[float], str], after: bool) -> tuple[str, str]:
    """The words before and after a range; all of them ``after`` it where it is a dot, a symbol or near zero."""
    ends = dict.fromkeys(_cell(one, end, write) for end in (one.lowest, one.highest))
    if after or len(_known(one)) < 2 or len(ends) == 1:
        return "", " to ".join(ends)
    return write(one.lowest), write(one.highest)


def _fit(
    ranges: list[Range], write: Callable[[float], str], reference: Reference | None, left: float
) -> tuple[Scale, list[tuple[str, str]]]:
    """The scale from ``left`` on and each row's words, none of which stands across zero before a range above it."""
    ends = [_known(one) or [0.0] for one in ranges]
    marked = [(reference.value, 0.0)] if reference else []
    behind: set[int] = set()
    while True:
        labels = [_labels(one, write, row in behind) for row, one in enumerate(ranges)]
        before = [APART + width_of(words) if words else 0.0 for words, _ in labels]
        scale = Scale.fit(
            left,
            WIDTH - MARGIN,
            [*marked, *((min(end), wide) for end, wide in zip(ends, before, strict=True))],
            [*marked, *((max(end), APART + width_of(label[1])) for end, label in zip(ends, labels, strict=True))],
        )
        across = {
            row
            for row, (end, wide) in enumerate(zip(ends, before, strict=True))
            if wide and min(end) >= 0 and scale.at(min(end)) - wide < scale.zero
        }
        if not across:
            return scale, labels
        behind |= across


def _draw(ranges: list[Range], write: Callable[[float], str], reference: Reference | None) -> Canvas:
    """The chart, laid out."""
    names = Names.fit([one.name for one in ranges], WIDEST_NAME)
    ends = [_known(one) or [0.0] for one in ranges]
    scale, labels = _fit(ranges, write, reference, MARGIN + names.width + 1.5 * GAP)
    above = wrapped(f"{reference.name} {write(reference.value)}", WIDEST_REFERENCE, bold=True) if reference else []
    rows = [max(names.height(row), height_of(1)) + BETWEEN for row in range(len(ranges))]
    top = MARGIN + height_of(len(above)) + (GAP / 2 if above else 0)
    bottom = top + sum(rows)
    canvas = Canvas(bottom + AXIS)
    scale.draw(canvas, top, bottom, write)
    if reference:
        x, wide = scale.at(reference.value), max(width_of(line, TEXT, bold=True) for line in above)
        canvas.mark(x, top, bottom)
        canvas.write(place_label(x, wide), MARGIN + height_of(len(above)) / 2, above, bold=True)
    for row, one in enumerate(ranges):
        middle = top + sum(rows[:row]) + rows[row] / 2
        canvas.write(MARGIN, middle, names.lines[row], size=names.size)
        start, end = scale.at(min(ends[row])), scale.at(max(ends[row]))
        if start < end:
            canvas.box(start, end, middle - BAR / 2, middle + BAR / 2, ACCENT)
        elif _known(one):
            canvas.dot(start, middle, ACCENT)
        before, after = labels[row]
        if before:
            canvas.write(start - APART, middle, [before], ha="right", clear=True)
        canvas.write(end + APART, middle, [after], clear=True)
    return canvas
