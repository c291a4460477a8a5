"""What the placements show: shares and numbers, and whether better recording alone explains the change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dbv_analysis.compare.change import Change, change
from dbv_analysis.compare.judge import judge
from dbv_analysis.findings import Findings, format_others, graded
from dbv_analysis.model.blocks import KeyFigure
from dbv_analysis.model.breaks import SEN2_CENSUS
from dbv_analysis.model.period import format_day
from dbv_analysis.model.units import PERCENT
from dbv_analysis.model.wording import listed, lower_first
from dbv_analysis.results.disclosure import shown
from dbv_analysis.results.evidence import Evidence

SPECIAL, SPECIAL_KNOWN = "placement_special_percent", "placement_special_known_percent"
INMSS = "placement_inmss_percent"
MAINSTREAM, MAINSTREAM_KNOWN = "placement_mainstream_percent", "placement_mainstream_known_percent"
MANY_UNKNOWN = 10  # per cent of plans


def find(evidence: Evidence) -> Findings | None:
    special = change(evidence.series(SPECIAL))
    if special is None or special.refusal:
        return None
    bounds = _bounds(evidence)
    return Findings(
        headline=in_short(
            evidence,
            special,
            f" ({special.metric.write(special.earlier['value'])} → {special.metric.write(special.later['value'])})",
        ),
        sure=[
            *graded(evidence.series(SPECIAL)),
            f"The share {special.as_text}.",
            *format_others(special),
            *_inmss(evidence),
            *_recording(evidence, bounds),
            *_poor_returns(evidence, special),
            "Every plan is counted, so there is no sampling error, but small moves can be chance.",
            "Figures from before 2023 were returned as totals and from 2023 on as persons, so no change is read "
            "across that year.",
            f"What would change our mind: {next_count(evidence, special)}, set beside similar authorities.",
        ],
        key_figures=[_key_figure(moved) for name in (SPECIAL, INMSS) if (moved := change(evidence.series(name)))],
        not_yet=[f"Whether the programme moved placements: {next_count(evidence, special)}."],
    )


def in_short(evidence: Evidence, special: Change, shares: str = "") -> str:
    """How the share in special schools and the number there moved, which may be in different directions.

    Where unknown placements could undo the number's move, it is said to be of those recorded.
    """
    share = {"rose": "A larger share", "fell": "A smaller share", "stayed": "The same share"}[special.verb]
    before, now = special.earlier["numerator"], special.later["numerator"]
    number = "more children are" if now > before else "fewer children are" if now < before else "as many children are"
    joined = "but" if (special.verb == "fell" and now > before) or (special.verb == "rose" and now < before) else "and"
    bounds = _bounds(evidence).get(SPECIAL)
    recorded = "" if bounds and bounds.number_is_certain else " recorded there"
    return f"{share} of plans is in special schools{shares}, {joined} {number}{recorded} ({before:,.0f} → {now:,.0f})"


@dataclass(frozen=True)
class Bounds:
    """A share at both ends of a change: its count, its whole, and how many of the whole have no known placement."""

    moved: Change
    known: Change

    def unknown(self, end: str) -> float:
        return getattr(self.moved, end)["denominator"] - getattr(self.known, end)["denominator"]

    def numbers(self, end: str) -> tuple[float, float]:
        """The number as recorded, and what it would be if every unknown placement were among them."""
        recorded = getattr(self.moved, end)["numerator"]
        return recorded, recorded + self.unknown(end)

    def _apart(self, scale: Callable[[str], float]) -> bool:
        (low_before, high_before), (low_now, high_now) = (
            tuple(number / scale(end) for number in self.numbers(end)) for end in ("earlier", "later")
        )
        return low_now > high_before or high_now < low_before

    @property
    def number_is_certain(self) -> bool:
        return self._apart(lambda end: 1)

    @property
    def share_is_certain(self) -> bool:
        return self._apart(lambda end: getattr(self.moved, end)["denominator"])


def _bounds(evidence: Evidence) -> dict[str, Bounds]:
    """What unknown placements could do to each share, where neither of its figures is hidden."""
    bounds = {}
    for all_plans, of_known in ((SPECIAL, SPECIAL_KNOWN), (MAINSTREAM, MAINSTREAM_KNOWN)):
        moved, known = change(evidence.series(all_plans)), change(evidence.series(of_known))
        if moved and known and not moved.refusal and not known.refusal:
            same = all(
                getattr(moved, end)["period_end"] == getattr(known, end)["period_end"] for end in ("earlier", "later")
            )
            if same:
                bounds[all_plans] = Bounds(moved, known)
    return bounds


def _recording(evidence: Evidence, bounds: dict[str, Bounds]) -> list[str]:
    """Whether better recording alone could explain a change: each share with all unknown placements in it, or none."""
    if not bounds:
        return []
    special = bounds.get(SPECIAL)
    sentences = []
    for share in bounds.values():
        verdict = "cannot explain this" if share.share_is_certain else "may explain some or all of this"
        sentences.append(
            f"{share.moved.metric.title} {share.moved.verb} by {share.moved.size} of all plans and {share.known.verb} "
            f"by {share.known.size} of known placements; better recording alone {verdict}."
        )
    first = next(iter(bounds.values()))
    before, now = (
        shown(first.unknown(end), evidence.programme.disclosure, evidence.profile) for end in ("earlier", "later")
    )
    lines = [f"Plans with no known placement went from {before} to {now}. {' '.join(sentences)}"]
    if special and not special.number_is_certain:
        (low_before, high_before), (low_now, high_now) = (special.numbers(end) for end in ("earlier", "later"))
        lines.append(
            f"The number in special schools is less sure: with unknown placements it may have been from "
            f"{low_before:,.0f} to {high_before:,.0f} before and from {low_now:,.0f} to {high_now:,.0f} after."
        )
    return lines


def _inmss(evidence: Evidence) -> list[str]:
    """How the share in INMSS and the number there moved, which may be in different directions."""
    moved = change(evidence.series(INMSS))
    if moved is None or moved.refusal:
        return []
    before, now = moved.earlier["numerator"], moved.later["numerator"]
    return [
        f"The share in independent and non-maintained special schools {moved.as_text}; the plans, from "
        f"{before:,.0f} to {now:,.0f}.",
        *format_others(moved),
    ]


def _poor_returns(evidence: Evidence, special: Change) -> list[str]:
    """Similar authorities whose own return left many placements unknown: their shares of all plans mislead."""
    named = []
    areas = evidence.neighbours.codes
    shares, known = (evidence.whole(metric_id, areas) for metric_id in (SPECIAL, SPECIAL_KNOWN))
    both = shares.merge(known, on=["area_code", "period_end"], suffixes=("", "_known"))
    both = both[both["period_end"].isin([special.earlier["period_end"], special.later["period_end"]])]
    for row in both.itertuples():
        unknown = 100 * (1 - row.denominator_known / row.denominator)
        if unknown > MANY_UNKNOWN:
            named.append(f"{row.area_name} in {row.period_label} ({PERCENT.write(unknown, 0)})")
    return (
        [f"Similar authorities with many unknown placements pull their middle down: {listed(named)}."] if named else []
    )


def next_count(evidence: Evidence, special: Change) -> str:
    """The next count that can say something, and when it comes out."""
    newest = special.later["period_end"]
    after = [day for day in sorted(SEN2_CENSUS.values()) if day > max(evidence.start, newest)]
    if not after:
        return "the next count"
    text = f"the count of {format_day(after[0])}, published the June after"
    return text if newest >= evidence.start else f"{text}, is the first since the programme began"


def _key_figure(moved: Change) -> KeyFigure:
    metric = moved.metric
    earlier = f"{metric.write(moved.earlier['value'])} in {moved.earlier['period_label']}"
    return KeyFigure(
        metric.write(moved.later["value"]),
        f"{lower_first(metric.title)}, {moved.later['period_label']}",
        "not comparable with the year before" if moved.refusal else earlier,
        judge(moved.series).grade,
    )
