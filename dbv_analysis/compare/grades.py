"""The grades, from the least said to the most, and how numbers alone earn one."""

from __future__ import annotations

from collections.abc import Sequence

from dbv_analysis.compare.intervals import Estimate
from dbv_analysis.model.units import HIGHER, NEITHER

NOT_COMPARABLE, TOO_FEW, MONITORING = "not comparable", "too few to tell", "monitoring only"
SIGNAL, BETTER, BETTER_PLACEBO = "signal", "better than comparators", "better than comparators and placebos"
GRADES = (NOT_COMPARABLE, TOO_FEW, MONITORING, SIGNAL, BETTER, BETTER_PLACEBO)
MEANS = {
    NOT_COMPARABLE: "the figures from before and after the programme began do not compare",
    TOO_FEW: "so few cases are behind the figure that chance may explain its move",
    MONITORING: "the figure is watched; nothing shows that the programme moved it",
    SIGNAL: "it moved more than chance alone explains, but was no better than in similar areas",
    BETTER: "it was better than in similar areas, by more than they differ among themselves",
    BETTER_PLACEBO: "it was better than in similar areas, and more so than in earlier years or any one of those areas",
}
MIN_PLACEBOS = 2  # earlier stretches of time, below which being the largest says nothing


def grade_of(
    better: str, did: Estimate | None, own: Estimate | None, in_time: Sequence[float], in_space: Sequence[float]
) -> str:
    """The grade of numbers alone, all in one unit: one of MONITORING, SIGNAL, BETTER and BETTER_PLACEBO.

    ``did`` is the authority's difference-in-differences, ``own`` its own change with an interval; ``in_time`` and
    ``in_space`` are the differences of earlier stretches and of the comparators. A difference in the worse
    direction, or where no direction is better, is a signal and no more.
    """
    sign = {NEITHER: 0, HIGHER: 1}.get(better, -1)
    if did and did.excludes_zero and sign * did.value > 0:
        most = len(in_time) >= MIN_PLACEBOS and all(abs(did.value) > abs(placebo) for placebo in in_time)
        return BETTER_PLACEBO if most and in_space and sign * did.value > max(sign * x for x in in_space) else BETTER
    return SIGNAL if (did and did.excludes_zero) or (own and own.excludes_zero) else MONITORING
