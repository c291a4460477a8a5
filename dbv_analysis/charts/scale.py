"""A scale from values to inches, with room for the words at the ends of what is drawn on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

from dbv_analysis.charts import style
from dbv_analysis.charts.canvas import GAP, MARGIN, Canvas, height_of
from dbv_analysis.charts.style import GREY, INK, SMALL, WIDTH, width_of

AXIS = 0.32  # inches under the plot for the axis's words


@dataclass(frozen=True)
class Scale:
    """``zero`` is where 0 stands, in inches; ``unit`` the inches of a value of 1; 0 to both ends is drawn."""

    zero: float
    unit: float
    lowest: float
    highest: float

    @classmethod
    def fit(
        cls, left: float, right: float, before: Iterable[tuple[float, float]], after: Iterable[tuple[float, float]]
    ) -> Scale:
        """The widest scale between ``left`` and ``right`` (inches) on which nothing is cut off; it holds 0.

        ``before`` and ``after`` are values, each with the inches of the words that stand before or after it.
        """
        before, after = [*before, (0.0, 0.0)], [*after, (0.0, 0.0)]
        values = [value for value, _ in [*before, *after]]
        before, after = [*before, (min(values), 0.0)], [*after, (max(values), 0.0)]
        unit = min(
            (
                (right - left - wide - other) / (high - low)
                for high, wide in after
                for low, other in before
                if high > low
            ),
            default=0.0,
        )
        unit = max(unit, 0.0)
        return cls(max(left + wide - unit * low for low, wide in before), unit, min(values), max(values))

    def at(self, value: float) -> float:
        """Where ``value`` stands, in inches."""
        return self.zero + self.unit * value

    def ticks(self, write: Callable[[float], str]) -> dict[float, str]:
        """Round values with their words, as many as stand side by side without touching."""
        for most in (5, 4, 3, 2, 1):
            kept = style.ticks(self.lowest, self.highest, write, most)
            ends = [(self.at(v) - width_of(w, SMALL) / 2, self.at(v) + width_of(w, SMALL) / 2) for v, w in kept.items()]
            apart = all(one[1] + GAP <= other[0] for one, other in pairwise(ends))
            inside = all(start >= MARGIN and end <= WIDTH - MARGIN for start, end in ends)
            if apart and inside:
                return kept
        return {}

    def draw(self, canvas: Canvas, top: float, bottom: float, write: Callable[[float], str]) -> None:
        """The grid from ``top`` to ``bottom``, the line at 0 and the axis's words beneath."""
        for value, words in self.ticks(write).items():
            canvas.line([self.at(value)] * 2, [top, bottom])
            canvas.write(
                self.at(value), bottom + height_of(1, SMALL) / 2 + 0.04, [words], size=SMALL, colour=GREY, ha="center"
            )
        canvas.line([self.zero] * 2, [top, bottom], colour=INK, width=1.1, above=4)
