"""A heat map: a small matrix of words, the darker the higher their level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from dbv_analysis.charts import style
from dbv_analysis.charts.rows import Rows
from dbv_analysis.charts.style import ACCENT, GREY, INK, MARGIN, SMALL, TEXT, WHITE, WIDTH, width_of
from dbv_analysis.charts.text import counted, fit_names, height_of, wrap
from dbv_analysis.model.blocks import Figure, Table
from dbv_analysis.model.wording import listed

LEVELS = (WHITE, "#6BACE6", "#2073BC", ACCENT)  # light to dark, for levels 0 to 3
WIDEST_NAME = 2.0  # inches
PADDING = 0.03  # inches around the words of a cell
BETWEEN = 0.16  # inches between two rows' text
APART = 0.04  # inches: a white gap keeps neighbours of one level apart
MOST_NAMED = 8  # cells that an alt text can name one by one


@dataclass(frozen=True)
class Cell:
    """The words that stand where a row and a column meet, and their level, 0 to 3."""

    row: str
    column: str
    text: str
    level: int


def text_colour(level: int) -> str:
    """The colour of words on a level: whichever of black and white is read better."""
    return WHITE if level >= 2 else INK


def heat_map(
    cells: list[Cell],
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    title: str,
    measure: str,
    caption: list[str],
    row_header: str = "Name",
    empty: str = "none",
) -> Figure:
    """A matrix whose cells hold words on a blue that says their level; a cell that is not given stays blank.

    Args:
        cells: at most one for each row and column.
        rows: the names of the rows, in order.
        columns: the names of the columns, in order.
        row_header: what the rows are, for the table.
        empty: what stands in the table for a cell that is not given.

    Raises ValueError where there is no cell, where one has no words or the symbol "low", stands outside
    the matrix or on another, or has a level other than 0 to 3.
    """
    _check(cells, rows, columns)
    given = {(cell.row, cell.column): cell for cell in cells}
    layout = _layout(given, rows, columns)
    return style.as_block(
        partial(_draw, cells, rows, columns, layout),
        layout.rows.height,
        title=title,
        alt=_alt(cells, rows, columns, measure),
        caption=caption,
        table=Table(
            measure,
            [row_header, *columns],
            [[row, *(given[row, c].text if (row, c) in given else empty for c in columns)] for row in rows],
            text_columns=1 + len(columns),
        ),
    )


def _check(cells: list[Cell], rows: Sequence[str], columns: Sequence[str]) -> None:
    if not cells:
        raise ValueError("no cell is given, so there is nothing to draw")
    for kind, names in (("row", rows), ("column", columns)):
        if len(set(names)) < len(names) or not all(name.strip() for name in names):
            raise ValueError(f"every {kind} needs a name of its own")
    seen = set()
    for cell in cells:
        where = f'the cell at "{cell.row}" and "{cell.column}"'
        if cell.row not in rows or cell.column not in columns:
            raise ValueError(f"{where} is outside the rows and columns given")
        if (cell.row, cell.column) in seen:
            raise ValueError(f"{where} is given twice")
        if not cell.text.strip():
            raise ValueError(f"{where} has no words: colour alone says nothing to some readers")
        if cell.text == "low":  # under the table it would be explained as the symbol of that name
            raise ValueError(
                f'{where} says "low", the symbol of a number that rounds to zero: write "Low" for a rating'
            )
        if cell.level not in range(len(LEVELS)):
            raise ValueError(f"{where} has the level {cell.level}: a level is 0, 1, 2 or 3")
        seen.add((cell.row, cell.column))


def _alt(cells: list[Cell], rows: Sequence[str], columns: Sequence[str], measure: str) -> str:
    ordered = sorted(cells, key=lambda cell: (rows.index(cell.row), columns.index(cell.column)))
    size = f"{counted(len(rows), 'row')} by {counted(len(columns), 'column')}"
    sentences = [f"Heat map: {measure}.", f"{size}, {len(cells)} of {len(rows) * len(columns)} cells filled."]
    counts = Counter(cell.text for cell in ordered)
    if len(counts) <= MOST_NAMED:
        sentences.append(f"{listed(f'{number} {text}' for text, number in counts.items())}.")
    darkest = [cell for cell in ordered if cell.level == max(cell.level for cell in cells)]
    named = [f"{cell.row}, {cell.column} ({cell.text})" for cell in darkest[:MOST_NAMED]]
    more = [f"{len(darkest) - MOST_NAMED} more"] if len(darkest) > MOST_NAMED else []
    sentences.append(f"Darkest: {'; '.join([*named, *more])}.")
    return " ".join(sentences)


@dataclass(frozen=True)
class _Layout:
    """The rows, the heads of the columns, and the texts of the cells, wrapped in type of ``size`` points."""

    rows: Rows
    heads: list[str]
    texts: dict[tuple[str, str], str]
    size: int


def _layout(given: dict[tuple[str, str], Cell], names: Sequence[str], columns: Sequence[str]) -> _Layout:
    """Names beside the cells, or else above them, and type as large as it can be, so that no word is broken."""
    beside, name_size = fit_names(names, WIDEST_NAME)
    above = [wrap(name, WIDTH - 3 * MARGIN, bold=True) for name in names]
    words = {(word, False) for cell in given.values() for word in cell.text.split()}
    words |= {(word, True) for column in columns for word in column.split()}
    for over, size in ((False, TEXT), (False, SMALL), (True, TEXT), (True, SMALL)):
        lines = Rows([""] * len(names), TEXT, [], heads=above) if over else Rows(beside, name_size, [])
        width = lines.plot_width / len(columns) - APART - 2 * PADDING
        if all(width_of(word, size, bold) <= width for word, bold in words):
            break
    texts = {where: wrap(cell.text, width, size) for where, cell in given.items()}
    heights = []
    for name, label in zip(names, lines.names, strict=True):
        cells = [height_of(text, size) for (row, _), text in texts.items() if row == name]
        heights.append(max([height_of("-", size), height_of(label, name_size), *cells]) + BETWEEN)
    heads = [wrap(column, width, size, bold=True) for column in columns]
    around = max(height_of(head, size) for head in heads) + 0.06
    return _Layout(replace(lines, heights=heights, around=around), heads, texts, size)


def _draw(cells: list[Cell], names: Sequence[str], columns: Sequence[str], layout: _Layout) -> bytes:
    rows = layout.rows
    figure, axes = rows.subplots()
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.xaxis.tick_top()
    axes.set_xticks(range(len(columns)), layout.heads, fontsize=layout.size, fontweight="bold", color=INK)
    axes.tick_params(axis="x", length=0)
    row = {name: (middle, height) for name, middle, height in zip(names, rows.middles, rows.heights, strict=True)}
    width = 1 - APART * len(columns) / rows.plot_width
    boxes = axes.barh(
        [row[cell.row][0] for cell in cells],
        width,
        [row[cell.row][1] - APART for cell in cells],
        left=[columns.index(cell.column) - width / 2 for cell in cells],
        color=[LEVELS[cell.level] for cell in cells],
        edgecolor=GREY,
        linewidth=1.3,
        clip_on=False,
    )
    wrapped = [layout.texts[cell.row, cell.column] for cell in cells]
    for text, cell in zip(axes.bar_label(boxes, wrapped, label_type="center", size=layout.size), cells, strict=True):
        text.set_color(text_colour(cell.level))
    return style.render_png(figure)
