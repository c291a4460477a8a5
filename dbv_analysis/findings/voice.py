"""What people said in surveys and reviews, and how many of them answered."""

from __future__ import annotations

from dbv_analysis.compare.intervals import share_interval
from dbv_analysis.findings import Findings
from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.period import format_day
from dbv_analysis.model.units import COUNT
from dbv_analysis.model.wording import listed
from dbv_analysis.results.evidence import Evidence

RESPONDENTS, GOALS = "survey_respondents_count", "case_review_goals_percent"
CAMHS, PROFESSIONALS = "survey_camhs_percent", "Education professionals"


def find(evidence: Evidence) -> Findings | None:
    people = evidence.rows(RESPONDENTS)
    goals = evidence.rows(GOALS)
    newest = people[people["period_end"] == people["period_end"].max()]
    totals = newest[(newest["breakdown"] == TOTAL) & (newest["symbol"] == "")]
    goals = goals[goals["symbol"] == ""]
    if totals.empty or goals.empty:
        return None
    total, goal = totals.iloc[0], goals.iloc[-1]
    day = format_day(total["as_at"])
    return Findings(
        headline=(
            f"{evidence.write(total)} people answered surveys before the programme began; reviewers found that plans "
            f"led to children's goals in {evidence.write(goal)} of cases"
            if total["period_end"] < evidence.start
            else f"{evidence.write(total)} people have answered surveys; reviewers found that plans led to children's "
            f"goals in {evidence.write(goal)} of cases"
        ),
        sure=[
            "Grade: as reported. People who answer a survey are not a sample of all whom it was sent to.",
            f"Answers by group, as at {day}: {_groups(newest)}.",
            *_interval(evidence, people),
            "How many were asked, how many answered each question and how many cases were reviewed is not printed, so "
            "other shares stand without an interval.",
            "What would change our mind: the same questions asked again; the application promises them each half-year.",
        ],
        not_yet=[
            "Whether children and parents notice a change: no survey since the programme began is among the inputs."
        ]
        if total["period_end"] < evidence.start
        else [],
    )


def _groups(rows) -> str:
    groups = rows[rows["breakdown"] != TOTAL]
    return listed(f"{row.symbol or COUNT.write(row.value)} {row.breakdown.lower()}" for row in groups.itertuples())


def _interval(evidence: Evidence, people) -> list[str]:
    """What chance alone could make of the professionals' share, if all of them answered the question."""
    share = evidence.rows(CAMHS)
    professionals = people[
        (people["breakdown"] == PROFESSIONALS) & people["period_end"].isin(share["period_end"].tail(1))
    ]
    if share.empty or professionals.empty or share.iloc[-1]["symbol"] or professionals.iloc[0]["symbol"]:
        return []
    number, value = int(professionals.iloc[0]["value"]), share.iloc[-1]["value"]
    if number == 0:
        return []
    agreed = round(number * value / 100)
    low, high = share_interval(agreed, number)
    return [
        f"{evidence.write(share.iloc[-1])} of professionals find that CAMHS helps: if all {number} answered, chance "
        f"alone could make it {low:.0f}% to {high:.0f}% (95% interval, Wilson)."
    ]
