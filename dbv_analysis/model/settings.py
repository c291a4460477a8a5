"""The authority's own settings: ``programme.toml``, read and validated."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, PrivateAttr, StringConstraints, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from dbv_analysis.model.authority import UNSAID, Measure, PlannedUnit, Settings, Training, Workstream
from dbv_analysis.model.period import Quarter
from dbv_analysis.model.problems import CallProblem, DataProblem, DataProblems
from dbv_analysis.model.text_checks import seen, unfit
from dbv_analysis.model.wording import listed

if TYPE_CHECKING:
    import pandas as pd

FILE = "programme.toml"
# What the source of a measure is called until the settings give the document its own name.
GRANT_APPLICATION = "the grant application"

AreaCode = Annotated[str, StringConstraints(pattern=r"^E\d{8}$")]


Recipient = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class Area(Settings):
    """A place, by its nine-character code."""

    code: AreaCode
    name: str = Field(min_length=1)
    geographic_level: str = "Local authority"


class Neighbours(Settings):
    """Authorities like this one, as a named model had them on a day."""

    name: str
    dated: date
    source: str
    areas: dict[AreaCode, str] = Field(min_length=1)


class QuarterSettings(Settings):
    """The day by which a quarter's figures were out, and what its report called the quarter."""

    cut_off: date
    printed_label: str = ""


class NamedFigure(Settings):
    """A figure that the rule's settings name, by what a page calls it, with the reason and who decided.

    ``area`` is the area's code, or empty for any; ``period`` a period's label, such as ``January 2024``.
    """

    metric: str = Field(min_length=1)
    breakdown: str = "Total"
    period: str = Field(min_length=1)
    area: str = ""
    reason: str = Field(min_length=1)
    name: str = Field(min_length=1)

    def names(self, figures: pd.DataFrame) -> pd.Series:
        """Which rows of results this is."""
        found = figures["metric_id"] == self.metric
        found &= figures["breakdown"] == self.breakdown
        found &= figures["period_label"] == self.period
        return found & ((figures["area_code"] == self.area) | (self.area == ""))


class Disclosure(Settings):
    """The rule for small counts. ``threshold``: the smallest count of children shown; 0 is always shown.

    ``money_threshold``: the smallest number of children or providers for whom a sum of money is shown.
    ``money_share``: the greatest share of a sum, of 1, that one child or provider may make up where it is shown.
    ``money_interval``: how wide the interval must be, as a share of a hidden sum, in which a reader can place it.
    ``rounding``: the base to which counts of children are rounded; 0 where they are not. ``hidden``: further figures to
    hide. ``exceptions``: hidden figures that may be published though they can be worked out.
    ``controlled_recipients``: the roles or names who may have a controlled pack.
    ``contacts``: an office's e-mail addresses, telephone numbers and postcodes, which may stand in a pack.
    """

    threshold: int = Field(default=5, ge=1)
    money_threshold: int = Field(default=3, ge=1)
    money_share: float = Field(default=0.9, gt=0, le=1)
    money_interval: float = Field(default=0.1, gt=0)
    rounding: int = Field(default=0, ge=0)
    contacts: list[str] = Field(default=[])
    controlled_recipients: list[Recipient] = Field(default=[])
    signed_off: str = ""
    hidden: tuple[NamedFigure, ...] = ()
    exceptions: tuple[NamedFigure, ...] = ()


class ProgrammeDates(Settings):
    """The programme's name and first day, the forecast path that is budgeted for, and the grant application's name."""

    name: str
    start: date
    budget_path: str = "Target"
    application: str = Field(default=GRANT_APPLICATION, min_length=1)


