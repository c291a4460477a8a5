"""What the releases share: identifying columns, time periods, and wide columns made long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from dbv_analysis.loaders.tidy import HEADER_ROWS, ORIGIN
from dbv_analysis.terms import DataProblem, DataProblems

IDENTIFYING = ["time_period", "time_identifier", "new_la_code", "la_name", "region_code", "region_name"]
AREA = ["area_code", "area_name", "geographic_level", "period"]
# The terms of an academic year, and in which of its two calendar years each lies.
TERMS = {"Autumn term": 0, "Spring term": 1, "Summer term": 1}


def require(frame: pd.DataFrame, columns: Iterable[str], shown: str) -> None:
    """Raises DataProblems that name every one of ``columns`` that the release lacks."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise DataProblems(
            DataProblem(
                shown,
                f'There is no column "{column}".',
                "The release has changed its layout: use the 2025 layout, or add the new one in loaders/ees.",
                row=1,
                column=column,
            )
            for column in missing
        )


def read_as(cells: pd.Series, known: Mapping[str, str], what: str, shown: str) -> pd.Series:
    """The cells of a column in the words of the tables; ``what`` names them in messages, such as "an age".

    Raises DataProblems that name every cell that ``known`` lacks: left out in silence, its plans would be lost.
    """
    read = cells.map(known)
    unknown = cells[read.isna()].drop_duplicates()
    if not unknown.empty:
        raise DataProblems(
            DataProblem(
                shown,
                f'"{cell}" is not {what} known here.',
                "The release has changed its categories: add the new one in loaders/ees.",
                row=place + HEADER_ROWS + 1,
                column=str(cells.name),
            )
            for place, cell in unknown.items()
        )
    return read


def area_rows(frame: pd.DataFrame, shown: str) -> pd.DataFrame:
    """The identifying columns of a tidy table, from the release's, and the row that each came from."""
    country = ["country_code", "country_name"] if "geographic_level" in frame else []
    require(frame, [*IDENTIFYING, *country], shown)
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

    Four digits are a calendar year, six an academic year (202324) or a term of one.
    """
    if time_identifier == "Calendar year" and len(time_period) == 4:
        return f"calendar year {time_period}"
    if time_identifier == "Academic year" and len(time_period) == 6:
        return f"academic year {time_period[:4]}-{time_period[4:]}"
    if time_identifier in TERMS and len(time_period) == 6 and time_period.isdecimal():
        return f"{time_identifier.lower()} {int(time_period[:4]) + TERMS[time_identifier]}"
    raise DataProblems(
        [DataProblem(shown, f"{time_identifier} {time_period} is not a period known here.", "Check the download.")]
    )


def long(
    frame: pd.DataFrame, area: pd.DataFrame, columns: Mapping[tuple[str, ...], str], names: list[str], shown: str
) -> pd.DataFrame:
    """Wide columns as long rows: one row for each row of ``area`` and each column, the count as text.

    Args:
        frame: the release's rows, as text.
        area: ``area_rows`` of them, with any further columns that the rows have.
        columns: what a column is in the table, one word for each of ``names`` -> its name in the release.
    """
    require(frame, columns.values(), shown)
    parts = []
    for key, column in columns.items():
        part = area.assign(**dict(zip(names, key, strict=True)), count=frame[column], origin_column=column)
        parts.append(part)
    further = [name for name in area.columns if name not in (*AREA, *ORIGIN)]
    return pd.concat(parts).sort_values([*AREA[::-1], *further, *names], kind="stable").reset_index(drop=True)
