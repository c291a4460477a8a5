"""The board summary: the answer over all sections, and what was printed that does not hold."""

from __future__ import annotations

import pandas as pd

from dbv_analysis.compare import NO_YEAR, before_programme, beside, change
from dbv_analysis.evidence import Evidence
from dbv_analysis.findings import find
from dbv_analysis.findings.placements import SPECIAL, in_short


def answer(evidence: Evidence) -> str:
    """The summary's h1: what moved, and whether the programme can have moved it."""
    special = change(evidence, SPECIAL)
    if special is None or special.refusal:
        told = [name for name in evidence.sections if _has_figures(evidence, name)]
        return find((told or evidence.sections)[0], evidence).headline
    credit = (
        "it is too early to say that the programme changed this"
        if before_programme(evidence, special.later)
        else "whether the programme changed this has not been tested"
    )
    return f"{in_short(evidence, special)}; {credit}"


def _has_figures(evidence: Evidence, section: str) -> bool:
    return any(not evidence.whole(metric.id).empty for metric in evidence.in_section(section))


def corrections(evidence: Evidence) -> pd.DataFrame:
    """Printed figures that the published ones do not bear out, as ``compare.beside`` gives them.

    Among them those printed under a period for which nothing has been published, and that are another's.
    """
    claims = beside(evidence, list(evidence.metrics))
    # Where no year is printed, a figure that holds for some year is not called wrong.
    undated = claims["period_printed"].eq(NO_YEAR) & claims["matches"].ne("")
    elsewhere = claims["agrees"].isna() & claims["matches"].ne("")
    return claims[claims["agrees"].eq(False) & ~undated | elsewhere]
