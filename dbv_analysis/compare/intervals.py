"""How far a change may be chance: score intervals for counts, and the spread of similar areas' changes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

CONFIDENCE = 0.95
MIN_AREAS = 5  # comparators, below which their spread says too little


@dataclass(frozen=True)
class Estimate:
    """A number with its interval; ``of`` says what it is and in which unit, ``areas`` how many comparators it uses.

    ``no_effect`` is the value where nothing happened: 0 for a difference, 1 for a ratio.
    """

    value: float
    low: float
    high: float
    areas: int
    of: str
    no_effect: float = 0.0

    @property
    def excludes_zero(self) -> bool:
        """Whether no effect lies outside the interval."""
        return not self.low <= self.no_effect <= self.high


def difference_in_differences(
    own_change: float, other_changes: Sequence[float], confidence: float = CONFIDENCE, of: str = ""
) -> Estimate | None:
    """The authority's change less the mean of ``n`` comparators' changes, all in one unit.

    Areas are the unit, not children. Assumes that without an effect the authority's change is drawn like the
    comparators': independent, normal, of one mean and spread. The interval is where such a difference leaves the
    effect: ± t(n − 1) · s · √(1 + 1/n), s being the spread of their changes. None where n is under MIN_AREAS.
    """
    n = len(other_changes)
    if n < MIN_AREAS:
        return None
    from scipy.stats import t  # slow to import, and most calls of the command need none of it

    mean = math.fsum(other_changes) / n
    spread = math.sqrt(math.fsum((change - mean) ** 2 for change in other_changes) / (n - 1))
    half = float(t.ppf((1 + confidence) / 2, n - 1)) * spread * math.sqrt(1 + 1 / n)
    value = own_change - mean
    return Estimate(value, value - half, value + half, n, of or f"change less the mean change of {n} areas")


def placebos_in_space(changes: Sequence[float]) -> list[float]:
    """Each comparator's change less the mean change of the other comparators, as though it had the programme."""
    total, n = math.fsum(changes), len(changes)
    return [change - (total - change) / (n - 1) for change in changes] if n > 1 else []


def share_interval(number: ArrayLike, of: ArrayLike, confidence: float = CONFIDENCE) -> tuple[np.ndarray, np.ndarray]:
    """The ends of Wilson's score interval (1927) of each share, in per cent; missing where there is no whole."""
    from statsmodels.stats.proportion import proportion_confint

    number, of = np.asarray(number, float), np.asarray(of, float)
    of = np.where(of > 0, of, np.nan)
    low, high = proportion_confint(number, of, alpha=1 - confidence, method="wilson")
    return 100 * low, 100 * high


def change_interval(
    earlier_n: float, earlier_of: float, later_n: float, later_of: float, confidence: float = CONFIDENCE
) -> Estimate:
    """Later share less earlier share, in percentage points, by Newcombe's hybrid score method (1998, method 10).

    Assumes two independent samples; where many children are in both, the interval is as a rule too wide.
    """
    from statsmodels.stats.proportion import confint_proportions_2indep

    low, high = confint_proportions_2indep(
        later_n, later_of, earlier_n, earlier_of, method="newcomb", compare="diff", alpha=1 - confidence
    )
    value = 100 * (later_n / later_of - earlier_n / earlier_of)
    return Estimate(value, 100 * float(low), 100 * float(high), 0, "difference of two shares, percentage points")


def ratio_interval(
    earlier_events: float,
    later_events: float,
    earlier_exposure: float = 1,
    later_exposure: float = 1,
    confidence: float = CONFIDENCE,
) -> Estimate:
    """Later rate over earlier rate, by the score method; 1 is no effect. Assumes independent Poisson counts.

    Raises ValueError where there were no earlier events, or no later ones.
    """
    if min(earlier_events, later_events) <= 0:
        raise ValueError("a ratio needs events in both periods")
    from statsmodels.stats.rates import confint_poisson_2indep

    low, high = confint_poisson_2indep(
        later_events, later_exposure, earlier_events, earlier_exposure, method="score", alpha=1 - confidence
    )
    value = (later_events / later_exposure) / (earlier_events / earlier_exposure)
    return Estimate(value, float(low), float(high), 0, "ratio of two rates", no_effect=1)
