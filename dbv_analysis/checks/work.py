"""What was planned and what is said of it: phases, tasks, milestones, promises, and sentences that contradict."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from dbv_analysis.checks.check import HIGH, LOW, MEDIUM, Result, check, judged
from dbv_analysis.checks.printed import claims, place
from dbv_analysis.findings.progress import PAST, last_day, milestones, phases, tasks
from dbv_analysis.findings.promises import LATE, NEVER_DEFINED, REPORTED, measure_status
from dbv_analysis.model.period import format_day
from dbv_analysis.model.project_lists import PHASES
from dbv_analysis.model.wording import listed, lower_first, upper_first
from dbv_analysis.results.evidence import Evidence

GOOD = ("Ahead", "On track")


def _phase_place(evidence: Evidence, element: str, said_in: str) -> str:
    rows = evidence.project_list("phases")
    rows = rows[(rows["element"] == element) & (rows["said_in"] == said_in)]
    return place(next(rows.itertuples())) if len(rows) else ""


@check(
    title="A summary that differs from its detail",
    example="The quality mark is on track in the summary and slightly behind in the detail.",
)
def summary_and_detail(evidence: Evidence) -> Iterator[Result]:
    """Each element's phase and state as the summary gives them, beside the detail of the same report."""
    for row in phases(evidence).itertuples():
        if not (row.summary and row.detail):
            continue
        summary, detail = (
            f"{status}, {lower_first(phase)}"
            for status, phase in ((row.status_summary, row.summary), (row.status_detail, row.detail))
        )
        yield judged(
            row.element,
            _phase_place(evidence, row.element, "summary"),
            summary,
            detail,
            f"Summary: {summary}. Detail: {detail}.",
            wrong=not row.agrees,
            severity=MEDIUM,
            mend="Say the same in both places.",
        )


@check(
    title="A phase reported that is not the phase planned",
    example="The {unit} was to be a pilot, and is in co-design.",
)
def planned_and_reported(evidence: Evidence) -> Iterator[Result]:
    """Each element's phase in the quarter as planned, beside the phase that the report's detail gives."""
    for row in phases(evidence).itertuples():
        if not (row.planned and row.detail):
            continue
        behind = PHASES.index(row.detail) < PHASES.index(row.planned)
        agrees = row.detail == row.planned
        good = behind and row.status_detail in GOOD
        yield judged(
            row.element,
            _phase_place(evidence, row.element, "detail"),
            f"{row.detail}, {lower_first(row.status_detail)}" if row.status_detail else row.detail,
            f"planned: {row.planned}",
            f"{evidence.quarter}: planned {lower_first(row.planned)}, reported {lower_first(row.detail)}.",
            wrong=not agrees,
            severity=HIGH if good else MEDIUM,
            mend="Call it behind, or say why the plan changed.",
        )


@check(
    title="Phases that go backwards",
    example="A lead practitioner's phase goes from sustain back to co-design in the second year.",
)
def phases_backwards(evidence: Evidence) -> Iterator[Result]:
    """A plan in which an element goes back to an earlier phase in a later quarter."""
    rows = evidence.project_list("phases")
    rows = rows[rows["said_in"] == "plan"].sort_values("quarter", kind="stable")
    for element, own in rows.groupby("element", sort=False):
        back = [
            (before, after)
            for before, after in pairwise(own.itertuples())
            if PHASES.index(after.phase) < PHASES.index(before.phase)
        ]
        steps = [
            f"{one.quarter} {lower_first(one.phase)} → {two.quarter} {lower_first(two.phase)}" for one, two in back
        ]
        yield judged(
            f"Plan of {element}",
            place(next(own.itertuples())),
            listed(steps) if steps else "in order",
            "phases in order",
            listed(steps) if steps else "co-design, implementation, pilot, sustain: none goes back",
            wrong=back,
            severity=LOW,
            mend="Correct the plan, or say why it begins again.",
        )


@check(title="A task outside its phase", example="A task that ends in March 2025 in a phase that ended in May 2024.")
def task_outside_phase(evidence: Evidence) -> Iterator[Result]:
    """Each task's months beside those of the phase under which the plan lists it."""
    rows = evidence.project_list("tasks")
    for (plan, phase), own in rows.groupby(["plan", "phase"], sort=False):
        frame = own[(own["kind"] == "phase") & (own["starts"] != "")]
        if frame.empty:
            continue
        whole = frame.iloc[0]
        for row in own[(own["kind"] == "task") & (own["starts"] != "")].itertuples():
            early = row.starts < whole["starts"]
            late = bool(row.ends and whole["ends"] and row.ends > whole["ends"])
            outside = early or late
            yield judged(
                f"Plan {plan}, {lower_first(phase)}: {row.task}",
                place(row),
                f"{row.starts_printed} to {row.ends_printed}",
                f"phase: {whole['starts_printed']} to {whole['ends_printed'] or 'open'}",
                f"{row.starts} to {row.ends or 'open'}, in a phase from {whole['starts']} to {whole['ends'] or 'open'}"
                + (": starts before it" if early else "")
                + (": ends after it" if late else ""),
                wrong=outside,
                severity=LOW,
                mend="Move the task, or the phase's months.",
            )


@check(
    title="A phase that starts before the one before it",
    example="Sustaining is planned to start before implementing does.",
)
def phase_before_predecessor(evidence: Evidence) -> Iterator[Result]:
    """The phases of each plan in their order: none may start before the one that it follows."""
    rows = evidence.project_list("tasks")
    rows = rows[(rows["kind"] == "phase") & (rows["starts"] != "")]
    for plan, own in rows.groupby("plan", sort=False):
        for before, after in pairwise(own.itertuples()):
            early = after.starts < before.starts
            yield judged(
                f"Plan {plan}: {after.task}",
                place(after),
                after.starts_printed,
                f"{before.task} starts {before.starts_printed}",
                f"{after.starts} {'<' if early else '≥'} {before.starts}",
                wrong=early,
                severity=LOW,
                mend="Put the months in order.",
            )


