"""The deficit's paths and the grant: whether what is printed adds up."""

from __future__ import annotations

from collections.abc import Iterator

from dbv_analysis.checks.check import HIGH, LOW, MEDIUM, Result, check, judged
from dbv_analysis.checks.printed import claims, place
from dbv_analysis.findings.deficit import UNMITIGATED
from dbv_analysis.findings.grant import PROFILE, full, literally, newest_to_date
from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.period import format_day
from dbv_analysis.model.units import POUNDS
from dbv_analysis.model.wording import listed
from dbv_analysis.results.evidence import Evidence
from dbv_analysis.scenarios.identity import IMPLIED_FUNDING_ERROR, ROUNDING, funding_agreement

LINES = "All lines"


def _place(evidence: Evidence, name: str) -> str:
    rows = evidence.lists[name]
    rows = rows[rows["published"] <= evidence.cut_off]
    return place(next(rows.itertuples())) if len(rows) else ""


@check(
    title="A deficit that does not add up",
    example="The target path's 2027: £29.2m of funding implied, where the other paths imply £28.4m.",
)
def deficit_identity(evidence: Evidence) -> Iterator[Result]:
    """Deficit = deficit of the year before + expenditure − funding; funding must not depend on the path.

    Figures are printed to £0.1m, so implied funding may be out by £0.15m, and paths disagree only beyond that.
    """
    funding = funding_agreement(evidence)
    for row in funding.itertuples():
        others = funding[(funding["period_label"] == row.period_label) & (funding["breakdown"] != row.breakdown)]
        theirs = listed(f"{POUNDS.write(one.value)} ({one.breakdown.lower()})" for one in others.itertuples())
        yield judged(
            f"{row.breakdown} path, {row.period_label}",
            _place(evidence, "scenarios"),
            f"{row.breakdown} expenditure and deficits",
            f"implied funding {POUNDS.write(row.value)}",
            f"expenditure − (deficit − deficit of the year before) = {POUNDS.write(row.value)} ± "
            f"{POUNDS.write(IMPLIED_FUNDING_ERROR, 0)}; the other paths: {theirs}",
            wrong=not row.agrees,
            severity=HIGH,
            mend="Correct the expenditure or the deficit of that year; funding is the same on each path.",
        )


@check(
    title="A saving that the forecasts do not bear out",
    example="£6.1m to £7.2m over five years, where the paths end £11.8m and £12.9m apart.",
)
def opportunity(evidence: Evidence) -> Iterator[Result]:
    """The saving claimed over five years, beside how far each path's deficit ends below the unmitigated one."""
    rows = evidence.rows("dsg_opportunity_value")
    balances = evidence.rows("dsg_cumulative_deficit")
    claimed = rows[rows["value"].notna()].set_index("breakdown")["value"]
    last = balances[balances["period_end"] == balances["period_end"].max()].set_index("breakdown")["value"]
    if not {"Lowest", "Highest"} <= set(claimed.index) or UNMITIGATED not in last.index:
        return
    for path in last.index.drop(UNMITIGATED):
        saved = last[UNMITIGATED] - last[path]
        agrees = claimed["Lowest"] - 2 * ROUNDING <= saved <= claimed["Highest"] + 2 * ROUNDING
        low, high = (POUNDS.write(claimed[name]) for name in ("Lowest", "Highest"))
        yield judged(
            f"Five-year saving, {path.lower()} path",
            _place(evidence, "scenarios"),
            f"{low} to {high}",
            f"{POUNDS.write(saved)} on the {path.lower()} path",
            f"{POUNDS.write(last[UNMITIGATED])} − {POUNDS.write(last[path])} = {POUNDS.write(saved)}",
            wrong=not agrees,
            severity=MEDIUM,
            mend="Say what the saving is of: over which years, against which path.",
        )


def _grant(evidence: Evidence, measure: str):
    rows = evidence.lists["grant"]
    return rows[(rows["published"] <= evidence.cut_off) & (rows["measure"] == measure) & (rows["symbol"] == "")]


