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


Fault = Callable[[Row, Row | None], Planted | None]  # of a person and the one before; None where it cannot be


def with_faults(people: Iterator[Row], number: int, planted: Planted) -> Iterator[Row]:
    """The persons, of whom ``number`` have each kind of fault; nobody has two."""
    waiting = dict.fromkeys(FAULTS, number)
    before: Row | None = None
    for person in people:
        for plant, left in waiting.items():
            if left and (fault := plant(person, before)):
                waiting[plant] -= 1
                planted.broken += fault.broken
                planted.rejected += fault.rejected
                before = None
                break
        else:
            before = person
        yield person


def _broken(rule: str, rows: int = 1) -> Planted:
    return Planted(Counter({rule: rows}))


def _placement(person: Row) -> Row | None:
    """The first open placement of a person's plan at an establishment."""
    rows = (row for row in person.all_rows() if row.module == "placementdetail")
    return next((row for row in rows if "URN" in row.cells and "LeavingDate" not in row.cells), None)


def _only(person: Row, module: str) -> Row | None:
    rows = [row for row in person.all_rows() if row.module == module]
    return rows[0] if len(rows) == 1 else None


def _unreadable(person: Row, before: Row | None) -> Planted:
    """A birth date that is no day: the person is rejected, and with them all that is theirs."""
    person.cells["PersonBirthDate"] = UNREADABLE
    return Planted(rejected=Counter(row.module for row in person.all_rows()))


def _same_upn(person: Row, before: Row | None) -> Planted | None:
    if before is None:
        return None
    person.cells["UPN"] = before.cells["UPN"]
    return _broken("duplicate_upn", 2)


def _ceased_before_start(person: Row, before: Row | None) -> Planted | None:
    plan = _only(person, "namedplan")
    if plan is None or "CeaseDate" in plan.cells:
        return None
    plan.cells["CeaseDate"] = plan.cells["StartDate"] - timedelta(days=1)
    return _broken("ceased_before_start")


def _before_request(person: Row, before: Row | None) -> Planted | None:
    request, plan = _only(person, "requests"), _only(person, "namedplan")
    if plan is None or request.cells.get("RequestOutcome") != "Y":
        return None
    request.cells["ReceivedDate"] = plan.cells["StartDate"] + timedelta(days=1)
    return _broken("plan_before_request")


def _two_first_placements(person: Row, before: Row | None) -> Planted | None:
    first = _placement(person)
    if first is None:
        return None
    _only(person, "activeplans").rows.append(Row("placementdetail", {**first.cells}))
    return _broken("two_first_placements", 2)


def _wrong_value(find: Callable[[Row], Row | None], cell: str, value: object, rule: str) -> Fault:
    """A fault: one row of a person's has a value that breaks a rule."""

    def plant(person: Row, before: Row | None) -> Planted | None:
        row = find(person)
        if row is None:
            return None
        row.cells[cell] = value
        return _broken(rule)

    return plant


FAULTS: tuple[Fault, ...] = (
    _two_first_placements,
    _wrong_value(_placement, "URN", 123_456, "unknown_establishment"),
    _wrong_value(partial(_only, module="senneed"), "SENtype", "XYZ", "unknown_code_senneed"),
    _ceased_before_start,
    _before_request,
    _same_upn,
    _wrong_value(partial(_only, module="person"), "PersonBirthDate", date(1970, 1, 1), "impossible_age"),
    _unreadable,
)


def in_registers(folder: Path, number: int, planted: Planted) -> None:
    """Add ``number`` rows with each kind of fault to the marks and the roll."""
    marks = pd.read_parquet(folder / "marks.parquet")
    some = marks.iloc[:: max(1, len(marks) // max(1, number))].head(number)
    days = pd.to_datetime(some["date"])
    saturdays = days + pd.to_timedelta(5 - days.dt.weekday, unit="D")
    marks.loc[marks.index.isin(some.index + 1), "code"] = "?"
    at_a_weekend = some.assign(date=saturdays.dt.strftime("%Y-%m-%d"), session="AM")
    of_nobody, unreadable = some.assign(pupil=some["pupil"] + "X"), some.assign(date=UNREADABLE)
    marks = pd.concat([marks, at_a_weekend, of_nobody, unreadable, some], ignore_index=True)
    marks.to_parquet(folder / "marks.parquet", index=False)
    planted.rejected["marks"] += 2 * number  # those unreadable, and those there twice
    pupils = pd.read_csv(folder / "pupils.csv", dtype=str, keep_default_na=False)
    pupils.loc[: number - 1, "born"] = ""
    pupils.loc[number : 2 * number - 1, "fsm"] = "?"
    pupils.to_csv(folder / "pupils.csv", index=False)
    of_marks = ("code_not_valid", "session_at_a_weekend", "marks_of_nobody_on_the_roll")
    planted.broken.update(dict.fromkeys((*of_marks, "pupil_without_birth_date", "unknown_code_pupils"), number))


def in_ledger(path: Path, number: int, planted: Planted) -> None:
    """Change ``number`` of a ledger's placements in each of three ways, and add as many rows that cannot be read."""
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    placements = rows.index[(rows["kind"] == "placement") & (rows["ends"] == "")]
    rows.loc[placements[:number], "ends"] = "2000-01-01"
    rows.loc[placements[number : 2 * number], "provision"] = "boarding"
    rows.loc[placements[2 * number : 3 * number], "per"] = "week"
    unreadable = rows.loc[placements[:number]].assign(pounds="about 40k")
    pd.concat([rows, unreadable]).to_csv(path, index=False)
    planted.broken.update(dict.fromkeys(("ends_before_starts", "unknown_provision", "dear_commitment"), number))
    planted.rejected["ledger"] += number
