"""What the documents promise to measure, and whether it had been reported by a pack's cut-off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from dbv_analysis.model.period import format_day
from dbv_analysis.model.problems import DataProblem, DataProblems
from dbv_analysis.model.project_lists import PROJECT_LISTS
from dbv_analysis.model.units import SYMBOLS
from dbv_analysis.model.wording import did_you_mean, listed, lower_first
from dbv_analysis.results.evidence import Evidence

REPORTED, LATE, NOT_YET, NEVER_DEFINED = "reported", "late", "promised, not yet reported", "never defined"
STATUSES = (REPORTED, LATE, NOT_YET, NEVER_DEFINED)  # from the best to the worst

# How long a figure may lie back, in months before the cut-off. A term is published two terms in arrears, a census
# or a calendar year half a year after its end. What is due each quarter must reach into the quarter.
MONTHS = {"term": 8, "year": 18}
DUE = {"quarter": "each quarter", "term": "each term", "year": "each year", "once": "once"}
PROMISES = ("top level", "short term", "milestone")  # what else the application prints, it says and does not promise
NO_DEFINITION = "the document names it and does not say what is to be counted"


@dataclass(frozen=True)
class _Shown:
    """The status of one metric or project list, with the reason, its newest figure and the titles of its sources."""

    name: str
    status: str
    why: str
    newest: str = ""
    day: date = date.min
    sources: tuple[str, ...] = ()


def check_measures(measures: pd.DataFrame, metrics: Iterable[str], data: Path = Path()) -> None:
    """Raise DataProblems for every promised measure that names neither a metric nor a project list."""
    known = [*metrics, *PROJECT_LISTS]
    problems = []
    for measure in measures.itertuples():
        for name in measure.shown_by.split():
            if name not in known:
                fix = f"Use one that `dbv metrics` lists, or leave the cell empty.{did_you_mean(name, known)}"
                what = f'"{name}" is neither a metric nor a register.'
                problems.append(DataProblem((data / measure.file).as_posix(), what, fix, int(measure.row), "shown_by"))
    if problems:
        raise DataProblems(problems)


def measure_status(evidence: Evidence) -> pd.DataFrame:
    """Every promised measure, one a row: the columns of the list ``measures``, and its status at the cut-off.

    ``status`` is one of ``STATUSES``; of several metrics the worst counts. ``why`` says it in words, ``newest`` is
    the newest figure's period and day, ``lacking`` what keeps the measure from being reported, and ``sources`` the
    titles of what there is. A figure that holds only a symbol is none; figures of other areas do not count.

    Raises DataProblems where a measure names a metric that does not exist.
    """
    return _with_status(evidence, evidence.project_list("measures"))


def missing(evidence: Evidence, section: str) -> list[str]:
    """A sentence for each promised measure that ``section`` owns and that is not reported, for its page.

    A measure that a document promises for both workstreams in the same words has one sentence.
    """
    measures = evidence.project_list("measures")
    rows = _with_status(evidence, measures[measures["section_of_pack"] == section])
    rows = rows[rows["status"] != REPORTED]
    same = ["document", "measure_printed", "shown_by", "status"]
    return [_sentence(group) for _, group in rows.groupby(same, sort=False)]


def _sentence(rows: pd.DataFrame) -> str:
    row = rows.iloc[0]
    streams = set(rows["workstream"])
    where = f"workstream {streams.pop()}" if len(streams) == 1 and "both" not in streams else "both workstreams"
    status = {LATE: f"late: the newest is {row['newest']}", NOT_YET: "not yet reported"}.get(
        row["status"], row["status"]
    )
    promised = row["document"] == "grant application" and row["level"] in PROMISES
    part = 0 < len(row["lacking"]) < len(row["shown_by"].split())
    of = f" ({listed(row['lacking'])})" if part else ""
    promise = f"{'promised' if promised else 'named'} in the {row['document']} ({where})"
    return f"“{row['measure_printed'].rstrip('.')}”: {promise}, {status}{of}."


def _with_status(evidence: Evidence, measures: pd.DataFrame) -> pd.DataFrame:
    check_measures(measures, evidence.metrics)
    columns = ["status", "why", "newest", "lacking", "sources"]
    cells = [_of_measure(evidence, measure) for measure in measures.itertuples()]
    return measures.assign(**{name: [row[index] for row in cells] for index, name in enumerate(columns)})


def _of_measure(evidence: Evidence, measure) -> tuple[str, str, str, tuple[str, ...], tuple[str, ...]]:
    names = measure.shown_by.split()
    if not names:
        return NEVER_DEFINED, measure.note or NO_DEFINITION, "", (), ()
    shown = [
        _of_project_list(evidence, name, measure)
        if name in PROJECT_LISTS
        else evidence.cached(
            (_of_metric, name, measure.every), lambda name=name: _of_metric(evidence, name, measure.every)
        )
        for name in names
    ]
    status = max((item.status for item in shown), key=STATUSES.index)
    deciding = [item for item in shown if item.status == status]
    # Of the late ones the newest is what is late; where there is nothing, what else there is.
    newest = max(deciding, key=lambda item: item.day).newest or max(shown, key=lambda item: item.day).newest
    lacking = () if status == REPORTED else tuple(item.name for item in deciding)
    why = "; ".join(dict.fromkeys(item.why for item in deciding))
    return status, why, newest, lacking, tuple(dict.fromkeys(title for item in shown for title in item.sources))


def _of_metric(evidence: Evidence, metric_id: str, due: str) -> _Shown:
    rows = evidence.rows(metric_id)
    numbers = rows[rows["symbol"] == ""]
    name = lower_first(evidence.metrics[metric_id].title)
    if numbers.empty:
        return _Shown(name, NOT_YET, f"{name}: {_why_no_number(evidence, metric_id, rows)}")
    # The day that a figure reaches: a forecast reaches no further than the day on which it was made.
    reach = pd.Series([min(row.period_end, row.as_at) for row in numbers.itertuples()], index=numbers.index)
    day = max(reach)
    row = numbers[reach == day].iloc[-1]
    # A later release that gives the figure again does not make it known later.
    newest = f"{row['period_label']}, as at {format_day(min(row['as_at'], row['published']))}"
    status = REPORTED if day >= _earliest(evidence, due) else LATE
    why = f"{name}: due {DUE[due]}, the newest is {newest}"
    return _Shown(name, status, why, newest, day, _titles(evidence, numbers))


def _why_no_number(evidence: Evidence, metric_id: str, rows: pd.DataFrame) -> str:
    if not rows.empty:
        held = [f"{symbol} ({SYMBOLS[symbol]})" for symbol in SYMBOLS if symbol in set(rows["symbol"])]
        return f"only {listed(held)}"
    since = evidence.rows(metric_id, since=True)
    if since.empty:
        return "no figure"
    return f"first published on {format_day(min(since['published']))}, after the cut-off"


def _of_project_list(evidence: Evidence, name: str, measure) -> _Shown:
    entries = evidence.project_list(name)
    title = name.replace("_", " ")
    if name == "milestones" and measure.level == "milestone":
        # Its entry in the register is the promise itself: only the day on which it was reached reports it.
        entries = entries[(entries["milestone"] == measure.measure_printed) & (entries["done"] != "")]
        entries = entries[entries["workstream"] == measure.workstream]
        if entries.empty:
            return _Shown(title, NOT_YET, "no document says that it was reached")
    if entries.empty:
        return _Shown(title, NOT_YET, f"{title}: no entry")
    day = max(entries["as_at"])
    newest = f"{len(entries)} {title}, as at {format_day(day)}"
    return _Shown(title, REPORTED, newest, newest, day, _titles(evidence, entries))


def _earliest(evidence: Evidence, due: str) -> date:
    """The earliest day that a figure may end on and not be late."""
    if due == "once":
        return date.min
    if due == "quarter":
        return evidence.quarter.start
    return (pd.Timestamp(evidence.cut_off) - pd.DateOffset(months=MONTHS[due])).date()


def _titles(evidence: Evidence, rows: pd.DataFrame) -> tuple[str, ...]:
    titles = {f"{source.publisher}, {source.title}": source.title for source in evidence.sources}
    return tuple(dict.fromkeys(titles.get(source, source) for source in rows["source"]))