class Programme(Settings):
    """``programme.toml``."""

    programme: ProgrammeDates
    area: Area
    region: Area
    country: Area
    neighbours: list[Neighbours] = Field(min_length=1)
    quarters: dict[str, QuarterSettings] = Field(min_length=1)
    disclosure: Disclosure = Disclosure()
    workstreams: list[Workstream] = Field(min_length=1)
    training: Training | None = None
    unit: PlannedUnit | None = None
    measures: list[Measure] = Field(default=[])
    _root: Path = PrivateAttr()

    @property
    def root(self) -> Path:
        """The folder that holds the file."""
        return self._root

    @field_validator("quarters")
    @classmethod
    def _quarters_are_quarters(cls, quarters: dict[str, QuarterSettings]) -> dict[str, QuarterSettings]:
        for name in quarters:
            Quarter(name)
        return quarters

    @field_validator("workstreams", "measures")
    @classmethod
    def _each_is_there_once(cls, entries: list) -> list:
        names = [getattr(entry, "number", None) or entry.id for entry in entries]
        repeated = [name for name in names if names.count(name) > 1]
        if repeated:
            raise PydanticCustomError(UNSAID, "{name} is there twice", {"name": f'"{repeated[0]}"'})
        return entries

    @property
    def indicators(self) -> list[str]:
        """The measures that the workstreams report each quarter, each once, in their order."""
        tables = [table for workstream in self.workstreams for table in workstream.indicators]
        return list(dict.fromkeys(name for table in tables for name in table.measures))

    def cut_off(self, quarter: Quarter) -> date:
        """The day by which a figure must have been published to stand in this quarter's pack."""
        if str(quarter) not in self.quarters:
            raise CallProblem(
                f"{quarter} is not among the quarters of {FILE} ({listed(self.quarters)}). "
                f'Add it there with its cut-off: [quarters."{quarter}"], cut_off = year-month-day.'
            )
        return self.quarters[str(quarter)].cut_off

    def neighbours_at(self, day: date) -> NeighbourSet:
        """The newest neighbour set dated by ``day``, or the oldest where none is."""
        by_date = sorted(self.neighbours, key=lambda neighbours: neighbours.dated)
        known = [neighbours for neighbours in by_date if neighbours.dated <= day]
        chosen = known[-1] if known else by_date[0]
        return NeighbourSet(chosen, later_than_cut_off=not known)


@dataclass(frozen=True)
class NeighbourSet:
    """The neighbours that a pack compares with, and whether their list is younger than the pack."""

    neighbours: Neighbours
    later_than_cut_off: bool

    @property
    def codes(self) -> list[str]:
        return list(self.neighbours.areas)


def load_programme(data: Path) -> Programme:
    """Read the ``programme.toml`` that goes with ``data``.

    It is looked for in the folders above ``data``, the nearest first, then in the working folder
    and the folders above that.

    Raises CallProblem where there is none, DataProblems where it is not valid.
    """
    above = [*data.resolve().parents, Path.cwd(), *Path.cwd().parents]
    root = next((folder for folder in above if (folder / FILE).is_file()), None)
    if root is None:
        raise CallProblem(f"There is no {FILE} above {data} or here. Run the command in the project's folder.")
    try:
        settings = tomllib.loads((root / FILE).read_text(encoding="utf-8"))
        programme = Programme(**settings)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataProblems(
            [DataProblem(FILE, f"is not valid TOML ({error}).", "Correct that place; a TOML checker shows it.")]
        ) from None
    except ValidationError as error:
        raise DataProblems(settings_problems(FILE, error)) from None
    check_texts(FILE, settings)
    programme._root = root
    return programme


def check_texts(file: str, settings: dict) -> None:
    """Raise DataProblems for every name or text of a settings file that holds what nobody sees, or is too long."""
    problems = [
        DataProblem(file, f"{key} {found[0]}", found[1]) for key, text in _texts(settings) if (found := unfit(text))
    ]
    if problems:
        raise DataProblems(problems)


def _texts(value: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a setting, names among them, with the way to it."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, inside in value.items():
            way = f"{key}.{seen(name)}".lstrip(".")
            yield way, name
            yield from _texts(inside, way)
    elif isinstance(value, list):
        for number, inside in enumerate(value, start=1):
            yield from _texts(inside, f"{key}[{number}]")


def settings_problems(file: str, error: ValidationError) -> list[DataProblem]:
    """pydantic's errors in the project's own words, one problem each."""
    problems = []
    for detail in error.errors():
        key = ".".join(map(str, detail["loc"]))
        if detail["type"] == "missing":
            what, fix = "is missing.", "Add it."
        elif detail["type"] == "extra_forbidden":
            what, fix = "is not a known setting.", "Correct its name or take it out."
        elif detail["type"] == UNSAID:
            what, fix = f"{detail['msg']}.", "Correct it."
        else:
            what = f"holds {detail['input']!r}: {detail['msg'].removeprefix('Value error, ').rstrip('.')}."
            fix = "Correct it."
        problems.append(DataProblem(file, f"{key} {what}", fix))
    return problems
