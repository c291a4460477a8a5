"""What a person-level SEN2 return holds in a reporting year, as ``sen2_fields.toml`` lists it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache, lru_cache

from dbv_analysis.model.packaged import read_objects, read_toml
from dbv_analysis.model.wording import listed

TEXT, DATE, NUMBER, MONEY = "text", "date", "number", "money"
LONGEST_NUMBER = 18  # digits
_FILE = "sen2_fields.toml"
_POUNDS = re.compile(r"-?£?(?=[\d.])[\d,]{0,15}(\.\d{0,20})?")


@dataclass(frozen=True)
class Field:
    """One field: its name in the return, what it holds, and the codes that it may have (empty: any).

    ``first`` and ``last`` are the reporting years that have it; ``becomes`` is the field whose place it takes.
    """

    name: str
    kind: str = TEXT
    codes: tuple[str, ...] = ()
    becomes: str = ""
    first: int = 0
    last: int = 9999

    @property
    def column(self) -> str:
        """Its column in the records."""
        return (self.becomes or self.name).lower()

    def read(self, text: str | None) -> str | int | float | date | None:
        """A cell's text as a value; nothing is None.

        Raises ValueError whose words say what the field should hold.
        """
        text = text and text.strip()
        if not text:
            return None
        if self.kind == TEXT:
            return text
        read, wanted = _READ[self.kind]
        value = read(text)
        if value is None:
            raise ValueError(f"{self.name} is not {wanted}")
        return value


@dataclass(frozen=True)
class Module:
    """One part of the return: a table here. Each row has a key, and the key of the row that it belongs to."""

    name: str
    element: str
    fields: tuple[Field, ...]
    parent: str = ""

    @property
    def key(self) -> str:
        return f"{self.name}tableid"

    @property
    def parent_key(self) -> str:
        return f"{self.parent}tableid" if self.parent else ""

    @property
    def keys(self) -> list[str]:
        """The columns of its key and, where it has a parent, of the parent's."""
        return [self.key, self.parent_key] if self.parent else [self.key]


@lru_cache(maxsize=50_000)
def _day(text: str) -> date | None:
    """A day in any of the forms in which returns give it. Days come again and again, so they are remembered."""
    for form in ("%Y-%m-%d", "%Y-%b-%d 00:00:00", "%Y-%m-%d 00:00:00", "%Y-%m-%dT00:00:00", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None


def _money(text: str) -> float | None:
    if not (text.isascii() or "£" in text) or not _POUNDS.fullmatch(text) or text.endswith("."):
        return None
    return float(re.sub("[£,]", "", text))


_READ = {  # what reads each kind, and what is said of a text that is none
    DATE: (_day, "a day, such as 2024-09-28"),
    NUMBER: (_number, "a whole number"),
    MONEY: (_money, "an amount of money, such as 1234.50"),
}


def years() -> list[int]:
    """The reporting years whose fields are known."""
    return read_toml(__package__, _FILE)["years"]


@cache
def modules(year: int) -> tuple[Module, ...]:
    """The modules of a reporting year, parents before their children.

    Raises ValueError where the year's fields are not listed.
    """
    if year not in years():
        known = listed(map(str, years()))
        raise ValueError(f"The fields of {year} are not listed, only those of {known}. Add it to sen2_fields.toml.")
    return tuple(
        replace(module, fields=tuple(field for field in module.fields if field.first <= year <= field.last))
        for module in read_objects(__package__, _FILE, "module", Module)
    )
