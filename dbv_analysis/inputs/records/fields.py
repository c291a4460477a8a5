"""What a person-level SEN2 return holds in a reporting year, as ``sen2_fields.toml`` lists it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from importlib.resources import files

from dbv_analysis.model.wording import listed

TEXT, DATE, NUMBER, MONEY = "text", "date", "number", "money"
_POUNDS = re.compile(r"-?£?(?=[\d.])[\d,]{0,15}(\.\d{0,20})?")


@dataclass(frozen=True)
class Field:
    """One field: its name in the return, what it holds, and the codes that it may have (empty: any)."""

    name: str
    kind: str
    codes: tuple[str, ...]
    column: str

    def read(self, text: str | None) -> str | int | float | date | None:
        """A cell's text as a value; nothing is None.

        Raises ValueError whose words say what the field should hold.
        """
        text = text and text.strip()
        if not text:
            return None
        if self.kind == TEXT:
            return text
        value = _READ[self.kind](text)
        if value is None:
            raise ValueError(f"{self.name} is not {_IS_NOT[self.kind]}")
        return value


@dataclass(frozen=True)
class Module:
    """One part of the return: a table here. Each row has a key, and the key of the row that it belongs to."""

    name: str
    element: str
    parent: str
    fields: tuple[Field, ...]

    @property
    def key(self) -> str:
        return f"{self.name}tableid"

    @property
    def parent_key(self) -> str:
        return f"{self.parent}tableid" if self.parent else ""


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


LONGEST_NUMBER = 18  # digits
_READ = {DATE: _day, NUMBER: _number, MONEY: _money}
_IS_NOT = {
    DATE: "a day, such as 2024-09-28",
    NUMBER: "a whole number",
    MONEY: "an amount of money, such as 1234.50",
}


@cache
def _listed() -> dict:
    return tomllib.loads(files("dbv_analysis.inputs.records").joinpath("sen2_fields.toml").read_text(encoding="utf-8"))


def years() -> list[int]:
    """The reporting years whose fields are known."""
    return list(_listed()["years"])


@cache
def modules(year: int) -> tuple[Module, ...]:
    """The modules of a reporting year, parents before their children.

    Raises ValueError where the year's fields are not listed.
    """
    if year not in years():
        known = listed(map(str, years()))
        raise ValueError(f"The fields of {year} are not listed, only those of {known}. Add it to sen2_fields.toml.")
    return tuple(
        Module(
            one["name"],
            one["element"],
            one.get("parent", ""),
            tuple(
                Field(
                    field["name"],
                    field.get("kind", TEXT),
                    tuple(field.get("codes", ())),
                    field.get("becomes", field["name"]).lower(),
                )
                for field in one["fields"]
                if field.get("first", year) <= year <= field.get("last", year)
            ),
        )
        for one in _listed()["module"]
    )
