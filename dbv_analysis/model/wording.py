"""How lists, names and near misses are written in a sentence."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterable


def slug(text: str) -> str:
    """A section's name as a file name: ``High needs spend`` becomes ``high_needs_spend``."""
    return "_".join(text.lower().split())


def listed(items: Iterable[str], conjunction: str = "and") -> str:
    """``a, b and c``."""
    items = list(items)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {conjunction} {items[-1]}"


def lower_first(text: str) -> str:
    """``Plans in …`` as it stands inside a sentence; an abbreviation keeps its capitals."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def upper_first(text: str) -> str:
    """The words as they begin a sentence."""
    return text[:1].upper() + text[1:]


def first_paragraph(define: Callable) -> str:
    """The first paragraph of a function's docstring, on one line."""
    return " ".join(inspect.getdoc(define).split("\n\n")[0].split())


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """`` Did you mean "x"?``, or nothing where no known word is near."""
    near = {name.lower(): name for name in known}
    match = difflib.get_close_matches(str(word).lower(), near, n=1, cutoff=0.6)
    return f' Did you mean "{near[match[0]]}"?' if match else ""
