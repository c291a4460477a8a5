"""What charts of rows share: names at the left, rows as high as their text, an upright line with its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from dbv_analysis.charts import style
from dbv_analysis.charts.style import GREY, INCH, INK, MARGIN, SMALL, TEXT, WHITE, WIDTH, width_of
from dbv_analysis.charts.text import height_of

GAP = 0.1  # inches between a shape and its text
COLUMN_GAP = 0.15  # inches between the names and what they name
HEAD_GAP = 0.12  # inches above a heading
CLEAR = {"facecolor": WHITE, "edgecolor": "none", "pad": 1}  # whitens what is behind a text
BOLD = {"weight": "bold", "size": TEXT}


@dataclass(frozen=True)
class Rows:
    """The rows of a chart from the top down: wrapped ``names`` in type of ``size`` points, and ``heights`` in inches.

    ``notes`` stand under names, and ``heads`` above rows over the whole width. ``around`` is the inches that text above
    and under the rows needs.
    """

    names: Sequence[str]
    size: int
    heights: Sequence[float]
    notes: Sequence[str] = ()
    heads: Sequence[str] = ()
    around: float = 0.0

    @property
    def height(self) -> float:
        """The figure's height, in inches."""
        return self.bottoms[-1] + self.around + 2 * MARGIN

    @cached_property
    def width(self) -> float:
        """The width of the names' column, in inches, with the gap after it."""
        texts = [(name, self.size) for name in self.names] + [(note, SMALL) for note in self.notes]
        widths = [width_of(line, size) for text, size in texts for line in text.splitlines()]
        return max(widths) + COLUMN_GAP if widths else 0.0

    @property
    def plot_width(self) -> float:
        """What is left beside the names, in inches, where no text stands beyond the axes."""
        return WIDTH - 2 * MARGIN - self.width

    @cached_property
    def bottoms(self) -> list[float]:
        """The lower end of each row, in inches from the top of the first."""
        heads = [height_of(head) + HEAD_GAP * bool(head) for head in self.heads or [""] * len(self.names)]
        return list(accumulate(head + height for head, height in zip(heads, self.heights, strict=True)))

    @property
    def middles(self) -> list[float]:
        return [bottom - height / 2 for bottom, height in zip(self.bottoms, self.heights, strict=True)]

    def subplots(self):
        """A figure and its axes, of which a unit is an inch down; the names are their labels."""
        figure, axes = style.pyplot().subplots(figsize=(WIDTH, self.height), dpi=style.DPI)
        axes.set_ylim(self.bottoms[-1], 0)
        axes.spines[:].set_visible(False)
        axes.grid(visible=False)
        axes.set_xticks([])
        notes = self.notes or [""] * len(self.names)
        above = [middle - height_of(note, SMALL) / 2 for middle, note in zip(self.middles, notes, strict=True)]
        below = [middle + height_of(name, self.size) / 2 for middle, name in zip(self.middles, self.names, strict=True)]
        axes.set_yticks(above, self.names, size=self.size, ha="left", color=INK)
        axes.set_yticks(below, notes, size=SMALL, ha="left", color=GREY, minor=True)
        axes.tick_params(axis="y", which="both", length=0, pad=self.width * INCH)
        axis = ("figure points", "data")  # so it needs no room beside the axes
        for bottom, height, head in zip(self.bottoms, self.heights, self.heads, strict=False):
            where = (MARGIN * INCH, bottom - height - height_of(head) / 2)
            axes.annotate(head, where, xycoords=axis, va="center", bbox=CLEAR, zorder=5, in_layout=False, **BOLD)
        return figure, axes


def label(axes, x: float, y: float, text: str, gap: float = GAP, size: int = TEXT, **look: object) -> None:
    """``text`` a gap of some inches to the right of a value, or to its left where the gap is negative."""
    where = {"textcoords": "offset points", "ha": "left" if gap > 0 else "right", "va": "center_baseline"}
    axes.annotate(text, (x, y), (gap * INCH, 0), **where, size=size, zorder=5, **look)


def mark(axes, x: float, text: str, above: float = 0.05) -> None:
    """A dashed upright line, seen on white and on a bar, with its text ``above`` the axes (inches)."""
    axes.axvline(x, color=WHITE, linewidth=3, zorder=4, clip_on=False)
    axes.axvline(x, color=INK, linewidth=1.5, linestyle=(0, (4, 1.5)), zorder=4, clip_on=False)
    left, right = axes.get_xlim()
    share = (x - left) / (right - left)
    side = "left" if share < 0.2 else "right" if share > 0.8 else "center"
    where = ("data", "axes fraction")
    axes.annotate(text, (x, 1), (0, above * INCH), where, "offset points", ha=side, va="bottom", **BOLD)
