"""Made-up persons with requests, assessments, plans, placements and needs, to given totals."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count

from dbv_analysis.inputs.records import CANARY
from dbv_analysis.inputs.sen2.derive import NEED_NAMES, WITHIN, YEAR, settings
from dbv_analysis.model.sen2 import UNKNOWN
from dbv_analysis.synth.establishments import Establishment
from dbv_analysis.synth.totals import Totals

UNIT, PROVISION = "_senunit", "_resourced_provision"
CODES = {name: code for code, name in reversed(NEED_NAMES.items()) if code != "DS"}
ETHNICITIES = ("WBRI", "WBRI", "WBRI", "MOTH", "APKN", "NOBT")
TYPICAL_AGES = {"nm_early_years": 3, "mainstream": 10, "special": 12, "ap_pru": 13, "neet": 18, "general": 18}


@dataclass
class Row:
    """One row of a module, with the rows that belong to it."""

    module: str
    cells: dict[str, object]
    rows: list[Row] = field(default_factory=list)

    def all_rows(self) -> Iterator[Row]:
        """The row itself, and every row below it."""
        yield self
        for row in self.rows:
            yield from row.all_rows()


def canary(number: int) -> str:
    """The name, and the UPN, of a made-up person."""
    return f"{CANARY}{number:07d}"


def people(wanted: Totals, establishments: list[Establishment], seed: int) -> Iterator[Row]:
    """Persons one after another, as rows of the module ``person``; the same seed gives the same ones."""
    chance = random.Random(seed)
    kinds: dict[str, list[int]] = {}
    for establishment in establishments:
        kinds.setdefault(establishment.kind, []).append(establishment.urn)
    plans = [(placement, need) for (placement, need), number in sorted(wanted.placed.items()) for _ in range(number)]
    chance.shuffle(plans)
    ages = _ages(plans, wanted, chance)
    issued = iter(_issued(wanted, chance))
    numbers, received = count(1), 0
    for (placement, need), age in zip(plans, ages, strict=True):
        person = _person(next(numbers), age, wanted, chance)
        request = next(issued, None)
        if request:
            received += request.cells["ReceivedDate"].year == wanted.year
        else:
            request = _old_request(wanted, chance, age)
        request.rows.append(_active(placement, need, kinds, wanted, chance))
        person.rows.append(request)
        yield person
    for _ in range(wanted.flows["plans ceased"]):
        person = _person(next(numbers), chance.randint(16, 22), wanted, chance)
        person.rows.append(_old_request(wanted, chance, 18, cease=_day(wanted, chance)))
        yield person
    undecided = wanted.flows["assessments"] - wanted.flows["assessments issued"]
    for request in range(wanted.flows["requests"] - received):
        person = _person(next(numbers), chance.randint(3, 15), wanted, chance)
        person.rows.append(_refused(wanted, chance, assessed=request < undecided))
        yield person


def _person(number: int, age: int, wanted: Totals, chance: random.Random) -> Row:
    """A person of an age on the 31 August before the census."""
    youngest = date(wanted.reference.year - 1 - age, 8, 31)
    born = youngest - timedelta(days=chance.randrange(365))
    cells = {"Surname": canary(number), "Forename": f"Synthetic {CANARY.title()}", "PersonBirthDate": born}
    cells |= {"Sex": chance.choice("MMF"), "Ethnicity": chance.choice(ETHNICITIES), "UPN": canary(number)}
    return Row("person", cells)


def _ages(plans: list[tuple[str, str]], wanted: Totals, chance: random.Random) -> list[int]:
    """An age for each plan: the given numbers of each, the younger where placements are for the younger."""
    ages = sorted(age for age, number in wanted.ages.items() for _ in range(number))
    ages = ages[: len(plans)] + [max(ages)] * max(0, len(plans) - len(ages))

    def likely(placement: str) -> float:
        typical = next((age for start, age in TYPICAL_AGES.items() if placement.startswith(start)), 14)
        return typical + chance.gauss(0, 3.5)

    order = sorted(range(len(plans)), key=lambda plan: likely(plans[plan][0]))
    return [age for _, age in sorted(zip(order, ages, strict=True))]


def _issued(wanted: Totals, chance: random.Random) -> list[Row]:
    """The requests of the year's new plans, in the published numbers by time taken, exception and appeal."""
    requests = []
    spans = {"within 20 weeks": (60, WITHIN), "20 to 52 weeks": (WITHIN + 1, YEAR), "over 52 weeks": (YEAR + 1, 500)}
    for time, (shortest, longest) in spans.items():
        every, without = (wanted.timeliness.get((which, time), 0) for which in ("included", "excluded"))
        for plan in range(every):
            start, days = _day(wanted, chance), chance.randint(shortest, longest)
            requests.append(_issued_request(start, days, exception=plan >= without))
    for _ in range(wanted.flows["new plans"] - len(requests)):
        requests.append(_issued_request(_day(wanted, chance), chance.randint(60, 500), appealed=True))
    chance.shuffle(requests)
    return requests


