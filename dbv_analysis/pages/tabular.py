"""Result rows as tables for a reader."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from dbv_analysis.blocks import Table
from dbv_analysis.evidence import Evidence
from dbv_analysis.terms import TOTAL


def across(
    caption: str, rows: pd.DataFrame, names: dict[str, str], column: str, write: Callable[[pd.Series], str]
) -> Table:
    """Rows as a table: a row a period, a column for each of ``names``."""
    periods = rows.drop_duplicates(["period_end", "period_label"]).sort_values("period_end")
    cells = []
    for period in periods.itertuples():
        at = rows[rows["period_end"] == period.period_end]
        line = [period.period_label]
        for name in names:
            found = at[at[column] == name]
            line.append("x" if found.empty else write(found.iloc[-1]))
        cells.append(line)
    return Table(caption, ["Period", *names.values()], cells)


def printed_table(evidence: Evidence, claims: pd.DataFrame, caption: str) -> Table:
    rows = []
    for claim in claims.to_dict("records"):
        title = evidence.metrics[claim["metric_id"]].title
        of = "" if claim["breakdown"] == TOTAL else f", {claim['breakdown']}"
        area = "" if claim["area_name"] == evidence.area else f"{claim['area_name']}, "
        if claim["agrees"] is None or pd.isna(claim["agrees"]):
            verdict = "cannot be checked: no published figure"
        elif claim["agrees"]:
            verdict = "yes"
        elif claim["matches"]:
            verdict = f"no: it is the figure of {claim['matches']}"
        else:
            verdict = "no"
        rows.append(
            [
                claim["label_printed"],
                claim["period_printed"],
                claim["printed"],
                claim["published"] or "x",
                f"{title}{of}, {area}{claim['period_label']}",
                verdict,
            ]
        )
    return Table(
        caption,
        ["Label printed", "Year printed", "Printed", "Published", "Read as", "Agrees"],
        rows,
        text_columns=6,
    )
