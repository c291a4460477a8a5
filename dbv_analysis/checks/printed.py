"""What the checks read: claims, and the printed and published figures behind them."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from dbv_analysis.evidence import Evidence
from dbv_analysis.periods import Period
from dbv_analysis.registry import Metric


@dataclass(frozen=True)
class Claim:
    """A claim with its metric and periods; ``earlier`` and ``later`` are None where it names none."""

    row: object
    metric: Metric | None
    earlier: Period | None
    later: Period | None

    @property
    def place(self) -> str:
        return place(self.row)


def claims(evidence: Evidence, *kinds: str) -> list[Claim]:
    """The claims of some kinds that were made by the cut-off."""
    rows = evidence.register("claims")
    rows = rows[rows["kind"].isin(kinds)]
    return [
        Claim(
            row,
            evidence.metrics.get(row.metric_id),
            Period.parse(row.earlier) if row.earlier else None,
            Period.parse(row.later) if row.later else None,
        )
        for row in rows.itertuples()
    ]


def place(row) -> str:
    """Where something is printed: the document and the part of it."""
    return f"{row.source}: {row.section}"


def decimals_of(printed: str) -> int:
    """How many decimals a printed figure has."""
    return len((re.search(r"\d\.(\d+)", printed) or [""])[0].partition(".")[2])


def printed_value(evidence: Evidence, claim: Claim, period: Period, area: str = "") -> float | None:
    """The figure that the claim's own document prints for its measure, by period and area; None where it has none."""
    area = area or evidence.programme.area.code
    for name in ("printed_figures", "own_figures"):
        rows = evidence.lists[name]
        rows = rows[
            (rows["release"] == claim.row.release)
            & (rows["metric_id"] == claim.row.metric_id)
            & (rows["breakdown"] == claim.row.breakdown)
            & (rows["area_code"] == area)
            & (rows["period_start"] == period.start)
            & (rows["period_end"] == period.end)
            & (rows["symbol"] == "")
        ]
        if not rows.empty:
            return float(rows.iloc[0]["value"])
    return None


def published(evidence: Evidence, claim: Claim, period: Period, area: str = "") -> pd.Series | None:
    """The result row of a claim's measure for a period and area, None where there is no number for it."""
    rows = evidence.rows(claim.row.metric_id, [area] if area else None, claim.row.breakdown)
    rows = rows[(rows["period_start"] == period.start) & (rows["period_end"] == period.end) & rows["value"].notna()]
    return None if rows.empty else rows.iloc[0]


def newest(evidence: Evidence, claim: Claim, area: str, by: Period) -> pd.Series | None:
    """The newest whole figure of an area for a claim's measure that was over when ``by`` was."""
    rows = evidence.whole(claim.row.metric_id, [area], claim.row.breakdown)
    rows = rows[rows["value"].notna() & (rows["period_end"] <= by.end)]
    return None if rows.empty else rows.iloc[-1]


def ends(evidence: Evidence, claim: Claim) -> tuple[float, float] | None:
    """The earlier and the later figure of a claim, as printed or else as published; None where one is not known."""
    found = []
    for period in (claim.earlier, claim.later):
        if period is None:
            return None
        value = printed_value(evidence, claim, period)
        if value is None:
            row = published(evidence, claim, period)
            value = None if row is None else float(row["value"])
        if value is None:
            return None
        found.append(value)
    return found[0], found[1]


def signed(metric: Metric, difference: float) -> str:
    """A difference with its sign: ``+3.07 percentage points``."""
    sign = "+" if difference > 0 else "−" if difference < 0 else ""
    return f"{sign}{metric.unit.write_difference(difference, metric.decimals)}"
