"""Small counts: what the public profile hides.

The rule, from the project's domain notes: a count from 1 to threshold − 1 becomes ``c``; a true 0
stays; the rule applies to a rate's numerator, denominator and complement, and there is no rate where
any of them is hidden. Money is hidden where fewer than three children or providers are behind it, or
where one of them makes up more than nine tenths of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from dbv_analysis.programme import Disclosure
from dbv_analysis.terms import CONTROLLED, COUNT


def shown(count: float, rule: Disclosure, profile: str) -> str:
    """A count inside a sentence: the number, or that it is too small to show."""
    if profile != CONTROLLED and 0 < count < rule.threshold:
        return f"fewer than {rule.threshold}"
    return COUNT.write(count)


def suppress(
    counts: pd.DataFrame, rule: Disclosure, profile: str, guarded: Sequence[str] = ("numerator", "denominator")
) -> pd.DataFrame:
    """Hide small counts, before anything is divided.

    Args:
        counts: one row a figure, with ``numerator``, ``denominator`` (missing for a plain count), ``symbol``, and
            where they are known ``left_out``, what a denominator leaves out of a larger whole, ``children``, those
            whom counts of something else are about, ``behind``, the children or providers whom a sum of money is
            about, and ``largest``, what one of them makes up of it.
        rule: the authority's rule.
        profile: ``public`` hides; ``controlled`` shows all, for use inside the authority only.
        guarded: which of the two counts children; where both do, so does what is between them.

    Returns ``counts`` with both counts missing and ``symbol`` ``c`` wherever one that is guarded is too small.
    """
    if profile == CONTROLLED:  # anything else hides: a misspelt profile must not show
        return counts
    children = [counts[name] for name in guarded]
    if len(children) == 2:
        children.append(counts["denominator"] - counts["numerator"])
    children += [counts[name] for name in ("left_out", "children") if name in counts]
    small = pd.Series(False, index=counts.index)
    for count in children:
        small |= (count > 0) & (count < rule.threshold)
    if "behind" in counts:
        small |= (counts["behind"] > 0) & (counts["behind"] < rule.money_threshold)
    if "largest" in counts:
        small |= counts["largest"] > rule.money_share * counts["numerator"]
    return counts.assign(
        numerator=counts["numerator"].mask(small),
        denominator=counts["denominator"].mask(small),
        symbol=counts["symbol"].mask(small, "c"),
    )


def protect_groups(groups: pd.DataFrame, key: Sequence[str], profile: str) -> pd.DataFrame:
    """Hide a second group wherever only one is hidden: from the whole and the others it could be worked out.

    Args:
        groups: the groups of one breakdown, as ``suppress`` gives them; they add up to a whole that is shown.
        key: the columns that groups of one whole share.
        profile: ``public`` hides; ``controlled`` shows all.

    Returns ``groups`` with the smallest of the shown ones that is not 0 hidden beside a single hidden one.
    """
    if profile == CONTROLLED or groups.empty:
        return groups
    hidden = groups["symbol"] == "c"
    alone = hidden.astype(int).groupby([groups[name] for name in key]).transform("sum") == 1
    sized = groups.assign(size=groups["denominator"].fillna(groups["numerator"]))
    others = sized[alone & ~hidden & (sized["size"] > 0)]
    second = others.sort_values("size", kind="stable").drop_duplicates(list(key)).index
    return groups.assign(
        numerator=groups["numerator"].mask(groups.index.isin(second)),
        denominator=groups["denominator"].mask(groups.index.isin(second)),
        symbol=groups["symbol"].mask(groups.index.isin(second), "c"),
    )
