"""A heat map: a small matrix of words, the darker the higher their level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dbv_analysis.charts import style
from dbv_analysis.charts.canvas import GAP, MARGIN, Canvas, Names, height_of, wrapped
from dbv_analysis.charts.style import ACCENT, GREY, INK, SMALL, TEXT, WHITE, WIDTH, width_of
from dbv_analysis.model.blocks import Figure, Table
from dbv_analysis.model.wording import listed

LEVELS = (WHITE, "#6BACE6", "#2073BC", ACCENT)  # light to dark, for levels 0 to 3
WIDEST_NAME = 2.0  # inches
PADDING = 0.05  # inches around the words of a cell
MOST_NAMED = 8  # cells that an alt text can name one by one


@dataclass(frozen=True)
class Cell:
    """The words that stand where a row and a column meet, and their level, 0 to 3."""

    row: str
    column: str
    text: str
    level: int


@dataclass(frozen=True)
class _Layout:
    """Where the cells stand: ``left`` of the first and their ``width``, in inches, in type of ``size`` points.

    ``above`` says that a row's name stands over its cells, where beside them they would be too narrow.
    """

    left: float
    width: float
    size: int
    above: bool

    def fits(self, words: str, bold: bool = False) -> bool:
        """Whether no word is wider than a cell."""
        return all(width_of(word, self.size, bold) <= self.width - 2 * PADDING for word in words.split())

    def wrapped(self, words: str, bold: bool = False) -> list[str]:
        return wrapped(words, self.width - 2 * PADDING, size=self.size, bold=bold)


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
        title: the active title, at most ten words or so.
        measure: what is shown, for the alt text and the table's caption.
        caption: lines on source and period.
        row_header: what the rows are, for the table.
        empty: what stands in the table for a cell that is not given.

    Raises ValueError where there is no cell, where one has no words or the symbol "low", stands outside
    the matrix or on another, or has a level other than 0 to 3.
    """
    _check(cells, rows, columns)
    given = {(cell.row, cell.column): cell for cell in cells}
    canvas = _draw(given, rows, columns)
    return style.as_block(
        canvas.png,
        canvas.height,
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
    size = f"{len(rows)} {_plural(rows, 'row')} by {len(columns)} {_plural(columns, 'column')}"
    sentences = [f"Heat map: {measure}.", f"{size}, {len(cells)} of {len(rows) * len(columns)} cells filled."]
    counts = Counter(cell.text for cell in ordered)
    if len(counts) <= MOST_NAMED:
        sentences.append(f"{listed(f'{number} {words}' for words, number in counts.items())}.")
    darkest = [cell for cell in ordered if cell.level == max(cell.level for cell in cells)]
    named = [f"{cell.row}, {cell.column} ({cell.text})" for cell in darkest[:MOST_NAMED]]
    more = [f"{len(darkest) - MOST_NAMED} more"] if len(darkest) > MOST_NAMED else []
    sentences.append(f"Darkest: {'; '.join([*named, *more])}.")
    return " ".join(sentences)


def _plural(several: Sequence[str], noun: str) -> str:
    return noun if len(several) == 1 else f"{noun}s"


def _layout(given: dict[tuple[str, str], Cell], names: Names, columns: Sequence[str]) -> _Layout:
    """Names beside the cells and type as large as it can be, so that no word is broken."""
    room = WIDTH - 2 * MARGIN
    tried = [
        _Layout(MARGIN + names.width + GAP, (room - names.width - GAP) / len(columns), size, False)
        for size in (TEXT, SMALL)
    ] + [_Layout(MARGIN, room / len(columns), size, True) for size in (TEXT, SMALL)]
    for layout in tried:
        if all(layout.fits(name, bold=True) for name in columns) and all(
            layout.fits(cell.text) for cell in given.values()
        ):
            return layout
    return tried[-1]


def _draw(given: dict[tuple[str, str], Cell], rows: Sequence[str], columns: Sequence[str]) -> Canvas:
    """The chart, laid out."""
    names = Names.fit(rows, WIDEST_NAME)
    layout = _layout(given, names, columns)
    heads = [layout.wrapped(name, bold=True) for name in columns]
    over = [wrapped(name, WIDTH - 2 * MARGIN, bold=True) if layout.above else [] for name in rows]
    words = {place: layout.wrapped(cell.text) for place, cell in given.items()}
    heights = []
    for row, name in enumerate(rows):
        most = max((len(words[name, column]) for column in columns if (name, column) in words), default=1)
        heights.append(max(height_of(most, layout.size), 0 if layout.above else names.height(row)) + 0.16)
    top = MARGIN + height_of(max(map(len, heads)), layout.size) + 0.06
    height = top + sum(heights) + sum(height_of(len(lines)) + 0.1 for lines in over if lines) + MARGIN
    canvas = Canvas(height)
    for place, lines in enumerate(heads):
        middle = MARGIN + height_of(max(map(len, heads)), layout.size) / 2
        canvas.write(
            layout.left + (place + 0.5) * layout.width, middle, lines, size=layout.size, bold=True, ha="center"
        )
    y = top
    for row, name in enumerate(rows):
        if layout.above:
            canvas.write(MARGIN, y + 0.07 + height_of(len(over[row])) / 2, over[row], bold=True)
            y += height_of(len(over[row])) + 0.1
        else:
            canvas.write(MARGIN, y + heights[row] / 2, names.lines[row], size=names.size)
        for place, column in enumerate(columns):
            if (name, column) in given:
                _draw_cell(canvas, layout, place, y, heights[row], given[name, column].level, words[name, column])
        y += heights[row]
    return canvas


def _draw_cell(
    canvas: Canvas, layout: _Layout, place: int, top: float, height: float, level: int, lines: list[str]
) -> None:
    left = layout.left + place * layout.width
    inset = 0.02  # a white gap keeps neighbours of one level apart
    canvas.box(left + inset, left + layout.width - inset, top + inset, top + height - inset, LEVELS[level], GREY)
    middle = left + layout.width / 2
    canvas.write(middle, top + height / 2, lines, size=layout.size, colour=text_colour(level), ha="center")