@check(title="A unit that is out by a thousand", example="“£ 23,750k” is £23,750, or the lines do not add up.")
def unit_scale(evidence: Evidence) -> Iterator[Result]:
    """An amount that by its letter is not the one in the lists, or is more than all lines of its quarter together."""
    for measure in ("spend", "spend to date", "projected"):
        rows = _grant(evidence, measure)
        for row in rows[rows["printed"].fillna("") != ""].itertuples():
            letter = literally(row.printed)
            if letter is None:
                continue
            total = rows[(rows["line"] == LINES) & (rows["period_end"] == row.period_end)]
            agrees = letter == row.pounds and not (total["pounds"] < letter).any()
            pounds = letter / 1000 if letter == row.pounds else row.pounds
            whole = f"; all lines of the quarter are {full(total.iloc[0]['pounds'])}" if len(total) else ""
            yield judged(
                f"{row.line}, {measure}, {row.period_label}",
                place(row),
                row.printed.strip(),
                full(row.pounds if agrees else pounds),
                f"By the letter {full(letter)}; ÷ 1,000 = {full(letter / 1000)}{whole}"
                if not agrees
                else f"{full(letter)}",
                wrong=not agrees,
                severity=HIGH,
                mend=f"Print {full(pounds)}.",
            )


@check(title="Lines that do not add up to their total", example="The five lines of the quarter sum to £42,940.")
def lines_and_total(evidence: Evidence) -> Iterator[Result]:
    """The printed lines of a quarter beside its printed total, and the quarters beside the total to date."""
    spent = _grant(evidence, "spend")
    for period, rows in spent.groupby("period_label", sort=False):
        lines, total = rows[rows["line"] != LINES], rows[rows["line"] == LINES]
        if len(total) and len(lines):
            yield _sum(f"Lines of {period}", place(total.iloc[0]), lines["pounds"], total.iloc[0])
    to_date = _grant(evidence, "spend to date")
    to_date = to_date[to_date["line"] == LINES]
    if len(to_date):
        quarters = spent[(spent["line"] == LINES) & (spent["period_end"] <= to_date.iloc[-1]["period_end"])]
        yield _sum("Quarters to date", place(to_date.iloc[-1]), quarters["pounds"], to_date.iloc[-1])
    profile = _grant(evidence, "profile")
    lines, total = profile[profile["line"] != LINES], profile[profile["line"] == LINES]
    for period, rows in total.groupby("period_label", sort=False):
        own = lines[lines["period_label"] == period]
        if len(own):
            yield _sum(f"Profile of {period}", place(rows.iloc[0]), own["pounds"], rows.iloc[0])


def _sum(what: str, where: str, parts, total) -> Result:
    sum_of_parts, printed = parts.sum(), total["pounds"]
    agrees = round(sum_of_parts) == round(printed)
    return judged(
        what,
        where,
        str(total["printed"]),
        full(sum_of_parts),
        f"{' + '.join(full(part) for part in parts)} = {full(sum_of_parts)}; printed {full(printed)}",
        wrong=not agrees,
        severity=MEDIUM,
        mend=f"Name what makes up the {full(abs(printed - sum_of_parts))} between them.",
    )


