"""What may be said of two figures side by side: a change, a spread, a printed figure beside a published one."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from dbv_analysis.evidence import Evidence, during, period_of
from dbv_analysis.periods import PART_YEAR, why_not_comparable
from dbv_analysis.registry import Metric
from dbv_analysis.terms import COUNT, POUNDS, TOTAL, lower_first

SIMILAR, EVERYWHERE = "Similar areas", "All areas"
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
class Change:
    """One metric's move from an earlier figure to a later one, or why there is none to speak of."""

    metric: Metric
    earlier: pd.Series
    later: pd.Series
    refusal: str | None

    @property
    def difference(self) -> float:
        """Later less earlier, in the metric's unit: percentage points for percentages.

        Raises ValueError where the two may not be compared.
        """
        if self.refusal:
            raise ValueError(self.refusal)
        return self.later["value"] - self.earlier["value"]

    @property
    def size(self) -> str:
        """How large the change is, as printed: ``3.4 percentage points``."""
        return self.metric.unit.write_difference(self.difference, self.metric.decimals)

    @property
    def verb(self) -> str:
        """``rose``, ``fell``, or ``stayed`` where the printed figures are the same."""
        if self.metric.write(self.later["value"]) == self.metric.write(self.earlier["value"]):
            return "stayed"
        return "rose" if self.difference > 0 else "fell"

    @property
    def in_words(self) -> str:
        """``fell by 3.4 percentage points, from 40.6% in January 2023 to 37.2% in January 2024``."""
        if self.refusal:
            return f"cannot be compared: {self.refusal}"
        later, earlier = (self.metric.write(row["value"]) for row in (self.later, self.earlier))
        if self.verb == "stayed":
            return f"stayed at {later}, from {self.earlier['period_label']} to {self.later['period_label']}"
        return f"{self.verb} by {self.size}, from {earlier} {during(self.earlier)} to {later} {during(self.later)}"


def change(evidence: Evidence, metric_id: str, area: str | None = None, breakdown: str = TOTAL) -> Change | None:
    """The move to the newest figure of a full year or a count on one day from the one before it.

    Returns None where fewer than two figures are known. Where the newest two may not be compared the
    change says why, and has no difference.
    """
    rows = evidence.whole(metric_id, [area] if area else None, breakdown)
    rows = rows[rows["value"].notna()]
    return _between(evidence.metrics[metric_id], rows.iloc[-2], rows.iloc[-1]) if len(rows) >= 2 else None


def _between(metric: Metric, earlier: pd.Series, later: pd.Series) -> Change:
    refusal = why_not_comparable(period_of(earlier), period_of(later), metric.breaks, metric.any_day)
    return Change(metric, earlier, later, refusal)


def like_for_like(evidence: Evidence, metric_id: str, area: str | None = None, breakdown: str = TOTAL) -> Change | None:
    """The move to the newest figure of any period from the newest earlier one with which it compares.

    A term is set beside the same term of a year before, a quarter of what does not follow the school year beside
    the quarter before it. Where nothing compares, the change is refused with the reason that holds for the figure
    just before. Returns None where fewer than two figures are known.
    """
    metric = evidence.metrics[metric_id]
    rows = evidence.rows(metric_id, [area] if area else None, breakdown)
    rows = rows[rows["value"].notna()]
    if len(rows) < 2:
        return None
    later = rows.iloc[-1]
    every = [_between(metric, rows.iloc[place], later) for place in reversed(range(len(rows) - 1))]
    return next((one for one in every if not one.refusal), every[0])


def season(evidence: Evidence, metric_id: str, areas: list[str] | None = None, breakdown: str = TOTAL) -> pd.DataFrame:
    """Rows of the same part of the year as the authority's own newest figure: the autumn terms, or the full years."""
    own = evidence.rows(metric_id, None, breakdown)
    rows = evidence.rows(metric_id, areas, breakdown)
    own = own[own["value"].notna()]
    if own.empty:
        return rows.iloc[:0]
    newest = period_of(own.iloc[-1])
    alike = [not why_not_comparable(period_of(row), newest) for _, row in rows.iterrows()]
    return rows[pd.Series(alike, index=rows.index, dtype=bool)]


def middle(
    evidence: Evidence, metric_id: str, areas: list[str], breakdown: str = TOTAL, terms: bool = False
) -> pd.DataFrame:
    """The middle of several areas, a row a period: median, lowest, highest, and how many have a figure.

    The median, so that one area with a bad return moves it little. Full years and counts on one day enter, or
    with ``terms`` the rows of one ``season``; the rows have the results' period columns.
    """
    rows = season(evidence, metric_id, areas, breakdown) if terms else evidence.whole(metric_id, areas, breakdown)
    rows = rows[rows["value"].notna()]
    period = ["period_label", "period_start", "period_end", "basis"]
    spread = rows.groupby(period, sort=False)["value"].agg(value="median", lowest="min", highest="max", areas="count")
    return spread.reset_index().sort_values("period_end", ignore_index=True)


