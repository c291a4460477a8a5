"""What stands at the head of every page."""

from __future__ import annotations

from dbv_analysis.model.blocks import Headline
from dbv_analysis.model.pack import CONTROLLED
from dbv_analysis.model.period import format_day
from dbv_analysis.results.evidence import Evidence


def headline(evidence: Evidence, section: str, words: str, *more: str) -> Headline:
    """A page's h1, with the programme, the quarter, the cut-off and the profile."""
    about = [
        f"{evidence.area} · {evidence.programme.programme.name} · {section}",
        f"{evidence.quarter.title}. Figures first published by {format_day(evidence.cut_off)}.",
        *more,
    ]
    if evidence.profile == CONTROLLED:
        about.append("Controlled: small counts are shown. For use inside the authority; not for publication.")
    return Headline(words, about)
