"""The DSG deficit's identity: deficit(t) = deficit(t − 1) + expenditure(t) − funding(t).

Forecasts are printed to £0.1m, so the identity is tested with intervals, not with equality.
"""

from __future__ import annotations

import pandas as pd

from dbv_analysis.results.evidence import Evidence

ROUNDING = 50_000  # half of the £0.1m to which the application prints
IMPLIED_FUNDING_ERROR = 3 * ROUNDING  # an expenditure and two balances enter


def funding_agreement(evidence: Evidence) -> pd.DataFrame:
    """Whether the funding that each path implies could be the same, year by year.

    Returns a row a year and path: ``period_label``, ``breakdown`` (the path), ``value``, ``lowest`` and
    ``highest`` (£, what rounding allows) and ``agrees``: whether its interval meets another path's.
    """
    rows = evidence.rows("dsg_implied_funding")
    rows = rows[rows["value"].notna()]
    rows = rows.assign(lowest=rows["value"] - IMPLIED_FUNDING_ERROR, highest=rows["value"] + IMPLIED_FUNDING_ERROR)
    agrees = []
    for row in rows.itertuples():
        others = rows[(rows["period_end"] == row.period_end) & (rows["breakdown"] != row.breakdown)]
        meets = (others["lowest"] <= row.highest) & (others["highest"] >= row.lowest)
        agrees.append(bool(meets.any()) or others.empty)
    return rows.assign(agrees=agrees)[["period_label", "breakdown", "value", "lowest", "highest", "agrees"]]
