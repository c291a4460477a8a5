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
    """One printed figure or claim that does not hold, with all results of the checks for it, the gravest first."""

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
    by_claim: dict[tuple[str, str], list[Result]] = {}
    for result in reconcile(evidence):
        if result.verdict in (DISAGREES, ROUNDING):
            by_claim.setdefault((result.what, result.printed), []).append(result)
    return [Wrong(results) for results in by_claim.values()]


def in_short(evidence: Evidence) -> str:
    """What needs correcting, in a line: how many, and how many of them mislead."""
    results = reconcile(evidence)
    if not results:
        return "no figure or claim had been printed by the cut-off"
    items = wrong(evidence)
    if not items:
        return "every printed figure and claim that can be checked holds"
    grave = sum(item.misleads for item in items)
    what = "1 printed figure or claim" if grave == 1 else f"{grave or 'no'} printed figures and claims"
    rest = len(items) - grave
    more = f", and {COUNT.write(rest)} more {'thing' if rest == 1 else 'things'} should be put right" if rest else ""
    return f"{what} would mislead a reader{more}"


class ReconciliationPage:
    """Every printed figure and claim. Each method returns a block to display."""

    def __init__(self, evidence: Evidence):
        self.evidence = evidence
        self._results = reconcile(evidence)

    def headline(self) -> Headline:
        """How much of what was printed holds."""
        return headline(self.evidence, RECONCILIATION, upper_first(in_short(self.evidence)))

    def verdicts(self) -> Table | Paragraphs:
        """How many results there are of each verdict, a row a check."""
        if not self._results:
            return paragraphs("There is nothing to check.")
        rows = []
        for check in CHECKS.values():
            results = [result for result in self._results if result.check == check.id]
            if results:
                rows.append([check.title, *_numbers(results)])
        return Table(
            "What was looked for, and what was found",
            ["Mistake", *(name.capitalize() for name in VERDICTS)],
            [*rows, ["All", *_numbers(self._results)]],
            notes=["One printed figure may be looked at in several ways, and is counted in each."],
        )

    def findings(self) -> Block:
        """Each figure or claim that does not hold: as printed, what the data say, how, and what would mend it."""
        items = wrong(self.evidence)
        parts: list[Block] = []
        for severity, heading in SEVERE.items():
            entries = [_item(item) for item in items if item.first.severity == severity]
            if entries:
                parts.append(Items(heading, entries))
        return Blocks(parts) if parts else paragraphs("Nothing that was printed disagrees with the data.")

    def agreeing(self) -> Table | Paragraphs:
        """What was printed and holds."""
        return self._listed(AGREES, "Printed figures and claims that hold", "What the data say", PLANS)

    def unchecked(self) -> Table | Paragraphs:
        """What was printed and cannot be checked, and why."""
        return self._listed(UNCHECKED, "Printed figures and claims that cannot be checked", "Why")

    def _listed(self, verdict: str, caption: str, header: str, without: str = "") -> Table | Paragraphs:
        left_out = {check.id for check in CHECKS.values() if check.find.__module__ == without}
        rows = [
            (result.what, f"“{result.printed}”", result.arithmetic if verdict == UNCHECKED else result.data)
            for result in self._results
            if result.verdict == verdict and result.check not in left_out
        ]
        if not rows:
            return paragraphs(f"{caption}: none.")
        rows = [list(row) for row in dict.fromkeys(rows)]
        notes = ["Of plans, tasks and promises, only those that do not hold are listed."] if left_out else []
        return Table(caption, ["Figure or claim", "Printed", header], rows, text_columns=3, notes=notes)

    def looked_for(self) -> Table:
        """Every check, in words, with an example."""
        unit = self.evidence.programme.unit
        rows = [[check.title, check.explanation, check.example_of(unit)] for check in CHECKS.values()]
        return Table("The checks", ["Mistake", "What is looked for", "Example"], rows, text_columns=3)

    def documents(self) -> Paragraphs:
        """The documents that were read."""
        releases = {name for table in PRINTED for name in self.evidence.lists[table]["release"]}
        known = [source for source in self.evidence.sources if source.published <= self.evidence.cut_off]
        names = [f"{name}." for name in named(source for source in known if source.release in releases)]
        return Paragraphs(names, listed=True) if names else paragraphs("No document had come out by the cut-off.")


def _numbers(results: list[Result]) -> list[str]:
    return [COUNT.write(sum(result.verdict == name for result in results)) for name in VERDICTS]


def _item(item: Wrong) -> Item:
    first = item.first
    parts = {"Printed": f"“{first.printed}”", "The data say": first.data, "How": item.how, "To mend it": item.mend}
    return Item(first.what, {**{name: text for name, text in parts.items() if text}, "Where": first.place})


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "”")) else f"{text}."
