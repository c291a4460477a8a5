"""What headings and cells of a financial table say of money."""

from __future__ import annotations

import re

UNITS = {  # what a heading says of its unit, and how many pounds one is
    r"£\s*(m|millions?)\b": 1_000_000,
    r"£\s*(k|'?000s?|thousands?)\b": 1_000,
    r"£\s*s?(?!\w)": 1,
}
YEAR = re.compile(r"\b(20\d\d)\s*(?:to|-|–|/)\s*(?:20)?(\d\d)\b")


def unit(text: str) -> int | None:
    """How many pounds one unit is, by a text such as ``High needs block (£s)``; None where it does not say."""
    return next((pounds for pattern, pounds in UNITS.items() if re.search(pattern, text.lower())), None)


def financial_years(text: str) -> set[str]:
    """The financial years that a text names, as the tables write them: ``2023 to 2024`` is one."""
    years = YEAR.findall(text)
    return {f"financial year {first}-{second}" for first, second in years if (int(first) + 1) % 100 == int(second)}


def amount(cell: str, pounds: int = 1) -> str:
    """A cell's money in pounds, as text; £, thousands' commas and brackets for less than nothing are read.

    A cell that is no number is given back as it is, to be refused at its place.
    """
    plain = re.sub(r"[£,\s]", "", cell)
    plain = f"-{plain[1:-1]}" if re.fullmatch(r"\(.+\)", plain) else plain
    try:
        value = float(plain) * pounds
    except ValueError:
        return cell
    return f"{round(value, 2):.2f}".removesuffix(".00") if abs(value) < float("inf") else cell
