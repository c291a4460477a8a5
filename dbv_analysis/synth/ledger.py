"""A synthetic ledger of placements and transport: counts and yearly costs are those that the authority reported."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from dbv_analysis.inputs.records.lists import lists
from dbv_analysis.model.problems import CallProblem
from dbv_analysis.model.sen2 import INMSS
from dbv_analysis.synth.people import canary

FIRST_CHILD, FIRST_URN = 8_000_001, 950_001
DESTINATIONS = {"in borough": "In borough", "out of borough": "Out of borough"}  # in the ledger -> in the reports


@dataclass(frozen=True)
class Costs:
    """What the ledger adds up to on its day: placements in INMSS with their schools, and journeys; £ a year of each.

    ``journeys`` and ``fares`` are by destination.
    """

    day: date
    placements: int
    schools: int
    fees: int
    journeys: dict[str, int]
    fares: dict[str, int]


def costs(tables: Mapping[str, pd.DataFrame], area: str, factor: float) -> Costs:
    """The newest figures that the authority reported, times ``factor``; the average cost stays as it is.

    Raises CallProblem where one of them is not among the inputs.
    """
    rows = tables["own_figures"]
    rows = rows[(rows["area_code"] == area) & rows["value"].notna()].sort_values("period_end")
    reported = {(row.metric_id, row.breakdown): row for row in rows.itertuples()}

    def figure(metric_id: str, breakdown: str = "Total"):
        if (metric_id, breakdown) not in reported:
            raise CallProblem(f"The authority's {metric_id}, {breakdown}, is not among the inputs.")
        return reported[metric_id, breakdown]

    placements = max(1, round(figure("inmss_placements_count").value * factor))
    journeys, fares = {}, {}
    for name, breakdown in DESTINATIONS.items():
        pupils = figure("transport_pupils_count", breakdown).value
        journeys[name] = max(1, round(pupils * factor))
        fares[name] = round(figure("transport_spend", breakdown).value * journeys[name] / pupils)
    day = figure("transport_spend", "In borough").period_end
    schools = min(placements, max(1, round(figure("inmss_schools_count").value * factor)))
    return Costs(day, placements, schools, placements * round(figure("inmss_unit_cost_average").value), journeys, fares)


def write(path: Path, wanted: Costs, seed: int) -> None:
    """Write the ledger as CSV; some of the rows ended before its day, and cost nothing on it."""
    chance = random.Random(seed + 3)
    began = date(wanted.day.year - 1, 9, 1)
    rows: list[list] = []

    def add(urn: object, provider: str, kind: str, provision: str, pounds: int) -> None:
        child = canary(FIRST_CHILD + len(rows))
        rows.append([child, urn, provider, kind, provision, began, "", pounds, "year", ""])

    for number, pounds in enumerate(_parts(wanted.fees, wanted.placements, chance)):
        urn = FIRST_URN + (number if number < wanted.schools else chance.randrange(wanted.schools))
        add(urn, "", "placement", chance.choice(INMSS), pounds)
    for destination, number in wanted.journeys.items():
        for pounds in _parts(wanted.fares[destination], number, chance):
            add("", f"Synthetic cars {chance.randint(1, 9)}", "transport", destination, pounds)
    for row in chance.sample(rows, max(1, len(rows) // 20)):
        rows.append([*row[:5], date(began.year - 1, 9, 1), date(began.year, 7, 31), *row[7:]])
    path.parent.mkdir()
    pd.DataFrame(rows, columns=lists()["ledger"].names).to_csv(path, index=False, lineterminator="\n")


def _parts(whole: int, number: int, chance: random.Random) -> list[int]:
    """So many whole amounts that add up to ``whole``, each within half of their mean."""
    sizes = [chance.uniform(0.5, 1.5) for _ in range(number)]
    parts = [int(whole * size / sum(sizes)) for size in sizes]
    parts[0] += whole - sum(parts)
    return parts
