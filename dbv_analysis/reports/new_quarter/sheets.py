"""What stands in each sheet of an empty return: which rows there are, and what was known of each before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import pandas as pd

from dbv_analysis.inputs.quarterly_return.read import FIGURES, GRANT, MILESTONES, PHASES, RISKS
from dbv_analysis.metrics.declared import metrics_of
from dbv_analysis.model.breaks import changes
from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.metric import Metric
from dbv_analysis.model.pack import CONTROLLED, section_order
from dbv_analysis.model.period import FULL_YEAR, SNAPSHOT, Period, Quarter
from dbv_analysis.model.project_lists import PROJECT_LISTS
from dbv_analysis.model.quarterly_return import ALL_LINES, Sheet
from dbv_analysis.model.settings import Programme
from dbv_analysis.results.calculate import calculate
from dbv_analysis.results.evidence import period_of

# What the source of a metric says where the authority reports it each quarter.
REPORTED = "the authority's quarterly reports"
NEW_LINES = 5

Cells = dict[str, object]
Record = Mapping[str, object]


def sheets(
    quarter: Quarter, programme: Programme, tables: Mapping[str, pd.DataFrame], day: date
) -> dict[Sheet, list[Cells]]:
    """The rows of every sheet, each a cell by column name; the cells to fill in are not among them.

    ``tables`` are the validated inputs, or none where there are no inputs yet. Those published by ``day`` count.
    """
    known = {sheet: _published(tables.get(sheet.table), day) for sheet in (GRANT, PHASES, RISKS, MILESTONES)}
    return {
        FIGURES: _figures(quarter, programme, tables, day),
        GRANT: _grant(quarter, known[GRANT]),
        PHASES: _phases(quarter, known[PHASES]),
        RISKS: _risks(known[RISKS]),
        MILESTONES: _milestones(known[MILESTONES]),
    }


def _published(frame: pd.DataFrame | None, day: date) -> list[Record]:
    """The rows of a table that were out by ``day``, the newest last."""
    if frame is None or frame.empty:
        return []
    return frame[frame["published"] <= day].sort_values("published", kind="stable").to_dict("records")


def reported_each_quarter(metrics: Iterable[Metric]) -> list[Metric]:
    """Those metrics that a return asks for, in the order of a pack.

    They are read from the authority's own figures, and their source names its quarterly reports; what only the
    grant application says is not asked again. A metric that is broken down, but lists no breakdowns in which it
    may be given, is calculated from others.
    """
    asked = [
        metric
        for metric in metrics
        if FIGURES.table in metric.tables and REPORTED in metric.source and not (metric.by and not metric.groups)
    ]
    order = section_order(metric.section for metric in asked)
    return sorted(asked, key=lambda metric: order.index(metric.section))


def _figures(quarter: Quarter, programme: Programme, tables: Mapping[str, pd.DataFrame], day: date) -> list[Cells]:
    """A row for each figure that is asked for, with the newest that is known: the authority's own or a published one.

    Nothing is hidden here, for the authority counts these figures itself.
    """
    asked = reported_each_quarter(metrics_of(programme).values())
    results = _published(calculate(asked, tables, programme.disclosure, CONTROLLED) if tables else None, day)
    own = [result for result in results if result["area_code"] == programme.area.code]
    own = sorted(own, key=lambda result: result["period_end"])
    last = {(result["metric_id"], result["breakdown"]): result for result in own}
    rows = []
    for metric in asked:
        for breakdown in metric.groups or (TOTAL,):
            before = last.get((metric.id, breakdown))
            row = {
                "section": metric.section,
                "measure": metric.title,
                "breakdown": breakdown,
                "unit": metric.unit.name,
                "suggested period": _suggested(metric, before, quarter, day),
                "metric_id": metric.id,
            }
            if before:
                row |= {
                    "last value": _number(before, "value"),
                    "last period": _written(before),
                    "last as at": before["as_at"].isoformat(),
                }
            rows.append(row)
    return rows


def _written(result: Record) -> str:
    """A result's period as it is written in a return."""
    if result["basis"] == FULL_YEAR:
        return period_of(result).text
    start, end = result["period_start"], result["period_end"]
    return (Period.snapshot(end) if result["basis"] == SNAPSHOT else Period.window(start, end)).text


