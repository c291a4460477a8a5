"""The gate: what the public profile hides, and what leaves it. Nothing is divided before it has passed.

The rule, from the project's domain notes: a count from 1 to threshold − 1 becomes ``c``; a true 0
stays; the rule applies to a rate's numerator, denominator and complement, and there is no rate where
any of them is hidden. Money is hidden where fewer than three children or providers are behind it, or
where one of them makes up more than nine tenths of it. What would give a hidden figure away is hidden
too: that is asked in ``audit``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from dbv_analysis.model.pack import CONTROLLED
from dbv_analysis.model.settings import Disclosure
from dbv_analysis.model.units import COUNT


def shown(count: float, rule: Disclosure, profile: str) -> str:
    """A count inside a sentence: the number, or that it is too small to show."""
    if profile != CONTROLLED and 0 < count < rule.threshold:
        return f"fewer than {rule.threshold}"
    return COUNT.write(count)


def hidden(figures: pd.DataFrame, rule: Disclosure, profile: str) -> pd.Series:
    """Which figures the rule hides, and which ones its settings name: none in the controlled profile.

    ``figures`` as ``count.combine`` gives them. Where both counts of a figure are of children, so is what is between
    them; ``left_out`` and ``children`` are always of children.
    """
    if profile == CONTROLLED:  # anything else hides: a misspelt profile must not show
        return pd.Series(False, index=figures.index)
    numerator, denominator = figures["numerator"], figures["denominator"]
    both = figures["of_children"] & figures["over_children"]
    hides = (
        figures["of_children"] & _few(numerator, rule.threshold)
        | figures["over_children"] & _few(denominator, rule.threshold)
        | both & _few(denominator - numerator, rule.threshold)
        | _few(figures["left_out"], rule.threshold)
        | _few(figures["children"], rule.threshold)
        | _few(figures["behind"], rule.money_threshold)
        | (figures["largest"] > rule.money_share * numerator)
    )
    for one in rule.hidden:
        hides |= one.names(figures)
    return hides


def _few(count: pd.Series, threshold: int) -> pd.Series:
    return (count > 0) & (count < threshold)


def released(figures: pd.DataFrame, rule: Disclosure, profile: str) -> pd.DataFrame:
    """``figures`` as they go out: ``c`` where ``hidden``, rounded where the rule rounds, and only then divided."""
    hides, base = figures["hidden"], 0 if profile == CONTROLLED else rule.rounding
    numerator = _rounded(figures["numerator"].mask(hides), figures["of_children"], base)
    denominator = _rounded(figures["denominator"].mask(hides), figures["over_children"], base)
    symbol = figures["symbol"].mask(hides, "c")
    divided = figures["times"].notna()
    symbol = symbol.mask(divided & (denominator == 0), "z")
    quotient = numerator * figures["times"] / denominator.mask(denominator == 0)
    value = figures["value"].where(numerator.isna(), numerator).mask(divided, quotient)
    return figures.assign(
        numerator=numerator,
        denominator=denominator,
        value=value.mask(symbol != ""),
        symbol=symbol,
        printed=figures["printed"].mask(hides, ""),
    )


def _rounded(count: pd.Series, of_children: pd.Series, base: int) -> pd.Series:
    """Counts of children rounded to a base, half up, as the releases round."""
    return count.mask(of_children, np.floor(count / base + 0.5) * base) if base else count
