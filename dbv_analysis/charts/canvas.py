"""A canvas on which shapes and words are placed in inches, with words measured before they are placed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dbv_analysis.charts import style
from dbv_analysis.charts.style import GRID, INK, POINTS, SMALL, TEXT, WHITE, WIDTH, width_of

MARGIN = 0.08  # inches left free at every edge
GAP = 0.1  # inches between a shape and its words, and between columns
LEADING = 1.28  # a line's height, of its type size
SYLLABLE = re.compile("[^\\W\\d_][bcdfghjklmnpqrstvwxz][aeiouy]")
CAPITALS = 0.365  # half the height of a capital, of its type size


def height_of(lines: int, size: int = TEXT) -> float:
    """How high ``lines`` lines of type are, in inches."""
    return lines * size * LEADING / POINTS


def wrapped(words: str, inches: float, *, size: int = TEXT, bold: bool = False, most: int | None = None) -> list[str]:
    """``words`` over lines at most ``inches`` wide; a word that is wider is broken.

    Where more than ``most`` lines would be needed, the last ends in "…".
    """
    lines = [""]
    for word in words.split():
        while width_of(word, size, bold) > inches and len(word) > 1:
            start, word = _broken(word, inches, size, bold)
            lines.append(start)
        longer = f"{lines[-1]} {word}".strip()
        if width_of(longer, size, bold) <= inches:
            lines[-1] = longer
        else:
            lines.append(word)
    lines = [line for line in lines if line]
    if most is None or len(lines) <= most:
        return lines
    last = lines[most - 1]
    while width_of(f"{last}…", size, bold) > inches and last:
        last = last[:-1].rstrip()
    return [*lines[: most - 1], f"{last}…"]


def _broken(word: str, inches: float, size: int, bold: bool) -> tuple[str, str]:
    """``word`` in two, the first part with a hyphen: after a hyphen of its own, else where a syllable may begin."""
    room = [
        n for n in range(len(word) - 1, 0, -1) if width_of(word[:n].removesuffix("-") + "-", size, bold) <= inches
    ] or [1]
    at = next((n for n in room if word[n - 1] == "-"), None) or next(
        (n for n in room if n > 1 and SYLLABLE.match(word, n - 1)), room[0]
    )
    return word[:at].removesuffix("-") + "-", word[at:]


@dataclass(frozen=True)
class Names:
    """The rows' names, wrapped for a column of their own: ``lines`` for each row, in type of ``size`` points."""

    lines: list[list[str]]
    size: int
    bold: list[bool]

    @classmethod
    def fit(cls, names: Sequence[str], widest: float, bold: Sequence[bool] = (), most: int = 2) -> Names:
        """``names`` on two lines of at most ``widest`` inches; else on at most ``most``, in smaller type."""
        heavy = list(bold) or [False] * len(names)
        whole = [wrapped(name, widest, bold=b) for name, b in zip(names, heavy, strict=True)]
        if all(len(lines) <= 2 for lines in whole):
            return cls(whole, TEXT, heavy)
        small = [wrapped(name, widest, size=SMALL, bold=b, most=most) for name, b in zip(names, heavy, strict=True)]
        return cls(small, SMALL, heavy)

    @property
    def width(self) -> float:
        pairs = zip(self.lines, self.bold, strict=True)
        return max(width_of(line, self.size, bold) for lines, bold in pairs for line in lines)

    def height(self, row: int) -> float:
        return height_of(len(self.lines[row]), self.size)


class Canvas:
    """A white page 7 inches wide. Places are inches to the right of its left edge, and down from its top."""

    def __init__(self, height: float):
        self.height = height
        self._strokes: list[Callable[[object], object]] = []  # each draws on matplotlib's axes

    def write(
        self,
        x: float,
        middle: float,
        lines: Sequence[str],
        *,
        size: int = TEXT,
        bold: bool = False,
        colour: str = INK,
        ha: str = "left",
        clear: bool = False,
    ) -> None:
        """Lines of words about ``middle``; ``clear`` whitens what is behind them."""
        for place, line in enumerate(lines):
            y = middle + (place - (len(lines) - 1) / 2) * height_of(1, size)
            self._place(
                "text",
                x,
                y + CAPITALS * size / POINTS,
                line,
                size=size,
                color=colour,
                ha=ha,
                va="baseline",
                fontweight="bold" if bold else "normal",
                zorder=5,
                bbox={"facecolor": WHITE, "edgecolor": "none", "pad": 1} if clear else None,
            )

    def shape(self, xs: Sequence[float], ys: Sequence[float], face: str, edge: str = "none", hatch: str = "") -> None:
        """A filled shape through the corners given."""
        self._place("fill", xs, ys, facecolor=face, edgecolor=edge, hatch=hatch or None, linewidth=1.3, zorder=3)

    def box(
        self, left: float, right: float, top: float, bottom: float, face: str, edge: str = "none", hatch: str = ""
    ) -> None:
        self.shape([left, right, right, left], [top, top, bottom, bottom], face, edge, hatch)

    def line(
        self, xs: Sequence[float], ys: Sequence[float], *, colour: str = GRID, width: float = 0.9, dashes="-", above=1
    ) -> None:
        """A line; ``above`` orders it: the grid is 1, shapes are 3, words are 5."""
        self._place("plot", xs, ys, color=colour, linewidth=width, linestyle=dashes, zorder=above)

    def mark(self, x: float, top: float, bottom: float) -> None:
        """A dashed upright line that is seen on white and on a bar."""
        self.line([x, x], [top, bottom], colour=WHITE, width=3, above=4)
        self.line([x, x], [top, bottom], colour=INK, width=1.5, dashes=(0, (4, 1.5)), above=4)

    def dot(self, x: float, middle: float, colour: str) -> None:
        self._place("plot", [x], [middle], marker="o", markersize=9, color=colour, zorder=3)

    def _place(self, method: str, *where: object, **look: object) -> None:
        """Draw it, by a method of matplotlib's axes, once the picture is asked for."""
        self._strokes.append(lambda axes: getattr(axes, method)(*where, **look))

    def png(self) -> bytes:
        figure = style.pyplot().figure(figsize=(WIDTH, self.height), dpi=style.DPI, facecolor=WHITE)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set(xlim=(0, WIDTH), ylim=(self.height, 0))
        for stroke in self._strokes:
            stroke(axes)
        return style.render_png(figure)


def place_label(x: float, words: float, left: float = MARGIN, right: float = WIDTH - MARGIN) -> float:
    """Where words ``words`` inches wide begin, centred on ``x`` but kept between ``left`` and ``right``."""
    return min(max(x - words / 2, left), right - words)
