"""How a run that nobody watched ended, in words that hold nothing of the data."""

from __future__ import annotations

from dataclasses import dataclass

PUBLISHED, UNCHANGED, REFUSED, FAILED, NOT_DUE = "published", "unchanged", "refused", "failed", "not due"

# What each exit status of ``dbv run`` means, and what to do. 128 and more: a signal ended it, less 128.
MEANINGS = {
    0: "done",
    1: "the data have problems; nothing was published. `dbv check` lists every one with its place.",
    2: "the call could not be carried out (another run under way, a folder or setting missing, a full disk); "
    "nothing was published. Run `dbv schedule run` by hand: it says which.",
    3: "a notebook failed, ran too long or lost its kernel; nothing was published. "
    "Run `dbv schedule run` by hand: it names the notebook.",
    4: "publishing was refused, for disclosure or accessibility, or because the published pack was changed by hand; "
    "nothing was published. Run `dbv schedule run` by hand: it says why.",
    130: "it was stopped by hand; nothing was published. The next run of the schedule makes it good.",
    137: "the machine ended it, most often for want of memory; nothing was published. "
    "Close other programs, or run it with --jobs 1: dbv run.",
    143: "it was told to stop, by a shutdown or a time limit; nothing was published. "
    "The next run of the schedule makes it good.",
}
UNEXPECTED = "it ended in a way that is not foreseen; nothing was published. Run `dbv schedule run` by hand to see why."


@dataclass(frozen=True)
class Outcome:
    """What became of a quarter: one of the words above, the exit status, how many problems the data have."""

    quarter: str
    word: str
    status: int = 0
    problems: int = 0

    @property
    def headline(self) -> str:
        """What became of the pack, in a sentence."""
        pack = f"The pack for {self.quarter}" if self.quarter else "The pack that is due"
        return {
            PUBLISHED: f"{pack} was published.",
            UNCHANGED: f"{pack} is up to date, and was left as it is.",
            NOT_DUE: "No quarter is due.",
        }.get(self.word, f"{pack} was not published.")

    @property
    def meaning(self) -> str:
        """The exit status in words."""
        return MEANINGS.get(self.status, UNEXPECTED)

    def sentence(self, place: str) -> str:
        """The outcome for a terminal or a scheduler's log; ``place`` is the folder of the packs."""
        if not self.status:
            return self.headline
        counted = f" Problems in the data: {self.problems}." if self.problems else ""
        return f"{self.headline} Exit status {self.status}: {self.meaning}{counted} Logs, if any: {place}/logs."


def outcome_of(quarter: str, status: int, problems: int, anew: bool) -> Outcome:
    """The outcome of a run by its exit status; ``anew``: there is another pack than before."""
    if status == 0:
        return Outcome(quarter, PUBLISHED if anew else UNCHANGED)
    return Outcome(quarter, REFUSED if status == 4 else FAILED, status, problems if status == 1 else 0)
