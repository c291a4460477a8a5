"""Every printed figure and claim against what the data give: one check a function, found the same way as metrics."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from dbv_analysis.model.wording import first_paragraph
from dbv_analysis.results.evidence import Evidence

AGREES, ROUNDING, DISAGREES, UNCHECKED = VERDICTS = ("agrees", "rounding", "disagrees", "cannot be checked")
HIGH, MEDIUM, LOW, NONE = SEVERITIES = ("high", "medium", "low", "none")


@dataclass(frozen=True)
class Result:
    """What one check found of one printed figure or claim.

    ``what`` is the figure or claim in words, ``place`` where it stands, ``printed`` what is printed there, ``data``
    what the data say, ``arithmetic`` how, so that a reader can follow it, and ``mend`` what would put it right.
    """

    what: str
    place: str
    printed: str
    data: str
    verdict: str
    arithmetic: str
    severity: str = NONE
    mend: str = ""
    check: str = ""


def judged(
    what: str, place: str, printed: str, data: str, arithmetic: str, *, wrong: bool, severity: str, mend: str
) -> Result:
    """A result that disagrees, with its severity and what would mend it, where ``wrong``; else one that agrees."""
    if wrong:
        return Result(what, place, printed, data, DISAGREES, arithmetic, severity, mend)
    return Result(what, place, printed, data, AGREES, arithmetic)


@dataclass(frozen=True)
class Check:
    """One kind of mistake: how it is looked for, in plain words, and an example of it."""

    id: str
    title: str
    example: str
    find: Callable[[Evidence], Iterable[Result]]

    @property
    def explanation(self) -> str:
        """The docstring's first paragraph, on one line."""
        return first_paragraph(self.find)


_CHECKS: dict[str, Check] = {}


def check(*, title: str, example: str) -> Callable[[Callable], Callable]:
    """Register a function as a check. Its name is the check's id; its docstring explains it.

    Args:
        title: the mistake that it looks for, in a reader's words.
        example: one that it finds.

    Raises ValueError where the id is taken, or the function lacks a docstring.
    """

    def register(find: Callable) -> Callable:
        name = find.__name__
        known = _CHECKS.get(name)
        if known and known.find.__module__ != find.__module__:
            raise ValueError(f"two checks are called {name}: in {known.find.__module__} and {find.__module__}")
        if not inspect.getdoc(find):
            raise ValueError(f"{name} has no docstring: say what it looks for")
        _CHECKS[name] = Check(name, title, example, find)
        return find

    return register


def discover() -> dict[str, Check]:
    """Every check under ``dbv_analysis/checks``, by id: the modules by name, in each the order in which it has them."""
    names = [f"{__name__}.{module.name}" for module in pkgutil.iter_modules(__path__)]
    for name in names:
        importlib.import_module(name)
    return {one.id: one for one in sorted(_CHECKS.values(), key=lambda one: one.find.__module__)}


def reconcile(evidence: Evidence) -> list[Result]:
    """Every result of every check on what was printed by the pack's cut-off, the most severe first."""
    return list(evidence.cached(reconcile, lambda: _reconcile(evidence)))


def _reconcile(evidence: Evidence) -> list[Result]:
    found = [replace(result, check=one.id) for one in discover().values() for result in one.find(evidence)]
    return sorted(found, key=lambda result: SEVERITIES.index(result.severity))


def as_text(found: list[Result]) -> str:
    """The results for a terminal: what does not agree, with its arithmetic, and how many of each verdict there are."""
    titles = {one.id: one.title for one in discover().values()}
    lines = []
    for result in found:
        if result.verdict in (DISAGREES, ROUNDING):
            lines += [
                f"{result.severity}: {titles[result.check]} ({result.check})",
                f"  {result.what}; printed: {result.printed}",
                f"  {result.arithmetic}",
                f"  {result.place}. {result.mend}",
            ]
    numbers = [f"{sum(result.verdict == name for result in found)} {name}" for name in VERDICTS]
    return "\n".join([*lines, "; ".join(numbers) + "."])
