"""Synthetic attendance registers of two school years, with known effects in the second.

The first year's absence is the published one, by SEN provision: as many sessions missed, and as many enrolments that
missed a tenth and a half of theirs. The second is the same 52 weeks later, but for two effects that are planted: some
absence less everywhere, and more of it less in the schools that joined the training programme, from the day on.
"""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from dbv_analysis.inputs.attendance.derive import PERSISTENT, SEVERE
from dbv_analysis.inputs.records.characteristics import PROVISIONS
from dbv_analysis.model.problems import CallProblem
from dbv_analysis.model.wording import slug
from dbv_analysis.synth.rolls import Pupil

YEAR = timedelta(days=364)  # 52 weeks: the same day of the week
# From the first Monday of a school year: the weeks of its terms, and the week of each that is half term.
WEEKS = {"autumn": (0, 15, 8), "spring": (18, 11, 5), "summer": (31, 15, 7)}
CLOSED_WEEK = 20  # in which each school is closed for a day, as Y says, and Y4 since the codes changed
MISSED = {"I": 0.6, "M": 0.08, "C": 0.05, "O": 0.17, "N": 0.05, "U": 0.05}
MEASURES = ("overall", "persistent", "severe")


@dataclass(frozen=True)
class Effects:
    """What is planted in the second year, in percentage points of possible sessions.

    Absence is ``everywhere`` lower all the year, and by ``programme`` more in the schools that joined, for ``weeks``
    weeks from the first day of the spring term.
    """

    everywhere: float = 0.5
    programme: float = 2.0
    weeks: int = 10


@dataclass(frozen=True)
class Calendar:
    """The two school years: their terms, each with its first and last day."""

    start: date

    def terms(self) -> dict[str, tuple[date, date]]:
        found = {}
        for year in (0, 1):
            for name, (first, weeks, _) in WEEKS.items():
                begin = self.start + year * YEAR + timedelta(weeks=first)
                found[f"{name} term {begin.year}"] = (begin, begin + timedelta(weeks=weeks, days=-3))
        return found

    def days(self) -> list[date]:
        """The days of the first year on which schools are open, half terms left out."""
        weeks = [first + n for first, number, half in WEEKS.values() for n in range(number) if n != half]
        return [self.start + timedelta(weeks=week, days=day) for week in weeks for day in range(5)]

    @property
    def joined(self) -> date:
        """The day on which schools join the training programme: the first of the second year's spring term."""
        return self.start + YEAR + timedelta(weeks=WEEKS["spring"][0])


def first_monday(year: int) -> date:
    """The first Monday of a September."""
    day = date(year, 9, 1)
    return day + timedelta(days=-day.weekday() % 7)


def rates(tables: dict[str, pd.DataFrame], area: str, period: str) -> dict[str, dict[str, float]]:
    """The published absence of the authority's pupils by SEN provision's code and measure, %.

    Raises CallProblem where the inputs do not hold it.
    """
    rows = tables["absence"]
    rows = rows[(rows["area_code"] == area) & (rows["period"] == period) & (rows["symbol"] == "")]
    told = {(row.sen_provision, row.measure): row.percent for row in rows.itertuples()}
    codes = {name: code for code, name in PROVISIONS.items()}
    found = {codes[name]: {measure: told.get((name, measure)) for measure in MEASURES} for name in codes}
    if any(rate is None for of in found.values() for rate in of.values()):
        raise CallProblem(f"The authority's absence by SEN provision in {period} is not among the inputs.")
    return found


def write(
    folder: Path,
    pupils: list[Pupil],
    absent: dict[str, dict[str, float]],
    calendar: Calendar,
    effects: Effects,
    seed: int,
    training: str,
) -> list[int]:
    """Write ``marks.parquet``, ``pupils.csv``, ``terms.csv`` and the list of the schools that joined; returns these."""
    chance = np.random.default_rng(seed)
    _rows(folder / "pupils.csv", list(Pupil.__dataclass_fields__), [list(vars(one).values()) for one in pupils])
    terms = [[name, *days] for name, days in calendar.terms().items()]
    _rows(folder / "terms.csv", ["term", "starts", "ends"], terms)
    mainstream = sorted({one.school for one in pupils if one.sen_provision != "E"})
    joined = mainstream[::2]
    _rows(folder / f"{slug(training)}.csv", ["school", "joined"], [[school, calendar.joined] for school in joined])
    marks(pupils, absent, calendar, effects, joined, chance).to_parquet(folder / "marks.parquet", index=False)
    return joined


