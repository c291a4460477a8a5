"""What a page says of its figures: sources, definitions, comparators, and what came out later."""

from __future__ import annotations

from dbv_analysis.blocks import Blocks, Paragraphs, Table, paragraphs
from dbv_analysis.charts import Series
from dbv_analysis.evidence import Evidence
from dbv_analysis.loaders.source import Source
from dbv_analysis.periods import day_in_words
from dbv_analysis.registry import Metric
from dbv_analysis.terms import TOTAL, listed

SIMILAR, EVERYWHERE = "Similar areas", "All areas"


def caption(evidence: Evidence, metric: Metric) -> list[str]:
    """Source with its day, population and, where it is told, how the comparators were made."""
    rows = evidence.whole(metric.id)
    named = [
        f"{source.publisher}, {source.title} ({day_in_words(source.published)})"
        for source in sources(evidence, set(rows["release"]))
    ]
    lines = [f"Source: {'; '.join(named)}.", metric.definition]
    if any(source.published > evidence.cut_off for source in sources(evidence, set(rows["release"]))):
        lines.insert(1, f"The newest figure here was first published on {day_in_words(rows['published'].max())}.")
    return lines


def comparator_notes(series: list[Series]) -> list[str]:
    """What the chart's comparators are, where their names do not say it."""
    lines = []
    for one in series:
        if one.name in (SIMILAR, EVERYWHERE):
            of = "statistical neighbours" if one.name == SIMILAR else "authorities; there is no figure for England"
            lines.append(f"{one.name}: the middle of {one.rows['areas'].iloc[-1]} {of}.")
    return lines


def definitions(evidence: Evidence, shown: list[str]) -> Blocks:
    """What each measure on the page counts, its source, and what was assumed."""
    metrics = [evidence.metrics[name] for name in shown]
    table = Table(
        "What counts",
        ["Measure", "Definition", "Source"],
        [[metric.title, f"{metric.definition} {metric.notes}".strip(), metric.source] for metric in metrics],
        text_columns=3,
    )
    releases = {row for metric in metrics for row in evidence.rows(metric.id)["release"].unique()}
    lines = []
    for source in sources(evidence, releases):
        lines.append(
            f"{source.publisher}, {source.title}; published {day_in_words(source.published)}; {source.licence}."
        )
        lines += [f"Assumed: {words}" for words in source.assumptions] + source.notes
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
    return Blocks([table, Paragraphs(lines, listed=True)])


def published_since(evidence: Evidence, shown: list[str]) -> Table | Paragraphs:
    """The authority's figures that came out after the cut-off: for information, in no finding above."""
    rows = [
        [
            evidence.metrics[row["metric_id"]].title + ("" if row["breakdown"] == TOTAL else f", {row['breakdown']}"),
            row["period_label"],
            evidence.write(row),
            day_in_words(row["published"]),
        ]
        for name in shown
        for _, row in evidence.rows(name, since=True).iterrows()
    ]
    if not rows:
        return paragraphs("Nothing on this page has been published since the cut-off.")
    return Table(
        f"Published since {day_in_words(evidence.cut_off)}: not used above",
        ["Measure", "Period", "Figure", "First published"],
        rows,
        text_columns=2,
    )


def sources(evidence: Evidence, releases: set[str]) -> list[Source]:
    """Each release once, though several files may come from it."""
    by_release = {}
    for source in evidence.sources:
        if source.release in releases:
            by_release.setdefault(source.release, source)
    return list(by_release.values())
