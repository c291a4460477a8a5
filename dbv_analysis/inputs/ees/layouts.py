"""The layouts of the DfE's releases, as ``layouts.toml`` lists them, and which of them a file has."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from dbv_analysis.model.packaged import read_toml
from dbv_analysis.model.problems import DataProblem, DataProblems
from dbv_analysis.model.sen2 import PLACEMENTS
from dbv_analysis.model.wording import did_you_mean

# A file that holds this share of a layout's columns has that layout, with a column renamed or missing.
NEAR = 0.5


@dataclass(frozen=True)
class Words:
    """A column's words in the release → those of the table, in its column ``into``; ``what`` is for messages."""

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
        of_parts = (name for part in self.parts for name in part.needed)
        return list(dict.fromkeys([*self.known_by, *self.where, *of_parts]))

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
        problems = []
        for name in names:
            if name not in columns:
                hint = self.hints.get(name, "If the release has changed, add its layout to inputs/ees/layouts.toml.")
                fix = f"It was looked for as in {self.title}.{did_you_mean(name, others)} {hint}"
                problems.append(DataProblem(shown, f'There is no column "{name}".', fix, row=1, column=name))
        if problems:
            raise DataProblems(problems)


def _part(settings: dict[str, Any], sets: dict[str, dict[str, str]]) -> Part:
    def given(names: str | dict[str, Any]) -> dict[str, Any]:
        return sets[names] if isinstance(names, str) else names

    columns = {name: name for name in PLACEMENTS} if settings.get("each_placement") else {}
    columns |= given(settings.get("columns", {}))
    words = {
        column: Words(setting["as"], setting["what"], given(setting["read"]), setting.get("others_left_out", False))
        for column, setting in settings.get("words", {}).items()
    }
    others = {name: value for name, value in settings.items() if name not in ("each_placement", "from")}
    others |= {"columns": {name: _lower(names) for name, names in columns.items()}, "words": words}
    return Part(first_year=settings.get("from", 0), **others)


def _lower(names: str | list[str]) -> tuple[str, ...]:
    """A column, or several, in lower case: the case of names changes from release to release."""
    return tuple(name.lower() for name in ([names] if isinstance(names, str) else names))


@cache
def known_layouts() -> tuple[Layout, ...]:
    """Every layout that is known."""
    listed = read_toml(__package__, "layouts.toml")
    layouts = []
    for settings in listed["layout"]:
        others = {name: value for name, value in settings.items() if name not in ("from", "table")}
        others |= {name: _lower(settings.get(name, [])) for name in ("known_by", "beside")}
        parts = tuple(_part(part, listed["sets"]) for part in settings.get("table", []))
        layouts.append(Layout(first_year=settings.get("from", 0), parts=parts, **others))
    return tuple(layouts)


def of_columns(columns: Collection[str], file: str) -> Layout | None:
    """The layout of a file with these columns, in lower case: of several that which most of them tell, then by name."""
    fitting = [layout for layout in known_layouts() if set(layout.known_by) <= set(columns)]
    return max(
        fitting, key=lambda known: (len(known.known_by), known.file == file, known.nearness(columns)), default=None
    )


def nearest(columns: Collection[str], file: str) -> Layout | None:
    """The layout that a file all but has, where none fits: one of the file's own name before any other."""
    near = [layout for layout in known_layouts() if not layout.unread and layout.nearness(columns) >= NEAR]
    return max(near, key=lambda layout: (layout.file == file, layout.nearness(columns)), default=None)
