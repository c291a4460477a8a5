"""What was done: training, phases as planned and as reported, tasks past their end, risks whose review is over."""

from __future__ import annotations

from dbv_analysis.compare.change import like_for_like
from dbv_analysis.findings import NO_EARLIER, Findings
from dbv_analysis.findings.progress import DONE, PAST, milestones, phases, risks, tasks
from dbv_analysis.model.blocks import KeyFigure
from dbv_analysis.model.period import format_day
from dbv_analysis.model.wording import listed
from dbv_analysis.results.evidence import Evidence, written

ENGAGED, BOOKED, TRAINING = "thrive_engaged_percent", "thrive_booked_percent", "training_count"


def find(evidence: Evidence) -> Findings | None:
    said = phases(evidence)
    reported = said[said["status_detail"] != ""]
    engaged, booked = (evidence.rows(name) for name in (ENGAGED, BOOKED))
    engaged, booked = (rows[rows["symbol"] == ""] for rows in (engaged, booked))
    told = [_training(evidence, engaged, booked), _states(reported)]
    if not any(told):
        return None
    return Findings(
        headline="; ".join(filter(None, told)),
        sure=[
            "Grade: as reported. These say what was done, not what came of it.",
            *_moves(evidence),
            *contradictions(evidence),
            *behind_plan(evidence),
            *past_their_end(evidence),
            *reviews(evidence),
            "The shares of schools come without the number of schools behind them, so no interval can be given.",
            "What would change our mind: the number of schools, and the day on which each task was done.",
        ],
        key_figures=[
            KeyFigure(
                written(evidence.metrics[ENGAGED], row), "of schools engaged with Thrive", NO_EARLIER, "as reported"
            )
            for row in [engaged.iloc[-1]]
        ]
        if not engaged.empty
        else [],
        decide=_decide(evidence),
    )


def _training(evidence: Evidence, engaged, booked) -> str:
    if engaged.empty or booked.empty:
        return ""
    first, second = (
        written(evidence.metrics[name], rows.iloc[-1]) for name, rows in ((ENGAGED, engaged), (BOOKED, booked))
    )
    return f"{first} of schools have engaged with Thrive and {second} have booked training"


def _states(reported) -> str:
    if reported.empty:
        return ""
    counts = reported["status_detail"].str.lower().value_counts(sort=False)
    states = listed(f"{number} {state}" for state, number in counts.items())
    return f"of {len(reported)} elements the report calls {states}"


def _moves(evidence: Evidence) -> list[str]:
    """What moved since the figure before, where there is one."""
    lines = []
    for name in (ENGAGED, BOOKED):
        moved = like_for_like(evidence.series(name))
        lines += [f"{moved.metric.title} {moved.as_text}."] if moved else []
    for kind in evidence.metrics[TRAINING].groups:
        moved = like_for_like(evidence.series(TRAINING, kind))
        lines += [f"{kind} {moved.as_text}."] if moved else []
    return lines


def contradictions(evidence: Evidence) -> list[str]:
    """Elements of which the report says two things."""
    lines = []
    for row in phases(evidence).itertuples():
        if not row.agrees:
            lines.append(
                f"The report says two things of {row.element}: {_said(row.status_summary, row.summary)} "
                f"in its summary, {_said(row.status_detail, row.detail)} in its detail."
            )
    return lines


def _said(status: str, phase: str) -> str:
    return f"{status.lower()} in {phase.lower()}"


def behind_plan(evidence: Evidence) -> list[str]:
    """Elements whose reported phase is another than the application planned for the quarter."""
    lines = []
    for row in phases(evidence).itertuples():
        if row.planned and row.detail and row.planned != row.detail:
            lines.append(
                f"{row.element} is {row.status_detail.lower()} by the report, in {row.detail.lower()}; the application "
                f"planned {row.planned.lower()} for this quarter."
            )
    return lines


def past_their_end(evidence: Evidence) -> list[str]:
    """How many tasks and milestones should have been done by the cut-off, and how many a report calls done."""
    lines = []
    for rows, what in ((tasks(evidence), "tasks"), (milestones(evidence), "milestones")):
        due = rows[rows["state"].isin([PAST, DONE])]
        if due.empty:
            continue
        done = int((due["state"] == DONE).sum())
        lines.append(
            f"Of {len(rows)} {what} in the application, {len(due)} should have been done by "
            f"{format_day(evidence.cut_off)}; "
            + ("no report says of any that it was." if not done else f"{done} are reported done.")
        )
    return lines


def reviews(evidence: Evidence) -> list[str]:
    found = risks(evidence)
    if found.empty:
        return []
    late = int(found["overdue"].sum())
    return [
        f"Of {len(found)} risks, {late} had a review due before {format_day(evidence.cut_off)}, and no later "
        "review is among the inputs."
        if late
        else f"No review of the {len(found)} risks is overdue."
    ]


def _decide(evidence: Evidence) -> list[str]:
    found = []
    if tasks(evidence)["state"].eq(PAST).any():
        found.append("Ask which of the tasks and milestones past their end were done, and when.")
    if risks(evidence)["overdue"].any():
        found.append("Ask for the risk register with its reviews.")
    return found
