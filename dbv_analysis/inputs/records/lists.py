"""Lists of the authority's own: what each holds, as ``lists.toml`` says, and which of its cells cannot be read.

What a column asks and gives is written as SQL, because DuckDB checks the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from dbv_analysis.inputs.records.fields import DATE, MONEY, NUMBER, TEXT
from dbv_analysis.model.packaged import read_objects
from dbv_analysis.model.wording import listed

DAYS = "['%Y-%m-%d', '%d/%m/%Y', '%Y-%m-%d 00:00:00', '%Y-%b-%d 00:00:00', '%Y-%m-%dT00:00:00']"
# How a cell of a kind is written, what it becomes in SQL, and what is said of one that is not so.
KINDS = {
    DATE: (None, f"CAST(try_strptime({{cell}}, {DAYS}) AS DATE)", "a day, such as 2024-09-28"),
    NUMBER: (r"[0-9]{1,18}(\.0+)?", "try_cast(split_part({cell}, '.', 1) AS BIGINT)", "a whole number"),
    MONEY: (
        r"-?£?([0-9][0-9,]{0,15}(\.[0-9]{1,20})?|\.[0-9]{1,20})",
        "try_cast(regexp_replace({cell}, '[£,]', '', 'g') AS DOUBLE)",
        "an amount of money, such as 1234.50",
    ),
}


@dataclass(frozen=True)
class Column:
    """A column: what it holds, and which cells of it cannot be read.

    ``only``: no cell but these, whatever its capitals. ``codes``: those that are known. ``capitals``: kept in capitals.
    ``words``: kept in small letters, with single spaces. ``may_lack``: a file may go without it.
    """

    name: str
    kind: str = TEXT
    needed: bool = False
    only: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    capitals: bool = False
    words: bool = False
    may_lack: bool = False

    @property
    def cell(self) -> str:
        """The cell's text, as SQL."""
        text = f"trim({self.name})"
        if self.capitals or (self.only and self.only[0].isupper()):
            return f"upper({text})"
        if self.words or self.only:
            return rf"regexp_replace(lower({text}), '\s+', ' ', 'g')"
        return text

    @property
    def value(self) -> str:
        """The cell as it is kept, as SQL; nothing where it is empty or cannot be read."""
        if self.kind not in KINDS:
            return f"nullif({self.cell}, '')"
        pattern, made, _ = KINDS[self.kind]
        value = made.format(cell=self.cell)
        return f"CASE WHEN regexp_full_match({self.cell}, '{pattern}') THEN {value} END" if pattern else value

    @property
    def reason(self) -> str:
        """Why the cell cannot be read, as SQL; nothing where it can."""
        filled = f"coalesce({self.cell}, '') <> ''"
        cases = {}
        if self.needed:
            cases[f"NOT ({filled})"] = f"{self.name} is empty"
        if self.kind in KINDS:
            cases[f"{filled} AND {self.value} IS NULL"] = f"{self.name} is not {KINDS[self.kind][2]}"
        elif self.only:
            known = ", ".join(map(literal, self.only))
            cases[f"{filled} AND {self.cell} NOT IN ({known})"] = f"{self.name} is none of {listed(self.only)}"
        whens = " ".join(f"WHEN {case} THEN {literal(reason)}" for case, reason in cases.items())
        return f"CASE {whens} END" if cases else "NULL"


@dataclass(frozen=True)
class Listed:
    """One list: its name, its columns, those that together name a row, and those of which a file needs ``either``."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    either: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


@cache
def lists() -> dict[str, Listed]:
    """Every list that is known, by its name."""
    return {spec.name: spec for spec in read_objects(__package__, "lists.toml", "list", Listed)}


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
