"""Printed figures beside published ones, and beside one another."""

from __future__ import annotations

import math
from collections.abc import Iterator

from dbv_analysis.checks.check import (
    AGREES,
    DISAGREES,
    HIGH,
    LOW,
    MEDIUM,
    NONE,
    ROUNDING,
    UNCHECKED,
    Result,
    check,
    judged,
)
from dbv_analysis.checks.printed import NO_YEAR, beside, claims, decimals_of, place
from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.period import SNAPSHOT
from dbv_analysis.model.units import COUNT, POUNDS
from dbv_analysis.model.wording import listed, lower_first
from dbv_analysis.results.evidence import Evidence

SEN_PROVISION = "SEN provision"
SPECIAL, PARTS = "placement_special_percent", ("placement_state_special_percent", "placement_inmss_percent")


def _name(evidence: Evidence, row) -> str:
    of = "" if row.breakdown == TOTAL else f", {row.breakdown}"
    return f"“{row.label_printed}”{of}, {row.area_name}, {row.period_printed}"


@check(
    title="A printed figure unlike the published one",
    example="England's share of assessments that led to a plan, printed 91.2%, published 94.4%.",
)
def published_figure(evidence: Evidence) -> Iterator[Result]:
    """Each printed figure is set beside the published figure of the same measure, area and period.

    A figure that was cut off instead of rounded is called rounding. Where nothing is published, nothing can be checked.
    """
    asked = beside(evidence, list(evidence.metrics))
    places = _places(evidence)
    for row in asked.itertuples():
        metric = evidence.metrics[row.metric_id]
        what, stands = _name(evidence, row), places[row.label_printed, row.period_printed, row.printed, row.area_name]
        measure = f"{lower_first(metric.title)}, {row.period_label}"
        if row.period_printed == NO_YEAR and row.matches:
            reason = f"No year is printed; {row.printed} is {row.matches}."
            yield Result(what, stands, row.printed, "no year to check", UNCHECKED, reason, LOW, "Print the year.")
        elif row.published == "":
            reason = f"No figure for {measure}{_later(row)}."
            yield Result(what, stands, row.printed, "nothing published", UNCHECKED, reason)
        elif row.agrees:
            yield Result(what, stands, row.printed, row.published, AGREES, f"{measure}: {row.published}.")
        else:
            cut = _cut_off(evidence, row)
            verdict, severity = (ROUNDING, LOW) if cut else (DISAGREES, MEDIUM)
            how = "cut off, not rounded" if cut else "another figure"
            reason = f"Printed {row.printed}; {measure} is {row.published}: {how}."
            yield Result(
                what,
                stands,
                row.printed,
                row.published,
                verdict,
                reason,
                severity,
                f"Print {row.published}, with its period.",
            )


def _later(row) -> str:
    return f" by the cut-off; published since: {row.since}" if row.since else ""


def _places(evidence: Evidence) -> dict[tuple, str]:
    rows = evidence.printed_figures.iloc[::-1]  # of two places the first counts
    return {
        (row.label_printed, row.period_printed, row.printed, row.area_name): place(row) for row in rows.itertuples()
    }


def _cut_off(evidence: Evidence, row) -> bool:
    """Whether the printed figure is the published one with its last digits left out."""
    claims_ = evidence.printed_figures
    claim = claims_[(claims_["label_printed"] == row.label_printed) & (claims_["printed"] == row.printed)].iloc[0]
    rows = evidence.rows(row.metric_id, [claim["area_code"]], claim["breakdown"])
    rows = rows[(rows["period_start"] == claim["period_start"]) & (rows["period_end"] == claim["period_end"])]
    if rows.empty or evidence.metrics[row.metric_id].unit in (COUNT, POUNDS):
        return False
    scale = 10 ** decimals_of(row.printed)
    return math.floor(rows.iloc[-1]["value"] * scale) / scale == claim["value"]


