"""Units, symbols for what has no number, and the direction that is better."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True)
class Unit:
    """How a value is measured, and how it is written for a reader.

    ``difference`` names the unit of a difference between two values: two percentages differ by
    percentage points, never by per cent.
    """

    name: str
    decimals: int
    prefix: str = ""
    suffix: str = ""
    difference: str = ""

    def write(self, value: float, decimals: int | None = None) -> str:
        """``value`` as a reader sees it: ``8.2%``, ``1,524``, ``£22.1m``; in full where ``decimals`` is given."""
        if self is POUNDS and decimals is None and abs(value) >= 1_000_000:
            size = f"£{_rounded(abs(value) / 1_000_000, 1)}m"
        else:
            digits = self.decimals if decimals is None else decimals
            size = f"{self.prefix}{_rounded(abs(value), digits)}{self.suffix}"
        return f"−{size}" if value < 0 and any(digit in size for digit in "123456789") else size

    def write_difference(self, value: float, decimals: int | None = None) -> str:
        """The size of a difference, without its sign: ``3.4 percentage points``, ``32``."""
        if not self.difference:
            return self.write(abs(value), decimals)
        digits = self.decimals if decimals is None else decimals
        return f"{_rounded(abs(value), digits)} {self.difference}"


def _rounded(value: float, decimals: int) -> str:
    """Round half away from zero, as the published releases do; Python's own rounding is half to even."""
    exact = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{exact:,}"


PERCENT = Unit("per cent", 1, suffix="%", difference="percentage points")
COUNT = Unit("count", 0)
POUNDS = Unit("pounds", 0, prefix="£")
RATE = Unit("rate per 100 pupils", 2)
UNITS = {unit.name: unit for unit in (PERCENT, COUNT, POUNDS, RATE)}
HIGHER, LOWER, NEITHER = "higher", "lower", "neither"
# DfE open data standards. A symbol stands where there is no number; the order says which one wins
# when several figures are added up.
SYMBOLS = {
    "c": "confidential: hidden because few children or providers are behind it",
    "x": "not available",
    "u": "too unreliable to publish",
    "low": "rounds to zero, but is not zero",
    "z": "not applicable",
}
# Obsolete or variant symbols are read, never written (meanings recalled, not seen in a current guide).
SYMBOLS_READ = {**{s: s for s in SYMBOLS}, "k": "low", "~": "low", ":": "x"}


def is_missing(value: object) -> bool:
    """Whether ``value`` holds no number."""
    return value is None or (isinstance(value, float) and math.isnan(value)) or str(value) == "<NA>"
