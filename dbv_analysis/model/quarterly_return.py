"""What a sheet of the quarterly return is, and a column of it. Each table's schema declares its own sheet."""

from __future__ import annotations

from dataclasses import dataclass

from dbv_analysis.model.units import SYMBOLS
from dbv_analysis.model.wording import listed

FILL_IN = "fill in: "
ALL_LINES = "All lines"  # the grant line that holds the ledger's total of a quarter
# What a cell to fill in may hold, beside a list of words.
FIGURE, MONEY, PERIOD, DAY, MONTH = "figure", "money", "period", "day", "month"
A_SYMBOL = f"or one of the symbols {listed(SYMBOLS, 'or')}"
DIGITS = "Digits only: no £, no comma, no %"


@dataclass(frozen=True)
class Column:
    """A column of a sheet, in the words of its header, and what the sheet "Read me" says of it.

    ``holds`` is what a cell to fill in may hold, a list of words or one of the kinds above; empty for a column that is
    there to be read. One that ``names`` the row is read, too. ``unit`` stands behind the name in the header.
    """

    name: str
    width: int
    what: str
    written: str = ""
    example: str = ""
    unit: str = ""
    holds: str | tuple[str, ...] = ""
    names: bool = False

    @property
    def header(self) -> str:
        return f"{FILL_IN if self.holds else ''}{self.name}{f' ({self.unit})' if self.unit else ''}"


def naming(name: str, width: int, what: str, example: str = "", unit: str = "") -> Column:
    """A column that names the row."""
    return Column(name, width, what, example=example, unit=unit, names=True)


def money(name: str, what: str) -> Column:
    """A column of pounds to fill in."""
    return Column(name, 18, what, f"{DIGITS}; {A_SYMBOL}.", "12500", "£", MONEY)


NOTE = Column("note", 24, "Yours to use. Nothing in it is read.", unit="not read")
QUARTER = naming("quarter", 13, "The quarter that the row is about. Leave it as it is.", "2024-25-Q3")
WORKSTREAM = naming("workstream", 13, "Which workstream it belongs to.")


@dataclass(frozen=True)
class Sheet:
    """A sheet, the table that it fills, which columns no two rows may share, and the columns as they stand.

    ``whole``: a row is filled in as a whole or not at all.
    """

    name: str
    table: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    whole: bool

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that name a row."""
        return tuple(column.name for column in self.columns if column.names)

    @property
    def fill(self) -> tuple[str, ...]:
        """The columns that are filled in."""
        return tuple(column.name for column in self.columns if column.holds)

    @property
    def read(self) -> tuple[str, ...]:
        """The columns that are read: all others are there for whoever fills in the sheet."""
        return self.names + self.fill


def filled_from(name: str, table: str, key: tuple[str, ...], *columns: Column, whole: bool = True) -> dict[str, Sheet]:
    """The sheet that fills a table, as the ``metadata`` of its schema's ``Config``."""
    return {"sheet": Sheet(name, table, key, columns, whole)}
