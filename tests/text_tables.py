"""Small tables for tests, written as text so that a reader checks them by eye."""

from __future__ import annotations

import re
from datetime import date

import pandas as pd

WORDS = {"yes": True, "no": False}


def read_table(text: str, **defaults: object) -> pd.DataFrame:
    """A table from text: its cells stand two spaces or more apart; ``defaults`` are columns that it does not have.

    A column of numbers is one of floats, of yes and no one of truths, of days one of dates. ``-`` is a missing number
    or, among texts, an empty one.
    """
    lines = [re.split(r"\s{2,}", line.strip()) for line in text.strip().splitlines()]
    columns = zip(*lines[1:], strict=True) if lines[1:] else [()] * len(lines[0])
    frame = pd.DataFrame({name: _typed(cells) for name, cells in zip(lines[0], columns, strict=True)})
    return frame.assign(**{name: value for name, value in defaults.items() if name not in frame})


def _typed(cells: tuple[str, ...]) -> list:
    if all(cell in WORDS for cell in cells):
        return [WORDS[cell] for cell in cells]
    if all(re.fullmatch(r"-|-?\d+(\.\d+)?", cell) for cell in cells):
        return [float("nan") if cell == "-" else float(cell) for cell in cells]
    if all(re.fullmatch(r"\d{4}-\d\d-\d\d", cell) for cell in cells):
        return [date.fromisoformat(cell) for cell in cells]
    return ["" if cell == "-" else cell for cell in cells]