def _rows(path: Path, header: list[str], rows: list[list]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(header)
        out.writerows(rows)


def marks(
    pupils: list[Pupil],
    absent: dict[str, dict[str, float]],
    calendar: Calendar,
    effects: Effects,
    joined: list[int],
    chance: np.random.Generator,
) -> pd.DataFrame:
    """The marks of both years, a row each: ``pupil``, ``school``, ``date``, ``session`` and ``code``."""
    days = calendar.days()
    closed = next(place for place, day in enumerate(days) if day >= calendar.start + timedelta(weeks=CLOSED_WEEK))
    possible = [place for place in range(2 * len(days)) if place // 2 != closed]
    missed = np.zeros((len(pupils), 2 * len(days)), dtype=bool)
    for provision, of in absent.items():
        group = [place for place, one in enumerate(pupils) if one.sen_provision == provision]
        if group:
            numbers = _numbers(len(group), len(possible), of, chance)
            order = chance.random((len(group), len(possible))).argsort(axis=1).argsort(axis=1)
            missed[np.ix_(group, possible)] = order < numbers[:, None]
    second = _second_year(missed, pupils, days, possible, calendar, effects, joined, chance)
    years = [_frame(pupils, days, missed, closed, "Y", chance)]
    years.append(_frame(pupils, [day + YEAR for day in days], second, closed, "Y4", chance))
    return pd.concat(years, ignore_index=True)


def _numbers(enrolments: int, possible: int, of: dict[str, float], chance: np.random.Generator) -> np.ndarray:
    """How many sessions each of a group's enrolments misses, so that all three published shares come out."""
    severe = round(of["severe"] * enrolments / 100)
    persistent = round(of["persistent"] * enrolments / 100)
    tenth, half = -(-possible // PERSISTENT), -(-possible // SEVERE)
    low = np.repeat([half, tenth, 0], [severe, persistent - severe, enrolments - persistent])
    high = np.repeat([possible, half - 1, tenth - 1], [severe, persistent - severe, enrolments - persistent])
    found = chance.integers(low, low + (high - low) // 2 + 1)
    short = round(of["overall"] * enrolments * possible / 100) - int(found.sum())
    room = (high - found) if short > 0 else (found - low)
    # As much of each one's room as is needed in all; what rounding leaves goes one by one.
    moved = room * min(1.0, abs(short) / max(1, room.sum()))
    taken = moved.astype(int)
    left = min(abs(short), int(room.sum())) - int(taken.sum())
    taken[np.argsort(taken - moved)[:left]] += 1
    found = found + taken if short > 0 else found - taken
    return chance.permutation(found)


def _second_year(missed, pupils, days, possible, calendar: Calendar, effects: Effects, joined, chance) -> np.ndarray:
    """The first year's absence with the planted effects: in each part of the year and of the schools so many fewer."""
    found = missed.copy()
    in_programme = np.isin([one.school for one in pupils], joined)
    start = calendar.joined - YEAR
    after = np.repeat([start <= day < start + timedelta(weeks=effects.weeks) for day in days], 2)
    open_then = np.isin(np.arange(2 * len(days)), possible)
    for schools in (in_programme, ~in_programme):
        for weeks in (after, ~after):
            part = np.outer(schools, weeks & open_then)
            points = effects.everywhere + (effects.programme if schools is in_programme and weeks is after else 0)
            there = np.flatnonzero(found & part)
            fewer = min(len(there), round(points * part.sum() / 100))
            found.flat[chance.choice(there, fewer, replace=False)] = False
    return found


def _frame(
    pupils, days: list[date], missed: np.ndarray, closed: int, code: str, chance: np.random.Generator
) -> pd.DataFrame:
    number, sessions = missed.shape
    codes = np.where(np.arange(sessions) % 2 == 0, "/", "\\").astype(object)
    filled = np.tile(codes, (number, 1))
    filled[missed] = chance.choice(list(MISSED), int(missed.sum()), p=list(MISSED.values()))
    filled[:, 2 * closed : 2 * closed + 2] = code
    return pd.DataFrame(
        {
            "pupil": np.repeat([one.pupil for one in pupils], sessions),
            "school": np.repeat([one.school for one in pupils], sessions),
            "date": np.tile(np.repeat(np.array(days, dtype="datetime64[D]").astype(str), 2), number),
            "session": np.tile(["AM", "PM"], number * len(days)),
            "code": filled.ravel(),
        }
    )


def suspensions(
    tables: dict[str, pd.DataFrame], area: str, pupils: list[Pupil], calendar: Calendar, seed: int
) -> list[list]:
    """A row a suspension or permanent exclusion, as many in each term as the published rate gives of these pupils.

    Of a term that has not been published, the rate is that of the year before.
    """
    chance, rows = random.Random(seed + 2), []
    told = tables["exclusions"]
    told = told[(told["area_code"] == area) & (told["symbol"] == "")]
    rate = {(row.period, row.sen_provision, row.measure): row.rate for row in told.itertuples()}
    for name, (starts, ends) in calendar.terms().items():
        for code, provision in PROVISIONS.items():
            group = [one for one in pupils if one.sen_provision == code]
            for measure, kind in (("suspensions", "suspension"), ("permanent exclusions", "permanent")):
                found = rate.get((name, provision, measure), rate.get((_year_before(name), provision, measure), 0))
                for _ in range(round(found * len(group) / 100)):
                    one = chance.choice(group)
                    day = starts + timedelta(days=chance.randrange((ends - starts).days + 1))
                    rows.append([one.pupil, one.school, day, kind])
    return rows


def _year_before(term: str) -> str:
    name, year = term.rsplit(" ", 1)
    return f"{name} {int(year) - 1}"


def write_suspensions(path: Path, rows: list[list]) -> None:
    _rows(path, ["pupil", "school", "starts", "kind"], rows)
