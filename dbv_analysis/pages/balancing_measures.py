"""Balancing measures: wherever a cost or a share falls, what happened to the same children is shown beside it."""

from __future__ import annotations

from dbv_analysis.compare.change import Change, change, like_for_like, with_value
from dbv_analysis.findings import NO_EARLIER
from dbv_analysis.model.blocks import Paragraphs, Table, paragraphs
from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.pack import SECTIONS
from dbv_analysis.model.units import HIGHER, PERCENT, POUNDS
from dbv_analysis.model.wording import listed, lower_first, upper_first
from dbv_analysis.results.evidence import Evidence
from dbv_analysis.results.series import Series

BALANCED = tuple(name for name, section in SECTIONS.items() if section.balanced)
BESIDE = (
    ("plans_20_weeks_excl_exceptions_percent", TOTAL),
    ("overall_absence_percent", "EHC plan"),
    ("persistent_absence_percent", "EHC plan"),
    ("suspension_rate", "EHC plan"),
    ("exclusion_rate", "EHC plan"),
)
TRIBUNAL = "appeals to the SEND tribunal"


def falls(evidence: Evidence, sections: tuple[str, ...] = BALANCED) -> list[Change]:
    """The costs and shares of some sections whose newest figure is lower than the one that compares with it."""
    changes = []
    for section in sections:
        for metric in evidence.in_section(section):
            if metric.unit not in (PERCENT, POUNDS):
                continue
            for breakdown in evidence.rows(metric.id)["breakdown"].unique():
                moved = like_for_like(evidence.series(metric.id, breakdown))
                if moved and not moved.refusal and moved.verb == "fell":
                    changes.append(moved)
    return changes


def balancing_measures(evidence: Evidence, sections: tuple[str, ...] = BALANCED) -> Table | Paragraphs:
    """Timeliness, attendance, suspensions and appeals of children with plans, where a cost or a share fell."""
    fell = list(dict.fromkeys(lower_first(moved.metric.title) for moved in falls(evidence, sections)))
    if not fell:
        return paragraphs("No cost or share here is known to have fallen between two figures that compare.")
    rows = [_row(evidence.series(*beside)) for beside in BESIDE if beside[0] in evidence.metrics]
    return Table(
        "The same children: what stands beside a cost or share that fell",
        ["Measure", "Period", "Figure", "Before", "Which way"],
        [*rows, [TRIBUNAL, "x", "x", "x", "x"]],
        text_columns=2,
        notes=[
            f"Fell: {listed(fell)}. A lower cost or share is no gain if children wait longer, miss more school or are "
            "suspended more.",
            f"{upper_first(TRIBUNAL)}: no figure is among the inputs.",
        ],
    )


def _row(series: Series) -> list[str]:
    write, name = series.evidence.write, lower_first(series.title)
    rows = with_value(series.rows)
    if rows.empty:
        return [name, "x", "x", "x", "x"]
    moved = change(series) or like_for_like(series)
    if moved is None:
        return [name, rows.iloc[-1]["period_label"], write(rows.iloc[-1]), NO_EARLIER, "not known"]
    figure = [name, moved.later["period_label"], write(moved.later)]
    if moved.refusal:
        return [*figure, "not comparable", "not known"]
    return [*figure, f"{write(moved.earlier)} in {moved.earlier['period_label']}", _way(moved)]


def _way(moved: Change) -> str:
    if moved.verb == "stayed":
        return "the same"
    return "better" if (moved.verb == "rose") == (moved.metric.better == HIGHER) else "worse"
