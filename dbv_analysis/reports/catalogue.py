"""The catalogue of metrics and of promised measures, as text, JSON and Markdown: generated, never written by hand.

``python -m dbv_analysis.reports.catalogue 2024-25-Q2`` writes ``docs/metrics.md`` and ``docs/measures.md``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from dbv_analysis.model.metric import Metric
from dbv_analysis.model.pack import section_order
from dbv_analysis.model.problems import UserProblem
from dbv_analysis.model.wording import listed, upper_first

if TYPE_CHECKING:  # the catalogue of metrics is shown without loading pandas
    import pandas as pd

MEASURES = """\
# What was promised, and what there is

Every measure, indicator, table and milestone that the grant application and the quarterly report name, with the metrics
that show it here. The `measures.csv` beside each document's data also says how often one is due and how it differs from
the metric. `dbv check --quarter {quarter}` says why one is late or not yet reported.

Generated from the data by `make catalogue`; `make test` compares the two.

At the cut-off of {quarter} there are {counts}

| named in | measure, as printed | shown by | section | data behind it | {quarter} |
|---|---|---|---|---|---|
"""


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
            "breaks": [
                {"on": stop.on.isoformat(), "why": stop.why, "compares": stop.compares} for stop in metric.breaks
            ],
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
        lines += [_break(stop) for stop in record["breaks"]]
        lines += [f"- Source: {record['source']}", f"- Table: `{listed(record['tables'])}`"]
    return "\n".join(lines)


def _break(stop: dict) -> str:
    return f"- {'Changed on' if stop['compares'] else 'Not comparable across'} {stop['on']}: {stop['why']}"


def completeness(promised: pd.DataFrame) -> str:
    """How many promised measures have each status, and a table of those with each but reported, as text.

    ``promised`` is as ``promises.measure_status`` gives it.
    """
    from dbv_analysis.findings.promises import REPORTED, STATUSES
    from dbv_analysis.model.blocks import Table

    tables = [
        Table(
            f"{upper_first(status)} ({len(rows)}):",
            ["measure", "section", "newest", "why"],
            [
                [f"{row.number} {row.measure_printed}", row.section_of_pack, row.newest or "none", row.why]
                for row in rows.itertuples()
            ],
            text_columns=4,
        ).text()
        for status in STATUSES
        if status != REPORTED and len(rows := promised[promised["status"] == status])
    ]
    return "\n\n".join([_counted(promised), *tables])


def _counted(promised: pd.DataFrame) -> str:
    from dbv_analysis.findings.promises import STATUSES

    counts = [f"{number} {status}" for status in STATUSES if (number := int((promised["status"] == status).sum()))]
    return f"{len(promised)} measures: {'; '.join(counts) or 'nothing is promised'}."


def measures_as_markdown(promised: pd.DataFrame, quarter: str) -> str:
    """Every promised measure, a row each; what both workstreams promise in the same words is one row."""
    lines = []
    heading = promised["place"].str.split(": ").str[-1]
    same = ["document", "heading", "measure_printed", "shown_by", "status"]
    for _, rows in promised.assign(heading=heading).groupby(same, sort=False):
        row = rows.iloc[0]
        streams = set(rows["workstream"])
        stream = f"workstream {row['workstream']}" if len(streams) == 1 and "both" not in streams else ""
        where = row["heading"] if stream in row["heading"].lower() else f"{row['heading']}, {stream}"
        cells = [
            f"{row['document'].capitalize()}: {where}",
            row["measure_printed"],
            " ".join(f"`{name}`" for name in row["shown_by"].split()) or "nothing",
            row["section_of_pack"],
            "; ".join(dict.fromkeys(map(_short, row["sources"]))) or "none yet",
            row["status"],
        ]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n")
    return MEASURES.format(quarter=quarter, counts=_counted(promised)) + "".join(lines)


def _short(title: str) -> str:
    """A title up to the first comma after three words: without years, dates and breakdowns."""
    for index, letter in enumerate(title):
        if letter == "," and len(title[:index].split()) >= 3:
            return title[:index]
    return title


def write(quarter: str) -> None:
    """Write ``docs/metrics.md``, and ``docs/measures.md`` as it is at the cut-off of ``quarter``."""
    from dbv_analysis.findings.promises import measure_status
    from dbv_analysis.results.evidence import open_evidence

    evidence = open_evidence(quarter, Path("data/raw"))
    measures = measures_as_markdown(measure_status(evidence), quarter)
    for name, text in {"metrics": as_markdown(evidence.metrics) + "\n", "measures": measures}.items():
        (evidence.programme.root / "docs" / f"{name}.md").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Name the quarter whose measures are to be written, such as 2024-25-Q2.")
    try:
        write(sys.argv[1])
    except UserProblem as problem:
        sys.exit(str(problem))
