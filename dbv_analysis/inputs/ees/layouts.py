"""The layouts of the DfE's releases, as ``layouts.toml`` lists them, and which of them a file has."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from dbv_analysis.model.problems import DataProblem, DataProblems
from dbv_analysis.model.sen2 import PLACEMENTS
from dbv_analysis.model.wording import did_you_mean

# A file that holds this share of a layout's columns has that layout, with a column renamed or missing.
NEAR = 0.5


@dataclass(frozen=True)
class Words:
    """A column's words in the release -> those of the table, in its column ``into``; ``what`` is for messages."""

    into: str
    what: str
    read: dict[str, str]
    others_left_out: bool = False


@dataclass(frozen=True)
class Part:
    """Rows and columns of a file that are rows of one table. The head of layouts.toml says what each setting means."""

    table: str
    columns: dict[str, tuple[str, ...]]
    name: str = ""
    whole: bool = False
    where: dict[str, list[str]] = field(default_factory=dict)
    without_ending: dict[str, str] = field(default_factory=dict)
    words: dict[str, Words] = field(default_factory=dict)
    fixed: dict[str, str] = field(default_factory=dict)
    known_beginning: str = ""
    leave_out_uncollected: bool = False
    first_year: int = 0

    @property
    def needed(self) -> list[str]:
        """Every column of the file that this part is read from, beside those that all files have."""
        topic = ["breakdown_topic", "breakdown"] if self.whole else []
        numbers = [column for columns in self.columns.values() for column in columns]
        return list(dict.fromkeys([*topic, *self.where, *self.without_ending, *self.words, *numbers]))


@dataclass(frozen=True)
class Layout:
    """One file of a release: how to tell it, how its periods are labelled, and the parts that are tables."""

    publication: str
    releases: str
    file: str
    seen: str
    known_by: tuple[str, ...]
    beside: tuple[str, ...] = ()
    time: str = ""
    first_year: int = 0
    before: str = ""
    where: dict[str, list[str]] = field(default_factory=dict)
    may_be_empty: bool = False
    unread: str = ""
    hints: dict[str, str] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()

    @property
    def needed(self) -> list[str]:
        return list(
            dict.fromkeys([*self.known_by, *self.where, *(name for part in self.parts for name in part.needed)])
        )

    @property
    def title(self) -> str:
        """``caseload.csv of Education, health and care plans, 2025``."""
        return f"{self.file} of {self.publication}, {self.releases}"

    def nearness(self, columns: Collection[str]) -> float:
        """The share of this layout's columns that a file has."""
        own = {*self.needed, *self.beside}
        return len(own & set(columns)) / len(own)

    def require(self, names: Collection[str], columns: Collection[str], shown: str) -> None:
        """Raises DataProblems that name every one of ``names`` that is not among a file's ``columns``."""
        others = [name for name in columns if name not in {*self.needed, *self.beside}]
        problems = [
            DataProblem(
                shown,
                f'There is no column "{name}".',
                f"It was looked for as in {self.title}.{did_you_mean(name, others)} "
                + self.hints.get(name, "If the release has changed, add its layout to loaders/ees/layouts.toml."),
                row=1,
                column=name,
            )
            for name in names
            if name not in columns
        ]
        if problems:
            raise DataProblems(problems)


def _part(settings: dict[str, Any], sets: dict[str, dict[str, str]]) -> Part:
    def given(words: str | dict[str, Any]) -> dict[str, Any]:
        return sets[words] if isinstance(words, str) else words

    placements = {name: name for name in PLACEMENTS} if settings.pop("each_placement", False) else {}
    columns = {**placements, **given(settings.pop("columns", {}))}
    words = settings.pop("words", {})
    return Part(
        columns={word: _lower(names) for word, names in columns.items()},
        words={name: Words(one.pop("as"), read=given(one.pop("read")), **one) for name, one in words.items()},
        first_year=settings.pop("from", 0),
        **settings,
    )


def _lower(given: str | list[str]) -> tuple[str, ...]:
    """A column, or several, in lower case: the case of names changes from release to release."""
    return tuple(name.lower() for name in ([given] if isinstance(given, str) else given))


def _layout(settings: dict[str, Any], sets: dict[str, dict[str, str]]) -> Layout:
    return Layout(
        known_by=_lower(settings.pop("known_by")),
        beside=_lower(settings.pop("beside", [])),
        first_year=settings.pop("from", 0),
        parts=tuple(_part(part, sets) for part in settings.pop("table", [])),
        **settings,
    )


@cache
def known_layouts() -> tuple[Layout, ...]:
    """Every layout that is known."""
    text = files("dbv_analysis.inputs.ees").joinpath("layouts.toml").read_text(encoding="utf-8")
    listed = tomllib.loads(text)
    return tuple(_layout(settings, listed["sets"]) for settings in listed["layout"])


def of_columns(columns: Collection[str], file: str) -> Layout | None:
    """The layout of a file with these columns, in lower case: of several that which most of them tell, then by name."""
    fitting = [layout for layout in known_layouts() if set(layout.known_by) <= set(columns)]
    return max(fitting, key=lambda one: (len(one.known_by), one.file == file, one.nearness(columns)), default=None)


def nearest(columns: Collection[str], file: str) -> Layout | None:
    """The layout that a file all but has, where none fits: one of the file's own name before any other."""
    near = [layout for layout in known_layouts() if not layout.unread and layout.nearness(columns) >= NEAR]
    return max(near, key=lambda one: (one.file == file, one.nearness(columns)), default=None)
