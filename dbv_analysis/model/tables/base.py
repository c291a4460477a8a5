"""What every table has in common."""

from __future__ import annotations

from datetime import date

import pandera.pandas as pa

from dbv_analysis.model.period import Period
from dbv_analysis.model.units import SYMBOLS

GEOGRAPHIC_LEVELS = ("National", "Regional", "Local authority")
MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"


def text():
    """A cell that must be filled in. (A pandera Field belongs to one column, so each gets its own.)"""
    return pa.Field(str_length={"min_value": 1})


def day_or_nothing(cell: str) -> bool:
    """Whether a cell is empty or a day, written year-month-day."""
    try:
        return cell == "" or date.fromisoformat(cell).isoformat() == cell
    except ValueError:
        return False


def period_or_nothing(cell: str) -> bool:
    """Whether a cell is empty or a period, written as ``period.Period.parse`` reads it."""
    try:
        return cell == "" or Period.parse(cell) is not None
    except ValueError:
        return False


def month():
    """A month, written year-month."""
    return pa.Field(str_matches=MONTH)


class Tidy(pa.DataFrameModel):
    """What every table has: which area, at which level, in which period, and why a number is missing."""

    area_code: str = pa.Field(str_matches=r"^E\d{8}$")
    area_name: str = text()
    geographic_level: str = pa.Field(isin=GEOGRAPHIC_LEVELS)
    period: str
    symbol: str = pa.Field(isin=["", *SYMBOLS])

    @pa.check("period", element_wise=True)
    def known_period(cls, text: str) -> bool:
        return text != "" and period_or_nothing(text)


class Counts(Tidy):
    count: float = pa.Field(ge=0, nullable=True)

    @pa.check("count", element_wise=True)
    def whole_number(cls, value: float) -> bool:
        return float(value).is_integer()
