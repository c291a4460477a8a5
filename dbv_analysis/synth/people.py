"""Made-up persons with requests, assessments, plans, placements and needs, to given totals."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

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


def people(wanted: Totals, establishments: list[Establishment], seed: int) -> Iterator[Row]:
    """Persons one after another, as rows of the module ``person``; the same seed gives the same ones."""
    chance = random.Random(seed)
    kinds: dict[str, list[int]] = {}
    for one in establishments:
        kinds.setdefault(one.kind, []).append(one.urn)
    plans = [(placement, need) for (placement, need), number in sorted(wanted.placed.items()) for _ in range(number)]
    chance.shuffle(plans)
    ages = _ages(plans, wanted, chance)
    issued = _issued(wanted, chance)
    number, received = 0, 0
    for place, ((placement, need), age) in enumerate(zip(plans, ages, strict=True)):
        number += 1
        person = _person(number, _born(age, wanted.reference, chance), chance)
        made = issued[place] if place < len(issued) else None
        request = _issued_request(made) if made else _old_request(wanted, chance, age)
        received += request.cells["ReceivedDate"].year == wanted.year and bool(made)
        request.rows.append(_active(placement, need, kinds, wanted, chance))
        person.rows.append(request)
        yield person
    for _ in range(wanted.flows["plans ceased"]):
        number += 1
        yield _ceased(number, wanted, chance)
    undecided = wanted.flows["assessments"] - wanted.flows["assessments issued"]
    for place in range(wanted.flows["requests"] - received):
        number += 1
        yield _refused(number, wanted, chance, assessed=place < undecided)


def _person(number: int, born: date, chance: random.Random) -> Row:
    return Row(
        "person",
        {
            "Surname": f"{CANARY}{number:07d}",
            "Forename": f"Synthetic {CANARY.title()}",
            "PersonBirthDate": born,
            "Sex": chance.choice(["M", "M", "F"]),
            "Ethnicity": chance.choice(ETHNICITIES),
            "UPN": f"{CANARY}{number:07d}",
        },
    )


def _born(age: int, reference: date, chance: random.Random) -> date:
    """A birth date that makes somebody ``age`` on the 31 August before the census."""
    end = date(reference.year - 1, 8, 31)
    youngest = end.replace(year=end.year - age)
    return youngest - timedelta(days=chance.randrange(365))


def _ages(plans: list[tuple[str, str]], wanted: Totals, chance: random.Random) -> list[int]:
    """An age for each plan: the given numbers of each, the younger where placements are for the younger."""
    ages = sorted(age for age, number in wanted.ages.items() for _ in range(number))
    ages = ages[: len(plans)] + [max(ages)] * max(0, len(plans) - len(ages))

    def typical(placement: str) -> float:
        return next((age for start, age in TYPICAL_AGES.items() if placement.startswith(start)), 14)

    order = sorted(range(len(plans)), key=lambda place: typical(plans[place][0]) + chance.gauss(0, 3.5))
    found = [0] * len(plans)
    for place, age in zip(order, ages, strict=True):
        found[place] = age
    return found


@dataclass(frozen=True)
class _Issued:
    """A plan of the return's year: when it was issued, after how many days, and what applied."""

    start: date
    days: int
    exception: bool
    appealed: bool


def _issued(wanted: Totals, chance: random.Random) -> list[_Issued]:
    """The new plans of the year, in the published numbers by time taken, exception and appeal."""
    found = []
    spans = {"within 20 weeks": (60, WITHIN), "20 to 52 weeks": (WITHIN + 1, YEAR), "over 52 weeks": (YEAR + 1, 500)}
    for time, (shortest, longest) in spans.items():
        every, without = (wanted.timeliness.get((which, time), 0) for which in ("included", "excluded"))
        for place in range(every):
            found.append(_Issued(_day(wanted, chance), chance.randint(shortest, longest), place >= without, False))
    appealed = wanted.flows["new plans"] - len(found)
    found += [_Issued(_day(wanted, chance), chance.randint(60, 500), False, True) for _ in range(appealed)]
    chance.shuffle(found)
    return found


def _day(wanted: Totals, chance: random.Random) -> date:
    return date(wanted.year, 1, 1) + timedelta(days=chance.randrange(365))


def _issued_request(made: _Issued) -> Row:
    received = made.start - timedelta(days=made.days)
    plan = Row("namedplan", {"StartDate": made.start})
    assessment = Row(
        "assessment",
        {
            "AssessmentOutcome": "Y",
            "AssessmentOutcomeDate": made.start,
            "AssessmentMediation": int(made.appealed),
            "AssessmentTribunal": 0,
            "Week20": int(made.exception),
        },
        [plan],
    )
    cells = {
        "ReceivedDate": received,
        "RequestSource": 2,
        "RequestOutcome": "Y",
        "RequestOutcomeDate": min(received + timedelta(days=42), made.start),
    }
    return Row("requests", cells, [assessment])


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


def _ceased(number: int, wanted: Totals, chance: random.Random) -> Row:
    """A person whose plan, from before the year, ceased in it."""
    person = _person(number, _born(chance.randint(16, 22), wanted.reference, chance), chance)
    person.rows.append(_old_request(wanted, chance, 18, cease=_day(wanted, chance)))
    return person


def _refused(number: int, wanted: Totals, chance: random.Random, assessed: bool) -> Row:
    """A person for whom a request of the year has led to no plan."""
    person = _person(number, _born(chance.randint(3, 15), wanted.reference, chance), chance)
    received = _day(wanted, chance)
    request = Row("requests", {"ReceivedDate": received, "RequestSource": chance.randint(1, 5)})
    if assessed:
        decided = date(wanted.year, 12, 31)
        request.cells |= {"RequestOutcome": "Y", "RequestOutcomeDate": received}
        request.rows.append(Row("assessment", {"AssessmentOutcome": "N", "AssessmentOutcomeDate": decided}))
    else:
        request.cells["RequestOutcome"] = chance.choice(["N", "A", "W"])
    person.rows.append(request)
    return person
