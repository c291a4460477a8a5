"""``figures.parquet``: every row of the results that a pack draws on, for programs, audits and later releases."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from dbv_analysis.model.columns import RESULT_COLUMNS
from dbv_analysis.model.short_texts import short_texts
from dbv_analysis.results.evidence import Evidence

NAME = "figures.parquet"
DAYS = ("period_start", "period_end", "as_at", "published")
NUMBERS = ("numerator", "denominator", "value")
SCHEMA = pa.schema(
    [
        (name, pa.date32() if name in DAYS else pa.float64() if name in NUMBERS else pa.string())
        for name in RESULT_COLUMNS
    ]
)


def released(evidence: Evidence, sections: list[str]) -> pd.DataFrame:
    """The rows that a pack of these sections gives away, in ``RESULT_COLUMNS``, by section and metric.

    Those of the authority, its neighbours, its region and the country that were published by the cut-off; and the
    authority's own that came out later, which the pages tell under "Published since". Each figure is there once.
    """
    programme = evidence.programme
    areas = [programme.area.code, *evidence.neighbours.codes, programme.region.code, programme.country.code]
    metrics = [metric for section in sections for metric in evidence.in_section(section)]
    parts = [evidence.results.iloc[:0]]
    for metric in metrics:
        parts += [evidence.rows(metric.id, areas=areas), evidence.rows(metric.id, since=True)]
    return pd.concat(parts, ignore_index=True)[list(RESULT_COLUMNS)]


def write(frame: pd.DataFrame, path: Path) -> None:
    """Write rows of the results to ``path``; the same rows give the same bytes."""
    # Without pandas' own description, which names its version.
    table = pa.Table.from_pandas(frame, schema=SCHEMA, preserve_index=False).replace_schema_metadata()
    pq.write_table(table, path)


@short_texts()
def read(folder: Path) -> pd.DataFrame | None:
    """The rows that a pack gives away, or None where ``folder`` holds none that can be read."""
    try:
        table = pq.read_table(folder / NAME, partitioning=None)
        return table.cast(SCHEMA).to_pandas() if table.column_names == list(RESULT_COLUMNS) else None
    except (OSError, pa.ArrowException):
        return None
