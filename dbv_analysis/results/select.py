"""Rows of the results table as somebody asks for them: which ones, and as text, CSV or JSON."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import date, datetime

import pandas as pd

from dbv_analysis.model.blocks import Table
from dbv_analysis.model.columns import RESULT_COLUMNS
from dbv_analysis.model.metric import Metric
from dbv_analysis.model.problems import CallProblem
from dbv_analysis.model.units import is_missing
from dbv_analysis.model.wording import did_you_mean

HEADER = ["metric", "area", "breakdown", "period", "basis", "figure", "published", "release"]


def select(
    rows: pd.DataFrame, metrics: Collection[str], areas: Collection[str], topic: str | None, cut_off: date | None
) -> pd.DataFrame:
    """The rows of these metrics, areas and breakdown topic (all, where none is named), published by the cut-off.

    Raises CallProblem where no row has an area or a topic.
    """
    for column, values in (("area_code", areas), ("breakdown_topic", [topic] if topic else [])):
        known = set(rows[column])
        for value in values:
            if value not in known:
                raise CallProblem(f'No result has {column} "{value}".{did_you_mean(value, known)}')
        rows = rows[rows[column].isin(values)] if values else rows
    rows = rows[rows["metric_id"].isin(metrics)] if metrics else rows
    return rows[rows["published"] <= cut_off] if cut_off else rows


def as_csv(rows: pd.DataFrame) -> str:
    return rows.to_csv(index=False, lineterminator="\n").removesuffix("\n")


def as_json(rows: pd.DataFrame) -> str:
    """Days as text, whole numbers whole, null where there is no number."""
    records = [{name: _plain(row[name]) for name in RESULT_COLUMNS} for row in rows.to_dict("records")]
    return json.dumps(records, indent=1, ensure_ascii=False)


def _plain(value: object) -> object:
    if is_missing(value):
        return None
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return int(value) if isinstance(value, float) and value.is_integer() else value


def as_text(rows: pd.DataFrame, metrics: Mapping[str, Metric]) -> str:
    """A table with each figure as a page shows it, in the unit of its metric among ``metrics``."""
    columns = ["metric_id", "area_name", "breakdown", "period_label", "basis"]
    cells = [
        [
            *(row[name] for name in columns),
            row["symbol"] or metrics[row["metric_id"]].write(row["value"]),
            row["published"].isoformat(),
            row["release"],
        ]
        for row in rows.to_dict("records")
    ]
    return Table(f"{len(cells):,} rows", HEADER, cells, text_columns=5).text()
