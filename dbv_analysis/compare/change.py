"""What may be said of two figures side by side: a change, the same change elsewhere, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from dbv_analysis.model.metric import Metric
from dbv_analysis.model.period import PART_YEAR, same_weeks, why_not_comparable
from dbv_analysis.model.units import COUNT, POUNDS
from dbv_analysis.results.evidence import Evidence, during, period_of
from dbv_analysis.results.series import Series

SIMILAR, EVERYWHERE = "Similar areas", "All areas"
PERIOD = ["period_label", "period_start", "period_end", "basis"]
WHOLE = 100  # events a term above which a fraction is not printed
ABOUT = 3  # per cent of difference that two numbers called about the same may have


@dataclass(frozen=True)
class Change:
    """A series' move from an earlier figure to a later one, or why there is none to speak of."""

    series: Series
    earlier: pd.Series
    later: pd.Series
    refusal: str | None

    @property
    def metric(self) -> Metric:
        return self.series.metric

    @property
    def difference(self) -> float:
        """Later less earlier, in the metric's unit: percentage points for percentages.

        Raises ValueError where the two may not be compared.
        """
        if self.refusal:
            raise ValueError(self.refusal)
        return self.later["value"] - self.earlier["value"]

    @property
    def cautions(self) -> list[str]:
        """What was adjusted, and what changed in how the figures are counted, between two that compare all the same."""
        ends = self.earlier["period_end"], self.later["period_end"]
        changed = [stop.why for stop in self.metric.breaks if stop.between(*ends) and stop.compares]
        weeks = same_weeks(period_of(self.earlier), period_of(self.later))
        adjusted = ["adjusted: the same weeks of the two years, not the same days"] if weeks else []
        return [*adjusted, *(f"between the two, {why}" for why in changed)]

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
    def as_text(self) -> str:
        """``fell by 3.4 percentage points, from 40.6% in January 2023 to 37.2% in January 2024``."""
        if self.refusal:
            return f"cannot be compared: {self.refusal}"
        later, earlier = (self.metric.write(row["value"]) for row in (self.later, self.earlier))
        if self.verb == "stayed":
            moved = f"stayed at {later}, from {self.earlier['period_label']} to {self.later['period_label']}"
            return "; ".join([moved, *self.cautions])
        moved = f"{self.verb} by {self.size}, from {earlier} {during(self.earlier)} to {later} {during(self.later)}"
        return "; ".join([moved, *self.cautions])


@dataclass(frozen=True)
class PerTerm:
    """A comparison adjusted so that it can be made: events of two periods, each divided by its school terms.

    A rough measure, since terms differ from one another; the totals themselves do not compare.
    """

    earlier: Mapping
    later: Mapping
    terms: tuple[int, int]

    @property
    def rates(self) -> tuple[float, float]:
        return self.earlier["value"] / self.terms[0], self.later["value"] / self.terms[1]

    @property
    def percent(self) -> float:
        """By how much more a term, %."""
        before, now = self.rates
        return 100 * (now / before - 1)

    @property
    def about_as_many(self) -> bool:
        return abs(self.percent) < ABOUT

    @property
    def decimals(self) -> int:
        return 0 if min(self.rates) >= WHOLE else 1

    @property
    def as_text(self) -> str:
        """``861 a term … against 619 a term …, 39% more``."""
        before, now = (COUNT.write(rate, self.decimals) for rate in self.rates)
        moved = f"{abs(self.percent):.0f}% {'more' if self.percent > 0 else 'fewer'}"
        if self.about_as_many:
            moved = "about as many"
        return f"{now} a term {during(self.later)} against {before} a term {during(self.earlier)}, {moved}"


def change(series: Series) -> Change | None:
    """The move to the newest figure of a full year or a count on one day from the one before it.

    Returns None where fewer than two figures are known. Where the newest two may not be compared the
    change says why, and has no difference.
    """
    rows = with_value(series.whole)
    return between(series, rows.iloc[-2], rows.iloc[-1]) if len(rows) >= 2 else None


def between(series: Series, earlier: pd.Series, later: pd.Series) -> Change:
    """The move from one result row to another, or why there is none to speak of."""
    metric = series.metric
    refusal = why_not_comparable(period_of(earlier), period_of(later), metric.breaks, metric.any_day)
    return Change(series, earlier, later, refusal)


