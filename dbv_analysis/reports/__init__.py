"""The reports that are due, composed from the same pages as the pack: a number is the same everywhere."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pandas as pd

from dbv_analysis.compare.claims import overclaims
from dbv_analysis.findings.pack_summary import best_grade
from dbv_analysis.inputs.narrative import read_narrative, written_quarters
from dbv_analysis.model.pack import REPORTS
from dbv_analysis.model.problems import raise_together
from dbv_analysis.model.settings import Programme, load_programme
from dbv_analysis.reports import dfe_return, high_needs_monitoring, impact_assessment
from dbv_analysis.reports.document import Document
from dbv_analysis.reports.draft import Narrative
from dbv_analysis.results.evidence import Evidence

COMPOSED_BY = dict(zip(REPORTS, (dfe_return, high_needs_monitoring, impact_assessment), strict=True))


def narrative_parts(phases: pd.DataFrame, programme: Programme) -> dict[str, str]:
    """Every part of the narrative that a report asks for, in order, with what it should tell.

    ``phases`` is the register that names the elements of each workstream.
    """
    return {**dfe_return.wants(phases, programme.workstreams), **high_needs_monitoring.WANTS, **impact_assessment.WANTS}


def narrative_of(quarter: str, phases: pd.DataFrame, data: Path) -> Narrative:
    """What has been written for a quarter.

    Raises DataProblems where it holds a part that no report asks for; where nothing names the elements, their parts
    cannot be told from others, and are left out.
    """
    return read_narrative(data, quarter, narrative_parts(phases, load_programme(data)), strict=not phases.empty)


def check_narratives(phases: pd.DataFrame, data: Path) -> None:
    """Raise DataProblems for every narrative that holds what no report asks for."""
    raise_together(*(partial(narrative_of, quarter, phases, data) for quarter in written_quarters(data)))


def overclaimed(evidence: Evidence, narrative: Narrative) -> list[str]:
    """A line for each sentence of the narrative that claims more than any measure's grade allows."""
    grade = best_grade(evidence)
    return [
        f'The narrative of {evidence.quarter}, "{part}", claims more than the evidence bears (grade: {grade}): '
        f"{sentence} Say what happened, or leave it out."
        for part, blocks in narrative.items()
        for block in blocks
        for sentence in overclaims(block.text(), grade)
    ]


def compose(evidence: Evidence, narrative: Narrative) -> dict[str, Document]:
    """Every report of the evidence's quarter, by file name without its ending."""
    return {name: report.compose(evidence, narrative) for name, report in COMPOSED_BY.items()}
