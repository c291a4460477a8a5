"""Synthetic attendance registers of two school years, with known effects in the second.

The first year's absence is the published one, by SEN provision: as many sessions missed, and as many enrolments that
missed a tenth and a half of theirs. The second is the same 52 weeks later, but for the ``Effects`` that are planted.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from dbv_analysis.inputs.attendance.derive import PERSISTENT, SEVERE
from dbv_analysis.inputs.records.characteristics import PROVISIONS
from dbv_analysis.model.period import Period
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
    """How much lower absence is in the second year, in percentage points of possible sessions.

    ``everywhere`` holds all the year; ``programme`` is added in the schools that joined, for the first ``weeks`` weeks.
    """

    everywhere: float = 0.5
    programme: float = 2.0
    weeks: int = 10


@dataclass(frozen=True)
class Calendar:
    """Two school years from a Monday in September."""

    start: date

    def terms(self) -> dict[str, tuple[date, date]]:
        """Each term, with its first and last day."""
        terms = {}
        for year in (self.start, self.start + YEAR):
            for name, (first, weeks, _) in WEEKS.items():
                begin = year + timedelta(weeks=first)
                terms[f"{name} term {begin.year}"] = (begin, begin + timedelta(weeks=weeks, days=-3))
        return terms

    def days(self) -> list[date]:
        """The days of the first year on which schools are open, half terms left out."""
        weeks = [first + n for first, number, half in WEEKS.values() for n in range(number) if n != half]
        return [self.start + timedelta(weeks=week, days=day) for week in weeks for day in range(5)]

    @property
    def joined(self) -> date:
        """The day on which schools join the training programme: the first of the second year's spring term."""
        return self.start + YEAR + timedelta(weeks=WEEKS["spring"][0])

    @property
    def end(self) -> date:
        """The last day of the second year."""
        return max(last for _, last in self.terms().values())


def first_monday(year: int) -> date:
    """The first Monday of a September."""
    day = date(year, 9, 1)
    return day + timedelta(days=-day.weekday() % 7)


def _rates(tables: dict[str, pd.DataFrame], area: str, period: str) -> dict[str, dict[str, float]]:
    """The published absence of the authority's pupils by SEN provision's code and measure, %.

    Raises CallProblem where the inputs do not hold it.
    """
    rows = tables["absence"]
    rows = rows[(rows["area_code"] == area) & (rows["period"] == period) & (rows["symbol"] == "")]
    published = {(row.sen_provision, row.measure): row.percent for row in rows.itertuples()}
    try:
        return {code: {measure: published[name, measure] for measure in MEASURES} for code, name in PROVISIONS.items()}
    except KeyError:
        message = f"The authority's absence by SEN provision in {period} is not among the inputs."
        raise CallProblem(message) from None


def write(
    folder: Path,
    pupils: list[Pupil],
    tables: dict[str, pd.DataFrame],
    area: str,
    calendar: Calendar,
    effects: Effects,
    seed: int,
    training: str,
) -> list[int]:
    """Write the marks and the lists that come with them to ``folder``; returns the schools that joined the training."""
    absent = _rates(tables, area, Period.academic_year(calendar.start.year).text)
    mainstream = sorted({pupil.school for pupil in pupils if pupil.sen_provision != "E"})
    joined = mainstream[::2]
    terms = [(name, *days) for name, days in calendar.terms().items()]
    lists = {
        "pupils": pd.DataFrame(pupils),
        "terms": pd.DataFrame(terms, columns=["term", "starts", "ends"]),
        slug(training): pd.DataFrame({"school": joined, "joined": calendar.joined}),
        "suspensions": _suspensions(tables, area, pupils, calendar, seed),
    }
    folder.mkdir()
    for name, frame in lists.items():
        frame.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    marks = _marks(pupils, absent, joined, calendar, effects, np.random.default_rng(seed))
    marks.to_parquet(folder / "marks.parquet", index=False)
    return joined


def _marks(pupils, absent, joined, calendar: Calendar, effects: Effects, chance: np.random.Generator) -> pd.DataFrame:
    """The marks of both years, a row each: ``pupil``, ``school``, ``date``, ``session`` and ``code``."""
    days = calendar.days()
    closed = next(number for number, day in enumerate(days) if day >= calendar.start + timedelta(weeks=CLOSED_WEEK))
    is_open = np.repeat(np.arange(len(days)) != closed, 2)
    possible = np.flatnonzero(is_open)
    missed = np.zeros((len(pupils), 2 * len(days)), dtype=bool)
    for provision, shares in absent.items():
        group = [number for number, pupil in enumerate(pupils) if pupil.sen_provision == provision]
        if group:
            numbers = _numbers(len(group), len(possible), shares, chance)
            order = chance.random((len(group), len(possible))).argsort(axis=1).argsort(axis=1)
            missed[np.ix_(group, possible)] = order < numbers[:, None]
    in_programme = np.isin([pupil.school for pupil in pupils], joined)
    second = _second_year(missed, in_programme, days, is_open, calendar, effects, chance)
    years = [
        _frame(pupils, days, missed, closed, "Y", chance),
        _frame(pupils, [day + YEAR for day in days], second, closed, "Y4", chance),
    ]
    return pd.concat(years, ignore_index=True)