@check(
    title="Tasks past their end in what is called on track",
    example="Tasks that should have ended in July 2024 and that no report calls done.",
)
def past_due_on_track(evidence: Evidence) -> Iterator[Result]:
    """Elements called on track or ahead, with the tasks of their plan that are past their end and not reported done."""
    every = tasks(evidence)
    phase_of = {row.element: row for row in phases(evidence).itertuples()}
    plans = [plan for workstream in evidence.programme.workstreams for plan in workstream.plans.items()]
    for plan, element in plans:
        row, own = phase_of.get(element), every[every["plan"] == plan]
        if row is None or row.status_detail not in GOOD or own.empty:
            continue
        late = own[own["state"] == PAST]
        yield judged(
            element,
            _phase_place(evidence, element, "detail"),
            row.status_detail,
            f"{len(late)} of {len(own)} tasks past their end, not reported done",
            f"Ended by plan before {format_day(evidence.cut_off)}: {listed(late['task']) if len(late) else 'none'}.",
            wrong=len(late),
            severity=MEDIUM,
            mend="Report each as done, with its day, or as late.",
        )


@check(
    title="Milestones out of order",
    example="The pilot is to be launched in May 2024, two months before its design is complete.",
)
def milestone_order(evidence: Evidence) -> Iterator[Result]:
    """Design comes before the launch of what was designed; nothing is assessed before it has begun."""
    rows = milestones(evidence)
    for stream, own in rows.groupby("workstream", sort=False):
        due = {row.milestone: row for row in own.itertuples()}
        design, launch = due.get("Design complete"), due.get("Launch of Pilot")
        if design and launch:
            early = launch.due < design.due
            yield judged(
                f"Workstream {stream}: launch of the pilot and its design",
                place(launch),
                f"launch {launch.due_printed}, design {design.due_printed}",
                "design before launch",
                f"{launch.due} {'<' if early else '≥'} {design.due}",
                wrong=early,
                severity=MEDIUM,
                mend="Put the months in order.",
            )
        assessment = due.get("Annual Impact Assessment")
        if assessment and launch:
            early = last_day(assessment.due) <= last_day(launch.due)
            yield judged(
                f"Workstream {stream}: first Annual Impact Assessment and launch of the pilot",
                place(assessment),
                f"assessment {assessment.due_printed}, launch {launch.due_printed}",
                "launch before assessment",
                f"{assessment.due} {'≤' if early else '>'} {launch.due}: "
                + ("nothing had run that could be assessed" if early else "in order"),
                wrong=early,
                severity=LOW,
                mend="Call the first one a baseline.",
            )


@check(
    title="A promised measure that is not reported", example="Requests for assessment for SEMH, promised, not given."
)
def promise_not_reported(evidence: Evidence) -> Iterator[Result]:
    """Every measure that a document promises, and whether it had been reported by the cut-off."""
    for row in measure_status(evidence).itertuples():
        reported = row.status == REPORTED
        yield judged(
            f"“{row.measure_printed}” ({_stream(row.workstream)})",
            f"{row.source}: {row.place}",
            row.measure_printed,
            row.status,
            row.why or row.newest or row.status,
            wrong=not reported,
            severity=LOW if row.status in (LATE, NEVER_DEFINED) else MEDIUM,
            mend="Define it." if row.status == NEVER_DEFINED else "Report it, or say that it is dropped.",
        )


def _stream(name: str) -> str:
    return "both workstreams" if name == "both" else f"workstream {name}"


@check(
    title="Two sentences that contradict each other",
    example="A slight impact on attendance, and no impact observed in this area yet.",
)
def contradiction(evidence: Evidence) -> Iterator[Result]:
    """Claims of one document on one topic that say different things. Topics are tagged, no prose is read."""
    by_topic: dict[tuple[str, str], list] = {}
    for claim in claims(evidence, "state", "effect"):
        by_topic.setdefault((claim.row.release, claim.row.topic), []).append(claim)
    for (_, topic), own in by_topic.items():
        statements = dict.fromkeys(claim.row.says for claim in own)
        against = len(statements) > 1
        if len(own) < 2:
            continue
        quoted = [f"“{claim.row.printed}”" for claim in own]
        yield judged(
            upper_first(topic),
            listed(dict.fromkeys(claim.place for claim in own)),
            listed(quoted),
            listed(statements),
            "; ".join(f"{claim.row.claim}: {claim.row.says}" for claim in own),
            wrong=against,
            severity=MEDIUM,
            mend="Say one thing.",
        )


@check(
    title="An event outside the quarter",
    example="“Aug 23” among what was done from July to September 2024.",
)
def event_outside_quarter(evidence: Evidence) -> Iterator[Result]:
    """What a report lists as done in its quarter, beside the quarter's own days."""
    quarter = evidence.quarter
    for claim in claims(evidence, "event"):
        if claim.row.says != "done" or claim.row.published != evidence.cut_off:
            continue
        outside = claim.later.end < quarter.start or claim.later.start > quarter.end
        yield claim.judged(
            f"the quarter runs from {format_day(quarter.start)} to {format_day(quarter.end)}",
            f"{claim.later.label} is {'outside' if outside else 'within'} it",
            wrong=outside,
            severity=LOW,
            mend="Correct the year.",
        )
