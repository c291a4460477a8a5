"""What a page says about its figures: sources, definitions, comparators, and what was published later."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from dbv_analysis.charts import Line
from dbv_analysis.compare.change import EVERYWHERE, SIMILAR
from dbv_analysis.model.blocks import Blocks, Paragraphs, Table, paragraphs
from dbv_analysis.model.metric import Metric
from dbv_analysis.model.period import format_day
from dbv_analysis.model.source import Source
from dbv_analysis.model.wording import listed
from dbv_analysis.results.evidence import Evidence
from dbv_analysis.results.series import Series


def caption(series: Series, rows: pd.DataFrame) -> list[str]:
    """The caption of a chart of ``rows``: source with its day, as-at date, what is counted, and what limits it."""
    evidence, metric = series.evidence, series.metric
    if rows.empty:  # the chart shows comparators alone
        rows = evidence.whole(metric.id, evidence.results["area_code"].unique())
    newest = rows.iloc[-1]
    files = sources(evidence, [metric], set(rows["release"]))
    lines = [f"Source: {'; '.join(named(files))}."]
    as_at = f"As at {format_day(newest['as_at'])}"
    if any(source.published > evidence.cut_off for source in files):
        first_out = format_day(rows["published"].max())
        as_at += f"; first published by {first_out}, read from a later release, which may have revised it"
    lines.append(f"{as_at}.")
    lines.append(f"{metric.definition} {metric.notes}".strip())
    first, last = rows["period_end"].min(), rows["period_end"].max()
    inside = [stop for stop in metric.breaks if stop.between(first, last)]
    for why, compares in dict.fromkeys((stop.why, stop.compares) for stop in inside):
        days = listed(f"{stop.on:%B %Y}" for stop in inside if stop.why == why)
        lines.append(f"{'Changed in' if compares else 'Not comparable across'} {days}: {why}.")
    return lines


def project_list_sources(evidence: Evidence, name: str) -> list[Source]:
    """The files that the entries of a project list come from."""
    releases = set(evidence.project_list(name)["release"])
    return [source for source in evidence.sources if source.table in (name, None) and source.release in releases]


def project_list_caption(evidence: Evidence, name: str) -> list[str]:
    """The caption of a project list: the documents that it is from."""
    return [f"Source: {'; '.join(named(project_list_sources(evidence, name)))}."]


def named(files: Iterable[Source]) -> list[str]:
    """Sources as a caption names them, each once."""
    return list(
        dict.fromkeys(f"{source.publisher}, {source.title} ({format_day(source.published)})" for source in files)
    )


def comparator_notes(evidence: Evidence, series: list[Line]) -> list[str]:
    """What the chart's comparators are, where their names do not say it."""
    lines = []
    for line in series:
        if line.name in (SIMILAR, EVERYWHERE):
            fewest, most = line.rows["areas"].min(), line.rows["areas"].max()
            number = f"{most}" if fewest == most else f"{fewest} to {most}"
            of = (
                evidence.neighbours.neighbours.name
                if line.name == SIMILAR
                else f"authorities; the source has no figure for {evidence.programme.country.name}"
            )
            lines.append(f"{line.name}: the middle of {number} {of}.")
    return lines


def definitions(evidence: Evidence, section: str, shown: list[str], printed: list[str], lists: list[str]) -> Blocks:
    """What each measure on a section's page counts, its sources, and what was assumed.

    ``printed`` names the metrics whose figures the page shows as the reports printed them, too, and
    ``lists`` the project lists that it shows.
    """
    metrics = [evidence.metrics[name] for name in shown]
    table = Table(
        "What counts",
        ["Measure", "Definition", "Source"],
        [[metric.title, f"{metric.definition} {metric.notes}".strip(), metric.source] for metric in metrics],
        text_columns=3,
    )
    releases = {release for metric in metrics for release in evidence.rows(metric.id)["release"]}
    claims = evidence.printed_figures
    claims = claims[claims["metric_id"].isin(printed) & (claims["published"] <= evidence.cut_off)]
    claimed = set(claims["release"])
    reports = [source for source in evidence.sources if source.table == "printed_figures" and source.release in claimed]
    listed_in = [source for name in lists for source in project_list_sources(evidence, name)]
    lines: list[str] = []
    for source in [*sources(evidence, metrics, releases), *reports, *listed_in]:
        lines.append(f"{source.publisher}, {source.title}; published {format_day(source.published)}; {source.licence}.")
        assumed = [*source.assumptions, *source.about.get(section, [])]
        lines += [f"Assumed: {assumption}" for assumption in assumed] + source.notes
    lines = list(dict.fromkeys(lines))  # several files of one release say the same of it
    neighbours = evidence.neighbours
    if any(not evidence.rows(metric.id, areas=neighbours.codes).empty for metric in metrics):
        late = (
            " This set is dated after the cut-off; the one in force then was not at hand."
            if neighbours.later_than_cut_off
            else ""
        )
        names = listed(neighbours.neighbours.areas.values())
        lines.append(
            f"Similar authorities are the {neighbours.neighbours.name} of {neighbours.neighbours.source}: "
            f"{names}.{late}"
        )
    parts = [table] if metrics else []
    return Blocks([*parts, Paragraphs(lines, listed=True)] if lines else parts)


def published_since(evidence: Evidence, shown: list[str]) -> Table | Paragraphs:
    """The authority's figures that came out after the cut-off: for information, in no finding above."""
    rows = [
        [
            evidence.metrics[row["metric_id"]].titled(row["breakdown"]),
            row["period_label"],
            evidence.write(row),
            format_day(row["published"]),
        ]
        for name in shown
        for _, row in evidence.rows(name, since=True).iterrows()
    ]
    if not rows:
        return paragraphs("Nothing on this page has been published since the cut-off.")
    return Table(
        f"Published since {format_day(evidence.cut_off)}: not used above",
        ["Measure", "Period", "Figure", "First published"],
        rows,
        text_columns=2,
    )


def sources(evidence: Evidence, metrics: list[Metric], releases: set[str]) -> list[Source]:
    """The files of ``releases`` that the metrics' tables come from, by release."""
    tables = {table for metric in metrics for table in metric.tables}
    files = [
        source
        for source in evidence.sources
        if source.release in releases and (source.table is None or source.table in tables)
    ]
    return sorted(files, key=lambda source: source.release)
