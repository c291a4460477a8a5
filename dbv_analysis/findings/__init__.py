"""What the results say, in sentences: one module a section, each with ``find(evidence)``.

A section without a module of its own gets plain sentences from its metrics' newest figures.
"""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass, field

from dbv_analysis.compare.change import Change, elsewhere
from dbv_analysis.compare.judge import judge
from dbv_analysis.model.blocks import KeyFigure
from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.period import PART_YEAR
from dbv_analysis.model.wording import listed, lower_first, slug
from dbv_analysis.results.evidence import Evidence, during, written
from dbv_analysis.results.series import Series


@dataclass(frozen=True)
class Findings:
    """What one section has to tell.

    ``headline`` is the page's answer; ``sure`` says how sure, and what would change our mind;
    ``key_figures`` go to the board summary; ``not_yet`` is what cannot be told yet, and when;
    ``decide`` is what the board should settle.
    """

    headline: str
    sure: list[str]
    key_figures: list[KeyFigure] = field(default_factory=list)
    not_yet: list[str] = field(default_factory=list)
    decide: list[str] = field(default_factory=list)


def find(section: str, evidence: Evidence) -> Findings:
    """The findings of a section, from its own module where there is one."""
    return evidence.cached((find, section), lambda: _find(section, evidence))


def _find(section: str, evidence: Evidence) -> Findings:
    name = f"{__name__}.{slug(section)}"
    if importlib.util.find_spec(name):
        found = importlib.import_module(name).find(evidence)
        if found:
            return found
    return _plain(section, evidence)


def _plain(section: str, evidence: Evidence) -> Findings:
    said, missing, first = [], [], ()
    for metric in evidence.in_section(section):
        rows = evidence.whole(metric.id)
        rows = evidence.rows(metric.id) if rows.empty else rows
        if rows.empty:
            missing.append(metric.title)
        else:
            newest = rows.iloc[-1]
            first = first or (metric.id, newest["breakdown"])
            said.append(f"{metric.titled(newest['breakdown'])}: {evidence.write(newest)} in {newest['period_label']}")
    if not said:
        return Findings(
            f"No figures for {section} had been published by the cut-off",
            ["There is nothing to be sure of yet."],
            not_yet=[f"{listed(missing)}: no figure yet."] if missing else [],
        )
    return Findings(said[0], graded(evidence.series(*first)), not_yet=[f"{title}: no figure yet." for title in missing])


NO_EARLIER = "no earlier figure"


def format_others(moved: Change) -> list[str]:
    """How the comparators moved over the same time, so that a move made everywhere is seen as one."""
    write = moved.metric.write
    others = [f"{name} {write(before)} → {write(now)}" for name, (before, now) in elsewhere(moved).items()]
    return [f"Over the same time: {'; '.join(others)}."] if others else []


def graded(series: Series) -> list[str]:
    """The grade of a measure and why, and the authority's place among similar areas where it has one."""
    verdict = judge(series)
    lines = [f"Grade: {verdict.grade}. {verdict.why}"]
    if verdict.rank:
        lines.append(f"For {lower_first(series.metric.title)}, {series.evidence.area} is {verdict.rank.text}.")
    return lines


def reported_parts(evidence: Evidence, *metric_ids: str) -> list[str]:
    """Figures of part of a year, and why they stand beside no full year."""
    said = []
    for name in metric_ids:
        metric = evidence.metrics[name]
        rows = evidence.rows(name, basis=PART_YEAR, breakdown=TOTAL)
        said += [
            f"{lower_first(metric.title)} {written(metric, row)} {during(row)}"
            for _, row in rows[rows["value"].notna()].iterrows()
        ]
    if not said:
        return []
    return [
        f"There are figures of parts of a year too: {listed(said)}. They are not set against full years, and no "
        "improvement is read from them."
    ]