@check(
    title="A printed figure that is another period's or another measure's",
    example="“Maintained special schools 44.7%, 2023” is all special schools in January 2022.",
)
def shifted_figure(evidence: Evidence) -> Iterator[Result]:
    """A printed figure that does not hold for its label, and that is the published one of another period or measure."""
    places = _places(evidence)
    for row in beside(evidence, list(evidence.metrics)).itertuples():
        if row.matches and row.period_printed != NO_YEAR:
            what = _name(evidence, row)
            stands = places[row.label_printed, row.period_printed, row.printed, row.area_name]
            holds = (
                f"; its own is {row.published}"
                if row.published
                else f"; for its own period nothing is published{_later(row)}"
            )
            yield Result(
                what,
                stands,
                row.printed,
                row.published or "nothing published",
                DISAGREES,
                f"{row.printed} is {row.matches}{holds}.",
                HIGH,
                f"Print the figure of {row.period_label}, or the label of {row.matches}.",
            )


@check(
    title="Categories that overlap",
    example="37.2% in “maintained special schools” holds the 8.0% in independent ones that are printed beside it.",
)
def overlapping_categories(evidence: Evidence) -> Iterator[Result]:
    """Shares printed as separate parts of one whole, of which one holds the other."""
    figures = evidence.printed_figures
    figures = figures[
        (figures["published"] <= evidence.cut_off)
        & (figures["area_code"] == evidence.programme.area.code)
        & (figures["symbol"] == "")
        & (figures["basis"] == SNAPSHOT)
    ].drop_duplicates(["metric_id", "period_start", "value"])
    whole = evidence.whole(SPECIAL).set_index("period_end")["value"]
    first, second = (figures[figures["metric_id"] == name] for name in PARTS)
    for row in first.itertuples():
        other = second[(second["period_end"] == row.period_end) & (second["release"] == row.release)]
        near = whole[(whole - row.value).abs() < 0.05]
        if other.empty or near.empty:
            continue
        part = other.iloc[0]
        rest = f"{row.value:.1f} − {part['value']:.1f} = {row.value - part['value']:.1f}%"
        yield Result(
            f"“{row.label_printed}” and “{part['label_printed']}”, {row.period_printed}",
            place(row),
            f"{row.printed} and {part['printed']}",
            f"{row.printed.strip()} is the share in any special school",
            DISAGREES,
            f"{row.value:.1f}% is the share in special schools of every kind, so it holds the {part['value']:.1f}%; "
            f"the two do not add up. Without it {rest}.",
            HIGH,
            "Print state special schools alone, or say that independent ones are among them.",
        )


@check(
    title="A figure of all pupils, where the measure is of children with SEND",
    example="1,857 suspensions are those of all pupils; a change in them need not be of pupils with SEND.",
)
def unlike_cohort(evidence: Evidence) -> Iterator[Result]:
    """A measure that can be had by SEN provision, printed by the authority's report for all pupils alone."""
    for name in ("own_figures", "printed_figures"):
        rows = evidence.lists[name]
        rows = rows[
            (rows["published"] <= evidence.cut_off)
            & (rows["area_code"] == evidence.programme.area.code)
            & (rows["symbol"] == "")
            & rows["metric_id"].isin([one.id for one in evidence.metrics.values() if SEN_PROVISION in one.by])
        ]
        for (metric_id, _), own in rows.groupby(["metric_id", "release"], sort=False):
            groups = sorted(set(own["breakdown"]) - {TOTAL})
            first, title = own.iloc[0], evidence.metrics[metric_id].title
            printed = listed(own["printed"].unique())
            of = f"pupils with {listed(groups)}" if groups else "all pupils"
            yield judged(
                f"{title} of children with SEND",
                place(first),
                printed,
                f"of {of}",
                f"{title}: {printed}, of {of}.",
                wrong=not groups,
                severity=MEDIUM,
                mend="Print it for pupils with EHC plans and with SEN support, beside all pupils.",
            )


