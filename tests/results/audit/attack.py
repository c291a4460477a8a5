"""Made-up tables of children, what a pack shows of them, and a reader who tries every table that could be behind it."""

from __future__ import annotations

from datetime import date

import narwhals as nw
import numpy as np
import pandas as pd

from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.metric import Count, Metric, Ratio
from dbv_analysis.model.pack import PUBLIC
from dbv_analysis.model.settings import Disclosure
from dbv_analysis.model.units import COUNT, NEITHER, PERCENT
from dbv_analysis.results.calculate import calculate, results_of
from dbv_analysis.results.count import FigureCounts, count_figures

RULE = Disclosure(threshold=5)
NEEDED = 3  # 1 to 4: what a threshold of 5 hides
LARGEST = 9  # more children than any cell of a made-up table has
KINDS, SETTINGS = ("a1", "a2", "b"), ("school", "home")
CELLS = [(kind, setting) for kind in KINDS for setting in SETTINGS]
# Every table of six cells that a reader could think of, one a row.
EVERY = np.stack(np.meshgrid(*[np.arange(LARGEST + 1, dtype=np.int8)] * len(CELLS), indexing="ij"), -1).reshape(-1, 6)
MONTHS = {"April to June": (date(2024, 4, 1), date(2024, 6, 30)), "July": (date(2024, 7, 1), date(2024, 7, 31))}


def children(plans):
    """Children, by kind, by group of kinds, and by setting."""
    return Count(plans)


def in_school(plans):
    """Children in a school, of all, %."""
    return Ratio(plans, nw.col("setting") == "school")


def in_school_count(plans):
    """Children in a school: the numerator of a share, in a table of its own."""
    return Count(plans.filter(nw.col("setting") == "school"))


def of_the_second(plans):
    """Children of the last kinds: a sister table that cuts across the groups."""
    return Count(plans.filter(nw.col("kind").is_in(["a2", "b"])))


def _metric(define, unit=COUNT, **by: str) -> Metric:
    return Metric(define.__name__, "Made up", "Made up", unit, NEITHER, "These tests", define, by, (), 1)


METRICS = {
    "children": _metric(children, Kind="kind", Group="group", Setting="setting"),
    "in_school": _metric(in_school, PERCENT, Kind="kind"),
    "in_school_count": _metric(in_school_count, Kind="kind"),
    "of_the_second": _metric(of_the_second, Setting="setting"),
}


def made_up(rng: np.random.Generator, period: str = "April to June") -> pd.DataFrame:
    """A table of children by kind, within groups of kinds, and setting: many cells of a few, some of none."""
    counts = rng.choice([0, 0, 1, 2, 3, 4, 5, 6], size=len(CELLS)).astype(float)
    start, end = MONTHS[period]
    return pd.DataFrame(
        {
            "area_code": "E06000001",
            "area_name": "Here",
            "geographic_level": "Local authority",
            "kind": [kind for kind, _ in CELLS],
            "group": [kind[0] for kind, _ in CELLS],
            "setting": [setting for _, setting in CELLS],
            "count": counts,
            "symbol": "",
            "period_label": period,
            "period_start": start,
            "period_end": end,
            "basis": "part_year",
            "as_at": end,
            "source": "A return",
            "release": "return-1",
            "published": end,
        }
    )


def pack(plans: pd.DataFrame, metrics: list[str], rule: Disclosure = RULE) -> pd.DataFrame:
    """What is shown of a table."""
    return calculate([METRICS[name] for name in metrics], {"plans": plans}, rule, PUBLIC)


def counts_of(plans: pd.DataFrame) -> FigureCounts:
    """Every figure of a table as it is counted, for those who ask several times."""
    return count_figures(METRICS.values(), {"plans": plans})


def whole_pack(counts: FigureCounts, rule: Disclosure = RULE) -> pd.DataFrame:
    """What is shown of a table by all measures."""
    return results_of(counts, rule, PUBLIC)


def _cells(row, part: str) -> np.ndarray:
    """Which of the six cells a figure counts, told from its name alone."""

    def counts(kind: str, setting: str) -> bool:
        if row.metric_id == "of_the_second" and kind == "a1":
            return False
        if row.metric_id == "in_school_count" and setting != "school":
            return False
        if row.metric_id == "in_school" and part == "numerator" and setting != "school":
            return False
        return row.breakdown == TOTAL or row.breakdown in (kind, kind[0] if len(kind) > 1 else "", setting, kind)

    return np.array([counts(kind, setting) for kind, setting in CELLS])


def recovered(packs: list[pd.DataFrame], truth: pd.DataFrame) -> list[str]:
    """The small counts that a reader of all packs of one table can place more closely than the rule allows.

    Every table of six cells is tried; those that contradict a figure that is shown, or have 0 where a count is hidden,
    are thrown away; what is left says between what bounds each hidden count lies.
    """
    left = EVERY
    hidden = []
    for row in pd.concat(packs).itertuples():
        share = row.metric_id == "in_school"
        for part in ("numerator", "denominator") if share else ("numerator",):
            sums = left[:, _cells(row, part)].sum(axis=1)
            if row.symbol == "c":
                hidden.append((f"{row.metric_id} {row.breakdown} {part}", _cells(row, part)))
                left = left if share else left[sums >= 1]
            else:
                left = left[sums == getattr(row, part)] if row.symbol != "z" else left[sums == 0]
        if share and row.symbol == "c":
            rest = _cells(row, "denominator") & ~_cells(row, "numerator")
            hidden.append((f"{row.metric_id} {row.breakdown} rest", rest))
    counts = truth["count"].to_numpy()
    found = []
    for name, cells in hidden:
        sums = left[:, cells].sum(axis=1)
        if 0 < counts[cells].sum() < RULE.threshold and sums.max() - sums.min() < NEEDED:
            found.append(name)
    return found