def _numbers(enrolments: int, possible: int, shares: dict[str, float], chance: np.random.Generator) -> np.ndarray:
    """How many sessions each of a group's enrolments misses, so that all three published shares come out."""
    severe, persistent = (round(shares[name] * enrolments / 100) for name in ("severe", "persistent"))
    tenth, half = -(-possible // PERSISTENT), -(-possible // SEVERE)
    groups = [severe, persistent - severe, enrolments - persistent]
    low, high = np.repeat([half, tenth, 0], groups), np.repeat([possible, half - 1, tenth - 1], groups)
    numbers = chance.integers(low, low + (high - low) // 2 + 1)
    short = round(shares["overall"] * enrolments * possible / 100) - int(numbers.sum())
    room = (high - numbers) if short > 0 else (numbers - low)
    # As much of each one's room as is needed in all; what rounding leaves goes one by one.
    exact = room * min(1.0, abs(short) / max(1, room.sum()))
    moved = exact.astype(int)
    left = min(abs(short), int(room.sum())) - int(moved.sum())
    moved[np.argsort(moved - exact)[:left]] += 1
    return chance.permutation(numbers + moved if short > 0 else numbers - moved)


def _second_year(missed, in_programme, days, is_open, calendar: Calendar, effects: Effects, chance) -> np.ndarray:
    """The first year's absence with the planted effects: in each part of the year and of the schools so many fewer."""
    second = missed.copy()
    start = calendar.joined - YEAR
    after = np.repeat([start <= day < start + timedelta(weeks=effects.weeks) for day in days], 2)
    for schools in (in_programme, ~in_programme):
        for weeks in (after, ~after):
            part = np.outer(schools, weeks & is_open)
            points = effects.everywhere + (effects.programme if schools is in_programme and weeks is after else 0)
            absences = np.flatnonzero(second & part)
            fewer = min(len(absences), round(points * part.sum() / 100))
            second.flat[chance.choice(absences, fewer, replace=False)] = False
    return second


def _frame(pupils, days: list[date], missed, closed: int, code: str, chance: np.random.Generator) -> pd.DataFrame:
    number, sessions = missed.shape
    codes = np.tile(np.array(["/", "\\"], dtype=object), (number, len(days)))
    codes[missed] = chance.choice(list(MISSED), int(missed.sum()), p=list(MISSED.values()))
    codes[:, 2 * closed : 2 * closed + 2] = code
    return pd.DataFrame(
        {
            "pupil": np.repeat([pupil.pupil for pupil in pupils], sessions),
            "school": np.repeat([pupil.school for pupil in pupils], sessions),
            "date": np.tile(np.repeat(np.array(days, dtype="datetime64[D]").astype(str), 2), number),
            "session": np.tile(["AM", "PM"], number * len(days)),
            "code": codes.ravel(),
        }
    )


def _suspensions(tables, area: str, pupils: list[Pupil], calendar: Calendar, seed: int) -> pd.DataFrame:
    """A row a suspension or permanent exclusion, as many in each term as the published rate gives of these pupils.

    Of a term that has not been published, the rate is that of the year before.
    """
    chance, events = random.Random(seed + 2), []
    rows = tables["exclusions"]
    rows = rows[(rows["area_code"] == area) & (rows["symbol"] == "")]
    rates = {(row.period, row.sen_provision, row.measure): row.rate for row in rows.itertuples()}
    for term, (starts, ends) in calendar.terms().items():
        name, year = term.rsplit(" ", 1)
        for code, provision in PROVISIONS.items():
            group = [pupil for pupil in pupils if pupil.sen_provision == code]
            for measure, kind in (("suspensions", "suspension"), ("permanent exclusions", "permanent")):
                before = rates.get((f"{name} {int(year) - 1}", provision, measure), 0)
                rate = rates.get((term, provision, measure), before)
                for _ in range(round(rate * len(group) / 100)):
                    pupil = chance.choice(group)
                    day = starts + timedelta(days=chance.randrange((ends - starts).days + 1))
                    events.append((pupil.pupil, pupil.school, day, kind))
    return pd.DataFrame(events, columns=["pupil", "school", "starts", "kind"])
