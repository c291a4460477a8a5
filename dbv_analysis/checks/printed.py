"""What the checks read: claims, and the printed figures beside the published ones."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from dbv_analysis.checks.check import NONE, Result, judged
from dbv_analysis.model.metric import Metric
from dbv_analysis.model.period import Period
from dbv_analysis.model.units import COUNT, POUNDS
from dbv_analysis.model.wording import lower_first
from dbv_analysis.results.evidence import Evidence

NO_YEAR = "not stated"  # what stands for the year of a claim that prints none
CLAIMED = (
    "label_printed",
    "period_printed",
    "printed",
    "area_name",
    "metric_id",
    "breakdown",
    "period_label",
)


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

    def result(self, data: str, verdict: str, arithmetic: str, severity: str = NONE, mend: str = "") -> Result:
        """What a check found of this claim."""
        return Result(self.row.claim, self.place, self.row.printed, data, verdict, arithmetic, severity, mend)

    def judged(self, data: str, arithmetic: str, *, wrong: bool, severity: str, mend: str) -> Result:
        """``checks.judged`` of this claim."""
        what, stands, printed = self.row.claim, self.place, self.row.printed
        return judged(what, stands, printed, data, arithmetic, wrong=wrong, severity=severity, mend=mend)


def claims(evidence: Evidence, *kinds: str) -> list[Claim]:
    """The claims of some kinds that were made by the cut-off."""
    rows = evidence.project_list("claims")
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
    values = []
    for period in (claim.earlier, claim.later):
        if period is None:
            return None
        value = printed_value(evidence, claim, period)
        if value is None:
            row = published(evidence, claim, period)
            value = None if row is None else float(row["value"])
        if value is None:
            return None
        values.append(value)
    return values[0], values[1]


def signed(metric: Metric, difference: float) -> str:
    """A difference with its sign: ``+3.07 percentage points``."""
    sign = "+" if difference > 0 else "−" if difference < 0 else ""
    return f"{sign}{metric.unit.write_difference(difference, metric.decimals)}"


def beside(evidence: Evidence, metric_ids: list[str]) -> pd.DataFrame:
    """Printed figures beside the published figure of the same measure, area and period.

    Returns one row a printed figure (said twice, it counts once): ``label_printed``,
    ``period_printed``, ``printed``, ``area_name``, ``period_label``, ``published`` (the figure that
    holds, as text, or ""), ``agrees`` (to the precision printed; missing where nothing can be
    checked) and ``matches``: where they disagree, or nothing has been published for that period, which
    figure the printed one does match, if any; ``since`` is the figure of that period that came out after the cut-off.
    """
    claims = evidence.printed_figures
    claims = claims[claims["metric_id"].isin(metric_ids) & (claims["symbol"] == "")]
    places = (evidence.programme.area, evidence.programme.region, evidence.programme.country)
    claims = claims[claims["area_code"].isin([place.code for place in places])]
    claims = claims[claims["published"] <= evidence.cut_off]
    claims = claims.drop_duplicates(["label_printed", "period_printed", "printed", "area_code"])
    rows = [_beside(evidence, claim) for claim in claims.to_dict("records")]
    return pd.DataFrame(rows, columns=[*CLAIMED, "published", "agrees", "matches", "since"])


def _beside(evidence: Evidence, claim: dict) -> dict:
    rows = evidence.rows(claim["metric_id"], areas=[claim["area_code"]], breakdown=claim["breakdown"])
    same = rows[(rows["period_start"] == claim["period_start"]) & (rows["period_end"] == claim["period_end"])]
    decimals = decimals_of(claim["printed"])
    unit = evidence.metrics[claim["metric_id"]].unit
    printed = unit.write(claim["value"], decimals)
    row = {name: claim[name] for name in CLAIMED} | {"published": "", "agrees": None, "matches": "", "since": ""}
    if same.empty:  # nothing to check it against; but a count may be the figure of another period
        exact = unit in (COUNT, POUNDS)
        matches = _what_it_matches(evidence, claim, printed, decimals, of_itself=True) if exact else ""
        return row | {"matches": matches, "since": _since(evidence, claim)}
    if same.iloc[-1]["symbol"]:
        return row
    holds = same.iloc[-1]
    agrees = unit.write(holds["value"], decimals) == printed
    # A whole percentage is that of some period by chance.
    exact = unit in (COUNT, POUNDS) or decimals > 0 or claim["period_printed"] == NO_YEAR
    matches = "" if agrees or not exact else _what_it_matches(evidence, claim, printed, decimals)
    return row | {"published": evidence.write(holds), "agrees": agrees, "matches": matches}


def _since(evidence: Evidence, claim: dict) -> str:
    """The figure of a claim's period that came out after the cut-off, as text, or nothing."""
    rows = evidence.rows(claim["metric_id"], [claim["area_code"]], claim["breakdown"], since=True)
    rows = rows[(rows["period_start"] == claim["period_start"]) & (rows["period_end"] == claim["period_end"])]
    return "" if rows.empty else evidence.write(rows.iloc[0])


def _what_it_matches(evidence: Evidence, claim: dict, printed: str, decimals: int, of_itself: bool = False) -> str:
    """The newest figure of the same measure, or else of its section, that would be printed so."""
    own = evidence.metrics[claim["metric_id"]]
    others = [] if of_itself else [m for m in evidence.in_section(own.section) if m.unit is own.unit and m is not own]
    for metric in [own, *others]:
        rows = evidence.rows(metric.id, areas=[claim["area_code"]], breakdown=claim["breakdown"])
        rows = rows[[own.unit.write(value, decimals) == printed for value in rows["value"].fillna(-1)]]
        if not rows.empty:
            return f"{lower_first(metric.title)} in {rows.iloc[-1]['period_label']}"
    return ""
