"""The reconciliation: every printed figure and claim against what the data say, the gravest first."""

from __future__ import annotations

from dataclasses import dataclass

from dbv_analysis.checks import (
    AGREES,
    CHECKS,
    DISAGREES,
    HIGH,
    LOW,
    MEDIUM,
    ROUNDING,
    UNCHECKED,
    VERDICTS,
    Result,
    reconcile,
    work,
)
from dbv_analysis.model.blocks import Block, Blocks, Headline, Item, Items, Paragraphs, Table, paragraphs
from dbv_analysis.model.units import COUNT
from dbv_analysis.model.wording import upper_first
from dbv_analysis.pages.heading import headline
from dbv_analysis.pages.provenance import named
from dbv_analysis.results.evidence import Evidence

RECONCILIATION = "Reconciliation"
SEVERE = {HIGH: "What misleads", MEDIUM: "What should be put right", LOW: "Small things"}
PLANS = work.__name__  # whose results are many, and stand on the page Delivery
PRINTED = ("printed_figures", "own_figures", "claims")  # the tables that hold what documents print


@dataclass(frozen=True)
class Wrong:
    """One printed figure or claim that does not hold, with all that the checks found of it, the gravest first."""

    results: list[Result]

    @property
    def first(self) -> Result:
        return self.results[0]

    @property
    def misleads(self) -> bool:
        return self.first.severity == HIGH

    @property
    def how(self) -> str:
        """The arithmetic of every check that found it."""
        return " ".join(dict.fromkeys(_sentence(result.arithmetic) for result in self.results))

    @property
    def mend(self) -> str:
        return " ".join(dict.fromkeys(result.mend for result in self.results if result.mend))


def wrong(evidence: Evidence) -> list[Wrong]:
    """What does not hold, a figure or claim once, the gravest first."""
    found: dict[tuple[str, str], list[Result]] = {}
    for result in reconcile(evidence):
        if result.verdict in (DISAGREES, ROUNDING):
            found.setdefault((result.what, result.printed), []).append(result)
    return [Wrong(results) for results in found.values()]


def in_short(evidence: Evidence) -> str:
    """What needs correcting, in a line: how many, and how many of them mislead."""
    every = reconcile(evidence)
    if not every:
        return "no figure or claim had been printed by the cut-off"
    found = wrong(evidence)
    if not found:
        return "every printed figure and claim that can be checked holds"
    grave = sum(one.misleads for one in found)
    what = "1 printed figure or claim" if grave == 1 else f"{grave or 'no'} printed figures and claims"
    rest = len(found) - grave
    more = f", and {COUNT.write(rest)} more {'thing' if rest == 1 else 'things'} should be put right" if rest else ""
    return f"{what} would mislead a reader{more}"


class ReconciliationPage:
    """Every printed figure and claim. Each method returns a block to display."""

    def __init__(self, evidence: Evidence):
        self.evidence = evidence
        self._every = reconcile(evidence)

    def headline(self) -> Headline:
        """How much of what was printed holds."""
        return headline(self.evidence, RECONCILIATION, upper_first(in_short(self.evidence)))

    def verdicts(self) -> Table | Paragraphs:
        """How many results there are of each verdict, a row a check."""
        if not self._every:
            return paragraphs("There is nothing to check.")
        rows = []
        for one in CHECKS.values():
            found = [result for result in self._every if result.check == one.id]
            if found:
                rows.append([one.title, *_numbers(found)])
        return Table(
            "What was looked for, and what was found",
            ["Mistake", *(name.capitalize() for name in VERDICTS)],
            [*rows, ["All", *_numbers(self._every)]],
            notes=["One printed figure may be looked at in several ways, and is counted in each."],
        )

    def findings(self) -> Block:
        """Each figure or claim that does not hold: as printed, what the data say, how, and what would mend it."""
        found = wrong(self.evidence)
        parts: list[Block] = []
        for severity, words in SEVERE.items():
            items = [_item(one) for one in found if one.first.severity == severity]
            if items:
                parts.append(Items(words, items))
        return Blocks(parts) if parts else paragraphs("Nothing that was printed disagrees with the data.")

    def agreeing(self) -> Table | Paragraphs:
        """What was printed and holds."""
        return self._listed(AGREES, "Printed figures and claims that hold", "What the data say", PLANS)

    def unchecked(self) -> Table | Paragraphs:
        """What was printed and cannot be checked, and why."""
        return self._listed(UNCHECKED, "Printed figures and claims that cannot be checked", "Why")

    def _listed(self, verdict: str, caption: str, header: str, without: str = "") -> Table | Paragraphs:
        left_out = {one.id for one in CHECKS.values() if one.find.__module__ == without}
        rows = [
            (one.what, f"“{one.printed}”", one.arithmetic if verdict == UNCHECKED else one.data)
            for one in self._every
            if one.verdict == verdict and one.check not in left_out
        ]
        if not rows:
            return paragraphs(f"{caption}: none.")
        rows = [list(row) for row in dict.fromkeys(rows)]
        notes = ["Of plans, tasks and promises, only those that do not hold are listed."] if left_out else []
        return Table(caption, ["Figure or claim", "Printed", header], rows, text_columns=3, notes=notes)

    def looked_for(self) -> Table:
        """Every check, in words, with an example."""
        rows = [[one.title, one.explanation, one.example_of(self.evidence.programme.unit)] for one in CHECKS.values()]
        return Table("The checks", ["Mistake", "What is looked for", "Example"], rows, text_columns=3)

    def documents(self) -> Paragraphs:
        """The documents that were read."""
        releases = {name for table in PRINTED for name in self.evidence.lists[table]["release"]}
        known = [one for one in self.evidence.sources if one.published <= self.evidence.cut_off]
        words = [f"{name}." for name in named(one for one in known if one.release in releases)]
        return Paragraphs(words, listed=True) if words else paragraphs("No document had come out by the cut-off.")


def _numbers(found: list[Result]) -> list[str]:
    return [COUNT.write(sum(result.verdict == name for result in found)) for name in VERDICTS]


def _item(one: Wrong) -> Item:
    first = one.first
    parts = {"Printed": f"“{first.printed}”", "The data say": first.data, "How": one.how, "To mend it": one.mend}
    return Item(first.what, {**{name: words for name, words in parts.items() if words}, "Where": first.place})


def _sentence(words: str) -> str:
    return words if words.endswith((".", "!", "?", "”")) else f"{words}."
