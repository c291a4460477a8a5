"""Faults planted in a synthetic authority, so many of each kind, and what the checks are to find of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pandas as pd

from dbv_analysis.synth.people import Row

UNREADABLE = "31/02/2010"


@dataclass
class Planted:
    """What was planted: rows that break each rule, and rows of each module or list that cannot be read."""

    broken: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)


def with_faults(people: Iterator[Row], number: int, planted: Planted) -> Iterator[Row]:
    """The persons, of whom ``number`` have each kind of fault; nobody has two."""
    waiting = dict.fromkeys(FAULTS, number)
    before: Row | None = None
    for person in people:
        for kind, left in waiting.items():
            if left and FAULTS[kind](person, before, planted):
                waiting[kind] -= 1
                before = None
                break
        else:
            before = person
        yield person


def _placement(person: Row) -> Row | None:
    """The first open placement of a person's plan at an establishment."""
    rows = [row for row in _below(person) if row.module == "placementdetail" and "LeavingDate" not in row.cells]
    return next((row for row in rows if "URN" in row.cells), None)


def _below(row: Row) -> Iterator[Row]:
    yield row
    for inner in row.rows:
        yield from _below(inner)


def _only(person: Row, module: str) -> Row | None:
    found = [row for row in _below(person) if row.module == module]
    return found[0] if len(found) == 1 else None


def _too_old(person: Row, before: Row | None, planted: Planted) -> bool:
    person.cells["PersonBirthDate"] = date(1970, 1, 1)
    planted.broken["impossible_age"] += 1
    return True


def _unreadable(person: Row, before: Row | None, planted: Planted) -> bool:
    """A birth date that is no day: the person is rejected, and with them all that is theirs."""
    person.cells["PersonBirthDate"] = UNREADABLE
    planted.rejected.update(row.module for row in _below(person))
    return True


def _same_upn(person: Row, before: Row | None, planted: Planted) -> bool:
    if before is None:
        return False
    person.cells["UPN"] = before.cells["UPN"]
    planted.broken["duplicate_upn"] += 2
    return True


def _ceased_before_start(person: Row, before: Row | None, planted: Planted) -> bool:
    plan = _only(person, "namedplan")
    if plan is None or "CeaseDate" in plan.cells:
        return False
    plan.cells["CeaseDate"] = plan.cells["StartDate"] - timedelta(days=1)
    planted.broken["ceased_before_start"] += 1
    return True


def _before_request(person: Row, before: Row | None, planted: Planted) -> bool:
    request, plan = _only(person, "requests"), _only(person, "namedplan")
    if plan is None or request.cells.get("RequestOutcome") != "Y":
        return False
    request.cells["ReceivedDate"] = plan.cells["StartDate"] + timedelta(days=1)
    planted.broken["plan_before_request"] += 1
    return True


def _two_first_placements(person: Row, before: Row | None, planted: Planted) -> bool:
    first = _placement(person)
    if first is None:
        return False
    active = next(row for row in _below(person) if row.module == "activeplans")
    active.rows.append(Row("placementdetail", {**first.cells}))
    planted.broken["two_first_placements"] += 2
    return True


def _with_another(find: Callable[[Row], Row | None], field_name: str, value: object, rule: str):
    """A fault: a row of the person's has another value in one field, and so breaks a rule."""

    def plant(person: Row, before: Row | None, planted: Planted) -> bool:
        row = find(person)
        if row is None:
            return False
        row.cells[field_name] = value
        planted.broken[rule] += 1
        return True

    return plant


FAULTS: dict[str, Callable[[Row, Row | None, Planted], bool]] = {
    "two first placements": _two_first_placements,
    "unknown establishment": _with_another(_placement, "URN", 123_456, "unknown_establishment"),
    "unknown need": _with_another(partial(_only, module="senneed"), "SENtype", "XYZ", "unknown_code_senneed"),
    "ceased before start": _ceased_before_start,
    "before request": _before_request,
    "same UPN": _same_upn,
    "too old": _too_old,
    "unreadable": _unreadable,
}


def in_registers(folder: Path, number: int, planted: Planted) -> None:
    """Add ``number`` rows with each kind of fault to the marks and the roll."""
    marks = pd.read_parquet(folder / "marks.parquet")
    one = marks.iloc[:: max(1, len(marks) // max(1, number))].head(number)
    saturday = pd.to_datetime(one["date"]) + pd.to_timedelta(5 - pd.to_datetime(one["date"]).dt.weekday, unit="D")
    wrong = {
        "code_not_valid": marks.index.isin(one.index + 1),
        "weekend": one.assign(date=saturday.dt.strftime("%Y-%m-%d"), session="AM"),
        "nobody": one.assign(pupil=[f"{name}X" for name in one["pupil"]]),
        "unreadable": one.assign(date=UNREADABLE),
    }
    marks.loc[wrong["code_not_valid"], "code"] = "?"
    added = [wrong["weekend"], wrong["nobody"], wrong["unreadable"], one]
    pd.concat([marks, *added], ignore_index=True).to_parquet(folder / "marks.parquet", index=False)
    planted.broken.update({"code_not_valid": number, "session_at_a_weekend": number})
    planted.broken["marks_of_nobody_on_the_roll"] += number
    planted.rejected["marks"] += 2 * number  # those unreadable, and those there twice
    pupils = pd.read_csv(folder / "pupils.csv", dtype=str, keep_default_na=False)
    pupils.loc[: number - 1, "born"] = ""
    pupils.loc[number : 2 * number - 1, "fsm"] = "?"
    pupils.to_csv(folder / "pupils.csv", index=False)
    planted.broken.update({"pupil_without_birth_date": number, "unknown_code_pupils": number})


def in_ledger(path: Path, number: int, planted: Planted) -> None:
    """Change ``number`` of a ledger's placements in each of three ways, and add as many rows that cannot be read."""
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    placements = rows.index[(rows["kind"] == "placement") & (rows["ends"] == "")]
    old, unknown, dear = (placements[place * number : (place + 1) * number] for place in range(3))
    rows.loc[old, "ends"] = "2000-01-01"
    rows.loc[unknown, "provision"] = "boarding"
    rows.loc[dear, "per"] = "week"
    added = rows.loc[placements[:number]].assign(pounds="about 40k")
    pd.concat([rows, added]).to_csv(path, index=False)
    planted.broken.update({"ends_before_starts": number, "unknown_provision": number, "dear_commitment": number})
    planted.rejected["ledger"] += number
