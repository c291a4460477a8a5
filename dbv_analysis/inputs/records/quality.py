"""What a rule of data quality is, and how one is made. Each format lists its own in ``RULES``."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import narwhals as nw

from dbv_analysis.inputs.sen2.derive import Modules
from dbv_analysis.model.pack import CONTROLLED
from dbv_analysis.model.wording import listed

ERROR, QUERY = "error", "query"  # what cannot be right; what should be looked at
MOST_ROWS = 20  # row numbers that are printed for a rule


@dataclass(frozen=True)
class Rule:
    """A rule: its id, the module whose rows it looks at, the fields it reads, how grave it is, and what finds the rows.

    It is asked of records that have its module and those that it ``needs`` besides.
    """

    id: str
    module: str
    fields: tuple[str, ...]
    severity: str
    needs: tuple[str, ...]
    find: Callable[[Modules, date], nw.LazyFrame]

    @property
    def message(self) -> str:
        """The docstring's first line."""
        return inspect.getdoc(self.find).split("\n")[0]

    def asked_of(self, modules: Modules) -> bool:
        return {self.module, *self.needs} <= set(modules)


@dataclass(frozen=True)
class Broken:
    """A rule that some rows break: how many, and the first of them as they are numbered in the file."""

    rule: Rule
    number: int
    rows: list[int]

    @property
    def module(self) -> str:
        return self.rule.module

    def as_text(self, profile: str) -> str:
        """How many rows, and in the controlled profile which."""
        number = "1 row" if self.number == 1 else f"{self.number:,} rows"
        words = f"{number} of {self.module}: {self.rule.message} ({self.rule.id}, {self.rule.severity})"
        if profile != CONTROLLED:
            return words
        more = f" and {self.number - len(self.rows):,} more" if self.number > len(self.rows) else ""
        return f"{words} Rows {listed(map(str, self.rows))}{more}."


def rule(module: str, *columns: str, severity: str = ERROR, needs: tuple[str, ...] = ()) -> Callable[..., Rule]:
    """Make a function a rule over a module's rows. Its name is the rule's id, its docstring the message."""

    def make(find: Callable[[Modules, date], nw.LazyFrame]) -> Rule:
        return Rule(find.__name__, module, columns, severity, needs, find)

    return make


def repeated(rows: nw.LazyFrame, *key: str, most: int = 1) -> nw.LazyFrame:
    """The rows of which more than ``most`` have one key."""
    often = rows.group_by(*key).agg(times=nw.len()).filter(nw.col("times") > most).select(*key)
    return rows.join(often, on=list(key), how="inner")


def rule_of_codes(module: str, codes: Mapping[str, Collection[str]], fields: Iterable[str], message: str) -> Rule:
    """A rule for a module's columns of codes: a cell that holds none of them."""

    def find(modules: Modules, reference: date) -> nw.LazyFrame:
        wrong = nw.lit(False)
        for column, known in codes.items():
            wrong = wrong | (~nw.col(column).is_null() & ~nw.col(column).is_in(list(known)))
        return modules[module].filter(wrong)

    find.__name__ = f"unknown_code_{module}"
    find.__doc__ = message
    return rule(module, *fields)(find)
