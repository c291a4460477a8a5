"""What was done: training, phases as planned and as reported, tasks past their end, risks whose review is over."""

from __future__ import annotations

from dbv_analysis.compare.change import like_for_like
from dbv_analysis.findings import NO_EARLIER, Findings
from dbv_analysis.findings.progress import DONE, PAST, milestones, phases, risks, tasks
from dbv_analysis.model.blocks import KeyFigure
from dbv_analysis.model.period import format_day
from dbv_analysis.model.wording import listed
from dbv_analysis.results.evidence import Evidence, written


def find(evidence: Evidence) -> Findings | None:
    elements = phases(evidence)
    sentences = [_training(evidence), _states(elements[elements["status_detail"] != ""])]
    if not any(sentences):
        return None
    return Findings(
        headline="; ".join(filter(None, sentences)),
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
        key_figures=_key_figures(evidence),
        decide=_decide(evidence),
    )


def _newest(evidence: Evidence, metric_id: str) -> str:
    """The newest share of schools that is a number, as printed; nothing where there is none."""
    rows = evidence.rows(metric_id)
    rows = rows[rows["symbol"] == ""]
    return "" if rows.empty else written(evidence.metrics[metric_id], rows.iloc[-1])


def _training(evidence: Evidence) -> str:
    training = evidence.programme.training
    shares = [_newest(evidence, name) for name in (training.engaged, training.booked)] if training else []
    if not all(shares) or not training:
        return ""
    return f"{shares[0]} of schools have engaged with {training.name} and {shares[1]} have booked training"


def _key_figures(evidence: Evidence) -> list[KeyFigure]:
    training = evidence.programme.training
    share = _newest(evidence, training.engaged) if training else ""
    return [KeyFigure(share, f"of schools engaged with {training.name}", NO_EARLIER, "as reported")] if share else []


def _states(reported) -> str:
    if reported.empty:
        return ""
    counts = reported["status_detail"].str.lower().value_counts(sort=False)
    states = listed(f"{number} {state}" for state, number in counts.items())
    return f"of {len(reported)} elements the report calls {states}"


def _moves(evidence: Evidence) -> list[str]:
    """What moved since the figure before, where there is one."""
    training = evidence.programme.training
    if training is None:
        return []
    shares = [like_for_like(evidence.series(name)) for name in (training.engaged, training.booked)]
    kinds = [
        (kind, like_for_like(evidence.series(training.uptake, kind)))
        for kind in evidence.metrics[training.uptake].groups
    ]
    moves = [*((change.metric.title, change) for change in shares if change), *kinds]
    return [f"{title} {change.as_text}." for title, change in moves if change]


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
