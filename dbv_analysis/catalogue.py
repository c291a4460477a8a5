"""The catalogue of metrics, as text, JSON and the page in ``docs/``: generated, never written by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping

from dbv_analysis.registry import Metric
from dbv_analysis.terms import listed, section_order


def _records(metrics: Mapping[str, Metric]) -> list[dict]:
    return [
        {
            "metric_id": metric.id,
            "section": metric.section,
            "title": metric.title,
            "unit": metric.unit.name,
            "better": metric.better,
            "breakdowns": list(metric.by),
            "tables": metric.tables,
            "definition": metric.definition,
            "notes": metric.notes,
            "breaks": [{"on": stop.on.isoformat(), "why": stop.why} for stop in metric.breaks],
            "source": metric.source,
        }
        for section in section_order(metric.section for metric in metrics.values())
        for metric in metrics.values()
        if metric.section == section
    ]


def as_json(metrics: Mapping[str, Metric]) -> str:
    return json.dumps(_records(metrics), indent=1, ensure_ascii=False)


def as_text(metrics: Mapping[str, Metric]) -> str:
    lines = []
    for record in _records(metrics):
        lines.append(f"{record['section']}  {record['metric_id']}  ({record['unit']})")
        lines.append(f"    {record['definition']}")
    return "\n".join(lines)


def as_markdown(metrics: Mapping[str, Metric]) -> str:
    lines = [
        "# Metrics",
        "",
        "Generated from the code by `make catalogue`; `make test` compares the two.",
    ]
    section = ""
    for record in _records(metrics):
        if record["section"] != section:
            section = record["section"]
            lines += ["", f"## {section}"]
        better = f"; {record['better']} is better" if record["better"] != "neither" else ""
        lines += ["", f"### {record['title']}", "", f"`{record['metric_id']}` ({record['unit']}{better})", ""]
        lines += [" ".join(filter(None, [record["definition"], record["notes"]])), ""]
        if record["breakdowns"]:
            lines.append(f"- Breakdown: {listed(record['breakdowns'])}")
        lines += [f"- Not comparable across {stop['on']}: {stop['why']}" for stop in record["breaks"]]
        lines += [f"- Source: {record['source']}", f"- Table: `{listed(record['tables'])}`"]
    return "\n".join(lines)
