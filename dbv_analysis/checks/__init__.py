"""Every printed figure and claim against what the data give: one check a function, in the modules of ``MODULES``."""

from __future__ import annotations

from dataclasses import replace

from dbv_analysis.checks import comparisons, figures, money, work
from dbv_analysis.checks.check import (
    AGREES,
    DISAGREES,
    HIGH,
    LOW,
    MEDIUM,
    NONE,
    ROUNDING,
    SEVERITIES,
    UNCHECKED,
    VERDICTS,
    Check,
    Result,
)
from dbv_analysis.results.evidence import Evidence

__all__ = [
    "AGREES", "CHECKS", "DISAGREES", "HIGH", "LOW", "MEDIUM", "NONE", "ROUNDING", "SEVERITIES", "UNCHECKED", "VERDICTS",
    "Check", "Result", "as_text", "reconcile",
]  # fmt: skip

MODULES = (comparisons, figures, money, work)
# Every check by its id, in the order in which the modules have them.
CHECKS = {check.id: check for module in MODULES for check in vars(module).values() if isinstance(check, Check)}


def reconcile(evidence: Evidence) -> list[Result]:
    """Every result of every check on what was printed by the pack's cut-off, the most severe first."""
    return list(evidence.cached(reconcile, lambda: _reconcile(evidence)))


def _reconcile(evidence: Evidence) -> list[Result]:
    results = [replace(result, check=check.id) for check in CHECKS.values() for result in check.find(evidence)]
    return sorted(results, key=lambda result: SEVERITIES.index(result.severity))


def as_text(results: list[Result]) -> str:
    """The results for a terminal: what does not agree, with its arithmetic, and how many of each verdict there are."""
    lines = []
    for result in results:
        if result.verdict in (DISAGREES, ROUNDING):
            lines += [
                f"{result.severity}: {CHECKS[result.check].title} ({result.check})",
                f"  {result.what}; printed: {result.printed}",
                f"  {result.arithmetic}",
                f"  {result.place}. {result.mend}",
            ]
    numbers = [f"{sum(result.verdict == name for result in results)} {name}" for name in VERDICTS]
    return "\n".join([*lines, "; ".join(numbers) + "."])
