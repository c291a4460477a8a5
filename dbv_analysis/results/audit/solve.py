"""Between what bounds a hidden count lies, by linear programmes that SciPy's HiGHS solves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse.csgraph import connected_components

from dbv_analysis.results.audit.system import System

ROUNDED = 1e-6
DOUBTFUL = 4  # intervals up to so many times as wide as they must be are asked again in whole numbers


@dataclass(frozen=True)
class Interval:
    """From ``low`` to ``high`` a reader can place a quantity; ``by`` are the places of the shown ones that say so."""

    quantity: int
    low: float
    high: float
    by: tuple[int, ...]


def parts(system: System) -> list[np.ndarray]:
    """The quantities that have to do with each other, by place."""
    joined = sparse.block_array([[None, system.sums], [system.sums.T, None]])
    _, labels = connected_components(joined, directed=False)
    labels = labels[: len(system.quantities)]
    order = np.argsort(labels, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)


def _secret(system: System) -> np.ndarray:
    return system.quantities["hidden"].to_numpy() & (system.quantities["needed"].to_numpy() > 0)


def narrow(system: System, part: np.ndarray) -> Iterator[Interval]:
    """The secrets of one part whose interval is narrower than it must be."""
    secret = _secret(system)[part]
    if not secret.any():
        return
    quantities = system.quantities.iloc[part]
    sums = _merged(system.sums[part])
    problem = _Problem(quantities, sums)
    doubtful = []
    for index in np.flatnonzero(secret):
        needed = quantities["needed"].iloc[index] - ROUNDED
        low, high, by = problem.interval(index)
        interval = Interval(int(part[index]), low, high, tuple(int(part[quantity]) for quantity in by))
        if high - low < needed:
            yield interval
        elif problem.whole and high - low < DOUBTFUL * needed:
            doubtful.append((index, needed, interval))
    for index, needed, interval in doubtful:  # which takes longer
        low, high = problem.in_whole_numbers(index)
        if high - low < needed:
            yield replace(interval, low=low, high=high)


def _merged(sums: sparse.csr_array) -> np.ndarray:
    """The columns that any quantity holds; atoms that stand in the same ones are one atom."""
    dense = sums.toarray()
    return np.unique(dense[:, (dense != 0).any(axis=0)], axis=1)


class _Problem:
    """Everything that a reader knows of the atoms of one part."""

    def __init__(self, quantities: pd.DataFrame, sums: np.ndarray) -> None:
        self.sums = sums
        count, slack = quantities["count"].to_numpy(float), quantities["slack"].to_numpy(float)
        shown = quantities["shown"].to_numpy(bool)
        least = quantities["least"].where(quantities["hidden"]).to_numpy(float)
        # Rounded half up, as it is printed; where nothing is rounded, the count itself.
        base = np.where(slack > 0, 2 * slack, 1)
        printed = np.where(slack > 0, np.floor(count / base + 0.5) * base, count)
        lowest = np.where(shown, printed - slack, np.where(np.isnan(least), -np.inf, least))
        highest = np.where(shown, printed + slack, np.inf)
        self.exact = np.flatnonzero(shown & (slack == 0))
        self.loose = np.flatnonzero((shown & (slack > 0)) | (~shown & np.isfinite(lowest)))
        self.lowest, self.highest = np.maximum(lowest, np.where(shown, 0, lowest)), highest
        self.whole = bool(np.allclose(count, np.round(count)))
        # Smaller numbers are easier on the solver than millions of pounds.
        self.scale = max(1.0, float(np.max(count, initial=1.0)) / 1e4)

    def interval(self, index: int) -> tuple[float, float, list[int]]:
        low, by_low = self._end(self.sums[index])
        high, by_high = self._end(-self.sums[index])
        return low, -high, sorted({*by_low, *by_high})

    def _end(self, aim: np.ndarray) -> tuple[float, list[int]]:
        """The least that ``aim`` can be, and the shown quantities that hold it there."""
        upper = np.vstack([self.sums[self.loose], -self.sums[self.loose]])
        limits = np.concatenate([self.highest[self.loose], -self.lowest[self.loose]]) / self.scale
        finite = np.isfinite(limits)
        solution = linprog(
            aim,
            A_ub=upper[finite] if finite.any() else None,
            b_ub=limits[finite] if finite.any() else None,
            A_eq=self.sums[self.exact] if len(self.exact) else None,
            b_eq=self.lowest[self.exact] / self.scale if len(self.exact) else None,
            method="highs",
        )
        if solution.status == 3:  # without an end
            return -np.inf, []
        if solution.status != 0:
            raise ValueError(f"the figures contradict each other: {solution.message}")
        by = [self.exact[row] for row in np.flatnonzero(np.abs(solution.eqlin.marginals) > ROUNDED)]
        rows = np.concatenate([self.loose, self.loose])[finite]
        by += [rows[row] for row in np.flatnonzero(np.abs(solution.ineqlin.marginals) > ROUNDED)]
        return solution.fun * self.scale, [int(row) for row in by]

    def in_whole_numbers(self, index: int) -> tuple[float, float]:
        """The interval where every atom is a whole number, as children are."""
        limits_of = np.concatenate([self.exact, self.loose])
        limits = LinearConstraint(self.sums[limits_of], self.lowest[limits_of], self.highest[limits_of])
        ends = []
        for sign in (1, -1):
            aim = sign * self.sums[index]
            solution = milp(aim, constraints=limits, integrality=np.ones(len(aim)), bounds=Bounds(0, np.inf))
            ends.append(sign * solution.fun if solution.status == 0 else -sign * np.inf)
        return ends[0], ends[1]
