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
    """The summary's main heading: what changed, and whether the programme can have caused it."""
    special = change(evidence.series(SPECIAL))
    if special is None or special.refusal:
        sections = [name for name in evidence.sections if _has_figures(evidence, name)]
        return find((sections or evidence.sections)[0], evidence).headline
    verdict = judge(evidence.series(SPECIAL))
    credit = TOO_EARLY if verdict.since is None else CREDIT.get(verdict.grade, NOT_SHOWN)
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
    return max((measure.verdict.grade for measure in judged(evidence)), key=GRADES.index, default=MONITORING)


def summarise(evidence: Evidence) -> dict[str, str]:
    """One line each for what was better than elsewhere, what was not, and what cannot be told yet."""
    measures = [measure for measure in judged(evidence) if measure.metric.better != NEITHER]
    tested = [measure for measure in measures if measure.tested]
    better = [measure for measure in tested if measure.better]
    return {
        "Better than in similar areas": _better(evidence, better, len(tested)),
        "No better than there": _not_better([measure for measure in tested if not measure.better]),
        "Too early to tell": _untold(evidence, measures),
    }


def _better(evidence: Evidence, better: list[Judged], tested: int) -> str:
    if not tested:
        since = f"{evidence.start:%B %Y}"
        return f"no measure can be said to be; none has a figure since {since}, here and there, to compare."
    if not better:
        return f"none of the {tested} measures that could be compared."
    chance = "; with so many, one may be so by chance" if tested >= MANY_TESTS else ""
    return f"{_named(better)} ({len(better)} of {tested} compared{chance})."


def _not_better(tested: list[Judged]) -> str:
    if not tested:
        return "nothing can be said of any measure yet."
    worse = [measure for measure in tested if measure.worse]
    more = f"; worse: {_named(worse)}" if worse else ""
    return f"{len(tested)} of those compared{more}."


def _untold(evidence: Evidence, measures: list[Judged]) -> str:
    untold = [measure for measure in measures if not measure.tested]
    if not measures:
        return "no figure is known."
    if not untold:
        return "nothing is waiting for figures."
    special = change(evidence.series(SPECIAL))
    first = f" For placements, {next_count(evidence, special)}." if special else ""
    return f"{len(untold)} of {len(measures)} measures, each group counted as one.{first}"


def _named(measures: list[Judged]) -> str:
    names = [measure.name for measure in measures[:NAMED]]
    more = len(measures) - len(names)
    return listed([*names, f"{more} more"] if more else names)
