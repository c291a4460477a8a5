"""Made-up pupils on the rolls of made-up schools: those with plans are the return's own, and others beside them."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from dbv_analysis.inputs.records.to_tables import SCHOOL_AGES
from dbv_analysis.model.sen2 import MAINSTREAM, STATE_SPECIAL
from dbv_analysis.synth.establishments import Establishment
from dbv_analysis.synth.people import ETHNICITIES, Row, canary

# How many pupils there are of each SEN provision for one with a plan; few, so that files stay small.
FOR_A_PLAN = {"K": 1, "N": 2}
FREE_MEALS = {"E": 0.45, "K": 0.4, "N": 0.2}
OTHER_LANGUAGE = 0.08
FIRST_OTHER = 5_000_001


@dataclass(frozen=True)
class Pupil:
    """A pupil on a school's roll. ``sen_provision`` is E for an EHC plan, K for SEN support, N for none."""

    pupil: str
    school: int
    born: date
    sex: str
    ethnicity: str
    fsm: str
    eal: str
    sen_provision: str
    need: str


def roll(people: Iterable[Row], schools: list[Establishment], start: date, seed: int) -> list[Pupil]:
    """Pupils of school age on the 31 August before ``start`` and a year later; the same seed gives the same ones."""
    chance = random.Random(seed + 1)
    state = {school.urn for school in schools if school.kind in (*MAINSTREAM, *STATE_SPECIAL)}
    mainstream = sorted(school.urn for school in schools if school.kind in MAINSTREAM)
    pupils = [pupil for person in people if (pupil := _with_plan(person, state, start, chance))]
    provisions = [provision for provision, times in FOR_A_PLAN.items() for _ in range(len(pupils) * times)]
    for number, provision in enumerate(provisions, start=FIRST_OTHER):
        born = date(start.year - chance.randint(SCHOOL_AGES[0], SCHOOL_AGES[1] - 1) - 1, 9, 1)
        born += timedelta(days=chance.randrange(365))
        need = chance.choice(["SLCN", "SEMH", "MLD", "ASD"]) if provision == "K" else ""
        sex, ethnicity = chance.choice("MF"), chance.choice(ETHNICITIES)
        school = chance.choice(mainstream)
        pupils.append(_pupil(canary(number), school, born, sex, ethnicity, provision, need, chance))
    return pupils


def _with_plan(person: Row, state: set[int], start: date, chance: random.Random) -> Pupil | None:
    """The person as a pupil, where their first placement is in a state school and they are of its age."""
    cells = person.cells
    born = cells["PersonBirthDate"]
    if not SCHOOL_AGES[0] <= start.year - born.year - (born.month > 8) < SCHOOL_AGES[1]:
        return None
    rows = [row.cells for row in person.all_rows()]
    schools = [row["URN"] for row in rows if row.get("URN") in state and row["PlacementRank"] == 1]
    if not schools:
        return None
    need = next((row["SENtype"] for row in rows if row.get("SENtypeRank") == 1), "")
    return _pupil(cells["UPN"], schools[0], born, cells["Sex"], cells["Ethnicity"], "E", need, chance)


def _pupil(name, school, born, sex, ethnicity, provision, need, chance: random.Random) -> Pupil:
    fsm = "Y" if chance.random() < FREE_MEALS[provision] else "N"
    eal = "Y" if chance.random() < OTHER_LANGUAGE else "N"
    return Pupil(name, school, born, sex, ethnicity, fsm, eal, provision, need)
