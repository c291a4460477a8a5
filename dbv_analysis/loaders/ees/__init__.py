"""Explore education statistics: DfE's open data as downloaded, turned into tidy tables.

Reads the zip of a whole release, and single CSVs. Each publication has a module:

- ``ehc_plans``: *Education, health and care plans*, in the layout of the 2025 release;
- ``pupils``: *Pupil absence* and *Suspensions and permanent exclusions* by SEN provision, in a long layout
  with the releases' own indicator names.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

import pandas as pd

from dbv_analysis.loaders.ees import ehc_plans, pupils
from dbv_analysis.terms import DataProblem, DataProblems


def read_release(path: Path, shown: str) -> dict[str, pd.DataFrame]:
    """Read a release's zip, or one of its CSVs, into tidy tables of text.

    Returns a frame for each of the tables that the download holds: ``caseload``, ``placements``, ``plans_by_age``,
    ``plans_by_need``, ``flows``, ``timeliness``, ``absence``, ``exclusions``. The columns ``tidy.ORIGIN`` say where
    in the download each number stood.

    Raises DataProblems where the download holds none of them, lacks a column, or has a placement, an age, a need
    or a period that is not known here.
    """
    members = _members(path, shown)
    tables: dict[str, pd.DataFrame] = {}
    flows = []
    for name, text in members.items():
        place = f"{shown}/{name}" if len(members) > 1 else shown
        frame = _read(text, place)
        if "ehcplans" in frame.columns:
            tables |= ehc_plans.caseload(frame, place)
        elif "ehc_plans" in frame.columns:
            tables |= ehc_plans.plans_by_need(frame, place)
        elif "plans_issued_den" in frame.columns:
            tables["timeliness"] = ehc_plans.timeliness(frame, place)
        elif {"indicator", "education_phase"} <= set(frame.columns):
            tables |= pupils.rates(frame, place)
        else:
            flows += ehc_plans.flows(frame, place)
    if flows:
        tables["flows"] = pd.concat(flows, ignore_index=True)
    if not tables:
        raise DataProblems(
            [
                DataProblem(
                    shown,
                    "holds none of the tables that are known here.",
                    "Download the whole release (“Download all data (zip)”) of Education, health and care plans.",
                )
            ]
        )
    return tables


def _members(path: Path, shown: str) -> dict[str, bytes]:
    if path.suffix != ".zip":
        return {path.name: path.read_bytes()}
    try:
        with zipfile.ZipFile(path) as archive:
            return {
                Path(name).name: archive.read(name)
                for name in archive.namelist()
                if name.startswith("data/") and name.endswith(".csv")
            }
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise DataProblems([DataProblem(shown, "is not a whole zip file.", "Download it again.")]) from None


def _read(raw: bytes, shown: str) -> pd.DataFrame:
    compression = "gzip" if raw[:2] == b"\x1f\x8b" else None
    try:
        frame = pd.read_csv(
            io.BytesIO(raw), dtype=str, keep_default_na=False, encoding="utf-8-sig", compression=compression
        )
    except (UnicodeDecodeError, pd.errors.EmptyDataError, pd.errors.ParserError, zlib.error, EOFError, OSError):
        raise DataProblems([DataProblem(shown, "is not a CSV in UTF-8.", "Download it again.")]) from None
    # The case of column names changes from release to release.
    return frame.rename(columns=str.lower)
