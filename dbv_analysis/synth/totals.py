"""The totals that a synthetic authority is to have: the published ones, or the same proportions of another number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from dbv_analysis.model.problems import CallProblem
from dbv_analysis.model.settings import load_programme

ALL = "all"


@dataclass(frozen=True)
class Totals:
    """What the persons add up to on the census day and in the calendar year before it.

    ``placed`` counts plans by placement and primary need, ``ages`` by age; ``flows`` and ``timeliness`` are events of
    the year, timeliness by ``(exceptions, time_taken)`` as the release has them. ``share`` is how many times the
    published number of plans there are.
    """

    area: str
    lea: str
    reference: date
    placed: dict[tuple[str, str], int]
    ages: dict[int, int]
    flows: dict[str, int]
    timeliness: dict[tuple[str, str], int]
    share: float = 1.0

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
    of_ages = {int(age): number for age, number in _counts(ages, "age").items() if number}
    timely = _counts(timeliness, "exceptions", "time_taken")
    placed = _placed(placements, needs)
    published = Totals(area.name, area.code, reference, placed, of_ages, _counts(flows, "flow"), timely)
    return published if plans is None or plans == published.plans else _scaled(published, plans)


def _counts(frame: pd.DataFrame, *columns: str) -> dict:
    """Each row's count by the value of a column, or the values of several together."""
    return frame.set_index(list(columns))["count"].astype(int).to_dict()


def _newest(frame: pd.DataFrame, period: str) -> pd.DataFrame:
    rows = frame[(frame["period"] == period) & (frame["symbol"] == "")]
    return rows[rows["published"] == rows["published"].max()]


def _placed(placements: pd.DataFrame, needs: pd.DataFrame) -> dict[tuple[str, str], int]:
    """Plans by placement and need: the joint counts where they are given, the rest by what is left of each margin."""
    wanted = _counts(placements, "placement")
    left = _counts(needs[needs["placement"] == ALL], "need")
    joint: dict[tuple[str, str], int] = {}
    for (placement, need), counted in _counts(needs[needs["placement"] != ALL], "placement", "need").items():
        number = min(counted, wanted.get(placement, 0), left.get(need, 0))
        if number:
            joint[placement, need] = number
            wanted[placement] -= number
            left[need] -= number
    for placement, number in wanted.items():
        for need in left:
            take = min(number, left[need])
            if take:
                joint[placement, need] = joint.get((placement, need), 0) + take
                left[need] -= take
                number -= take
    return joint


def _scaled(published: Totals, plans: int) -> Totals:
    """The same proportions of another number of plans, each sum kept by largest remainders."""
    factor = plans / published.plans
    timeliness = _scaled_timeliness(published.timeliness, factor)
    flows = {name: round(number * factor) for name, number in published.flows.items()}
    issued = max(flows["assessments issued"], timeliness["included", "all"])
    flows |= {"assessments issued": issued, "new plans": issued}
    flows["assessments"] = max(flows["assessments"], issued)
    flows["requests"] = max(flows["requests"], flows["assessments"])
    placed, ages = _shared(published.placed, plans), _shared(published.ages, plans)
    return replace(published, placed=placed, ages=ages, flows=flows, timeliness=timeliness, share=factor)


def _scaled_timeliness(published: dict[tuple[str, str], int], factor: float) -> dict[tuple[str, str], int]:
    taken = {key: round(number * factor) for key, number in published.items() if key[1] != ALL}
    for (exceptions, time), number in list(taken.items()):
        if exceptions == "excluded":
            taken[exceptions, time] = min(number, taken["included", time])
    for exceptions in ("included", "excluded"):
        taken[exceptions, ALL] = sum(n for (which, time), n in taken.items() if which == exceptions and time != ALL)
    return taken


def _shared(parts: dict, whole: int) -> dict:
    total = sum(parts.values())
    exact = {name: number * whole / total for name, number in parts.items()}
    shares = {name: int(number) for name, number in exact.items()}
    short = whole - sum(shares.values())
    for name in sorted(exact, key=lambda name: shares[name] - exact[name])[:short]:
        shares[name] += 1
    return {name: number for name, number in shares.items() if number}
