"""The words that a grade allows, and the sentences of a text that claim more."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dbv_analysis.compare.grades import BETTER, BETTER_PLACEBO, GRADES

IMPROVED, CAUSED = ("improved", "improvement"), ("impact", "because of", "thanks to", "worked")
WORDS = {BETTER: IMPROVED, BETTER_PLACEBO: (*IMPROVED, *CAUSED)}  # claim words a grade allows; other grades none

_FORMS = {"improvement": "improvements?", "impact": r"impact(?:s|ed|ful)?"} | {
    "worked": r"worked(?! (?:with|on|in|for|to|at|out|through|by|together|alongside|closely|up|across|as|from|\d))"
}
_TITLES = re.compile(
    "annual impact assessment|annual impact: judgement|measuring impact|high impact analysis", re.IGNORECASE
)
_QUOTED = re.compile("“[^”]*”")
_END = r"[.!?]+[”\")]*(?=\s|$)"
_SENTENCE = re.compile(rf"^[ \t]*#[^\n]*|(?:(?!{_END}|\n\s*\n|\n[ \t]*[#*|•-]).)+(?:{_END})?", re.DOTALL | re.MULTILINE)
_NOT_CLAIMED = re.compile(r"\b(?:not|no|never|cannot|nothing|whether|if|too early|until|before)\b|n[’']t\b|\?", re.I)
_EMPHASIS = re.compile(r"\b(?:no doubt|not only|not just)\b", re.IGNORECASE)


def overclaims(text: str, grade: str) -> list[str]:
    """The sentences of ``text`` that claim more than ``grade`` allows, as they stand.

    A claim is a word of WORDS. What negates, asks or waits ("not", "whether", "until") is none, nor what stands
    in “quotes”, a report's title, or a heading marked # that has no claim but the noun "impact" or "improvement".
    Raises ValueError where the grade is none of GRADES.
    """
    if grade not in GRADES:
        raise ValueError(f'"{grade}" is no grade. Use one of: {", ".join(GRADES)}.')
    allowed = WORDS.get(grade, ())
    above = [word for word in (*IMPROVED, *CAUSED) if word not in allowed]
    masked = _TITLES.sub(_blank, _QUOTED.sub(_blank, text))
    return [
        text[match.start() : match.end()].strip()
        for match in _SENTENCE.finditer(masked)
        if _claims(match[0], above) and not _NOT_CLAIMED.search(_EMPHASIS.sub("", match[0]))
    ]


def _blank(match: re.Match) -> str:
    return "·" * len(match[0])


def _claims(sentence: str, claims: Sequence[str]) -> bool:
    nouns = ("impact", "improvement") if sentence.lstrip().startswith("#") else ()
    forms = [_FORMS.get(word, word) for word in claims if word not in nouns]
    return any(re.search(rf"\b{form}\b", sentence, re.IGNORECASE) for form in forms)
