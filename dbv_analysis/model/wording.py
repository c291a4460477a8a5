"""How lists, names and near misses are written in a sentence."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterable


def slug(words: str) -> str:
    """A section's name as a file name: ``High needs spend`` becomes ``high_needs_spend``."""
    return "_".join(words.lower().split())


def listed(words: Iterable[str], conjunction: str = "and") -> str:
    """``a, b and c``."""
    words = list(words)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


def lower_first(words: str) -> str:
    """``Plans in …`` as it stands inside a sentence; an abbreviation keeps its capitals."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def upper_first(words: str) -> str:
    """The words as they begin a sentence."""
    return words[:1].upper() + words[1:]


def first_paragraph(define: Callable) -> str:
    """The first paragraph of a function's docstring, on one line."""
    return " ".join(inspect.getdoc(define).split("\n\n")[0].split())


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """`` Did you mean "x"?``, or nothing where no known word is near."""
    near = {name.lower(): name for name in known}
    match = difflib.get_close_matches(str(word).lower(), near, n=1, cutoff=0.6)
    return f' Did you mean "{near[match[0]]}"?' if match else ""
