"""Claims of a change, or of being above or below another place: whether the two figures may be compared, and how."""

from __future__ import annotations

from collections.abc import Iterator

from dbv_analysis.checks.check import AGREES, DISAGREES, HIGH, LOW, MEDIUM, UNCHECKED, Result, check
from dbv_analysis.checks.printed import claims, ends, newest, printed_value, published, signed
from dbv_analysis.compare.change import PerTerm, before_programme
from dbv_analysis.model.metric import Metric
from dbv_analysis.model.period import format_day, format_terms, why_not_comparable
from dbv_analysis.model.units import COUNT, LOWER, PERCENT, RATE
from dbv_analysis.model.wording import upper_first
from dbv_analysis.results.evidence import Evidence

ONE_CHILD = 1.0


@check(
    title="Higher called lower, or lower called higher",
    example="92.6% is said to be higher than the national level, of which the published figure is 94.4%.",
)
def wrong_direction(evidence: Evidence) -> Iterator[Result]:
    """A figure said to be above or below another place's is set beside the newest published figure of that place."""
    for claim in claims(evidence, "level"):
        own = printed_value(evidence, claim, claim.later)
        row = newest(evidence, claim, claim.row.against, claim.later)
        if own is None or row is None:
            yield claim.result(
                "nothing published",
                UNCHECKED,
                "No figure.",
            )
            continue
        other, holds = row["value"], (own > row["value"]) == (claim.row.says == "higher")
        write = claim.metric.write
        sign = ">" if own > other else "<"
        yield claim.judged(
            f"{row['area_name']}, {row['period_label']}: {write(other)}",
            f"{write(own)} {sign} {write(other)}",
            wrong=not holds,
            severity=HIGH,
            mend=f"Say {'lower' if own < other else 'higher'}, and print {write(other)}.",
        )


@check(
    title="Two figures that do not compare",
    example="1,721 suspensions of two terms beside 1,857 of a year of three: 39.0% more a term.",
)
def unlike_periods(evidence: Evidence) -> Iterator[Result]:
    """A change between part of a year and a full year, between two seasons, or across a break in the series.

    Counts of whole school terms are put on a term, and the change is given so.
    """
    for claim in claims(evidence, "change", "effect"):
        reason = why_not_comparable(claim.earlier, claim.later, claim.metric.breaks, claim.metric.any_day)
        shares = ends(evidence, claim)
        if reason is None:
            yield claim.result(
                "periods that compare",
                AGREES,
                f"{claim.earlier.label} and {claim.later.label}",
            )
            continue
        adjusted = _a_term(claim.metric, claim.earlier, claim.later, shares)
        yield claim.result(
            adjusted[0] if adjusted else "no fair comparison",
            DISAGREES,
            f"{upper_first(reason)}. {adjusted[1] if adjusted else ''}".strip(),
            HIGH if adjusted and adjusted[2] else MEDIUM,
            "Compare the same part of the year, or print no comparison.",
        )


def _a_term(metric: Metric, earlier, later, values) -> tuple[str, str, bool] | None:
    """The change a term: in words, its arithmetic, and whether it goes the other way. None where terms do not fit."""
    if metric.unit is not COUNT or values is None or not earlier.terms or not later.terms or not values[0]:
        return None
    adjusted = PerTerm(*({"value": value} for value in values), (earlier.terms, later.terms))
    (before, now), percent = adjusted.rates, adjusted.percent
    sign = "+" if percent > 0 else "−"
    return (
        f"{sign}{abs(percent):.1f}% a term",
        f"{values[0]:,.0f} ÷ {format_terms(earlier.terms)} = {before:,.1f}; {values[1]:,.0f} ÷ "
        f"{format_terms(later.terms)} = {now:,.1f}; {now:,.1f} ÷ {before:,.1f} = {sign}{abs(percent):.1f}%",
        (percent > 0) != (values[1] > values[0]),
    )


@check(
    title="Percentage points called per cent",
    example="93.6% to 92.6% is printed as 1% lower: it is 1 percentage point.",
)
def points_called_per_cent(evidence: Evidence) -> Iterator[Result]:
    """A difference between two percentages that is printed with a per cent sign."""
    for claim in claims(evidence, "gap"):
        if claim.metric.unit is not PERCENT or "point" in claim.row.printed:
            yield claim.result(
                "named by its unit",
                AGREES,
                claim.row.printed,
            )
            continue
        own = printed_value(evidence, claim, claim.later)
        other = printed_value(evidence, claim, claim.earlier or claim.later, claim.row.against)
        sum_ = ""
        if own is not None and other is not None and other:
            points = own - other
            sum_ = f": {own:g} − {other:g} = {points:+.1f} percentage points, and {100 * points / other:+.1f} per cent"
        yield claim.result(
            "percentage points",
            DISAGREES,
            f"Two percentages differ by percentage points{sum_}.".replace("-", "−"),
            LOW,
            "Write percentage points.",
        )


