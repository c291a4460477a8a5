"""The board summary: the answer over all sections, and what the measures show of the programme."""

from __future__ import annotations

from dataclasses import dataclass

from dbv_analysis.compare.change import change
from dbv_analysis.compare.grades import BETTER, BETTER_PLACEBO, GRADES, MONITORING, NOT_COMPARABLE, TOO_FEW
from dbv_analysis.compare.judge import Verdict, judge
from dbv_analysis.findings.placements import SPECIAL, in_short, next_count
from dbv_analysis.findings.sections import find
from dbv_analysis.model.metric import Metric
from dbv_analysis.model.units import HIGHER, NEITHER, PERCENT, RATE
from dbv_analysis.model.wording import listed, lower_first
from dbv_analysis.results.evidence import Evidence
from dbv_analysis.results.series import Series

MANY_TESTS = 10  # of which one or two are expected to pass by chance
NAMED = 3  # measures that a line names before it counts the rest
TOO_EARLY = "it is too early to say that the programme changed this"
NOT_SHOWN = "nothing shows that the programme changed this"
CREDIT = {
    NOT_COMPARABLE: "the figures from before and after the programme began do not compare",
    TOO_FEW: "too few children are behind this to tell whether the programme changed it",
    BETTER: "it is more than in similar areas",
    BETTER_PLACEBO: "it is more than in similar areas and in earlier years",
}


def answer(evidence: Evidence) -> str:
    """The summary's h1: what moved, and whether the programme can have moved it."""
    special = change(evidence.series(SPECIAL))
    if special is None or special.refusal:
        told = [name for name in evidence.sections if _has_figures(evidence, name)]
        return find((told or evidence.sections)[0], evidence).headline
    found = judge(evidence.series(SPECIAL))
    credit = TOO_EARLY if found.since is None else CREDIT.get(found.grade, NOT_SHOWN)
    return f"{in_short(evidence, special)}; {credit}"


def _has_figures(evidence: Evidence, section: str) -> bool:
    return any(not evidence.whole(metric.id).empty for metric in evidence.in_section(section))


@dataclass(frozen=True)
class Judged:
    """One measure, of all or of one group, with its verdict."""

    series: Series
    verdict: Verdict

    @property
    def metric(self) -> Metric:
        return self.series.metric

    @property
    def name(self) -> str:
        return lower_first(self.series.title)

    @property
    def tested(self) -> bool:
        """Whether its change since the programme began was set beside similar areas' changes."""
        return self.verdict.estimate is not None

    @property
    def better(self) -> bool:
        return self.verdict.grade in (BETTER, BETTER_PLACEBO)

    @property
    def worse(self) -> bool:
        """Whether it did worse than in similar areas, by more than they differ among themselves."""
        did = self.verdict.estimate
        if did is None or not did.excludes_zero or self.metric.better == NEITHER:
            return False
        return (did.value < 0) == (self.metric.better == HIGHER)


def judged(evidence: Evidence, *sections: str) -> list[Judged]:
    """Every measure of some sections, or of all, with figures and a better direction or comparators, by group."""
    return [
        Judged(series, judge(series))
        for section in sections or evidence.sections
        for metric in evidence.in_section(section)
        if metric.better != NEITHER or metric.unit in (PERCENT, RATE)
        for breakdown in evidence.rows(metric.id)["breakdown"].unique()
        for series in [evidence.series(metric.id, breakdown)]
    ]


def best_grade(evidence: Evidence) -> str:
    """The best grade of any measure: what a sentence about the whole programme may claim at most."""
    return max((one.verdict.grade for one in judged(evidence)), key=GRADES.index, default=MONITORING)


def summarise(evidence: Evidence) -> dict[str, str]:
    """What was better than elsewhere, what was not, and what cannot be told yet, each in a line."""
    every = [one for one in judged(evidence) if one.metric.better != NEITHER]
    tested = [one for one in every if one.tested]
    better = [one for one in tested if one.better]
    return {
        "Better than in similar areas": _better(evidence, better, len(tested)),
        "No better than there": _not_better([one for one in tested if not one.better]),
        "Too early to tell": _untold(evidence, every),
    }


def _better(evidence: Evidence, found: list[Judged], tested: int) -> str:
    if not tested:
        since = f"{evidence.start:%B %Y}"
        return f"no measure can be said to be; none has a figure since {since}, here and there, to compare."
    if not found:
        return f"none of the {tested} measures that could be compared."
    chance = "; with so many, one may be so by chance" if tested >= MANY_TESTS else ""
    return f"{_named(found)} ({len(found)} of {tested} compared{chance})."


def _not_better(found: list[Judged]) -> str:
    if not found:
        return "nothing can be said of any measure yet."
    worse = [one for one in found if one.worse]
    more = f"; worse: {_named(worse)}" if worse else ""
    return f"{len(found)} of those compared{more}."


def _untold(evidence: Evidence, every: list[Judged]) -> str:
    untold = [one for one in every if not one.tested]
    if not every:
        return "no figure is known."
    if not untold:
        return "nothing is waiting for figures."
    special = change(evidence.series(SPECIAL))
    first = f" For placements, {next_count(evidence, special)}." if special else ""
    return f"{len(untold)} of {len(every)} measures, each group counted as one.{first}"


def _named(found: list[Judged]) -> str:
    names = [one.name for one in found[:NAMED]]
    more = len(found) - len(names)
    return listed([*names, f"{more} more"] if more else names)
