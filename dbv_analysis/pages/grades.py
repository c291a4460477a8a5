"""Did the programme do it? Each measure's change since the start beside the same change elsewhere, as tables."""

from __future__ import annotations

from dbv_analysis.compare.change import EVERYWHERE, elsewhere
from dbv_analysis.compare.grades import MEANS
from dbv_analysis.findings.pack_summary import Judged, judged
from dbv_analysis.model.blocks import Block, Blocks, Table, paragraphs
from dbv_analysis.model.units import COUNT
from dbv_analysis.results.evidence import Evidence


def grades(evidence: Evidence, section: str) -> Block:
    """What can be said of each measure of a section, and how the authority stands among similar areas."""
    measures = judged(evidence, section)
    since = [measure for measure in measures if measure.verdict.since is not None]
    parts: list[Block] = [_since(evidence, since)] if since else []
    waiting = [measure for measure in measures if measure.verdict.since is None]
    if waiting:
        parts.append(paragraphs(_waiting(evidence, waiting)))
    placed = [measure for measure in measures if measure.verdict.rank]
    if placed:
        parts.append(_places(evidence, placed))
    if not parts:
        parts.append(paragraphs("No measure here has a better direction and figures, so none is graded."))
    return Blocks(parts)


def _since(evidence: Evidence, measures: list[Judged]) -> Table:
    """Each change since the last figure from before the programme began, here and elsewhere, with its grade."""
    region, country = evidence.programme.region.name, evidence.programme.country.name
    rows, stood_in = [], False
    for measure in measures:
        since, did = measure.verdict.since, measure.verdict.estimate
        periods = f"{since.earlier['period_label']} to {since.later['period_label']}"
        if since.refusal:
            rows.append([measure.name, measure.verdict.grade, periods, *["z"] * 5])
            continue
        moves = {name: b - a for name, (a, b) in elsewhere(since).items()}
        if EVERYWHERE in moves and country not in moves:
            moves[country], stood_in = moves[EVERYWHERE], True
        similar = "x" if did is None else _signed(measure, since.difference - did.value)
        rows.append(
            [
                measure.name,
                measure.verdict.grade,
                periods,
                _signed(measure, since.difference),
                similar,
                *(_signed(measure, moves[name]) if name in moves else "x" for name in (region, country)),
                _interval(measure),
            ]
        )
    notes = [
        f"{grade.capitalize()}: {MEANS[grade]}."
        for grade in dict.fromkeys(measure.verdict.grade for measure in measures)
    ]
    notes += [
        f"{measure.name}: {measure.verdict.since.refusal}." for measure in measures if measure.verdict.since.refusal
    ]
    notes.append("Similar areas: the mean of their changes. Difference: here less that mean, with its 95% interval.")
    if stood_in:
        notes.append(f"Where the source has no figure for {country}, the middle of all authorities stands in.")
    header = ["Measure", "Grade", "From and to", evidence.area, "Similar areas", region, country, "Difference"]
    return Table("Changes since the programme began, in each measure’s unit", header, rows, text_columns=3, notes=notes)


def _signed(measure: Judged, difference: float) -> str:
    decimals = measure.metric.unit.decimals if measure.metric.decimals is None else measure.metric.decimals
    size = round(difference, decimals)
    sign = "+" if size > 0 else "−" if size < 0 else ""
    return f"{sign}{COUNT.write(abs(difference), decimals)}"


def _interval(measure: Judged) -> str:
    did = measure.verdict.estimate
    if did is None:
        return "x"
    low, high = (_signed(measure, end) for end in (did.low, did.high))
    return f"{_signed(measure, did.value)} ({low} to {high})"


def _waiting(evidence: Evidence, measures: list[Judged]) -> str:
    """How many measures have nothing since the start that compares."""
    titles = {measure.metric.title for measure in measures}
    what = "one measure" if len(titles) == 1 else f"{len(titles)} measures"
    has = "has" if len(titles) == 1 else "have"
    return f"Monitoring only: {what} here {has} no figure since {evidence.start:%B %Y} that is like one from before."


def _places(evidence: Evidence, measures: list[Judged]) -> Table:
    """Where the authority's newest whole figure stands among those of its similar areas."""
    rows = [
        [
            measure.name,
            measure.verdict.rank.period,
            measure.metric.write(measure.verdict.rank.value),
            f"{measure.verdict.rank.rank} of {measure.verdict.rank.of}",
            f"{measure.verdict.rank.quartile} of 4" if measure.verdict.rank.quartile else "z",
        ]
        for measure in measures
    ]
    notes = [
        "1 is the best, or the highest where no direction is better.",
        "A place says nothing of the programme: most of these figures differ for other reasons.",
    ]
    header = ["Measure", "Period", "Figure", "Place", "Quartile"]
    return Table(f"{evidence.area} among its similar areas", header, rows, text_columns=2, notes=notes)