def _day(wanted: Totals, chance: random.Random) -> date:
    return date(wanted.year, 1, 1) + timedelta(days=chance.randrange(365))


def _issued_request(start: date, days: int, exception: bool = False, appealed: bool = False) -> Row:
    """A request that led to a plan after so many days."""
    received = start - timedelta(days=days)
    decided = min(received + timedelta(days=42), start)
    assessment = {"AssessmentOutcome": "Y", "AssessmentOutcomeDate": start}
    assessment |= {"AssessmentMediation": int(appealed), "AssessmentTribunal": 0, "Week20": int(exception)}
    request = {"ReceivedDate": received, "RequestSource": 2, "RequestOutcome": "Y", "RequestOutcomeDate": decided}
    return Row("requests", request, [Row("assessment", assessment, [Row("namedplan", {"StartDate": start})])])


def _old_request(wanted: Totals, chance: random.Random, age: int, cease: date | None = None) -> Row:
    """A request from before the return's year, which the return gives as historical."""
    years = max(1, min(8, age - 1))
    start = date(wanted.year - 1, 12, 31) - timedelta(days=chance.randrange(365 * years))
    cells: dict[str, object] = {"StartDate": start}
    if cease:
        cells |= {"CeaseDate": cease, "CeaseReason": chance.choice([1, 2, 4, 5])}
    assessment = Row("assessment", {"AssessmentOutcome": "H"}, [Row("namedplan", cells)])
    return Row("requests", {"ReceivedDate": start - timedelta(days=130), "RequestOutcome": "H"}, [assessment])


def _active(placement: str, need: str, kinds: dict[str, list[int]], wanted: Totals, chance: random.Random) -> Row:
    active = Row("activeplans", {"LastReview": wanted.reference - timedelta(days=chance.randrange(360))})
    entry = date(wanted.year - 1, 9, 1)
    if placement not in UNKNOWN:
        cells: dict[str, object] = {"PlacementRank": 1, "EntryDate": entry}
        base = placement.removesuffix(UNIT).removesuffix(PROVISION)
        if base in kinds:
            cells["URN"] = chance.choice(kinds[base])
            cells["SENunitIndicator"] = int(placement.endswith(UNIT))
            cells["ResourcedProvisionIndicator"] = int(placement.endswith(PROVISION))
        elif base == "ukrlp_provider":
            cells["UKPRN"] = 19_000_001
        else:
            cells["SENsetting"] = next(code for code, column in settings().items() if column == base)
        left = {"PlacementRank": 1, "SENsetting": "OTH", "EntryDate": date(2019, 9, 1)}
        left["LeavingDate"] = entry - timedelta(days=1)
        active.rows += [Row("placementdetail", left), Row("placementdetail", cells)]
        if chance.random() < 0.1:
            active.rows.append(Row("placementdetail", {"PlacementRank": 2, "SENsetting": "OLA", "EntryDate": entry}))
    if need in CODES:
        active.rows.append(Row("senneed", {"SENtype": CODES[need], "SENtypeRank": 1}))
        if chance.random() < 0.4:
            other = chance.choice([code for code in CODES.values() if code != CODES[need]])
            active.rows.append(Row("senneed", {"SENtype": other, "SENtypeRank": 2}))
    return active


def _refused(wanted: Totals, chance: random.Random, assessed: bool) -> Row:
    """A request of the year that has led to no plan."""
    received = _day(wanted, chance)
    request = Row("requests", {"ReceivedDate": received, "RequestSource": chance.randint(1, 5)})
    if assessed:
        decided = date(wanted.year, 12, 31)
        request.cells |= {"RequestOutcome": "Y", "RequestOutcomeDate": received}
        request.rows.append(Row("assessment", {"AssessmentOutcome": "N", "AssessmentOutcomeDate": decided}))
    else:
        request.cells["RequestOutcome"] = chance.choice(["N", "A", "W"])
    return request
