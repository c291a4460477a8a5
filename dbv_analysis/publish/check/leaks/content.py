"""What a file is taken apart into: texts, tables and facts, each with its place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

# Facts that a reader finds and a rule refuses.
AUTHOR = "author"  # who a file says wrote it
PICTURE_FACT = "picture fact"  # what a picture says of its making: its name
FAILED = "failed"  # a notebook's error, or what it wrote to its error stream
UNREADABLE = "unreadable"
ACTIVE = "active"  # what would calculate, run or fetch when the file is opened
EMBEDDED = "embedded"  # a file within the file that is not looked into


@dataclass(frozen=True)
class Fact:
    """Something that is refused for what it is, not for its words."""

    kind: str
    place: str
    value: str = ""


@dataclass(frozen=True)
class Grid:
    """A table: its rows, the first few of which may hold its header; ``own``: the columns are of the pack's figures."""

    place: str
    rows: Sequence[Sequence[str]]
    own: bool = False


@dataclass
class Content:
    """All that a file holds."""

    texts: list[tuple[str, str]] = field(default_factory=list)  # place, words
    grids: list[Grid] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)

    def add(self, place: str, words: str) -> None:
        if words and not words.isspace():
            self.texts.append((place, words))

    def fact(self, kind: str, place: str, value: str = "") -> None:
        self.facts.append(Fact(kind, place, value))

    @cached_property
    def joined(self) -> str:
        """Every text, each on a line of its own; read once the file is taken apart."""
        return "\n".join(words for _, words in self.texts)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(len(words) + 1 for _, words in self.texts)]

    def place_of(self, offset: int) -> str:
        """The place of a character of ``joined``."""
        return self.texts[bisect_right(self._starts, offset) - 1][0]
