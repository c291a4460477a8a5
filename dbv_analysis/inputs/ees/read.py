"""Explore education statistics: DfE's open data as downloaded, a zip or a single CSV, turned into tidy tables.

A file is known by its columns, whatever it is called; ``layouts.toml`` lists the layouts.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from dbv_analysis.inputs.ees.layouts import Layout, known_layouts, nearest, of_columns
from dbv_analysis.inputs.ees.tables import read_rows, together
from dbv_analysis.inputs.input_format import Format, Read
from dbv_analysis.model.problems import DataProblem, DataProblems
from dbv_analysis.model.wording import did_you_mean, listed

SHOWN_COLUMNS = 12  # how many columns of an unknown file a message lists


@dataclass
class _Member:
    """A file of the download: what it is called in messages, its bytes, its columns, and its layout."""

    shown: str
    name: str
    raw: bytes
    columns: list[str]
    layout: Layout | None


def read_release(path: Path, shown: str) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Read a release's zip, or one of its CSVs, into tidy tables of text.

    Returns a frame for each of the tables that the download holds, with the columns ``tidy.ORIGIN``, which say where in
    the download each number stood; and what is worth a warning.

    Raises DataProblems, all of the download's at once, where it holds none of them, lacks a column, or has a
    placement, an age, a need or a period that is not known here.
    """
    files = _files(path, shown)
    members = []
    for name, raw in files.items():
        place = f"{shown}/{name}" if len(files) > 1 else shown
        columns = list(_read(raw, place, rows=0).columns)
        members.append(_Member(place, name, raw, columns, of_columns(columns, name)))
    parts: dict[str, list[pd.DataFrame]] = {}
    warnings: list[str] = []
    problems: list[DataProblem] = []
    known = {member.layout.file for member in members if member.layout}
    for member in members:
        try:
            if member.layout is None:
                warnings.append(_unknown(member, known))
            elif not member.layout.unread:
                tables, more = read_rows(_read(member.raw, member.shown), member.layout, member.shown)
                warnings += more
                for name, frames in tables.items():
                    parts.setdefault(name, []).extend(frames)
        except DataProblems as error:
            problems += error.problems
    if problems:
        raise DataProblems(problems)
    if not parts:
        raise DataProblems([_nothing_read(members, shown)])
    return {name: together(frames) for name, frames in parts.items()}, warnings


def _unknown(member: _Member, known: set[str]) -> str:
    """A warning of a file that is not read.

    Raises DataProblems where it all but has a layout that no other file of the download has: then a column that tells
    it was renamed or is missing.
    """
    near = nearest(member.columns, member.name)
    if near and near.file not in known:
        near.require(near.known_by, member.columns, member.shown)
    meant = did_you_mean(member.name, [layout.file for layout in known_layouts()])
    return f"{member.shown} is not known here, and is not read.{meant}"


def _nothing_read(members: list[_Member], shown: str) -> DataProblem:
    """Why a download gives no table: each of its files is known and of no use here, or is not known."""
    unread = [member.layout for member in members if member.layout and member.layout.unread]
    if unread:
        why = " ".join(f"{layout.publication} ({layout.file}): {layout.unread}" for layout in unread)
        return DataProblem(shown, "is known, and holds nothing that is read here.", why)
    columns = members[0].columns if members else []
    more = " …" if len(columns) > SHOWN_COLUMNS else "."
    its_columns = f" Its columns are {listed(columns[:SHOWN_COLUMNS])}{more}" if columns else ""
    fix = "Download the whole release (“Download all data (zip)”) of Education, health and care plans; "
    fix += f"inputs/ees/layouts.toml lists what is known.{its_columns}"
    return DataProblem(shown, "holds none of the tables that are known here.", fix)


def _files(path: Path, shown: str) -> dict[str, bytes]:
    if path.suffix != ".zip":
        return {path.name: path.read_bytes()}
    try:
        with zipfile.ZipFile(path) as archive:
            return {
                Path(name).name: archive.read(name)
                for name in archive.namelist()
                if name.startswith("data/") and name.endswith(".csv") and not name.endswith(".meta.csv")
            }
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise DataProblems([DataProblem(shown, "is not a whole zip file.", "Download it again.")]) from None


def _read(raw: bytes, shown: str, rows: int | None = None) -> pd.DataFrame:
    compression = "gzip" if raw[:2] == b"\x1f\x8b" else None
    try:
        frame = pd.read_csv(
            io.BytesIO(raw), dtype=str, keep_default_na=False, encoding="utf-8-sig", compression=compression, nrows=rows
        )
    except (UnicodeDecodeError, pd.errors.EmptyDataError, pd.errors.ParserError, zlib.error, EOFError, OSError):
        raise DataProblems([DataProblem(shown, "is not a CSV in UTF-8.", "Download it again.")]) from None
    # The case of column names changes from release to release.
    return frame.rename(columns=lambda name: str(name).strip().lower())


FORMAT = Format(lambda given: Read(*read_release(given.path, given.shown)))
