"""Small counts: what the public profile hides.

The rule, from the project's domain notes: a count from 1 to threshold − 1 becomes ``c``; a true 0
stays; the rule applies to a rate's numerator, denominator and complement, and there is no rate where
any of them is hidden.
"""

from __future__ import annotations

import pandas as pd

from dbv_analysis.programme import Disclosure
from dbv_analysis.terms import CONTROLLED, COUNT


def shown(count: float, rule: Disclosure, profile: str) -> str:
    """A count inside a sentence: the number, or that it is too small to show."""
    if profile != CONTROLLED and 0 < count < rule.threshold:
        return f"fewer than {rule.threshold}"
    return COUNT.write(count)


def suppress(counts: pd.DataFrame, rule: Disclosure, profile: str) -> pd.DataFrame:
    """Hide small counts, before anything is divided.

    Args:
        counts: one row a figure, with ``numerator``, ``denominator`` (missing for a plain count), ``symbol``, and
            ``left_out`` where what a denominator leaves out of a larger whole could be worked out.
        rule: the authority's rule.
        profile: ``public`` hides; ``controlled`` shows all, for use inside the authority only.

    Returns ``counts`` with both counts missing and ``symbol`` ``c`` wherever one of them is too small.
    """
    if profile == CONTROLLED:  # anything else hides: a misspelt profile must not show
        return counts
    complement = counts["denominator"] - counts["numerator"]
    left_out = [counts["left_out"]] if "left_out" in counts else []
    small = sum(
        ((count > 0) & (count < rule.threshold)).astype(int)
        for count in (counts["numerator"], counts["denominator"], complement, *left_out)
    ).astype(bool)
    return counts.assign(
        numerator=counts["numerator"].mask(small),
        denominator=counts["denominator"].mask(small),
        symbol=counts["symbol"].mask(small, "c"),
    )
