"""Small tables for tests, written as text so that a reader checks them by eye."""

from __future__ import annotations

import re
from datetime import date

import pandas as pd

WORDS = {"yes": True, "no": False}


def cells(text: str) -> list[list[str]]:
    """The lines of a table of text, whose cells stand two spaces or more apart."""
    return [re.split(r"\s{2,}", line.strip()) for line in text.strip().splitlines()]


def read_table(text: str, **defaults: object) -> pd.DataFrame:
    """A table from text: its cells stand two spaces or more apart; ``defaults`` are columns that it does not have.

    A column of numbers is one of floats, of yes and no one of truths, of days one of dates. ``-`` is a missing number
    or, among texts, an empty one.
    """
    lines = cells(text)
    columns = zip(*lines[1:], strict=True) if lines[1:] else [()] * len(lines[0])
    frame = pd.DataFrame({name: _typed(cells) for name, cells in zip(lines[0], columns, strict=True)})
    return frame.assign(**{name: value for name, value in defaults.items() if name not in frame})


def _typed(column: tuple[str, ...]) -> list:
    if all(cell in WORDS for cell in column):
        return [WORDS[cell] for cell in column]
    if all(re.fullmatch(r"-|-?\d+(\.\d+)?", cell) for cell in column):
        return [float("nan") if cell == "-" else float(cell) for cell in column]
    if all(re.fullmatch(r"\d{4}-\d\d-\d\d", cell) for cell in column):
        return [date.fromisoformat(cell) for cell in column]
    return ["" if cell == "-" else cell for cell in column]
