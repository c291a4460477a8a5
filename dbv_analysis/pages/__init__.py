"""What a notebook calls: one page of a pack, a heading, a sentence and a figure at a time.

page = open_page("Placements", quarter, data, profile, as_at)
page.headline()
page.trend("placement_special_percent")
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from dbv_analysis.pages.reconciliation import RECONCILIATION, ReconciliationPage
from dbv_analysis.pages.section import SectionPage
from dbv_analysis.pages.summary import SUMMARY, SummaryPage
from dbv_analysis.results.evidence import open_evidence


def open_page(
    section: str, quarter: str, data: str | Path, profile: str = "public", as_at: str | date = ""
) -> SectionPage | SummaryPage | ReconciliationPage:
    """The page of one section, of the board summary or of the reconciliation, for a quarter.

    Args:
        section: a section's name, ``Board summary`` or ``Reconciliation``.
        quarter: such as ``2024-25-Q2``.
        data: the folder of the inputs.
        profile: ``public`` or ``controlled``.
        as_at: the cut-off, ``year-month-day``; the quarter's own where empty.

    Raises CallProblem where the quarter or the day is not one, DataProblems where inputs are wrong.
    """
    evidence = open_evidence(quarter, data, profile, as_at)
    whole = {SUMMARY: SummaryPage, RECONCILIATION: ReconciliationPage}
    return whole[section](evidence) if section in whole else SectionPage(section, evidence)
