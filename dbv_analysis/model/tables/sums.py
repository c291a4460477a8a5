"""Which rows of a table add up to which total: what a reader knows besides the figures, so that one gives another away.

A table's schema declares its sums as ``metadata`` of its ``Config``; the disclosure audit takes all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Rows:
    """The rows of a table whose columns hold one of the values ``chosen``, and none of those ``left_out``."""

    table: str
    chosen: dict[str, tuple[str, ...]]
    left_out: dict[str, tuple[str, ...]]

    def of(self, frame: pd.DataFrame) -> pd.DataFrame:
        rows = pd.Series(True, index=frame.index)
        for column, values in self.chosen.items():
            rows &= frame[column].isin(values)
        for column, values in self.left_out.items():
            rows &= ~frame[column].isin(values)
        return frame[rows]


def rows(table: str, left_out: dict[str, tuple[str, ...]] | None = None, **chosen: str | tuple[str, ...]) -> Rows:
    """Rows of a table; a column that is ``chosen`` holds the value, or one of the values."""
    values = {column: (value,) if isinstance(value, str) else value for column, value in chosen.items()}
    return Rows(table, values, left_out or {})


@dataclass(frozen=True)
class Sum:
    """The rows of a table that others, of the same or another table, add up to, for each value of the columns ``by``.

    With ``at_most`` the others are only part of them.
    """

    text: str
    whole: Rows
    parts: Rows
    by: tuple[str, ...] = ()
    at_most: bool = False


def adding_up(*sums: Sum) -> dict[str, tuple[Sum, ...]]:
    """Sums as the ``metadata`` of a schema's ``Config``."""
    return {"sums": sums}
