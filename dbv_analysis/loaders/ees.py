"""Explore education statistics: DfE's open data as downloaded, turned into tidy tables.

Reads the zip of a whole release, and single CSVs, of two publications:

- *Education, health and care plans* (the layout of the 2025 release): placements on census day,
  requests, new plans, assessments, 20-week timeliness;
- *Pupil absence* by SEN provision, in a long layout with the releases' own indicator names.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from dbv_analysis.loaders.tidy import HEADER_ROWS
from dbv_analysis.periods import SEN2_CENSUS
from dbv_analysis.sen2 import PLACEMENTS
from dbv_analysis.terms import DataProblem, DataProblems

FLOW_FILES = {
    "requests.csv": {"requests": "requests_received_in_year"},
    "newplans.csv": {"new plans": "new_ehc_plans"},
    "assessments.csv": {"assessments": "assess_in_year", "assessments issued": "assess_issued"},
}
TIMELINESS_COLUMNS = {
    ("included", "all"): "plans_issued_den",
    ("included", "within 20 weeks"): "plans_issued_within_20_weeks",
    ("included", "20 to 52 weeks"): "plans_issued_gt20weeks_ltyear",
    ("included", "over 52 weeks"): "plans_issued_gt_1_year",
    ("excluded", "all"): "plans_issued_den_ex",
    ("excluded", "within 20 weeks"): "plans_issued_20_weeks_ex",
    ("excluded", "20 to 52 weeks"): "plans_issued_gt20weeks_ltyear_ex",
    ("excluded", "over 52 weeks"): "plans_issued_gt_1_year_ex",
}
ABSENCE_INDICATORS = {
    "sess_overall_percent": "overall",
    "sess_authorised_percent": "authorised",
    "sess_unauthorised_percent": "unauthorised",
    "enrolments_pa_10_exact_percent": "persistent",
    "enrolments_pa_50_exact_percent": "severe",
}
IDENTIFYING = ["time_period", "time_identifier", "new_la_code", "la_name", "region_code", "region_name"]
AREA = ["area_code", "area_name", "geographic_level", "period"]


def read_release(path: Path, shown: str) -> dict[str, pd.DataFrame]:
    """Read a release's zip, or one of its CSVs, into tidy tables of text.

    Returns a frame for each of the tables that the download holds: ``caseload``, ``placements``,
    ``flows``, ``timeliness``, ``absence``.

    Raises DataProblems where the download holds none of them, or lacks a column.
    """
    members = _members(path, shown)
    tables: dict[str, pd.DataFrame] = {}
    flows = []
    for name, text in members.items():
        place = f"{shown}/{name}" if len(members) > 1 else shown
        frame = _read(text, place)
        if "ehcplans" in frame.columns:
            tables |= _census(_all_plans(frame, place), place)
        elif "plans_issued_den" in frame.columns:
            tables["timeliness"] = _timeliness(_all_plans(frame, place), place)
        elif {"indicator", "education_phase"} <= set(frame.columns):
            tables["absence"] = _absence(frame, place)
        else:
            for columns in FLOW_FILES.values():
                if set(columns.values()) <= set(frame.columns):
                    flows.append(_flows(_all_plans(frame, place), columns, place))
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


def _require(frame: pd.DataFrame, columns: Iterable[str], shown: str) -> None:
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise DataProblems(
            DataProblem(
                shown,
                f'There is no column "{column}".',
                "The release has changed its layout: use the 2025 layout, or add the new one to loaders/ees.py.",
                row=1,
                column=column,
            )
            for column in missing
        )


def _all_plans(frame: pd.DataFrame, shown: str) -> pd.DataFrame:
    """The rows that count every plan: there the breakdown repeats its topic."""
    _require(frame, ["breakdown_topic", "breakdown"], shown)
    return frame[frame["breakdown_topic"] == frame["breakdown"]]


def _area_rows(frame: pd.DataFrame, shown: str) -> pd.DataFrame:
    """The identifying columns of a tidy table, from the release's, and the row that each came from."""
    country = ["country_code", "country_name"] if "geographic_level" in frame else []
    _require(frame, [*IDENTIFYING, *country], shown)
    level = frame["geographic_level"] if "geographic_level" in frame else pd.Series("Local authority", frame.index)
    codes = frame["new_la_code"].where(level == "Local authority", frame["region_code"])
    names = frame["la_name"].where(level == "Local authority", frame["region_name"])
    if "country_code" in frame:
        codes = codes.where(level != "National", frame["country_code"])
        names = names.where(level != "National", frame["country_name"])
    periods = {
        pair: _period(*pair, shown) for pair in set(zip(frame["time_period"], frame["time_identifier"], strict=True))
    }
    period = [periods[pair] for pair in zip(frame["time_period"], frame["time_identifier"], strict=True)]
    return pd.DataFrame(
        {
            "area_code": codes,
            "area_name": names,
            "geographic_level": level,
            "period": period,
            "origin_file": shown,
            "origin_row": frame.index + HEADER_ROWS + 1,
        },
        index=frame.index,
    )