@check(
    title="Two figures for one measure in one report",
    example="Absence of pupils with plans in 2022/23 is printed as 11.6 and as 13%.",
)
def two_figures(evidence: Evidence) -> Iterator[Result]:
    """One report prints two figures that no rounding makes equal for one measure, area and period."""
    figures = evidence.printed_figures
    figures = figures[(figures["published"] <= evidence.cut_off) & (figures["symbol"] == "")]
    keys = ["release", "metric_id", "breakdown", "area_code", "period_start", "period_end"]
    for _, rows in figures.groupby(keys, sort=False):
        rows = rows.drop_duplicates("printed")
        slack = sum(0.5 * 10.0 ** -decimals_of(text) for text in rows["printed"][:2])
        if len(rows) > 1 and rows["value"].max() - rows["value"].min() > slack:
            row = rows.iloc[0]
            metric = evidence.metrics[row["metric_id"]]
            shown = listed(rows["printed"].str.strip())
            yield Result(
                f"{metric.title}, {row['breakdown']}, {row['area_name']}, {row['period_label']}",
                listed(dict.fromkeys(place(one) for one in rows.itertuples())),
                shown,
                "one figure",
                DISAGREES,
                f"{shown}: apart by {rows['value'].max() - rows['value'].min():.{2 if slack < 0.1 else 1}f}, more than "
                "rounding allows.",
                MEDIUM,
                "Print one figure, and say of whom and of when it is.",
            )


@check(
    title="The number of schools that a percentage implies",
    example="72.8% and 57.1% of schools are not both shares of any one number of schools up to 60.",
)
def implied_denominator(evidence: Evidence) -> Iterator[Result]:
    """Shares of schools printed without their number: which numbers of schools up to 150 would print both."""
    training = evidence.programme.training
    if training is None:
        return
    figures = [evidence.rows(name) for name in (training.engaged, training.booked)]
    if any(rows.empty or rows.iloc[-1]["symbol"] for rows in figures):
        return
    shares = [rows.iloc[-1] for rows in figures]
    fits = [n for n in range(1, 151) if all(_prints(row["value"], n) for row in shares)]
    shown = " and ".join(row["printed"] for row in shares)
    own = evidence.lists["own_figures"]
    stands = place(next(own[own["metric_id"] == training.engaged].itertuples()))
    yield Result(
        "Shares of schools without the number of schools",
        stands,
        shown,
        f"{listed(map(str, fits[:6]))}{' or more' if len(fits) > 6 else ''} schools" if fits else "no number up to 150",
        UNCHECKED if fits else DISAGREES,
        f"Of the numbers up to 150, {len(fits)} would print {shown}"
        + (f"; the smallest is {fits[0]}." if fits else ", so they are not shares of the same schools."),
        NONE if fits else MEDIUM,
        "Print the number of schools asked, engaged and booked.",
    )


def _prints(share: float, number: int) -> bool:
    """Whether some part of ``number`` is ``share`` per cent, to one decimal."""
    return any(abs(round(100 * part / number + 1e-9, 1) - share) < 1e-9 for part in range(number + 1))


@check(
    title="A percentage growth that is not that of the figures",
    example="New plans 215 → 270 are 25.6% more, printed 25.5%.",
)
def growth(evidence: Evidence) -> Iterator[Result]:
    """A growth printed as a percentage, worked out again from the published figures of the year and the one before."""
    for claim in claims(evidence, "growth"):
        rows = evidence.whole(claim.row.metric_id, breakdown=claim.row.breakdown)
        figures = evidence.printed_figures
        own = figures[(figures["metric_id"] == claim.row.metric_id) & (figures["period_start"] == claim.later.start)]
        same = rows[rows["value"].isin(own["value"])]
        before = rows[rows["period_end"] < same.iloc[-1]["period_start"]] if len(same) else rows.iloc[:0]
        size = float("".join(c for c in claim.row.printed.split("%")[0] if c.isdigit() or c == "."))
        if before.empty or not before.iloc[-1]["value"]:
            yield claim.result(
                "no two figures",
                UNCHECKED,
                "No figures.",
            )
            continue
        earlier, later = before.iloc[-1], same.iloc[-1]
        rise = 100 * (later["value"] - earlier["value"]) / earlier["value"]
        exact = f"{rise:.1f}"
        agrees, cut = exact == f"{size:.1f}", math.floor(rise * 10) / 10 == size
        verdict = AGREES if agrees else ROUNDING if cut else DISAGREES
        yield claim.result(
            f"{exact}%, from {earlier['period_label']} to {later['period_label']}",
            verdict,
            f"({later['value']:,.0f} − {earlier['value']:,.0f}) ÷ {earlier['value']:,.0f} = {rise:.2f}%",
            {AGREES: NONE, ROUNDING: LOW, DISAGREES: MEDIUM}[verdict],
            "" if agrees else f"Print {exact}%.",
        )