def _suggested(metric: Metric, before: Record | None, quarter: Quarter, day: date) -> str:
    """The period that a figure of the quarter is most likely about; empty where that cannot be told.

    What SEN2 counts by calendar year runs from January. A figure of one day last time is one of a day again.
    """
    end = min(quarter.end, day)
    if metric.breaks == changes("SEN2 flows"):
        start = date(end.year, 1, 1)
        year = Period.calendar_year(end.year)
        return (year if end == year.end else Period.window(start, end)).text
    one_day = before["basis"] == SNAPSHOT if before else metric.any_day
    return Period.snapshot(end).text if one_day else ""


def _number(record: Record, column: str) -> object:
    """A number, whole where it is, or the symbol that stands in its place."""
    value = record[column]
    return record["symbol"] or (int(value) if float(value).is_integer() else value)


def _grant(quarter: Quarter, known: list[Record]) -> list[Cells]:
    """The total, the lines reported so far, those that only the profile of this quarter has, and empty rows."""
    profile, reported = {}, {}
    for record in sorted(known, key=lambda record: record["period_end"]):
        if record["measure"] != "profile":
            quarters = reported.setdefault(record["line"], {})
            quarters.setdefault(record["period"], {})[record["measure"]] = record
        elif (record["period_start"], record["period_end"]) == (quarter.start, quarter.end):
            profile[record["line"]] = record
    rows = []
    for line in dict.fromkeys([ALL_LINES, *reported, *profile]):
        row: Cells = {"quarter": str(quarter), "line": line}
        if line in reported:
            period, measures = list(reported[line].items())[-1]
            row |= {f"last {measure}": _number(record, "pounds") for measure, record in measures.items()}
            row["last quarter"] = Period.parse(period).label
            row["workstream"] = next(iter(measures.values()))["workstream"]
        if line in profile:
            row["planned profile"] = _number(profile[line], "pounds")
            row["workstream"] = row.get("workstream") or profile[line]["workstream"]
        rows.append(row)
    return rows + [{"quarter": str(quarter)} for _ in range(NEW_LINES)]


def _phases(quarter: Quarter, known: list[Record]) -> list[Cells]:
    said: dict[object, list[Record]] = {}
    for record in known:
        said.setdefault(record["element"], []).append(record)
    rows = []
    for element, records in said.items():
        row: Cells = {"quarter": str(quarter), "workstream": records[-1]["workstream"], "element": element}
        planned = [one for one in records if (one["said_in"], one["quarter"]) == ("plan", str(quarter))]
        if planned:
            row["planned phase"] = planned[-1]["phase"]
        # Where a report says it twice, what it says in detail counts.
        told = [one for one in records if one["said_in"] != "plan"]
        if told:
            last = max(told, key=lambda one: (one["quarter"], one["published"], one["said_in"] == "detail"))
            row |= {"last quarter": last["quarter"], "last phase": last["phase"], "last status": last["status"]}
        rows.append(row)
    return rows


def _entries(register: str, known: list[Record]) -> list[Record]:
    """A register's entries as they were given last, in the order in which they first came."""
    return list({tuple(record[name] for name in PROJECT_LISTS[register]): record for record in known}.values())


def _risks(known: list[Record]) -> list[Cells]:
    return [
        {name: risk[name] for name in RISKS.names}
        | {"last rating": risk["rating"], "last review": risk["review"], "last as at": risk["as_at"].isoformat()}
        for risk in _entries("risks", known)
    ]


def _milestones(known: list[Record]) -> list[Cells]:
    return [
        {name: milestone[name] for name in MILESTONES.names} | {"last done": milestone["done"]}
        for milestone in _entries("milestones", known)
    ]