@check(
    title="A share that falls while its number rises",
    example="8.2% → 8.0% of plans in independent special schools are 108 → 122 children.",
)
def share_and_number(evidence: Evidence) -> Iterator[Result]:
    """A share said to have moved one way, of which the number behind it moved the other way."""
    for claim in claims(evidence, "change"):
        rows = [published(evidence, claim, period) for period in (claim.earlier, claim.later)]
        if claim.metric.unit is not PERCENT or any(row is None or row["numerator"] != row["numerator"] for row in rows):
            continue
        before, now = rows
        share, number = now["value"] - before["value"], now["numerator"] - before["numerator"]
        against = share * number < 0
        yield claim.judged(
            f"{before['numerator']:,.0f} → {now['numerator']:,.0f} children",
            f"{before['numerator']:,.0f} of {before['denominator']:,.0f} = {claim.metric.write(before['value'])}; "
            f"{now['numerator']:,.0f} of {now['denominator']:,.0f} = {claim.metric.write(now['value'])}",
            wrong=against,
            severity=MEDIUM,
            mend="Print the number beside the share.",
        )


@check(
    title="A change that better recording could make",
    example="A share of all plans moves because fewer placements are unknown, not because children moved.",
)
def recoding(evidence: Evidence) -> Iterator[Result]:
    """A change of a share of all plans, beside the same share of known placements."""
    for claim in claims(evidence, "change"):
        known = evidence.metrics.get(claim.row.metric_id.replace("_percent", "_known_percent"))
        if known is None or known.id == claim.row.metric_id:
            continue
        all_plans = [published(evidence, claim, period) for period in (claim.earlier, claim.later)]
        rows = evidence.whole(known.id, breakdown=claim.row.breakdown).set_index("period_end")
        of_known = [rows["value"].get(period.end) for period in (claim.earlier, claim.later)]
        if any(row is None for row in all_plans) or any(value is None or value != value for value in of_known):
            continue
        moved = all_plans[1]["value"] - all_plans[0]["value"]
        truly = of_known[1] - of_known[0]
        hollow = moved * truly <= 0 or abs(truly) < abs(moved) / 2
        yield claim.judged(
            f"{signed(known, truly)} of known placements",
            f"Of all plans {signed(claim.metric, moved)}; of plans whose placement is known {signed(known, truly)}.",
            wrong=hollow,
            severity=MEDIUM,
            mend="Say how many placements are unknown, and print the share of known ones.",
        )


@check(
    title="A gain that was larger elsewhere",
    example="Suspensions of pupils with plans fell by 4.72 here and by 7.79 in England: +3.07 against it.",
)
def opposite_elsewhere(evidence: Evidence) -> Iterator[Result]:
    """A change called “an improvement”, less the same change elsewhere (difference in differences), as printed."""
    for claim in claims(evidence, "change"):
        here = ends(evidence, claim)
        if not claim.row.against or here is None:
            continue
        there = [printed_value(evidence, claim, period, claim.row.against) for period in (claim.earlier, claim.later)]
        if None in there:
            continue
        unit = "percentage points" if "%" in claim.row.printed else claim.metric.unit.name
        moved, elsewhere = here[1] - here[0], there[1] - there[0]
        apart = moved - elsewhere
        worse = apart > 0 if claim.metric.better == LOWER else apart < 0
        yield claim.judged(
            f"{apart:+.2f} {unit} against elsewhere".replace("-", "−"),
            f"({here[1]:g} − {here[0]:g}) − ({there[1]:g} − {there[0]:g}) = {moved:+.2f} − ({elsewhere:+.2f}) = "
            f"{apart:+.2f}".replace("-", "−"),
            wrong=worse and claim.row.says == "improved",
            severity=HIGH,
            mend="Say that the change was larger elsewhere.",
        )


@check(
    title="Too few children to tell",
    example="0.06% of about 1,500 children is less than one child.",
)
def too_few(evidence: Evidence) -> Iterator[Result]:
    """A change in a rate that is less than one or two children among all who have a plan."""
    plans = evidence.whole("caseload_count")
    plans = plans[plans["value"].notna()]
    for claim in claims(evidence, "change"):
        shares = ends(evidence, claim)
        if claim.metric.unit is not RATE or claim.row.breakdown != "EHC plan" or shares is None or plans.empty:
            continue
        number = plans.iloc[-1]["value"]
        children = [value * number / 100 for value in shares]
        few = abs(children[1] - children[0]) < 2 * ONE_CHILD
        yield claim.judged(
            f"about {children[0]:.1f} and {children[1]:.1f} events",
            f"{shares[0]:g}% and {shares[1]:g}% of {number:,.0f} plans (pupils in school are fewer) are "
            f"{children[0]:.1f} and {children[1]:.1f}.",
            wrong=few,
            severity=MEDIUM,
            mend="Print the number of children, and call it too few to tell.",
        )


@check(
    title="An effect before the programme began",
    example="Placements of January 2024 cannot show what a programme that began in April 2024 did.",
)
def before_the_start(evidence: Evidence) -> Iterator[Result]:
    """A change said as impact of the programme, of which the later figure is from before the programme's first day."""
    for claim in claims(evidence, "change", "effect"):
        early = before_programme(evidence, {"period_end": claim.later.end})
        yield claim.judged(
            "cannot be an effect" if early else "after the start",
            f"{claim.later.label} ended on {format_day(claim.later.end)}; the programme began on "
            f"{format_day(evidence.start)}.",
            wrong=early,
            severity=MEDIUM,
            mend="Take it out of “measuring impact”, or say that it is from before the start.",
        )
