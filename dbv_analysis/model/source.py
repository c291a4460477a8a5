"""Where an input came from: the ``.source.toml`` that stands beside every file of ``data/raw``."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Collection
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from dbv_analysis.model.pack import SECTIONS
from dbv_analysis.model.period import Period
from dbv_analysis.model.problems import DataProblem, DataProblems
from dbv_analysis.model.settings import UNSAID, check_texts, settings_problems
from dbv_analysis.model.wording import did_you_mean, listed

SUFFIX = ".source.toml"
TIDY, RETURN = "tidy", "return"  # two of the formats of inputs
OFFICIAL = ("Department for Education",)  # who publish small counts as they are
QUERY = ".sql"  # the end of a file that holds queries, whose rows come from a database


class Original(BaseModel):
    """The publisher's own file that an extract was written from."""

    model_config = ConfigDict(extra="forbid")

    file: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Source(BaseModel):
    """Provenance of one input file.

    ``published`` is the day on which this file's release came out. ``first_published`` gives, for a
    period written as in the tables, the day on which figures of that period first came out, where an
    earlier release had them. ``as_at`` is the day to which figures other than counts on one day refer,
    where it is not the day of publication. ``sha256`` may be missing while a quarterly return is being filled in.
    ``database`` goes with a file of queries: the environment variable that holds the database's address.
    ``assumptions`` hold for the whole file; ``about`` gives those that hold for one section of the pack, by its name.
    """

    model_config = ConfigDict(extra="forbid")

    file: str = Field(pattern=r"^[^/\\]+$")
    format: str = TIDY
    table: str | None = None
    database: str | None = Field(default=None, validate_default=True)
    release: str = Field(min_length=1)
    publisher: str = Field(min_length=1)
    title: str = Field(min_length=1)
    published: date
    retrieved: date
    licence: str = Field(min_length=1)
    url: str | None = None
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$", validate_default=True)
    as_at: date | None = None
    original: Original | None = None
    assumptions: list[str] = []
    notes: list[str] = []
    about: dict[str, list[str]] = {}
    first_published: dict[str, date] = {}

    @field_validator("format")
    @classmethod
    def _is_known(cls, name: str, info: ValidationInfo) -> str:
        if info.context and name not in info.context:
            raise ValueError(f"it may be {listed(info.context, 'or')}.{did_you_mean(name, info.context)}")
        return name

    @field_validator("sha256")
    @classmethod
    def _only_a_return_may_be_unsealed(cls, sha256: str | None, info: ValidationInfo) -> str | None:
        if sha256 is None and info.data.get("format") != RETURN:
            raise PydanticCustomError("missing", "Field required")
        return sha256

    @field_validator("database")
    @classmethod
    def _goes_with_queries(cls, database: str | None, info: ValidationInfo) -> str | None:
        queries = str(info.data.get("file", "")).lower().endswith(QUERY)
        if queries and database is None:
            raise PydanticCustomError("missing", "Field required")
        if database is not None and not queries:
            raise PydanticCustomError(UNSAID, "goes only with a file that ends in .sql")
        if database is not None and not re.fullmatch(r"[A-Za-z_]\w*", database, re.ASCII):
            # What stands there may be the address itself, with its password.
            raise PydanticCustomError(UNSAID, "is not the name of an environment variable, such as DBV_DATABASE")
        return database

    @field_validator("about")
    @classmethod
    def _sections_are_known(cls, about: dict[str, list[str]]) -> dict[str, list[str]]:
        for section in about:
            if section not in SECTIONS:
                raise ValueError(f'"{section}" is not a section.{did_you_mean(section, SECTIONS)}')
        return about

    @property
    def official(self) -> bool:
        """Whether the release is out in the open as it is, counts of a few among it."""
        return self.publisher in OFFICIAL

    def published_on(self, period: str) -> date:
        return self.first_published.get(period, self.published)

    def as_at_of(self, period: Period) -> date:
        """The last day of a count on one day or of a stated window; for a forecast, and for all else, the source's."""
        stated = self.as_at or self.published
        return min(period.end, stated) if period.kind in ("snapshot", "window") else stated


def sha256_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_source(path: Path, shown: str, formats: Collection[str] = ()) -> Source:
    """Read one ``.source.toml``; ``shown`` is its name in messages. Its format is one of ``formats``, if any are given.

    Raises DataProblems that name every setting that is missing or wrong.
    """
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
        source = Source.model_validate(settings, context=formats)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataProblems(
            [DataProblem(shown, f"is not valid TOML ({error}).", "Correct that place; a TOML checker shows it.")]
        ) from None
    except ValidationError as error:
        raise DataProblems(settings_problems(shown, error)) from None
    check_texts(shown, settings)
    problems, days = [], {}
    for period, day in source.first_published.items():
        try:
            days[Period.parse(period).text] = day
        except ValueError as error:
            problems.append(DataProblem(shown, "first_published:", str(error)))
    if problems:
        raise DataProblems(problems)
    return source.model_copy(update={"first_published": days})
