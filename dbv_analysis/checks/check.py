"""What a check is, and what it finds of one printed figure or claim."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dbv_analysis.model.authority import PlannedUnit
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
    """One kind of mistake: how it is looked for, in plain words, and an example of it.

    ``{unit}`` in an example stands for the unit that the programme plans.
    """

    id: str
    title: str
    example: str
    find: Callable[[Evidence], Iterable[Result]]

    @property
    def explanation(self) -> str:
        """The docstring's first paragraph, on one line."""
        return first_paragraph(self.find)

    def example_of(self, unit: PlannedUnit | None) -> str:
        """The example, in the words of a programme that plans this unit."""
        return self.example.replace("{unit}", unit.name if unit else "planned unit")


def check(*, title: str, example: str) -> Callable[[Callable], Check]:
    """Make a check of a function. Its name is the check's id; its docstring explains it.

    Args:
        title: the mistake that it looks for, in a reader's words.
        example: one that it finds.

    Raises ValueError where the function lacks a docstring.
    """

    def described(find: Callable) -> Check:
        if not inspect.getdoc(find):
            raise ValueError(f"{find.__name__} has no docstring: say what it looks for")
        return Check(find.__name__, title, example, find)

    return described
