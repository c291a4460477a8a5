"""Text is measured and wrapped before it is drawn: how many lines a name needs says how high its chart is.

matplotlib wraps text at the edge of the whole picture, and the labels of an axis not at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from dbv_analysis.charts.style import INCH, SMALL, TEXT, width_of
from dbv_analysis.model.units import SYMBOLS, is_missing

Write = Callable[[float], str]  # a value as text
LEADING = 1.28  # a line's height, of its type size
SYLLABLE = re.compile("[^\\W\\d_][bcdfghjklmnpqrstvwxz][aeiouy]")


def height_of(text: str, size: int = TEXT) -> float:
    """How high the lines of ``text`` are, in inches; nothing where there is none."""
    return len(text.splitlines()) * size * LEADING / INCH


def wrap(text: str, inches: float, size: int = TEXT, bold: bool = False, most: int | None = None) -> str:
    """``text`` over lines at most ``inches`` wide; a wider word is hyphenated, and a line after ``most`` left out."""

    def fits(line: str) -> bool:
        return width_of(line, size, bold) <= inches

    lines = [""]
    for word in text.split():
        while not fits(word) and len(word) > 1:
            start, word = _hyphenate(word, fits)
            lines.append(start)
        longer = f"{lines[-1]} {word}".strip()
        if fits(longer):
            lines[-1] = longer
        else:
            lines.append(word)
    lines = [line for line in lines if line]
    if most is None or len(lines) <= most:
        return "\n".join(lines)
    last = lines[most - 1]
    while last and not fits(f"{last}…"):
        last = last[:-1].rstrip()
    return "\n".join([*lines[: most - 1], f"{last}…"])


def _hyphenate(word: str, fits: Callable[[str], bool]) -> tuple[str, str]:
    """``word`` in two, the first with a hyphen: after a hyphen of its own, else where a syllable may begin."""
    ends = [n for n in range(1, len(word)) if fits(f"{word[:n].removesuffix('-')}-")] or [1]
    own = [n for n in ends if word[n - 1] == "-"]
    syllables = [n for n in ends if n > 1 and SYLLABLE.match(word, n - 1)]
    end = (own or syllables or ends)[-1]
    return f"{word[:end].removesuffix('-')}-", word[end:]


def fit_names(names: Sequence[str], inches: float, most: int = 2) -> tuple[list[str], int]:
    """The names wrapped, and their type size: on two lines each, or else all on at most ``most`` in smaller type."""
    wrapped = [wrap(name, inches) for name in names]
    if all(name.count("\n") < 2 for name in wrapped):
        return wrapped, TEXT
    return [wrap(name, inches, SMALL, most=most) for name in names], SMALL


def counted(number: int, noun: str) -> str:
    """``1 row``, ``2 rows``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def cell(value: float | None, symbol: str, write: Write) -> str:
    """A value as a table shows it, or the symbol in place of one: "x" unless it says."""
    return (symbol or "x") if is_missing(value) else write(value)


def spoken(text: str) -> str:
    """A cell as an alt text says it: what a symbol means, in a word or two."""
    return SYMBOLS.get(text, text).partition(":")[0]
