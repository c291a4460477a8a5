"""Characters that text from outside may not hold: those that nobody sees, and those that turn a line about.

They are looked for where text comes in (tables, settings, sources, narratives, what the command is given), so that all
that is drawn from it may trust it. Markup and formulas are text like any other: what writes a page, a document or a
workbook writes them as such.
"""

from __future__ import annotations

import re

LONGEST = 32_767  # characters that a cell of a workbook can hold
MARK = "\N{REPLACEMENT CHARACTER}"
# Control characters but tab and new line; signs for the direction of writing; signs without width; halves of pairs.
UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def unseen(text: str) -> tuple[str, str] | None:
    """That a text holds a character that nobody sees, and what to do; None where it holds none."""
    if match := UNSEEN.search(text):
        what = f"holds a character that is not seen (U+{ord(match[0]):04X}), at place {match.start() + 1}."
        return what, "Type the text again without it."
    return None


def unfit(text: str) -> tuple[str, str] | None:
    """What keeps a text out of a cell, and what to do; None where nothing does. Neither holds anything of the text."""
    if len(text) > LONGEST:
        return unseen(text) or (f"holds {len(text):,} characters, and a cell can hold {LONGEST:,}.", "Shorten it.")
    return unseen(text)


def seen(text: str) -> str:
    """``text`` with a mark in place of every character that is not seen, for a terminal to show."""
    return UNSEEN.sub(MARK, text)