def comparators(
    evidence: Evidence, metric_id: str, breakdown: str = TOTAL, terms: bool = False
) -> dict[str, pd.DataFrame]:
    """What the authority's own figures stand beside: rows by name, those without a figure left out.

    The middle of similar authorities, the region and the country; where a source has no figure for the
    country, the middle of all its authorities. A count or a sum of money has none: other places are of
    other sizes.
    """
    programme = evidence.programme
    if evidence.metrics[metric_id].unit in (COUNT, POUNDS):
        return {}
    rows = season if terms else Evidence.whole
    found = {SIMILAR: middle(evidence, metric_id, evidence.neighbours.codes, breakdown, terms)}
    for area in (programme.region, programme.country):
        found[area.name] = rows(evidence, metric_id, [area.code], breakdown)
    if found[programme.country.name].empty:
        found[EVERYWHERE] = middle(evidence, metric_id, evidence.authorities, breakdown, terms)
    return {name: rows for name, rows in found.items() if rows["value"].notna().any()}


def elsewhere(evidence: Evidence, moved: Change, breakdown: str = TOTAL) -> dict[str, tuple[float, float]]:
    """What the comparators' figures were at both ends of the authority's own change, by name."""
    ends = (moved.earlier["period_end"], moved.later["period_end"])
    found = {}
    terms = moved.later["basis"] == PART_YEAR
    for name, rows in comparators(evidence, moved.metric.id, breakdown, terms).items():
        values = rows.dropna(subset="value").set_index("period_end")["value"]
        if set(ends) <= set(values.index):
            found[name] = (values[ends[0]], values[ends[1]])
    return found


def before_programme(evidence: Evidence, row: pd.Series) -> bool:
    """Whether a figure's period was over before the programme began, so that it cannot show an effect."""
    return row["period_end"] < evidence.start


def beside(evidence: Evidence, metric_ids: list[str]) -> pd.DataFrame:
    """Printed figures beside the published figure of the same measure, area and period.

    Returns one row a printed figure (said twice, it counts once): ``label_printed``,
    ``period_printed``, ``printed``, ``area_name``, ``period_label``, ``published`` (the figure that
    holds, as text, or ""), ``agrees`` (to the precision printed; missing where nothing can be
    checked) and ``matches``: where they disagree, or nothing has been published for that period, which
    figure the printed one does match, if any.
    """
    claims = evidence.printed_figures
    claims = claims[claims["metric_id"].isin(metric_ids) & (claims["symbol"] == "")]
    places = (evidence.programme.area, evidence.programme.region, evidence.programme.country)
    claims = claims[claims["area_code"].isin([place.code for place in places])]
    claims = claims[claims["published"] <= evidence.cut_off]
    claims = claims.drop_duplicates(["label_printed", "period_printed", "printed", "area_code"])
    rows = [_beside(evidence, claim) for claim in claims.to_dict("records")]
    return pd.DataFrame(rows, columns=[*CLAIMED, "published", "agrees", "matches"])


def _beside(evidence: Evidence, claim: dict) -> dict:
    rows = evidence.rows(claim["metric_id"], areas=[claim["area_code"]], breakdown=claim["breakdown"])
    same = rows[(rows["period_start"] == claim["period_start"]) & (rows["period_end"] == claim["period_end"])]
    decimals = len((re.search(r"\.(\d+)", claim["printed"]) or [""])[0].lstrip("."))
    unit = evidence.metrics[claim["metric_id"]].unit
    printed = unit.write(claim["value"], decimals)
    found = {name: claim[name] for name in CLAIMED} | {"published": "", "agrees": None, "matches": ""}
    if same.empty:  # nothing to check it against; but a count may be the figure of another period
        exact = unit in (COUNT, POUNDS)
        matches = _what_it_matches(evidence, claim, printed, decimals, of_itself=True) if exact else ""
        return found | {"matches": matches}
    if same.iloc[-1]["symbol"]:
        return found
    holds = same.iloc[-1]
    agrees = unit.write(holds["value"], decimals) == printed
    # A whole percentage is that of some period by chance.
    exact = unit in (COUNT, POUNDS) or decimals > 0 or claim["period_printed"] == NO_YEAR
    matches = "" if agrees or not exact else _what_it_matches(evidence, claim, printed, decimals)
    return found | {"published": evidence.write(holds), "agrees": agrees, "matches": matches}


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
