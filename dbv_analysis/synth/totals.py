"""The totals that a synthetic authority is to have: the published ones, or the same proportions of another number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from dbv_analysis.programme import load_programme
from dbv_analysis.terms import CallProblem

ALL = "all"


@dataclass(frozen=True)
class Totals:
    """What the persons add up to on the census day and in the calendar year before it.

    ``placed`` counts plans by placement and primary need, ``ages`` by age; ``flows`` and ``timeliness`` are events of
    the year, timeliness by ``(exceptions, time_taken)`` as the release has them.
    """

    area: str
    lea: str
    reference: date
    placed: dict[tuple[str, str], int]
    ages: dict[int, int]
    flows: dict[str, int]
    timeliness: dict[tuple[str, str], int]

    @property
    def year(self) -> int:
        """The calendar year whose flows the return counts."""
        return self.reference.year - 1

    @property
    def plans(self) -> int:
        return sum(self.placed.values())


def totals(tables: Mapping[str, pd.DataFrame], data: Path, plans: int | None) -> Totals:
    """The newest published totals of the authority that has plans by placement, need and age at once.

    Raises CallProblem where the inputs hold none.
    """
    area = load_programme(data).area
    own = {name: frame[frame["area_code"] == area.code] for name, frame in tables.items() if "area_code" in frame}
    days = sorted(set(own["plans_by_need"]["period"]) & set(own["plans_by_age"]["period"]))
    if not days:
        raise CallProblem(f"No published totals of {area.name} by need and by age are among the inputs.")
    reference = date.fromisoformat(days[-1])
    needs, ages, placements = (_newest(own[name], days[-1]) for name in ("plans_by_need", "plans_by_age", "placements"))
    year = f"calendar year {reference.year - 1}"
    flows, timeliness = _newest(own["flows"], year), _newest(own["timeliness"], year)
    found = Totals(
        area.name,
        area.code,
        reference,
        _placed(placements, needs),
        {int(row.age): int(row.count) for row in _rows(ages) if row.count > 0},
        {row.flow: int(row.count) for row in _rows(flows)},
        {(row.exceptions, row.time_taken): int(row.count) for row in _rows(timeliness)},
    )
    return found if plans is None or plans == found.plans else _scaled(found, plans)


def _rows(frame: pd.DataFrame) -> list:
    return list(frame.rename(columns={"count": "number"}).assign(count=frame["count"]).itertuples())


def _newest(frame: pd.DataFrame, period: str) -> pd.DataFrame:
    rows = frame[(frame["period"] == period) & (frame["symbol"] == "")]
    return rows[rows["published"] == rows["published"].max()]


def _placed(placements: pd.DataFrame, needs: pd.DataFrame) -> dict[tuple[str, str], int]:
    """Plans by placement and need: the joint counts where they are given, the rest by what is left of each margin."""
    wanted = dict(zip(placements["placement"], placements["count"].astype(int), strict=True))
    whole = needs[needs["placement"] == ALL]
    left = dict(zip(whole["need"], whole["count"].astype(int), strict=True))
    joint: dict[tuple[str, str], int] = {}
    for row in needs[needs["placement"] != ALL].itertuples():
        number = min(int(row[needs.columns.get_loc("count") + 1]), wanted.get(row.placement, 0), left.get(row.need, 0))
        if number:
            joint[row.placement, row.need] = number
            wanted[row.placement] -= number
            left[row.need] -= number
    for placement, number in wanted.items():
        for need in left:
            take = min(number, left[need])
            if take:
                joint[placement, need] = joint.get((placement, need), 0) + take
                left[need] -= take
                number -= take
    return joint


def _scaled(found: Totals, plans: int) -> Totals:
    """The same proportions of another number of plans, each sum kept by largest remainders."""
    factor = plans / found.plans
    placed = _shared(found.placed, plans)
    timeliness = _scaled_timeliness(found.timeliness, factor)
    flows = {name: round(number * factor) for name, number in found.flows.items()}
    issued = max(flows["assessments issued"], timeliness["included", "all"])
    flows |= {"assessments issued": issued, "new plans": issued}
    flows["assessments"] = max(flows["assessments"], issued)
    flows["requests"] = max(flows["requests"], flows["assessments"])
    return Totals(found.area, found.lea, found.reference, placed, _shared(found.ages, plans), flows, timeliness)


def _scaled_timeliness(found: dict[tuple[str, str], int], factor: float) -> dict[tuple[str, str], int]:
    taken = {key: round(number * factor) for key, number in found.items() if key[1] != ALL}
    for (exceptions, time), number in list(taken.items()):
        if exceptions == "excluded":
            taken[exceptions, time] = min(number, taken["included", time])
    for exceptions in ("included", "excluded"):
        taken[exceptions, ALL] = sum(n for (which, time), n in taken.items() if which == exceptions and time != ALL)
    return taken


def _shared(parts: dict, whole: int) -> dict:
    total = sum(parts.values())
    exact = {name: number * whole / total for name, number in parts.items()}
    found = {name: int(number) for name, number in exact.items()}
    short = whole - sum(found.values())
    for name in sorted(exact, key=lambda name: found[name] - exact[name])[:short]:
        found[name] += 1
    return {name: number for name, number in found.items() if number}