def _period(time_period: str, time_identifier: str, shown: str) -> str:
    """A release's time period, written as the tidy tables write it.

    Four digits are a calendar year, six an academic year (202324).
    """
    if time_identifier == "Calendar year" and len(time_period) == 4:
        return f"calendar year {time_period}"
    if time_identifier == "Academic year" and len(time_period) == 6:
        return f"academic year {time_period[:4]}-{time_period[4:]}"
    raise DataProblems(
        [DataProblem(shown, f"{time_identifier} {time_period} is not a period known here.", "Check the download.")]
    )


def _long(
    frame: pd.DataFrame, area: pd.DataFrame, columns: dict[tuple[str, ...], str], names: list[str], shown: str
) -> pd.DataFrame:
    """Wide columns as long rows: one row an area, period and column, the count as text."""
    _require(frame, columns.values(), shown)
    parts = []
    for key, column in columns.items():
        part = area.assign(**dict(zip(names, key, strict=True)), count=frame[column], origin_column=column)
        parts.append(part)
    return pd.concat(parts).sort_values([*AREA[::-1], *names], kind="stable").reset_index(drop=True)


def _census(frame: pd.DataFrame, shown: str) -> dict[str, pd.DataFrame]:
    """Plans and placements on census day. The release labels January 2024 as the academic year 202324.

    A column that is ``x`` for every authority in a year was not part of that year's return, and has no
    row in that year.
    """
    area = _area_rows(frame, shown)
    years = area["period"].str.slice(len("academic year "), len("academic year ") + 4).astype(int) + 1
    unknown = sorted(set(years) - set(SEN2_CENSUS))
    if unknown:
        raise DataProblems(
            [
                DataProblem(
                    shown, f"The census day of {unknown[0]} is not known.", "Add it to SEN2_CENSUS in periods.py."
                )
            ]
        )
    area["period"] = years.map(lambda year: SEN2_CENSUS[year].isoformat())
    plans = _long(frame, area, {(): "ehcplans"}, [], shown)
    placements = _long(frame, area, {(name,): name for name in PLACEMENTS}, ["placement"], shown)
    collected = placements["count"].ne("x").groupby([placements["period"], placements["placement"]]).transform("any")
    return {"caseload": plans, "placements": placements[collected].reset_index(drop=True)}


def _flows(frame: pd.DataFrame, columns: dict[str, str], shown: str) -> pd.DataFrame:
    keyed = {(flow,): column for flow, column in columns.items()}
    return _long(frame, _area_rows(frame, shown), keyed, ["flow"], shown)


def _timeliness(frame: pd.DataFrame, shown: str) -> pd.DataFrame:
    return _long(frame, _area_rows(frame, shown), TIMELINESS_COLUMNS, ["exceptions", "time_taken"], shown)


def _absence(frame: pd.DataFrame, shown: str) -> pd.DataFrame:
    """Absence over full academic years, all phases together."""
    _require(frame, ["breakdown_topic", "breakdown", "value"], shown)
    frame = frame[
        frame["indicator"].isin(ABSENCE_INDICATORS)
        & (frame["education_phase"] == "Total")
        & (frame["breakdown_topic"] == "SEN provision")
    ]
    rows = _area_rows(frame, shown).assign(
        sen_provision=frame["breakdown"],
        measure=frame["indicator"].map(ABSENCE_INDICATORS),
        percent=frame["value"],
        origin_column="value",
    )
    order = ["area_code", "period", "sen_provision", "measure"]
    return rows.sort_values(order, kind="stable").reset_index(drop=True)