@check(title="Spending that is not itemised", example="£310,000 of the first quarter's £326,240 stands on no line.")
def not_itemised(evidence: Evidence) -> Iterator[Result]:
    """What is left of a quarter's printed total when its printed lines are taken off.

    A line's spending before its newest quarter is what it spent to date less what it spent in that quarter.
    """
    spent, to_date = _grant(evidence, "spend"), _grant(evidence, "spend to date")
    totals, lines = (rows[(rows["line"] == LINES) == whole] for rows, whole in ((spent, True), (spent, False)))
    for total in totals.itertuples():
        own = lines[lines["period_end"] == total.period_end]
        if own.empty:  # an earlier quarter: what each line had cost by the next quarter's start
            later = lines[lines["period_start"] > total.period_end]
            both = to_date[to_date["line"] != LINES].merge(later, on=["line", "period_end"], suffixes=("", "_then"))
            own = both.assign(pounds=both["pounds"] - both["pounds_then"])
        rest = total.pounds - own["pounds"].sum()
        agrees = round(rest) == 0
        lines_ = " + ".join(full(part) for part in own["pounds"]) or "£0"
        yield judged(
            f"Grant spent in {total.period_label}",
            place(total),
            total.printed,
            f"{full(rest)} not itemised",
            f"{full(total.pounds)} − ({lines_}) on lines = {full(rest)}",
            wrong=not agrees,
            severity=HIGH,
            mend="Print the lines behind it.",
        )


@check(title="A spend rate that the profile does not bear", example="“On track” with £369,180 spent of £500,000.")
def spend_rate(evidence: Evidence) -> Iterator[Result]:
    """What was spent to date beside the profile, where a report says that spending is on track."""
    to_date = newest_to_date(evidence)
    claimed = [one for one in claims(evidence, "state") if (one.row.topic, one.row.says) == ("spending", "on track")]
    if to_date is None or not claimed:
        return
    planned = evidence.rows(PROFILE, breakdown=TOTAL)
    planned = planned[
        (planned["period_start"] == to_date["period_start"]) & (planned["period_end"] == to_date["period_end"])
    ]
    if planned.empty:
        return
    spent, profile = to_date["value"], planned.iloc[0]["value"]
    agrees = abs(spent / profile - 1) <= 0.05
    for claim in claimed:
        yield claim.judged(
            f"{full(spent)} of {full(profile)} profiled",
            f"{full(spent)} ÷ {full(profile)} = {100 * spent / profile:.1f}% of the profile {to_date['period_label']}",
            wrong=not agrees,
            severity=MEDIUM,
            mend="Say how much is behind the profile, and what will be spent in each quarter that is left.",
        )


@check(
    title="Spending outside its period, or before an appointment",
    example="A conference of November 2024 among the spending of July to September.",
)
def out_of_its_time(evidence: Evidence) -> Iterator[Result]:
    """Spending of a quarter on what happens after it; a post that cost as much before its appointment as after."""
    quarter = evidence.quarter
    spent, to_date = _grant(evidence, "spend"), _grant(evidence, "spend to date")
    for claim in claims(evidence, "event"):
        line = spent[(spent["line"] == claim.row.topic) & (spent["period_start"] <= quarter.start)]
        if line.empty:
            continue
        row = line.iloc[-1]
        if claim.row.says == "spent":
            late = claim.later.start > row["period_end"]
            yield claim.judged(
                f"{claim.later.label}, after {format_day(row['period_end'])}" if late else "within the quarter",
                f"{full(row['pounds'])} is in {row['period_label']}; the event is {claim.later.label}.",
                wrong=late,
                severity=LOW,
                mend="Call it committed, or move it to the quarter of the event.",
            )
        elif claim.row.says == "appointed":
            all_time = to_date[to_date["line"] == claim.row.topic]
            if all_time.empty:
                continue
            before = all_time.iloc[-1]["pounds"] - row["pounds"]
            days = (row["period_start"] - claim.later.start).days
            share = days / (row["period_end"] - row["period_start"]).days
            much = before > row["pounds"] * share * 1.5 and before > 0
            yield judged(
                f"{claim.row.claim}; cost before {row['period_label']}",
                place(row),
                full(before),
                f"appointed in {claim.later.start:%B %Y}",
                f"{full(all_time.iloc[-1]['pounds'])} to date − {full(row['pounds'])} in {row['period_label']} = "
                f"{full(before)} before; at the same rate from {format_day(claim.later.start)} it would be at most "
                f"{full(row['pounds'] * share)}.",
                wrong=much,
                severity=LOW,
                mend="Say what the earlier spending was for.",
            )
