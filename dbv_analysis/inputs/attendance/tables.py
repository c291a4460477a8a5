"""The authority's attendance registers, with the lists that come with them → tables of counts by SEN provision.

A pupil's row goes no further than the Parquet files of ``data/processed/records``; what is given on is counts.
"""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import narwhals as nw
import pandas as pd

from dbv_analysis.inputs.attendance.quality import RULES
from dbv_analysis.inputs.attendance.read import MARKS, read_joined, read_register
from dbv_analysis.inputs.input_format import Format, Input, Read
from dbv_analysis.inputs.records.characteristics import JOINED
from dbv_analysis.inputs.records.counting import summed, with_zeros
from dbv_analysis.inputs.records.list_reader import read_list, rejects_of
from dbv_analysis.inputs.records.lists import lists
from dbv_analysis.inputs.records.store import Tally, day_of, left_out, open_records
from dbv_analysis.inputs.records.to_tables import of_registers
from dbv_analysis.inputs.sen2.derive import Modules
from dbv_analysis.model.period import Period
from dbv_analysis.model.problems import DataProblem, DataProblems
from dbv_analysis.model.settings import Programme
from dbv_analysis.model.source import QUERY
from dbv_analysis.model.tables.records import ABSENCE, EXCLUSIONS
from dbv_analysis.model.wording import listed, slug

NEEDED = {
    "pupils": "Put the roll there, a row a pupil and school: {columns}.",
    "terms": "Put the terms there, such as autumn term 2024,2024-09-02,2024-12-20: {columns}.",
}
SUFFIXES = (".csv", ".xlsx", ".parquet", QUERY)
SLACK = timedelta(days=6)  # a school may begin a term a few days late, or end it early


def read_registers(
    path: Path, shown: str, folder: Path, database: str = "", training: str = ""
) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """The tables of counts of a register and the lists beside it, as text, and what is to be warned of.

    Args:
        path: the register; beside it lie ``pupils`` and ``terms``, and if they are kept ``suspensions``, and the
            schools that joined a training programme in a file of its name.
        shown: the path in messages.
        folder: where the records and the rejected rows are kept. What was there before is taken out.
        database: the environment variable with the address of a database, where any of them is a query.
        training: the training programme's name.

    Raises DataProblems where a file is missing or cannot be read, with all that is wrong.
    """
    shutil.rmtree(folder, ignore_errors=True)
    found, problems = _beside(path, shown, training)
    tally, warnings = Tally(), []
    for name, one in {MARKS: path, **found}.items():
        place = f"{shown.removesuffix(path.name)}{one.name}"
        try:
            read = read_register if name == MARKS else partial(read_list, name=name)
            if name == JOINED:
                read = partial(read_joined, training=training)
            told = read(one, folder, shown=place, database=database)
        except DataProblems as error:
            problems += error.problems
            continue
        tally.add(name, told.seen, told.accepted, told.rejected)
        if told.rejected:
            warnings.append(left_out(place, f"{told.rejected:,} of {told.seen:,} rows", rejects_of(folder, name)))
    if problems:
        shutil.rmtree(folder, ignore_errors=True)
        raise DataProblems(problems)
    modules = open_records(folder)
    periods, more, last = covered(modules, shown)
    tally.reference, tally.year = last, last.year
    tally.write(folder)
    return _counted(modules, periods), [*warnings, *more]


def _stems(training: str) -> dict[str, str]:
    """The lists beside a register, and the names of their files."""
    return {name: name for name in (*NEEDED, "suspensions")} | ({JOINED: slug(training)} if training else {})


def beside(training: str) -> tuple[str, ...]:
    """The names that the files beside a register may have."""
    return tuple(f"{stem}{suffix}" for stem in _stems(training).values() for suffix in SUFFIXES)


def _beside(path: Path, shown: str, training: str) -> tuple[dict[str, Path], list[DataProblem]]:
    """The lists that lie beside a register, and a problem for each that is missing or there twice."""
    found, problems = {}, []
    for name, stem in _stems(training).items():
        there = [one for suffix in SUFFIXES if (one := path.with_name(f"{stem}{suffix}")).is_file()]
        place = f"{shown.removesuffix(path.name)}{stem}.csv"
        if len(there) > 1:
            problems.append(DataProblem(place, f"is there {len(there)} times over.", "Keep one of them."))
        elif there:
            found[name] = there[0]
        elif name in NEEDED:
            fix = NEEDED[name].format(columns=listed(lists()[name].names))
            problems.append(DataProblem(place, "is missing: absence cannot be counted without it.", fix))
    return found, problems


def covered(modules: Modules, shown: str) -> tuple[list[Period], list[str], date]:
    """The terms and years that the marks cover, what is to be said of the rest, and the last day with a mark.

    A term is covered where there are marks within a week of its first and of its last day, a year where its three terms
    are. Of a term that has only begun, the days until the last mark are a window.

    Raises DataProblems where there is no mark, or a term's name is none.
    """
    days = modules[MARKS].select(first=nw.col("date").min(), last=nw.col("date").max()).collect().to_pandas().iloc[0]
    if pd.isna(days["first"]):
        raise DataProblems([DataProblem(shown, "holds no mark that could be read.", "See the rejected rows.")])
    first, last = (day_of(days[name]) for name in ("first", "last"))
    periods, warnings, problems = [], [], []
    terms = modules["terms"].select("term", "starts", "ends", "row").collect().to_pandas().sort_values("starts")
    for term in terms.itertuples():
        starts, ends = day_of(term.starts), day_of(term.ends)
        try:
            period = Period.parse(term.term)
        except ValueError as error:
            what, _, fix = str(error).partition(". ")
            place = f"{Path(shown).parent.as_posix()}/terms.csv"
            problems.append(DataProblem(place, f"{what}.", fix, row=term.row, column="term"))
            continue
        if first <= starts + SLACK and last >= ends - SLACK:
            periods.append(period)
        elif first <= starts + SLACK and starts < last:
            periods.append(Period.window(starts, last))
        elif first <= ends and last >= starts:
            warnings.append(f"{shown}: {term.term} begins before the first mark, and is not counted.")
    if problems:
        raise DataProblems(problems)
    years = {one.start.year if one.start.month >= 9 else one.start.year - 1 for one in periods if one.terms}
    for year in sorted(years):
        whole = [Period.term("autumn", year), Period.term("spring", year + 1), Period.term("summer", year + 1)]
        if all(term in periods for term in whole):
            periods.append(Period.academic_year(year))
    return periods, warnings, last


def _counted(modules: Modules, periods: list[Period]) -> dict[str, pd.DataFrame]:
    """``attendance`` and, where there is a list of suspensions, ``exclusion_counts`` for each period; 0 is a row."""
    wanted = {"attendance": ABSENCE} | ({"exclusion_counts": EXCLUSIONS} if "suspensions" in modules else {})
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in wanted}
    for period in periods:
        records = of_registers(modules, period)
        for name, what in wanted.items():
            counts = summed(name, records[name])
            provisions = sorted(set(counts["sen_provision"]))
            grid = {"period": [period.text], "sen_provision": provisions, "what": what}
            parts[name].append(with_zeros(counts, grid))
    return {name: pd.concat(frames).astype({"count": str}) for name, frames in parts.items() if frames}


def read_input(given: Input) -> Read:
    database, training = given.source.database or "", _training(given.programme)
    return Read(*read_registers(given.path, given.shown, given.records, database, training))


def _training(programme: Programme) -> str:
    return programme.training.name if programme.training else ""


FORMAT = Format(
    read_input, beside=lambda programme: beside(_training(programme)), persons=True, rules=RULES, queried=True
)