def with_value(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that hold a number, not a symbol."""
    return rows[rows["value"].notna()]


def like_for_like(series: Series) -> Change | None:
    """The move to the newest figure of any period from the newest earlier one with which it compares.

    A term is set beside the same term of a year before, a quarter of what does not follow the school year beside
    the quarter before it. Where nothing compares, the change is refused with the reason that holds for the figure
    just before. Returns None where fewer than two figures are known.
    """
    rows = with_value(series.rows)
    if len(rows) < 2:
        return None
    later = rows.iloc[-1]
    changes = [between(series, rows.iloc[index], later) for index in reversed(range(len(rows) - 1))]
    return next((moved for moved in changes if not moved.refusal), changes[0])


def per_term(series: Series) -> PerTerm | None:
    """The newest count and the newest one before its time, where both are of whole school terms."""
    counts = [(row, terms) for _, row in with_value(series.rows).iterrows() if (terms := period_of(row).terms)]
    if not counts:
        return None
    later, now = counts[-1]
    ahead = [(row, terms) for row, terms in counts if row["period_end"] < later["period_start"]]
    if not ahead or ahead[-1][0]["value"] == 0:
        return None
    earlier, before = ahead[-1]
    return PerTerm(earlier, later, (before, now))


def season(series: Series, areas: list[str] | None = None) -> pd.DataFrame:
    """Rows of the same part of the year as the series' own newest figure: the autumn terms, or the full years.

    ``areas`` are the codes of other areas; the series' own rows where not given.
    """
    own = with_value(series.rows)
    rows = series.rows if areas is None else series.rows_of(areas)
    if own.empty:
        return rows.iloc[:0]
    newest = period_of(own.iloc[-1])
    of_rows = list(zip(*(rows[name].to_numpy(object) for name in PERIOD), strict=True))
    alike = {
        period: not why_not_comparable(period_of(dict(zip(PERIOD, period, strict=True))), newest)
        for period in dict.fromkeys(of_rows)
    }
    return rows[pd.Series([alike[period] for period in of_rows], index=rows.index, dtype=bool)]


def middle(series: Series, areas: list[str], terms: bool = False) -> pd.DataFrame:
    """The middle of several areas, a row a period: median, lowest, highest, and how many have a figure.

    The median, so that one area with a bad return moves it little. Full years and counts on one day enter, or
    with ``terms`` the rows of one ``season``; the rows have the results' period columns.
    """
    rows = with_value(season(series, areas) if terms else series.whole_of(areas))
    spread = rows.groupby(PERIOD, sort=False)["value"].agg(value="median", lowest="min", highest="max", areas="count")
    return spread.reset_index().sort_values("period_end", ignore_index=True)


def comparators(series: Series, terms: bool = False) -> dict[str, pd.DataFrame]:
    """What the authority's own figures stand beside: rows by name, those without a figure left out.

    The middle of similar authorities, the region and the country; where a source has no figure for the
    country, the middle of all its authorities. A count or a sum of money has none: other places are of
    other sizes.
    """
    evidence = series.evidence
    if series.metric.unit in (COUNT, POUNDS):
        return {}
    rows = {SIMILAR: middle(series, evidence.neighbours.codes, terms)}
    region, country = evidence.programme.region, evidence.programme.country
    for area in (region, country):
        rows[area.name] = season(series, [area.code]) if terms else series.whole_of([area.code])
    if rows[country.name].empty:
        rows[EVERYWHERE] = middle(series, evidence.authorities, terms)
    return {name: figures for name, figures in rows.items() if figures["value"].notna().any()}


def elsewhere(moved: Change) -> dict[str, tuple[float, float]]:
    """What the comparators' figures were at both ends of the authority's own change, by name."""
    ends = (moved.earlier["period_end"], moved.later["period_end"])
    pairs = {}
    for name, rows in comparators(moved.series, moved.later["basis"] == PART_YEAR).items():
        values = with_value(rows).set_index("period_end")["value"]
        if set(ends) <= set(values.index):
            pairs[name] = (values[ends[0]], values[ends[1]])
    return pairs


def before_programme(evidence: Evidence, row: pd.Series) -> bool:
    """Whether a figure's period was over before the programme began, so that it cannot show an effect."""
    return row["period_end"] < evidence.start
