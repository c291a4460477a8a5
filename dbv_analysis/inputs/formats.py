"""The formats that an input may be in, and what reads each. A source names its own with ``format``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from dbv_analysis.inputs import tidy
from dbv_analysis.inputs.attendance import tables as register_return
from dbv_analysis.inputs.commitments import tables as ledger
from dbv_analysis.inputs.ees import read as ees
from dbv_analysis.inputs.finance import dsg, s251
from dbv_analysis.inputs.quarterly_return import read as quarter_return
from dbv_analysis.inputs.sen2 import tables as sen2_return
from dbv_analysis.model.problems import DataProblem, DataProblems
from dbv_analysis.model.settings import Area, Programme, load_programme
from dbv_analysis.model.source import DSG, EES, LEDGER, REGISTER, RETURN, S251, SEN2, SUFFIX, TIDY, Source
from dbv_analysis.model.tables import TABLES
from dbv_analysis.model.wording import did_you_mean, listed


@dataclass(frozen=True)
class Input:
    """One file to be read: where it is and what it is called in messages, its source, and whose it is.

    ``records`` is the folder in which what it says of persons is kept, where it says any.
    """

    path: Path
    shown: str
    source: Source
    area: Area
    records: Path


@dataclass
class Read:
    """What was read: tables as text, by their names in ``tables.TABLES``; what is wrong, and what to warn of."""

    tables: dict[str, pd.DataFrame]
    problems: list[DataProblem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Format:
    """What reads a format; the names of further files beside the input that belong to it; whether it is about persons.

    ``queried`` says whether its rows may come from a database instead of a file.
    ``at_its_row`` gives the rows of a table their places in the file, where they are not simply numbered.
    """

    read: Callable[[Input], Read]
    beside: tuple[str, ...] = ()
    persons: bool = False
    queried: bool = False
    at_its_row: Callable[[pd.DataFrame, pd.DataFrame, str], pd.DataFrame] | None = None


def _tidy(given: Input) -> Read:
    table = given.source.table
    if table not in TABLES:
        what = f'table = "{table or ""}" is not a table.'
        fix = f"Use {listed(TABLES, 'or')}.{did_you_mean(table, TABLES)}"
        sidecar = given.shown.removesuffix(given.path.name) + given.path.name.split(".")[0] + SUFFIX
        raise DataProblems([DataProblem(sidecar, what, fix)])
    if given.source.database:
        frame = tidy.read_query(given.path, given.shown, given.source.database, given.records)
    else:
        frame = tidy.read_text(given.path, given.shown)
    return Read({table: frame})


def _ees(given: Input) -> Read:
    tables, warnings = ees.read_release(given.path, given.shown)
    return Read(tables, warnings=warnings)


def _return(given: Input) -> Read:
    return Read(*quarter_return.read_return(given.path, given.shown))


def _sen2(given: Input) -> Read:
    database = given.source.database
    tables, warnings = sen2_return.read_return(given.path, given.shown, given.area, given.records, database)
    return Read(tables, warnings=warnings)


def _register(given: Input) -> Read:
    database = given.source.database or ""
    training = load_programme(given.path).training
    name = training.name if training else ""
    tables, warnings = register_return.read_registers(given.path, given.shown, given.records, database, name)
    return Read(tables, warnings=warnings)


def _dsg(given: Input) -> Read:
    rows, warnings = dsg.read_allocations(given.path, given.shown)
    return Read({"high_needs_funding": rows}, warnings=warnings)


def _s251(given: Input) -> Read:
    rows, warnings = s251.read_s251(given.path, given.shown, given.source, given.area)
    return Read({"high_needs_funding": rows}, warnings=warnings)


def _ledger(given: Input) -> Read:
    day = given.source.as_at or given.source.published
    rows, warnings = ledger.read_costs(given.path, given.shown, day, given.records, given.source.database or "")
    return Read({"costs": rows}, warnings=warnings)


FORMATS = {
    TIDY: Format(_tidy, queried=True),
    EES: Format(_ees),
    RETURN: Format(_return, at_its_row=quarter_return.at_its_row),
    SEN2: Format(_sen2, beside=(sen2_return.ESTABLISHMENTS,), persons=True, queried=True),
    REGISTER: Format(_register, persons=True, queried=True),
    DSG: Format(_dsg),
    S251: Format(_s251),
    LEDGER: Format(_ledger, persons=True, queried=True),
}


def beside(form: str, programme: Programme) -> tuple[str, ...]:
    """The names of further files beside an input of a format that belong to it."""
    if form == REGISTER:
        return register_return.beside(programme.training.name if programme.training else "")
    return FORMATS[form].beside
