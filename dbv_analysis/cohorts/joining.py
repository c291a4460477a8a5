"""Absence before and after schools joined a programme, beside the same weeks of the schools that had not."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import narwhals as nw
import numpy as np
import pandas as pd

from dbv_analysis.compare.intervals import CONFIDENCE
from dbv_analysis.inputs.attendance import derive
from dbv_analysis.inputs.attendance.read import MARKS
from dbv_analysis.inputs.records.characteristics import JOINED, joined_by
from dbv_analysis.inputs.records.store import open_records
from dbv_analysis.model.problems import CallProblem

FEWEST = 3  # schools on each side, for an interval
OTHERS, DIFFERENCE = "other schools", "difference"


def around_joining(registers: Path, weeks: int = 10, engine: str = "duckdb") -> pd.DataFrame:
    """Overall absence of so many weeks from the day on which schools joined, and of the same weeks a year before, %.

    ``around_joining(Path("data/processed/records/own-registers-2025"), weeks=10)``

    Of the schools that joined, and of those that had not joined by the end of these weeks, around the same days; a
    school without marks in both years is left out. Each school counts once, whatever its size.

    Returns a row for the schools in the programme, for ``other schools``, and for the ``difference`` of their changes:
    how many ``schools``, ``before`` and ``after`` (the mean of their rates), ``change`` in percentage points, and for
    the difference its 95% interval, ``low`` and ``high`` (Welch's t over schools). An interval that holds 0 is no sign
    of an effect; one that does not is no proof either: schools choose to join.

    Raises CallProblem where there are too few schools with marks in both years on a side.
    """
    modules = open_records(registers, engine)
    if JOINED not in modules:
        raise CallProblem(
            f"{registers.name} holds no list of the schools that joined a training programme: name the programme under "
            "[training] in programme.toml, and put a file of its name beside the register."
        )
    joined = joined_by(modules)
    inside = f"schools in {joined.name}"
    rates = _rates(modules, weeks, joined.schools, inside)
    sides = {name: rates[rates["side"] == name] for name in (inside, OTHERS)}
    for name, side in sides.items():
        if len(side) < FEWEST:
            raise CallProblem(f"Only {len(side)} {name} have marks in both years: {FEWEST} at least can be compared.")
    rows = [[name, len(side), side["before"].mean(), side["after"].mean()] for name, side in sides.items()]
    table = pd.DataFrame(rows, columns=["group", "schools", "before", "after"])
    table["change"] = table["after"] - table["before"]
    changes = [(side["after"] - side["before"]).to_numpy() for side in sides.values()]
    low, high = _welch(*changes)
    last = {"group": DIFFERENCE, "schools": int(table["schools"].sum()), "before": np.nan, "after": np.nan}
    last |= {"change": float(changes[0].mean() - changes[1].mean()), "low": low, "high": high}
    return pd.concat([table, pd.DataFrame([last])], ignore_index=True).round(2)


def _welch(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    from scipy.stats import ttest_ind

    return tuple(float(end) for end in ttest_ind(one, other, equal_var=False).confidence_interval(CONFIDENCE))


def _rates(modules: dict[str, nw.LazyFrame], weeks: int, on: dict[int, date], inside: str) -> pd.DataFrame:
    """A row a school, day of joining and side: its rates before and after, %."""
    parts = []
    for day in sorted(set(on.values())):
        then = [school for school, joins in on.items() if joins == day]
        by_the_end = [school for school, joins in on.items() if joins < day + timedelta(weeks=weeks)]
        labelled = derive.around(modules[MARKS], day, weeks)
        first, last = date(day.year - 2, 1, 1), date(day.year + 2, 1, 1)
        enrolled = derive.enrolments(labelled, first, last, by=["when"])
        sums = derive.absence(enrolled, by=["school", "when"]).collect().to_pandas()
        sums = sums.astype({"missed": float, "possible": float, "school": int})
        rates = sums.assign(rate=100 * sums["missed"] / sums["possible"])
        wide = rates.pivot_table(index="school", columns="when", values="rate")
        wide = wide.reindex(columns=["before", "after"]).dropna()
        parts.append(wide[wide.index.isin(then)].assign(side=inside))
        parts.append(wide[~wide.index.isin(by_the_end)].assign(side=OTHERS))
    return pd.concat(parts) if parts else pd.DataFrame(columns=["before", "after", "side"])
